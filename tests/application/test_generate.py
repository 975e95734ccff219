"""Generating: nothing is rendered that the check or the form's schema refuses."""

from collections.abc import Mapping

import pytest

from formservice.application.generate import Generate
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.extent import MOST_PAGES, pages_of
from formservice.domain.form import FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Value
from formservice.domain.values import values_from_data
from tests.domain.plan_form import PLAN


class Letters:
    """Renders what it was given, to be looked at."""

    def render(
        self, definition: FormDefinition, values: Mapping[str, Value], reference: str
    ) -> bytes:
        return f"{definition.ref} {sorted(values)} {reference}".encode()


class Strict:
    """Holds against a schema in which nobody is called so, and counts how often it is asked."""

    def __init__(self, refused: str = "") -> None:
        self.refused = refused
        self.asked = 0

    def __call__(self, definition: FormDefinition, data: object) -> list[Problem]:
        self.asked += 1
        return [Problem(self.refused, "So nicht.")] if self.refused in str(data) else []


def generate(fits: Strict) -> Generate:
    return Generate({"txt": Letters()}, lambda: "PROBE", fits)


def test_what_only_the_schema_refuses_is_not_rendered():
    with pytest.raises(InvalidDataError, match="Schema") as caught:
        generate(Strict("vorname")).one(PLAN, {"vorname": "Samira"}, "txt")
    assert [one.where for one in caught.value.problems] == ["vorname"]


def test_what_our_own_check_refuses_is_explained_before_the_schema_is_asked():
    strict = Strict("vorname")
    with pytest.raises(InvalidDataError, match="1 Angabe"):
        generate(strict).one(PLAN, {"vorname": 5}, "txt")
    assert strict.asked == 0


def test_rows_built_alike_are_held_against_the_schema_once_and_all_others_too():
    strict = Strict("teilziele")
    rows: list[tuple[int, object]] = [
        (2, {"vorname": "A", "ziele": [{"text": "a"}]}),
        (3, {"vorname": "B", "ziele": [{"text": "b"}]}),
        (4, {"vorname": "C", "ziele": [{"text": "c"}, {"text": "d"}]}),
        (5, {"vorname": "D", "ziele": [{"teilziele": ["e"]}]}),
        (6, {"vorname": "E", "ziele": [{"teilziele": ["f"]}]}),
        (7, {"vorname": 6}),
    ]
    made = list(generate(strict).many(PLAN, rows, "txt"))
    assert [row.number for row in made if row.document] == [2, 3, 4]
    assert [row.problems[0].where for row in made if not row.document] == [
        "teilziele",
        "teilziele",
        "vorname",
    ]
    assert strict.asked == 4


def test_every_single_form_is_held_against_the_schema():
    strict = Strict("niemand")
    for name in "AB":
        generate(strict).one(PLAN, {"vorname": name}, "txt")
    assert strict.asked == 2


def test_what_would_need_too_many_pages_is_refused_before_anything_is_rendered():
    """Twenty goals of which every one has sixty steps: each goes on over twenty prints."""
    data = {"ziele": [{"teilziele": ["a"] * 60}] * 20}
    strict = Strict("niemand")
    with pytest.raises(InvalidDataError, match="zu lang") as caught:
        generate(strict).one(PLAN, data, "txt")
    (problem,) = caught.value.problems
    assert problem.where == "ziele[].teilziele"
    assert "„Teilziel“ (zusammen 1200)" in problem.message
    assert "390 Seiten" in problem.message
    assert f"höchstens {MOST_PAGES}." in problem.message
    assert "verteilen" in caught.value.hint
    assert strict.asked == 0


def test_a_row_with_too_many_items_does_not_stop_the_others():
    rows: list[tuple[int, object]] = [
        (2, {"ziele": [{"teilziele": ["a"] * 99}] * 99}),
        (3, {"ziele": [{"text": "a"}] * 99}),
    ]
    made = list(generate(Strict("niemand")).many(PLAN, rows, "txt"))
    assert [row.problems[0].where for row in made if not row.document] == ["ziele[].teilziele"]
    assert [row.number for row in made if row.document] == [3]


def test_as_many_pages_as_a_document_may_have_are_written():
    """Twelve steps take four prints, for three are printed: three more for every goal."""
    fits = {"ziele": [{"teilziele": ["a"] * 12}] * 56}  # 1 page, 27 of goals, 168 of steps
    assert pages_of(PLAN, shape_of(PLAN, values_from_data(PLAN, fits))) == 196
    assert generate(Strict("niemand")).one(PLAN, fits, "txt")
    over = {"ziele": [{"teilziele": ["a"] * 12}] * 58}
    with pytest.raises(InvalidDataError, match="zu lang"):
        generate(Strict("niemand")).one(PLAN, over, "txt")
