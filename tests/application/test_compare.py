"""What was sent and what came back are held against each other, field by field."""

import json
from dataclasses import replace
from datetime import date

import pytest

from formservice.application.compare import (
    against_data,
    comparison,
    documents_data,
    sent_texts,
)
from formservice.application.identify import Identity
from formservice.application.read_document import ReadDocument
from formservice.domain.copies import reshaped
from formservice.domain.document import Medium, Method
from formservice.domain.errors import InputError
from formservice.domain.form import FormDefinition, Prefill, Severity
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading, Record, Value
from formservice.domain.rules import CheckResult
from tests.application.handover_forms import ASKED, FORMS, REPORT, SENT, WORDS, document
from tests.domain.records import record

CAME_BACK: dict[str, Value | None] = {
    "name": "Özdemir",
    "massnahme": "Werkhof – Holz",
    "von": date(2026, 3, 2),
    "zeitraum": "02.03.2026",
    "erwartung": WORDS,
    "dringend": "ja",
    "ziele[0].text": "Führerschein",
    "ziele[2].text": "Wohnung",
    "ziele[2].schritte[3]": "Besichtigen",
}
SENT_DATA = [document(REPORT, {**CAME_BACK, "von": "2026-03-02"})]
SENTENCE = "Ich will bis Ende Mai den Kurs schaffen und dann eine Arbeit finden."


def back(**changes: Value | None) -> Record:
    values = {**CAME_BACK, **changes}
    return record(reshaped(REPORT, shape_of(REPORT, values)), values)


def recognised(one: Record, key: str) -> Record:
    """Return ``one`` with the reading of ``key`` made by OCR."""
    return replace(one, fields={**one.fields, key: replace(one.fields[key], method=Method.OCR)})


def compared(came_back: Record, content: object, definition: FormDefinition = REPORT):
    return comparison(definition, came_back, content, FORMS)


def results(one, *, all_of_them: bool = False):
    return {
        field.field.key: field.result.value
        for field in one.fields
        if all_of_them or field.result.value != "same"
    }


def test_what_came_back_as_it_was_sent_is_the_same_in_every_field():
    one = compared(back(), document(ASKED, SENT))
    assert results(one, all_of_them=True) == dict.fromkeys(CAME_BACK, "same")
    assert one.findings == ()
    assert one.source == ASKED.ref


def test_only_fields_the_source_speaks_of_are_compared():
    assert "ergebnis" not in results(compared(back(ergebnis="gut"), document(ASKED, SENT)))


@pytest.mark.parametrize(
    ("key", "value", "result"),
    [
        ("name", "Öztürk", "changed"),
        ("name", "Ozdemir", "changed"),
        ("name", None, "missing"),
        ("von", date(2026, 3, 3), "changed"),
        ("dringend", "nein", "changed"),
        ("dringend", ("ja", "nein"), "changed"),
        ("massnahme", "Werkhof –\nHolz ", "white-space"),
        ("erwartung", WORDS.replace("\n\t", " "), "white-space"),
        ("erwartung", WORDS.replace("👩‍👩‍👧", "👩"), "changed"),
        ("erwartung", WORDS.replace("Ģ", "G"), "changed"),
        ("ziele[2].text", None, "missing"),
        ("ziele[2].schritte[3]", "Umziehen", "changed"),
    ],
)
def test_each_difference_is_told_for_what_it_is(key, value, result):
    assert results(compared(back(**{key: value}), document(ASKED, SENT))) == {key: result}


def test_an_item_that_did_not_come_back_at_all_is_missing():
    values = {key: value for key, value in CAME_BACK.items() if "[2]" not in key}
    one = compared(record(REPORT, values), document(ASKED, SENT))
    assert results(one) == {"ziele[2].text": "missing", "ziele[2].schritte[3]": "missing"}
    assert "Ziel 3" in one.findings[0].message


def test_what_could_not_be_read_on_either_side_is_not_called_a_change():
    unread = {"reading": "unreadable", "value": None, "accepted": False}
    one = compared(back(), document(ASKED, SENT, worte=unread))
    assert results(one) == {"erwartung": "not-readable"}
    came_back = back()
    lost = replace(came_back.fields["name"], reading=Reading.NOT_FOUND, value=None)
    came_back = replace(came_back, fields={**came_back.fields, "name": lost})
    one = compared(came_back, document(ASKED, SENT))
    assert results(one) == {"name": "not-readable"}
    assert one.findings == ()  # the reading itself has one


def test_only_what_recognition_read_may_be_a_misreading():
    sent = document(ASKED, SENT | {"worte": SENTENCE})
    misread = back(erwartung=SENTENCE.replace("Kurs", "Kurs,").replace("Ich", "lch"))
    assert results(compared(misread, sent)) == {"erwartung": "changed"}
    one = compared(recognised(misread, "erwartung"), sent)
    assert results(one) == {"erwartung": "ocr"}
    assert one.findings[0].severity is Severity.ASKS
    assert "Lesefehler" in one.findings[0].message
    other = recognised(back(erwartung=SENTENCE.replace("Mai", "Juni")), "erwartung")
    assert results(compared(other, sent)) == {"erwartung": "changed"}


def test_a_source_that_was_recognised_itself_may_be_misread_too():
    sent = document(ASKED, SENT | {"worte": SENTENCE.replace("Ich", "lch")})
    sent["fields"]["worte"] |= {"method": "ocr", "accepted": False}
    assert results(compared(back(erwartung=SENTENCE), sent)) == {"erwartung": "ocr"}


@pytest.mark.parametrize(
    "words", [WORDS.replace("Mai", "Juni"), None], ids=["other words", "no words"]
)
def test_other_words_than_the_persons_own_are_told_with_the_form_that_holds_them(words):
    (finding,) = compared(back(erwartung=words), document(ASKED, SENT)).findings
    assert (finding.code, finding.severity, finding.field) == (
        "field.changed",
        Severity.ASKS,
        "erwartung",
    )
    assert "Worte der Person" in finding.message
    assert "„Anfrage“" in finding.message


def test_words_put_into_the_mouth_of_the_person_are_asked_about():
    blank = {"reading": "blank", "value": None}
    one = compared(back(), document(ASKED, SENT, worte=blank, name=blank))
    assert results(one) == {"name": "added", "erwartung": "added"}
    assert [finding.field for finding in one.findings] == ["erwartung"]


def test_no_finding_holds_a_value():
    came_back = back(name="Geheim", erwartung="Geheim", massnahme=None, von=date(2031, 7, 7))
    told = " ".join(one.message for one in compared(came_back, document(ASKED, SENT)).findings)
    hidden = ("Geheim", "Özdemir", "Werkhof", "2031", "arbeiten")
    assert not [value for value in hidden if value in told]
    assert told.count("Bitte") == 4


def test_the_data_given_to_generate_may_be_compared_nested_or_flat():
    nested = {
        "name": "Özdemir",
        "von": "02.03.2026",
        "ziele": [{"text": "Führerschein", "schritte": ["Fahrschule"]}],
        "ergebnis": None,
    }
    came_back = record(
        REPORT,
        {
            "name": "Özdemir",
            "von": date(2026, 3, 2),
            "ziele[0].text": "Führerschein",
            "ziele[0].schritte[0]": "Prüfung",
            "ergebnis": "gut",
        },
    )
    one = compared(came_back, nested)
    assert one.source is None
    assert results(one, all_of_them=True) == {
        "name": "same",
        "von": "same",
        "ergebnis": "added",
        "ziele[0].text": "same",
        "ziele[0].schritte[0]": "changed",
    }
    assert [finding.field for finding in one.findings] == ["ziele[0].schritte[0]"]


def test_an_earlier_record_of_the_same_form_may_be_compared_whatever_its_edition():
    earlier = document(REPORT, {"name": "Klein", "sig": True, "altes_feld": "x"})
    earlier["form"]["edition"] = "2019-01"
    own = replace(REPORT, prefills=(Prefill("bericht", {"sig": ("sig",)}),))
    one = compared(record(REPORT, {"name": "Groß", "sig": True}), [earlier], own)
    assert results(one, all_of_them=True) == {"name": "changed", "sig": "same"}
    assert "Versand" in one.findings[0].message


@pytest.mark.parametrize("content", [[], {"nahme": "x"}, [document(REPORT, {})], "x"])
def test_what_belongs_to_another_form_is_refused(content):
    with pytest.raises(InputError):
        comparison(ASKED, record(ASKED, {}), content, FORMS)


def test_a_comparison_is_plain_data_of_values_and_results():
    one = compared(back(von=date(2026, 4, 1)), [document(ASKED, SENT)])
    data = json.loads(json.dumps(against_data(one)))
    assert data["form"] == {"id": "anfrage", "edition": "2025-01"}
    assert data["fields"]["von"] == {
        "sent": "2026-03-02",
        "came_back": "2026-04-01",
        "result": "changed",
    }


def came(definition: FormDefinition, one: Record) -> ReadDocument:
    """Return a document found in a file, as reading gives it."""
    checked = CheckResult((), (), archivable=True)
    sure = Identity(definition.ref, definition.ref, 1.0, 1.0)
    return ReadDocument(Medium.DOCX, (1,), sure, definition, one, checked, checked)


UNKNOWN = ReadDocument(Medium.SCAN, (2,), Identity(None, None, 0.0, 0.0))


def told(found: list[ReadDocument], against: object):
    return json.loads(json.dumps(documents_data(found, "x.pdf", "ab", 1.0, FORMS, against)))


def test_of_all_documents_in_a_file_those_are_compared_that_can_be():
    changed = came(REPORT, back(name="Öztürk"))
    first, second, third = told([UNKNOWN, changed, came(ASKED, record(ASKED, {}))], SENT_DATA)
    assert (first["against"], third["against"]) == (None, None)
    assert second["against"]["fields"]["name"]["result"] == "changed"
    assert [(one["code"], one["field"]) for one in second["findings"]] == [
        ("field.changed", "name")
    ]
    assert [one["code"] for one in first["findings"]] == ["form.unidentified"]
    assert second["seconds"] == 0.333


def test_a_file_in_which_nothing_can_be_compared_is_refused():
    with pytest.raises(InputError):
        told([UNKNOWN, came(ASKED, record(ASKED, {}))], SENT_DATA)


def test_a_file_of_unknown_documents_is_no_mistake_of_what_was_sent():
    (one,) = told([UNKNOWN], SENT_DATA)
    assert one["against"] is None


def test_without_anything_sent_nothing_is_said_of_a_comparison():
    assert all("against" not in one for one in told([came(REPORT, back()), UNKNOWN], None))


def test_what_was_sent_is_told_as_it_stood_in_the_written_fields():
    texts = sent_texts(REPORT, SENT_DATA, FORMS)
    assert texts["name"] == "Özdemir"
    assert texts["von"] == "02.03.2026"
    assert "dringend" not in texts


def test_what_another_form_hands_over_is_known_by_the_field_it_goes_to():
    assert sent_texts(REPORT, document(ASKED, SENT), FORMS)["erwartung"] == WORDS


def test_nothing_is_known_from_what_says_nothing_about_the_form():
    assert sent_texts(REPORT, None, FORMS) == {}
    assert sent_texts(REPORT, {"gibt_es_nicht": "x"}, FORMS) == {}


def test_what_was_itself_only_recognised_confirms_nothing():
    one = document(REPORT, CAME_BACK | {"von": "2026-03-02"})
    one["fields"]["name"]["accepted"] = False
    assert "name" not in sent_texts(REPORT, [one], FORMS)
