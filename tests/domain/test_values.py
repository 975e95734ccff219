"""Values: cleaned once, checked completely, parsed back from what is shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.errors import InvalidDataError
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Option
from formservice.domain.text import LONGEST_LINE, clean
from formservice.domain.values import (
    is_placeholder,
    parse,
    parse_date,
    shown,
    ticks,
    values_from_data,
)

NAME = Field("name", FieldKind.TEXT, "Name", placeholder="Name")
DAY = Field("tag", FieldKind.DATE, "Tag")
LONG_DAY = Field("datum", FieldKind.DATE, "", long_date=True)
ONE = Field("eins", FieldKind.CHOICE, "Eins", options=(Option("ja", "ja"), Option("nein", "nein")))
MANY = Field(
    "viele", FieldKind.CHOICE, "Viele", options=(Option("a", "A"), Option("b", "B")), several=True
)
BOX = Field("box", FieldKind.TICK, "Box")
SIGN = Field("sig", FieldKind.SIGNATURE, "Unterschrift")
FORM = FormDefinition(
    FormRef("probe", "2026-01"),
    "Probe",
    "de-DE",
    (),
    (NAME, DAY, LONG_DAY, ONE, MANY, BOX, SIGN),
)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_shown_is_the_date_parsed(day):
    assert parse(DAY, shown(DAY, day)) == day
    assert parse(LONG_DAY, shown(LONG_DAY, day)) == day
    assert parse_date(day.isoformat()) == day


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_cleaned_text_holds_nothing_that_a_word_file_cannot(text):
    left = clean(text)
    assert "\r" not in left
    assert not any(ord(c) < 32 and c not in "\n\t" for c in left)
    assert not any(0xD800 <= ord(c) <= 0xDFFF for c in left)


def test_line_ends_become_newlines_and_composed_letters_one():
    assert clean("a\r\nb\rc\u0000u\u0308") == "a\nb\ncü"


@pytest.mark.parametrize(
    "text",
    ["31.02.2026", "29.02.2027", "2026-13-01", "1.1.26", "morgen", "", "12.2026", "00.01.2026",
     "32. Mai 2026", "3. M 2026", "3. Ju 2026", "2026-1-1", "1.1.2026 bis 2.2.2026",
     "١٢.٠٣.٢٠٢٦"],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_is_no_date(text):
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    ["24. Juli 2023", "24. Jul. 2023", "24.07.2023", "24 Juli 2023", "24.\u00a0Juli\u00a02023"],
)
def test_written_months_are_understood(text):
    assert parse_date(text) == date(2023, 7, 24)


def test_a_prompt_is_known_whatever_its_blanks():
    assert is_placeholder(NAME, " Name\n")
    assert not is_placeholder(NAME, "Name Müller")
    assert not is_placeholder(DAY, "")


@pytest.mark.parametrize(
    "prompt",
    [
        "Klicken oder tippen Sie hier, um Text einzugeben.",
        "Klicken Sie hier, um Text einzugeben.",
        "Klicken oder tippen Sie, um ein Datum einzugeben.",
        "Click or tap here to enter text.",
    ],
)
def test_a_word_processors_own_prompt_is_no_answer_in_any_field(prompt):
    assert is_placeholder(NAME, f" {prompt}\n")
    assert not is_placeholder(NAME, f"{prompt} Müller")


def test_ticks_follow_the_choice():
    assert ticks(MANY, ("b",)) == {"viele.a": False, "viele.b": True}
    assert ticks(ONE, "ja") == {"eins.ja": True, "eins.nein": False}
    assert ticks(ONE, None) == {"eins.ja": False, "eins.nein": False}
    assert ticks(BOX, True) == {"box": True}


def test_good_data_becomes_values():
    data = {"name": " Ö ", "tag": "1.2.2026", "eins": "ja", "viele": ["b", "a"], "sig": False}
    assert values_from_data(FORM, data) == {
        "name": " Ö ",
        "tag": date(2026, 2, 1),
        "eins": "ja",
        "viele": ("a", "b"),
        "sig": False,
    }


def test_nothing_is_no_value():
    assert values_from_data(FORM, {"name": None, "tag": "", "viele": [], "eins": None}) == {}


def test_true_and_false_answer_a_choice_of_yes_and_no():
    assert values_from_data(FORM, {"eins": True}) == {"eins": "ja"}
    assert values_from_data(FORM, {"eins": False}) == {"eins": "nein"}


def test_single_ticks_fold_into_their_choice():
    assert values_from_data(FORM, {"eins.nein": True, "eins.ja": False}) == {"eins": "nein"}
    assert values_from_data(FORM, {"viele.b": True, "viele.a": True}) == {"viele": ("a", "b")}
    assert values_from_data(FORM, {"eins.nein": False}) == {}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"name": 5}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * (LONGEST_LINE + 1)}, "name"),
        ({"tag": "2026-02-30"}, "tag"),
        ({"tag": 20260101}, "tag"),
        ({"eins": "vielleicht"}, "eins"),
        ({"eins": ["ja", "nein"]}, "eins"),
        ({"eins": ["ja", "ja"]}, "eins"),
        ({"viele": True}, "viele"),
        ({"name": " " * (LONGEST_LINE + 1)}, "name"),
        ({"viele": ["a", 1]}, "viele"),
        ({"box": "ja"}, "box"),
        ({"sig": "gez."}, "sig"),
        ({"eins.ja": "x"}, "eins.ja"),
        ({"eins": "ja", "eins.nein": True}, "eins"),
        ({"eins.ja": True, "eins.nein": True}, "eins"),
        ([], ""),
        (None, ""),
    ],
)
def test_bad_data_is_named_by_its_key(data, where):
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(FORM, data)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_all_bad_data_is_named_at_once_with_the_nearest_key_and_no_value():
    canary = "Kanarienvogel"
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(FORM, {"nmae": canary, "tag": canary, "eins": canary, "box": canary})
    problems = caught.value.problems
    assert [one.where for one in problems] == ["nmae", "tag", "eins", "box"]
    assert problems[0].nearest == "name"
    assert canary not in caught.value.message + "".join(map(str, problems))


def test_who_typed_no_day_is_told_how_people_write_one():
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(FORM, {"tag": "31.02.2026"})
    (problem,) = caught.value.problems
    assert problem.message.endswith("erwartet wird TT.MM.JJJJ.")
    assert "JJJJ-MM" not in problem.message
