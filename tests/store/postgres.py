"""A PostgreSQL of our own for the time of the tests, from Debian's package; no service is used.

All test processes share one server. It listens on a socket in a temporary folder only, and it ends
with the last process that uses it, also when that one is killed: see ``_watch``.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

_BIN = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL is not installed (Debian package postgresql)"


def programs() -> Path | None:
    """Return the folder with initdb and postgres, the newest version; None if there is none."""
    found = sorted(_BIN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


needs_postgres = pytest.mark.skipif(programs() is None, reason=MISSING)


@contextmanager
def database(shared: Path, *, durable: bool = False) -> Iterator[URL]:
    """Yield the address of an empty database on the server below ``shared``, started if needed.

    ``durable``, for who measures: it waits for the disk as an office's server does. Tests do not
    take the machine's power away, and each makes a database of its own.
    """
    url = _made(_server(shared, durable=durable))
    try:
        yield url
    finally:
        _dropped(url)


@contextmanager
def laid_out(shared: Path, tables: MetaData) -> Iterator[URL]:
    """Yield the address of a database with ``tables`` in which nothing stands.

    Making a database takes ten times as long as emptying one, so the next test gets it again.
    """
    if _LEFT:
        url = _LEFT.pop()
    else:
        url = _made(_server(shared, durable=False))
        with create_engine(url, poolclass=NullPool).begin() as connection:
            tables.create_all(connection)
    try:
        yield url
    finally:
        try:
            _emptied(url)
        except psycopg.Error:  # the test has made it one that may only be read, for example
            _dropped(url)
        else:
            _LEFT.append(url)


_LEFT: list[URL] = []


def _made(folder: Path) -> URL:
    name = f"t{uuid.uuid4().hex}"
    _do(folder, "postgres", f"CREATE DATABASE {name}")
    # The folder of the socket as a query: so the address can be written as text, too.
    return URL.create("postgresql+psycopg", "tests", database=name, query={"host": str(folder)})


def _dropped(url: URL) -> None:
    _do(Path(str(url.query["host"])), "postgres", f"DROP DATABASE {url.database} WITH (FORCE)")


def _emptied(url: URL) -> None:
    """Put out whoever is still connected, and leave all tables without a row."""
    _do(Path(str(url.query["host"])), str(url.database), _PUT_OUT, _EMPTY)


_PUT_OUT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Also of what was deleted nothing stays: a table that is emptied so begins a new file.
_EMPTY = """
DO $$
DECLARE filled text;
BEGIN
  SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0;
  IF filled IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE';
  END IF;
END $$
"""


def _server(shared: Path, *, durable: bool) -> Path:
    """Return the folder of the running server's socket; the first who asks starts it."""
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = shared / "postgres.folder"
        if told.exists():
            return Path(told.read_text("utf-8"))
        folder = _started(durable=durable)
        told.write_text(str(folder), "utf-8")
        return folder


def _started(*, durable: bool) -> Path:
    """Make a cluster and start it; a process beside it ends it when the tests have ended."""
    bin_ = programs()
    assert bin_ is not None, MISSING
    # Sockets have short paths; pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="formservice-pg-"))
    as_other = _as_other(folder)
    data = folder / "data"
    subprocess.run(
        [
            *as_other,
            bin_ / "initdb",
            "-D",
            data,
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = f"-c listen_addresses= -k {folder} -c max_connections=200"
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    subprocess.run(
        [
            *as_other,
            bin_ / "pg_ctl",
            "-D",
            data,
            "-o",
            options,
            "-l",
            folder / "log",
            "-w",
            "start",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    # The tests may be killed; this waits for their leader and then stops the server.
    leader = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    subprocess.run(
        ["setsid", "--fork", sys.executable, __file__, str(leader), folder, *as_other],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return folder


def _as_other(folder: Path) -> list[str]:
    """Return what runs a program as somebody who is not root, for whom PostgreSQL refuses to."""
    if os.getuid() != 0:
        return []
    user = next(name for name in ("postgres", "nobody") if _known(name))
    shutil.chown(folder, user)
    return ["setpriv", f"--reuid={user}", "--clear-groups", "--inh-caps=-all", "--"]


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _do(folder: Path, database: str, *statements: str) -> None:
    with psycopg.connect(
        host=str(folder), user="tests", dbname=database, autocommit=True
    ) as connection:
        for one in statements:
            connection.execute(one.encode())


def _watch(leader: int, folder: Path, as_other: list[str]) -> None:
    """Wait for the end of process ``leader``, then stop the server and remove its folder."""
    while Path(f"/proc/{leader}").exists():
        time.sleep(0.5)
    bin_ = programs()
    assert bin_ is not None, MISSING
    subprocess.run(
        [*as_other, bin_ / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"],
        check=False,
        capture_output=True,
        cwd="/",
    )
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _watch(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
