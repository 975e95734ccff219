"""A Träger's file is kept and, where nothing has to be recognised, read before it is told of."""

import hashlib
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.aside import sorted_out
from formservice.application.discarding import is_thrown_away, received_again
from formservice.application.ports_store import (
    SERVICE,
    Arrival,
    Author,
    Kept,
    Originals,
    Store,
    Work,
)
from formservice.application.receive import kept_while_named, refuse_gone
from formservice.domain.case import PORTAL
from formservice.domain.errors import (
    DocumentTimeoutError,
    DocumentTooLargeError,
    EmptyDocumentError,
    UsageError,
)
from formservice.domain.sizes import megabytes

MOST_BYTES = 60_000_000
"""Of one file; a photo of today's telephones has 5 to 25 million."""
MOST_FILES = 50
"""In one request, by a page or a program: more are sent in several."""
_LONGEST_NAME = 120
_LONGEST_ENDING = 10


class TooManyFilesError(UsageError):
    """More files at once than anybody can look through."""

    code = "upload.too-many"


class AtOnce(Protocol):
    """Reads files that need no recognition."""

    def at_once(self, data: bytes, file: str, *, received: date) -> list[dict[str, Any]] | None:
        """Return the documents of a file that has no pictured page; None for one that has."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as somebody of a Träger uploads it; ``name`` is what they call it."""

    data: bytes
    name: str
    traeger: str


class Upload:
    """The use case „upload“: what was sent is kept, and its sender's own until handed in."""

    def __init__(
        self,
        store: Store,
        originals: Originals,
        read: AtOnce,
        deliver: Callable[[str], None],
        today: Callable[[], date],
    ) -> None:
        """Keep where things go; ``deliver`` tells workers of what has to be recognised."""
        self._store = store
        self._originals = originals
        self._read = read
        self._deliver = deliver
        self._today = today

    def __call__(self, sent: Uploaded, author: Author, source: str = PORTAL) -> tuple[Kept, bool]:
        """Keep a file and return its document; the second value says that it was known already.

        Sent again, after whatever happened, it is the same document; thrown away, it is back.

        Raises:
            InputError: the file cannot be read, with the reason; nothing is kept.
            StorageError: it is not kept, or nobody knows; sending it again is harmless.
        """
        if not sent.data:
            raise EmptyDocumentError("Die Datei ist leer.")
        refuse_too_large(len(sent.data))
        hashed = hashlib.sha256(sent.data).hexdigest()
        with self._store.look() as look:
            before = look.documents.received_as(hashed, sent.traeger)
            is_there = before is not None and not is_thrown_away(look.documents, before)
        if before is not None and is_there:
            return before, True
        name, today = plain_name(sent.name), self._today()
        readings = self._at_once(sent.data, name, today)
        medium = next((str(one["medium"]) for one in readings or () if "medium" in one), None)

        def keep() -> tuple[Kept, bool]:
            sha256 = self._originals.put(sent.data)
            arrival = Arrival(
                str(uuid.uuid4()),
                sha256,
                len(sent.data),
                name,
                source,
                today,
                medium,
                sent.traeger,
            )
            return self._store.written(lambda work: self._written(work, arrival, author, readings))

        kept, known = kept_while_named(keep)
        if not known and readings is None:
            self._deliver(kept.id)
        return kept, known

    def _at_once(self, data: bytes, name: str, today: date) -> Sequence[dict[str, Any]] | None:
        try:
            return self._read.at_once(data, name, received=today)
        except DocumentTimeoutError:  # the machine is busy: a worker has more time
            return None

    def _written(
        self,
        work: Work,
        arrival: Arrival,
        author: Author,
        readings: Sequence[dict[str, Any]] | None,
    ) -> tuple[Kept, bool]:
        is_read = readings is not None
        kept, known = received_again(work, arrival, author, is_read=is_read)
        refuse_gone(self._originals, () if known else (arrival.sha256,))
        if known or readings is None:
            return kept, known
        told = sorted_out(readings, arrival.sha256)
        work.documents.found(kept.id, told.found, SERVICE, told.aside)
        return work.documents.get(kept.id), False


def refuse_too_large(size: int) -> None:
    """Raise DocumentTooLargeError for a file that is larger than ``MOST_BYTES``."""
    if size > MOST_BYTES:
        raise DocumentTooLargeError(
            f"Die Datei ist zu groß: {megabytes(size)}, möglich sind {megabytes(MOST_BYTES)}.",
            "Bitte mit weniger Auflösung scannen (200 bis 300 dpi) oder auf mehrere Dateien"
            " verteilen.",
        )


def plain_name(given: str) -> str:
    """Return the name of a file as a text to be shown: no path, no control signs, not endless.

    It never names a file of ours.
    """
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    signs = unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode())
    # Control signs, and those that turn the direction of writing (gnp.exe).
    shown = "".join(
        " " if sign.isspace() else sign
        for sign in signs
        if sign.isspace() or not unicodedata.category(sign).startswith("C")
    )
    shown = " ".join(shown.split()).strip(". ") or "ohne Namen"
    if len(shown) <= _LONGEST_NAME:
        return shown
    _, dot, last = shown.rpartition(".")
    ending = f".{last}" if dot and len(last) < _LONGEST_ENDING else ""
    return f"{shown[: _LONGEST_NAME - len(ending) - 1]}…{ending}"
