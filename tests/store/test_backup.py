"""A backup is whole or not there, proves itself, and gives back what was there."""

import errno
import os
import subprocess
import threading
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL

from formservice.adapters.backup.backup import Backup, Installation
from formservice.adapters.backup.check import checked
from formservice.adapters.backup.folder import NEWEST as NEWEST_BACKUP
from formservice.adapters.backup.folder import (
    BackupFolder,
    refuse_unfinished,
    seconds_since_backup,
)
from formservice.adapters.backup.restore import Restore
from formservice.adapters.identity.second_factor import Totp
from formservice.adapters.identity.secret_file import KEY, kept_secret
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.step import NEWEST, standing
from formservice.adapters.waiting_lists import FOLDER as LISTS
from formservice.domain.case import Role
from formservice.domain.errors import (
    AlteredError,
    ConflictError,
    FormServiceError,
    NotFoundError,
    StorageError,
    UsageError,
)
from tests.store import postgres, proven
from tests.store.later import LATER, later_program
from tests.store.test_deletion import ADMIN, deleting

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Ours:
    """An installation and the folder of its backups."""

    kept: proven.Installation
    target: Path

    def back_up(self, originals=None, **other):
        own = self.kept
        settings = {"land": "NI"}
        held = Installation(own.folder, own.folder / "koepfe", "1", NEWEST, settings, other)
        made = Backup(
            own.store,
            originals or own.originals,
            held,
            lambda: datetime(2026, 11, 21, 5, tzinfo=UTC),
        )
        return made(self.target)


@pytest.fixture
def ours(address, tmp_path):
    with proven.installation(address, tmp_path / "data") as kept:
        kept.fill()
        kept.head()
        yield Ours(kept, tmp_path / "backups")


@pytest.fixture
def empty(address, tmp_path, tmp_path_factory, request):
    """What restores to a folder that is not there yet, and into an empty database."""
    if address.get_backend_name() == "sqlite":
        yield into(tmp_path / "new", embedded(tmp_path / "new"))
        return
    with postgres.database(_shared(request, tmp_path_factory)) as url:
        yield into(tmp_path / "new", url)


def _shared(request, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


def into(folder, url):
    return Restore(folder, url, LocalOriginals(folder / "originals"), folder / "koepfe")


def opened(restore):
    return proven.installation(restore.database, restore.data)


def rows(store):
    """All that is in a database, table by table."""
    with store.look() as work:
        return {
            table.name: sorted(map(repr, work.connection.execute(select(table)).all()))
            for table in schema.metadata.sorted_tables
        }


def files(folder):
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and "sqlite" not in one.name and one.name != NEWEST_BACKUP
    }


def whole_backups(target):
    return sorted(one.name for one in (target / "sicherungen").glob("[!.]*"))


def test_what_is_restored_is_what_was_backed_up_and_goes_on(ours, empty):
    made = ours.back_up()
    done = empty(ours.target)
    assert (made.originals, done.originals, list(made.lost), list(done.lost)) == (4, 4, [], [])
    assert made.documents == done.documents == 5
    refuse_unfinished(empty.data)
    with opened(empty) as again:
        assert rows(again.store) == rows(ours.kept.store)
        assert files(again.folder) == files(ours.kept.folder)
        assert again.verify().broken is None
        again.receive("d9", b"later file", "Ende")
        with again.store.work() as work:
            work.documents.acknowledge("d9", "deadline.missed", None, proven.LEAD, "Postlauf")
        assert again.verify().broken is None


def test_after_a_restore_everybody_signs_in_with_the_second_factor_they_had(ours, empty):
    key = kept_secret(ours.kept.folder / KEY)
    secret = with_a_factor(ours.kept.store, Totp(key, "formservice").new("ifk-1"))
    (ours.kept.folder / LISTS).mkdir()
    (ours.kept.folder / LISTS / "a-b").write_bytes(b"Participants whom nobody took over")
    name = ours.back_up().name
    done = empty(ours.target)
    assert (done.factors, done.has_key) == (1, True)
    everything = (*ours.target.rglob("*"), *empty.data.rglob("*"))
    assert not any(LISTS in one.parts for one in everything)
    for file in (ours.target / "sicherungen" / name / KEY, empty.data / KEY):
        assert file.stat().st_mode & 0o777 == 0o600
    again = Totp(kept_secret(empty.data / KEY), "formservice")
    assert again.shown("ifk-1", secret) is not None


def test_a_backup_without_the_key_says_whose_second_factors_are_lost(ours, empty):
    with_a_factor(ours.kept.store, "sealed with a key that is not there")
    ours.back_up()
    done = empty(ours.target)
    assert (done.factors, done.has_key) == (1, False)
    assert not (empty.data / KEY).exists()


def with_a_factor(store, sealed):
    with store.work() as work:
        work.accounts.add("ifk-1", "Ida Fuchs", Role.IFK)
        work.accounts.credentials("ifk-1", login="ifk@amt.example", totp=sealed)
    return sealed


def test_the_installation_knows_when_it_was_backed_up_last(ours):
    assert seconds_since_backup(ours.kept.folder) is None
    made = ours.back_up()
    assert (ours.kept.folder / NEWEST_BACKUP).read_text("utf-8") == made.name
    os.utime(ours.kept.folder / NEWEST_BACKUP, (time.time() - 7200,) * 2)
    since = seconds_since_backup(ours.kept.folder)
    assert since is not None
    assert round(since / 3600) == 2


def test_a_backup_of_an_earlier_program_is_restored_by_a_later_one(ours, empty, tmp_path):
    ours.back_up()
    before = rows(ours.kept.store)
    with later_program(tmp_path / "later"):
        empty(ours.target)
        with opened(empty) as again:  # an embedded database takes the step now
            assert standing(again.store.engine) == LATER
            assert rows(again.store) == before
            assert again.verify().broken is None


def test_what_is_there_already_is_not_copied_again_and_what_is_damaged_there_is(ours):
    first = ours.back_up()
    assert (first.copied, first.mended) == (4, 0)
    ours.kept.receive("d4", b"fourth file", "Neu")
    damaged = next((ours.target / "originale").glob("*/*/*"))
    damaged.write_bytes(b"x")
    second = ours.back_up()
    assert (second.copied, second.mended, second.originals) == (2, 1, 5)
    assert whole_backups(ours.target) == [first.name, second.name]
    found = checked(ours.target, None)
    assert (found.backups, found.originals, found.faults) == ([first.name, second.name], 5, [])
    plain = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS", "ORIGINALE"],
        cwd=ours.target / "sicherungen" / second.name,
        check=False,
    )
    assert plain.returncode == 0


def test_every_flipped_byte_in_a_backup_is_named(ours, empty):
    name = ours.back_up(listen=ROOT / "README.md").name
    here = ours.target / "sicherungen" / name
    parts = [one for one in here.rglob("*") if one.is_file()]
    assert {"formservice.sqlite", "manifest.json", "listen.md"} <= {one.name for one in parts}
    for part in parts:
        with flipped(part):
            found = checked(ours.target, None)
            assert found.faults
            if part.name not in {"SHA256SUMS", "ORIGINALE"}:
                (fault,) = found.faults
                assert part.name in fault.message
            with pytest.raises(AlteredError):
                empty(ours.target)
    (one, *_) = sorted((ours.target / "originale").glob("*/*/*"))
    with flipped(one):
        (fault,) = checked(ours.target, None).faults
        assert fault.message == f"Das Original {one.name} ist verändert oder beschädigt."
        done = empty(ours.target)
    assert list(done.lost) == [one.name]
    with opened(empty) as again:
        broken = again.verify().broken
    assert broken is not None
    assert one.name in broken.message


@contextmanager
def flipped(file):
    data = file.read_bytes()
    middle = len(data) // 2
    file.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    yield
    file.write_bytes(data)


@pytest.mark.parametrize("part", ["manifest.json", "SHA256SUMS", "ORIGINALE"])
def test_nobody_waits_for_a_pipe_in_the_place_of_a_file_of_a_backup(ours, empty, part):
    name = ours.back_up().name
    file = ours.target / "sicherungen" / name / part
    file.unlink()
    os.mkfifo(file)
    assert checked(ours.target, None).faults
    with pytest.raises(FormServiceError):
        empty(ours.target)


def test_a_backup_while_somebody_writes_is_of_one_moment(ours, empty):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            ours.kept.receive(f"w{number}", f"file {number}".encode(), "Wer")
            time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            made = ours.back_up()
    finally:
        stop.set()
        writer.join()
    with ours.kept.store.look() as work:
        head = work.events.head()
    assert head is not None
    assert head.seq > made.event
    done = empty(ours.target)
    assert (done.event, list(done.lost)) == (made.event, [])
    with opened(empty) as again:
        assert again.verify().broken is None


def test_what_is_deleted_during_a_backup_does_not_stay_in_it(ours, empty):
    original = ours.kept.originals
    gone = sha256(b"third file").hexdigest()

    class Deleting:
        """Somebody deletes a document just before its file is copied."""

        def __getattr__(self, name):
            return getattr(original, name)

        def read(self, wanted):
            if wanted == gone and not done:
                done.append(wanted)
                os.utime(original.path(gone), (1, 1))
                deleting(ours.kept)(["d3"], ADMIN, "Löschfrist abgelaufen")
            return original.read(wanted)

    done: list[str] = []
    made = ours.back_up(originals=Deleting())
    assert (made.documents, made.originals, list(made.lost)) == (4, 3, [])
    assert done


def test_what_the_installation_itself_has_lost_is_named_and_the_rest_is_kept(ours):
    gone = sha256(b"third file").hexdigest()
    ours.kept.originals.path(gone).unlink()
    made = ours.back_up()
    assert (list(made.lost), made.copied) == ([gone], 3)
    (fault,) = checked(ours.target, None).faults
    assert gone in fault.message


def test_only_an_empty_place_is_restored_to(ours, empty):
    ours.back_up()
    empty.data.mkdir()
    (empty.data / "brief.txt").write_text("x")
    with pytest.raises(UsageError, match="nicht leer"):
        empty(ours.target)
    (empty.data / "brief.txt").unlink()
    with pytest.raises(UsageError, match="Datenbank"):
        into(empty.data, ours.kept.store.engine.url)(ours.target)
    assert list(empty.data.iterdir()) == []
    with pytest.raises(NotFoundError):
        empty(empty.data)
    with pytest.raises(NotFoundError, match="dieses Namens"):
        empty(ours.target, "gestern")


def test_a_restore_that_was_broken_off_goes_on_and_nothing_else_works_meanwhile(ours, empty):
    ours.back_up()
    steps = []

    def stop(step, done, total):
        steps.append(step)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty(ours.target, None, stop)
    with pytest.raises(StorageError, match="nicht zu Ende"):
        refuse_unfinished(empty.data)
    done = empty(ours.target)
    assert done.resumed
    refuse_unfinished(empty.data)
    with opened(empty) as again:
        assert again.verify().broken is None
        assert rows(again.store) == rows(ours.kept.store)


def test_a_full_disk_leaves_no_backup_and_two_at_once_are_refused(ours, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(BackupFolder, "put", full)
        with pytest.raises(StorageError, match="keinen Platz mehr"):
            ours.back_up()
    assert whole_backups(ours.target) == []
    with BackupFolder(ours.target).begun(), pytest.raises(ConflictError):
        ours.back_up()
    with pytest.raises(UsageError):
        Ours(ours.kept, ours.kept.folder / "backups").back_up()


def test_an_installation_moves_from_one_database_to_the_other(
    ours, tmp_path, tmp_path_factory, request
):
    other = tmp_path / "other"
    ours.back_up()
    urls: AbstractContextManager[URL]
    if ours.kept.store.engine.dialect.name == "postgresql":
        urls = nullcontext(embedded(other))
    elif postgres.programs() is None:
        pytest.skip(postgres.MISSING)
    else:
        urls = postgres.database(_shared(request, tmp_path_factory))
    with urls as url:
        restore = into(other, url)
        restore(ours.target)
        with opened(restore) as again:
            assert again.verify().broken is None
            assert rows(again.store) == rows(ours.kept.store)


@pytest.fixture
def small_disk(tmp_path):
    """A disk with room for the folders of backups, and for no database."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_of_the_backups_is_named_as_that(ours, small_disk):
    with pytest.raises(StorageError, match="Ordner der Sicherungen hat keinen Platz mehr"):
        Ours(ours.kept, small_disk / "ziel").back_up()
    assert whole_backups(small_disk / "ziel") == []
