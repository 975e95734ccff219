"""Takes out of a database's files what deleted rows left in them.

A row that is deleted is not gone: its bytes stay in pages, in the log of writes, in statistics.
What is left after this, and how long, docs/betrieb.md says.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, Text, func, select, text
from sqlalchemy.exc import DBAPIError

from formservice.adapters.store import schema
from formservice.adapters.store.engine import explained
from formservice.application.ports_deletion import Cleaned

# To write a table anew holds everybody up who wants it: a second or two for each 100 MB.
_AT_ONCE = 1 << 30
_BUSY_S = 60.0
_NOT_FREE = "55P03"  # lock_not_available
_READERS_S = 20.0
_OWNER = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
# A server keeps deleted rows, however tables are written anew, as long as somebody may read what
# was before: who does here (``backend_xmin``), who began to write before in any of its databases
# (``pg_snapshot_xmin``: each snapshot is as old as they are), and copies of the server (slots).
_SINCE = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_EARLIER = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint < :since
OR EXISTS (
    SELECT FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(CAST(:since32 AS text) AS xid))
    AND (datname = current_database() OR datid IS NULL)
)
OR EXISTS (
    SELECT FROM pg_replication_slots
    WHERE greatest(age(xmin), age(catalog_xmin)) > age(CAST(CAST(:since32 AS text) AS xid))
)
"""
_LATER = "Bitte später „formservice archive delete --clean“ ausführen."
_READ = f"Andere Programme arbeiten gerade mit dem, was vorher war. {_LATER}"


class Purge:
    """Cleans one database."""

    def __init__(self, engine: Engine) -> None:
        """Clean the database of ``engine``."""
        self._engine = engine

    def clean(self, *, full: bool) -> Cleaned:
        """Do it; ``full`` also where it takes long and holds everybody up.

        Raises:
            StorageError: the database is not usable, or busy for too long.
        """
        with explained():
            if self._engine.dialect.name == "sqlite":
                return self._embedded(full=full)
            return self._server(full=full)

    def _embedded(self, *, full: bool) -> Cleaned:
        file = Path(self._engine.url.database or "")
        if not full and file.stat().st_size > _AT_ONCE:
            size = f"Die Datenbank hat {file.stat().st_size / 2**30:.1f} GB: Sie neu zu schreiben"
            hint = "Bitte in Ruhe „formservice archive delete --clean --full“ ausführen."
            return Cleaned(False, (f"{size} hält andere auf. {hint}",))
        self._engine.dispose()  # connections that rest here would be readers
        # VACUUM works outside of transactions only; our own connections always open one.
        with closing(sqlite3.connect(file, isolation_level=None, timeout=_BUSY_S)) as connection:
            try:
                connection.execute("PRAGMA secure_delete = ON")
                # The index of words keeps those of deleted rows until it is written as one piece.
                connection.execute("INSERT INTO search_index(search_index) VALUES ('optimize')")
                # Pages are written anew: nothing is left where a row was moved or deleted.
                connection.execute("VACUUM")
                gone = _emptied(connection)
            except sqlite3.Error as error:
                statement = "VACUUM"
                raise DBAPIError.instance(statement, None, error, sqlite3.Error) from None
        if not gone:
            return Cleaned(False, (_READ,))
        return Cleaned(True)

    def _server(self, *, full: bool) -> Cleaned:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _unread(connection):
                return Cleaned(False, (_READ,))
            # Who waits for a table to be free holds up everybody that comes after.
            connection.execute(text(f"SET lock_timeout = {int(_READERS_S * 1000)}"))
            try:
                told = _written_anew(connection, full=full)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _NOT_FREE:
                    raise
                return Cleaned(False, (_READ,))
            finally:
                connection.execute(text("RESET lock_timeout"))
        return Cleaned(not told, tuple(told))


def _written_anew(connection: Connection, *, full: bool) -> list[str]:
    """Write the tables of a server anew; return what that left, and what to do about it."""
    told = []
    tables = (table.name for table in schema.metadata.sorted_tables)
    names = [one for one in tables if _size(connection, one, "pg_relation_size")]
    large = [] if full else [one for one in names if _size(connection, one) > _AT_ONCE]
    for name in names:
        how = "ANALYZE" if name in large else "FULL, ANALYZE"
        connection.execute(text(f'VACUUM ({how}) "{name}"'))
        _forget_samples(connection, name)
    # Samples of values, from which the server plans its queries; the earlier ones went just now.
    if not _unread(connection):
        told.append(_READ)
    connection.execute(text("VACUUM (FULL) pg_catalog.pg_statistic"))
    if not connection.execute(text(_OWNER)).scalar():
        told.append(
            "In den Statistiken des Servers (pg_statistic) können Werte stehen: Sie"
            " leert nur, wem die Datenbank gehört."
        )
    if large:
        told.append(
            f"Zu groß zum Neuschreiben nebenbei: {', '.join(large)}. Bitte in Ruhe"
            " „formservice archive delete --clean --full“ ausführen."
        )
    try:
        connection.execute(text("CHECKPOINT"))
    except DBAPIError:  # a right that few have
        told.append(
            "Bis zum nächsten CHECKPOINT des Servers (meist 5 Minuten) können Reste in"
            " seinen Dateien stehen."
        )
    return told


def _emptied(connection: sqlite3.Connection) -> bool:
    """Empty the log of writes; False if somebody reads an earlier state all the time."""
    until = time.monotonic() + _READERS_S
    connection.execute("PRAGMA busy_timeout = 500")
    while True:
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.2)


def _unread(connection: Connection) -> bool:
    """Wait until nobody reads what was before now; False if somebody does all the time."""
    since = int(connection.execute(text(_SINCE)).scalar_one())
    known = {"since": since, "since32": str(since % 2**32)}
    until = time.monotonic() + _READERS_S
    while connection.execute(text(_EARLIER), known).scalar_one():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _forget_samples(connection: Connection, name: str) -> None:
    """Take away the samples of texts of a table that is empty now: ANALYZE leaves those alone."""
    table = schema.metadata.tables[name]
    if connection.execute(select(func.count()).select_from(table)).scalar_one():
        return
    if table is schema.search:
        # Only the index of words has samples here, and no type that could be said again.
        connection.execute(text("ALTER TABLE search DROP COLUMN search_index"))
        for statement in schema.INDEX_ON_SERVER:
            connection.execute(text(statement))
        return
    for column in table.c:
        if isinstance(column.type, Text):
            # To say again of which type it is drops them, and an empty table has nothing to write.
            statement = f'ALTER TABLE "{name}" ALTER COLUMN "{column.name}" TYPE TEXT'
            connection.execute(text(statement))


def _size(connection: Connection, table: str, of: str = "pg_total_relation_size") -> int:
    query = select(getattr(func, of)(func.quote_ident(table)))
    return int(connection.execute(query).scalar_one())
