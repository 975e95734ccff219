"""Originals come back byte for byte, whatever keeps them; a crash leaves whole ones or none."""

import os
import resource
import signal
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest

from formservice.adapters.originals import local
from formservice.adapters.originals.choice import originals as chosen
from formservice.adapters.originals.local import LocalOriginals
from formservice.application.ports_store import Originals
from formservice.domain.errors import NotFoundError, StorageError, UsageError
from tests.adapters.s3_server import bucket, put_raw

DATA = bytes(range(256)) * 40_000  # ten megabytes: sent in several parts


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def kept(request, tmp_path, monkeypatch):
    """A storage, and what changes an original behind its back."""
    if request.param == "local":
        folder = LocalOriginals(tmp_path / "originals")

        def change(name: str, data: bytes) -> None:
            folder.path(name).write_bytes(data)

        yield folder, change
        return
    with bucket(tmp_path, monkeypatch) as name:
        yield (
            chosen(f"s3://{name}/amt/originale", tmp_path),
            lambda one, data: put_raw(name, f"amt/originale/{one[:2]}/{one[2:4]}/{one}", data),
        )


@pytest.fixture
def originals(kept) -> Originals:
    storage: Originals = kept[0]
    return storage


def test_an_original_comes_back_byte_for_byte_and_kept_again_it_is_the_same(originals):
    names = [originals.put(data) for data in (DATA, b"", DATA)]
    assert names == [sha256(data).hexdigest() for data in (DATA, b"", DATA)]
    assert originals.read(names[0]) == DATA
    assert originals.exists(names[0])
    assert not originals.exists(sha256(b"never").hexdigest())
    assert originals.read(names[1]) == b""
    assert list(originals.names()) == sorted(set(names))


def test_an_altered_original_is_noticed_and_never_overwritten(kept):
    originals, change = kept
    name = originals.put(b"true")
    change(name, b"fake")
    for use in (lambda: originals.read(name), lambda: originals.put(b"true")):
        with pytest.raises(StorageError, match="verändert"):
            use()
    change(name, b"true")
    assert originals.read(name) == b"true"


def test_a_forgotten_original_is_gone_and_may_come_again(originals):
    name = originals.put(b"once")
    originals.put(b"other")
    for _ in range(2):
        originals.delete(name)
        with pytest.raises(NotFoundError):
            originals.read(name)
    assert list(originals.names()) == [sha256(b"other").hexdigest()]
    assert originals.put(b"once") == name
    assert originals.read(name) == b"once"


def test_what_somebody_put_lately_is_neither_old_nor_forgotten_for_its_age(originals):
    name = originals.put(b"x")
    assert list(originals.names(older=60)) == []
    originals.delete(name, older=60)
    assert originals.read(name) == b"x"
    time.sleep(1.2)  # the storage tells whole seconds
    assert list(originals.names(older=1)) == [name]
    originals.put(b"x")
    originals.delete(name, older=1)
    assert originals.read(name) == b"x"
    time.sleep(2.1)
    originals.delete(name, older=1)
    originals.delete(name, older=1)
    assert list(originals.names()) == []


def test_storage_that_nothing_was_kept_in_has_no_names_and_says_that_it_works(originals):
    assert list(originals.names()) == []
    originals.check()
    assert list(originals.names()) == []


@pytest.mark.slow
def test_storage_that_is_not_there_is_told_without_naming_a_secret(tmp_path, monkeypatch):
    with bucket(tmp_path, monkeypatch):
        for use in (
            lambda storage: storage.put(b"x"),
            lambda storage: storage.check(),
            lambda storage: list(storage.names()),
        ):
            with pytest.raises(StorageError) as raised:
                use(chosen("s3://keiner", tmp_path))
            told = raised.value.message + raised.value.hint + str(raised.value.__cause__)
            assert "geheim" not in told


@pytest.mark.parametrize(
    "given", ["", "nix", "s3://", "s3://a:geheim@b", "http://x", "file://x", "s3://[", "gs://x"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(tmp_path, given):
    with pytest.raises(UsageError) as raised:
        chosen(given, tmp_path)
    assert "FORMSERVICE_STORAGE_URL" in raised.value.message
    assert "geheim" not in repr(raised.value) + str(raised.value.__cause__)


def test_a_setting_may_name_a_folder(tmp_path):
    name = chosen(f"file://{tmp_path}/ein%20ordner", tmp_path).put(b"x")
    assert LocalOriginals(tmp_path / "ein ordner").read(name) == b"x"


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(tmp_path):
    originals = LocalOriginals(tmp_path / "originals")
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


def test_what_a_crash_left_behind_goes_with_a_later_original_and_younger_work_stays(tmp_path):
    originals = LocalOriginals(tmp_path)
    originals.put(b"first")
    old, young = tmp_path / "neu" / "old", tmp_path / "neu" / "young"
    for left in (old, young):
        left.write_bytes(b"half a form")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    kept = originals.put(b"second")
    assert (old.exists(), young.exists()) == (False, True)
    assert originals.read(kept) == b"second"
    assert list(originals.names()) == sorted(
        sha256(one).hexdigest() for one in (b"first", b"second")
    )


def test_forgotten_and_put_again_at_once_an_original_is_there_or_was_said_to_be_none(tmp_path):
    originals = LocalOriginals(tmp_path)
    name, ended = sha256(b"x").hexdigest(), threading.Event()

    def forget() -> None:
        while not ended.is_set():
            originals.delete(name, older=30)

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        for _ in range(200):
            assert originals.put(b"x") == name
    finally:
        ended.set()
        thread.join()
    assert originals.read(name) == b"x"
    assert list((tmp_path / "neu").iterdir()) == []


def test_only_the_account_of_the_service_can_look_at_originals(tmp_path):
    originals = LocalOriginals(tmp_path / "var" / "originals")
    file = originals.path(originals.put(b"x"))
    folders = [tmp_path / "var", tmp_path / "var/originals", file]
    assert [one for one in folders if one.stat().st_mode & 0o077] == []


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path):
    Path(tmp_path / "var").write_bytes(b"")
    for use in (lambda one: one.put(b"x"), lambda one: one.check()):
        with pytest.raises(StorageError):
            use(LocalOriginals(tmp_path / "var"))


def _killed_in(doing, *, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something in a process that is killed when it calls ``os.<at>``."""
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(os, at, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        doing()
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _put_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file look old when its age is asked first, and be as young as it is from then on."""
    ages, real = [1e9], local._age
    monkeypatch.setattr(local, "_age", lambda file: ages.pop() if ages else real(file))


def test_a_deletion_killed_before_it_gives_back_what_is_young_loses_nothing(tmp_path, monkeypatch):
    originals = LocalOriginals(tmp_path)
    name = sha256(b"form").hexdigest()
    for meanwhile in (
        lambda: None,
        lambda: originals.put(b"form"),
        lambda: originals.put(b"other"),
        lambda: list(originals.names()),
        lambda: originals.delete(name, older=60),
        lambda: originals.exists(name),
    ):
        originals.put(b"form")
        with monkeypatch.context() as patch:
            _put_again_meanwhile(patch)
            _killed_in(lambda: originals.delete(name, older=60), at="link", monkeypatch=patch)
        assert not originals.path(name).exists()
        meanwhile()
        assert originals.read(name) == b"form"
        originals.put(b"yet another")
        assert [one.name for one in (tmp_path / "neu").iterdir()] == []
        for other in (b"yet another", b"other"):
            originals.delete(sha256(other).hexdigest())


def test_what_a_killed_deletion_took_is_not_taken_away_for_its_age(tmp_path, monkeypatch):
    originals = LocalOriginals(tmp_path)
    name = originals.put(b"form")
    os.utime(originals.path(name), (time.time() - 25 * 3600,) * 2)
    _killed_in(lambda: originals.delete(name), at="unlink", monkeypatch=monkeypatch)
    assert not originals.path(name).exists()
    originals.put(b"other")
    assert originals.read(name) == b"form"
    assert originals.delete(name)
    assert not originals.exists(name)


def test_while_a_deletion_is_at_it_nobody_puts_back_and_another_says_that_it_is_not_gone(
    tmp_path, monkeypatch
):
    originals, other = LocalOriginals(tmp_path), LocalOriginals(tmp_path)
    name, seen = originals.put(b"form"), []
    real = local.LocalOriginals._sweep_beginnings

    def meanwhile(self, data: bytes) -> None:
        seen.append((other.exists(name), other.delete(name)))
        real(self, data)

    monkeypatch.setattr(local.LocalOriginals, "_sweep_beginnings", meanwhile)
    assert originals.delete(name)
    assert seen == [(False, False)]
    assert not other.exists(name)


def test_an_original_is_acknowledged_when_its_folders_are_on_disk_whoever_made_them(
    tmp_path, monkeypatch
):
    """Another process has written it, and stands still before it asked for its folders."""
    name, synced = sha256(b"form").hexdigest(), set[str]()
    target = LocalOriginals(tmp_path / "o").path(name)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"form")
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    originals = LocalOriginals(tmp_path / "o")
    assert originals.put(b"form") == name
    folders = {target.parent, target.parent.parent, tmp_path / "o", tmp_path}
    assert synced >= {str(one) for one in folders}
    synced.clear()
    originals.put(b"form")
    assert str(target.parent) in synced
