"""What is deleted is nowhere any more, and the chain that tells of it still holds."""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, text

from formservice.adapters import scratch
from formservice.adapters.leftovers import PICTURES, Leftovers
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.archive import Archive
from formservice.adapters.store.purge import Purge
from formservice.application.deletion import Delete
from formservice.application.ports import Received
from formservice.application.ports_deletion import Blanked, Cleaned, Cleaner
from formservice.application.ports_store import SERVICE, Arrival, Author, CopyOf, Found, PageOf
from formservice.application.receive import Receive, Sent
from formservice.application.taking import copies_elsewhere
from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import Settings
from formservice.domain.case import Role, State
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.store import postgres
from tests.store.handed import digest
from tests.store.proven import DAY, IFK, LEAD, Installation, installation, reading
from tests.store.searched import with_traeger

ADMIN = Author("shell:amt", Role.ADMIN)
# Invented, in no other test, and another in each process: they share the files of one server.
NAME = f"Qwizzledorn{os.getpid()}"
PLANTED = (NAME.encode(), NAME.lower().encode(), NAME.encode("utf-16-le"))


@pytest.fixture
def kept(address, tmp_path):
    with installation(address, tmp_path / "data") as one:
        yield one


class NothingToClean:
    """For tests that look at rows, and not at the bytes of files."""

    def clean(self, *, full: bool) -> Cleaned:
        return Cleaned(True)


def deleting(kept: Installation, cleaner: Cleaner | None = None, **options) -> Delete:
    leftovers = Leftovers(kept.folder, kept.folder / "intake")
    return Delete(kept.store, kept.originals, cleaner or NothingToClean(), leftovers, **options)


def cleaning(kept: Installation) -> Delete:
    return deleting(kept, Purge(kept.store.engine))


def plant(kept: Installation) -> str:
    """Let a name stand wherever one may; return the hash of the file."""
    sha256 = kept.receive("d1", f"file of {NAME}".encode(), NAME)
    with kept.store.work() as work:
        work.documents.save("d1", 1, reading(NAME, f"{NAME} hat es erreicht"), IFK, f"war {NAME}")
        work.documents.acknowledge("d1", "deadline.missed", None, LEAD, f"Anruf von {NAME}")
        work.documents.move("d1", State.ACCEPTED, LEAD, f"{NAME} war hier")
        data = f"copy for {NAME}".encode()
        copy = CopyOf("d1", 2, "form", kept.originals.put(data), len(data))
        work.copies.keep(copy, SERVICE)
        body = {"told": f"{NAME} kommt"}
        row = {"id": "o1", "kind": "mail", "document": "d1", "body": body, "due": 1.0, "tries": 0}
        work.connection.execute(insert(schema.outbox).values(**row))
        progress = {"document": "d1", "seq": 1, "at": 1.0, "stage": "read", "code": "done"}
        work.connection.execute(insert(schema.progress).values(**progress))
    pages = kept.folder / "intake" / sha256 / "state"
    pages.mkdir(parents=True)
    (pages / "1").write_bytes(f"page of {NAME}".encode())
    left = kept.folder / "originals" / "neu" / "tmpcrash"
    left.write_bytes(f"file of {NAME}".encode()[:15])
    os.utime(left, (time.time() - 120,) * 2)
    return sha256


def places(folder: Path, *left_out: str) -> list[Path]:
    """Return all files below a folder that hold the planted name.

    Databases of other tests lie in the same folder, and go while we look.
    """
    found = []
    for where, _, names in os.walk(folder):
        for file in (Path(where, name) for name in names):
            if set(left_out) & set(file.parts):
                continue
            with suppress(FileNotFoundError):
                data = file.read_bytes()
                found += [file] if any(one in data for one in PLANTED) else []
    return found


@pytest.mark.slow
def test_a_planted_name_is_nowhere_after_the_deletion(kept: Installation):
    is_server = kept.store.engine.dialect.name == "postgresql"
    plant(kept)
    # Rows move in their pages when others come and go, and servers take samples of them.
    for number in range(12):
        kept.receive(f"n{number}", f"another {number}".encode(), f"Nachbar{number}")
    if is_server:
        with kept.store.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text("ANALYZE"))
            connection.execute(text("CHECKPOINT"))
    assert places(kept.folder)
    deleted = cleaning(kept)(["d1"], ADMIN, "Az. 12/345")
    assert deleted.cleaned.done
    assert list(deleted.left) == []
    assert places(kept.folder) == []
    if is_server:
        folder = Path(str(kept.store.engine.url.query["host"])) / "data"
        assert (folder / "base").is_dir()
        # What it wrote to its log of writes stays until it is written over: docs/betrieb.md.
        assert places(folder, "pg_wal") == []
        bin_ = postgres.programs()
        assert bin_ is not None
        url = kept.store.engine.url
        command = [
            str(bin_ / "pg_dump"),
            "-h",
            str(url.query["host"]),
            "-U",
            "tests",
            str(url.database),
        ]
        dump = subprocess.run(command, check=True, capture_output=True).stdout
        assert b"Nachbar3" in dump
        assert not any(one in dump for one in PLANTED)
    assert kept.verify().broken is None


def test_the_chain_tells_of_the_deletion_and_why(kept: Installation):
    plant(kept)
    deleting(kept)(["d1"], ADMIN, "Az. 12/345")
    with kept.store.look() as work:
        (*_, last) = work.copies.history("d1")
        for table in schema.metadata.sorted_tables:
            if "document" in table.c and table is not schema.events:
                rows = work.connection.execute(select(table).where(table.c.document == "d1"))
                assert rows.all() == [], table.name
    assert (last.type, last.author) == ("document.deleted", "shell:amt")
    assert last.body["reason"] == "Az. 12/345"
    assert last.body["rows"]["records"] == 2  # type: ignore[index] # any JSON
    with kept.store.look() as work, pytest.raises(NotFoundError):
        work.documents.get("d1")


def test_what_is_planned_changes_nothing(kept: Installation):
    sha256 = plant(kept)
    before = kept.verify().head
    scope = deleting(kept).plan(["d1"])
    assert (scope.documents, scope.shared) == (["d1"], {})
    assert set(scope.originals) == set(kept.originals.names())
    assert deleting(kept).plan([sha256[:12]]).documents == ["d1"]
    assert kept.verify().head == before


def test_a_received_file_goes_with_all_that_was_found_in_it(kept: Installation):
    kept.receive("d2", b"two forms", "Kowalska", "Haddad")
    deleting(kept)(["d2"], ADMIN, "Az. 1")
    with kept.store.look() as work:
        assert work.connection.execute(select(schema.documents.c.id)).all() == []
    assert list(kept.originals.names()) == []
    assert kept.verify().broken is None


@pytest.mark.parametrize(
    "named",
    [("file", "first"), ("first", "file"), ("first", "second"), ("file", "file")],
    ids=lambda named: "+".join(named),
)
def test_several_of_one_file_go_as_was_said_before_each_counted_once(kept: Installation, named):
    kept.receive("file", b"two", NAME, "Weber")
    with kept.store.look() as work:
        first, second = (one.id for one in work.documents.parts("file"))
    ids = {"file": "file", "first": first, "second": second}
    delete = deleting(kept)
    given = [ids[one] for one in named]
    planned = delete.plan(given)
    assert sorted(planned.documents) == sorted(ids.values())
    assert (planned.counts["documents"], planned.counts["records"]) == (3, 2)
    assert (len(planned.originals), dict(planned.shared)) == (1, {})
    assert delete(given, ADMIN, "Az. 1").scope == planned
    assert kept.verify().broken is None


def test_a_file_stays_while_it_holds_another_s_form_and_goes_with_the_last(kept: Installation):
    sha256 = kept.receive("d2", b"two forms", "Kowalska", "Haddad")
    with kept.store.look() as work:
        one, other = (part.id for part in work.documents.parts("d2"))
    first = deleting(kept)([one], ADMIN, "Az. 1")
    assert first.scope.documents == [one]
    assert first.scope.shared == {sha256: 1}
    assert kept.originals.read(sha256) == b"two forms"
    assert kept.verify().broken is None
    second = deleting(kept)([other], ADMIN, "Az. 2")
    assert second.scope.documents == [other, "d2"]
    assert list(kept.originals.names()) == []
    assert kept.verify().broken is None


@pytest.mark.parametrize("status", ["ready", "running", "waiting"])
def test_what_was_read_so_far_for_another_document_stays_while_it_is_in_work(kept, status):
    """The same bytes of somebody else are in work: what was read of them is not read anew."""
    with_traeger(kept.store, "t1", "t2")
    sha256 = kept.receive("d1", b"file", "Weber", traeger="t1")
    kept.receive("d2", b"file", "Weber", traeger="t2")
    table = schema.documents
    with kept.store.work() as work:
        own = table.update().where(table.c.id == "d2")
        work.connection.execute(own.values(status=status))
    page = kept.folder / "intake" / sha256 / "state" / "1"
    picture = kept.folder / PICTURES / sha256 / "1.png"
    for one in (page, picture):
        one.parent.mkdir(parents=True)
        one.write_bytes(b"page")
    scope = deleting(kept)(["d1"], ADMIN, "Az. 1").scope
    assert scope.shared == {sha256: 1}
    assert page.exists() == (status != "waiting")
    assert not picture.exists()  # whoever may see the other has it drawn anew


def test_a_file_that_another_document_has_pages_in_stays_for_that(kept: Installation):
    sha256 = kept.receive("d1", b"first", "Nguyen")
    second = kept.originals.put(b"second")
    with kept.store.work() as work:
        arrival = Arrival("d2", second, 6, "d2.pdf", "upload", DAY, "text")
        work.documents.receive(arrival, IFK, is_read=True)
        pages = [PageOf(second, 1), PageOf(sha256, 2)]
        work.documents.found("d2", [Found(pages, reading("Haddad"))], SERVICE)
    assert deleting(kept)(["d1"], ADMIN, "Az. 1").scope.shared == {sha256: 1}
    assert kept.originals.read(sha256) == b"first"
    assert kept.verify().broken is None
    deleting(kept)(["d2"], ADMIN, "Az. 2")
    assert list(kept.originals.names()) == []


def test_the_same_file_received_again_is_a_new_document(kept: Installation):
    sha256 = plant(kept)
    deleting(kept)(["d1"], ADMIN, "Az. 1")
    assert kept.receive("d1", f"file of {NAME}".encode(), NAME) == sha256
    assert kept.verify().broken is None
    deleting(kept)(["d1"], ADMIN, "Az. 2")
    assert kept.verify().broken is None


def test_a_document_back_after_its_deletion_is_named(kept: Installation):
    kept.receive("d1", b"first", "Nguyen")
    with kept.store.look() as work:
        row = work.connection.execute(select(schema.documents)).one()
    deleting(kept)(["d1"], ADMIN, "Az. 1")
    with kept.store.work() as work:
        values = {**row._mapping, "original": None}
        work.connection.execute(insert(schema.documents).values(**values))
    found = kept.verify().broken
    assert found is not None
    assert "gelöscht und trotzdem noch da" in found.message


@pytest.mark.parametrize(
    ("author", "reason"),
    [(ADMIN, " "), (LEAD, "Az. 1"), (ADMIN, f"Antrag von Frau {NAME.upper()}")],
    ids=["no reason", "not for this role", "a value in the reason"],
)
def test_a_deletion_nobody_may_do_or_answer_for_is_refused(kept: Installation, author, reason):
    plant(kept)
    with pytest.raises(UsageError) as raised:
        deleting(kept)(["d1"], author, reason)
    assert NAME.lower() not in raised.value.message.lower()
    assert len(places(kept.folder)) >= 1
    assert kept.verify().broken is None


def test_what_a_worker_has_is_not_deleted(kept: Installation):
    plant(kept)
    with kept.store.work() as work:
        work.queue.send("d1", "copy")
        assert work.queue.claim(["copy"], "w", 60) is not None
    with pytest.raises(ConflictError):
        deleting(kept)(["d1"], ADMIN, "Az. 1")
    with pytest.raises(NotFoundError):
        deleting(kept)(["ffffffffff"], ADMIN, "Az. 1")


def test_of_several_one_that_is_not_there_stops_all(kept: Installation):
    plant(kept)
    with pytest.raises(NotFoundError):
        deleting(kept)(["d1", "nobody"], ADMIN, "Az. 1")
    with kept.store.look() as work:
        assert work.documents.get("d1").id == "d1"


def test_bytes_that_somebody_is_receiving_again_are_left_until_they_are_named(
    kept: Installation,
):
    """They were kept again, and their row comes a moment later."""
    sha256 = kept.receive("d1", b"first", "Nguyen")
    with kept.store.work() as work:
        later = {"received_at": time.time() - 3600}
        work.connection.execute(schema.originals.update().values(**later))
    again = []

    def receive(_seconds: float) -> None:
        again.append(kept.receive("d9", b"first", "Nguyen"))

    kept.originals.put(b"first")
    deleted = deleting(kept, pause=receive)(["d1"], ADMIN, "Az. 1")
    assert again == [sha256]
    assert list(deleted.left) == []
    assert kept.originals.read(sha256) == b"first"
    assert kept.verify().broken is None


def test_what_ended_processes_left_is_taken_away(kept: Installation, tmp_path, monkeypatch):
    plant(kept)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    child = subprocess.Popen(["true"])
    child.wait()
    left = temporary / f"{scratch._own()}{child.pid}-x"
    left.mkdir()
    (left / "page").write_bytes(PLANTED[0])
    scratch.sweep.cache_clear()
    deleting(kept)(["d1"], ADMIN, "Az. 1")
    assert not left.exists()


def test_earlier_states_of_the_database_are_named(kept: Installation):
    kept.folder.mkdir(exist_ok=True)
    (kept.folder / "formservice-vor-0001.sqlite").write_bytes(b"")
    (kept.folder / "archive-uebernommen.sqlite").write_bytes(b"")
    assert deleting(kept).beyond() == [
        "archive-uebernommen.sqlite",
        "formservice-vor-0001.sqlite",
    ]


def test_who_reads_on_and_on_is_told_of_and_the_rest_is_cleaned_later(
    kept: Installation, monkeypatch
):
    plant(kept)
    other = installation(kept.store.engine.url, kept.folder)
    with other as reader, reader.store.look() as work, monkeypatch.context() as hasty:
        hasty.setattr("formservice.adapters.store.purge._READERS_S", 0.1)
        work.documents.get("d1")
        deleted = cleaning(kept)(["d1"], ADMIN, "Az. 1")
        assert not deleted.cleaned.done
        # A server may not yet have written to its files what it has in memory.
        assert places(kept.folder) or kept.store.engine.dialect.name == "postgresql"
    assert cleaning(kept).clean().done
    assert places(kept.folder) == []


@pytest.mark.parametrize(
    "address",
    [pytest.param("postgresql", marks=[postgres.needs_postgres, pytest.mark.engine])],
    indirect=True,
)
@pytest.mark.parametrize(
    ("database", "statement"),
    [(None, "SELECT pg_current_snapshot()"), ("postgres", "SELECT pg_current_xact_id()")],
    ids=["who reads", "who writes in another database"],
)
def test_who_keeps_an_earlier_state_of_a_server_is_told_of(
    kept: Installation, monkeypatch, database, statement
):
    """No table is locked by that, and the rows stay in them all the same."""
    plant(kept)
    url = kept.store.engine.url
    other = create_engine(
        url.set(database=database or url.database), isolation_level="REPEATABLE READ"
    )
    with other.connect() as reader, monkeypatch.context() as hasty:
        hasty.setattr("formservice.adapters.store.purge._READERS_S", 0.1)
        reader.execute(text(statement))
        assert not cleaning(kept)(["d1"], ADMIN, "Az. 1").cleaned.done
    other.dispose()
    assert cleaning(kept).clean().done
    folder = Path(str(url.query["host"])) / "data"
    assert places(folder, "pg_wal") == []


def killed_between_rows_and_files(kept: Installation) -> None:
    """Delete in a process that is killed when the rows are gone and nothing else is."""

    class Killing(Leftovers):
        def forget(self, sha256: str) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        with installation(kept.store.engine.url, kept.folder) as own:
            leftovers = Killing(kept.folder, kept.folder / "intake")
            Delete(own.store, own.originals, NothingToClean(), leftovers)(
                ["d1"], ADMIN, "Az. 1/26"
            )
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def is_due(kept: Installation) -> None:
    with kept.store.work() as work:
        work.connection.execute(schema.outbox.update().values(due=0.0))
    for file in (kept.folder / "originals").rglob("*"):
        os.utime(file, (time.time() - 60,) * 2)


def test_a_deletion_killed_after_its_rows_were_gone_is_ended_by_whoever_works(kept: Installation):
    plant(kept)
    kept.store.close()
    killed_between_rows_and_files(kept)
    assert places(kept.folder / "originals")
    assert places(kept.folder / "intake")
    with kept.store.look() as work:
        (row,) = work.connection.execute(select(schema.outbox)).all()
    # Nothing of the document: hashes only.
    assert (row.kind, row.document) == ("erase", None)
    assert set(row.body) == {"forget", "unnamed"}
    assert cleaning(kept).resumed() == 0  # it may still be at it
    is_due(kept)
    assert cleaning(kept).resumed() == 1
    assert places(kept.folder) == []
    assert list(kept.originals.names()) == []
    assert cleaning(kept).resumed() == 0
    with kept.store.look() as work:
        assert work.connection.execute(select(schema.outbox)).all() == []
    assert kept.verify().broken is None


def test_who_cleans_ends_what_was_killed_at_once(kept: Installation):
    plant(kept)
    kept.store.close()
    killed_between_rows_and_files(kept)
    is_due(kept)
    with kept.store.work() as work:
        work.connection.execute(schema.outbox.update().values(due=time.time() + 300))
    assert cleaning(kept).clean().done
    assert places(kept.folder) == []


def test_what_was_received_again_before_a_deletion_is_ended_stays(kept: Installation):
    sha256 = kept.receive("d1", b"first", "Nguyen")
    kept.store.close()
    killed_between_rows_and_files(kept)
    kept.receive("d2", b"first", "Nguyen")
    is_due(kept)
    assert deleting(kept).resumed() == 1
    assert kept.originals.read(sha256) == b"first"
    with kept.store.look() as work:
        assert work.connection.execute(select(schema.outbox)).all() == []


def test_what_cannot_be_cleaned_is_tried_once_a_day_for_a_week(kept: Installation):
    class Busy:
        def clean(self, *, full: bool) -> Cleaned:
            return Cleaned(False, ("Jemand liest.",))

    kept.receive("d1", b"first", "Nguyen")
    assert not deleting(kept, Busy())(["d1"], ADMIN, "Az. 1/26").cleaned.done
    tries = 0
    while tries < 20:
        with kept.store.look() as work:
            rows = work.connection.execute(select(schema.outbox)).all()
        if not rows:
            break
        assert rows[0].due > time.time() + 23 * 3600
        is_due(kept)
        tries += deleting(kept, Busy()).resumed()
    assert tries == 6


def test_nobody_names_bytes_while_they_are_taken_away_and_nobody_else_waits(kept: Installation):
    """A storage may take its time: on a server only who brings the same bytes waits for it."""
    is_server = kept.store.engine.dialect.name == "postgresql"
    kept.receive("d1", b"first", "Nguyen")
    same, other, taken = list[object](), list[object](), list[object]()

    class Slow(LocalOriginals):
        def delete(self, sha256: str, older: float = 0.0) -> bool:
            for thread, seconds in (
                (threading.Thread(target=named, args=("d9", b"other", other)), 5.0),
                (threading.Thread(target=named, args=("d8", b"first", same)), 0.3),
            ):
                thread.start()
                thread.join(seconds if is_server else 0.2)
            taken.append((list(same), list(other)))
            return super().delete(sha256, older)

    def named(id_: str, data: bytes, done: list[bool]) -> None:
        sent = Sent(data, "x", "upload", DAY, id_)
        done.append(Receive(kept.store, kept.originals)(sent)[1])

    leftovers = Leftovers(kept.folder, kept.folder / "intake")
    slow = Slow(kept.folder / "originals")
    Delete(kept.store, slow, NothingToClean(), leftovers)(["d1"], ADMIN, "Az. 1/26")
    until = time.monotonic() + 20
    while not (same and other) and time.monotonic() < until:
        time.sleep(0.05)
    assert taken[0] == ([], [False] if is_server else [])
    for data in (b"first", b"other"):
        assert kept.originals.exists(digest(data))
    assert kept.verify().broken is None


def test_who_stood_still_between_keeping_and_naming_bytes_keeps_them_once_more(
    kept: Installation,
):
    class Frozen(LocalOriginals):
        frozen = True

        def put(self, data: bytes) -> str:
            sha256 = super().put(data)
            if self.frozen:
                self.frozen = False
                assert self.delete(sha256)  # as a deletion does when it is half a minute old
            return sha256

    originals = Frozen(kept.folder / "originals")
    received, known = Receive(kept.store, originals)(Sent(b"form", "x", "upload", DAY))
    assert not known
    assert kept.originals.read(str(received.original)) == b"form"
    originals.frozen = True
    batch = Archive(kept.store, originals)
    (filed,) = batch.file_together([Received(b"batch", "y", [])], DAY)
    assert kept.originals.read(filed.sha256) == b"batch"
    assert kept.verify().broken is None


def test_a_document_that_waits_for_one_of_several_that_are_deleted_is_not_held_up_for_ever(
    kept: Installation,
):
    """Whoever changes the second one wants the chain, which the deletion of the first took."""
    kept.receive("d1", b"first", "Nguyen")
    kept.receive("d2", b"second", "Haddad")
    begun, ended = threading.Event(), []

    def change() -> None:
        try:
            with kept.store.work() as work:
                begun.set()
                time.sleep(0.3)
                work.documents.save("d2", 1, reading("Haddad", "neu"), IFK, "")
        except NotFoundError:
            pass
        ended.append(True)

    thread = threading.Thread(target=change)
    thread.start()
    begun.wait(10)
    deleting(kept)(["d1", "d2"], ADMIN, "Az. 1/26")
    thread.join(20)
    assert ended
    assert kept.verify().broken is None


# On PostgreSQL only who may switch its checks off can do that.
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_bytes_that_a_document_names_are_no_orphans_though_their_own_row_is_gone(
    kept: Installation,
):
    sha256 = kept.receive("d1", b"first", "Nguyen")
    with kept.store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM originals")
        raw.execute("PRAGMA foreign_keys = ON")
    with kept.store.look() as work:
        assert work.documents.unknown([sha256, "0" * 64]) == ["0" * 64]
    with kept.store.erasing() as erasure:
        assert erasure.is_named(sha256)
        assert not erasure.is_named("0" * 64)
    with kept.store.look() as work:
        assert work.connection.execute(select(schema.originals)).all() == []


def test_it_is_said_where_copies_of_a_scanned_file_still_lie(kept: Installation):
    data = b"scanned"
    with kept.store.work() as work:
        arrival = Arrival("d1", kept.originals.put(data), len(data), "d1.pdf", "folder", DAY)
        work.documents.receive(arrival, IFK)
    sources = deleting(kept).plan(["d1"]).sources
    assert sources == ["folder"]
    (told,) = copies_elsewhere(sources, 30)
    assert "„erledigt“" in told
    assert "30 Tage" in told


FEEDBACK = ("feedbackbogen", "2023-09-22")


def issued_and_begun(kept: Installation) -> None:
    """Let the words of an Erwartungsbogen stand in what was issued and begun for its case."""
    words = {"name": "Muster", "q1_erwartung": f"{NAME} will lernen", "ort": "Bochum"}
    of_it = reading(NAME) | {"form": {"id": "erwartungsbogen", "edition": "2023-07-24"}}
    kept.receive("d1", b"first", NAME)
    with kept.store.work() as work:
        work.documents.save("d1", 1, of_it, IFK)
        connection, now = work.connection, {"created_at": 1.0}
        connection.execute(insert(schema.persons).values(id="p", name="Muster", vorname="Mia"))
        for case in ("c1", "c2"):
            connection.execute(insert(schema.cases).values(id=case, person="p", ifk=None))
            for form, edition in (FEEDBACK, ("beiblatt", "1")):
                row = {"reference": f"{case}-{form}", "form": form, "edition": edition, **now}
                row |= {"case": case, "values": words, "format": "pdf", "author": IFK.id}
                connection.execute(insert(schema.web.issued).values(row))
                draft = {"id": f"{case}-{form}", "user": "u", "kind": "fill", "version": 1}
                draft |= {"subject": f"{case}-{form}", "case": case, "updated_at": 1.0}
                draft |= {"body": {"form": form, **words}}
                if not connection.execute(select(schema.users.c.id)).first():
                    user = {"id": "u", "name": "Carla", "role": "ifk"}
                    connection.execute(insert(schema.users).values(user))
                connection.execute(insert(schema.web.drafts).values(draft))
        connection.execute(insert(schema.case_documents).values(case="c1", document="d1"))


def test_what_forms_of_the_case_took_over_goes_with_the_document(kept: Installation):
    issued_and_begun(kept)
    forms = Services(Settings.from_environment({"FORMSERVICE_DATA": str(kept.folder)})).forms
    planned = deleting(kept, forms=forms).plan(["d1"])
    done = deleting(kept, forms=forms)(["d1"], ADMIN, "Widerruf der Einwilligung")
    # Two fields of the Feedbackbogen, and the one that was begun.
    assert planned.blanked == done.scope.blanked == Blanked(fields=2, drafts=1)
    table, drafts = schema.web.issued, schema.web.drafts
    with kept.store.look() as work:
        rows = work.connection.execute(select(table.c.reference, table.c["values"])).all()
        begun = set(work.connection.execute(select(drafts.c.id)).scalars())
    left = {reference: set(values) for reference, values in rows}
    whole = {"name", "q1_erwartung", "ort"}
    assert left.pop("c1-feedbackbogen") == {"ort"}
    assert set(map(frozenset, left.values())) == {frozenset(whole)}
    assert begun == {"c1-beiblatt", "c2-feedbackbogen", "c2-beiblatt"}


def test_a_field_that_two_documents_may_have_filled_is_counted_once(kept: Installation):
    issued_and_begun(kept)
    of_it = reading(NAME) | {"form": {"id": "erwartungsbogen", "edition": "2023-07-24"}}
    kept.receive("d2", b"second", NAME)
    with kept.store.work() as work:
        work.documents.save("d2", 1, of_it, IFK)
        work.connection.execute(insert(schema.case_documents).values(case="c1", document="d2"))
    forms = Services(Settings.from_environment({"FORMSERVICE_DATA": str(kept.folder)})).forms
    delete = deleting(kept, forms=forms)
    assert delete.plan(["d1", "d2"]).blanked == Blanked(fields=2, drafts=1)
    done = delete(["d1", "d2"], ADMIN, "Widerruf der Einwilligung")
    assert done.scope.blanked == Blanked(fields=2, drafts=1)


def test_what_goes_with_the_document_itself_is_not_counted_as_blanked(kept: Installation):
    issued_and_begun(kept)
    issued = schema.web.issued
    with kept.store.work() as work:
        own = issued.update().where(issued.c.reference == "c1-feedbackbogen")
        work.connection.execute(own.values(document="d1"))
    forms = Services(Settings.from_environment({"FORMSERVICE_DATA": str(kept.folder)})).forms
    scope = deleting(kept, forms=forms).plan(["d1"])
    assert (scope.counts["issued"], scope.blanked) == (1, Blanked(fields=0, drafts=1))
