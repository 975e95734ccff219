"""Pictured pages in processes of their own: results as data, limits, what one costs others."""

import io
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formservice.adapters import page_data
from formservice.adapters.bugs import named
from formservice.adapters.isolation import processors, run_isolated
from formservice.adapters.page_data import (
    PagesInMemory,
    packed,
    packed_answers,
    unpacked,
    unpacked_answers,
)
from formservice.adapters.page_jobs import Limits, PageJobs
from formservice.adapters.pdf_read.claims import is_separator_sheet
from formservice.adapters.separator import separator_sheet
from formservice.application.isolated_read import IsolatedRead, Means
from formservice.application.page_results import Answer, PageResult
from formservice.application.ports import OpenDocument, PageJob
from formservice.application.read import ReadFile
from formservice.application.recorded import RecordedDocument, Recorder
from formservice.bootstrap import Services, Settings
from formservice.domain.document import (
    Block,
    Box,
    Cell,
    Claim,
    Doubt,
    Loose,
    Medium,
    Method,
    Opinion,
    Page,
    PageRole,
    ReadingBy,
    Sighting,
    Unknown,
)
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTimeoutError,
    EngineError,
    EngineMissingError,
    UsageError,
)
from formservice.domain.reference import SEPARATOR_PRINT
from tests import known
from tests.application.literal_form import FORM
from tests.application.test_read import LiteralForms
from tests.domain.calendars import few_days

ROOT = Path(__file__).parent.parent.parent
RECEIVED = date(2026, 3, 27)
LIMITS = Limits(seconds=20, memory=2 << 30, page_seconds=4)

texts = st.text(max_size=12)
shares = st.floats(0, 1)
boxes = st.builds(
    lambda a, b, c, d: Box(min(a, c), min(b, d), max(a, c), max(b, d)), *[shares] * 4
)
sightings = st.builds(
    Sighting,
    key=texts,
    method=st.sampled_from(Method),
    page=st.integers(1, 99),
    text=texts,
    on=st.none() | st.booleans(),
    blank=st.booleans(),
    unreadable=st.booleans(),
    confidence=shares,
    box=st.none() | boxes,
    doubts=st.frozensets(st.sampled_from(Doubt), max_size=3),
    opinions=st.lists(
        st.builds(Opinion, st.sampled_from(ReadingBy), texts, shares), max_size=2
    ).map(tuple),
)
blocks = st.builds(
    Block,
    text=texts,
    page=st.integers(1, 9),
    box=st.none() | boxes,
    cell=st.none() | st.builds(Cell, *[st.integers(0, 9)] * 3),
)
claims = st.builds(
    Claim,
    texts,
    texts,
    texts,
    page=st.none() | st.integers(0, 9),
    reference=st.none() | texts,
    copy=st.none() | st.tuples(*[st.integers(0, 9)] * 3),
    total=st.none() | st.integers(0, 9),
)
pages = st.builds(
    Page,
    number=st.integers(1, 99),
    medium=st.sampled_from(Medium),
    width=st.floats(1, 2000),
    height=st.floats(1, 2000),
    sightings=st.lists(sightings, max_size=2).map(tuple),
    blocks=st.lists(blocks, max_size=2).map(tuple),
    claims=st.lists(claims, max_size=2).map(tuple),
    loose=st.lists(
        st.builds(Loose, texts, st.lists(texts, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    role=st.sampled_from(PageRole),
    unknown=st.none() | st.sampled_from(Unknown),
    quarters=st.integers(0, 3),
)
results = st.builds(
    PageResult,
    page=pages,
    answers=st.lists(
        st.builds(
            Answer,
            texts,
            st.lists(sightings, max_size=2).map(tuple),
            st.lists(blocks, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    seconds=st.floats(0, 99),
)


@given(results)
@settings(max_examples=150)
def test_a_page_and_all_that_was_seen_comes_back_as_it_was(result: PageResult) -> None:
    assert unpacked(packed(result)) == result


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"page": {"number": "1"}}',
        b'{"page": {"number": 1, "medium": "scan", "width": 1, "height": 1, "x": 1}}',
        b'{"page": {"number": 1, "medium": "radio", "width": 1, "height": 1}}',
        b'{"page": {"number": true, "medium": "scan", "width": 1, "height": 1}}',
        b'{"page": {"number": 1, "medium": "scan", "width": 1, "height": 1, "claims": [[]]}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_page_is_never_taken_for_one(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        unpacked(data)


def test_a_list_where_a_text_should_be_is_no_page() -> None:
    plain = page_data.plain(Claim("a", "b", "qr"))
    with pytest.raises(ValueError, match="no plain data"):
        page_data.built(Claim, plain | {"reference": ["x"]})


class Literal(OpenDocument):
    """A scan whose pages do what their numbers say."""

    def __init__(self, acts: Sequence[Callable[[], object]]) -> None:
        self._acts = acts
        self.pages = [_page(number + 1) for number in range(len(acts))]

    def zones(self, page, layout, form_page):
        self._acts[page - 1]()
        return [Sighting("name", Method.OCR, page, text=f"Seite {page}")]

    def close(self) -> None:
        """Hold nothing."""


def _page(number: int) -> Page:
    claim = Claim("abholschein", "2026-01", "qr", 1, f"REFERENZ{number}")
    return Page(number, Medium.SCAN, 595, 842, claims=(claim,))


class LiteralReader:
    def __init__(self, acts: Sequence[Callable[[], object]]) -> None:
        self._acts = acts

    def reads(self, data: bytes) -> bool:
        return True

    def open(self, data: bytes) -> Literal:
        return Literal(self._acts)


class Engine:
    def __init__(self, missing: bool = False) -> None:
        self.warmed: list[bool] = []
        self._missing = missing

    def warm(self, *, forms: bool = True) -> None:
        if self._missing:
            raise EngineMissingError("Tesseract fehlt.")
        self.warmed.append(forms)


def nothing() -> None:
    pass


def reading(acts: Sequence[Callable[[], object]], engine: Engine | None = None) -> IsolatedRead:
    read = ReadFile([LiteralReader(acts)], LiteralForms(), few_days())
    jobs = PageJobs(read, lambda: engine or Engine(), LIMITS)
    return IsolatedRead(Means(read, LiteralForms(), jobs, PagesInMemory, named))


def test_a_page_that_crashes_or_does_not_end_is_named_and_the_others_are_read() -> None:
    acts = [
        nothing,
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        nothing,
        lambda: time.sleep(30),
    ]
    found = reading(acts)(b"x", "stapel.pdf", received=RECEIVED)
    read = {tuple(one["page_numbers"]): one for one in found}
    assert sorted(read) == [(1,), (2,), (3,), (4,)]
    assert read[(1,)]["fields"]["name"]["value"] == "Seite 1"
    assert read[(3,)]["fields"]["name"]["page"] == 3
    for number in (2, 4):
        (finding,) = read[(number,)]["findings"]
        assert finding["code"] == "page.unreadable"
        assert f"Seite {number}" in finding["message"]
        assert read[(number,)]["form"] is None


def test_a_file_none_of_whose_pages_can_be_read_is_refused_for_the_reason_of_the_first() -> None:
    acts = [lambda: time.sleep(30), lambda: os.kill(os.getpid(), signal.SIGKILL)]
    with pytest.raises(DocumentTimeoutError):
        reading(acts)(b"x", "stapel.pdf", received=RECEIVED)
    with pytest.raises(DamagedDocumentError):
        reading(acts[1:])(b"x", "stapel.pdf", received=RECEIVED)


def test_many_pages_get_the_blank_forms_loaded_first_and_few_do_not() -> None:
    engine = Engine()
    reading([nothing], engine)(b"x", "eine.pdf", received=RECEIVED)
    reading([nothing] * 9, engine)(b"x", "neun.pdf", received=RECEIVED)
    assert engine.warmed == [False, True]


def test_who_reads_page_after_page_gets_the_blank_forms_loaded_once_it_pays() -> None:
    engine = Engine()
    read = reading([nothing], engine)
    for number in range(9):
        read(b"x", f"{number}.pdf", received=RECEIVED)
    assert engine.warmed == [False] * 7 + [True] * 2


def test_a_reading_tells_how_many_pages_are_recognised() -> None:
    told: list[tuple[int, int]] = []
    read = reading([nothing] * 3).telling(lambda *one: told.append(one))
    read(b"x", "drei.pdf", received=RECEIVED)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_without_engine_nothing_is_tried() -> None:
    with pytest.raises(EngineMissingError):
        reading([nothing], Engine(missing=True))(b"x", "a.pdf", received=RECEIVED)


def test_what_was_answered_once_is_not_asked_again() -> None:
    asked: list[int] = []
    layout = FORM.layout
    assert layout is not None

    class Counting(Literal):
        def zones(self, page, layout, form_page):
            asked.append(page)
            return super().zones(page, layout, form_page)

    recorder = Recorder(Counting([nothing]))
    recorder.zones(1, layout, 1)
    result = unpacked(packed(recorder.result))
    document = RecordedDocument(
        [replace(result.page, number=7)],
        lambda _: result.answers,
        lambda _: ("file", 3, lambda: Counting([nothing] * 3)),
    )
    (seen,) = document.zones(7, layout, 1)
    assert (seen.page, asked) == (7, [1])
    other = replace(layout, zones=layout.zones[:1])
    (new,) = document.zones(7, other, 1)
    assert (new.page, new.text, asked) == (7, "Seite 3", [1, 3])
    document.zones(7, other, 1)
    assert asked == [1, 3]
    assert [len(answers) for answers in document.asked.values()] == [1]
    assert unpacked_answers(packed_answers(document.asked)) == {
        7: list(document.asked[7].values())
    }


def test_a_job_takes_its_file_only_when_it_begins() -> None:
    taken: list[int] = []
    count = processors() + 3
    read = ReadFile([LiteralReader([nothing] * count)], LiteralForms(), few_days())
    jobs = PageJobs(read, Engine, LIMITS)

    def each():
        for number in range(1, count + 1):
            taken.append(number)
            yield PageJob("f", number, lambda: b"x", RECEIVED)

    done = jobs.each(each(), count)
    first = next(done)
    assert len(taken) == processors()
    others = [one.item.number for one in done]
    assert sorted([first.item.number, *others]) == taken == list(range(1, count + 1))


@pytest.mark.parametrize("error", [ZeroDivisionError, partial(EngineError, "Tesseract brach ab.")])
def test_a_bug_or_a_failure_of_the_engine_on_one_page_costs_no_other(error) -> None:
    def fail() -> None:
        raise error()

    found = reading([nothing, fail, nothing])(b"x", "stapel.pdf", received=RECEIVED)
    codes = {tuple(one["page_numbers"]): [f["code"] for f in one["findings"]] for one in found}
    assert sorted(codes) == [(1,), (2,), (3,)]
    assert codes[(2,)] == ["page.unreadable"]


def marking(folder: Path) -> Callable[[], int]:
    """Return work that leaves a mark in ``folder`` as long as it lasts."""

    def work() -> int:
        mark = folder / str(os.getpid())
        mark.touch()
        time.sleep(0.1)
        mark.unlink()
        return 0

    return work


def most_at_work(folder: Path, callers: Sequence[threading.Thread]) -> int:
    """Start ``callers`` and return how many marks there were at most at one time."""
    for caller in callers:
        caller.start()
    most = 0
    while any(caller.is_alive() for caller in callers):
        most = max(most, len(list(folder.iterdir())))
        time.sleep(0.005)
    return most


@pytest.mark.parametrize("at_once", [None, 1, 2])
def test_callers_together_have_no_more_children_than_cores_or_than_they_may(
    tmp_path: Path, at_once: int | None
) -> None:
    work = marking(tmp_path)
    read = ReadFile([LiteralReader([work] * 4)], LiteralForms(), few_days())
    jobs = PageJobs(read, Engine, replace(LIMITS, at_once=at_once, page_seconds=20))
    ended: list[int] = []

    def call() -> None:
        own = [PageJob("f", number, lambda: b"x", RECEIVED) for number in range(1, 5)]
        ended.extend(one.item.number for one in jobs.each(own, 4) if one.error is None)

    callers = [threading.Thread(target=call) for _ in range(3)]
    callers += [threading.Thread(target=jobs.bounded, args=(work,)) for _ in range(2)]
    assert 1 <= most_at_work(tmp_path, callers) <= (at_once or processors())
    assert sorted(ended) == [number for number in range(1, 5) for _ in range(3)]


@pytest.mark.parametrize("said", ["0", "-1", "viele", "1.5", "²"])
def test_a_number_of_processes_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="FORMSERVICE_PROCESSES"):
        Settings.from_environment({"FORMSERVICE_PROCESSES": said})


@pytest.mark.parametrize("said", ["65", "1000", "9" * 5000])
def test_more_processes_than_any_machine_needs_are_refused_with_a_reason(said: str) -> None:
    with pytest.raises(UsageError, match=r"FORMSERVICE_PROCESSES .* mehr als 64") as raised:
        Settings.from_environment({"FORMSERVICE_PROCESSES": said})
    assert "Kerne" in raised.value.hint
    assert Settings.from_environment({"FORMSERVICE_PROCESSES": "64"}).processes == 64


def test_an_operator_may_allow_fewer_processes_than_there_are_cores() -> None:
    given = {"FORMSERVICE_FORMS": str(ROOT), "FORMSERVICE_PROCESSES": "1"}
    assert Services(Settings.from_environment(given)).page_jobs.limits.at_once == 1


def test_nobody_forks_while_the_engine_is_loaded() -> None:
    class Slow(Engine):
        def warm(self, *, forms: bool = True) -> None:
            loading.set()
            time.sleep(0.3)
            ended.append("loaded")

    loading, ended = threading.Event(), []
    caller = threading.Thread(
        target=reading([nothing], Slow()), args=(b"x", "a.pdf"), kwargs={"received": RECEIVED}
    )
    caller.start()
    loading.wait(10)
    run_isolated(int)
    ended.append("forked")
    caller.join()
    assert ended[:2] == ["loaded", "forked"]


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize(("quarters", "quality"), [(0, 60), (1, 40), (2, 30)])
def test_a_printed_separator_sheet_is_known_again_on_a_bad_scan(
    services: Services, quarters: int, quality: int
) -> None:
    document = pypdfium2.PdfDocument(separator_sheet())
    page = document[0].render(scale=150 / 72, grayscale=True).to_pil()
    document.close()
    scan = page.rotate(90 * quarters + 1.3, expand=True, fillcolor=235)
    stream = io.BytesIO()
    scan.resize((scan.width * 3 // 4, scan.height * 3 // 4)).save(stream, "JPEG", quality=quality)
    (found,) = services.isolated_read(stream.getvalue(), "t.jpg", received=RECEIVED)
    assert [one["code"] for one in found["findings"]] == ["page.separator"]
    assert found["form"] is None


def joined(*files: bytes) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    for data in files:
        with pikepdf.open(io.BytesIO(data)) as one:
            pdf.add_pages_from(one)
    pdf.save(out)
    return out.getvalue()


def test_the_separator_sheet_separates_as_the_file_it_was_printed_from(services: Services) -> None:
    (found,) = services.isolated_read(separator_sheet(), "t.pdf", received=RECEIVED)
    assert [one["code"] for one in found["findings"]] == ["page.separator"]


def test_the_sheet_is_known_among_other_pages_of_a_pdf_file(
    services: Services,
) -> None:
    form = (ROOT / "form_templates/feedbackbogen/2023-09-22/form.pdf").read_bytes()
    found = services.isolated_read(joined(form, separator_sheet()), "t.pdf", received=RECEIVED)
    assert [one["page_numbers"] for one in found] == [[1, 2], [3]]
    assert found[1]["findings"][0]["code"] == "page.separator"


def test_a_page_that_has_more_to_say_than_the_line_of_the_sheet_separates_nothing() -> None:
    foot = Block(f"{SEPARATOR_PRINT} Das Blatt", 1, Box(0.1, 0.95, 0.5, 0.97))
    page = Page(1, Medium.TEXT, 595, 842, blocks=(foot,))
    assert is_separator_sheet(page)
    assert not is_separator_sheet(replace(page, claims=(Claim("a", "2026-01", "text"),)))
    assert not is_separator_sheet(replace(page, sightings=(Sighting("a", Method.CONTROL, 1),)))
    higher = replace(foot, box=Box(0.1, 0.5, 0.5, 0.52))
    assert not is_separator_sheet(replace(page, blocks=(higher,)))


def test_the_separator_sheet_is_always_the_same_and_says_what_it_is_for() -> None:
    assert separator_sheet() == separator_sheet()
    document = pypdfium2.PdfDocument(separator_sheet())
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "Trennblatt" in text
    assert "FS1|trennblatt" in text
    assert "Stapels" in text


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


@pytest.mark.engine
@pytest.mark.slow
def test_a_damaged_page_of_a_scan_costs_no_other_page(services: Services) -> None:
    pictures = [Image.new("L", (1240, 1754), 255) for _ in range(3)]
    stream = io.BytesIO()
    pictures[0].save(
        stream, "TIFF", save_all=True, append_images=pictures[1:], compression="tiff_lzw"
    )
    data = bytearray(stream.getvalue())
    with Image.open(io.BytesIO(bytes(data))) as image:
        image.seek(1)
        start = vars(image)["tag_v2"][273][0]
    data[start : start + 40] = b"\xff" * 40
    found = services.isolated_read(bytes(data), "drei.tif", received=RECEIVED)
    codes = {tuple(one["page_numbers"]): one["findings"][0]["code"] for one in found}
    assert codes == {(1,): "page.blank", (2,): "page.unreadable", (3,): "page.blank"}
