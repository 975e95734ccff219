"""The German words for what the data names by code."""

import pytest

from formservice.application.terms import MEDIA, METHODS, NOTHING, READINGS, reading_by
from formservice.domain.document import Medium, Method, ReadingBy
from formservice.domain.record import Reading


def test_everything_the_data_names_has_a_word_of_its_own() -> None:
    assert MEDIA.keys() == set(Medium)
    assert METHODS.keys() == set(Method)
    assert READINGS.keys() == set(ReadingBy)
    assert NOTHING.keys() == set(Reading) - {Reading.READ}
    for words in (MEDIA, METHODS, READINGS, NOTHING):
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("name", [*ReadingBy, "latin"])
def test_no_reading_is_shown_by_its_code(name: str) -> None:
    assert reading_by(name) not in {*ReadingBy, "latin"}


def test_a_reading_of_a_later_edition_keeps_its_name() -> None:
    assert reading_by("fourth") == "fourth"
