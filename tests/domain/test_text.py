"""What counts as text: seen or not, kept as it is or refused with a sentence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.errors import InvalidDataError
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.text import (
    LONGEST_LINE,
    ControlSignsError,
    DirectionError,
    LinesError,
    LongError,
    TextError,
    clean,
    is_blank,
    name_of,
    turns,
    typed,
)
from formservice.domain.values import values_from_data

NAME = Field("name", FieldKind.TEXT, "Name")
WORDS = Field("worte", FieldKind.MULTILINE, "Worte")
FORM = FormDefinition(FormRef("probe", "2026-01"), "Probe", "de-DE", (), (NAME, WORDS))


def test_what_nobody_can_see_is_nothing():
    for text in (
        "",
        " \n\t",
        "\u200b",
        "\u200b \u2028",
        "\u3164",
        "\u2800",
        "\ufeff",
        "\u00ad\ufe0f",
    ):
        assert is_blank(text), ascii(text)
        assert name_of(text, most=9) == ""
        assert values_from_data(FORM, {"name": text, "worte": text}) == {}


def test_whatever_can_be_seen_is_something():
    for text in (".", "ä", "م", "🙂", "\ue123", "a\u200b", "❤\ufe0f", "\u0301"):
        assert not is_blank(text), ascii(text)
        assert values_from_data(FORM, {"name": text}) == {"name": clean(text)}


def test_what_cannot_be_kept_is_refused_with_a_code_and_no_word_of_it():
    for text, code in (
        ("\ud800", "text.control"),
        ("a\0b", "text.control"),
        ("a\x1bb", "text.control"),
        ("a\nb", "text.lines"),
        ("a\u2028b", "text.lines"),
        ("x" * (LONGEST_LINE + 1), "text.long"),
    ):
        with pytest.raises(InvalidDataError) as caught:
            values_from_data(FORM, {"name": text})
        (problem,) = caught.value.problems
        assert (problem.where, problem.code) == ("name", code)
        assert "a" * 2 not in problem.message
        assert "x" * 2 not in problem.message


def test_what_a_file_held_is_not_measured_by_what_may_be_typed():
    assert values_from_data(FORM, {"name": "a\nb"}, known=True) == {"name": "a\nb"}
    assert values_from_data(FORM, {"name": "\u200b"}, known=True) == {}


def test_a_name_holds_nothing_that_turns_it_round():
    assert name_of("  Ay\u00a0 \n Şen ", most=20) == "Ay Şen"
    assert name_of("مريم\u200c خان", most=20) == "مريم\u200c خان"
    for text, kind in (
        ("\u202eabc", DirectionError),
        ("a\u2067b", DirectionError),
        ("a\0b", ControlSignsError),
        ("x" * 21, LongError),
    ):
        with pytest.raises(kind):
            name_of(text, most=20)
    assert turns("\u202eabc")
    assert not turns("مرحبا")


@given(st.text(), st.booleans())
def test_what_is_typed_is_kept_as_it_is_or_refused(text, lines):
    try:
        kept = typed(text, lines=lines)
    except LinesError:
        assert not lines
    except TextError:
        assert {"Cc", "Cs", "Cn"} & set(map(unicodedata.category, text))
    else:
        assert kept == ("" if is_blank(text) else clean(text))
        assert typed(kept, lines=lines) == kept
