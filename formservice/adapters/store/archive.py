"""Received files with all that was read from them at once: what ``intake`` keeps and lists."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import func, select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store, Work
from formservice.application.aside import sorted_out
from formservice.application.ports import Received
from formservice.application.ports_store import SERVICE, Arrival, Originals
from formservice.application.receive import kept_while_named, refuse_gone


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a file: the SHA-256 of its bytes, and whether they were known before."""

    sha256: str
    already_known: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One kept file. ``medium`` is None where nothing in it could be read."""

    id: str
    sha256: str
    name: str
    medium: str | None
    received: date
    size: int


@dataclass(frozen=True, slots=True)
class Read:
    """A file whose original is kept already: its hash and size, its name, what was read of it."""

    sha256: str
    size: int
    name: str
    received: date
    readings: Sequence[dict[str, Any]]


class Archive:
    """Originals, and what was read from them, for files that are read before they are kept."""

    def __init__(self, store: Store, originals: Originals) -> None:
        """Keep bytes in ``originals`` and all else in ``store``."""
        self._store = store
        self._originals = originals

    def file(
        self, original: bytes, name: str, received: date, readings: Sequence[dict[str, Any]]
    ) -> Filed:
        """Keep a file and what was read from it; the same bytes again change nothing.

        ``readings`` are documents as ``read --json`` prints them. The original is durable before
        the database knows it, so that a crash between leaves a file without a row, never a row
        without its file; filing again completes it.

        Raises:
            StorageError: disk full or not writable, database damaged.
        """
        (filed,) = self.file_together([Received(original, name, readings)], received)
        return filed

    def file_together(self, files: Sequence[Received], received: date) -> list[Filed]:
        """Keep several files that belong together, all of them or, in the database, none.

        Raises:
            StorageError: disk full or not writable, database damaged.
        """
        return kept_while_named(lambda: self._filed(files, received))

    def _filed(self, files: Sequence[Received], received: date) -> list[Filed]:
        read = [
            Read(
                self._originals.put(one.original),
                len(one.original),
                one.name,
                received,
                one.readings,
            )
            for one in files
        ]

        def write(work: Work) -> list[Filed]:
            filed = filed_in(work, read)
            refuse_gone(self._originals, (one.sha256 for one in filed if not one.already_known))
            return filed

        return self._store.written(write)

    def readings(self, sha256: str) -> list[dict[str, Any]]:
        """Return the newest readings of one file, none if it is unknown or not read yet."""
        with self._store.look() as work:
            received = work.documents.received_as(sha256)
            return [] if received is None else [
                dict(one) for one in work.documents.readings(received.id)
            ]  # fmt: skip

    def documents(self) -> Iterator[Document]:
        """Yield all kept files, earliest receipt first."""
        kept, bytes_ = schema.documents, schema.originals
        columns = (kept.c.id, bytes_.c.sha256, kept.c.name, bytes_.c.medium, kept.c.received)
        query = (
            select(*columns, bytes_.c.size)
            .join(bytes_, bytes_.c.sha256 == kept.c.original)
            .order_by(kept.c.received, kept.c.name, kept.c.id)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
        yield from (Document(*row) for row in rows)

    def shared(self) -> dict[str, list[list[dict[str, object]]]]:
        """Return the documents that stand in several files, by the hash of every one of them.

        Each is the list of its pages: ``file`` (as it is called), ``sha256`` and ``page``.
        """
        page, first = schema.pages, schema.pages.alias()
        # The same bytes may have come from several Träger.
        kept = schema.documents
        named = select(kept.c.original, func.min(kept.c.name).label("name"))
        file = named.where(kept.c.original.is_not(None)).group_by(kept.c.original).subquery()
        several = select(page.c.document).join(first, first.c.document == page.c.document)
        several = several.where(first.c.position == 0, first.c.original != page.c.original)
        query = (
            select(page.c.document, file.c.name, page.c.original, page.c.page)
            .join(file, file.c.original == page.c.original)
            .where(page.c.document.in_(several))
            .order_by(page.c.document, page.c.position)
        )
        found: dict[str, list[dict[str, object]]] = {}
        with self._store.look() as work:
            for row in work.connection.execute(query):
                told = {"file": row.name, "sha256": row.original, "page": row.page}
                found.setdefault(row.document, []).append(told)
        result: dict[str, list[list[dict[str, object]]]] = {}
        for pages in found.values():
            for sha256 in {str(one["sha256"]) for one in pages}:
                result.setdefault(sha256, []).append(pages)
        return result

    def close(self) -> None:
        """Close the database."""
        self._store.close()


def filed_in(work: Work, files: Sequence[Read]) -> list[Filed]:
    """Keep files whose originals are kept, with all that was read of them, in one transaction."""
    # Before any row: files that are known already need it, too.
    work.events.held()
    kept = {}
    # All of them first, for a document may have pages in several; always in the same order, for
    # two at once must not wait for each other.
    for file in sorted(files, key=lambda one: one.sha256):
        arrival = Arrival(
            str(uuid.uuid4()),
            file.sha256,
            file.size,
            PurePath(file.name).name,
            "batch",
            file.received,
            next((str(one["medium"]) for one in file.readings if "medium" in one), None),
        )
        kept[file.sha256] = work.documents.receive(arrival, SERVICE, is_read=True)
    for file in files:
        told = sorted_out(file.readings, file.sha256)
        work.documents.found(kept[file.sha256][0].id, told.found, SERVICE, told.aside)
    return [Filed(file.sha256, already_known=kept[file.sha256][1]) for file in files]
