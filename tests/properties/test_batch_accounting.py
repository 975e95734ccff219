"""Every page that comes in is filed or rejected, once, whatever the batch holds."""

import fcntl
import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any  # JSON

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.adapters.intake_folder import IntakeFolder
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.page_jobs import Limits, PageJobs
from formservice.adapters.scan.looked import LookedPages
from formservice.adapters.store.archive import Archive, Filed
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.schema import metadata
from formservice.adapters.store.store import Store
from formservice.application.intake import Intake
from formservice.application.intake_report import Outside, Report, Taken
from formservice.application.pile import Group, Place, together
from formservice.application.ports import OpenDocument, Received
from formservice.application.read import ReadFile
from formservice.domain.document import Claim, Medium, Method, Page, PageRole, Sighting
from formservice.domain.errors import (
    DamagedDocumentError,
    EngineError,
    EngineMissingError,
    InputError,
    StorageError,
    UnexpectedError,
)
from tests.application.literal_form import FORM
from tests.application.test_read import LiteralForms
from tests.domain.calendars import few_days

RECEIVED = date(2026, 3, 27)
BROKEN = ("crash", "damaged", "bug", "engine")


class Spelled(OpenDocument):
    """A file that spells its pages: „A2“ is page 2 of document A; other words say what happens."""

    def __init__(self, said: Sequence[str]) -> None:
        self._said = said
        self.pages = LookedPages(len(said), self._page)

    def media(self) -> Sequence[Medium]:
        return [Medium.TEXT if one[:5] == "drawn" else Medium.SCAN for one in self._said]

    def as_drawn(self, page: int) -> Page:
        sheet = self._said[page - 1] == "drawn separator"
        role = PageRole.SEPARATOR if sheet else PageRole.CONTENT
        return Page(page, self.media()[page - 1], 595, 842, role=role)

    def zones(self, page, layout, form_page):
        return [Sighting("name", Method.OCR, page, text=self._said[page - 1])]

    def close(self) -> None:
        """Hold nothing."""

    def _page(self, number: int) -> Page:
        said = self._said[number - 1]
        if said == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if said == "damaged":
            raise DamagedDocumentError("Die Seite ist beschädigt.")
        if said == "bug":
            raise ZeroDivisionError
        if said == "engine":
            raise EngineError("Tesseract ist mit einem Fehler abgebrochen.")
        if said in ("drawn", "strange", "drawn separator"):
            return self.as_drawn(number)
        if said in ("blank", "separator"):
            return Page(number, Medium.SCAN, 595, 842, role=PageRole(said))
        own = None if said[0] == "?" else f"REFERENZ{said[0]}"
        claim = Claim("abholschein", "2026-01", "qr", int(said[1]), own)
        return Page(number, Medium.SCAN, 595, 842, claims=(claim,))


class SpelledReader:
    def reads(self, data: bytes) -> bool:
        return data.startswith(b"[")

    def open(self, data: bytes) -> Spelled:
        said = json.loads(data)
        if "broken" in said:
            raise DamagedDocumentError("Die Datei ist beschädigt.")
        return Spelled(said[1:])


class Engine:
    def __init__(self, *, missing: bool = False) -> None:
        self._missing = missing

    def warm(self, *, forms: bool = True) -> None:
        if self._missing:
            raise EngineMissingError("Tesseract fehlt.")


def _tables(store: Store) -> None:
    with writing(store.engine) as connection:
        metadata.create_all(connection)


class Office:
    """An archive, and the files that come in."""

    def __init__(self, folder: Path, *, engine: Engine | None = None) -> None:
        read = ReadFile([SpelledReader()], LiteralForms(), few_days())
        jobs = PageJobs(read, lambda: engine or Engine(), Limits(20, 2 << 30, 5))
        self.archive = Archive(Store(embedded(folder), _tables), LocalOriginals(folder / "bytes"))
        self.work = folder / "intake"
        kept = IntakeFolder(self.work, "state")
        self.read = read
        self.intake = Intake(read, LiteralForms(), jobs, self.archive, kept)
        self.told: list[tuple[int, int]] = []

    def take(self, files: Mapping[str, Sequence[str]]) -> tuple[list[Taken], Report]:
        report = Report(list(files))
        taken = []
        content = {
            # What stands first keeps files of the same pages apart.
            name: json.dumps([name.rsplit("#", 1)[0], *pages]).encode()
            for name, pages in files.items()
        }
        outside = Outside(content.__getitem__, lambda *told: self.told.append(told), _bug)
        for one in self.intake(list(files), RECEIVED, outside):
            report.add(one)
            taken.append(one)
        return taken, report


def _bug(error: Exception) -> UnexpectedError:
    return UnexpectedError(f"Das hätte nicht geschehen dürfen ({type(error).__name__}).")


words = st.sampled_from(
    [*(f"{name}{place}" for name in "AB?" for place in "12"), "blank", "separator", "strange"]
)
scans = st.lists(words | st.sampled_from(BROKEN), min_size=1, max_size=6)
drawn = st.lists(st.just("drawn") | words, min_size=1, max_size=3)
batches = st.lists(scans | drawn | st.just(["broken"]), min_size=1, max_size=4)


@given(batches)
@settings(max_examples=25)
def test_pages_in_are_pages_filed_and_pages_rejected(batch: list[list[str]]) -> None:
    files = {f"scan{number}.png": pages for number, pages in enumerate(batch)}
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        taken, report = office.take(files)
        assert report.is_balanced
        assert report.pages_in == sum(len(pages) for pages in batch if pages != ["broken"])
        assert sorted(one.file for one in taken) == sorted(files)
        assert _places(taken) == {
            (name, number)
            for name, pages in files.items()
            for number in range(1, len(pages) + 1)
            if pages != ["broken"] and not set(pages) <= set(BROKEN)
        }
        for one in (document for file in taken for document in file.objects):
            assert len(_references(one, files)) <= 1
        assert [one.name for one in office.work.iterdir()] == ["lock"]
        again, second = office.take(files)
        known = [one for one in again if one.error is None]
        assert all(document["already_known"] for one in known for document in one.objects)
        assert (second.pages_in, second.filed, second.documents) == (
            report.pages_in,
            report.filed,
            report.documents,
        )
        office.archive.close()


def _places(taken: Sequence[Taken]) -> set[tuple[str, int]]:
    """Return every page an object stands for; none may be there twice."""
    places = [
        place
        for one in taken
        for document in one.objects
        for place in _pages(one.file, document)
        if "error" not in document
    ]
    assert len(set(places)) == len(places)
    return set(places)


def _pages(file: str, document: dict[str, Any]) -> list[tuple[str, int]]:
    if "part_of" in document or "error" in document:
        return []
    if "pages" in document:
        return [(one["file"], one["page"]) for one in document["pages"]]
    return [(file, number) for number in document["page_numbers"]]


def _references(document: dict[str, Any], files: Mapping[str, Sequence[str]]) -> set[str]:
    said = [files[file][number - 1] for file, number in _pages(document.get("file", ""), document)]
    return {one[0] for one in said if one[1:] in ("1", "2") and one[0] != "?"}


def test_a_document_of_several_files_stands_with_the_first_and_names_them_all(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    taken, report = office.take({"b.pdf": ["A2", "B1"], "a.png": ["A1"], "c.png": ["B2"]})
    assert (report.pages_in, report.filed, report.documents) == (4, 4, 2)
    spanning = [one for file in taken for one in file.objects if "pages" in one]
    assert [[(p["file"], p["page"]) for p in one["pages"]] for one in spanning] == [
        [("b.pdf", 2), ("c.png", 1)],
        [("a.png", 1), ("b.pdf", 1)],
    ]
    for one in spanning:
        assert one["page_numbers"] == [1, 2]
        assert one["sha256"] == one["pages"][0]["sha256"]
        page = one["fields"]["name"]["page"]
        assert one["fields"]["name"]["raw"] in ("A1", "B1") or page == 2
    shared = office.archive.shared()
    assert sorted(map(len, shared.values())) == [1, 1, 2]


@pytest.mark.parametrize("sheet", ["separator", "drawn separator"])
def test_a_separator_in_a_file_of_its_own_parts_the_files_before_and_behind(
    tmp_path: Path, sheet: str
) -> None:
    _, report = Office(tmp_path / "whole").take({"1.png": ["?1"], "2.png": ["?2"]})
    assert report.documents == 1
    office = Office(tmp_path)
    _, report = office.take(
        {"1.png": ["?1"], "t.pdf#1": [sheet], "2.png": ["?2"]}
        | {"b1.png": ["?1"], "t.pdf#2": [sheet], "b2.png": ["?2"]}
    )
    assert report.documents == 4
    assert report.data()["rejected"] == {"page.separator": 2}
    # Known from the batch before, it parts as well.
    _, report = office.take({"c1.png": ["?1"], "t.pdf#3": [sheet], "c2.png": ["?2"]})
    assert report.documents == 2


def test_a_missing_page_is_named_with_the_file(tmp_path: Path) -> None:
    _, report = Office(tmp_path).take({"a.pdf": ["A2", "B1", "B2"]})
    assert report.needs_a_person
    (one,) = report.incomplete
    assert (one["file"], one["page_numbers"], one["form"]) == ("a.pdf", [1], "abholschein/2026-01")
    assert "Seite 1" in str(one["message"])


def test_the_report_asks_whose_pages_are_that_only_their_order_joins(tmp_path: Path) -> None:
    _, report = Office(tmp_path).take({"a.pdf": ["?1", "?2", "A1", "A2"]})
    (one,) = report.questions
    assert (one["file"], one["page_numbers"]) == ("a.pdf", [1, 2])
    assert "gehören sie zusammen?" in str(one["message"])
    assert report.is_balanced


def test_a_page_that_is_there_twice_is_filed_with_its_document(tmp_path: Path) -> None:
    taken, report = Office(tmp_path).take({"a.pdf": ["A1", "A2", "A2"], "b.pdf": ["A1"]})
    assert (report.documents, report.incomplete, report.filed, report.rejected) == (1, [], 4, 0)
    assert report.is_balanced
    assert [one.error for one in taken] == [None, None]


def test_the_report_says_why_pages_are_in_no_document(tmp_path: Path) -> None:
    said = ["A1", "blank", "A2", "blank", "separator", "crash", "strange"]
    _, report = Office(tmp_path).take({"a.pdf": said})
    assert report.data()["rejected"] == {
        "form.unidentified": 1,
        "page.blank": 2,
        "page.separator": 1,
        "page.unreadable": 1,
    }
    assert [one["page_numbers"] for one in report.unreadable] == [[6]]


def test_without_engine_scans_wait_and_all_else_is_filed(tmp_path: Path) -> None:
    files = {"a.pdf": ["A1", "A2"], "b.pdf": ["drawn"]}
    taken, report = Office(tmp_path, engine=Engine(missing=True)).take(files)
    assert {one.file: one.error and one.error.code for one in taken} == {
        "a.pdf": "engine.missing",
        "b.pdf": None,
    }
    assert report.is_balanced
    _, later = Office(tmp_path).take(files)
    assert (later.files["known"], later.files["filed"], later.documents) == (1, 1, 1)


def test_the_same_file_twice_in_one_batch_is_kept_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    taken, _ = office.take({"a.pdf": ["A1", "A2"], "a.pdf#2": ["A1", "A2"]})
    assert [one.objects[0]["already_known"] for one in taken] == [False, True]
    assert len(list(office.archive.documents())) == 1


def test_work_that_cannot_be_kept_is_told_and_nothing_is_half_filed(tmp_path: Path) -> None:
    (tmp_path / "intake").write_text("")
    office = Office(tmp_path)
    (taken,), _ = office.take({"a.pdf": ["A1", "A2"]})
    assert isinstance(taken.error, StorageError)
    assert list(office.archive.documents()) == []


@pytest.mark.parametrize("pages", [("?1", "?2"), ("drawn",)], ids=["pictured", "drawn"])
@pytest.mark.parametrize("left", [0, 1])
def test_a_full_disk_breaks_off_and_every_file_is_told_of_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, pages: tuple[str, ...]
) -> None:
    office = Office(tmp_path)
    keep, room = office.archive.file_together, iter(range(left))

    def full(files: Sequence[Received], received: date) -> list[Filed]:
        if next(room, None) is None:
            raise StorageError("Auf dem Datenträger ist kein Platz mehr.")
        return keep(files, received)

    files = dict.fromkeys(("1.pdf", "2.pdf", "3.pdf", "3.pdf#2"), pages)
    with monkeypatch.context() as patched:
        patched.setattr(office.archive, "file_together", full)
        taken, report = office.take(files)
    names = list(files)
    assert [one.file for one in taken] == names[: left + 1]
    assert isinstance(taken[-1].error, StorageError)
    told = report.data()
    assert (told["broken_off"], told["unopened"]) == (True, [])
    assert told["unreached"] == names[left + 1 :]
    assert report.is_balanced
    assert told["pages_in"] == (left + 1) * len(pages)
    assert report.reasons["storage"] == len(pages)
    _, later = office.take(files)
    assert (later.broken_off, later.data()["unreached"]) == (False, [])
    assert later.files == {"received": 4, "filed": 3 - left, "known": left + 1, "refused": 0}


def test_a_file_whose_work_cannot_be_kept_is_told_with_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)

    def full(*_: object) -> None:
        raise StorageError("Auf dem Datenträger ist kein Platz mehr.")

    monkeypatch.setattr(IntakeFolder, "keep_result", full)
    (taken,), report = office.take({"a.pdf": ["A1", "A2"], "b.pdf": ["B1"]})
    assert taken.pages == {"a.pdf": 2, "b.pdf": 1}[taken.file]
    assert report.unreached == [name for name in ("a.pdf", "b.pdf") if name != taken.file]


def test_what_was_not_opened_for_nothing_can_be_kept_was_not_reached(tmp_path: Path) -> None:
    (tmp_path / "intake").write_text("")
    _, report = Office(tmp_path).take({"a.pdf": ["A1"], "b.pdf": ["B1"]})
    told = report.data()
    assert (told["unopened"], told["unreached"]) == ([], ["a.pdf", "b.pdf"])
    assert (told["pages_in"], told["broken_off"]) == (0, True)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    office = Office(tmp_path)
    versions = iter([b'["x", "A1", "A2"]'] * 2)
    outside = Outside(lambda _: next(versions, b'["y"]'), lambda *_: None, _bug)
    (taken,) = office.intake(["a.pdf"], RECEIVED, outside)
    assert isinstance(taken.error, InputError)
    assert "geändert" in taken.error.message
    assert list(office.archive.documents()) == []


def test_an_intake_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    files = {"a.pdf": ["A1", "A2", "B1", "B2", "blank"], "b.png": ["C1"]}
    office = Office(tmp_path)

    class Stopped(BaseException):
        pass

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise Stopped

    content = {name: json.dumps([name, *pages]).encode() for name, pages in files.items()}
    with pytest.raises(Stopped):
        list(office.intake(list(files), RECEIVED, Outside(content.__getitem__, stop, _bug)))
    assert list(office.archive.documents()) == []
    _, report = office.take(files)
    assert office.told[0] == (4, 6)
    assert (report.pages_in, report.filed, report.documents) == (6, 5, 3)


class Stopped(BaseException):
    """Ctrl-C, or a power cut."""


def broken_off(office: Office, files: Mapping[str, Sequence[str]], after: int) -> None:
    """Take in ``files`` until so many pages are recognised."""

    def stop(done: int, total: int) -> None:
        if done == after:
            raise Stopped

    content = {name: json.dumps([name, *pages]).encode() for name, pages in files.items()}
    with pytest.raises(Stopped):
        list(office.intake(list(files), RECEIVED, Outside(content.__getitem__, stop, _bug)))


@pytest.mark.parametrize(
    "left", [b"", b"\0\0\0\0", b'[{"number": 1', b"{}", b"[]", b"7", b"[" * 9999]
)
def test_a_torn_list_of_pages_costs_a_second_look_and_no_file(tmp_path: Path, left: bytes) -> None:
    files = {"a.pdf": ["A1", "A2"], "b.pdf": ["B1", "B2"]}
    office = Office(tmp_path)
    broken_off(office, files, after=3)
    for kept in office.work.glob("*/state/pages"):
        kept.write_bytes(left)
    taken, report = office.take(files)
    assert [one.error for one in taken] == [None, None]
    assert office.told[0] == (3, 4)
    assert (report.filed, report.documents) == (4, 2)


@pytest.mark.parametrize("left", [b"", b"\0\0\0\0", b'{"page": {"num'])
def test_a_torn_page_is_recognised_once_more(tmp_path: Path, left: bytes) -> None:
    files = {"a.pdf": ["A1", "A2", "B1", "B2"]}
    office = Office(tmp_path)
    broken_off(office, files, after=3)
    next(one for one in office.work.glob("*/state/*") if one.name.isdigit()).write_bytes(left)
    _, report = office.take(files)
    assert office.told[0] == (2, 4)
    assert (report.filed, report.documents) == (4, 2)


def test_a_file_that_cannot_be_grouped_costs_no_other_and_is_not_recognised_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.pdf": ["A1"], "evil.pdf": ["B1", "B2"], "c.png": ["A2"], "d.png": ["C1"]}
    office = Office(tmp_path)
    batch = office.read.batch

    def fails(given: Sequence[Any]) -> Any:
        if any(one.name == "evil.pdf" for one in given):
            raise ZeroDivisionError
        return batch(given)

    with monkeypatch.context() as patched:
        patched.setattr(office.read, "batch", fails)
        taken, report = office.take(files)
    assert [one.file for one in taken if one.error is not None] == ["evil.pdf"]
    assert report.is_balanced
    assert (report.filed, report.documents) == (3, 2)  # A is whole, over two files
    _, later = office.take(files)
    assert office.told[-1] == (2, 2)
    assert (later.files["known"], later.files["filed"], later.documents) == (3, 1, 3)


def test_a_file_that_cannot_be_read_with_others_is_refused_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.pdf": ["A1"], "evil.pdf": ["A2", "B1", "C1"], "c.png": ["B2"], "d.png": ["D1"]}
    office = Office(tmp_path)
    opened, layout = office.read.opened, FORM.layout
    assert layout is not None

    def fails(document: OpenDocument, **more: Any) -> Any:
        said = [
            one.text for page in document.pages for one in document.zones(page.number, layout, 1)
        ]
        if "C1" in said:
            raise ZeroDivisionError
        return opened(document, **more)

    broken_off(office, files, after=6)
    monkeypatch.setattr(office.read, "opened", fails)
    monkeypatch.setattr("formservice.application.recorded._zones_key", lambda *_: "zones")
    taken, report = office.take(files)
    assert [one.file for one in taken if one.error is not None] == ["evil.pdf"]
    assert sorted(one.file for one in taken) == sorted(files)
    assert report.is_balanced
    assert report.filed == 3


def test_a_page_the_engine_fails_at_costs_no_other(tmp_path: Path) -> None:
    files = {"a.pdf": ["A1", "engine", "A2"], "evil.pdf": ["engine"], "c.pdf": ["C1", "C2"]}
    taken, report = Office(tmp_path).take(files)
    assert {one.file: one.error and one.error.code for one in taken} == {
        "a.pdf": None,
        "evil.pdf": "engine",
        "c.pdf": None,
    }
    assert (report.filed, report.documents) == (4, 2)
    assert [one["page_numbers"] for one in report.unreadable] == [[2]]


def test_of_thousands_of_files_it_is_found_at_once_which_belong_together() -> None:
    groups = [Group((Place(2 * n, 1), Place(2 * n + 1, 1)), ()) for n in range(20_000)]
    start = time.process_time()
    parts = together(range(40_001), groups)
    assert time.process_time() - start < 2
    assert parts[7] == ((14, 15), [groups[7]])
    assert parts[-1] == ((40_000,), [])
    assert len(parts) == 20_001


def test_a_batch_says_that_it_waits_for_another_and_what_it_does_then(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.work.mkdir()
    lock = os.open(office.work / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    said: list[str] = []

    def say(what: str, done: int, total: int) -> None:
        if what.endswith("wartet auf einen anderen Stapel"):
            threading.Timer(0.2, os.close, [lock]).start()
        if what not in said:
            said.append(what)

    def content(name: str) -> bytes:
        return b'["x", "A1", "A2"]'

    outside = Outside(content, lambda *_: None, _bug, say)
    assert [one.error for one in office.intake(["a.pdf"], RECEIVED, outside)] == [None]
    assert [one.split()[-1] for one in said] == ["Stapel", "geöffnet", "geordnet", "abgelegt"]
