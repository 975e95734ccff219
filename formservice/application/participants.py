"""Lists of participants held against what is known: what is new, changed, gone, or in doubt.

What is compared here; ``participants_plan`` compares it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from formservice.domain.errors import Problem
from formservice.domain.values import folded, written


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: a person, and in which Maßnahme. ``line`` is what a spreadsheet shows.

    ``has`` are the keys that the list has columns for: what it does not tell is left alone.
    """

    line: int
    number: str
    name: str
    vorname: str
    geburtsdatum: date | None = None
    traeger: str = ""
    massnahme: str = ""
    massnahme_number: str = ""
    von: date | None = None
    bis: date | None = None
    ifk: str = ""
    has: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as known."""

    id: str
    number: str | None
    name: str
    vorname: str
    geburtsdatum: date | None


@dataclass(frozen=True, slots=True)
class Named:
    """A Träger, a Maßnahme (``of`` its Träger) or a user, by name and number."""

    id: str
    name: str
    number: str | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """The open case of a person."""

    id: str
    person: str
    ifk: str | None


@dataclass(frozen=True, slots=True)
class Participation:
    """Somebody's time in a Maßnahme."""

    id: str
    case: str
    massnahme: str
    von: date | None
    bis: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody may know of people: only open cases, and their participations.

    ``hidden`` are the numbers of people whose cases somebody else has.
    """

    persons: Sequence[Person] = ()
    cases: Sequence[Case] = ()
    participations: Sequence[Participation] = ()
    traeger: Sequence[Named] = ()
    massnahmen: Sequence[Named] = ()
    users: Sequence[Named] = ()
    hidden: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: of which row and person, which field, what was and what will be."""

    line: int
    person: Person
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody who may be somebody known: of that name with a new number, or the other way."""

    line: int
    number: str
    known: Person


@dataclass(slots=True)
class Plan:
    """What would be done; what is new has ids of its own.

    ``gone`` stand in no row and have not ended, ``ahead`` neither and have not begun; ``joined``
    are the new participations: each with the Maßnahme's name. ``opened`` tells whose the new
    cases are, ``unnamed`` are those of them for which the list names no IFK.
    ``similar`` are new names that are much like known ones; ``unknown`` are IFK nobody knows, and
    in how many rows; ``withheld`` are the lines whose number is that of a case of somebody else:
    they change nothing.
    """

    new_persons: dict[str, Person] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    new_cases: dict[str, Case] = field(default_factory=dict)
    opened: dict[str, Person] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    new_participations: dict[str, Participation] = field(default_factory=dict)
    participations: dict[str, Participation] = field(default_factory=dict)
    new_traeger: dict[str, Named] = field(default_factory=dict)
    new_massnahmen: dict[str, Named] = field(default_factory=dict)
    joined: list[tuple[Person, Participation, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    gone: list[tuple[Person, Participation, str]] = field(default_factory=list)
    ahead: list[tuple[Person, Participation, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    similar: list[tuple[str, str]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    withheld: list[int] = field(default_factory=list)
    same: int = 0

    @property
    def nobodys(self) -> int:
        """How many of the new cases nobody has."""
        return sum(one.ifk is None for one in self.new_cases.values())

    def of(self, ifk: str) -> int:
        """Return how many of the new cases somebody has."""
        return sum(one.ifk == ifk for one in self.new_cases.values())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (
            self.new_persons
            or self.persons
            or self.new_cases
            or self.cases
            or self.new_participations
            or self.participations
            or self.new_traeger
            or self.new_massnahmen
        )


WITHHELD = "Diese Nummer gehört zu einem Fall, den jemand anderes führt. Bitte die Leitung fragen."
"""What is told of a row that is withheld; nothing of the person."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody said of people in doubt, by their number in the list.

    ``ifk`` has the new cases for which the list names nobody; without it nobody has them.
    """

    new: Collection[str] = ()
    same: Collection[str] = ()
    ifk: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.new or self.same or self.ifk)


def contradictions(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield rows that say of one number what cannot both be; no value is told."""
    first: dict[str, Row] = {}
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        other = first.setdefault(row.number, row)
        for key, called in (
            ("name", "Name"),
            ("vorname", "Vorname"),
            ("geburtsdatum", "Geburtsdatum"),
        ):
            if getattr(row, key) != getattr(other, key):
                sentence = f"{called} ist anders als in Zeile {other.line} zur selben Nummer."
                yield Problem(f"Zeile {row.line}", sentence)
        if row.massnahme or row.massnahme_number:
            place = (
                row.number,
                plain(row.traeger),
                plain(row.massnahme),
                row.massnahme_number,
                row.von,
            )
            if place in seen:
                sentence = f"Dieselbe Teilnahme steht schon in Zeile {seen[place]}."
                yield Problem(f"Zeile {row.line}", sentence)
            seen.setdefault(place, row.line)


def plain(name: str) -> str:
    """Return a name for comparing: without case, blanks and punctuation."""
    return "".join(one for one in folded(name).casefold() if one.isalnum())


def shown(value: object) -> str:
    """Return a value as people read it."""
    if isinstance(value, date):
        return written(value)
    return "" if value is None else str(value)
