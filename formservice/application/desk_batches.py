"""Batches: many files uploaded together, and what became of each of their pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from formservice.application.ports_store import Author, Kept
from formservice.application.receive import Receive, Sent
from formservice.application.uploading import plain_name, refuse_too_large
from formservice.domain.case import State
from formservice.domain.errors import EmptyDocumentError, NotFoundError

SOURCE = "batch"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, for lists: who uploaded it and when (seconds since 1970), how many files."""

    id: str
    user: str
    name: str | None
    created_at: float
    files: int
    unfinished: int
    failed: int


@dataclass(frozen=True, slots=True)
class BatchFile:
    """What became of a file: how many pages it has, how many are in documents, how many in none.

    ``pages`` is None for one that was there before it was counted. ``found`` are its documents
    with form and state, as far as the viewer sees them. ``error`` is the code of why it stands.
    Of what the viewer does not see any more (``is_seen``) there are the numbers only, no name.
    ``same`` are other received files of the same bytes, sent by somebody else.
    """

    document: str
    name: str
    known: bool
    status: str
    state: State
    error: str | None
    pages: int | None
    filed: int
    aside: int
    found: Sequence[tuple[str, str | None, State]]
    is_seen: bool = True
    same: Sequence[str] = ()

    @property
    def is_done(self) -> bool:
        """Whether no worker has it any more."""
        return self.status not in ("ready", "running")

    @property
    def failed(self) -> bool:
        """Whether no worker got through with it, so that it can be tried once more."""
        return self.status == "failed"

    @property
    def refused(self) -> int:
        """How many pages could not be read at all: those of a file that was refused."""
        # Without a reason to refuse it, a file with no page anywhere is one that lost them all.
        is_refused = self.is_done and self.error is not None
        return (self.pages or 0) if is_refused and not self.filed and not self.aside else 0

    @property
    def missing(self) -> int:
        """How many pages nobody can account for; always 0 when it is done."""
        if self.pages is None or not self.is_done or self.failed:
            return 0
        return self.pages - self.filed - self.aside - self.refused


class BatchStore(Protocol):
    """Which files came together."""

    def opened(self, viewer: Author) -> str:
        """Begin a batch and return its id."""

    def added(self, viewer: Author, batch: str, document: str, pages: int, known: bool) -> None:
        """Keep that a file belongs to a batch; NotFoundError if that is none of the viewer's."""

    def batches(self, viewer: Author, most: int = 50) -> Sequence[Batch]:
        """Return the newest batches that ``viewer`` may see."""

    def files(self, viewer: Author, batch: str) -> Sequence[BatchFile]:
        """Return what became of the files of a batch; NotFoundError if there is no such batch."""

    def retried(self, viewer: Author, document: str) -> bool:
        """Give a document that was put aside to workers once more; False if it was not."""


class Batches:
    """The use case „upload a batch“."""

    def __init__(
        self,
        store: BatchStore,
        receive: Receive,
        count: Callable[[bytes], int],
        today: Callable[[], date],
        wake: Callable[[], None],
    ) -> None:
        """Keep where things go.

        ``count`` returns how many pages a file has and raises an InputError if it cannot be
        opened; ``wake`` tells workers that there is something to do.
        """
        self.store = store
        self._receive = receive
        self._count = count
        self._today = today
        self._wake = wake

    def add(self, viewer: Author, batch: str, data: bytes, name: str) -> tuple[Kept, bool]:
        """Keep a file of a batch; the second value says that it was known already.

        Sent again it is the same document.

        Raises:
            InputError: it cannot be opened, with the reason; nothing is kept.
            NotFoundError: there is no such batch.
            StorageError: it is not kept, or nobody knows; sending it again is harmless.
        """
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        refuse_too_large(len(data))
        pages = self._count(data)
        sent = Sent(data, plain_name(name), SOURCE, self._today())
        kept, known = self._receive(sent, viewer)
        self.store.added(viewer, batch, kept.id, pages, known)
        return kept, known

    def again(self, viewer: Author, document: str) -> None:
        """Give a document to workers once more; NotFoundError if it was not put aside."""
        if not self.store.retried(viewer, document):
            raise NotFoundError(
                "Diese Datei wartet nicht mehr auf einen weiteren Versuch.",
                "Bitte die Seite neu laden.",
            )
        self._wake()
