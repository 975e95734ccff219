"""Takes in one file: its bytes are durable before anybody is told, and then a worker reads it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from formservice.application.ports_store import SERVICE, Arrival, Author, Kept, Originals, Store


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
        sha256 = self._originals.put(sent.data)
        name = sent.id or str(uuid.uuid4())
        arrival = Arrival(
            name, sha256, len(sent.data), sent.name, sent.source, sent.received
        )  # fmt: skip
        kept, known = self._store.written(lambda work: work.documents.receive(arrival, author))
        if not known:
            self._deliver(kept.id)
        return kept, known
