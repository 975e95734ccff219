"""What the use cases need of the place where documents are kept, as protocols."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias, TypeVar

from formservice.application.ports_delivery import Deliveries
from formservice.domain import case
from formservice.domain.case import Role, State
from formservice.domain.chain import Link

T = TypeVar("T")


Author: TypeAlias = case.Author
SERVICE = case.SERVICE
RESTORED = "archive.restored"
"""The event of a restored backup: what came after that, the database knows; what before, not."""
FORM_COPY, PICTURE_COPY = "form", "picture"
"""The kinds of archive copies: of the form, filled in, and of a scan's pictures."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something received: a file whose original is kept already.

    ``id`` is the sender's own (idempotency key) or a new one; ``source`` is ``upload``,
    ``folder``, ``mail`` or ``batch``; ``received`` the day in the office's time zone.
    """

    id: str
    sha256: str
    size: int
    name: str
    source: str
    received: date
    medium: str | None = None
    traeger: str | None = None


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page of a document: which page (from 1) of which original it is."""

    original: str
    page: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it is kept, without its records."""

    id: str
    original: str | None
    part_of: str | None
    name: str
    source: str
    state: State
    form: str | None
    edition: str | None
    reference: str | None
    traeger: str | None
    received: date
    version: int
    stage: str
    status: str
    tries: int
    error: str | None


@dataclass(frozen=True, slots=True)
class CopyOf:
    """An archive copy of a version of a document; its bytes are among the originals.

    ``kind`` is ``FORM_COPY``, ``PICTURE_COPY``, or the name of a file beside them.
    """

    document: str
    version: int
    kind: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record: what was read, or what a person made of it, and why."""

    document: str
    version: int
    created_at: float
    author: str
    reason: str
    sha256: str
    reading: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A finding that somebody answers for, with the reason.

    ``finding`` is which one (``domain.changes.finding_id``): a later one of the same kind for
    another cause is another. None for what is no finding: why somebody moved a document.
    """

    code: str
    field: str | None
    reason: str
    author: str
    role: Role
    created_at: float
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A form found in what was received: its pages and its reading, as ``read --json`` has it."""

    pages: Sequence[PageOf]
    reading: Mapping[str, object]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Work taken by a worker: it holds until ``fence`` is outdated by another claim."""

    document: str
    stage: str
    tries: int
    fence: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many documents stand at a stage in a status; since when, in seconds, the oldest."""

    stage: str
    status: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """A document put aside because no worker got through with it, and the code of why."""

    document: str
    name: str
    stage: str
    error: str | None
    tries: int


class Originals(Protocol):
    """Received bytes under their SHA-256: written once, durably, and never changed."""

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256; the same bytes again change nothing."""

    def read(self, sha256: str) -> bytes:
        """Return an original, checked against its hash; NotFoundError if there is none."""

    def exists(self, sha256: str) -> bool:
        """Say whether there is an original, without looking at its bytes."""

    def delete(self, sha256: str, older: float = 0.0) -> bool:
        """Forget an original for good; say whether there is none now.

        One that somebody put, or put again, within the last ``older`` seconds stays.
        """

    def names(self, older: float = 0.0) -> Iterator[str]:
        """Yield the SHA-256 of every original that is there, in order.

        None that somebody put, or put again, within the last ``older`` seconds.
        """

    def check(self) -> None:
        """Raise a StorageError unless originals can be kept here."""


class Documents(Protocol):
    """Documents, their records and what people decided, inside one transaction.

    Every change writes its event into the chain with it. Errors: NotFoundError for an unknown id,
    ConflictError where somebody else was faster, UsageError for what a role may not do.
    """

    def receive(
        self, arrival: Arrival, author: Author, *, is_read: bool = False
    ) -> tuple[Kept, bool]:
        """Keep what arrived; the second value says that it was known already.

        ``is_read`` says that what was found in it follows in this very transaction, so that it
        waits for no worker. ConflictError for a sender's own id with other bytes than before.
        """

    def get(self, document: str) -> Kept:
        """Return a document."""

    def parts(self, document: str, viewer: Author | None = None) -> Sequence[Kept]:
        """Return the forms found in a received file, in order; those that ``viewer`` may see."""

    def pages(self, document: str) -> Sequence[PageOf]:
        """Return where the pages of a document stand."""

    def unknown(self, originals: Sequence[str]) -> Sequence[str]:
        """Return those of so many originals that no document has ever named."""

    def received_as(self, sha256: str, traeger: str | None = None) -> Kept | None:
        """Return the received document that has these bytes.

        From a Träger only its own; for the office only what is handed in.
        """

    def found(
        self,
        document: str,
        found: Sequence[Found],
        author: Author,
        aside: Sequence[Mapping[str, object]] = (),
    ) -> Sequence[str]:
        """Keep what was found in a received file; return the ids of the documents it became.

        One form is the received document itself, several are parts of it. ``aside`` is what is no
        document: empty backs, separator sheets, pages of a document that stands with another
        file. With neither the file is unidentified. Said again, nothing changes.
        """

    def readings(self, document: str) -> Sequence[Mapping[str, object]]:
        """Return all that was found in a received file, newest versions; none if not read yet."""

    def newest(self, document: str) -> Version:
        """Return the newest record of a document."""

    def versions(self, document: str) -> Sequence[Version]:
        """Return all records of a document, oldest first."""

    def save(
        self,
        document: str,
        base: int,
        reading: Mapping[str, object],
        author: Author,
        reason: str = "",
    ) -> int:
        """Keep a further version made from version ``base`` and return its number.

        ConflictError names the fields that somebody else changed meanwhile; UsageError for whom
        ``domain.case`` does not let edit it where it stands.
        """

    def move(
        self,
        document: str,
        state: State,
        author: Author,
        reason: str = "",
        *,
        seen: int | None = None,
    ) -> None:
        """Move a document to another state, if ``domain.case`` allows it.

        ``seen`` is the version that a person decided about; ConflictError if there is a newer.
        """

    def acknowledge(
        self, document: str, code: str, field: str | None, author: Author, reason: str
    ) -> None:
        """Keep that somebody answers for a finding as it is in the newest record.

        UsageError without a reason, and where there is no such finding.
        """

    def withdraw(self, document: str, code: str, field: str | None, author: Author) -> None:
        """Take back an answer; UsageError if there is none, or the document is decided."""

    def acknowledged(self, document: str) -> Sequence[Acknowledged]:
        """Return what people answered for."""


class Queue(Protocol):
    """Work on documents, inside one transaction; every write is fenced."""

    def claim(self, stages: Sequence[str], owner: str, lease: float) -> Claim | None:
        """Take the document that is due longest, for ``lease`` seconds; None if none is."""

    def heartbeat(self, claim: Claim, lease: float) -> bool:
        """Hold a claim for longer; False if it is lost."""

    def held(self, claim: Claim) -> bool:
        """Say whether a claim still holds; if so, nobody takes it until this transaction ends."""

    def finish(self, claim: Claim, stage: str, status: str, error: str | None = None) -> bool:
        """End the claim and send the document on; False, with nothing done, if it is lost.

        ``error`` says why its sender was refused, where that is what the work was to find out.
        """

    def fail(self, claim: Claim, error: str, again_in: float | None) -> bool:
        """End the claim with an error; due again in so many seconds, or for people if None."""

    def give_back(self, claim: Claim) -> bool:
        """End the claim as if it had never been, for another worker to take at once."""

    def tell(self, claim: Claim, code: str, done: int | None, total: int | None) -> bool:
        """Write how far the work is, for people to see; False if the claim is lost."""

    def send(self, document: str, stage: str) -> bool:
        """Give a document that waits for people or was put aside to workers; False if neither."""

    def retry(self, document: str) -> bool:
        """Give a document that was put aside to workers once more; False if it was not."""

    def standing(self) -> Sequence[Standing]:
        """Return how many documents stand where."""

    def stuck(self, most: int = 100) -> Sequence[Stuck]:
        """Return documents that were put aside, the earliest received first."""

    def overlooked(self, longer: float, most: int = 1000) -> Sequence[str]:
        """Return what has been due for longer than so many seconds, and nobody took."""


class Events(Protocol):
    """The chain of events, inside one transaction."""

    def append(
        self,
        type_: str,
        author: Author,
        document: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Link:
        """Write the next event. ``body`` must hold no value of a form."""

    def held(self) -> None:
        """Hold the chain; to be called before anything that will have an event is written."""

    def began(self) -> float | None:
        """Return since when it is known what is received: seconds since 1970; None: not at all."""

    def salted(self, document: str, value: str) -> str:
        """Return the hash of a value with the document's own salt, which goes when it goes."""


class Copies(Protocol):
    """Archive copies, and what their protocol tells, inside one transaction."""

    def keep(self, copy: CopyOf, author: Author) -> bool:
        """Keep that there is a copy; False if that is known."""

    def of(self, document: str) -> Sequence[CopyOf]:
        """Return the copies of a document, the newest last."""

    def history(self, document: str) -> Sequence[Link]:
        """Return what happened to a document, in its order."""

    def people(self, users: Collection[str]) -> Mapping[str, str]:
        """Return the names of those users that are known, by their ids."""


class Work(Protocol):
    """One transaction: all of it holds, or nothing."""

    @property
    def documents(self) -> Documents:
        """Documents and their records."""

    @property
    def queue(self) -> Queue:
        """Work on documents."""

    @property
    def events(self) -> Events:
        """The chain of events."""

    @property
    def copies(self) -> Copies:
        """Archive copies."""

    @property
    def deliveries(self) -> Deliveries:
        """What goes to other systems."""


class Store(Protocol):
    """Where an installation keeps its documents."""

    def work(self) -> AbstractContextManager[Work]:
        """Open a transaction that writes."""

    def written(self, do: Callable[[Work], T]) -> T:
        """Do what writes in one transaction; anew, a few times, if it clashes with another."""

    def look(self) -> AbstractContextManager[Work]:
        """Open a transaction that only reads, at one point in time."""
