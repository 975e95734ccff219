"""The data that ``read --json`` prints and the archive keeps."""

import hashlib
import json
import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any  # JSON

import pytest

import formservice
from formservice.application.compare import documents_data
from formservice.application.identify import Identity
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from formservice.domain.deadlines import Deadline
from formservice.domain.document import (
    TO_SCAN_AGAIN,
    Box,
    Doubt,
    Medium,
    Method,
    Opinion,
    ReadingBy,
    Sighting,
    Unknown,
)
from formservice.domain.findings import Finding
from formservice.domain.form import (
    Field,
    FieldKind,
    FixedText,
    FormDefinition,
    FormRef,
    Group,
    Option,
    Severity,
)
from formservice.domain.groups import flat
from formservice.domain.o_ton import seal
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


@pytest.mark.parametrize("unknown", Unknown)
def test_every_reason_for_no_form_is_told_in_a_sentence_of_its_own(unknown: Unknown) -> None:
    (finding,) = data(replace(UNKNOWN, unknown=unknown))["findings"]
    assert not finding["message"].startswith("Es ist nicht sicher")
    again = unknown in TO_SCAN_AGAIN
    assert ("scannen" in finding["message"], "wählen" in finding["message"]) == (again, not again)


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
    contract |= {"deadlines", "archivable", "seconds", "format"}
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
    assert set(field) == contract | {"doubts", "opinions", "decided"}
    assert set(time) == contract | {"doubts", "zeitangabe"}
    assert set(time["zeitangabe"]) == {"art", "datum"}
    assert [set(rival) for rival in found["rivals"]] == [contract | {"field", "doubts"}]


def undecided() -> ReadDocument:
    """Return a document with a date whose year is of no century."""
    century = frozenset({Doubt.CENTURY})
    read = Extraction("tag", Reading.UNREADABLE, "1.2.46", None, 1.0, None, doubts=century)
    return replace(
        UNKNOWN,
        definition=FormDefinition(PLAN, "Plan", "de-DE", (), flat(MEMBERS, {}), members=MEMBERS),
        record=Record(PLAN, {"tag": read}),
    )


def test_a_year_of_no_century_is_told_with_the_days_it_may_mean() -> None:
    told = data(undecided())["fields"]["tag"]
    assert (told["value"], told["possible"]) == (None, ["1946-02-01", "2046-02-01"])


BOGEN = FormRef("bogen", "2026-01")
WORDS = "Ich möchte nähen."
FIELDS = (
    Field(
        "anlass", FieldKind.CHOICE, "Anlass", options=(Option("ja", "Ja"), Option("nein", "Nein"))
    ),
    Field("wunsch", FieldKind.MULTILINE, "Wunsch", o_ton=True),
)


def pictured() -> ReadDocument:
    """Return a scanned document with a choice and an answer that goes on on a sheet."""
    opinions = (
        Opinion(ReadingBy.ZONE, WORDS, 0.91),
        Opinion(ReadingBy.PAGE, "Ich möchte nahen.", 0.84),
    )
    upper, lower = Box(0.1, 0.1, 0.2, 0.2), Box(0.1, 0.3, 0.2, 0.4)
    sightings = (
        Sighting("anlass.ja", Method.MARK, 1, on=True, box=upper),
        Sighting("anlass.nein", Method.MARK, 1, on=False, box=lower),
        Sighting("wunsch", Method.OCR, 1, text=WORDS, box=Box(0.1, 0.5, 0.9, 0.7)),
        Sighting("wunsch__2", Method.OCR, 2, text="", box=Box(0.1, 0.2, 0.9, 0.8)),
    )
    read = Extraction(
        "wunsch",
        Reading.READ,
        WORDS,
        WORDS,
        0.84,
        Method.OCR,
        1,
        Box(0.1, 0.5, 0.9, 0.7),
        frozenset({Doubt.READINGS_DIFFER}),
        opinions,
        "zwei-lesungen",
    )
    chosen = Extraction("anlass", Reading.READ, "ja", "ja", 0.98, Method.MARK, 1, upper)
    return replace(
        UNKNOWN,
        definition=FormDefinition(BOGEN, "Bogen", "de-DE", (), FIELDS),
        record=Record(BOGEN, {"anlass": chosen, "wunsch": read}),
        sightings=sightings,
    )


def test_a_value_from_a_picture_has_its_readings_and_the_rule_that_decided() -> None:
    field = data(pictured())["fields"]["wunsch"]
    assert field["opinions"] == [
        {"by": "zone", "text": WORDS, "confidence": 0.91},
        {"by": "page", "text": "Ich möchte nahen.", "confidence": 0.84},
    ]
    assert field["decided"] == "zwei-lesungen"
    assert "together" not in field


def together() -> ReadDocument:
    """Return a scanned document with an answer that no single reading has."""
    scanned = pictured()
    assert scanned.record is not None
    fields = scanned.record.fields
    whole = replace(fields["wunsch"], raw="Ich möchte nähen", together=True)
    return replace(scanned, record=Record(BOGEN, {**fields, "wunsch": whole}))


def test_a_value_that_no_reading_has_is_told_to_be_put_together_and_the_readings_stay() -> None:
    field = data(together())["fields"]["wunsch"]
    assert field["together"] is True
    assert field["raw"] not in [said["text"] for said in field["opinions"]]


def test_every_box_of_a_choice_and_every_part_of_an_answer_has_its_place() -> None:
    fields = data(pictured())["fields"]
    boxes = [(one["key"], one["page"], one["on"]) for one in fields["anlass"]["places"]]
    assert boxes == [("anlass.ja", 1, True), ("anlass.nein", 1, False)]
    assert {one["method"] for one in fields["anlass"]["places"]} == {"mark"}
    parts = [(one["key"], one["page"]) for one in fields["wunsch"]["places"]]
    assert parts == [("wunsch", 1), ("wunsch__2", 2)]


def test_the_data_is_plain_and_can_leave_the_process_it_was_made_in() -> None:
    def kinds(value: object) -> set[type]:
        inner = value.values() if isinstance(value, dict) else value
        below = (
            [kinds(one) for one in inner] if isinstance(inner, list | type({}.values())) else []
        )
        return {type(value)}.union(*below)

    found = document_data(pictured(), "bogen.pdf", "ab" * 32, 0.5)
    assert kinds(found) <= {dict, list, str, int, float, bool, type(None)}


def test_a_field_with_one_place_names_it_once() -> None:
    one = pictured()
    found = data(replace(one, sightings=one.sightings[2:3]))
    assert "places" not in found["fields"]["wunsch"]


def test_the_words_of_the_person_are_sealed_however_their_accents_are_written() -> None:
    sealed = data(pictured())["fields"]["wunsch"]["o_ton_sha256"]
    assert sealed == hashlib.sha256(WORDS.encode()).hexdigest()
    assert seal(unicodedata.normalize("NFD", WORDS)) == sealed
    assert seal(WORDS + " ") != sealed
    assert "o_ton_sha256" not in data(pictured())["fields"]["anlass"]


def test_pages_that_lie_on_their_side_or_head_say_how_to_turn_them() -> None:
    sheet = replace(UNKNOWN, page_numbers=(2,), turned={2: 3})
    assert data(replace(pictured(), turned={10: 1}, sheets=(sheet,)))["turned"] == {
        "2": 3,
        "10": 1,
    }
    assert "turned" not in data(pictured())


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


def test_editions_that_cannot_be_told_apart_are_named_as_people_may_choose_them():
    editions = (FormRef("bogen", "2023-09-22"), FormRef("bogen", "2026-11"))
    identity = Identity(None, editions[1], 1.0, 0.0, editions, "Feedbackbogen")
    (finding,) = data(replace(UNKNOWN, identity=identity))["findings"]
    assert finding["message"] == (
        "Das ist das Formular „Feedbackbogen“, es ist aber nicht sicher, in welcher Ausgabe. Bitte"
        " die Ausgabe von Hand wählen („Feedbackbogen (2023-09-22)“ oder"
        " „Feedbackbogen (2026-11)“)."
    )
