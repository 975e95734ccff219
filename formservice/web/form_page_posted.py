"""What comes back from the page of a form: bounded, understood, and nothing of it lost.

Names of the page: ``feld.<key>`` what somebody typed or ticked, ``aus.<item>`` which item of the
record this was, ``liste.<group>`` that a list is on the page, ``stimmt.<key>`` and
``unlesbar.<key>`` what is said of a doubtful field, ``tun`` a button that changes the lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from formservice.domain.days import meant
from formservice.domain.errors import DocumentTooLargeError, Problem
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import MOST_ITEMS, groups, numbers, pattern, patterns
from formservice.domain.text import LONGEST_TEXT, is_blank
from formservice.web.posted_form import MOST_NAMES

FIELD, ORIGIN, LIST = "feld.", "aus.", "liste."
RIGHT, UNREADABLE, DO = "stimmt.", "unlesbar.", "tun"
_STARTS = (FIELD, ORIGIN, LIST, RIGHT, UNREADABLE)
YES, NO = "ja", "nein"
# A plan of many goals is a tenth of this.
_MOST_CHARACTERS = 4_000_000


def field_name(key: FieldKey) -> str:
    """Return what the control of a field is called in the page's form."""
    return f"{FIELD}{key}"


def field_id(key: FieldKey) -> str:
    """Return the HTML id of a field."""
    return "feld-" + key.replace("[", "-").replace("]", "").replace(".", "-")


@dataclass(frozen=True, slots=True)
class Posted:
    """What somebody typed, by concrete key, as it was typed; several boxes are a tuple.

    ``items`` are the lists as they are on the page: for each item the number it had in the record,
    None for a new one. ``right`` are doubtful fields that are said to be read right,
    ``unreadable`` those that nobody can read. ``do`` is what a button wants of the lists:
    ``mehr``, ``weg``, ``hoch``, ``runter``, and of which.
    """

    typed: Mapping[FieldKey, tuple[str, ...]]
    items: Mapping[FieldKey, tuple[int | None, ...]] = field(default_factory=dict)
    right: frozenset[FieldKey] = frozenset()
    unreadable: frozenset[FieldKey] = frozenset()
    do: tuple[str, str] | None = None
    problems: tuple[Problem, ...] = ()

    def text(self, key: FieldKey) -> str | None:
        """Return what was typed into a field, None if the page did not have it."""
        typed = self.typed.get(key)
        return None if typed is None else (typed[0] if typed else "")

    def values(self, definition: FormDefinition, received: date) -> dict[FieldKey, object]:
        """Return what was typed as data for ``generate``; None where nothing was.

        A day may be written in any way that leaves no doubt on ``received``.
        """
        kinds = {one.key: one for one in patterns(definition.members or definition.fields)}
        return {
            key: value_of(kinds[pattern(key)], typed, received)
            for key, typed in self.typed.items()
        }

    def done(self) -> "Posted":
        """Return the page after its button: an item added, taken away or moved."""
        if self.do is None:
            return self
        what, key = self.do
        if what == "mehr":
            before = self.items.get(key, ())
            return self._ordered(key, [*range(len(before)), None])
        group, number = key.rpartition("[")[0], numbers(key)[-1]
        order: list[int | None] = [*range(len(self.items.get(group, ())))]
        if number >= len(order):
            return replace(self, do=None)
        if what == "weg":
            order.pop(number)
        else:
            other = max(0, number - 1) if what == "hoch" else min(len(order) - 1, number + 1)
            order[number], order[other] = order[other], order[number]
        return self._ordered(group, order)

    def _ordered(self, group: str, order: list[int | None]) -> "Posted":
        """Return the page with the items of a list in another order, by their places now."""
        places = {old: new for new, old in enumerate(order) if old is not None}

        def moved(key: str) -> str | None:
            if not key.startswith(f"{group}["):
                return key
            number, _, rest = key[len(group) + 1 :].partition("]")
            new = places.get(int(number))
            return None if new is None else f"{group}[{new}]{rest}"

        before = self.items.get(group, ())
        items = {new: one for key, one in self.items.items() if (new := moved(key)) is not None}
        items[group] = tuple(None if old is None else before[old] for old in order)
        return replace(
            self,
            typed={new: one for key, one in self.typed.items() if (new := moved(key)) is not None},
            items=items,
            right=frozenset(new for key in self.right if (new := moved(key)) is not None),
            unreadable=frozenset(
                new for key in self.unreadable if (new := moved(key)) is not None
            ),
            do=None,
        )


def value_of(one: Field, typed: tuple[str, ...], received: date) -> object:
    """Return what was typed into a field as JSON; None if nothing was."""
    first = typed[0] if typed else ""
    match one.kind:
        case FieldKind.TICK:
            return first == YES
        case FieldKind.SIGNATURE:
            return {YES: True, NO: False}.get(first)
        case FieldKind.CHOICE:
            chosen = [option for option in typed if option]
            return (chosen if one.several else chosen[0]) if chosen else None
        case FieldKind.DATE:
            return _day(first, received, birthday=one.birthday)
        case _:
            return None if is_blank(first) else first


def _day(text: str, received: date, *, birthday: bool) -> str | None:
    """Return a day as ISO; what is none as it was typed, for the check to say so."""
    if is_blank(text):
        return None
    try:
        return meant(text, received, birthday=birthday).isoformat()
    except ValueError:
        return text


def posted(definition: FormDefinition, pairs: Iterable[tuple[str, object]]) -> Posted:
    """Return what a page of ``definition`` sent; other names are not ours and passed over.

    DocumentTooLargeError where it is more than any form holds. Names of ours that the form has
    not are told as problems.
    """
    read = _Reader(definition)
    total = 0
    for count, (name, value) in enumerate(pairs):
        if not isinstance(value, str):
            continue
        total += len(value)
        if count >= MOST_NAMES or total > _MOST_CHARACTERS:
            raise DocumentTooLargeError(
                "Diese Eingabe ist größer als jedes Formular.",
                "Bitte lange Texte kürzen oder als eigene Datei hochladen.",
            )
        read.take(name, value)
    return read.posted()


class _Reader:
    """Fills up while the names of a page are walked through."""

    def __init__(self, definition: FormDefinition) -> None:
        members = definition.members or definition.fields
        self._kinds = {one.key: one for one in patterns(members)}
        self._groups = {one.key for one in groups(members)}
        self._typed: dict[FieldKey, list[str]] = {}
        self._origins: dict[str, dict[int, int | None]] = {}
        self._said: dict[str, set[FieldKey]] = {RIGHT: set(), UNREADABLE: set()}
        self._do: tuple[str, str] | None = None
        self._problems: list[Problem] = []

    def take(self, name: str, value: str) -> None:
        """Take one name with its value."""
        if name == DO:
            self._take_button(value)
            return
        start = next((one for one in _STARTS if name.startswith(one)), "")
        key = name[len(start) :]
        if start == LIST:
            self._take_list(key)
        elif start == ORIGIN:
            self._take_origin(key, value)
        elif start:
            self._take_field(start, key, value)

    def _take_field(self, start: str, key: str, value: str) -> None:
        known = self._kinds.get(pattern(key)) if self._is_possible(key) else None
        if known is None:
            self._wrong(key, "Dieses Feld gibt es im Formular nicht.")
        elif start != FIELD:
            self._said[start].add(key)
        elif len(value) > LONGEST_TEXT:
            self._wrong(key, f"Der Text ist länger als {LONGEST_TEXT} Zeichen.")
        elif known.kind is FieldKind.CHOICE or key not in self._typed:
            self._typed.setdefault(key, []).append(value)
        elif value == YES:  # a box: behind the hidden name that says that it is on the page
            self._typed[key] = [value]

    def _take_origin(self, key: str, value: str) -> None:
        group, _, number = key.rpartition("[")
        if not (self._is_possible(key) and key.endswith("]") and number[:-1].isdecimal()):
            self._wrong(key, "Diesen Eintrag gibt es im Formular nicht.")
        elif self._take_list(group):
            known = value.isascii() and value.isdigit() and len(value) < 3
            self._origins[group][int(number[:-1])] = int(value) if known else None

    def _take_list(self, key: str) -> bool:
        if pattern(key) not in self._groups or not self._is_possible(key):
            self._wrong(key, "Diese Liste gibt es im Formular nicht.")
            return False
        self._origins.setdefault(key, {})
        return True

    def _take_button(self, value: str) -> None:
        what, _, key = value.partition(":")
        group = key if what == "mehr" else key.rpartition("[")[0]
        is_known = what in ("mehr", "weg", "hoch", "runter") and pattern(group) in self._groups
        if is_known and self._is_possible(key):
            self._do = (what, key)

    def _is_possible(self, key: str) -> bool:
        """Say whether a key is short, and its numbers are those of items."""
        return len(key) < 200 and "[]" not in key and all(n < MOST_ITEMS for n in numbers(key))

    def _wrong(self, key: str, sentence: str) -> None:
        if len(self._problems) < 20:
            self._problems.append(Problem(key[:60], sentence))

    def posted(self) -> Posted:
        """Return all of it; items are numbered as they stand, without gaps."""
        items = {
            group: tuple(origins.get(number) for number in range(max(origins, default=-1) + 1))
            for group, origins in self._origins.items()
        }
        return Posted(
            {key: tuple(one) for key, one in self._typed.items()},
            items,
            frozenset(self._said[RIGHT]),
            frozenset(self._said[UNREADABLE]),
            self._do,
            tuple(self._problems),
        )
