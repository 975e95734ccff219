"""When a sheet of its own belongs to a form: by form and person, never by guessing a name."""

from collections.abc import Mapping

import pytest

from formservice.application.sheets import answered, belongs, is_free
from formservice.domain.document import Method
from formservice.domain.form import Continuation, Field, FieldKind, FormDefinition, FormRef
from formservice.domain.record import Extraction, Reading, Record

TEXT, LONG = FieldKind.TEXT, FieldKind.MULTILINE
FORM = FormDefinition(
    FormRef("abholschein", "2026-01"),
    "Abholschein für Fundsachen",
    "de-DE",
    (),
    (
        Field("name", TEXT, "Name"),
        Field("vorname", TEXT, "Vorname"),
        Field("verlust_gruende", LONG, "Wie ging es verloren?", "Umstände des Verlustes"),
        Field("merkmale", LONG, "Woran ist es zu erkennen?", "Merkmale"),
    ),
)
SHEET = FormDefinition(
    FormRef("beiblatt", "2026-11"),
    "Beiblatt",
    "de-DE",
    (),
    (
        *(Field(key, TEXT, key) for key in ("formular", "teil", "feld", "name", "vorname")),
        Field("frage", LONG, "Frage"),
        Field("fortsetzung", LONG, "Fortsetzung"),
    ),
    continuation=Continuation("formular", "feld", "teil", "fortsetzung"),
)


def record(
    form: FormDefinition, raw: Mapping[str, str], method: Method = Method.CONTROL
) -> Record:
    fields = {}
    for field in form.fields:
        text = raw.get(field.key, "")
        reading = Reading.READ if text else Reading.BLANK
        fields[field.key] = Extraction(field.key, reading, text, text or None, 1.0, method)
    return Record(form.ref, fields)


MAIN = record(FORM, {"name": "Schmidt", "vorname": "Jürgen", "merkmale": "siehe Beiblatt"})
THEIRS = {"formular": "Abholschein", "name": "Schmidt", "vorname": "Jürgen", "fortsetzung": "Rot."}


def verdict(
    changes: dict[str, str] | None = None,
    method: Method = Method.CONTROL,
    *,
    one_reference: bool = False,
) -> bool | None:
    sheet = record(SHEET, THEIRS | (changes or {}), method)
    return belongs((SHEET, sheet), (FORM, MAIN), "7GK3XQ9ZP2MA", one_reference=one_reference)


@pytest.mark.parametrize(
    "named",
    ["Abholschein", "abholschein für Fundsachen", "Abholschein · 7GK3XQ9ZP2MA", "Abholsschein"],
)
def test_a_sheet_that_names_form_and_person_belongs(named):
    assert verdict({"formular": named}) is True


@pytest.mark.parametrize(
    "changes",
    [{"name": "Schmitt"}, {"vorname": "Jürgens"}, {"formular": "Mietvertrag"}],
    ids=["name", "first name", "form"],
)
def test_a_sheet_that_names_another_never_belongs(changes):
    assert verdict(changes) is False
    assert verdict(changes, one_reference=True) is False


def test_a_recognised_name_that_is_nearly_the_same_is_for_a_person_to_say():
    assert verdict({"name": "Schmitt"}, Method.OCR) is None
    assert verdict({"name": "Ahrens"}, Method.OCR) is False
    assert verdict(method=Method.OCR) is True


@pytest.mark.parametrize("blank", ["formular", "name", "vorname"])
def test_a_sheet_that_leaves_something_open_may_belong(blank):
    assert verdict({blank: ""}) is None
    assert verdict({blank: ""}, one_reference=True) is True


def test_a_sheet_with_the_written_reference_of_the_form_belongs():
    assert verdict({"formular": "Abholschein 7GK3XQ9ZP2MA", "name": "", "vorname": ""}) is True


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        ({"feld": "verlust_gruende"}, "verlust_gruende"),
        ({"feld": "verlust_grunde"}, "verlust_gruende"),
        ({"frage": "Wie ging es verloren"}, "verlust_gruende"),
        ({"frage": "Verlust"}, "verlust_gruende"),
        ({"frage": "Merkmale"}, "merkmale"),
        ({}, "merkmale"),
        ({"frage": "Sonstiges"}, "merkmale"),
    ],
    ids=["key", "misread key", "question", "occasion", "title", "pointed to", "else"],
)
def test_the_field_a_sheet_answers(subject, key):
    sheet = record(SHEET, THEIRS | subject)
    assert answered(SHEET, sheet, FORM, MAIN) == key


def test_no_field_is_guessed_where_none_points_to_a_sheet():
    sheet = record(SHEET, THEIRS | {"frage": "Sonstiges"})
    assert answered(SHEET, sheet, FORM, record(FORM, {"merkmale": "Rot"})) is None


def test_a_part_of_a_continued_answer_and_an_empty_sheet_are_no_free_sheets():
    assert is_free(SHEET, record(SHEET, THEIRS))
    assert is_free(SHEET, record(SHEET, THEIRS | {"teil": "1"}))
    assert not is_free(SHEET, record(SHEET, THEIRS | {"teil": "2"}))
    assert not is_free(SHEET, record(SHEET, THEIRS | {"teil": "12"}))
    assert not is_free(SHEET, record(SHEET, THEIRS | {"fortsetzung": ""}))
    assert not is_free(FORM, MAIN)


def test_a_sheet_written_by_hand_that_cannot_be_read_is_still_a_sheet():
    sheet = record(SHEET, THEIRS)
    unreadable = Extraction("fortsetzung", Reading.UNREADABLE, "", None, 0.2, Method.OCR)
    assert is_free(SHEET, Record(SHEET.ref, {**sheet.fields, "fortsetzung": unreadable}))
