"""Handwriting and type are told apart, and letters the German model lacks."""

from collections.abc import Callable

import numpy as np
import pytest

from formservice.adapters.scan.alphabet import (
    differs_in_foreign_letters,
    is_level,
    with_sharp_s,
)
from formservice.adapters.scan.handwriting import (
    Hand,
    Level,
    handwritten,
    level_of,
    straightness,
)
from formservice.adapters.scan.ocr import OcrWord
from tests.adapters.scan_prints import Grey

EVEN, DANCING, NEAT = Level(0.9, 0.75), Level(0.45, 0.45), Level(0.78, 0.85)
TYPED = Hand(0.01, 0.4, 0.96, EVEN, 20)
WRITTEN = Hand(0.08, 0.25, 0.9, DANCING, 20)
NEAT_NAME = Hand(0.04, 0.2, 0.96, NEAT, 7)
LETTER = Hand(None, 0.05, 0.93, Level(0.6, 0.8), 1)


def words(*boxes: tuple[int, int, int, int]) -> list[OcrWord]:
    return [OcrWord("x", 0.9, *box, (1, 1, 1)) for box in boxes]


def letters(feet: Callable[[int], float]) -> tuple[Grey, list[list[OcrWord]]]:
    """Return twenty bars of one height, the feet of each where told, and the one line they are."""
    picture = np.full((120, 640), 255, np.uint8)
    for left in range(20, 620, 30):
        foot = 70 + round(feet(left))
        picture[foot - 24 : foot, left : left + 4] = 0
    return picture, [words((20, 40, 620, 78))]


def test_every_zone_that_says_enough_is_judged_by_itself():
    assert handwritten([WRITTEN, WRITTEN, WRITTEN, TYPED, None]) == (
        True,
        True,
        True,
        False,
        False,
    )
    assert handwritten([TYPED, TYPED, TYPED, TYPED, WRITTEN]) == (False,) * 4 + (True,)


def test_hard_words_on_even_lines_are_type():
    assert handwritten([TYPED, Hand(None, 0.35, 0.5, EVEN, 9)]) == (False, False)


def test_a_hand_read_for_sure_is_one_if_its_letters_dance():
    assert handwritten([Hand(None, 0.25, 0.97, DANCING, 10)]) == (True,)


def test_a_single_letter_is_told_by_its_page():
    assert handwritten([TYPED, TYPED, LETTER]) == (False, False, False)
    assert handwritten([WRITTEN, WRITTEN, LETTER]) == (True, True, True)


def test_a_neat_name_is_handwriting_where_all_of_the_page_is():
    assert handwritten([NEAT_NAME]) == (False,)
    assert handwritten([WRITTEN, WRITTEN, NEAT_NAME]) == (True, True, True)


def test_a_short_typed_answer_is_type_beside_long_ones_and_handwriting():
    short = Hand(None, 0.33, 0.96, Level(0.92, 0.7), 7)
    assert handwritten([WRITTEN, WRITTEN, TYPED, short]) == (True, True, False, False)


def test_what_nobody_can_read_is_handwriting_unless_all_else_is_typed():
    unread = Hand(None, 0.3, 0.0)
    assert handwritten([unread]) == (True,)
    assert handwritten([unread, TYPED, WRITTEN]) == (True, False, True)
    assert handwritten([unread, TYPED, TYPED]) == (False, False, False)


@pytest.mark.parametrize("rise", [0.0, 0.008, -0.008])
def test_letters_on_a_line_are_level_also_where_the_line_rises(rise):
    level = level_of(*letters(lambda left: rise * left))
    assert level is not None
    assert min(level.feet, level.heads) > 0.7


def test_letters_that_dance_are_not_level():
    level = level_of(*letters(lambda left: (left * 7) % 11 - 5))
    assert level is not None
    assert max(level.feet, level.heads) < 0.5


def test_paper_without_ink_is_not_measured():
    blank = np.full((120, 640), 255, np.uint8)
    assert level_of(blank, [words((20, 40, 620, 78))]) is None
    assert level_of(blank, []) is None


def test_nothing_written_is_no_handwriting():
    assert handwritten([]) == ()
    assert handwritten([None, None]) == (False, False)


def test_upright_strokes_are_straight_and_slanted_ones_are_not():
    upright = np.full((100, 100), 255, np.uint8)
    upright[:, 40:46] = 0
    slanted = np.full((100, 100), 255, np.uint8)
    for row in range(100):
        column = 20 + row // 2
        slanted[row, column : column + 6] = 0
    assert straightness(upright) > 0.9
    assert straightness(slanted) < 0.3
    assert straightness(np.full((9, 9), 255, np.uint8)) == 1.0


@pytest.mark.parametrize(
    ("german", "latin"),
    [("Jose", "José"), ("Börzins", "Bērziņš"), ("Gagla Groß", "Çağla Groß"), ("Ayse", "Ayşe")],
)
def test_letters_the_german_model_lacks_are_no_contradiction(german, latin):
    assert differs_in_foreign_letters(german, latin)


@pytest.mark.parametrize(
    ("german", "latin"),
    [("Jose", "Jose"), ("Josef", "José!"), ("Müller", "Muller"), ("Kovac", "Novač")],
)
def test_other_differences_are(german, latin):
    assert not differs_in_foreign_letters(german, latin)


def test_a_sharp_s_that_only_one_model_knows_is_one():
    german = "wenn die Maßnahme vorbei ist. Groß"
    assert with_sharp_s("wenn die MaBnahme vorbei ist. GroB", german) == german


def test_a_capital_b_that_both_models_read_stays_one():
    assert with_sharp_s("Kurs eBay B1 AOB", "Kurs eBay B1 AOB") == "Kurs eBay B1 AOB"


@pytest.mark.parametrize(("german", "latin"), [("Bl", "B1"), ("(Bi).", "(B1)."), ("CI,", "C1,")])
def test_the_digit_of_a_level_of_language_is_read_by_the_other_model(german, latin):
    assert is_level(german, latin)


@pytest.mark.parametrize(
    ("german", "latin"),
    [("Al", "A1"), ("Bl.", "B1,"), ("Bl", "Bl"), ("B2", "B1"), ("Bl-Hof", "B1-Hof"), ("El", "E1")],
)
def test_no_other_word_is_taken_for_a_level(german, latin):
    assert not is_level(german, latin)
