"""Data handed in for a form, nested or with flat keys, as one table of concrete keys.

``{"ziele": [{"text": "…"}]}`` and ``{"ziele[0].text": "…"}`` say the same; both may be mixed as
long as no field is given twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition, Group
from formservice.domain.groups import (
    MOST_ITEMS,
    flat,
    groups,
    numbered,
    numbers,
    pattern,
    patterns,
    shape_of,
)
from formservice.domain.nearest import nearest


@dataclass(frozen=True, slots=True)
class _Item:
    """The place of one item of a group whose fields have names."""

    group: Group


@dataclass(frozen=True, slots=True)
class _Tick:
    """The place of one box of a choice."""

    choice: Field
    option: str


_Place: TypeAlias = Field | Group | _Item | _Tick

Entries: TypeAlias = Mapping[FieldKey, tuple[Field, object]]
"""What is given for each concrete key, beside its field as declared (a pattern if repeated)."""


def entries(
    definition: FormDefinition, data: Mapping[object, object], problems: list[Problem]
) -> Entries:
    """Return what ``data`` gives for each field; ``null`` gives nothing and keeps its place.

    What stands where no field is, or stands twice, is added to ``problems`` under its concrete
    key, with the nearest key there is. The contents themselves are not checked.
    """
    table = _Table(_places(definition), problems)
    for key, content in data.items():
        table.add(str(key), content)
    return table.folded()


def wrong_key(definition: FormDefinition, key: str) -> Problem | None:
    """Return what is wrong with ``key`` as the name of one field or box, None if it is one."""
    problems: list[Problem] = []
    place = _Table(_places(definition), problems).place(key)
    if isinstance(place, Group | _Item):
        fields = flat(definition.members, shape_of(definition, [f"{key}[0]", key]))
        inside = next((field.key for field in fields if field.key.startswith(key)), None)
        return Problem(key, "Das ist eine Liste, gefragt ist ein einzelnes Feld.", nearest=inside)
    return problems[0] if problems else None


def _places(definition: FormDefinition) -> dict[str, _Place]:
    """Return everything data may name, by pattern."""
    members = definition.members or definition.fields
    found: dict[str, _Place] = {}
    for field in patterns(members):
        if field.kind is FieldKind.CHOICE:
            boxes = zip(field.anchors, field.options, strict=True)
            found |= {anchor: _Tick(field, option.key) for anchor, option in boxes}
        found[field.key] = field
    for group in groups(members):
        found[group.key] = group
        if not group.single:
            found[f"{group.key}[]"] = _Item(group)
    return found


class _Table:
    """Fills up while the data are walked through."""

    def __init__(self, places: Mapping[str, _Place], problems: list[Problem]) -> None:
        self._places = places
        self._problems = problems
        self._given: dict[FieldKey, tuple[Field, object]] = {}
        self._ticked: dict[FieldKey, tuple[Field, list[str]]] = {}

    def add(self, key: str, content: object) -> None:
        """Take one entry with all that is nested in it."""
        place = self.place(key)
        if place is None or content is None:
            return
        match place:
            case Group():
                self._add_items(key, content)
            case _Item(group):
                self._add_members(key, group, content)
            case _Tick(choice, option):
                self._tick(key, choice, option, content)
            case Field():
                self._put(key, place, content)

    def folded(self) -> Entries:
        """Return the table, with ticks given one by one gathered into their choices."""
        for key, (choice, options) in self._ticked.items():
            if key in self._given:
                self._wrong(key, "Die Auswahl ist zweimal angegeben.")
            elif choice.several or len(options) > 1:
                self._given[key] = (choice, options)
            elif options:
                self._given[key] = (choice, options[0])
        return self._given

    def place(self, key: str) -> _Place | None:
        """Return what ``key`` names; None is a problem noted."""
        form, indices = pattern(key), numbers(key)
        place = self._places.get(form)
        if place is None or numbered(form, indices) != key:
            sentence = "Dieses Feld gibt es im Formular nicht."
            self._wrong(key, sentence, nearest=self._nearest(form, indices))
        elif form.count("[]") > len(indices):
            sentence = "In den Klammern fehlt die Nummer des Eintrags; der erste hat die 0."
            self._wrong(key, sentence, nearest=key.replace("[]", "[0]"))
        elif any(index >= MOST_ITEMS for index in indices):
            self._wrong(key, f"Höchstens {MOST_ITEMS} Einträge sind möglich.")
        else:
            return place
        return None

    def _nearest(self, form: str, indices: tuple[int, ...]) -> str | None:
        """Return the known key most like ``form``; inside an item, of that item only."""
        item, _, name = form.rpartition(".")
        if isinstance(self._places.get(item), _Item):
            start = f"{item}."
            inside = [one[len(start) :] for one in self._places if one.startswith(start)]
            found = nearest(name, inside)
            return numbered(start + found, indices) if found else None
        found = nearest(form, self._places)
        return numbered(found, indices) if found else None

    def _add_items(self, key: str, content: object) -> None:
        if not isinstance(content, list | tuple):
            self._wrong(key, "Erwartet wird eine Liste (in eckigen Klammern).")
        elif len(content) > MOST_ITEMS:
            self._wrong(key, f"Höchstens {MOST_ITEMS} Einträge sind möglich.")
        else:
            for index, item in enumerate(content):
                self.add(f"{key}[{index}]", item)

    def _add_members(self, key: str, group: Group, content: object) -> None:
        if isinstance(content, Mapping):
            for name, inner in content.items():
                self.add(f"{key}.{name}", inner)
        else:
            # Nobody could tell which of its fields a plain text is meant for.
            start = len(group.key) + len("[].")
            names = ", ".join(member.key[start:] for member in group.members)
            sentence = (
                f"Erwartet wird ein Eintrag mit Feldern (in geschweiften Klammern): {names}."
            )
            self._wrong(key, sentence)

    def _tick(self, key: str, choice: Field, option: str, content: object) -> None:
        if not isinstance(content, bool):
            self._wrong(key, "Erwartet wird ja oder nein (in JSON true oder false).")
            return
        of = key.rpartition(".")[0]
        options = self._ticked.setdefault(of, (choice, []))[1]
        if content:
            options.append(option)

    def _put(self, key: str, field: Field, content: object) -> None:
        if key in self._given:
            self._wrong(key, "Dieses Feld ist zweimal angegeben.")
        elif key.endswith("]") and isinstance(content, Mapping):
            self._wrong(key, "Erwartet wird der Wert selbst, ohne Feldnamen und Klammern.")
        else:
            self._given[key] = (field, content)

    def _wrong(self, key: str, sentence: str, *, nearest: str | None = None) -> None:
        self._problems.append(Problem(key, sentence, nearest=nearest))
