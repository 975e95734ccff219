"""What a named predicate is: its test, the fields and arguments it takes, what it reports."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from formservice.domain.facts import Facts
from formservice.domain.form import Argument, FieldKey, FieldKind

WRITTEN = frozenset({FieldKind.TEXT, FieldKind.MULTILINE})
DATES = frozenset({FieldKind.DATE})
CHOICES = frozenset({FieldKind.CHOICE})
GROUP = "group"
"""Stands among kinds for a whole group, named by its key without brackets behind it."""

GROUPS = frozenset({GROUP})
ANY = frozenset({*FieldKind, GROUP})


class ArgumentType(StrEnum):
    """What an argument under ``with:`` may be."""

    NUMBER = "number"  # a whole number, not negative
    TEXTS = "texts"  # a list of texts
    OPTIONS = "options"  # a list of options of the choices among the rule's fields
    TRUTH = "truth"  # true or false


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a predicate: its type, what it means, and its value when left out.

    A default of None means that it has to be given.
    """

    type: ArgumentType
    meaning: str
    default: Argument | None = None

    def takes(self, value: object) -> bool:
        """Whether ``value`` is of this type."""
        match self.type:
            case ArgumentType.NUMBER:
                return isinstance(value, int) and not isinstance(value, bool) and value >= 0
            case ArgumentType.TRUTH:
                return isinstance(value, bool)
            case ArgumentType.TEXTS | ArgumentType.OPTIONS:
                return isinstance(value, tuple | list) and all(isinstance(v, str) for v in value)


@dataclasses.dataclass(frozen=True, slots=True)
class Breach:
    """One place where a demand is not met; ``params`` fill the gaps of the rule's message."""

    field: FieldKey | None
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Demand:
    """A rule put to one record: the facts, the rule's fields, its arguments with defaults.

    ``places`` has for every entry of the rule the fields of this record it stands for, ``fields``
    all of them in a row.
    """

    facts: Facts
    places: tuple[tuple[FieldKey, ...], ...]
    arguments: Mapping[str, Argument]

    @property
    def fields(self) -> tuple[FieldKey, ...]:
        """Return all fields of the rule, in order."""
        return tuple(key for place in self.places for key in place)

    def number(self, name: str) -> int:
        """Return an argument of type NUMBER."""
        value = self.arguments[name]
        return value if isinstance(value, int) else 0

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an argument of type TEXTS or OPTIONS."""
        value = self.arguments[name]
        return value if isinstance(value, tuple) else ()

    def truth(self, name: str) -> bool:
        """Return an argument of type TRUTH."""
        return self.arguments[name] is True


Test: TypeAlias = Callable[[Demand], Iterator[Breach]]


@dataclasses.dataclass(frozen=True, slots=True)
class Predicate:
    """A demand that rules name.

    ``says`` is one English sentence saying what must hold. ``kinds`` holds the kinds of field
    allowed at each position; the last entry goes for all further fields. ``least`` and ``most``
    limit their number (None: no limit); ``lists`` says that an entry may still stand for the
    fields of several items. ``params`` are the gaps a message may have beside ``{field}``, which
    is always the name of the field at fault. ``requires`` says that it may demand its fields to be
    filled, ``orders`` that what breaks it may be a date with a digit misread.
    """

    name: str
    says: str
    test: Test
    kinds: tuple[frozenset[str], ...] = (ANY,)
    least: int = 1
    most: int | None = None
    arguments: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)
    params: frozenset[str] = frozenset()
    lists: bool = False
    requires: bool = False
    orders: bool = False

    @property
    def takes_lists(self) -> bool:
        """Whether an entry may stand for several fields: a pattern that no ``each`` narrows."""
        return self.lists or self.most is None

    def takes(self, position: int, kind: str) -> bool:
        """Whether a field of ``kind`` may stand at ``position``, counted from 0."""
        return kind in self.kinds[min(position, len(self.kinds) - 1)]

    def breaches(
        self,
        facts: Facts,
        fields: tuple[FieldKey, ...],
        given: Mapping[str, Argument],
        item: str = "",
    ) -> Iterator[Breach]:
        """Yield where ``facts`` do not meet the demand; arguments left out have their default.

        ``item`` is the item of a group the demand is put to. It is not put where ``fields`` are
        all of items, and none exists.
        """
        defaults = {
            name: parameter.default
            for name, parameter in self.arguments.items()
            if parameter.default is not None
        }
        places = tuple(facts.items.keys(key, item) for key in fields)
        if any(places):
            yield from self.test(Demand(facts, places, {**defaults, **given}))
