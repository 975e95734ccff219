"""Copies on which thin grey lines faded: that a line is not seen does not mean it is elsewhere."""

import cv2
import numpy as np
import pytest

from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.register import LEAST_LIKENESS
from formservice.domain.document import Doubt
from tests.adapters.scan_prints import (
    CLEAN,
    LAYOUT,
    MILD,
    Filling,
    Grey,
    Scan,
    blank_pdf,
    needs_fonts,
    printed,
)
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.engine, needs_tesseract, needs_fonts]

TEXTS = {
    "name": "Krause, Jürgen",
    "erwartung": "Ich möchte wieder eine feste Arbeit finden,\nam liebsten in der Pflege.",
}
TICKED = Filling(TEXTS, ("anlass.abbruch",))
# What a long answer in „erwartung“ pushes down, and by how much: 8 mm at the resolution of print.
GROWN, LAST = (1300, 94), 3000


@pytest.fixture(scope="module")
def zones() -> Recognition:
    return Recognition(blank_pdf)


def without_lines(page: Grey) -> Grey:
    """Return a print whose long straight strokes are gone, and only they: words stay."""
    dark = (page < 200).astype(np.uint8)
    lines = np.zeros_like(dark)
    for size in ((1, 90), (90, 1)):
        lines |= np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(size, np.uint8)))
    lines = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)))
    faded = page.copy()
    faded[lines > 0] = 255
    # Squares and code are no thin lines.
    bold = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((20, 20), np.uint8)))
    bold = np.asarray(cv2.dilate(bold, np.ones((81, 81), np.uint8)))
    faded[bold > 0] = page[bold > 0]
    return faded


def black_and_white(picture: Grey) -> Grey:
    return np.where(picture < 128, 0, 255).astype(np.uint8)


def grown(page: Grey, first: int = GROWN[0], more: int = GROWN[1]) -> Grey:
    moved = page.copy()
    moved[first + more : LAST + more] = page[first:LAST]
    moved[first : first + more] = 255
    return moved


@pytest.mark.parametrize("scan", [CLEAN, MILD], ids=["clean", "mild"])
def test_zones_without_their_lines_are_in_place_while_the_words_around_are(
    zones: Recognition, scan: Scan
) -> None:
    picture, _ = scan.of(without_lines(printed(Filling(TEXTS))))
    seen = {one.key: one for one in PicturedPage(black_and_white(picture), zones).zones(LAYOUT, 1)}
    assert set(seen) == {zone.key for zone in LAYOUT.zones}
    for key in TEXTS:
        assert not {Doubt.OVERFLOW, Doubt.FOREIGN_LAYOUT} & seen[key].doubts, key


@pytest.mark.parametrize("scan", [CLEAN, MILD], ids=["clean", "mild"])
def test_without_lines_the_words_below_tell_that_an_answer_grew(
    zones: Recognition, scan: Scan
) -> None:
    picture, _ = scan.of(without_lines(grown(printed(Filling(TEXTS)))))
    seen = {one.key: one for one in PicturedPage(black_and_white(picture), zones).zones(LAYOUT, 1)}
    assert "erwartung" not in seen or Doubt.OVERFLOW in seen["erwartung"].doubts


def test_without_lines_and_words_below_nothing_tells_that_an_answer_ended(
    zones: Recognition,
) -> None:
    page = without_lines(printed(Filling(TEXTS)))
    # From the lower edge of the zone on all print of the form is gone, marks at the foot aside.
    zone = next(zone for zone in LAYOUT.zones if zone.key == "erwartung")
    page[round(zone.box.bottom * len(page)) - 5 : round(0.88 * len(page))] = 255
    picture, _ = CLEAN.of(page)
    seen = {one.key: one for one in PicturedPage(picture, zones).zones(LAYOUT, 1)}
    assert "erwartung" not in seen or Doubt.OVERFLOW in seen["erwartung"].doubts


def pale(picture: Grey, share: float) -> Grey:
    """Return the picture with so much of its contrast, on paper that is not quite white."""
    return np.asarray(245 - (255 - picture.astype(np.float32)) * share, dtype=np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.25, 0.15], ids=["a quarter", "a sixth"])
def test_on_a_page_of_little_contrast_nothing_is_proved(zones: Recognition, share: float) -> None:
    picture, _ = CLEAN.of(printed(TICKED))
    page = PicturedPage(pale(picture, share), zones)
    seen = page.zones(LAYOUT, 1)
    assert seen
    assert all(len(one.opinions) < 2 for one in seen)
    assert all(Doubt.POOR_PAGE in one.doubts for one in seen)


@pytest.mark.slow
def test_nor_is_it_where_an_answer_pushed_the_print_down(zones: Recognition) -> None:
    picture, _ = CLEAN.of(grown(grown(printed(TICKED), more=60), 950, 60))
    faint, half = (PicturedPage(pale(picture, share), zones) for share in (0.25, 0.5))
    for page in (faint, half):
        pose = page.pose(LAYOUT, 1)
        assert pose is not None
        assert pose.likeness < LEAST_LIKENESS  # it is not like the form as a whole
    seen = faint.zones(LAYOUT, 1)
    assert {one.key for one in seen} >= {"anlass.abbruch", "unterschrift"}
    assert all(Doubt.POOR_PAGE in one.doubts for one in seen)
    assert all(one.on is None for one in seen)
    sharp = {one.key: one for one in half.zones(LAYOUT, 1)}
    assert not any(Doubt.POOR_PAGE in one.doubts for one in sharp.values())
    assert sharp["anlass.abbruch"].on is True


@pytest.mark.slow
def test_a_page_of_half_the_contrast_is_read_twice(zones: Recognition) -> None:
    picture, _ = CLEAN.of(printed(Filling(TEXTS)))
    seen = PicturedPage(pale(picture, 0.5), zones).zones(LAYOUT, 1)
    assert {one.key for one in seen if len(one.opinions) == 2} >= set(TEXTS)
