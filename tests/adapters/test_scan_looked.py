"""Pictured pages of a file are looked at once, and no more of them are kept than need be."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from formservice.adapters.scan import looked
from formservice.adapters.scan.looked import PicturedPages
from formservice.adapters.scan.pictured import PicturedPage


class Counted:
    """Makes pages and counts how often each was made."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.rested: list[int] = []

    def __call__(self, number: int) -> PicturedPage:
        self.made.append(number)
        page = SimpleNamespace(
            number=number,
            picture=np.zeros((100, 100), np.uint8),
            rest=lambda: self.rested.append(number),
        )
        return cast(PicturedPage, page)  # as much of one as is asked for here


def test_a_page_asked_for_again_is_not_looked_at_again() -> None:
    made = Counted()
    pages = PicturedPages(made)
    assert [pages[number].number for number in (1, 2, 1, 3, 2, 1)] == [1, 2, 1, 3, 2, 1]
    assert made.made == [1, 2, 3]


def test_of_a_long_file_the_pages_asked_for_last_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looked, "_MOST_KEPT_BYTES", 25_000)
    made = Counted()
    pages = PicturedPages(made)
    for number in (1, 2, 1, 3, 1, 2):
        pages[number]
    assert made.made == [1, 2, 3, 2]


def test_a_page_larger_than_all_that_is_kept_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looked, "_MOST_KEPT_BYTES", 10)
    made = Counted()
    pages = PicturedPages(made)
    assert pages[1] is pages[1]
    assert made.made == [1]


def test_only_the_page_at_hand_stays_laid_on_its_form() -> None:
    made = Counted()
    pages = PicturedPages(made)
    for number in (1, 2, 3):
        pages[number]
    assert set(made.rested) == {1, 2}
