"""Shapes of signs: case by height, dashes by length, marks nobody read."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan.glyphs import Shaped, parts_of, shaped
from formservice.adapters.scan.ocr import OcrWord
from tests.adapters.scan_prints import Grey, needs_fonts

pytestmark = needs_fonts

_FONT = ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", 28)


def written(*words: str) -> tuple[Grey, list[OcrWord]]:
    """Return a picture of words in a line, and each with its place."""
    image = Image.new("L", (1200, 80), 255)
    draw = ImageDraw.Draw(image)
    places, left = [], 20
    for word in words:
        draw.text((left, 50), word, font=_FONT, fill=0, anchor="ls")
        right = left + round(draw.textlength(word, font=_FONT))
        places.append(OcrWord(word, 0.9, left, 28, right, 58, (1, 1, 1)))
        left = right + 10
    return np.array(image), places


def read_as(printed: str, read: str) -> Shaped:
    """Return what the shapes of ``printed`` say to the reading ``read``, word by word."""
    picture, places = written(*printed.split())
    words = [
        OcrWord(text, 0.9, one.left, one.top, one.right, one.bottom, one.line)
        for text, one in zip(read.split(), places, strict=True)
    ]
    return shaped([words], parts_of(picture))


def text_of(lines: tuple[tuple[OcrWord, ...], ...]) -> str:
    return " ".join(word.text for line in lines for word in line)


def test_a_right_reading_is_left_alone():
    text = "Nach der Woche kam Vera, endlich."
    seen = read_as(text, text)
    assert text_of(seen.lines) == text_of(seen.shown) == text
    assert not seen.doubtful


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Nach der Woche kam er", "Nach der woche kam er"),
        ("Haben wir einen Wald", "Haben Wir einen Wald"),
        ("Name Bader Vera", "Name Bader vera"),
    ],
)
def test_the_height_of_a_letter_shows_its_case(printed, read):
    seen = read_as(printed, read)
    assert text_of(seen.lines) == read
    assert text_of(seen.shown) == printed


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_dash_between_blanks_is_as_long_as_it_is(dash):
    seen = read_as(f"Haare {dash} Hand", "Haare - Hand")
    assert text_of(seen.lines) == f"Haare {dash} Hand"


def test_a_hyphen_in_a_word_stays_one():
    seen = read_as("Haare E-Mail Hand", "Haare E-Mail Hand")
    assert text_of(seen.lines) == "Haare E-Mail Hand"
    assert not seen.doubtful


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Name Bader Andrés", "Name Bader Andres"),
        ("Name Bader am Ende.", "Name Bader am Ende,"),
        ("Name Bader am Ende,", "Name Bader am Ende."),
        ("Hand am Rand Ich", "Hand am Rand ich"),
        ("Name Praktikum Rand", "Name Praktikurn Rand"),
    ],
)
def test_a_shape_that_contradicts_its_sign_is_a_doubt(printed, read):
    assert read_as(printed, read).doubtful


def test_letters_that_stand_on_a_line_do_not_wander():
    text = "Nach der Woche kam Vera endlich"
    seen = read_as(text, text)
    assert seen.wander is not None
    assert seen.wander < 0.03


def test_a_dot_below_a_letter_that_nobody_read_is_a_doubt():
    picture, words = written("Name", "Bader", "Pham")
    assert not shaped([words], parts_of(picture)).doubtful
    middle = words[2].left + 41
    picture[54:58, middle : middle + 4] = 0
    assert shaped([words], parts_of(picture)).doubtful


def test_a_letter_that_broke_bears_no_mark():
    picture, words = written("Name", "Bader", "Rand")
    rows, columns = slice(40, 41), slice(words[2].left + 20, words[2].right)
    picture[rows, columns] = 255
    assert not shaped([words], parts_of(picture)).doubtful


def test_a_thin_comma_that_hangs_below_the_line_is_one():
    picture, words = written("Name", "Bader,", "Rand")
    comma = slice(words[1].right - 9, words[1].right + 2)
    picture[:52, comma] = 255
    assert not shaped([words], parts_of(picture)).doubtful


def test_two_letters_like_one_need_a_sure_reading_where_they_cannot_be_counted():
    picture, words = written("Name", "Bader", "Ostem")
    for confidence, doubtful in ((0.94, True), (0.96, False)):
        read = [*words[:2], replace(words[2], text="Ostern", confidence=confidence)]
        assert shaped([read], parts_of(picture)).doubtful is doubtful


@pytest.mark.parametrize(
    ("printed", "read"),
    [("Nord e.V.", "Nord eV."), ("Nord e.V.", "Nord eV"), ("z.B. er", "zB. er")],
)
def test_a_full_stop_inside_of_a_word_that_nobody_read_is_seen(printed, read):
    assert read_as(printed, read).doubtful


def test_a_full_stop_in_the_place_of_a_letter_is_seen():
    picture, places = written("Nord", "e.V.")
    cut = replace(places[1], text="eV.", right=places[1].right - 8)
    assert shaped([[places[0], cut]], parts_of(picture)).doubtful


@pytest.mark.parametrize("text", ["Nord eV", "Nord eV.", "a_b er", "„Nord“ er", "Nord: er, sie;"])
def test_what_stands_low_and_was_read_is_no_lost_full_stop(text):
    assert not read_as(text, text).doubtful
