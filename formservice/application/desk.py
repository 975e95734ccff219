"""The desk: which documents somebody has to look through, and what they decide about each field.

What somebody decides is kept at once as a draft, field by field; when all is decided it becomes
one further version of the record. The machine's reading stays the version it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.desk_pictures import Seen
from formservice.application.editing import Editing
from formservice.application.ports_store import Author
from formservice.application.search import Place
from formservice.domain.case import NAMES, State
from formservice.domain.errors import ConflictError
from formservice.domain.findings import FindingCode

LOOKED_THROUGH = "desk.looked-through"
"""The event of a document whose doubtful fields somebody has all looked at."""

DRAFT_KIND = "desk"
"""What drafts of the desk are called among those of everything."""
LOOK = "look"
"""What is said of a field that somebody has marked for a closer look, and not decided."""
FIELD_CODES = frozenset(
    {
        FindingCode.DOUBTFUL,
        FindingCode.CONFLICT,
        FindingCode.MALFORMED,
        FindingCode.UNREADABLE,
        FindingCode.NOT_FOUND,
    }
)
"""Findings about how a field was read: somebody has to look."""
DOCUMENT_CODES = frozenset(
    {
        FindingCode.UNIDENTIFIED,
        FindingCode.OTHER_FORM,
        FindingCode.PUT_TOGETHER,
        FindingCode.PAGE_TWICE,
        FindingCode.PAGE_UNREADABLE,
    }
)
"""Findings about which form this is, and which pages belong to it."""


class TakenError(ConflictError):
    """Somebody else looks through this document just now."""

    code = "desk.taken"


class GoneOnError(ConflictError):
    """Somebody else has decided about the document that one was looking through."""

    code = "desk.decided"
    default_hint = (
        "Was hier entschieden war und noch nicht gespeichert, ist nicht übernommen worden."
        " Bitte den nächsten Vorgang nehmen."
    )

    def __init__(self, state: State) -> None:
        """Tell where the document stands now."""
        super().__init__(f"Dieser Vorgang ist inzwischen {NAMES[state]}.")


@dataclass(frozen=True, slots=True)
class Holding:
    """Who looks a document through just now: ``decided`` of ``asked`` fields are decided."""

    user: str
    name: str
    decided: int
    asked: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents of the queue somebody wants: all, of one form, of one batch."""

    form: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """What waits at the desk, for one viewer; ``count`` stops at ``most``.

    ``taken`` are those that others look through, ``oldest`` the day the first was received, and
    ``forms`` how many there are of each form (None: not recognised).
    """

    count: int
    taken: int
    oldest: date | None
    forms: Sequence[tuple[str | None, int]]
    most: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document of the queue, for lists: how many fields are in doubt, who has it.

    ``place`` is where it stands in the order of the queue.
    """

    document: str
    name: str
    form: str | None
    received: date
    doubtful: int
    user: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a field, before it is saved.

    ``said`` is ``as-read``, ``blank``, ``unreadable``, ``value`` or ``LOOK``; ``compared`` says
    that the person's own words were compared with the original.
    """

    said: str
    value: object = None
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has decided of a document: by field, in the order it was decided."""

    base: int
    decisions: Mapping[str, Decision]


class DeskStore(Protocol):
    """The queue of the desk, each call in a transaction of its own."""

    def queued(self, viewer: Author, choice: Choice) -> Queued:
        """Return what waits for ``viewer``."""

    def waiting(
        self, viewer: Author, choice: Choice, most: int, after: Place | None = None
    ) -> Sequence[Waiting]:
        """Return the first documents of the queue, or those behind a place, the oldest first."""

    def take(
        self, viewer: Author, choice: Choice, after: str | None, seconds: float
    ) -> str | None:
        """Take the next document nobody has, for so many seconds; None if there is none.

        It comes behind ``after`` in the queue, or, at its end, from the beginning.
        """

    def following(self, viewer: Author, choice: Choice, after: str | None) -> str | None:
        """Return what ``take`` would take now; nobody has it for that."""

    def hold(self, viewer: Author, document: str, seconds: float) -> str | None:
        """Take or keep this document; return who has it if that is somebody else."""

    def besides(self, viewer: Author, document: str) -> Holding | None:
        """Return who else than ``viewer`` looks a document through; None if nobody."""

    def release(self, viewer: Author, document: str) -> None:
        """Let others take a document; NotFoundError if ``viewer`` may not see it."""

    def finish(
        self,
        viewer: Author,
        document: str,
        write: Callable[[Editing], int],
        draft: Draft | None = None,
    ) -> int:
        """Do what makes a version, and keep with it that all in doubt was looked at there.

        The draft goes, and nobody has the document any more. ConflictError if ``draft`` is given
        and something else was decided meanwhile.
        """

    def draft(self, viewer: Author, document: str) -> Draft:
        """Return what somebody has decided of a document and not yet saved."""

    def keep_draft(self, viewer: Author, document: str, change: Callable[[Draft], Draft]) -> Draft:
        """Keep what ``change`` makes of that; return what it was before.

        Nobody else decides in between. It may be called several times, and changes nothing
        itself; without decisions nothing is kept. NotFoundError if ``viewer`` may not see the
        document.
        """

    def seen(self, viewer: Author, document: str) -> Seen:
        """Return a document that ``viewer`` may see; NotFoundError for any other."""


def doubtful(reading: Mapping[str, Any]) -> list[str]:
    """Return the fields of a record that somebody has to look at, as they stand on the pages."""
    fields = reading.get("fields") or {}
    told = {
        one.get("field")
        for one in reading.get("findings") or ()
        if one.get("code") in FIELD_CODES and one.get("field") in fields
    }
    return [
        key
        for key, one in fields.items()
        if not is_decided(one) and (key in told or one.get("doubts"))
    ]


def is_decided(field: Mapping[str, Any]) -> bool:
    """Say whether a person has decided about a field before."""
    return bool(field.get("corrected") or field.get("confirmed"))
