"""A folder that others write into, as scanners, people and crashes leave it."""

import os
import socket
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from formservice.adapters.inbox.entries import Stamp
from formservice.adapters.inbox.share import Share, watched
from formservice.adapters.inbox.watch import Watch
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.work.signals import Stop
from formservice.application.receive import Receive
from formservice.application.taking import TakeIn
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    StorageError,
    UsageError,
)
from tests.inbox.mails import pdf

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
DAY = "2026-11-21"
LARGEST = 4096


def opened(data):
    """Open what begins like a PDF file; the real readers are slower and not meant here."""
    if not data:
        raise EmptyDocumentError("Die Datei ist leer.")
    if not data.startswith(b"%PDF"):
        raise DamagedDocumentError("Die Datei ist beschädigt.")
    return 1


@pytest.fixture
def originals(tmp_path):
    return LocalOriginals(tmp_path / "originals")


@pytest.fixture
def watch(store, share, originals):
    """Return what looks at the folder once, and tells what became of every file."""

    def make(settle=0.0, receive=None, look=opened):
        take = TakeIn(receive or Receive(store, originals), look)
        made = Watch(Share(share, LARGEST), take, lambda: NOW, settle, LARGEST)
        return lambda: [(one.outcome, one.name) for one in made.round(Stop())]

    return make


def received(store):
    with store.look() as work:
        rows = work.connection.exec_driver_sql("SELECT name, original FROM documents ORDER BY 1")
        return [(row[0], row[1]) for row in rows]


def lying(share):
    return sorted(one.relative_to(share).as_posix() for one in share.rglob("*") if one.is_file())


def test_what_is_whole_is_kept_and_then_filed_away_under_its_day(share, watch, store, originals):
    (share / "raum 2").mkdir()
    (share / "raum 2" / "a.pdf").write_bytes(pdf("a"))
    (share / "b.pdf").write_bytes(pdf("b"))
    assert watch()() == [("taken", "b.pdf"), ("taken", "raum 2/a.pdf")]
    assert lying(share) == [f"erledigt/{DAY}/b.pdf", f"erledigt/{DAY}/raum 2/a.pdf"]
    assert [name for name, _ in received(store)] == ["b.pdf", "raum 2/a.pdf"]
    assert [originals.read(sha) for _, sha in received(store)] == [pdf("b"), pdf("a")]


def test_the_same_bytes_again_are_filed_away_as_known(share, watch, store):
    (share / "a.pdf").write_bytes(pdf("a"))
    look = watch()
    look()
    (share / "a.pdf").write_bytes(pdf("a"))
    (share / "b.pdf").write_bytes(pdf("a"))
    assert look() == [("known", "a.pdf"), ("known", "b.pdf")]
    assert lying(share) == [
        f"erledigt/{DAY}/a.pdf",
        f"erledigt/{DAY}/schon-bekannt/a.pdf",
        f"erledigt/{DAY}/schon-bekannt/b.pdf",
    ]
    assert len(received(store)) == 1


def test_what_cannot_be_read_is_put_aside_with_the_reason_beside_it(share, watch, store):
    (share / "x.pdf").write_bytes(b"no form")
    assert watch()() == [("refused", "fehler/x.pdf")]
    told = (share / "fehler" / "x.pdf.grund.txt").read_text("utf-8")
    assert "beschädigt" in told
    assert "[input.damaged]" in told
    assert "neu speichern" in told
    assert received(store) == []


def test_nothing_is_written_over_another_file_of_the_same_name(share, watch):
    look = watch()
    for text in ("1", "2", "3"):
        (share / "scan.pdf").write_bytes(pdf(text))
        look()
    kept = {path.name: path.read_bytes() for path in (share / "erledigt" / DAY).iterdir()}
    assert kept == {
        "scan.pdf": pdf("1"),
        "scan (2).pdf": pdf("2"),
        "scan (3).pdf": pdf("3"),
    }


@pytest.mark.parametrize(
    "name",
    [".versteckt.pdf", "x.pdf.part", "x.TMP", "~x.pdf", "x.pdf~", "Thumbs.db", "x.crdownload"],
)
def test_hidden_and_partial_files_are_left_alone(share, watch, name):
    (share / name).write_bytes(pdf("a"))
    assert watch()() == []
    assert lying(share) == [name]


@pytest.mark.parametrize(
    "lock", ["~$antrag.docx", "~$trag.docx", ".~lock.antrag.docx#", "antrag.docx.lock"]
)
def test_a_file_that_a_program_has_open_waits_until_its_lock_is_gone(share, watch, lock):
    (share / "antrag.docx").write_bytes(pdf("a"))
    (share / lock).write_bytes(b"somebody")
    look = watch()
    assert [one for one in look() if "lock" not in one[1]] == []
    (share / lock).unlink(missing_ok=True)
    assert ("taken", "antrag.docx") in [*look(), ("taken", "antrag.docx")]
    assert not (share / "antrag.docx").exists()


def test_a_file_changed_while_it_is_read_is_taken_in_once_more_as_it_is_then(
    share, watch, store, originals
):
    (share / "a.pdf").write_bytes(pdf("half"))
    inner = Receive(store, originals)
    writing_on = [True]

    def receive(sent):
        if writing_on.pop() if writing_on else False:
            (share / "in-arbeit" / "a.pdf").write_bytes(pdf("half and the rest"))
        return inner(sent)

    look = watch(receive=receive)
    assert look() == []
    assert look() == [("taken", "a.pdf")]
    newest = (share / "erledigt" / DAY / "a.pdf").read_bytes()
    assert newest == pdf("half and the rest")
    assert newest in [originals.read(sha) for _, sha in received(store)]


@pytest.mark.parametrize("after", [False, True])
def test_a_program_killed_at_any_moment_loses_and_doubles_nothing(
    share, watch, store, originals, after
):
    (share / "a.pdf").write_bytes(pdf("a"))
    inner = Receive(store, originals)

    class KilledError(BaseException):
        pass

    def receive(sent):
        if after:
            inner(sent)
        raise KilledError

    with pytest.raises(KilledError):
        watch(receive=receive)()
    assert lying(share) == ["in-arbeit/a.pdf"]
    assert watch()() == [("taken", "a.pdf")]  # and not known: nobody had sent it before
    assert lying(share) == [f"erledigt/{DAY}/a.pdf"]
    assert [name for name, _ in received(store)] == ["a.pdf"]


def test_a_full_disk_of_ours_is_waited_for_and_the_file_stays(share, watch, store, originals):
    (share / "a.pdf").write_bytes(pdf("a"))

    def full(_sent):
        raise StorageError("Der Speicher für Originale ist voll.")

    with pytest.raises(StorageError):
        watch(receive=full)()
    assert lying(share) == ["in-arbeit/a.pdf"]
    assert watch()() == [("taken", "a.pdf")]


def test_one_file_that_fails_does_not_hold_up_the_others(share, watch, store, originals):
    for name in ("a.pdf", "b.pdf"):
        (share / name).write_bytes(pdf(name))
    inner = Receive(store, originals)
    told: list[str] = []

    def receive(sent):
        if sent.name == "a.pdf":
            raise StorageError("Der Datenträger ist schadhaft.")
        return inner(sent)

    made = Watch(Share(share, LARGEST), TakeIn(receive, opened), lambda: NOW, 0.0, LARGEST)
    with pytest.raises(StorageError):
        told.extend(step.name for step in made.round(Stop()))
    assert told == ["b.pdf"]
    (share / "in-arbeit" / "Thumbs.db").write_bytes(b"of the system")
    assert watch()() == [("taken", "a.pdf")]


def test_trouble_is_told_once_and_so_is_its_end(share, store, originals, monkeypatch):
    take = TakeIn(Receive(store, originals), opened)
    away = share.rename(share.with_name("away"))
    watch = Watch(Share(share, LARGEST), take, lambda: NOW, 0.0, LARGEST)
    stop, waits, told = Stop(), [], []

    def wait(_seconds):
        waits.append(_seconds)
        if len(waits) == 3:
            away.rename(share)
            (share / "a.pdf").write_bytes(pdf("a"))

    monkeypatch.setattr(stop, "wait", wait)
    for step in watch.steps(stop):
        told.append(step.outcome)
        if step.outcome == "well":
            stop.ask()
    assert told == ["trouble", "taken", "well"]
    assert len(waits) == 4


def test_a_folder_that_is_not_there_is_an_error_when_asked_once(tmp_path, store, originals):
    take = TakeIn(Receive(store, originals), opened)
    watch = Watch(Share(tmp_path / "no", LARGEST), take, lambda: NOW, 0.0, LARGEST)
    with pytest.raises(StorageError, match="nicht erreichbar"):
        list(watch.steps(Stop(), once=True))


def test_links_pipes_and_sockets_are_refused_and_never_followed(share, watch, store, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(pdf("secret"))
    (share / "link.pdf").symlink_to(secret)
    os.mkfifo(share / "pipe.pdf")
    with socket.socket(socket.AF_UNIX) as one:
        where = Path.cwd()
        os.chdir(share)  # the path of a socket has to be short
        one.bind("s.pdf")
        os.chdir(where)
        began = time.monotonic()
        assert sorted(watch()()) == [
            ("refused", "fehler/link.pdf"),
            ("refused", "fehler/pipe.pdf"),
            ("refused", "fehler/s.pdf"),
        ]
    assert time.monotonic() - began < 5
    assert secret.read_bytes() == pdf("secret")
    assert received(store) == []


def test_links_to_folders_are_left_alone_and_told_once(share, watch, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.pdf").write_bytes(pdf("a"))
    (share / "circle").symlink_to(share)
    (share / "other").symlink_to(tmp_path / "other")
    look = watch()
    assert look() == [("left-alone", "circle"), ("left-alone", "other")]
    assert look() == []
    assert (tmp_path / "other" / "a.pdf").exists()


def test_names_that_are_no_text_are_taken_in_under_a_readable_name(share, watch, store):
    raw = os.fsencode(share) + b"/M\xfcller.pdf"
    with open(raw, "wb") as file:  # noqa: PTH123 - the name is no text
        file.write(pdf("a"))
    assert watch()() == [("taken", "M\N{REPLACEMENT CHARACTER}ller.pdf")]
    assert [os.fsencode(one.name) for one in (share / "erledigt" / DAY).iterdir()] == [
        b"M\xfcller.pdf"
    ]
    assert [name for name, _ in received(store)] == ["M\N{REPLACEMENT CHARACTER}ller.pdf"]


def test_a_huge_file_is_refused_without_reading_it_all(share, watch):
    with (share / "huge.pdf").open("wb") as file:
        file.write(pdf("a"))
        file.truncate(1 << 40)
    os.utime(share / "huge.pdf", (0, 0))
    assert watch()() == [("refused", "fehler/huge.pdf")]
    assert DocumentTooLargeError.code in (share / "fehler/huge.pdf.grund.txt").read_text("utf-8")


def test_a_name_as_long_as_names_can_be_is_filed_away_twice(share, watch):
    name = "ä" * 125 + ".pdf"
    look = watch()
    for text in ("1", "2"):
        (share / name).write_bytes(pdf(text))
        assert [outcome for outcome, _ in look()] == ["taken"]
    assert len(list((share / "erledigt" / DAY).iterdir())) == 2


def test_a_folder_of_the_name_of_a_file_that_is_done_holds_nothing_up(share, watch):
    (share / "a").write_bytes(pdf("1"))
    look = watch()
    look()
    (share / "a").mkdir()
    (share / "a" / "b.pdf").write_bytes(pdf("2"))
    assert look() == [("taken", "a/b.pdf")]
    assert (share / "erledigt" / DAY / "b.pdf").read_bytes() == pdf("2")


def test_two_do_not_watch_the_same_folder_on_one_machine(share, tmp_path):
    with (
        watched(share, tmp_path / "data" / "inbox"),
        pytest.raises(UsageError),
        watched(share, tmp_path / "data" / "inbox"),
    ):
        pass
    with watched(share, tmp_path / "data" / "inbox"):
        pass


def test_numbers_of_files_that_are_used_again_do_not_make_other_bytes_known(
    share, watch, store, monkeypatch
):
    monkeypatch.setattr("formservice.adapters.inbox.watch._id", lambda _stamp: "always-the-same")
    look = watch()
    for text in ("1", "2"):
        (share / "a.pdf").write_bytes(pdf(text))
        assert look() == [("taken", "a.pdf")]
    assert len(received(store)) == 2


def test_the_id_of_a_sending_tells_nothing_of_its_bytes_or_name(share, watch, store):
    (share / "a.pdf").write_bytes(pdf("a"))
    stamp = Stamp.of((share / "a.pdf").stat())
    assert stamp.size == len(pdf("a"))
    watch()()
    with store.look() as work:
        (one,) = work.connection.exec_driver_sql("SELECT received, source FROM documents")
    assert date.fromisoformat(str(one[0])) == NOW.date()
    assert one[1] == "folder"


def test_asked_once_it_tells_how_many_files_somebody_is_still_writing(share, store, originals):
    (share / "a.pdf").write_bytes(pdf("a"))
    (share / "b.pdf").write_bytes(b"%PDF-1.7 half")
    (share / "c.pdf.part").write_bytes(b"half")
    (share / "d.docx").write_bytes(b"open")
    (share / "d.docx.lock").write_bytes(b"")
    take = TakeIn(Receive(store, originals), opened)
    watch = Watch(Share(share, LARGEST), take, lambda: NOW, 0.1, LARGEST)
    told = [(one.outcome, one.count) for one in watch.steps(Stop(), once=True)]
    assert ("taken", 1) in told
    assert told[-1][0] == "unfinished"
    assert told[-1][1] >= 3


def test_what_is_filed_away_goes_after_so_many_days_and_nothing_else(
    share, store, originals, tmp_path
):
    for place in ("erledigt/2026-11-11", "erledigt/2026-11-12", "erledigt/privat", "fehler"):
        (share / place).mkdir(parents=True)
        (share / place / "a.pdf").write_bytes(pdf("a"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.pdf").write_bytes(pdf("a"))
    (share / "erledigt" / "2026-01-01").symlink_to(tmp_path / "other")
    take = TakeIn(Receive(store, originals), opened)
    watch = Watch(Share(share, LARGEST), take, lambda: NOW, 0.0, LARGEST, keep_days=10)
    told = [(one.outcome, one.name) for one in watch.round(Stop())]
    assert told == [("swept", "erledigt/2026-11-11")]
    assert lying(share) == [
        "erledigt/2026-11-12/a.pdf",
        "erledigt/privat/a.pdf",
        "fehler/a.pdf",
    ]
    assert (tmp_path / "other" / "a.pdf").exists()
    (share / "b.pdf").write_bytes(pdf("b"))
    at_once = Watch(Share(share, LARGEST), take, lambda: NOW, 0.0, LARGEST, keep_days=0)
    assert ("swept", f"erledigt/{DAY}") in [(s.outcome, s.name) for s in at_once.round(Stop())]
