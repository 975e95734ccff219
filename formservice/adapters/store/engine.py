"""One database, SQLite or PostgreSQL, opened so that a commit survives a power cut."""

import errno
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Float, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from formservice.adapters.store import turns
from formservice.domain.errors import ClashError, RefusedError, StorageError, UsageError

T = TypeVar("T")

# Together as many as the web has threads that answer (40), and those that look and work beside
# them: nobody waits for a connection. Few are kept when nobody needs them, for each costs memory.
_KEPT, _FURTHER = 10, 38
_BUSY_MS = 30_000
_IDLE_MS = 30_000
# Deadlock and serialisation failure: of two that wrote at once the server has ended one.
_CLASHES = ("40P01", "40001")
_TIMES, _LONGEST_PAUSE_S = 5, 0.2


class now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's own clock, seconds since 1970: all workers share it, whatever theirs say."""

    type = Float()
    inherit_cache = True


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: Any, **_: object) -> str:  # SQLAlchemy's own signature
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: Any, **_: object) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


def added(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless it is there; say whether it was not."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    told = statement.returning(*table.primary_key.columns)
    return connection.execute(told).first() is not None


def embedded(folder: Path) -> URL:
    """Return the address of the database that lies in ``folder``."""
    return URL.create("sqlite", database=str(folder / "formservice.sqlite"))


def address(given: str) -> URL:
    """Return the address of a database as a setting names it.

    Raises:
        UsageError: it is no address, or of a database this service does not know.
    """
    hint = "Erwartet wird postgresql://NAME:KENNWORT@RECHNER/DATENBANK oder sqlite:////PFAD."
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        # The address holds a password: it is not repeated, nor is the cause, which repeats it.
        raise UsageError("FORMSERVICE_DATABASE_URL ist keine Adresse.", hint) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    # A file and nothing else: what more an address may say would be another file, or none.
    is_file = url == URL.create("sqlite", database=url.database)
    if is_file and url.database is not None and Path(url.database).is_absolute():
        return url
    raise UsageError("FORMSERVICE_DATABASE_URL nennt keine Datenbank, die hier geht.", hint)


def opened(url: URL) -> Engine:
    """Return the engine of a database; nothing is connected yet."""
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_size=_KEPT, max_overflow=_FURTHER
        )
    engine = create_engine(url, hide_parameters=True, pool_size=_KEPT, max_overflow=_FURTHER)
    file = Path(url.database or "")

    @event.listens_for(engine, "do_connect")
    def _file(*_: object) -> None:
        # The folder may have been there before, open to all; the records must not be.
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _: object) -> None:
        # The driver opens no transaction before a SELECT; we open all of them ourselves.
        connection.isolation_level = None
        for setting in (
            "journal_mode = WAL",
            "synchronous = FULL",  # a commit survives a power cut
            "foreign_keys = ON",
            # What is deleted is overwritten; ``purge`` finds what was moved before.
            "secure_delete = ON",
            f"busy_timeout = {_BUSY_MS}",
            # 16 MB: lists and searches read the same pages again; it is of one connection.
            "cache_size = -16000",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Who writes takes the lock at once: one that turns from reading to writing cannot wait.
        # Who only reads must not take it, for then nobody could write meanwhile.
        if connection.get_execution_options().get("reads", False):
            connection.exec_driver_sql("BEGIN")
            return
        raw = connection.connection.dbapi_connection
        turns.begin(cast(sqlite3.Connection, raw), _BUSY_MS / 1000, _BUSY_MS)

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes: all of it holds when this ends, or nothing of it."""
    with explained(), _turn(engine), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Who is frozen here holds up everybody: the server ends the transaction.
            connection.exec_driver_sql(
                f"SET LOCAL idle_in_transaction_session_timeout = {_IDLE_MS}"
            )
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
        return
    with turns.of(str(engine.url.database)).held(_BUSY_MS / 1000):
        yield


def tried(write: Callable[[], T]) -> T:
    """Do what is one transaction; a few times, where it clashes with another.

    Raises:
        ClashError: it clashed each time.
    """
    for _ in range(_TIMES - 1):
        try:
            return write()
        except ClashError:
            # By chance, so that the same two do not meet again.
            time.sleep(random.uniform(0.0, _LONGEST_PAUSE_S))  # noqa: S311 (no secret)
    return write()


# What is read is short: to compile a query takes longer than to answer it. A plan made for any
# words takes the index for words that stand in nearly all documents as well (ten times as long).
# What lists and searches need lies in memory, or on disks that do not turn.
_READING = (
    "SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_custom_plan;"
    " SET LOCAL random_page_cost = 1.1"
)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, at one point in time, and keeps nobody from writing."""
    with (
        explained(),
        engine.connect().execution_options(reads=True) as connection,
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.exec_driver_sql(_READING)
        yield connection


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the database says into what somebody can do about it."""
    try:
        yield
    except DBAPIError as error:
        # What the database says may repeat values (PostgreSQL names a key that is there twice): it
        # is looked at and not passed on. The statement has none (hide_parameters).
        told = _error(error)
        told.add_note(f"{type(error.orig).__name__}: {error.statement}")
        raise told from None
    except turns.NoTurnError:
        raise StorageError(_BUSY, _HINTS[_BUSY]) from None
    except PoolTimeoutError:
        raise StorageError(_ALL_TAKEN, "Bitte gleich noch einmal versuchen.") from None
    except OSError as error:
        raise StorageError(_FOLDER.get(error.errno or 0, _UNUSABLE)) from error


def _error(error: DBAPIError) -> StorageError:
    if getattr(error.orig, "sqlstate", None) in _CLASHES:
        return ClashError("Mehrere haben zugleich geschrieben und einander aufgehalten.")
    if isinstance(error, DataError | IntegrityError):
        return RefusedError("Die Datenbank nimmt nicht an, was geschrieben werden soll.")
    sentence = _told(str(error.orig))
    return StorageError(sentence, _HINTS.get(sentence))


def _told(said: str) -> str:
    """Return a sentence for what SQLite or PostgreSQL said, in English or German."""
    for part, sentence in _SENTENCES:
        if re.search(part, said):
            return sentence
    return _UNUSABLE


_ALL_TAKEN = "Alle Verbindungen zur Datenbank sind gerade belegt."
_UNUSABLE = "Die Datenbank ist nicht nutzbar."
_FOLDER = {
    errno.ENOSPC: "Der Datenträger der Datenbank ist voll.",
    errno.EACCES: "In den Ordner der Datenbank darf nicht geschrieben werden.",
    errno.EROFS: "In den Ordner der Datenbank darf nicht geschrieben werden.",
}
_UNREACHABLE = "Die Datenbank ist nicht erreichbar."
_NO_HOST = "Den Rechner der Datenbank gibt es in diesem Netz nicht."
_NO_DATABASE = "Eine Datenbank dieses Namens gibt es auf dem Server nicht."
_NO_USER = "Dieses Konto gibt es auf dem Server der Datenbank nicht."
_NO_ACCESS = "Die Datenbank verweigert den Zugang."
_BUSY = "Die Datenbank ist seit längerem belegt."
_NO_TABLES = "Der Datenbank fehlen Tabellen."
_SERVER = "Bitte FORMSERVICE_DATABASE_URL, Netz und Server prüfen („formservice check“)."
_HINTS = {
    _UNREACHABLE: _SERVER,
    _NO_HOST: "Bitte den Rechner in FORMSERVICE_DATABASE_URL und das Netz prüfen.",
    _NO_DATABASE: "Bitte sie anlegen („CREATE DATABASE …“) oder FORMSERVICE_DATABASE_URL prüfen.",
    _NO_USER: "Bitte das Konto in FORMSERVICE_DATABASE_URL prüfen oder anlegen.",
    _NO_ACCESS: "Bitte Konto, Kennwort und Rechte prüfen (FORMSERVICE_DATABASE_URL, PGPASSFILE).",
    _BUSY: "Ein anderes Programm hält sie: bitte warten, bis es fertig ist, oder es beenden.",
    _NO_TABLES: "Bitte „formservice migrate“ ausführen; es legt sie an.",
}
_SENTENCES = (
    ("failed to resolve host|could not translate host name", _NO_HOST),
    ("(FATAL|SCHWERWIEGEND|FATALER FEHLER): +(database|Datenbank) .* exist", _NO_DATABASE),
    ("(FATAL|SCHWERWIEGEND|FATALER FEHLER): +(role|Rolle) .* exist", _NO_USER),
    ("authentication failed|Authentifizierung.* fehlgeschlagen", _NO_ACCESS),
    ("no password supplied|no pg_hba.conf entry|kein pg_hba.conf-Eintrag", _NO_ACCESS),
    ("permission denied|keine Berechtigung", _NO_ACCESS),
    # Before the tables, for a server that knows no such database says „does not exist“, too.
    ("connection failed", _UNREACHABLE),
    ("connection to server", _UNREACHABLE),
    ("database or disk is full", "Der Datenträger der Datenbank ist voll."),
    ("No space left", "Der Datenträger der Datenbank ist voll."),
    ("disk I/O error", "In die Datenbank kann nicht geschrieben werden."),
    ("read-only transaction", "In die Datenbank darf nicht geschrieben werden."),
    ("no such table", _NO_TABLES),
    ("does not exist", _NO_TABLES),
    ("readonly database", "In die Datenbank darf nicht geschrieben werden."),
    ("unable to open", "Die Datenbank lässt sich nicht öffnen."),
    ("database is locked", _BUSY),
    ("malformed", "Die Datenbank ist beschädigt."),
    ("not a database", "Die Datei der Datenbank ist keine Datenbank."),
    ("connection", _UNREACHABLE),
)
