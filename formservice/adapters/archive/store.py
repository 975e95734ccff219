"""The archive: originals by hash, and what was read from them in a database."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.exc import DBAPIError

from formservice.adapters.archive.originals import Originals
from formservice.application.ports import Received
from formservice.domain.errors import StorageError

_metadata = MetaData()
_documents = Table(
    "documents",
    _metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("medium", String(16)),
    Column("received", Date, nullable=False),
    Column("size", Integer, nullable=False),
)
_records = Table(
    "records",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.sha256", name="fk_records_document"), nullable=False),
    # A corrected reading is a further version; earlier ones stay.
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("page_numbers", JSON, nullable=False),
    Column("form", String),
    Column("edition", String),
    Column("reading", JSON, nullable=False),
    UniqueConstraint("document", "version", "position", name="uq_records_document"),
)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a file: the SHA-256 of its bytes, and whether they were known before."""

    sha256: str
    already_known: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One kept file. ``medium`` is None where nothing in it could be read."""

    sha256: str
    name: str
    medium: str | None
    received: date
    size: int


class Archive:
    """Originals and records of one installation, below one folder."""

    def __init__(self, data_dir: Path) -> None:
        """Use ``data_dir``; folder and database are made when first needed."""
        self._folder = data_dir
        self._engine: Engine | None = None
        self.originals = Originals(data_dir / "originals")

    def file(
        self, original: bytes, name: str, received: date, readings: Sequence[dict[str, object]]
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
        kept = [(self.originals.put(file.original), file) for file in files]
        filed: list[Filed] = []
        with self._transaction() as connection:
            for sha256, file in kept:
                added = connection.execute(
                    insert_or_ignore(_documents)
                    .values(_document(sha256, file, received))
                    .on_conflict_do_nothing()
                )
                known = not added.rowcount
                filed.append(Filed(sha256, already_known=known))
                records = [_record(sha256, place, one) for place, one in enumerate(file.readings)]
                if records and not known:
                    connection.execute(insert(_records), records)
        return filed

    def documents(self) -> Iterator[Document]:
        """Yield all kept files, earliest receipt first."""
        query = select(_documents).order_by(_documents.c.received, _documents.c.name)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        yield from (Document(*row) for row in rows)

    def shared(self) -> dict[str, list[list[dict[str, object]]]]:
        """Return the documents that stand in several files, by the hash of every one of them.

        Each is the list of its pages: ``file`` (as it was called), ``sha256`` and ``page``.
        """
        pages = func.json_extract(_records.c.reading, "$.pages")
        query = select(pages).where(pages.is_not(None)).order_by(_records.c.id)
        result: dict[str, list[list[dict[str, object]]]] = {}
        with self._transaction() as connection:
            found = [json.loads(text) for text in connection.execute(query).scalars()]
        for one in found:
            for sha256 in {page["sha256"] for page in one}:
                result.setdefault(sha256, []).append(one)
        return result

    def readings(self, sha256: str) -> list[dict[str, object]]:
        """Return the newest readings of one file in the order of its pages, none if unknown."""
        query = (
            select(_records.c.version, _records.c.reading)
            .where(_records.c.document == sha256)
            .order_by(_records.c.version, _records.c.position)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return [row.reading for row in rows if row.version == rows[-1].version]

    def close(self) -> None:
        """Close the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            if self._engine is None:
                self._engine = _opened(self._folder)
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            # The cause is chained without its parameters (hide_parameters): they hold values.
            raise StorageError("Die Datenbank des Archivs ist nicht nutzbar.") from error


def _document(sha256: str, file: Received, received: date) -> dict[str, object]:
    return {
        "sha256": sha256,
        # File names on Linux are bytes; what is no UTF-8 in them becomes a question mark.
        "name": PurePath(file.name).name.encode("utf-8", "replace").decode(),
        "medium": next((str(one["medium"]) for one in file.readings if "medium" in one), None),
        "received": received,
        "size": len(file.original),
    }


def _record(sha256: str, position: int, reading: dict[str, object]) -> dict[str, object]:
    form = reading.get("form")
    known = form if isinstance(form, dict) else {}
    return {
        "document": sha256,
        "version": 1,
        "position": position,
        "page_numbers": reading.get("page_numbers", []),
        "form": known.get("id"),
        "edition": known.get("edition"),
        "reading": reading,
    }


def _opened(folder: Path) -> Engine:
    """Open the database in ``folder``, made if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The folder may have been there before, open to all; the records must not be.
    (folder / "archive.sqlite").touch(mode=0o600)
    engine = create_engine(f"sqlite:///{folder / 'archive.sqlite'}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _: object) -> None:
        # The driver opens no transaction before a SELECT; we open all of them ourselves.
        connection.isolation_level = None
        for setting in (
            "journal_mode = WAL",
            "synchronous = FULL",  # a commit survives a power cut
            "foreign_keys = ON",
            "busy_timeout = 10000",  # milliseconds
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE, for a transaction that turns from reading to writing cannot wait for another.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    _metadata.create_all(engine)
    return engine
