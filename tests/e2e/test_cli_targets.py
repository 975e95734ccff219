"""What people name as a target: nothing that is kept, and nothing of theirs, is written over."""

import json
import os
from pathlib import Path

import pytest

from formservice.adapters.target import Own, file_target, folder_target, is_copy, is_export
from formservice.domain.errors import UsageError
from tests.adapters.archive_cases import case
from tests.e2e.conftest import ROOT

SAMPLE = ROOT / "samples" / "feedbackbogen@2026-11" / "regulaer-docx" / "input.docx"


@pytest.fixture
def own(tmp_path):
    (tmp_path / "var" / "originals").mkdir(parents=True)
    (tmp_path / "var" / "formservice.sqlite").write_bytes(b"SQLite")
    return Own.of(tmp_path / "var")


def nothing_is_ours(_path):
    return False


@pytest.mark.parametrize(
    "name", ["var/formservice.sqlite", "var/neu.zip", "var/originals/a/b", "x/../var/neu.zip"]
)
def test_nothing_is_written_into_the_data_folder(own, tmp_path, name):
    (tmp_path / "x").mkdir()
    with pytest.raises(UsageError):
        file_target(tmp_path / name, own)
    with pytest.raises(UsageError):
        folder_target(tmp_path / name, own)


def test_a_link_into_the_data_folder_is_the_data_folder(own, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "var")
    (tmp_path / "file").symlink_to(tmp_path / "var" / "formservice.sqlite")
    (tmp_path / "new").symlink_to(tmp_path / "var" / "new.zip")
    for name in ("link/x.zip", "file", "new"):
        with pytest.raises(UsageError):
            file_target(tmp_path / name, own)


def test_originals_and_a_database_elsewhere_are_kept_too(tmp_path):
    storage, database = f"file://{tmp_path}/store", f"sqlite:///{tmp_path}/db/x.sqlite"
    own = Own.of(tmp_path / "var", storage, database)
    for name in ("store/ab/cd", "db/x.sqlite", "db/x.sqlite-wal"):
        with pytest.raises(UsageError):
            file_target(tmp_path / name, own)
    assert file_target(tmp_path / "db" / "export.zip", own).name == "export.zip"
    Own.of(tmp_path / "var", "s3://bucket/x", "postgresql://u@h/d")


def test_a_file_of_somebody_else_stays(own, tmp_path):
    file = tmp_path / "akte.docx"
    file.write_bytes(SAMPLE.read_bytes())
    with pytest.raises(UsageError):
        file_target(file, own, replaces=is_export)
    with pytest.raises(UsageError):
        file_target(file, own, replaces=is_copy)
    file.write_bytes(b"")
    assert file_target(file, own, replaces=nothing_is_ours) == file.resolve()


def test_what_is_read_is_not_written_over(own, tmp_path):
    (tmp_path / "r.json").write_text("{}")
    (tmp_path / "again").symlink_to("r.json")
    with pytest.raises(UsageError):
        file_target(tmp_path / "again", own, given=[tmp_path / "r.json"])


def test_only_what_is_a_file_is_replaced(own, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    for target in (Path("/dev/full"), tmp_path / "pipe", tmp_path, tmp_path / "circle"):
        with pytest.raises(UsageError):
            file_target(target, own, replaces=nothing_is_ours)
    # A single document may go to a device or a pipe, as „generate -o /dev/stdout“ does.
    assert file_target(Path("/dev/full"), own) == Path("/dev/full")


def test_an_export_replaces_an_earlier_one_and_nothing_else(run, tmp_path):
    assert run("intake", SAMPLE).returncode in (0, 1)
    database = (tmp_path / "var" / "formservice.sqlite").read_bytes()
    (tmp_path / "akte.docx").write_bytes(SAMPLE.read_bytes())
    for target in ("var/formservice.sqlite", "var/x.zip", "akte.docx", "/dev/full"):
        refused = run("archive", "export", "--all", "-o", target)
        assert (refused.returncode, b"[usage]" in refused.stderr) == (2, True)
    assert Path("/dev/full").is_char_device()
    assert (tmp_path / "akte.docx").read_bytes() == SAMPLE.read_bytes()
    assert (tmp_path / "var" / "formservice.sqlite").read_bytes() == database
    (tmp_path / "link.zip").symlink_to("x.zip")
    for target in ("x.zip", "x.zip", "link.zip"):
        assert run("archive", "export", "--all", "-o", target).returncode == 0
    assert (tmp_path / "link.zip").is_symlink()
    assert is_export(tmp_path / "x.zip")
    messages = ("--xdomea", "3.1.0", "--sender", "A", "--recipient", "B")
    assert run("archive", "export", "--all", *messages, "-o", "var/aus").returncode == 2


@pytest.mark.slow
def test_a_copy_replaces_an_earlier_one_and_nothing_else(run, tmp_path):
    record = tmp_path / "r.json"
    record.write_text(json.dumps([case().reading], ensure_ascii=False), "utf-8")
    (tmp_path / "brief.pdf").write_bytes(b"%PDF-1.7 my own")
    for target in ("r.json", "brief.pdf", "var/k.pdf", "/dev/full"):
        assert run("archive", "copy", "r.json", "-o", target).returncode == 2
    assert json.loads(record.read_text("utf-8")) == json.loads(json.dumps([case().reading]))
    for _ in range(2):
        assert run("archive", "copy", "r.json", "-o", "k.pdf").returncode == 0
    # The record beside a copy must not be the record it is made of.
    (tmp_path / "a-datensatz.json").write_bytes(record.read_bytes())
    settings = {"FORMSERVICE_ARCHIVE_COPY": "PDF/A-2"}
    done = run("archive", "copy", "a-datensatz.json", "-o", "a.pdf", settings=settings)
    assert (done.returncode, (tmp_path / "a.pdf").exists()) == (2, False)


def test_generate_writes_neither_over_what_it_reads_nor_into_the_data_folder(run, tmp_path):
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "l.csv").write_text("name\nWeber\n")
    for arguments in (
        ("--data", "x.json", "--format", "docx", "-o", "x.json"),
        ("--data", "x.json", "-o", "var/x.docx"),
        ("--list", "l.csv", "-o", "var/forms"),
    ):
        assert run("generate", "feedbackbogen", *arguments).returncode == 2
    assert (tmp_path / "x.json").read_text() == "{}"
    for what in (("separator",), ("schema", "feedbackbogen")):
        assert run("forms", *what, "-o", "var/x").returncode == 2
