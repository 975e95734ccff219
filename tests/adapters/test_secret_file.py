"""The secret of an installation is made once, read from then on, and leaves nothing behind."""

import errno
import os
import stat
from pathlib import Path

import pytest

from formservice.adapters.identity.secret_file import KEY, kept_secret
from formservice.domain.errors import StorageError


def names(folder):
    return [one.name for one in folder.iterdir()]


def full(*_args):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_it_is_made_once_and_only_its_account_reads_it(tmp_path):
    path = tmp_path / "var" / KEY
    made = kept_secret(path)
    assert len(made) == 32
    assert kept_secret(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == [KEY]


def test_one_that_is_there_is_read_without_writing_anything(tmp_path, monkeypatch):
    made = kept_secret(tmp_path / KEY)
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(os, "link", full)
    assert kept_secret(tmp_path / KEY) == made


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_what_cannot_be_written_leaves_no_file(tmp_path, monkeypatch, step):
    monkeypatch.setattr(os, step, full)
    for _ in range(3):
        with pytest.raises(StorageError):
            kept_secret(tmp_path / KEY)
    assert names(tmp_path) == []


def test_who_is_slower_takes_the_one_that_was_made_meanwhile(tmp_path, monkeypatch):
    link = os.link

    def slower(new, path):
        monkeypatch.setattr(os, "link", link)
        kept_secret(Path(path))
        link(new, path)

    monkeypatch.setattr(os, "link", slower)
    told = kept_secret(tmp_path / KEY)
    assert told == (tmp_path / KEY).read_bytes()
    assert names(tmp_path) == [KEY]


def test_one_that_cannot_be_read_is_told_as_what_is_kept(tmp_path, monkeypatch):
    kept_secret(tmp_path / KEY)

    def refused(_self):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(StorageError) as error:
        kept_secret(tmp_path / KEY)
    assert "gelesen" in error.value.message


def test_half_of_one_is_told_as_damaged(tmp_path):
    (tmp_path / KEY).write_bytes(b"half")
    with pytest.raises(StorageError) as error:
        kept_secret(tmp_path / KEY)
    assert "beschädigt" in error.value.message
