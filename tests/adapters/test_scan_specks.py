"""Specks of copiers in the zones of a page, and writing lighter than the print around it."""

import cv2
import numpy as np
import pytest

from formservice.adapters.scan.light import Tones, evenly_lit, free_of_specks
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.template import Template
from formservice.adapters.scan.text import CleanPage, cleaned, text_among, zone_text
from formservice.adapters.scan.words import PageWords
from formservice.domain.document import Box
from formservice.domain.form import FormRef, Layout, Zone
from tests.adapters.scan_prints import Grey

SIZE = (600, 800)
REF = FormRef("probe", "2026-01")
ZONE = Zone("antwort", "multiline", 1, Box(0.25, 0.25, 0.875, 0.75))
LAYOUT = Layout(REF, ((288.0, 216.0),), (ZONE,))
EVERYWHERE = (slice(0, SIZE[0]), slice(0, SIZE[1]))


def paper(shade: int = 255) -> Grey:
    return np.full(SIZE, shade, np.uint8)


def written(page: Grey, text: str, at: tuple[int, int], ink: int = 0, thick: int = 2) -> None:
    """Write with letters 19 pixels tall, their line ``at`` a place (column, row)."""
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, ink, thick, cv2.LINE_AA)


def dot(page: Grey, at: tuple[int, int], radius: int = 2) -> None:
    cv2.circle(page, at, radius, 0, -1)


def freed(page: Grey) -> Grey:
    after = page.copy()
    free_of_specks(after, *EVERYWHERE)
    return after


def blank_form() -> Template:
    form = paper()
    written(form, "Frage:", (20, 60))
    return Template(form, LAYOUT, 1)


def answered(text: str, ink: int, *, specks: bool = False) -> tuple[CleanPage, Template]:
    """Return the page of a form with its zone answered in ``ink``."""
    template = blank_form()
    page = template.blank.copy()
    written(page, text, (260, 300), ink, thick=1)
    if specks:
        for place in ((320, 200), (480, 230), (620, 410)):
            dot(page, place)
    return cleaned(evenly_lit(page), template), template


class Nothing:
    """OCR that sees nothing."""

    name = "nothing"

    def has(self, language: str) -> bool:
        return False

    def words(self, picture: Grey, mode: int, dpi: int, language: str = "deu") -> list[OcrWord]:
        return []


def has_ink(page: CleanPage, template: Template) -> bool:
    return zone_text(page, template.zone_rect(ZONE), Nothing()).ink


def test_a_speck_away_from_all_writing_is_whitened() -> None:
    page = paper()
    written(page, "Fit genug", (100, 300))
    clean = page.copy()
    dot(page, (450, 295))
    dot(page, (200, 400), radius=1)
    assert (freed(page) == clean).all()


def test_dots_at_letters_stay() -> None:
    page = paper()
    written(page, "genug", (100, 300))
    rows, columns = np.nonzero(page < 128)
    dot(page, (int(columns.max()) + 6, 298))
    dot(page, (int(columns.min()) + 6, int(rows.min()) - 7))
    assert (freed(page) == page).all()


def test_a_full_stop_of_a_typewriter_stands_far_from_its_letter_and_stays() -> None:
    page = paper()
    page[280:300, 200:203] = 0
    dot(page, (217, 297))
    assert (freed(page) == page).all()


def test_a_dash_alone_is_no_speck() -> None:
    page = paper()
    page[300:302, 300:306] = 0
    assert (freed(page) == page).all()


def test_the_pieces_of_a_broken_letter_are_no_specks() -> None:
    page = paper()
    for top in range(280, 300, 8):
        page[top : top + 5, 300:302] = 0
    assert (freed(page) == page).all()


def test_specks_outside_the_place_looked_at_stay() -> None:
    page = paper()
    dot(page, (100, 100))
    after = page.copy()
    free_of_specks(after, slice(200, 400), slice(200, 400))
    assert (after == page).all()


def test_a_zone_with_nothing_but_specks_is_blank() -> None:
    assert not has_ink(*answered("", 0, specks=True))


@pytest.mark.parametrize("ink", [0, 90, 130, 160])
@pytest.mark.parametrize("text", ["w", "i", "-", "1"])
def test_a_letter_among_specks_is_writing_however_light(text: str, ink: int) -> None:
    assert has_ink(*answered(text, ink, specks=True))


def test_writing_lighter_than_print_becomes_as_dark() -> None:
    page, template = answered("Ich will", 170)
    place = template.zone_rect(ZONE).pixels(SIZE)
    assert page.written[place].min() < 60
    assert np.median(page.written[place]) == 255


def test_writing_as_dark_as_print_keeps_its_tones() -> None:
    flat = paper()
    written(flat, "Ich will", (260, 300))
    assert Tones(10.0, 250.0).of_writing(flat, np.zeros(SIZE, dtype=bool)) is None


def test_grain_is_no_light_writing() -> None:
    grain = np.random.default_rng(7).normal(250, 14, SIZE)
    flat = np.clip(grain, 0, 255).astype(np.uint8)
    assert Tones(10.0, 250.0).of_writing(flat, np.zeros(SIZE, dtype=bool)) is None


def test_a_speck_read_by_the_other_reading_is_no_word() -> None:
    page, template = answered("", 0, specks=True)
    word = OcrWord(".", 0.9, 317, 197, 324, 204, (1, 1, 1))
    read = text_among(PageWords((word,), *SIZE[::-1]), page, template.zone_rect(ZONE))
    assert not read.ink
