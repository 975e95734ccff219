"""Small files of our own are there after a power cut, whoever wrote them."""

import os
from pathlib import Path

from formservice.adapters.lasting import made, written_once


def test_a_file_that_another_process_wrote_is_there_for_good_when_that_is_said(
    tmp_path, monkeypatch
):
    """It may stand still between naming the file and asking for the folder."""
    file = tmp_path / "a" / "file"
    file.parent.mkdir()
    file.write_bytes(b"x")
    synced, real = [], os.fsync

    def fsync(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert not written_once(file, b"y")
    assert synced == [str(file.parent), str(tmp_path)]
    assert file.read_bytes() == b"x"
    assert written_once(tmp_path / "b" / "c" / "file", b"y")
    assert {str(tmp_path / "b" / "c"), str(tmp_path / "b"), str(tmp_path)} <= set(synced)


def test_folders_are_for_nobody_else_to_look_into(tmp_path):
    made(tmp_path / "a" / "b")
    assert [one.stat().st_mode & 0o077 for one in (tmp_path / "a", tmp_path / "a" / "b")] == [0, 0]
