"""What deleting needs of the places where something of a document is kept, as protocols."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar  # records have the shape of the JSON contract

from formservice.application.ports_store import Author

T = TypeVar("T")
Carried: TypeAlias = Mapping[str, Mapping[str, Collection[str]]]
"""Per form which fields of which forms may have been taken over from it (``ziele[].text``)."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Kept bytes that nothing names any more; received so many seconds ago."""

    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a deletion has still to do, begun ``tries`` times; it is kept until that is done.

    ``forget`` are the files whose pages may lie somewhere, ``unnamed`` the bytes to take away.
    """

    name: str
    tries: int
    forget: Sequence[str]
    unnamed: Sequence[Bytes]


@dataclass(frozen=True, slots=True)
class Blanked:
    """What goes out of other forms: so many fields of issued ones, and begun ones as a whole."""

    fields: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a deletion takes away, and what it cannot.

    ``documents`` are those meant, their parts, and files that hold nothing else; ``counts`` how
    many rows of which table; ``shared`` the originals that stay, with how many other documents
    they hold; ``handed_over`` the systems that were given a copy; ``sources`` which ways they came
    in (``folder``, ``mail``, …); ``blanked`` what other forms have taken over from them.
    """

    documents: Sequence[str]
    counts: Mapping[str, int]
    originals: Sequence[str]
    shared: Mapping[str, int] = field(default_factory=dict)
    handed_over: Sequence[str] = ()
    sources: Sequence[str] = ()
    blanked: Blanked = Blanked()


class Erasure(Protocol):
    """The rows of documents, inside one transaction."""

    def document(self, given: str) -> str:
        """Return the document of an id, or of the SHA-256 of its file or the beginning of that.

        Raises:
            NotFoundError: there is none.
            UsageError: there are several.
        """

    def scope(self, *documents: str) -> Scope:
        """Return what deleting documents takes away, each counted once.

        One may be a part of another, or be named twice. ConflictError while a worker has one.
        """

    def held(self) -> None:
        """Hold the chain of events: nobody changes a document until this transaction ends."""

    def discarded(self, seconds: float) -> Sequence[str]:
        """Return what its sender threw away at least so many seconds ago."""

    def readings(self, scope: Scope) -> Sequence[Mapping[str, Any]]:
        """Return every version of every record that goes."""

    def names(self, scope: Scope) -> Sequence[str]:
        """Return the names of the files and documents that go."""

    def to_blank(self, scope: Scope, carried: Carried) -> Blanked:
        """Return what ``blank`` would take away."""

    def blank(self, scope: Scope, carried: Carried) -> Blanked:
        """Take what documents said out of forms that were issued or begun for their cases."""

    def erase(self, scope: Scope, author: Author, reason: str, held: float) -> Unfinished:
        """Take all rows away and write the events; return what has still to be done.

        For ``held`` seconds nobody else does that. ConflictError while a worker has one of the
        documents.
        """

    def unfinished(self, held: float, *, at_once: bool = False) -> Sequence[Unfinished]:
        """Take what deletions left to do and nobody does now; ``at_once`` also what is new."""

    def later(self, names: Sequence[str], seconds: float) -> None:
        """Give back what cannot be done now."""

    def done(self, names: Sequence[str]) -> None:
        """Forget what is done."""

    def is_in_work(self, sha256: str) -> bool:
        """Say whether workers have to read these bytes, or do so just now, for a document."""

    def is_named(self, sha256: str) -> bool:
        """Say whether bytes are named; if not, nobody names them until this transaction ends."""


class Erasable(Protocol):
    """Where an installation keeps its documents."""

    def erasing(self) -> AbstractContextManager[Erasure]:
        """Open a transaction that writes."""

    def erased(self, do: Callable[[Erasure], T]) -> T:
        """Do what is one transaction; anew, a few times, if it clashes with another."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Whether nothing of deleted rows is left in the database's files, and what to know of it."""

    done: bool
    told: Sequence[str] = ()


class Cleaner(Protocol):
    """Takes out of files what deleted rows left in them."""

    def clean(self, *, full: bool) -> Cleaned:
        """Do it; ``full`` also where it takes long and holds everybody up."""


class Leftovers(Protocol):
    """What lies beside database and originals."""

    def forget(self, sha256: str) -> None:
        """Take away what is known of the pages of a file in work, and of ended processes."""

    def forget_pictures(self, sha256: str) -> None:
        """Take away the pictures of a file's pages alone: it is in work for another document."""

    def beyond(self) -> Sequence[str]:
        """Return the files that hold earlier states, which no deletion reaches."""
