"""What proving needs of the place where documents are kept, as protocols."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from formservice.domain.chain import Head


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands in the table; ``body`` is still text, whatever it says."""

    seq: int
    at: str
    type: str
    document: str | None
    author: str
    body: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A version of a record as it stands in the table; ``reading`` is still text."""

    version: int
    created_at: float
    author: str
    reason: str
    sha256: str
    reading: str


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """An archive copy as it stands in the table."""

    version: int
    kind: str
    sha256: str
    size: int
    created_at: float


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of a document as it stands in the table: of which original, which one there."""

    original: str
    page: int


@dataclass(frozen=True, slots=True)
class KeptReason:
    """Why somebody answers for a finding or moved a document, as it stands in the table."""

    code: str
    field: str | None
    finding: str | None
    author: str
    role: str
    reason: str
    created_at: float


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """What is handed to another system as it stands in the table; ``files`` is still text."""

    zielsystem: str
    version: int
    status: str
    files: str
    receipt: str | None


@dataclass(frozen=True, slots=True)
class KeptBelonging:
    """To which case a document belongs as it stands in the table: so who may see it."""

    case: str
    participation: str | None


@dataclass(frozen=True, slots=True)
class KeptSubmission:
    """That a version was handed in, as it stands in the table."""

    id: str
    version: int
    user: str
    sha256: str
    original: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Account:
    """All of a document that its events tell of, and these events in their order.

    ``differing`` says in German what lists and searches have otherwise than the newest record.
    """

    id: str
    original: str | None
    part_of: str | None
    name: str
    source: str
    state: str
    version: int
    received: str
    created_at: float
    traeger: str | None
    aside: str | None
    salt: str | None
    events: Sequence[Entry]
    records: Sequence[KeptRecord]
    copies: Sequence[KeptCopy]
    reasons: Sequence[KeptReason]
    pages: Sequence[KeptPage]
    deliveries: Sequence[KeptDelivery]
    belongings: Sequence[KeptBelonging]
    submissions: Sequence[KeptSubmission]
    differing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to prove."""

    events: int
    documents: int
    originals: int


class Proof(Protocol):
    """What is kept, in the order in which it is proved, at one point in time."""

    def damage(self) -> str | None:
        """Return what the database itself finds damaged in its file, in German; None if nothing.

        A server proves its files by itself (checksums of its pages), and has no answer here.
        """

    def amount(self, since: int) -> Amount:
        """Return how much there is of what events from ``since`` on tell of."""

    def entries(self, after: int, most: int) -> Sequence[Entry]:
        """Return the next events after the one numbered ``after``."""

    def there(self, documents: Collection[str]) -> Collection[str]:
        """Return those of so many documents that are there."""

    def deleted(self, documents: Collection[str], after: int) -> Collection[str]:
        """Return those of so many documents of whose deletion a later event tells."""

    def accounts(self, after: str, most: int, since: int) -> Sequence[Account]:
        """Return the next documents of which events from ``since`` on tell."""

    def originals(self, after: str, most: int, since: int) -> Sequence[tuple[str, int]]:
        """Return SHA-256 and size of the next originals and copies of such documents."""

    def is_named(self, sha256: str) -> bool:
        """Say whether an original is still one that has to be there."""


class Provable(Protocol):
    """Where an installation keeps its documents."""

    def proof(self) -> AbstractContextManager[Proof]:
        """Open what is kept at one point in time."""


class Heads(Protocol):
    """The heads of the chain, kept apart from it."""

    def all(self) -> Iterable[Head]:
        """Return all heads; AlteredError for one that is not as it was written."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a broken-off run was: ``step`` and what it had done last there.

    ``events`` is how many of them were proved, ``seen`` the documents and originals.
    """

    since: int
    begun: str
    step: str
    after: str
    documents: int = 0
    originals: int = 0


class Places(Protocol):
    """Where a run keeps how far it is, and what the last whole one found."""

    def place(self) -> Place | None:
        """Return how far the run was that was broken off last; None if none was."""

    def keep(self, place: Place) -> None:
        """Keep how far a run is."""

    def forget(self) -> None:
        """Forget it: the run has ended."""

    def last(self) -> Head | None:
        """Return how far the chain was when it was last found whole."""

    def seconds_since_whole(self) -> float | None:
        """Return how long ago everything was found whole; None if it was not the last time."""

    def found_whole(self, head: Head) -> None:
        """Keep that everything was found whole up to ``head``."""

    def found_broken(self, told: str) -> None:
        """Keep what was found broken, until everything is whole again."""
