"""Marks above letters that nobody read, and those that were read but are not on the picture."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan.accents import Accents
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.ocr import OcrWord
from tests.adapters.scan_prints import Grey, needs_fonts

pytestmark = needs_fonts

_FONT = ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", 28)
_PAGE = "im Rahmen von morgens bis mittags wird immer wieder vor Ort probiert"


def printed(*lines: str) -> tuple[Grey, list[list[OcrWord]]]:
    """Return a picture of lines, and their words with their places."""
    image = Image.new("L", (1200, 60 + 44 * len(lines)), 255)
    draw, placed = ImageDraw.Draw(image), []
    for number, line in enumerate(lines):
        words, left, foot = [], 20.0, 60 + 44 * number
        for text in line.split():
            draw.text((round(left), foot), text, font=_FONT, fill=0, anchor="ls")
            right = left + draw.textlength(text, font=_FONT)
            box = (round(left), foot - 21, round(right), foot + 6)
            words.append(OcrWord(text, 0.9, *box, (1, 1, number)))
            left = right + 10
        placed.append(words)
    return np.array(image), placed


def is_doubted(picture: Grey, lines: list[list[OcrWord]], read: str) -> bool:
    """Say whether the picture contradicts the last line if it is ``read`` so by both."""
    last = [replace(one, text=text) for one, text in zip(lines[-1], read.split(), strict=True)]
    zones = [([line], [line]) for line in lines[:-1]] + [([last], [last])]
    form = np.zeros(picture.shape, dtype=bool)
    # What is paler than ink is lost to the readings: they see letters without it.
    letters = Letters(np.where(picture < 150, picture, 255).astype(np.uint8), zones)
    return Accents(letters, picture, form).contradict([last])


def with_pale_marks(picture: Grey, lines: list[list[OcrWord]], grey: int = 180) -> Grey:
    """Return the picture with all that is above the small letters of its last line grey."""
    foot = lines[-1][0].bottom - 6
    pale = picture.copy()
    rows = pale[foot - 24 : foot - 16]
    rows[:] = 255 - ((255 - rows.astype(int)) * (255 - grey)) // 255
    return pale


@pytest.mark.parametrize(
    ("word", "read"),
    [("nöm", "nom"), ("Zoë", "Zoe"), ("pěna", "pena"), ("über", "uber"), ("im", "ım")],
)
def test_a_mark_that_is_too_pale_for_both_readings_is_seen(word, read):
    picture, lines = printed(_PAGE, word)
    assert is_doubted(with_pale_marks(picture, lines), lines, read)


@pytest.mark.parametrize(
    ("word", "read"),
    [("Januar", "Jaņuar"), ("Zoe", "Zoë"), ("masse", "maşse"), ("uns", "üns"), ("Post", "Pöst")],
)
def test_a_mark_that_was_read_where_none_is_makes_a_doubt(word, read):
    picture, lines = printed(_PAGE, word)
    assert is_doubted(picture, lines, read)


@pytest.mark.parametrize(
    "text",
    [
        "sofort für Jürgen Vokabeln von Tag zu Tag",
        "Zoë Muñoz und André Çelik aus Żory",
        "Ärztin Öffnung Übung, im Juni; groß",
        "Kadıköy Iğdır Şişli",
    ],
)
def test_a_right_reading_of_marks_and_overhanging_letters_is_left_alone(text):
    picture, lines = printed(_PAGE, text)
    assert not is_doubted(picture, lines, text)


def test_tails_of_the_line_above_are_no_marks():
    picture, lines = printed(
        "gypsy gyps gyp jagt jung gegen Jagd", "nos voran sausen nun au an so"
    )
    assert not is_doubted(picture, lines, "nos voran sausen nun au an so")


def test_specks_as_dark_above_letters_that_bear_no_mark_say_nothing():
    picture, lines = printed("mm vw xm wv mm pm wm vm", "sonne aus sand")
    for word in (one for line in lines for one in line):
        middle = word.bottom - 6 - 20
        for x in range(word.left + 4, word.right, 7):
            picture[middle : middle + 2, x : x + 2] = 170
    assert not is_doubted(picture, lines, "sonne aus sand")


def test_a_speck_higher_than_the_dots_of_the_page_is_no_mark():
    picture, lines = printed(_PAGE, "ersa")
    foot, left = lines[-1][0].bottom - 6, lines[-1][0].left
    picture[foot - 27 : foot - 25, left + 30 : left + 32] = 60
    assert not is_doubted(picture, lines, "ersa")
