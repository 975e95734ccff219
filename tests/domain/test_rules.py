"""What a check says about readings in doubt, and in which order it says things."""

from dataclasses import replace
from datetime import date

import pytest

from formservice.domain.document import Doubt
from formservice.domain.record import Reading
from formservice.domain.rules import check
from tests.domain.calendars import few_days
from tests.domain.records import FEEDBACKBOGEN, REGULAR, record, said, with_reading


@pytest.mark.parametrize(
    ("reading", "doubts", "code", "severity"),
    [
        (Reading.NOT_FOUND, (), "field.not-found", "asks"),
        (Reading.UNREADABLE, (), "field.unreadable", "blocks"),
        (Reading.UNREADABLE, (Doubt.AMBIGUOUS_MARK,), "field.unreadable", "blocks"),
        (Reading.UNREADABLE, (Doubt.MALFORMED,), "field.malformed", "blocks"),
        (Reading.READ, (Doubt.CONFLICT,), "field.conflict", "asks"),
        *(
            (Reading.READ, (doubt,), "field.doubtful", "asks")
            for doubt in Doubt
            if doubt not in (Doubt.CONFLICT, Doubt.MALFORMED, Doubt.TYPED_NAME)
        ),
    ],
)
def test_a_reading_in_doubt_is_reported_once_and_keeps_the_record_out(
    reading, doubts, code, severity
):
    one = with_reading(record(FEEDBACKBOGEN, REGULAR), "vorname", reading, "Testi", *doubts)
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    assert said(result) == [("", code, severity, "vorname")]
    assert "Vorname" in result.findings[0].message
    assert not result.archivable


def test_a_year_of_no_century_is_to_be_told_by_a_person_and_no_day_is_named():
    one = with_reading(
        record(FEEDBACKBOGEN, REGULAR),
        "teilnahme_von",
        Reading.UNREADABLE,
        "26.12.46",
        Doubt.CENTURY,
        Doubt.ANCHORS_LOST,
    )
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    (finding,) = (one for one in result.findings if one.field == "teilnahme_von")
    assert (finding.code, finding.severity.value) == ("field.unreadable", "blocks")
    assert "vier Ziffern" in finding.message
    assert "46" not in finding.message


def test_what_is_like_an_entry_of_a_list_is_asked_about_with_the_entry():
    one = with_reading(
        record(FEEDBACKBOGEN, REGULAR),
        "traeger_massnahme",
        Reading.READ,
        "Werkstatt Norb",
        Doubt.NOT_LISTED,
    )
    near = replace(one.fields["traeger_massnahme"], nearest="Werkstatt Nord")
    one = replace(one, fields={**one.fields, near.key: near})
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    (finding,) = (one for one in result.findings if one.code == "field.doubtful")
    assert "„Werkstatt Nord“" in finding.message
    assert "Norb" not in finding.message


def test_a_typed_name_for_a_signature_asks_but_was_read_for_sure():
    one = with_reading(
        record(FEEDBACKBOGEN, REGULAR), "sig_tn", Reading.READ, "gez.", Doubt.TYPED_NAME
    )
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    assert said(result) == [("", "field.doubtful", "asks", "sig_tn")]
    assert result.archivable


def test_a_typed_name_is_not_sent_back_to_the_original_but_to_be_signed():
    for doubts in ({Doubt.TYPED_NAME}, {Doubt.TYPED_NAME, Doubt.RECOGNISED}):
        one = with_reading(record(FEEDBACKBOGEN, REGULAR), "sig_tn", Reading.READ, "gez.", *doubts)
        result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
        signature, *others = result.findings
        assert "Bitte unterschreiben lassen oder bestätigen" in signature.message
        assert len(others) == len(doubts) - 1


def test_a_doubt_beside_a_conflict_is_named_too():
    doubts = (Doubt.CONFLICT, Doubt.OVERFLOW)
    one = with_reading(record(FEEDBACKBOGEN, REGULAR), "vorname", Reading.READ, "Testi", *doubts)
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    assert [str(found.code) for found in result.findings] == ["field.conflict", "field.doubtful"]


def test_a_field_nobody_could_read_is_not_called_empty():
    one = with_reading(record(FEEDBACKBOGEN, REGULAR), "anlass", Reading.UNREADABLE)
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    assert said(result) == [("", "field.unreadable", "blocks", "anlass")]


def test_findings_come_in_the_order_reading_rules_deadlines():
    one = record(FEEDBACKBOGEN, REGULAR, erstellt_am=date(2026, 3, 30), sig_tn=None)
    one = with_reading(one, "vorname", Reading.NOT_FOUND)
    result = check(FEEDBACKBOGEN, one, received=date(2026, 3, 30), calendar=few_days())
    codes = [str(found.code) for found in result.findings]
    assert codes == ["field.not-found", "field.required", "deadline.missed"]
