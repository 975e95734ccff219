"""Generating: nothing is rendered that the check or the form's schema refuses."""

from collections.abc import Mapping

import pytest

from formservice.application.generate import Generate
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import FormDefinition
from formservice.domain.record import Value
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
