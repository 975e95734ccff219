"""What is known is never typed twice, and what is only guessed is never passed on."""

from dataclasses import replace

import pytest

from formservice.adapters.definitions.mappings import Definitions
from formservice.application.prefill import prefilled, prefilled_data
from formservice.domain.errors import InputError, InvalidDataError
from formservice.domain.form import FixedText, FormRef, Prefill
from formservice.domain.values import values_from_data
from tests.application.handover_forms import ASKED, FORMS, REPORT, SENT, WORDS, document

GUESS = {"accepted": False, "method": "ocr", "doubts": ["recognised"]}
TAKEN = {
    "name": "Özdemir",
    "massnahme": "Werkhof – Holz",
    "von": "2026-03-02",
    "zeitraum": "02.03.2026",
    "erwartung": WORDS,
    "dringend": "ja",
    "ziele[0].text": "Führerschein",
    "ziele[2].text": "Wohnung",
    "ziele[2].schritte[3]": "Besichtigen",
}


def report(*documents, given=None):
    content = list(documents)
    return prefilled(REPORT, content, {} if given is None else given, FORMS)


def reasons(known):
    return {one.field: one.reason for one in known.left_out}


def test_what_the_definition_names_is_taken_over_and_nothing_else():
    known = report(document(ASKED, SENT))
    assert known.data == TAKEN
    assert set(known.taken) == set(TAKEN)
    assert known.left_out == ()
    assert known.source == ASKED.ref


def test_what_is_taken_over_is_what_generating_takes():
    values = values_from_data(REPORT, report(document(ASKED, SENT)).data)
    assert values["erwartung"] == WORDS
    assert values["ziele[2].schritte[3]"] == "Besichtigen"


def test_a_record_may_be_one_object_or_a_list():
    alone = prefilled(REPORT, document(ASKED, SENT), {}, FORMS)
    assert alone.data == report(document(ASKED, SENT)).data


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (GUESS, "not-accepted"),
        ({"reading": "unreadable", "value": None, "accepted": False}, "unreadable"),
        ({"reading": "not-found", "value": None, "accepted": False}, "not-found"),
        ({"accepted": "true"}, "not-accepted"),
        ({"value": 7}, "not-possible"),
    ],
)
def test_what_is_not_sure_stays_blank_and_is_named(change, reason):
    known = report(document(ASKED, SENT, worte=change))
    assert "erwartung" not in known.data
    assert "erwartung" not in known.taken
    assert reasons(known) == {"erwartung": reason}


def test_a_field_joined_from_several_needs_all_of_them():
    known = report(document(ASKED, SENT, angebot=GUESS))
    assert "massnahme" not in known.data
    assert reasons(known) == {"massnahme": "not-accepted"}


def test_a_blank_part_is_no_part_and_a_blank_field_nothing_to_tell():
    blank = {"reading": "blank", "value": None}
    known = report(document(ASKED, SENT, angebot=blank, worte=blank))
    assert known.data["massnahme"] == "Werkhof"
    assert "erwartung" not in known.data
    assert known.left_out == ()


def test_no_message_and_no_report_holds_a_value():
    uncertain = {key: GUESS for key in SENT if "[" not in key}
    told = str(prefilled_data(report(document(ASKED, SENT, **uncertain))))
    assert not [value for value in SENT.values() if len(str(value)) > 2 and str(value) in told]
    assert "Name der Person" in told


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Klein", "ergebnis": "gut"},
        {"name": None},
        {"dringend.nein": True},
        {"ziele": [{"text": "Anderes Ziel"}]},
        {"ziele[0].text": "Anderes Ziel"},
    ],
)
def test_what_is_given_goes_before_what_is_known(given):
    known = report(document(ASKED, SENT), given=given)
    values = values_from_data(REPORT, known.data)
    wanted = values_from_data(REPORT, given)
    assert {key: values.get(key) for key in wanted} == wanted
    assert not set(wanted) & set(known.taken)
    assert values["erwartung"] == WORDS
    if "name" in given:
        assert "name" not in known.taken


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"ziele": [{"text": "Anderes Ziel"}]}, {}),
        ({"ziele": []}, {}),
        ({"ziele": None}, {}),
        (
            {"ziele[0]": None},
            {"ziele[2].text": "Wohnung", "ziele[2].schritte[3]": "Besichtigen"},
        ),
    ],
)
def test_a_list_that_is_given_goes_before_all_of_the_known_one(given, left):
    known = report(document(ASKED, SENT), given=given)
    goals = {key: value for key, value in known.data.items() if key.startswith("ziele[")}
    assert goals == left | {key: one for key, one in given.items() if key.startswith("ziele[")}
    assert known.data["erwartung"] == WORDS


def test_what_is_given_and_not_possible_is_told_when_generating():
    known = report(document(ASKED, SENT), given={"nahme": "x"})
    with pytest.raises(InvalidDataError):
        values_from_data(REPORT, known.data)
    with pytest.raises(InvalidDataError):
        report(document(ASKED, SENT), given=["x"])


def test_the_same_form_is_taken_over_field_by_field_but_never_signed():
    values = {"name": "Özdemir", "erwartung": WORDS, "sig": True, "ziele[4].text": "Arbeit"}
    known = report(document(REPORT, values))
    assert known.data == {key: value for key, value in values.items() if key != "sig"}
    assert reasons(known) == {"sig": "signature"}


def test_what_a_person_declares_is_declared_anew_each_time():
    signed_for = replace(REPORT, fixed_text=FixedText("1", "0" * 64), prefills=())
    values = {"name": "Özdemir", "dringend": "ja", "von": "2026-03-02"}
    known = prefilled(signed_for, document(REPORT, values), {}, Definitions([signed_for]))
    assert known.data == {"name": "Özdemir"}
    assert reasons(known) == {"dringend": "declaration", "von": "declaration"}


def test_a_form_may_declare_what_it_takes_over_from_itself():
    own = replace(REPORT, prefills=(Prefill("bericht", {"name": ("name",), "von": ("von",)}),))
    values = {"name": "Özdemir", "erwartung": WORDS, "von": "2026-03-02"}
    known = prefilled(own, document(REPORT, values), {}, Definitions([own]))
    assert known.data == {"name": "Özdemir", "von": "2026-03-02"}


def test_of_another_edition_of_the_form_only_what_this_one_has_is_taken():
    newer = replace(REPORT, ref=FormRef("bericht", "2026-01"))
    old = document(REPORT, {"name": "Özdemir", "altes_feld": "x"})
    known = prefilled(newer, old, {}, Definitions([REPORT, newer]))
    assert known.data == {"name": "Özdemir"}
    assert reasons(known) == {"altes_feld": "no-field"}


def test_a_field_another_edition_of_the_source_lacks_is_named():
    record = document(ASKED, SENT)
    record["form"]["edition"] = "2019-01"
    del record["fields"]["worte"]
    known = prefilled(REPORT, record, {}, FORMS)
    assert reasons(known) == {"erwartung": "not-found"}
    assert known.data["zeitraum"] == "2026-03-02"  # nobody here knows that it is a date


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], ["kein Dokument"]),
        ([document(ASKED, SENT), document(ASKED, SENT)], ["anfrage/2025-01 (2-mal)"]),
        ([document(ASKED, SENT), document(REPORT, {})], ["anfrage/2025-01", "bericht/2025-06"]),
        ([{"file": "x", "form": None, "fields": {}}], ["ein nicht erkanntes Dokument"]),
        ([{"file": "x", "error": {"code": "input", "message": "", "hint": ""}}], ["nicht"]),
    ],
)
def test_without_exactly_one_document_to_take_from_it_is_told_what_was_found(content, words):
    with pytest.raises(InputError) as caught:
        prefilled(REPORT, content, {}, FORMS)
    assert all(word in caught.value.message for word in words)
    assert "„Anfrage“ oder „Bericht“" in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        None,
        "text",
        {"name": "Özdemir"},
        [["x"]],
        [{"fields": "x"}],
        [{"form": {"id": "anfrage"}, "fields": {"name": {"value": "x"}}}],
        [{"form": {"id": "anfrage"}, "fields": {"name": "x"}}],
        [{"sha256": "0" * 64, "name": "x.pdf", "received": "2026-01-01", "size": 1}],
    ],
)
def test_what_is_no_record_is_refused(content):
    with pytest.raises(InputError):
        prefilled(REPORT, content, {}, FORMS)
