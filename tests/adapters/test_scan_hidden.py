"""What lies over a form or runs through it: nothing hidden is blank, nothing torn is accepted."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import Doubt, Sighting
from tests.adapters.scan_prints import (
    FONT,
    LAYOUT,
    MILD,
    MODERATE,
    PRINT_DPI,
    Filling,
    Scan,
    blank_pdf,
    needs_fonts,
    printed,
    text_box,
)
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.engine, needs_tesseract, needs_fonts]

SENTENCE = "Ich will bis Ende Mai den Führerschein schaffen."
FILLED = Filling({"name": "Krause", "erwartung": SENTENCE}, ticked=("anlass.abbruch",))
_PX = PRINT_DPI / 72
Drawn = Callable[[ImageDraw.ImageDraw], None]


@pytest.fixture(scope="module")
def tools() -> Recognition:
    return Recognition(blank_pdf)


def read(
    tools: Recognition, drawn: Drawn, filling: Filling = FILLED, scan: Scan = MILD
) -> dict[str, Sighting]:
    image = Image.fromarray(printed(filling))
    drawn(ImageDraw.Draw(image))
    picture, _ = scan.of(np.array(image))
    return {seen.key: seen for seen in PicturedPage(picture, tools).zones(LAYOUT, 1)}


def nothing(_: ImageDraw.ImageDraw) -> None:
    """Leave the page as it is."""


def patch(left: float, top: float, right: float, bottom: float, tone: int) -> Drawn:
    """Return what lays a note over the page, places in points."""
    corners = [value * _PX for value in (left, top, right, bottom)]
    return lambda draw: draw.rectangle(corners, fill=tone)


def streak(x: float, width: float = 0.7) -> Drawn:
    """Return what draws the upright line of a dirty scanner ``x`` points from the left."""
    line = [x * _PX, 0, x * _PX, 842 * _PX]
    return lambda draw: draw.line(line, fill=10, width=round(width * _PX))


def word_at(word: str, share: float = 0.5) -> float:
    """Return where a place inside a word of the sentence is, in points."""
    font = ImageFont.truetype(str(FONT), round(10 * _PX))
    before = font.getlength(SENTENCE[: SENTENCE.index(word)])
    return text_box("erwartung")[0] + 4 + (before + share * font.getlength(word)) / _PX


@pytest.mark.slow
@pytest.mark.parametrize("scan", [MILD, MODERATE], ids=["mild", "moderate"])
def test_an_undisturbed_page_hides_nothing(tools: Recognition, scan: Scan) -> None:
    for seen in read(tools, nothing, scan=scan).values():
        assert not seen.doubts & {Doubt.COVERED, Doubt.UNEXPLAINED_INK}, seen.key


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.15, 0.5, 0.85])
def test_a_streak_through_a_word_is_doubted(tools: Recognition, share: float) -> None:
    seen = read(tools, streak(word_at("Führerschein", share)))
    assert Doubt.UNEXPLAINED_INK in seen["erwartung"].doubts


def test_a_streak_beside_the_words_hides_none_of_them(tools: Recognition) -> None:
    seen = read(tools, streak(520.0))
    assert seen["name"].text == "Krause"
    assert Doubt.UNEXPLAINED_INK not in seen["name"].doubts


def test_a_struck_out_word_is_doubted(tools: Recognition) -> None:
    left, top, _, _ = text_box("erwartung")
    middle = (top + 11.0) * _PX
    ends = [(left + 4 + 1.0) * _PX, middle, word_at("bis") * _PX, middle]
    seen = read(tools, lambda draw: draw.line(ends, fill=20, width=4))
    assert Doubt.UNEXPLAINED_INK in seen["erwartung"].doubts


def test_an_underlined_answer_is_not_struck_out(tools: Recognition) -> None:
    left, top, _, _ = text_box("name")
    below = (top + 15.5) * _PX
    ends = [(left + 4) * _PX, below, (left + 40) * _PX, below]
    seen = read(tools, lambda draw: draw.line(ends, fill=20, width=3))
    assert seen["name"].text == "Krause"
    assert Doubt.UNEXPLAINED_INK not in seen["name"].doubts


@pytest.mark.slow
@pytest.mark.parametrize("tone", [90, 228, 255], ids=["black bar", "note", "white tape"])
def test_an_answer_under_a_note_is_never_blank(tools: Recognition, tone: int) -> None:
    left, top, right, bottom = text_box("name")
    seen = read(tools, patch(left - 20, top - 12, right - 150, bottom + 12, tone))["name"]
    assert not seen.blank
    assert Doubt.COVERED in seen.doubts


def test_a_note_inside_a_large_field_is_seen_by_its_edges(tools: Recognition) -> None:
    left, top, right, bottom = text_box("gruende")
    seen = read(tools, patch(left + 30, top + 20, right - 200, bottom - 20, 228))["gruende"]
    assert seen.unreadable
    assert not seen.blank
    assert Doubt.COVERED in seen.doubts


def test_boxes_and_signatures_under_a_note_say_nothing(tools: Recognition) -> None:
    both = (patch(50, 474, 75, 540, 228), patch(340, 620, 530, 672, 228))

    def notes(draw: ImageDraw.ImageDraw) -> None:
        for one in both:
            one(draw)

    seen = read(tools, notes)
    for key in ("anlass.nichtantritt", "anlass.regulaer", "unterschrift"):
        assert seen[key].on is None, key
        assert Doubt.COVERED in seen[key].doubts, key


def test_a_note_elsewhere_covers_nothing(tools: Recognition) -> None:
    seen = read(tools, patch(60, 705, 300, 780, 228))
    assert not any(Doubt.COVERED in one.doubts for one in seen.values())


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["-", ".", "/"])
def test_a_single_sign_is_no_blank_field(tools: Recognition, sign: str) -> None:
    seen = read(tools, nothing, Filling({"name": "Krause", "gruende": sign}))
    assert not seen["gruende"].blank


@pytest.mark.slow
def test_words_made_of_grain_are_shown_to_nobody(tools: Recognition) -> None:
    rough = Scan(grain=26, blur=0.3)
    for seen in read(tools, nothing, Filling(), rough).values():
        assert not seen.text, seen.key
        assert not any(one.text for one in seen.opinions), seen.key


def test_a_page_with_much_dirt_has_no_single_signs(tools: Recognition) -> None:
    chance = np.random.default_rng(3)
    places = chance.uniform((60, 100), (530, 450), (60, 2)) * _PX

    def dirt(draw: ImageDraw.ImageDraw) -> None:
        for x, y in places:
            draw.rectangle((x, y, x + 4, y + 4), fill=0)

    seen = read(tools, dirt, Filling({"name": "Krause"}))
    assert seen["gruende"].blank
