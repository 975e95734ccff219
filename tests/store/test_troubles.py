"""Whatever keeps the database from working is told by name, and nothing is half-done."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import pytest
from sqlalchemy import event, func, select, text

from formservice.adapters.store import engine as engine_of
from formservice.adapters.store import schema
from formservice.adapters.store.engine import address as address_of
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Found, PageOf
from formservice.domain.errors import StorageError
from tests.store.postgres import needs_postgres
from tests.store.test_documents import IFK, arrival, reading


def receive(store: Store, id_: str = "d1", data: bytes = b"bytes") -> None:
    """Receive a file and keep what was found in it, in one transaction."""
    one = arrival(id_, data)
    with store.work() as work:
        work.documents.receive(one, IFK)
        work.documents.found(id_, [Found([PageOf(one.sha256, 1)], reading())], SERVICE)


def counts(store: Store) -> dict[str, int]:
    with store.look() as work:
        tables = (schema.originals, schema.documents, schema.records, schema.events, schema.salts)
        return {
            one.name: work.connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in tables
        }


@contextmanager
def embedded_store(folder: Path) -> Iterator[Store]:
    store = Store(embedded(folder))
    with writing(store.engine) as connection:
        schema.metadata.create_all(connection)
    yield store
    store.close()


def refused(store: Store, said: str) -> None:
    """Try to receive; it must fail by that name, and everything must be as it was."""
    before = counts(store)
    with pytest.raises(StorageError) as raised:
        receive(store, "d2", b"others")
    assert said in raised.value.message
    assert raised.value.hint
    assert counts(store) == before


def test_a_full_disk_is_named_and_nothing_is_half_done(tmp_path):
    with embedded_store(tmp_path) as store:
        receive(store)

        @event.listens_for(store.engine, "checkout")
        def _full(connection, *_: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StorageError, match="voll"), store.work() as work:
            work.connection.execute(schema.traeger.insert().values(id="t", name="x" * 100_000))
        del _full
        with store.look() as work:
            rows = select(func.count()).select_from(schema.traeger)
            assert work.connection.execute(rows).scalar_one() == 0


def test_a_write_that_the_system_refuses_is_named_and_nothing_is_half_done(tmp_path):
    with embedded_store(tmp_path) as store:
        receive(store)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
            with pytest.raises(StorageError) as raised:
                receive(store, "d2", b"others")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert "geschrieben" in raised.value.message
        assert counts(store)["documents"] == 1
        receive(store, "d2", b"others")
        assert counts(store)["documents"] == 2


def test_a_database_that_may_not_be_written_is_named(tmp_path):
    with embedded_store(tmp_path) as store:
        receive(store)
    # Root may write everywhere; a connection that may only read is refused alike.
    store = Store(address_of(f"sqlite:///{tmp_path / 'formservice.sqlite'}"))

    @event.listens_for(store.engine, "checkout")
    def _read_only(connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    refused(store, "darf nicht geschrieben werden")
    store.close()
    del _read_only


def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)
    if as_somebody("from formservice.adapters.store import engine").returncode:
        pytest.skip("no other account can run Python here, and root may write everywhere")
    done = as_somebody(_OPENING, str(closed / "var"))
    assert (done.returncode, done.stdout.strip()) == (
        7,
        "In den Ordner der Datenbank darf nicht geschrieben werden.",
    )


_OPENING = """
import sys
from pathlib import Path
from tempfile import gettempdir
from formservice.adapters.store.engine import embedded, opened, writing
from formservice.domain.errors import StorageError
try:
    with writing(opened(embedded(Path(sys.argv[1])))):
        pass
except StorageError as error:
    print(error.message)
    sys.exit(7)
"""


def as_somebody(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python as an account that may not write everywhere."""
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return subprocess.run(
        [*(other if os.getuid() == 0 else []), sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_a_database_that_others_hold_for_long_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_of, "_BUSY_MS", 50)
    with embedded_store(tmp_path) as store, embedded_store(tmp_path) as other:
        receive(store)
        with other.work():
            refused(store, "belegt")
        receive(store, "d2", b"others")


def test_who_comes_while_another_writes_waits_and_then_succeeds(store):
    receive(store)
    writing_now, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with store.work() as work:
            work.documents.save("d1", 1, reading("Neu"), IFK)
            writing_now.set()
            go_on.wait(5)

    thread = threading.Thread(target=slow)
    thread.start()
    assert writing_now.wait(5)
    threading.Timer(0.2, go_on.set).start()
    receive(store, "d2", b"others")
    thread.join()
    assert counts(store)["records"] == 3


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path):
    store = Store(address_of("postgresql://somebody:geheim@127.0.0.1:1/nix?connect_timeout=2"))
    with pytest.raises(StorageError, match="nicht erreichbar") as raised, store.work():
        pass
    error = raised.value
    assert "geheim" not in error.message + error.hint + str(error.__cause__) + repr(error)
    assert "geheim" not in store.where
    store.close()


@needs_postgres
@pytest.mark.engine
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_connection_that_breaks_leaves_nothing_half_done_and_the_next_one_works(store):
    receive(store)
    before = counts(store)

    def broken() -> None:
        with store.work() as work:
            work.documents.save("d1", 1, reading("Neu"), IFK)
            mine = work.connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with store.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            work.connection.execute(text("SELECT 1"))

    with pytest.raises(StorageError, match="nicht erreichbar"):
        broken()
    assert counts(store) == before
    receive(store, "d2", b"others")


def test_tables_that_are_not_there_are_named(address):
    store = Store(address)
    with pytest.raises(StorageError, match="Tabellen"):
        receive(store)
    store.close()


@needs_postgres
@pytest.mark.engine
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_server_that_may_only_be_read_is_named(store, address):
    receive(store)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = address.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    other = Store(address)
    refused(other, "darf nicht geschrieben werden")
    other.close()
