"""Takes in one file: its bytes are durable before anybody is told, and then a worker reads it."""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from formservice.application.ports_store import (
    SERVICE,
    Arrival,
    Author,
    Kept,
    Originals,
    Store,
    Work,
)
from formservice.domain.errors import StorageError

T = TypeVar("T")

# Each time it takes somebody who stands still for half a minute.
_TIMES = 3


class GoneError(Exception):
    """Bytes that are being named were taken away since they were kept."""


def refuse_gone(originals: Originals, names: Iterable[str]) -> None:
    """Raise GoneError unless bytes are there that this transaction names.

    Whoever kept them and then stood still for long may have had them taken away as nobody's, with
    a deletion of the same bytes. Once they are named here nobody does that.
    """
    if not all(originals.exists(one) for one in names):
        raise GoneError(
            "Das Original ist inzwischen gelöscht worden.", "Bitte noch einmal senden."
        )


def kept_while_named(keep_and_name: Callable[[], T]) -> T:
    """Keep bytes and name them; both once more if they were taken away in between.

    StorageError if they are, time and again.
    """
    for _ in range(_TIMES):
        with suppress(GoneError):
            return keep_and_name()
    raise StorageError("Das Original wird immer wieder gelöscht.", "Bitte noch einmal senden.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as somebody sent it; ``id`` is the sender's own (idempotency key), if any."""

    data: bytes
    name: str
    source: str
    received: date
    id: str | None = None


class Receive:
    """The use case „receive“: keep the original, then the document, for workers to read."""

    def __init__(
        self,
        store: Store,
        originals: Originals,
        deliver: Callable[[str], None] = lambda _document: None,
    ) -> None:
        """Keep where things go. ``deliver`` tells workers of a document; if not they find it."""
        self._store = store
        self._originals = originals
        self._deliver = deliver

    def __call__(self, sent: Sent, author: Author = SERVICE) -> tuple[Kept, bool]:
        """Keep a file and return its document; the second value says that it was known already.

        Sent again, after whatever happened, it is the same document.

        Raises:
            ConflictError: the sender's own id was used for other bytes before.
            StorageError: it is not kept, or nobody knows; sending it again is harmless.
        """
        name = sent.id or str(uuid.uuid4())

        def receive() -> tuple[Kept, bool]:
            sha256 = self._originals.put(sent.data)
            arrival = Arrival(
                name, sha256, len(sent.data), sent.name, sent.source, sent.received
            )  # fmt: skip

            def write(work: Work) -> tuple[Kept, bool]:
                kept, known = work.documents.receive(arrival, author)
                refuse_gone(self._originals, () if known else (sha256,))
                return kept, known

            return self._store.written(write)

        kept, known = kept_while_named(receive)
        if not known:
            self._deliver(kept.id)
        return kept, known
