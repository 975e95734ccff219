"""The database at one point in time as one SQLite file, whatever it is; and back again.

So a backup needs no program of the server's, can be proved anywhere, and moves an installation
from the one database to the other.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, insert, select
from sqlalchemy.engine import URL, ExceptionContext

from formservice.adapters.backup import folder as places
from formservice.adapters.store.engine import explained, reading, writing
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.schema import documents, metadata
from formservice.adapters.store.store import Store
from formservice.domain.errors import AlteredError

_AT_ONCE = 500

Tell: TypeAlias = Callable[[int, int], None]
"""Takes how many rows are written, and how many there are."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a snapshot holds: its last event, how many documents, sizes of originals by hash.

    ``factors`` are people's second factors: nothing without the key that sealed them.
    """

    seq: int
    hash: str
    documents: int
    originals: Mapping[str, int]
    factors: int


def snapshot(store: Store, target: Path, tell: Tell) -> None:
    """Write the database as it stands now into a new file; nobody is held up meanwhile.

    Raises:
        StorageError: the database cannot be read, or the file not be written.
    """
    store.prepared()
    with places.explained():
        target.touch(mode=0o600)
    url = store.engine.url
    if url.get_backend_name() == "sqlite":
        with explained(), _own_errors(), closing(_plain(str(url.database))) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        return
    sink = _unguarded(target)

    @event.listens_for(sink, "handle_error")
    def _target(context: ExceptionContext) -> None:
        _refuse_full(context.original_exception)

    try:
        migrated(sink)
        with reading(store.engine) as source, writing(sink) as copy:
            rows_copied(source, copy, tell)
    finally:
        sink.dispose()


def contents(file: Path) -> Contents:
    """Return what a snapshot holds.

    Raises:
        AlteredError: it is damaged.
    """
    try:
        with closing(sqlite3.connect(_as_it_is(file), uri=True)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise _damaged()
            last = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
            seq, hash_ = last.fetchone() or (0, "")
            (count,) = connection.execute("SELECT count(*) FROM documents").fetchone()
            sizes = connection.execute("SELECT sha256, size FROM originals ORDER BY sha256")
            return Contents(seq, hash_, count, dict(sizes.fetchall()), _factors(connection))
    except sqlite3.Error:
        raise _damaged() from None


def _factors(connection: sqlite3.Connection) -> int:
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'accounts'"
    if connection.execute(known).fetchone() is None:  # made before the service knew accounts
        return 0
    query = "SELECT count(*) FROM accounts WHERE totp IS NOT NULL"
    (count,) = connection.execute(query).fetchone()
    return int(count)


def event_hash(file: Path, seq: int) -> str | None:
    """Return the hash of an event of a snapshot, None if it has no such event.

    Raises:
        AlteredError: it is damaged.
    """
    try:
        with closing(sqlite3.connect(_as_it_is(file), uri=True)) as connection:
            found = connection.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
            return str(found[0]) if found else None
    except sqlite3.Error:
        raise _damaged() from None


def _as_it_is(file: Path) -> str:
    """Return the address of a file that is only read: nothing is written beside it."""
    return f"file:{quote(str(file))}?mode=ro&immutable=1"


def filled(file: Path, store: Engine, tell: Tell) -> None:
    """Write a snapshot into an empty database, all at once; ``file`` is brought up to date.

    Raises:
        StorageError: the database cannot be written; it is as empty as before.
    """
    migrated(store)
    source = _unguarded(file)
    try:
        migrated(source)
        with reading(source) as rows, writing(store) as connection:
            rows_copied(rows, connection, tell)
    finally:
        source.dispose()


def rows_copied(source: Connection, sink: Connection, tell: Tell) -> None:
    """Copy all rows of all tables into empty ones."""
    tables = metadata.sorted_tables
    total = sum(source.scalar(select(func.count()).select_from(one)) or 0 for one in tables)
    done = 0
    for table in tables:
        for some in _rows(source, table):
            sink.execute(insert(table), some)
            done += len(some)
            tell(done, total)
        counted = table.autoincrement_column
        if counted is not None and sink.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence(table.name, counted.name)
            last = sink.scalar(select(func.max(counted)))
            sink.execute(select(func.setval(sequence, last or 1, last is not None)))


def _rows(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    query = select(table)
    if table is documents:  # what is part of a document comes after it
        query = query.order_by(documents.c.part_of.is_not(None))
    found = source.execution_options(yield_per=_AT_ONCE).execute(query)
    for some in found.mappings().partitions(_AT_ONCE):
        yield [dict(one) for one in some]


def _plain(file: str) -> sqlite3.Connection:
    # On the driver's own connection: SQLite copies outside of any transaction only.
    return sqlite3.connect(file, isolation_level=None, timeout=10.0)


def _unguarded(file: Path) -> Engine:
    """Return the engine of a file that is ours alone, and of no use before it is whole."""
    engine = create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        # No second file beside it: some shares cannot lock or map one.
        for setting in ("journal_mode = MEMORY", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


@contextmanager
def _own_errors() -> Iterator[None]:
    """Let what the driver itself raises be explained like what comes through the engine."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        yield
    except sqlite3.Error as error:
        _refuse_full(error)
        raise DBAPIError("VACUUM INTO", None, error) from None


def _refuse_full(error: BaseException) -> None:
    """Raise a StorageError that names the target if that is what has no room."""
    numbers = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR_WRITE: errno.EIO}
    number = numbers.get(getattr(error, "sqlite_errorcode", 0))
    if number is not None:
        with places.explained():
            raise OSError(number, os.strerror(number))


def _damaged() -> AlteredError:
    return AlteredError("Die gesicherte Datenbank ist beschädigt.")
