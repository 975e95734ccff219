"""Any number of goals comes back as it was written, from every channel, pages in any order."""

import io
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.domain.form import FieldKind, Group
from formservice.domain.groups import flat
from formservice.domain.record import Reading
from formservice.domain.text import clean
from formservice.domain.values import is_placeholder
from tests.adapters.pdf_filled import flattened
from tests.adapters.plans import (
    docx,
    fields,
    held,
    lacking,
    pages,
    pdf,
    plan,
    read,
    reordered,
    shuffled,
    values,
)
from tests.programs import needs_tesseract
from tests.properties.records import may_be_typed

Program: TypeAlias = Callable[[bytes], bytes]
GOALS = next(one for one in plan().members if isinstance(one, Group))
STEPS = next(one for one in GOALS.members if isinstance(one, Group))
# The first list inside a goal goes on over two further prints.
OVERFLOWING = {"ziele": 2, f"ziele[0].{STEPS.key.rpartition('.')[2]}": 2 * STEPS.rows + 1}
CHANNELS = {
    "docx": docx,
    "acroform": pdf,
    "shuffled": lambda given: shuffled(pdf(given), 3),
    "flattened": lambda given: flattened(pdf(given)),
    "flattened and shuffled": lambda given: shuffled(flattened(pdf(given)), 5),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("goals", range(GOALS.rows + 8))
def test_every_number_of_goals_comes_back(channel: str, goals: int) -> None:
    given = values({"ziele": goals})
    [found] = read(CHANNELS[channel](given))
    assert held(found) == given
    assert lacking(found) == set()
    assert found.definition is not None
    if goals <= GOALS.rows and channel != "docx":
        assert found.definition == plan()


@pytest.mark.parametrize("channel", CHANNELS)
def test_lists_inside_a_goal_go_on_as_long_as_they_are(channel: str) -> None:
    given = values(OVERFLOWING)
    [found] = read(CHANNELS[channel](given))
    assert held(found) == given
    assert all(one.accepted for one in fields(found).values() if one.value is not None)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_goal_that_goes_on_on_a_sheet_is_joined_again(channel: str) -> None:
    given = values({"ziele": 4}) | {"ziele[3].text": "Arbeit finden. " * 400}
    [found] = read(CHANNELS[channel](given))
    assert held(found) == given


@pytest.mark.parametrize("channel", CHANNELS)
def test_rows_nobody_filled_are_read_as_blank(channel: str) -> None:
    given = values({"ziele": 1})
    [found] = read(CHANNELS[channel](given))
    last = fields(found)[f"ziele[{GOALS.rows - 1}].text"]
    assert last.reading is Reading.BLANK


_FREE = st.text(st.characters(exclude_categories=["Cs", "Cn", "Cc"]), min_size=1, max_size=60)
_ANSWER = st.one_of(_FREE, st.sampled_from(["(weiter)\\ {{ x }}", "مرحبا", "Wort " * 300]))


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.data())
def test_any_answers_to_any_number_of_goals_come_back(drawn: st.DataObject) -> None:
    shape = {"ziele": drawn.draw(st.integers(1, 5)), "ziele[0].teilziele": 2 * STEPS.rows}
    texts = {
        field.key: field
        for field in flat(plan().members, shape)
        if field.kind in (FieldKind.TEXT, FieldKind.MULTILINE)
    }
    answers = drawn.draw(st.dictionaries(st.sampled_from(sorted(texts)), _ANSWER, max_size=6))
    given = values(shape) | {
        key: clean(text)
        for key, text in answers.items()
        if may_be_typed(texts[key], text) and not is_placeholder(texts[key], text)
    }
    [found] = read(shuffled(pdf(given), 1))
    assert held(found) == given


@pytest.mark.parametrize("channel", ["acroform", "flattened"])
@pytest.mark.parametrize("lost", [2, 3])
def test_a_lost_copy_is_missed_whichever_it_is(channel: str, lost: int) -> None:
    given = values({"ziele": GOALS.rows + 2})
    file = CHANNELS[channel](given)
    assert pages(file) == 4
    [found] = read(reordered(file, [page for page in range(4) if page != lost]))
    gone = {key for key in given if key.startswith(f"ziele[{lost}].")}
    assert gone <= lacking(found)
    assert {key: value for key, value in given.items() if key not in gone} == held(found)
    assert found.result is not None
    assert not found.result.archivable


def test_a_copied_page_that_is_there_twice_is_no_further_goal() -> None:
    file = flattened(pdf(values({"ziele": GOALS.rows + 1})))
    found = read(reordered(file, [0, 1, 2, 2]))
    assert len(found) > 1


def test_two_plans_in_one_file_stay_two() -> None:
    long, short = values({"ziele": 4}), values({"ziele": 1}, blank=["vorname"])
    file = io.BytesIO()
    joined = pypdfium2.PdfDocument.new()
    for one in (long, short):
        joined.import_pages(pypdfium2.PdfDocument(flattened(pdf(one))))
    joined.save(file)
    found = read(file.getvalue())
    assert [held(one) for one in found] == [long, short]


def rasterised(file: bytes, order: list[int]) -> bytes:
    """Return pages of a PDF as a scanner gives them, as TIFF."""
    document = pypdfium2.PdfDocument(file)
    document.init_forms()
    pictures = [
        np.array(document[number].render(scale=200 / 72, grayscale=True).to_numpy()).squeeze()
        for number in order
    ]
    document.close()
    return bytes(cv2.imencodemulti(".tiff", pictures)[1])


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
def test_the_goals_of_a_scan_are_told_by_the_codes_of_its_pages() -> None:
    given = values(OVERFLOWING | {"ziele": 4})
    file = pdf(given)
    order = list(reversed(range(pages(file))))
    [found] = read(rasterised(file, order))
    assert found.page_numbers == tuple(range(1, len(order) + 1))
    seen = held(found)
    ticks = {key for key in given if key.endswith(("stand", "prioritaet", "vorhanden"))}
    assert {key: seen.get(key) for key in ticks} == {key: given[key] for key in ticks}
    words = {key: value for key, value in given.items() if key not in ticks}
    right = sum(seen.get(key) == value for key, value in words.items())
    assert right >= 0.9 * len(words)
    assert seen.keys() == given.keys()
    # What is wrong is not taken unseen.
    assert [k for k in words if seen.get(k) != given[k] and not fields(found)[k].doubts] == []


def by_pypdf(file: bytes) -> bytes:
    """Return the pages of a file copied one by one, last first, as splitting programs do."""
    writer = pypdf.PdfWriter()
    for page in reversed(pypdf.PdfReader(io.BytesIO(file)).pages):
        writer.add_page(page)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def by_pdfium(file: bytes) -> bytes:
    """Return the pages imported by PDFium, last first: it mixes up the branches of fields."""
    source, target = pypdfium2.PdfDocument(file), pypdfium2.PdfDocument.new()
    target.import_pages(source, list(reversed(range(len(source)))))
    stream = io.BytesIO()
    target.save(stream)
    source.close()
    target.close()
    return stream.getvalue()


@pytest.mark.parametrize("program", [by_pypdf, by_pdfium], ids=["pypdf", "PDFium"])
def test_goals_come_back_from_programs_that_copy_pages(program: Program) -> None:
    given = values(OVERFLOWING | {"ziele": 4}, blank=["ziele[1].text", "ziele[2].indikator"])
    [found] = read(program(pdf(given)))
    assert held(found) == given
