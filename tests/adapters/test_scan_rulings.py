"""Ruled lines are taken off a page, and writing on them stays whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan.rulings import without_rulings
from tests.adapters.scan_prints import Grey, needs_fonts

_FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"


def page(text: str = "", ink: int = 0) -> Grey:
    image = Image.new("L", (600, 300), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 560, 240), outline=ink, width=2)
    if text:
        draw.text((80, 150), text, font=ImageFont.truetype(_FONT, 30), fill=0, anchor="ls")
    return np.array(image)


@pytest.mark.parametrize("ink", [0, 120, 200], ids=["black", "grey", "hair line"])
def test_the_outline_of_a_box_goes(ink: int) -> None:
    assert without_rulings(page(ink=ink)).min() > 230


def test_a_line_that_leans_goes_too() -> None:
    picture = np.full((300, 600), 255, np.uint8)
    for column in range(600):
        row = 100 + column // 150
        picture[row : row + 2, column] = 0
    assert (without_rulings(picture) < 128).sum() < 60


@needs_fonts
def test_writing_beside_lines_is_untouched() -> None:
    plain = page("Übergangsjahr Lühr")
    rows, columns = slice(100, 180), slice(60, 500)
    assert np.array_equal(without_rulings(plain)[rows, columns], plain[rows, columns])


def test_a_stroke_across_a_line_is_not_cut() -> None:
    picture = page()
    picture[200:280, 300:304] = 0
    assert without_rulings(picture)[200:280, 301].max() < 50
