"""Finding what is kept: what a search gives, and how a list goes on where it ended."""

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from formservice.application.ports_store import Author
from formservice.domain.case import State
from formservice.domain.errors import UsageError
from formservice.domain.search_query import Query, Vocabulary

MOST = 500
"""So many documents are told at once at most."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, as a list shows it; ``blocks`` and ``asks`` count findings."""

    id: str
    part_of: str | None
    name: str
    form: str | None
    edition: str | None
    reference: str | None
    traeger: str | None
    state: State
    received: date
    created_at: float
    version: int
    status: str
    error: str | None
    blocks: int
    asks: int


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found, the latest received first.

    ``counts`` says of all that was found how many documents there are of each state and form;
    ``next`` is where the next page begins, None after the last.
    """

    hits: Sequence[Hit]
    counts: Mapping[tuple[State, str | None], int]
    next: str | None

    @property
    def total(self) -> int:
        """How many documents were found."""
        return sum(self.counts.values())

    @property
    def states(self) -> Mapping[State, int]:
        """How many were found in each state, in the order of work."""
        told = dict.fromkeys(State, 0)
        for (state, _), count in self.counts.items():
            told[state] += count
        return {state: count for state, count in told.items() if count}

    @property
    def forms(self) -> Mapping[str | None, int]:
        """How many were found of each form, the most first; None is no form recognised."""
        told: dict[str | None, int] = {}
        for (_, form), count in self.counts.items():
            told[form] = told.get(form, 0) + count
        return dict(sorted(told.items(), key=lambda one: (-one[1], one[0] or "")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended."""

    received: date
    created_at: float
    id: str

    def __str__(self) -> str:
        """Return the place as one word that may stand in an address."""
        told = json.dumps([self.received.isoformat(), self.created_at, self.id])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def told(cls, text: str) -> "Place":
        """Return the place that ``text`` names; UsageError if it names none."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
            day, moment, id_ = json.loads(data)
            place = cls(date.fromisoformat(day), float(moment), str(id_))
            if not math.isfinite(place.created_at) or not place.id.isprintable():
                raise ValueError
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise UsageError(
                "Diese Fortsetzung einer Liste gibt es nicht.",
                "Bitte die Suche noch einmal von vorn beginnen.",
            ) from None
        return place


class Search(Protocol):
    """Finds documents, inside one transaction; nobody is told of what they may not see."""

    def understood(self, text: str, vocabulary: Vocabulary) -> Query:
        """Return what somebody typed; UsageError if it cannot be understood."""

    def find(
        self, query: Query, viewer: Author, limit: int = 50, after: Place | None = None
    ) -> Hits:
        """Return documents that ``viewer`` may see, in a constant number of queries."""

    def viewer(self, user: str) -> Author:
        """Return a user with the role that is known; NotFoundError if there is none."""

    def is_visible(self, document: str, viewer: Author) -> bool:
        """Say whether there is such a document and ``viewer`` may see it."""

    def holds_unseen(self, document: str, original: str, viewer: Author) -> bool:
        """Say whether a file holds pages of documents that ``viewer`` may not see.

        It is the file that ``document`` came in, or one that it has pages of.
        """

    def named(self, text: str, viewer: Author) -> Sequence[str]:
        """Return the ids that are or begin with ``text``, or whose original has this hash."""


class Searching(Protocol):
    """One transaction, as far as finding goes."""

    @property
    def search(self) -> Search:
        """Finding documents."""


class Kept(Protocol):
    """Where documents are kept."""

    def look(self) -> AbstractContextManager[Searching]:
        """Open a transaction that only reads."""


class Find:
    """The use case „find“."""

    def __init__(self, kept: Kept, vocabulary: Vocabulary) -> None:
        """Search in ``kept`` for what ``vocabulary`` names."""
        self._kept = kept
        self._vocabulary = vocabulary

    def __call__(self, text: str, viewer: Author, limit: int = 50, after: str = "") -> Hits:
        """Return what ``viewer`` may see of what ``text`` asks for, from ``after`` on.

        Raises:
            UsageError: the query cannot be understood, or the list has no such place.
        """
        if not 1 <= limit <= MOST:
            raise UsageError(f"Auf einmal werden 1 bis {MOST} Vorgänge gezeigt.")
        place = Place.told(after) if after else None
        with self._kept.look() as work:
            query = work.search.understood(text, self._vocabulary)
            return work.search.find(query, viewer, limit, place)
