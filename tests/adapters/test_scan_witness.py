"""Disputes over single signs, settled by the letters of the page itself."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan.glyphs import parts_of, shaped
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.passes import is_broken
from formservice.adapters.scan.text import ZoneText
from formservice.adapters.scan.witness import Witness, settled, with_dashes
from tests.adapters.scan_prints import Grey, needs_fonts

pytestmark = needs_fonts

_FOLDER = "/usr/share/fonts/truetype/liberation/"
# What stands on the page beside the zone in question: letters, full stops and blanks.
_PAGE = (
    "Bald heißt es Rast, Rose, Boot, Rad. Der Bus fuhr los.",
    "Das Bad ist groß, Bernd Reiter weiß das. Er fragte Rolf.",
    "Großes Bild im Rahmen 16, nur 14 von 64 und Spaß am Meer. So war es.",
)


class Page:
    """A page of lines, and readings of them."""

    def __init__(
        self, *lines: str, font: str = "LiberationSans-Regular", sizes: tuple[int, ...] = ()
    ) -> None:
        image = Image.new("L", (1400, 100 * len(lines) + 60), 255)
        draw = ImageDraw.Draw(image)
        self.draw, self._image, self._lines = draw, image, []
        for number, text in enumerate(lines):
            type_ = ImageFont.truetype(f"{_FOLDER}{font}.ttf", sizes[number] if sizes else 28)
            line, left, foot = [], 30.0, 80 + 100 * number
            for word in text.split():
                draw.text((round(left), foot), word, font=type_, fill=0, anchor="ls")
                right = left + draw.textlength(word, font=type_)
                box = (round(left), foot - 22, round(right), foot + 6)
                line.append(OcrWord(word, 0.9, *box, (1, 1, number)))
                left = right + draw.textlength(" ", font=type_)
            self._lines.append(tuple(line))

    @property
    def picture(self) -> Grey:
        return np.array(self._image)

    def read(self, number: int, text: str | None = None, sure: float = 0.9) -> ZoneText:
        """Return a line read right, or as ``text`` word by word."""
        line = self._lines[number]
        if text is not None:
            line = tuple(
                replace(word, text=read) for word, read in zip(line, text.split(), strict=True)
            )
        words = " ".join(word.text for word in line)
        return ZoneText(
            words, sure, ink=True, shown=words, sure=(sure,) * len(line), lines=(line,)
        )

    def letters(self, *zones: tuple[ZoneText, ZoneText]) -> Letters:
        """Return what the zones, and all lines but the last read right, show."""
        known = [self.read(number) for number in range(len(self._lines) - 1)]
        pairs = [*zones, *((one, one) for one in known)]
        return Letters(self.picture, [(one.lines, other.lines) for one, other in pairs])

    def told(self, one: str, other: str) -> tuple[str, str]:
        """Return what becomes of two readings of the last line."""
        readings = self.read(-1, one), self.read(-1, other)
        first, second = settled(*readings, Witness(self.letters(readings)))
        return first.text, second.text


@pytest.mark.parametrize(
    ("printed", "misread"),
    [("Süß war es", "SüR war es"), ("Außen rot", "AuBen rot"), ("Rast im Bus", "Bast im Bus")],
)
def test_a_disputed_sign_is_the_one_whose_examples_on_the_page_it_is_like(printed, misread):
    page = Page(*_PAGE, printed)
    assert page.told(printed, misread) == (printed, printed)
    assert page.told(misread, printed) == (printed, printed)


def test_the_confidence_of_a_settled_word_is_that_of_the_reading_which_was_right():
    page = Page(*_PAGE, "Süß war es")
    right, wrong = page.read(-1), page.read(-1, "SüR war es", sure=0.3)
    wrong = replace(wrong, sure=(0.3, 0.8, 0.7))
    _, second = settled(right, wrong, Witness(page.letters((right, wrong))))
    assert second.sure == (0.9, 0.8, 0.7)
    assert second.confidence == 0.7


def test_strokes_that_are_alike_stay_in_dispute():
    page = Page(*_PAGE, "Klasse Kl. B")
    assert page.told("Klasse Kl. B", "Klasse KI. B") == ("Klasse Kl. B", "Klasse KI. B")


def test_a_sign_that_is_neither_of_two_stays_in_dispute():
    page = Page(*_PAGE, "Suq war es")
    assert page.told("Suß war es", "SuB war es") == ("Suß war es", "SuB war es")


def test_a_full_stop_that_one_reading_lost_is_seen():
    page = Page(*_PAGE, "Das war gut.")
    assert page.told("Das war gut.", "Das war gut") == ("Das war gut.", "Das war gut.")
    assert page.told("Das war gut", "Das war gut.") == ("Das war gut.", "Das war gut.")


@pytest.mark.parametrize("box", [(3, -12, 6, -9), (3, -8, 10, 0), (14, -3, 17, 0)])
def test_dirt_that_one_reading_takes_for_a_full_stop_settles_nothing(box):
    page = Page(*_PAGE, "Das war gut")
    end = page.read(-1).lines[0][-1]
    left, top, right, bottom = box
    foot = end.bottom - 6
    page.draw.rectangle((end.right + left, foot + top, end.right + right, foot + bottom), fill=0)
    assert page.told("Das war gut.", "Das war gut") == ("Das war gut.", "Das war gut")


def test_on_a_dirty_page_no_full_stop_is_told_from_dirt():
    page = Page(*_PAGE, "Das war gut.")
    for number in range(30):
        page.draw.rectangle((1000 + 12 * number, 10, 1002 + 12 * number, 13), fill=0)
    assert page.told("Das war gut.", "Das war gut") == ("Das war gut.", "Das war gut")


def test_a_blank_is_where_the_gap_is_as_wide_as_others_of_the_page():
    page = Page(*_PAGE, "ab Montag im Amt")
    parted = page.read(-1)
    one, other, *rest = parted.lines[0]
    joined = replace(one, text=one.text + other.text, right=other.right)
    text = "abMontag im Amt"
    read = replace(parted, text=text, shown=text, lines=((joined, *rest),), sure=(0.9,) * 3)
    first, second = settled(read, parted, Witness(page.letters((read, parted))))
    assert first.text == second.text == "ab Montag im Amt"


@pytest.mark.parametrize("dash", ["-", "–"])
def test_a_dash_is_measured_by_the_letters_of_the_page(dash):
    page = Page(*_PAGE, f"14 {dash} 16")
    read = replace(page.read(-1, "14 - 16"), doubtful=True)
    told = with_dashes(read, Witness(page.letters((read, read))))
    assert told.text == f"14 {dash} 16"
    assert not told.doubtful


def test_where_all_signs_have_one_width_no_dash_is_told():
    page = Page(*_PAGE, "14 - 16", font="LiberationMono-Regular")
    read = replace(page.read(-1), doubtful=True)
    assert with_dashes(read, Witness(page.letters((read, read)))) == read


def test_a_doubt_that_is_not_about_dashes_stays():
    page = Page(*_PAGE, "14 – 16")
    read = replace(page.read(-1, "14 - 16"), doubtful=True, odd=True)
    assert with_dashes(read, Witness(page.letters((read, read)))).doubtful


def test_a_sign_without_example_wins_only_if_it_is_like_no_other_and_the_other_is_excluded():
    page = Page(*_PAGE, "Haus 88, 8 Boote", "Nach § 43 dann")
    assert page.told("Nach 8 43 dann", "Nach § 43 dann") == ("Nach § 43 dann",) * 2
    page = Page(*_PAGE, "Haus 88, 8 Boote", "Nach & 43 dann")
    assert page.told("Nach 8 43 dann", "Nach $ 43 dann") == ("Nach 8 43 dann", "Nach $ 43 dann")


def with_word(read: ZoneText, word: OcrWord, *, last: bool) -> ZoneText:
    """Return a reading with one word more."""
    line = (*read.lines[0], word) if last else (word, *read.lines[0])
    text = " ".join(one.text for one in line)
    return replace(read, text=text, shown=text, lines=(line,), sure=(0.9,) * len(line))


@pytest.mark.parametrize(("size", "gone"), [(9, True), (3, False)])
def test_what_stands_alone_is_no_full_stop_if_it_is_unlike_those_of_the_page(size, gone):
    page = Page(*_PAGE, "Das war gut")
    read = page.read(-1)
    end = read.lines[0][-1]
    left, foot = end.right + 20, end.bottom - 6
    page.draw.rectangle((left, foot - size + 1, left + size - 1, foot), fill=0)
    dot = replace(end, text=".", left=left, right=left + size, top=foot - size)
    dotted = with_word(read, dot, last=True)
    first, second = settled(dotted, read, Witness(page.letters((dotted, read))))
    assert (first.text == second.text == "Das war gut") is gone


def test_a_dash_before_a_line_that_one_reading_lost_is_seen():
    page = Page(*_PAGE, "- Das 14 war in 16 Tagen gut")
    dashed = page.read(-1)
    text = "Das 14 war in 16 Tagen gut"
    bare = replace(dashed, text=text, shown=text, lines=(dashed.lines[0][1:],), sure=(0.9,) * 7)
    first, second = settled(bare, dashed, Witness(page.letters((bare, dashed))))
    assert first.text == second.text == f"- {text}"


def test_a_page_whose_letters_are_broken_to_pieces_is_told():
    page = Page("Das war im Mai")
    read = page.read(0)
    whole = replace(read, pieces=shaped(read.lines, parts_of(page.picture)).pieces)
    assert not is_broken([whole])
    for column in range(0, 600, 6):
        page.draw.rectangle((column, 0, column + 1, 160), fill=255)
    broken = replace(read, pieces=shaped(read.lines, parts_of(page.picture)).pieces)
    assert is_broken([broken])


def test_letters_of_one_width_are_told_though_fields_differ_in_size():
    page = Page(*_PAGE, "14 - 16", font="LiberationMono-Regular", sizes=(28, 20, 24, 28))
    read = replace(page.read(-1), doubtful=True)
    assert with_dashes(read, Witness(page.letters((read, read)))) == read


@pytest.mark.parametrize(("other", "told"), [("Haus 64", "Mo-Fr"), ("Bild-Amt 64", "Mo–Fr")])
def test_inside_of_a_word_a_long_dash_is_believed_only_next_to_a_shorter_one(other, told):
    page = Page(
        *_PAGE, f"Rast am {other} im Bad", "Am Mo–Fr im Amt", font="LiberationSerif-Regular"
    )
    read = replace(page.read(-1, "Am Mo-Fr im Amt"), doubtful=True)
    assert with_dashes(read, Witness(page.letters((read, read)))).text == f"Am {told} im Amt"
