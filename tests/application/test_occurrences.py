"""Rows people copied in Word get numbers of their own, or stay a conflict where it is unclear."""

import pytest

from formservice.application.occurrences import numbered_by_occurrence
from formservice.domain.document import Method, Sighting
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group

TEXT, DATE = FieldKind.TEXT, FieldKind.DATE
FORM = FormDefinition(
    FormRef("probe", "2026-11"),
    "Probe",
    "de-DE",
    (),
    (),
    members=(
        Field("vorname", TEXT, "Vorname:"),
        Group(
            "ziele",
            "Ziel",
            2,
            (
                Field("ziele[].text", TEXT, "Ziel {n}:"),
                Group(
                    "ziele[].schritte",
                    "Schritt",
                    2,
                    (Field("ziele[].schritte[]", TEXT, ""),),
                    single=True,
                ),
                Group(
                    "ziele[].hilfen",
                    "Hilfe",
                    2,
                    (
                        Field("ziele[].hilfen[].was", TEXT, "Was"),
                        Field("ziele[].hilfen[].bis", DATE, "Bis"),
                    ),
                ),
                Field("ziele[].frist", DATE, "Frist"),
            ),
        ),
    ),
)


def goal(
    number: int, *, steps: tuple[int, ...] = (0, 1), helps: tuple[int, ...] = (0,)
) -> list[str]:
    """Return the keys of one goal in the order of the document."""
    return [
        f"ziele[{number}].text",
        *(f"ziele[{number}].schritte[{step}]" for step in steps),
        *(f"ziele[{number}].hilfen[{one}].{part}" for one in helps for part in ("was", "bis")),
        f"ziele[{number}].frist",
    ]


def seen(keys: list[str]) -> list[Sighting]:
    """Return sightings whose text is their place in the document."""
    return [Sighting(key, Method.CONTROL, 1, text=str(place)) for place, key in enumerate(keys)]


def renamed(keys: list[str]) -> list[str]:
    found = numbered_by_occurrence(FORM, seen(keys))
    assert [one.text for one in found] == [str(place) for place in range(len(keys))]
    return [one.key for one in found]


def test_what_comes_up_once_keeps_its_name() -> None:
    keys = ["vorname", *goal(0), *goal(4)]
    assert renamed(keys) == keys


def test_a_copied_goal_is_a_further_goal() -> None:
    assert renamed(["vorname", *goal(0), *goal(1), *goal(1)]) == [
        "vorname",
        *goal(0),
        *goal(1),
        *goal(2),
    ]


def test_a_goal_copied_in_the_middle_moves_the_later_ones_on() -> None:
    assert renamed([*goal(0), *goal(0), *goal(1)]) == [*goal(0), *goal(1), *goal(2)]


def test_the_first_goal_copied_to_the_end_is_the_last() -> None:
    assert renamed([*goal(0), *goal(1), *goal(0)]) == [*goal(0), *goal(1), *goal(2)]


def test_a_copied_row_is_a_further_row_of_its_own_goal() -> None:
    keys = [*goal(0, steps=(0, 1, 1), helps=(0, 0, 1)), *goal(1)]
    assert renamed(keys) == [*goal(0, steps=(0, 1, 2), helps=(0, 1, 2)), *goal(1)]


def test_rows_copied_in_a_copied_goal_are_counted_as_well() -> None:
    keys = [*goal(0), *goal(0, steps=(0, 0, 1))]
    assert renamed(keys) == [*goal(0), *goal(1, steps=(0, 1, 2))]


@pytest.mark.parametrize(
    "keys",
    [
        [*goal(0), "ziele[0].text"],
        [*goal(0), *goal(1)[:-1], *goal(0)],
        [*goal(0), "ziele[0].hilfen[0].was"],
        [*goal(0), "vorname", "vorname"],
    ],
    ids=["a field", "half a goal", "half a row", "no item"],
)
def test_what_cannot_be_told_stays_as_it_is(keys: list[str]) -> None:
    assert renamed(keys) == keys
