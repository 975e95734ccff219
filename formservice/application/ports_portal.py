"""What handing in needs of the place where documents are kept, as protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from formservice.application.ports_store import Author
from formservice.domain.case import State

SUBMITTED = "document.submitted"
"""The event of a document that was handed in, or sent once more with corrections."""


@dataclass(frozen=True, slots=True)
class Submission:
    """That somebody handed in a version of a document, and when (seconds since 1970).

    ``sha256`` is the hash of that version of its record, ``original`` of the file it stands in.
    """

    id: str
    document: str
    version: int
    user: str
    sha256: str
    original: str | None
    at: float


class Submissions(Protocol):
    """What was handed in, inside one transaction."""

    def add(self, document: str, author: Author, received: date | None = None) -> Submission:
        """Keep that the newest version was handed in; ``received`` is from now on its day."""

    def of(self, document: str) -> Sequence[Submission]:
        """Return what was handed in of a document, earliest first."""

    def get(self, submission: str, viewer: Author) -> Submission:
        """Return what was handed in; NotFoundError unless ``viewer`` may see the document."""


MOST_LISTED = 500
"""So many documents a list of its sender shows; it says so, and older ones the search finds."""


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """A document as a list of its sender shows it.

    ``blocks`` and ``asks`` count findings; ``submission`` is the last one, None before the first;
    ``reason`` is why it was returned, None if it was not. ``person`` is whom it is about, None
    while it belongs to no participation with its Träger; ``named`` is then whom it names itself.
    """

    id: str
    name: str
    form: str | None
    state: State
    received: date
    version: int
    status: str
    error: str | None
    blocks: int
    asks: int
    submission: str | None
    reason: str | None
    person: str | None
    named: str = ""

    @property
    def is_read(self) -> bool:
        """Whether no worker has it in hand."""
        return self.status not in ("ready", "running")


@dataclass(frozen=True, slots=True)
class Came:
    """A form that came for a participation: which document it is, where it stands, since when."""

    document: str
    form: str | None
    state: State
    received: date


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part in a Maßnahme of the Träger; ``came`` is the latest first."""

    participation: str
    case: str
    name: str
    vorname: str
    massnahme: str
    begins: date | None
    ends: date | None
    came: Sequence[Came] = ()


class PortalLists(Protocol):
    """What a Träger sees of what is kept."""

    def traeger(self, viewer: Author) -> Sequence[tuple[str, str]]:
        """Return ids and names of the Träger that somebody works for."""

    def documents(self, viewer: Author) -> Sequence[OwnDocument]:
        """Return what came from them: what waits for them first, then the latest first.

        The list ends after ``MOST_LISTED``.
        """

    def participants(self, viewer: Author, since: date) -> Sequence[Participant]:
        """Return who takes part in their Maßnahmen, or did so until ``since`` or later."""

    def participant(self, participation: str, viewer: Author) -> Participant:
        """Return somebody who takes part; NotFoundError for one of another Träger."""
