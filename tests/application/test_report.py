"""The data that ``read --json`` prints and the archive keeps."""

import json
from dataclasses import replace
from datetime import date
from typing import Any  # JSON

import formservice
from formservice.application.compare import documents_data
from formservice.application.identify import Identity
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from formservice.domain.deadlines import Deadline
from formservice.domain.document import Box, Medium, Method
from formservice.domain.findings import Finding
from formservice.domain.form import (
    Field,
    FieldKind,
    FixedText,
    FormDefinition,
    FormRef,
    Group,
    Severity,
)
from formservice.domain.groups import flat
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.rules import CheckResult
from tests.application.handover_forms import FORMS

UNKNOWN = ReadDocument(Medium.SCAN, (3,), Identity(None, None, 0.0, 0.0))
LATE = Deadline(
    key="vorlage",
    start=date(2026, 3, 27),
    due=date(2026, 4, 7),
    met=False,
    why=("Der 06.04.2026 ist Ostermontag.",),
    title="Vorlage",
    calendar="holidays 0.108, NI",
)


def data(document: ReadDocument) -> dict[str, Any]:
    """Return the report as it comes back from JSON."""
    found = document_data(document, "bogen.pdf", "ab" * 32, 0.5)
    return dict(json.loads(json.dumps(found)))


def test_a_document_of_no_known_form_has_no_fields_and_asks_a_person() -> None:
    found = data(UNKNOWN)
    assert (found["form"], found["fields"], found["archivable"]) == (None, {}, False)
    assert [one["code"] for one in found["findings"]] == ["form.unidentified"]


def test_a_deadline_tells_which_holidays_were_counted() -> None:
    """A later edition of the holidays must not change an old result unnoticed."""
    result = CheckResult((), (LATE,), archivable=False)
    assert data(replace(UNKNOWN, result=result))["deadlines"] == [
        {
            "key": "vorlage",
            "rule": None,
            "title": "Vorlage",
            "start": "2026-03-27",
            "due": "2026-04-07",
            "met": False,
            "why": ["Der 06.04.2026 ist Ostermontag."],
            "calendar": "holidays 0.108, NI",
        }
    ]


PLAN = FormRef("plan", "2026-01")
MEMBERS = (
    Field("tag", FieldKind.DATE, "Tag"),
    Field("frage", FieldKind.TEXT, "Frage"),
    Group("hilfen", "Hilfe", 1, (Field("hilfen[]", FieldKind.TEXT, "x", zeitangabe=True),), True),
)


def times(values: dict[str, Value], received: date) -> dict[str, object]:
    """Return what the report adds to fields that ask for a time, as JSON."""
    fields = {
        key: Extraction(key, Reading.READ, str(value), value, 1.0, None)
        for key, value in values.items()
    }
    document = replace(
        UNKNOWN,
        definition=FormDefinition(PLAN, "Plan", "de-DE", (), flat(MEMBERS, {}), members=MEMBERS),
        record=Record(PLAN, fields),
        received=received,
    )
    found = data(document)["fields"]
    return {key: one["zeitangabe"] for key, one in found.items() if "zeitangabe" in one}


def test_a_time_in_words_is_told_beside_the_words_in_every_item() -> None:
    values: dict[str, Value] = {
        "hilfen[0]": "bis 12.10.2016",
        "hilfen[1]": "ab sofort",
        "hilfen[2]": "Therapie beginnen (bis 02.12.2016)",
        "hilfen[3]": "bald",
        "frage": "bis 12.10.2016",
    }
    assert times(values, date(2026, 1, 5)) == {
        "hilfen[0]": {"art": "bis", "datum": "2016-10-12"},
        "hilfen[1]": {"art": "ab", "datum": None},
        "hilfen[2]": {"art": "bis", "datum": "2016-12-02"},
        "hilfen[3]": None,
    }


def test_a_time_without_a_year_counts_from_the_day_on_the_form() -> None:
    values: dict[str, Value] = {"tag": date(2016, 10, 5), "hilfen[0]": "bis 12.10."}
    assert times(values, date(2026, 1, 5)) == {"hilfen[0]": {"art": "bis", "datum": "2016-10-12"}}
    del values["tag"]
    assert times(values, date(2026, 1, 5)) == {"hilfen[0]": {"art": "bis", "datum": "2026-10-12"}}


def whole() -> dict[str, Any]:
    """Return a document that has one of everything, compared with what was sent, as JSON."""
    read = Extraction("frage", Reading.READ, "x", "x", 1.0, Method.OCR, 1, Box(0.1, 0.2, 0.3, 0.4))
    said = Extraction("hilfen[0]", Reading.READ, "ab sofort", "ab sofort", 1.0, None)
    result = CheckResult(
        (Finding("field.required", Severity.BLOCKS, "Fehlt.", "tag", "R-1"),), (LATE,), False
    )
    document = replace(
        UNKNOWN,
        definition=FormDefinition(PLAN, "Plan", "de-DE", (), flat(MEMBERS, {}), members=MEMBERS),
        record=Record(PLAN, {"frage": read, "hilfen[0]": said}, rivals=(read,)),
        result=result,
        received=date(2026, 1, 5),
    )
    document = replace(document, sheets=(replace(document, sheets=(), answers="frage"),))
    (found,) = documents_data([document], "x.pdf", "ab" * 32, 0.5, FORMS, {"frage": "y"})
    return dict(json.loads(json.dumps(found)))


def test_a_document_has_all_keys_of_the_contract_and_no_others() -> None:
    """Other people's scripts rely on them: a key is added with its documentation, never lost."""
    contract = {"file", "sha256", "medium", "page_numbers", "form", "fields", "findings"}
    contract |= {"deadlines", "archivable", "seconds"}
    assert set(whole()) == contract | {"reference", "rivals", "sheets", "against", "program"}
    assert set(whole()["form"]) == {"id", "edition", "margin"}


def test_a_reading_says_which_program_judged_and_by_which_wording() -> None:
    assert data(UNKNOWN)["program"] == formservice.__version__
    text = FixedText("2017-11-a", "ab" * 32)
    form = FormDefinition(PLAN, "Plan", "de-DE", (), flat(MEMBERS, {}), fixed_text=text)
    found = data(replace(UNKNOWN, definition=form, identity=Identity(PLAN, PLAN, 1.0, 0.9)))
    assert found["form"] == {
        "id": "plan",
        "edition": "2026-01",
        "margin": 0.9,
        "fixed_text": "2017-11-a",
    }


def test_a_field_has_all_keys_of_the_contract_and_no_others() -> None:
    contract = {"reading", "value", "raw", "confidence", "accepted", "method", "page", "box"}
    found = whole()
    field, time = found["fields"]["frage"], found["fields"]["hilfen[0]"]
    assert set(field) == contract | {"doubts"}
    assert set(time) == set(field) | {"zeitangabe"}
    assert set(time["zeitangabe"]) == {"art", "datum"}
    assert [set(rival) for rival in found["rivals"]] == [{"field"} | set(field)]


def test_what_was_found_out_has_all_keys_of_the_contract_and_no_others() -> None:
    found = whole()
    findings = [set(one) for one in found["findings"]]
    contract = {"code", "severity", "field", "message"}
    assert findings == [contract | {"rule", "overridable"}] * 2  # one of them of the comparison
    (deadline,) = found["deadlines"]
    contract = {"key", "start", "due", "met", "why"}
    assert set(deadline) == contract | {"rule", "title", "calendar"}


def test_sheets_and_the_comparison_have_the_keys_that_are_documented_and_no_others() -> None:
    found = whole()
    (sheet,) = found["sheets"]
    assert set(sheet) == {"form", "pages", "answers", "fields"}
    assert set(sheet["fields"]["frage"]) == set(found["fields"]["frage"])
    assert set(found["against"]) == {"form", "fields"}
    assert set(found["against"]["fields"]["frage"]) == {"sent", "came_back", "result"}
