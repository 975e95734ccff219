"""The archive keeps every byte, tells known files apart and survives being killed."""

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
from datetime import date
from hashlib import sha256

import pytest

from formservice.adapters.archive.originals import Originals
from formservice.adapters.archive.store import Archive, Document, Filed
from formservice.domain.errors import NotFoundError, StorageError

DAY = date(2026, 4, 7)
NAME = "Đặng Ģirts"  # invented; must never appear in an error


def reading(form: str | None = "feedbackbogen") -> dict[str, object]:
    return {
        "medium": "acroform",
        "page_numbers": [1, 2],
        "form": {"id": form, "edition": "2023-09-22", "margin": 0.9} if form else None,
        "fields": {"name": {"reading": "read", "value": NAME}},
        "findings": [{"code": "field.required"}],
        "deadlines": [],
    }


@pytest.fixture
def archive(tmp_path):
    archive = Archive(tmp_path / "var")
    yield archive
    archive.close()


def test_a_filed_document_comes_back_byte_for_byte_with_its_readings(archive):
    data = bytes(range(256)) * 999
    filed = archive.file(data, "bogen.pdf", DAY, [reading(), reading(None)])
    assert filed == Filed(sha256(data).hexdigest(), already_known=False)
    assert archive.originals.read(filed.sha256) == data
    assert archive.readings(filed.sha256) == [reading(), reading(None)]
    assert list(archive.documents()) == [
        Document(filed.sha256, "bogen.pdf", "acroform", DAY, len(data))
    ]


def test_the_same_bytes_twice_are_one_document(archive):
    first = archive.file(b"bytes", "a.pdf", DAY, [reading()])
    again = archive.file(b"bytes", "b.pdf", date(2026, 5, 1), [reading(), reading()])
    assert (first.already_known, again.already_known) == (False, True)
    assert [one.name for one in archive.documents()] == ["a.pdf"]
    assert len(archive.readings(first.sha256)) == 1


def test_a_file_without_readings_and_with_an_odd_name_is_kept(archive):
    name = os.fsdecode(b"Br\xfccke.pdf")
    archive.file(b"x", name, DAY, [])
    assert [(one.name, one.medium) for one in archive.documents()] == [("Br?cke.pdf", None)]


def test_a_new_archive_on_the_same_folder_knows_everything(archive, tmp_path):
    archive.file(b"x", "x.pdf", DAY, [reading()])
    later = Archive(tmp_path / "var")
    assert later.file(b"x", "x.pdf", DAY, [reading()]).already_known
    later.close()


def test_an_original_without_a_row_is_completed_by_filing_again(archive):
    archive.originals.put(b"crashed in between")
    assert not archive.file(b"crashed in between", "x.pdf", DAY, [reading()]).already_known
    assert len(list(archive.documents())) == 1


def test_an_altered_original_is_noticed_and_never_overwritten(archive):
    filed = archive.file(b"true", "x.pdf", DAY, [])
    archive.originals.path(filed.sha256).write_bytes(b"fake")
    with pytest.raises(StorageError, match="verändert"):
        archive.originals.read(filed.sha256)
    with pytest.raises(StorageError, match="verändert"):
        archive.file(b"true", "x.pdf", DAY, [])
    assert archive.originals.path(filed.sha256).read_bytes() == b"fake"


def test_a_missing_original_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        Originals(tmp_path).read("0" * 64)


def test_a_damaged_database_is_a_storage_error_without_values(archive, tmp_path):
    archive.file(b"x", "x.pdf", DAY, [reading()])
    archive.close()
    (tmp_path / "var/archive.sqlite").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StorageError) as caught:
        archive.file(b"y", "y.pdf", DAY, [reading()])
    assert NAME not in str(caught.value) + caught.value.hint + str(caught.value.__cause__)


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path):
    (tmp_path / "var").write_bytes(b"")
    with pytest.raises(StorageError):
        Archive(tmp_path / "var").file(b"x", "x.pdf", DAY, [])


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(tmp_path):
    originals = Originals(tmp_path / "originals")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A limit on file size is how an ordinary process meets a write that does not fit.
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(StorageError):
            originals.put(b"z" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert [path for path in (tmp_path / "originals").rglob("*") if path.is_file()] == []


def test_every_commit_is_durable_and_readers_do_not_block_writers(archive, tmp_path):
    archive.file(b"x", "x.pdf", DAY, [reading()])
    with archive._transaction() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_only_the_account_of_the_service_can_look_into_the_archive(archive, tmp_path):
    archive.file(b"x", "x.pdf", DAY, [reading()])
    original = archive.originals.path(sha256(b"x").hexdigest())
    open_to_others = [
        path
        for path in (tmp_path / "var", tmp_path / "var/originals", original)
        if path.stat().st_mode & 0o077
    ]
    assert open_to_others == []


def test_records_are_private_even_in_a_folder_that_is_open_to_all(tmp_path):
    (tmp_path / "var").mkdir(mode=0o755)
    archive = Archive(tmp_path / "var")
    archive.file(b"x", "x.pdf", DAY, [reading()])
    kept = list((tmp_path / "var").glob("archive.sqlite*"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    archive.close()


def test_a_record_needs_its_document(archive, tmp_path):
    archive.file(b"x", "x.pdf", DAY, [reading()])
    with sqlite3.connect(tmp_path / "var/archive.sqlite") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("DELETE FROM documents")
    connection.close()


_WRITER = """
    import sys
    from datetime import date
    from pathlib import Path
    from formservice.adapters.archive.store import Archive

    archive = Archive(Path(sys.argv[1]))
    for number in range(100_000):
        data = f"{sys.argv[2]}-{number} ".encode() * 200_000
        print(archive.file(data, f"{number}.pdf", date(2026, 4, 7), [{"fields": {}}]).sha256)
        sys.stdout.flush()
"""


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_only_whole_originals_and_loses_none(tmp_path):
    folder = tmp_path / "var"
    acknowledged: set[str] = set()
    for round_ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_WRITER), str(folder), str(round_)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        acknowledged.add(child.stdout.readline().strip())  # it is writing now
        time.sleep(0.03 + 0.017 * round_)
        child.kill()
        rest, _ = child.communicate()
        # A line cut off by the kill was not acknowledged.
        acknowledged |= {line for line in rest.split("\n")[:-1] if line}
    archive = Archive(folder)
    kept = set((folder / "originals").glob("??/??/*"))
    documents = {one.sha256 for one in archive.documents()}
    archive.close()
    assert {sha256(path.read_bytes()).hexdigest() for path in kept} == {p.name for p in kept}
    assert acknowledged <= documents <= {path.name for path in kept}


@pytest.mark.slow
def test_several_processes_filing_the_same_bytes_make_one_document(tmp_path):
    script = """
        import sys
        from datetime import date
        from pathlib import Path
        from formservice.adapters.archive.store import Archive
        archive = Archive(Path(sys.argv[1]))
        new = sum(
            not archive.file(bytes([n]) * 1000, "x", date(2026, 4, 7), [{}]).already_known
            for n in range(40)
        )
        print(new)
    """
    children = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    made = [int(child.communicate()[0]) for child in children]
    archive = Archive(tmp_path)
    assert sum(made) == len(list(archive.documents())) == 40
    archive.close()


def test_what_a_crash_left_behind_goes_with_a_later_original_and_younger_work_stays(tmp_path):
    originals = Originals(tmp_path)
    originals.put(b"first")
    old, young = tmp_path / "neu" / "old", tmp_path / "neu" / "young"
    for left in (old, young):
        left.write_bytes(b"half a form")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    kept = originals.put(b"second")
    assert (old.exists(), young.exists()) == (False, True)
    assert originals.read(kept) == b"second"
