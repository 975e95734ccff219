"""The Polish ł, which all readings take for t."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.slashed import Slashed
from tests.adapters.scan_prints import needs_fonts

pytestmark = needs_fonts

_FOLDER = "/usr/share/fonts/truetype/liberation/"
_FINE = 4
_PAGE = "Er kommt bald und bleibt den halben Tag daheim"


def unclear(printed: str, read: str, font: str) -> frozenset[str]:
    """Return what is unclear of a word that both readings ``read`` so, below a page of text."""
    image = Image.new("L", (1000 * _FINE, 200 * _FINE), 255)
    draw, type_ = ImageDraw.Draw(image), ImageFont.truetype(f"{_FOLDER}{font}.ttf", 28 * _FINE)
    lines: list[list[OcrWord]] = []
    for number, text in enumerate((_PAGE, printed)):
        words, left, foot = [], 20.0, 60 + 80 * number
        for word in text.split():
            # Letters apart, as in a good scan.
            start = left
            for sign in word:
                draw.text((left * _FINE, foot * _FINE), sign, font=type_, fill=0, anchor="ls")
                left += draw.textlength(sign, font=type_) / _FINE + 3
            words.append(
                OcrWord(word, 0.95, round(start), foot - 20, round(left), foot + 6, (1, 1, number))
            )
            left += 10
        lines.append(words)
    last = [replace(lines[1][0], text=read)]
    zones: list[tuple[Sequence[Sequence[OcrWord]], Sequence[Sequence[OcrWord]]]] = [
        ([lines[0]], [lines[0]]),
        ([last], [last]),
    ]
    small = np.array(image.reduce(_FINE).filter(ImageFilter.GaussianBlur(0.7)))
    return Slashed(Letters(small, zones)).unclear([last], [last])


@pytest.mark.parametrize("font", ["LiberationSans-Regular", "LiberationSerif-Regular"])
def test_a_t_as_tall_as_the_l_of_its_page_may_be_a_slashed_l(font):
    assert unclear("Michał", "Michat", font) == {"Michat"}
    assert not unclear("Michat", "Michat", font)
    assert not unclear("Michal", "Michal", font)


def test_a_t_that_one_reading_has_as_a_slashed_l_may_be_one():
    first, second = (OcrWord(text, 0.95, 0, 0, 90, 20, (1, 1, 1)) for text in ("Matek", "Małek"))
    page = np.full((40, 100), 255, np.uint8)
    slashed = Slashed(Letters(page, [([[first]], [[second]])]))
    assert slashed.unclear([[first]], [[second]]) == {"Matek"}
    assert not slashed.unclear([[first]], [[first]])
