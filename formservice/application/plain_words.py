"""A record in plain words, for the person it is about: what is told of it, how, in which order.

Nothing of a form is known here: its definition says in which words (``plain``). What it says
nothing of is told under its own name, so that nothing a new edition asks for is kept back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from formservice.domain.form import (
    PLAIN_GAP,
    Content,
    Field,
    FieldKey,
    FieldKind,
    FormDefinition,
    Group,
)
from formservice.domain.groups import Shape, numbered, shape_of
from formservice.domain.values import shown


class Look(StrEnum):
    """How a line is shown: the words of an item itself, somebody's own words, a day, a list."""

    WORDS = "words"
    TOLD = "told"
    QUOTED = "quoted"
    DAY = "day"
    STEPS = "steps"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is told: what stands before its values and behind them.

    A list has a line of its own for each value, with ``before`` as its heading; other looks have
    one value.
    """

    look: Look
    before: str
    values: tuple[str, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a group, such as a goal: its name and how it stands, then what is told of it."""

    name: str
    standing: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A record in plain words; ``who`` is whom it names first, as it is written there."""

    who: str
    first: tuple[Line, ...]
    items: tuple[Item, ...]
    last: tuple[Line, ...]


def told(definition: FormDefinition, values: Mapping[FieldKey, object]) -> Told:
    """Return what a record tells, in the order of the definition's ``plain``.

    ``values`` are those of the JSON contract. What has no words there follows in the order of the
    form; words that are empty keep something back. An item that holds nothing is left out.
    """
    said = _Said(definition, {key: one for key, one in values.items() if one})
    members = definition.members or definition.fields
    items = [one for one in members if _is_of_items(one)]
    order = list(definition.plain)
    begin = min((order.index(key) for key in order if "[]" in key), default=len(order))
    heads = said.ordered([one for one in members if one not in items])
    ahead = [one for one in heads if one.key in order[:begin]]
    names = [one for one in members if isinstance(one, Field) and one.about is Content.NAME]
    who = next((str(said.values[one.key]) for one in names if one.key in said.values), "")
    return Told(
        who,
        tuple(said.lines(ahead, ())),
        tuple(item for one in items if isinstance(one, Group) for item in said.items(one)),
        tuple(said.lines([one for one in heads if one not in ahead], ())),
    )


def _is_of_items(member: Field | Group) -> bool:
    return isinstance(member, Group) and not member.single


class _Said:
    """The values of one record, with the words for them."""

    def __init__(self, definition: FormDefinition, values: Mapping[FieldKey, object]) -> None:
        self.values = values
        self._plain = definition.plain
        self._shape: Shape = shape_of(definition, values)

    def ordered(self, members: Sequence[Field | Group]) -> list[Field | Group]:
        """Return members as ``plain`` has them, those it does not name behind."""
        places = {key: place for place, key in enumerate(self._plain)}
        return sorted(members, key=lambda one: places.get(one.key, len(places)))

    def items(self, group: Group) -> Iterator[Item]:
        """Yield the items of a group in which something stands."""
        for index in range(self._shape.get(group.key, 0)):
            start = numbered(f"{group.key}[].", (index,))
            if not any(key.startswith(start) for key in self.values):
                continue
            standing = filter(None, (self._standing(one, (index,)) for one in group.members))
            lines = tuple(self.lines(self.ordered(group.members), (index,)))
            yield Item(f"{group.title} {index + 1}", ", ".join(standing), lines)

    def lines(self, members: Sequence[Field | Group], indices: tuple[int, ...]) -> Iterator[Line]:
        """Yield a line for each member in which something stands."""
        for one in members:
            words = self._plain.get(one.key)
            if words == "" or (isinstance(one, Field) and self._is_standing(one)):
                continue
            line = (
                self._of_group(one, words, indices)
                if isinstance(one, Group)
                else self._of_field(one, words, indices)
            )
            if line is not None:
                yield line

    def _of_field(self, one: Field, words: str | None, indices: tuple[int, ...]) -> Line | None:
        value = _written(one, self.values.get(numbered(one.key, indices)))
        if not value:
            return None
        before, _, after = (f"{one.name}: {PLAIN_GAP}" if words is None else words).partition(
            PLAIN_GAP
        )
        look = Look.QUOTED if one.o_ton else Look.TOLD
        if one.kind is FieldKind.DATE and indices:
            look = Look.DAY
        if words == PLAIN_GAP:
            look = Look.WORDS
        return Line(look, before, (value,), after)

    def _of_group(self, group: Group, words: str | None, indices: tuple[int, ...]) -> Line | None:
        key = numbered(group.key, indices)
        items = [
            " – ".join(filter(None, self._of_item(group, (*indices, index))))
            for index in range(self._shape.get(key, 0))
        ]
        values = tuple(one for one in items if one)
        if not values:
            return None
        if words is not None and PLAIN_GAP in words:
            before, _, after = words.partition(PLAIN_GAP)
            return Line(Look.TOLD, before, (", ".join(values),), after)
        look = Look.STEPS if group.single else Look.RECORDS
        return Line(look, group.title if words is None else words, values)

    def _of_item(self, group: Group, indices: tuple[int, ...]) -> Iterator[str]:
        for one in group.members:
            if isinstance(one, Field):
                yield _written(one, self.values.get(numbered(one.key, indices)))

    def _is_standing(self, field: Field) -> bool:
        return any(f"{field.key}.{one.key}" in self._plain for one in field.options)

    def _standing(self, one: Field | Group, indices: tuple[int, ...]) -> str:
        """Return the words for the option chosen, where there are words for options."""
        if isinstance(one, Group) or not self._is_standing(one):
            return ""
        chosen = _chosen(self.values.get(numbered(one.key, indices)))
        words = (self._plain.get(f"{one.key}.{option}", "") for option in chosen)
        return ", ".join(filter(None, words))


def _written(field: Field, value: object) -> str:
    """Return a value as people write it; nothing of a signature."""
    if not value or field.kind is FieldKind.SIGNATURE:
        return ""
    if field.kind is FieldKind.TICK:
        return "ja"
    if field.kind is FieldKind.CHOICE:
        labels = {one.key: one.label for one in field.options}
        return ", ".join(labels.get(one, one) for one in _chosen(value))
    if field.kind is FieldKind.DATE:
        with suppress(ValueError):  # what is being typed may be no day yet
            return shown(field, date.fromisoformat(str(value)))
    return str(value)


def _chosen(value: object) -> Sequence[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]
