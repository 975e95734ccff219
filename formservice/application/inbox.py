"""The inbox: what came in, what of it is urgent, and what has been decided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.desk import Holding
from formservice.application.ports_store import Acknowledged, Author, Kept
from formservice.domain.case import State
from formservice.domain.chain import Link
from formservice.domain.errors import UsageError


class Box(StrEnum):
    """Which documents a list shows; the word stands in its address."""

    OPEN = "offen"
    LATE = "spaet"
    FINDINGS = "befunde"
    NEW = "ohne-befund"
    UNASSIGNED = "ohne-fall"
    RETURNED = "zurueckgegeben"
    ACCEPTED = "angenommen"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document as the inbox lists it; findings that somebody answers for do not count.

    ``named`` is whom it names itself, as long as it belongs to no case.
    """

    id: str
    form: str | None
    edition: str | None
    name: str
    state: State
    received: date
    source: str
    traeger_name: str
    case: str | None
    person: str
    massnahme: str
    late: int
    blocks: int
    asks: int
    rank: int
    named: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the inbox ended."""

    rank: int
    received: date
    id: str

    def __str__(self) -> str:
        """Return the place as one word that may stand in an address."""
        return f"{self.rank}_{self.received.isoformat()}_{self.id}"

    @classmethod
    def told(cls, text: str) -> "Place":
        """Return the place that ``text`` names; UsageError if it names none."""
        found = _PLACE.fullmatch(text)
        try:
            if found is None:
                raise ValueError
            return cls(int(found[1]), date.fromisoformat(found[2]), found[3])
        except ValueError:
            raise UsageError("Diese Fortsetzung der Liste gibt es nicht.") from None


_PLACE = re.compile(r"(\d)_(\d{4}-\d{2}-\d{2})_([0-9A-Za-z._:-]{1,64})")


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of a box, the most urgent first; ``counts`` says how many there are of each."""

    rows: Sequence[Incoming]
    next: str | None
    counts: Mapping[Box, int]


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is kept of a document and needed to decide about it.

    ``sent`` is what the form said when it was issued under its reference, ``earlier`` records of
    other forms of the same case by form, the newest of each. ``belongs`` is the case, with its
    person, participation and Maßnahme. ``held`` is who else looks it through at the desk now.
    """

    kept: Kept
    reading: Mapping[str, Any] | None
    acknowledged: Sequence[Acknowledged]
    sent: Mapping[str, object] | None
    earlier: Mapping[str, Mapping[str, Any]]
    belongs: "Belongs | None"
    traeger_name: str
    links: Sequence[Link]
    people: Mapping[str, str]
    held: Holding | None = None


@dataclass(frozen=True, slots=True)
class Belongs:
    """The case of a document. ``ours`` says whether who looks may open it."""

    case: str
    participation: str | None
    person: str
    massnahme: str
    ours: bool


class Incomings(Protocol):
    """Reads what came in; nobody is told of documents that are not theirs to see."""

    def listed(
        self, viewer: Author, box: Box, after: Place | None = None, most: int = 50
    ) -> Inbox:
        """Return a page of a box, the most urgent first: two queries, however many there are."""

    def after(self, viewer: Author, document: str) -> str | None:
        """Return the document to decide next, besides this one; None if there is none."""

    def whole(self, viewer: Author, document: str) -> Whole:
        """Return a document with all that belongs to it; NotFoundError if it is not theirs."""
