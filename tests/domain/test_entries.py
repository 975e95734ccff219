"""Nested and flat data say the same; what does not fit is named by its concrete key."""

from datetime import date

import pytest

from formservice.domain.errors import InvalidDataError
from formservice.domain.groups import MOST_ITEMS
from formservice.domain.values import values_from_data
from tests.domain.plan_form import PLAN

NESTED = {
    "vorname": "Samira",
    "ziele": [
        {
            "text": "Abschluss",
            "angebot": "nein",
            "wiedervorlage": "12.01.2017",
            "teilziele": ["Anmelden", "Lernen"],
            "leistungen": [{"text": "Übersetzung", "zeitangabe": "bis 12.10.2016"}],
        },
        {"text": "Wohnung"},
    ],
    "tage": ["2026-01-05"],
}
FLAT = {
    "vorname": "Samira",
    "ziele[0].text": "Abschluss",
    "ziele[0].angebot": "nein",
    "ziele[0].wiedervorlage": "12.01.2017",
    "ziele[0].teilziele[0]": "Anmelden",
    "ziele[0].teilziele[1]": "Lernen",
    "ziele[0].leistungen[0].text": "Übersetzung",
    "ziele[0].leistungen[0].zeitangabe": "bis 12.10.2016",
    "ziele[1].text": "Wohnung",
    "tage[0]": "2026-01-05",
}


def test_nested_and_flat_data_give_the_same_values_under_concrete_keys():
    values = values_from_data(PLAN, NESTED)
    assert values == values_from_data(PLAN, FLAT)
    assert set(values) == set(FLAT)
    assert values["ziele[0].wiedervorlage"] == date(2017, 1, 12)


def test_nested_and_flat_keys_may_be_mixed_at_every_level():
    data = {
        "ziele": [{"text": "a", "teilziele[1]": "b"}],
        "ziele[1]": {"text": "c"},
        "ziele[0].leistungen": [{"text": "d"}],
        "ziele[0].leistungen[1]": {"zeitangabe": "ab sofort"},
    }
    assert values_from_data(PLAN, data) == {
        "ziele[0].text": "a",
        "ziele[0].teilziele[1]": "b",
        "ziele[1].text": "c",
        "ziele[0].leistungen[0].text": "d",
        "ziele[0].leistungen[1].zeitangabe": "ab sofort",
    }


@pytest.mark.parametrize("nothing", [None, {}, {"text": None}, {"text": " "}])
def test_an_item_without_content_keeps_its_place(nothing):
    data = {"ziele": [nothing, {"text": "b", "teilziele": [None, "", "c"]}]}
    assert values_from_data(PLAN, data) == {"ziele[1].text": "b", "ziele[1].teilziele[2]": "c"}


def test_a_group_may_be_null_or_empty():
    assert values_from_data(PLAN, {"ziele": None, "tage": []}) == {}


def test_more_items_than_are_printed_are_taken():
    values = values_from_data(PLAN, {"ziele": [{"text": str(n)} for n in range(MOST_ITEMS)]})
    assert values[f"ziele[{MOST_ITEMS - 1}].text"] == str(MOST_ITEMS - 1)


def test_ticks_of_an_item_fold_into_its_own_choice():
    data = {"ziele": [{"angebot.ja": True}, {"angebot": False}], "ziele[2].angebot.nein": True}
    assert values_from_data(PLAN, data) == {
        "ziele[0].angebot": "ja",
        "ziele[1].angebot": "nein",
        "ziele[2].angebot": "nein",
    }


def problems(data):
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(PLAN, data)
    return [(problem.where, problem.nearest) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("data", "where", "nearest"),
    [
        ({"ziele": {"text": "a"}}, "ziele", None),
        ({"ziele": "a"}, "ziele", None),
        ({"ziele": ["a"]}, "ziele[0]", None),
        ({"ziele": [{"leistungen": ["a"]}]}, "ziele[0].leistungen[0]", None),
        ({"ziele": [{"teilziele": [{"text": "a"}]}]}, "ziele[0].teilziele[0]", None),
        ({"ziele": [{"teilziele": [5]}]}, "ziele[0].teilziele[0]", None),
        ({"ziele": [{"teilziele": [["a"]]}]}, "ziele[0].teilziele[0]", None),
        ({"ziele": [{}, {"txet": "a"}]}, "ziele[1].txet", "ziele[1].text"),
        ({"ziele": [{"quatsch": "a"}]}, "ziele[0].quatsch", None),
        ({"ziele[3].leistung[2].text": "a"}, "ziele[3].leistung[2].text",
         "ziele[3].leistungen[2].text"),
        ({"ziel": []}, "ziel", "ziele"),
        ({"ziele[].text": "a"}, "ziele[].text", "ziele[0].text"),
        ({"ziele[00].text": "a"}, "ziele[00].text", "ziele[0].text"),
        ({"ziele[-1].text": "a"}, "ziele[-1].text", "ziele[].text"),
        ({"ziele[0]text": "a"}, "ziele[0]text", "ziele[0].text"),
        ({f"ziele[{MOST_ITEMS}].text": "a"}, f"ziele[{MOST_ITEMS}].text", None),
        ({"ziele": [{}] * (MOST_ITEMS + 1)}, "ziele", None),
        ({"tage": ["2026-02-30"]}, "tage[0]", None),
        ({"ziele": [{"text": "a"}], "ziele[0].text": "a"}, "ziele[0].text", None),
        ({"ziele[0]": {"angebot": "ja"}, "ziele[0].angebot.ja": True}, "ziele[0].angebot", None),
        ({"ziele[0].angebot.ja": "x"}, "ziele[0].angebot.ja", None),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_concrete_key(data, where, nearest):
    assert problems(data) == [(where, nearest)]


def test_a_plain_text_for_an_item_is_refused_with_the_names_it_needs():
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(PLAN, {"ziele": [{"leistungen": ["Kanarienvogel"]}]})
    (problem,) = caught.value.problems
    assert "text, zeitangabe" in problem.message
    assert "Kanarienvogel" not in str(problem) + caught.value.message


def test_null_is_nothing_said_twice():
    assert values_from_data(PLAN, {"ziele": [{"text": None}], "ziele[0].text": "a"}) == {
        "ziele[0].text": "a"
    }
