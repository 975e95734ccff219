"""Which answer a flat sheet goes on with, where recognition misread its heading."""

import pytest

from formservice.application.continued import SheetSeen, continued
from formservice.application.extract import CONTINUED
from formservice.domain.document import Method, Sighting
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef

FORM = FormDefinition(
    FormRef("abholschein", "2026-01"),
    "Abholschein",
    "de-DE",
    (),
    tuple(
        Field(key, FieldKind.MULTILINE, label)
        for key, label in (
            ("bericht", "Was habe ich in dieser Zeit geschafft?"),
            ("verlust", "Wie ging es verloren?"),
            ("finder[0]", "Finderin oder Finder 1"),
            ("finder[1]", "Finderin oder Finder 2"),
            ("funde[0].ort", "Fundort"),
            ("funde[1].ort", "Fundort"),
        )
    ),
)


def form(*going_on: str, missing: str = "") -> list[Sighting]:
    return [
        Sighting(one.key, Method.OCR, 1, text="Anfang " + CONTINUED * (one.key in going_on))
        for one in FORM.fields
        if one.key != missing
    ]


def sheet(
    field: str = "", question: str = "", part: str = "2", text: str = "Ende", *, same: bool = True
) -> SheetSeen:
    return SheetSeen(field, question, part, Sighting("fortsetzung", Method.OCR, 2, text), same)


def keys(seen: list[Sighting], *sheets: SheetSeen) -> list[str | None]:
    found = continued(FORM, seen, sheets)
    return [found[n].key if n in found else None for n in range(len(sheets))]


@pytest.mark.parametrize(
    ("read", "key"),
    [
        ("finder[l]", "finder[1]__2"),
        ("finder[O]", "finder[0]__2"),
        ("funde[I]. ort", "funde[1].ort__2"),
        ("fundelO].ort", "funde[0].ort__2"),
        ("funde[1] .ort", "funde[1].ort__2"),
        ("berioht", "bericht__2"),
    ],
)
@pytest.mark.parametrize("same", [True, False], ids=["reference", "none"])
def test_a_name_with_signs_mixed_up_is_still_that_name(read, key, same):
    assert keys(form("finder[0]", "finder[1]"), sheet(read, same=same)) == [key]


def test_a_name_nobody_can_read_is_that_of_the_only_answer_that_goes_on():
    assert keys(form("funde[1].ort"), sheet("@#?", "")) == ["funde[1].ort__2"]
    assert keys(form("funde[1].ort"), sheet("@#?", "", same=False)) == [None]


def test_the_question_tells_which_of_several_answers_goes_on():
    both = form("finder[0]", "finder[1]", "bericht")
    assert keys(both, sheet("f?d", "Finderin oder Finder 2")) == ["finder[1]__2"]
    assert keys(both, sheet("", "Was hahe ich in dieser Zeit")) == ["bericht__2"]


def test_a_question_overrules_a_digit_that_was_misread():
    both = form("finder[0]", "finder[1]")
    assert keys(both, sheet("finder[0]", "Finderin oder Finder 2")) == [None]
    only = form("finder[1]")
    assert keys(only, sheet("finder[0]", "Finderin oder Finder 2")) == ["finder[1]__2"]


def test_what_other_sheets_go_on_with_is_left_to_them():
    both = form("funde[0].ort", "funde[1].ort")
    sheets = sheet("funde[?].ort", "Fundort"), sheet("funde[0].ort", "Fundort")
    assert keys(both, *sheets) == ["funde[1].ort__2", "funde[0].ort__2"]


def test_the_part_tells_which_answer_still_lacks_it():
    seen = [*form("bericht", "verlust"), Sighting("verlust__2", Method.OCR, 2, text="Mitte")]
    assert keys(seen, sheet()) == ["bericht__2"]


def test_a_part_without_its_number_is_the_next_one_announced():
    first = sheet("bericht", part="2", text="Mitte " + CONTINUED)
    assert keys(form("bericht"), sheet("bericht", part="Z"), first) == ["bericht__3", "bericht__2"]
    assert keys(form("bericht"), sheet("bericht", part="", same=False)) == [None]


def test_a_sheet_with_another_subject_and_no_number_is_no_part_of_an_answer():
    assert keys(form("bericht"), sheet("", "Umzug", part="")) == [None]
    assert keys(form("bericht"), sheet("", "", part="")) == ["bericht__2"]


def test_two_sheets_that_both_would_be_one_part_are_for_a_person_to_say():
    both = form("funde[0].ort", "funde[1].ort")
    assert keys(both, *[sheet("funde[?].ort", "Fundort")] * 2) == [None, None]
    assert keys(both, *[sheet("funde[0].ort", "Fundort")] * 2) == [None, None]


def test_a_part_whose_beginning_is_lost_is_given_to_no_other_answer():
    seen = form("verlust", missing="bericht")
    assert keys(seen, sheet("bericht", "Was habe ich in dieser Zeit geschafft?")) == [None]


def test_a_drawn_name_is_taken_word_for_word():
    drawn = SheetSeen("finder[0]", "Finderin 2", "2", Sighting("t", Method.TEXT, 2, "Ende"), True)
    assert keys(form("finder[1]"), drawn) == ["finder[0]__2"]
