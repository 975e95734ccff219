"""Handwriting and type are told apart, and letters the German model lacks."""

import numpy as np
import pytest

from formservice.adapters.scan.alphabet import (
    differs_in_foreign_letters,
    is_level,
    with_sharp_s,
)
from formservice.adapters.scan.handwriting import Hand, handwritten, straightness

TYPED = Hand(0.01, 0.4, 0.96)
WRITTEN = Hand(0.08, 0.28, 0.7)


def test_a_page_is_judged_as_a_whole():
    assert handwritten([WRITTEN, None, Hand(None, 0.35, 0.9)]) == (True, False, True)
    assert handwritten([TYPED, None, Hand(None, 0.35, 0.9)]) == (False, False, False)


def test_one_zone_that_looks_far_more_like_it_is_told_on_a_typed_page():
    wild = Hand(0.12, 0.15, 0.3)
    assert handwritten([TYPED, TYPED, TYPED, wild]) == (False, False, False, True)


def test_names_that_are_hard_to_read_do_not_make_type_handwriting():
    assert handwritten([Hand(0.01, 0.4, 0.5), Hand(None, 0.38, 0.7)]) == (False, False)


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
