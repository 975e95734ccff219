"""Cases: people in Maßnahmen, who looks after them, and what is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from formservice.application.ports_store import Author
from formservice.domain.canonical import digest
from formservice.domain.case import State

MINE, NOBODYS, ALL = "meine", "ohne", "alle"
"""Whose cases a list shows; an IFK sees its own and those that nobody has, a lead all."""


def as_seen(row: Mapping[str, object]) -> str:
    """Return what tells a row from how it was before: who changes it brings it back."""
    return digest({key: None if one is None else str(one) for key, one in row.items()})[:16]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose case it is."""

    id: str
    number: str | None
    name: str
    vorname: str
    geburtsdatum: date | None

    @property
    def seen(self) -> str:
        """Which state of these this is, for who changes them."""
        names = ("number", "name", "vorname", "geburtsdatum")
        return as_seen({name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's time in a Maßnahme, with what that and its Träger are called."""

    id: str
    case: str
    massnahme: str
    massnahme_name: str
    traeger: str
    traeger_name: str
    von: date | None
    bis: date | None

    @property
    def seen(self) -> str:
        """Which state of Maßnahme and time this is, for who changes them."""
        return as_seen({"massnahme": self.massnahme, "von": self.von, "bis": self.bis})


@dataclass(frozen=True, slots=True)
class Listed:
    """A case as a list shows it.

    ``part`` is the participation that counts most today: the one that runs, else the next, else
    the last. ``waiting`` counts documents that nobody has decided about yet, ``issued`` says of
    each form when one was last made for the case (seconds since 1970).
    """

    id: str
    person: Person
    ifk: str | None
    ifk_name: str
    ended: date | None
    part: Part | None
    waiting: int
    issued: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the cases; ``words`` stand in names or the number."""

    whose: str = MINE
    ended: bool = False
    words: str = ""
    massnahme: str = ""


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of cases by name; ``next`` says where the next page begins.

    ``counts`` says how many open cases there are by whose they are.
    """

    rows: Sequence[Listed]
    next: str | None
    counts: Mapping[str, int]
    massnahmen: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Issued:
    """A form that was made for a case: what was sent, and which document it belongs to."""

    reference: str
    form: str
    edition: str
    case: str
    participation: str | None
    document: str | None
    values: Mapping[str, object]
    format: str
    author: str
    author_name: str
    created_at: float
    sent_at: float | None


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """A document of a case, as its page lists it."""

    id: str
    form: str | None
    edition: str | None
    name: str
    state: State
    received: date
    participation: str | None
    blocks: int
    asks: int
    late: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline of a document: when it was due, and whether it was met (None: not yet known).

    ``title`` is what its record calls it: several rules share a key.
    """

    document: str
    key: str
    title: str
    form: str | None
    start: date | None
    due: date | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case, to be told: ``sentence`` what, ``who`` by whom, ``at`` in UTC.

    ``form`` is which form it is about, of a document or one that was issued. ``undo`` names the
    change by hand that it tells of, if that can still be taken back.
    """

    seq: int
    at: str
    sentence: str
    who: str
    document: str | None
    form: str | None
    undo: int | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """All that the page of a case shows, apart from its history."""

    id: str
    person: Person
    ifk: str | None
    ifk_name: str
    ended: date | None
    parts: Sequence[Part]
    issued: Sequence[Issued]
    documents: Sequence[CaseDocument]
    terms: Sequence[Term]

    @property
    def part(self) -> Part | None:
        """The participation that counts most; they are sorted so."""
        return self.parts[0] if self.parts else None


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from a list: an id, and what it is called."""

    id: str
    name: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed of a person, a participation or a case, checked: values by field.

    ``seen`` is which state of it they had before them (``as_seen``): nobody changes unseen what
    somebody else has changed meanwhile. Of what is new it is empty.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    seen: str = ""


class Cases(Protocol):
    """Reads cases; nobody is told of those that are not theirs to see."""

    def listed(
        self, viewer: Author, asked: Asked, day: date, after: str | None = None, most: int = 50
    ) -> CaseList:
        """Return a page of cases by name; five queries, however many there are."""

    def one(self, case: str, viewer: Author, day: date) -> CasePage:
        """Return a case; NotFoundError if there is none that ``viewer`` may see."""

    def history(
        self, case: str, viewer: Author, before: int | None = None, most: int = 50
    ) -> Sequence[Happened]:
        """Return what happened, the latest first; ``before`` is where the list goes on."""

    def colleagues(self) -> Sequence[Choice]:
        """Return who may have cases."""

    def massnahmen(self) -> Sequence[Choice]:
        """Return all Maßnahmen; ``of`` is their Träger's name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new participation, and the name by which it is taken back."""

    id: str
    change: int


class CaseChanges(Protocol):
    """Changes cases; every change writes its event, and all but new cases can be taken back.

    What changes something returns the name by which it is taken back; None if nothing differed.

    Errors: NotFoundError for a case that is not theirs to see, ConflictError if somebody has
    changed the same meanwhile, InvalidDataError for a number that somebody else has.
    """

    def opened(self, person: Given, part: Given | None, author: Author) -> str:
        """Open a case for a new person, perhaps in a Maßnahme; return its id."""

    def person_changed(self, case: str, given: Given, author: Author) -> int | None:
        """Change what is known of the person."""

    def ended(self, case: str, day: date | None, author: Author) -> int | None:
        """End a case on a day, or open it again (None)."""

    def part_opened(self, case: str, given: Given, author: Author) -> Opened:
        """Add a participation."""

    def part_changed(self, case: str, part: str, given: Given, author: Author) -> int | None:
        """Change a participation."""

    def taken(self, case: str, author: Author) -> int | None:
        """Take a case that nobody has; NotFoundError if there is none, or somebody was faster."""

    def handed(self, case: str, to: str, author: Author) -> int | None:
        """Hand a case to a colleague, who sees it from now on instead."""

    def undone(self, case: str, change: int, author: Author) -> None:
        """Take a change back; ConflictError if the same was changed again since."""
