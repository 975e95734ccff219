"""Letters that together look like another one: r and n that all readings take for m."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from formservice.adapters.acceptance import load_rule
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.lookalikes import Lookalikes, places_of
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.readings import Readings
from formservice.adapters.scan.text import ZoneText
from tests.adapters.scan_prints import needs_fonts

pytestmark = needs_fonts

_FOLDER = "/usr/share/fonts/truetype/liberation/"
_FINE = 4
RULES = load_rule().characters
_PAGE = "Er kommt immer nach Norden, Maria und Form werden warm, mit Sturm macht er nur mehr"


def unclear(
    printed: str, read: str, page: str = _PAGE, font: str = "LiberationSerif-Regular"
) -> frozenset[str]:
    """Return what is unclear of a line that both readings ``read`` so, below a ``page``."""
    # Drawn large and softened: printed letters stand between the pixels of a scan.
    image = Image.new("L", (1300 * _FINE, 200 * _FINE), 255)
    draw, type_ = ImageDraw.Draw(image), ImageFont.truetype(f"{_FOLDER}{font}.ttf", 28 * _FINE)
    lines: list[list[OcrWord]] = []
    for number, text in enumerate((page, printed)):
        words, left, foot = [], 20.0, 60 + 80 * number
        for word in text.split():
            draw.text((left * _FINE, foot * _FINE), word, font=type_, fill=0, anchor="ls")
            right = left + draw.textlength(word, font=type_) / _FINE
            box = (round(left), foot - 20, round(right), foot + 6)
            words.append(OcrWord(word, 0.95, *box, (1, 1, number)))
            left = right + 10
        lines.append(words)
    last = [replace(one, text=said) for one, said in zip(lines[1], read.split(), strict=True)]
    zones: list[tuple[Sequence[Sequence[OcrWord]], Sequence[Sequence[OcrWord]]]] = [
        ([lines[0]], [lines[0]]),
        ([last], [last]),
    ]
    small = np.array(image.reduce(_FINE).filter(ImageFilter.GaussianBlur(0.7)))
    return Lookalikes(Letters(small, zones), RULES).unclear([last], [last])


@pytest.mark.parametrize("font", ["LiberationSerif-Regular", "LiberationSansNarrow-Regular"])
@pytest.mark.parametrize(
    ("printed", "read"),
    [("Horn", "Hom"), ("Bernd", "Bemd"), ("gern", "gem"), ("b.korn@web.de", "b.kom@web.de")],
)
def test_r_and_n_are_not_taken_for_an_m_because_both_readings_do(printed, read, font):
    assert unclear(printed, read, font=font) == {read}


@pytest.mark.parametrize("font", ["LiberationSerif-Regular", "LiberationSerif-Italic"])
@pytest.mark.parametrize("printed", ["Thoma", "Roman", "Amir", "oma.kim@web.de"])
def test_an_m_is_known_by_the_others_of_its_page(printed, font):
    assert not unclear(printed, printed, font=font)


def test_an_m_that_no_other_is_there_for_may_be_r_and_n():
    assert unclear("Thoma", "Thoma", "Er war in der Ferne und hatte es gern") == {"Thoma"}


def test_pairs_that_were_misread_do_not_speak_for_each_other():
    assert unclear("Horn Korn Born Dorn", "Hom Kom Bom Dom") == {"Hom", "Kom", "Bom", "Dom"}


@pytest.mark.parametrize(
    "word", ["Sommer", "Sturm", "Maria", "Schmidt", "GmbH", "zum", "Unternehmen", "a.b@mail.com"]
)
def test_where_no_word_has_r_and_n_an_m_is_no_question(word):
    assert not list(places_of(word, RULES))


@pytest.mark.parametrize(
    ("word", "place"), [("Stemmann", 3), ("Cmković", 1), ("Ahm", 2), ("m@web.de", 0)]
)
def test_names_and_addresses_have_r_and_n_where_other_words_have_not(word, place):
    assert list(places_of(word, RULES)) == [place]


def test_an_unclear_word_matters_only_if_two_readings_have_it():
    horn, other = (ZoneText(text, 0.9, ink=True, shown=text) for text in ("Horn", "Hom"))
    one = Readings(horn, other, closely=(horn, horn), unclear=frozenset({"Hom"}))
    assert not one.is_doubtful
    assert replace(one, closely=(horn, other)).is_doubtful
