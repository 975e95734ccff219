"""Text of zones: lines put together, the hint at a continued text, light evened out."""

import numpy as np
import pytest

from formservice.adapters.scan.light import evenly_lit
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.template import Rect
from formservice.adapters.scan.text import CleanPage, with_exact_mark, zone_text
from formservice.application.extract import CONTINUED
from tests.adapters.scan_prints import Grey

ZONE = Rect(36, 36, 396, 216)


class Lines:
    """OCR that sees words of 12 pixels a letter, lines and places as told."""

    name = "lines"

    def __init__(self, *lines: tuple[int, str]) -> None:
        self.lines = lines

    def has(self, language: str) -> bool:
        return False

    def words(self, picture: Grey, mode: int, dpi: int, language: str = "deu") -> list[OcrWord]:
        words, number = [], 0
        for top, text in self.lines:
            left, number = 12, number + 1
            for word in text.split():
                right = left + 12 * len(word)
                words.append(OcrWord(word, 0.9, left, top, right, top + 26, (1, 1, number)))
                left = right + 12
        return words


def page_with_ink() -> CleanPage:
    sheet = np.full((800, 1200), 255, np.uint8)
    sheet[104:600, 104:1090] = 0
    return CleanPage(sheet, sheet)


def text_of(*lines: tuple[int, str]) -> str:
    return zone_text(page_with_ink(), ZONE, Lines(*lines)).text


FULL = "Ich möchte bis Ende März eine feste Stelle finden in der Pflege und zwar nahe"


def test_a_wrapped_line_is_joined_with_the_next() -> None:
    assert text_of((10, FULL), (45, "meiner Wohnung.")) == f"{FULL} meiner Wohnung."


def test_a_line_that_ends_early_ends_by_itself() -> None:
    assert text_of((10, "Erstens lernen."), (45, "Zweitens arbeiten.")) == (
        "Erstens lernen.\nZweitens arbeiten."
    )


@pytest.mark.parametrize(
    ("line", "following", "doubted"),
    [
        # With the next word and its blank the line would just have fitted.
        (f"{FULL}.", "Ich", True),
        (f"{FULL}n", "mir", False),
        (f"{FULL} am", "- Kita", True),
    ],
)
def test_a_line_that_was_perhaps_ended_by_hand_is_a_doubt(line, following, doubted) -> None:
    assert zone_text(page_with_ink(), ZONE, Lines((10, line), (45, following))).odd is doubted


def test_who_ends_lines_may_have_ended_a_full_one_as_well() -> None:
    full = f"{FULL}."
    wrapped = zone_text(page_with_ink(), ZONE, Lines((10, full), (45, "meiner Wohnung.")))
    assert not wrapped.odd
    lines = Lines((10, full), (45, "Und mehr."), (80, "Zweitens."))
    assert zone_text(page_with_ink(), ZONE, lines).odd


def test_a_zone_tells_how_level_its_letters_stand() -> None:
    hand = zone_text(page_with_ink(), ZONE, Lines((10, "Erstens"), (45, "Danach"))).hand
    assert hand is not None
    assert hand.level is not None
    assert hand.letters == 13


def test_an_empty_line_is_kept() -> None:
    assert text_of((10, "Erstens lernen."), (80, "Zweitens.")) == "Erstens lernen.\n\nZweitens."


@pytest.mark.parametrize(
    "seen",
    [
        "Ich habe eine … (weiter auf dem Beiblatt)",
        "Ich habe eine (weiter auf dem Beiblatt)",
        "Ich habe eine ... (welter auf dern Beiblatt)",
        "Ich habe eine\n(weiter auf dem Beiblatt",
    ],
)
def test_the_hint_at_a_continued_text_is_made_exact(seen: str) -> None:
    assert with_exact_mark(seen) == f"Ich habe eine {CONTINUED}"


@pytest.mark.parametrize(
    "text", ["", "Ich will lernen.", "Ich will lernen (in der Pflege)", "(", "auf dem Beiblatt"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert with_exact_mark(text) == text


def test_specks_are_not_writing() -> None:
    sheet = np.full((800, 1200), 255, np.uint8)
    sheet[200:800:60, 200:1100:70] = 0
    sheet[201:800:60, 200:1100:70] = 0
    read = zone_text(CleanPage(sheet, sheet), ZONE, Lines((10, "nie gefragt")))
    assert not read.ink
    assert read.text == ""


def test_a_single_letter_is_writing() -> None:
    sheet = np.full((800, 1200), 255, np.uint8)
    sheet[200:222, 200:203] = 0
    assert zone_text(CleanPage(sheet, sheet), ZONE, Lines((10, "l"))).ink


def test_a_shadow_becomes_paper_and_ink_stays_ink() -> None:
    page = np.tile(np.linspace(90, 250, 1000).astype(np.uint8), (600, 1))
    page[300:304, 100:900] = 20
    flat = evenly_lit(page)
    assert flat[:290].min() > 225
    assert flat[301, 150:850].max() < 110
