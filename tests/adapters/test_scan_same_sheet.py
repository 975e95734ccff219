"""The same sheet scanned twice is told from another copy of the page with something else on it."""

from dataclasses import replace

import numpy as np
import pytest

from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.form import Layout
from tests.adapters.scan_prints import (
    CLEAN,
    LAYOUT,
    MILD,
    Filling,
    Scan,
    blank_pdf,
    needs_fonts,
    printed,
)

pytestmark = needs_fonts
ADLER = Filling(
    texts={
        "name": "Anna Adler",
        "von": "01.06.2026",
        "erwartung": "Ich will den Führerschein machen.",
    },
    ticked=("anlass.abbruch",),
    signed=True,
)
WORSE = Scan(turn=-1.2, scale=0.97, shift_mm=(-2, 3), grain=9, blur=0.9, jpeg=60, seed=11)


def layouts() -> tuple[Layout, ...]:
    return (LAYOUT,)


@pytest.fixture(scope="module")
def tools() -> Recognition:
    return Recognition(blank_pdf, layouts=layouts)


@pytest.fixture(scope="module")
def ink(tools: Recognition) -> bytes:
    return scanned(tools, ADLER, MILD).ink(LAYOUT, 1)


def scanned(tools: Recognition, filling: Filling, scan: Scan) -> PicturedPage:
    return PicturedPage(scan.of(printed(filling))[0], tools)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scan", [CLEAN, WORSE, replace(CLEAN, quarter_turns=2)], ids=["clean", "worse", "upside down"]
)
def test_one_sheet_is_the_same_however_it_was_scanned(
    tools: Recognition, ink: bytes, scan: Scan
) -> None:
    assert scanned(tools, ADLER, scan).shows(LAYOUT, 1, ink)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [
        replace(ADLER, texts={**ADLER.texts, "name": "Bert Becker"}),
        replace(ADLER, texts={**ADLER.texts, "name": "Anna Adlar"}),
        replace(ADLER, texts={**ADLER.texts, "von": "07.06.2026"}),
        replace(ADLER, texts={"name": "Anna Adler", "von": "01.06.2026"}),
        replace(ADLER, texts={**ADLER.texts, "gruende": "Keine."}),
        replace(ADLER, ticked=("anlass.regulaer",)),
        replace(ADLER, ticked=("anlass.abbruch", "kopie")),
        replace(ADLER, signed=False),
    ],
    ids=[
        "another name",
        "a letter",
        "a digit",
        "less",
        "more",
        "another tick",
        "one more tick",
        "unsigned",
    ],
)
def test_another_filling_of_the_page_is_another_sheet(
    tools: Recognition, ink: bytes, changed: Filling
) -> None:
    assert not scanned(tools, changed, MILD).shows(LAYOUT, 1, ink)


def test_what_is_no_such_page_is_no_such_sheet(tools: Recognition, ink: bytes) -> None:
    paper = PicturedPage(np.full((2339, 1654), 250, dtype=np.uint8), tools)
    assert paper.ink(LAYOUT, 1) == b""
    assert not paper.shows(LAYOUT, 1, ink)
    assert not scanned(tools, ADLER, MILD).shows(LAYOUT, 1, b"")
