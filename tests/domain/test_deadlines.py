"""The deadlines T1 to T5 of a Feedbackbogen, and what is said about them."""

from collections.abc import Mapping
from datetime import date

import pytest

from formservice.domain.deadlines import Deadline, deadlines_of
from formservice.domain.findings import Finding
from formservice.domain.record import Value
from formservice.domain.rules import check
from tests.domain.calendars import few_days
from tests.domain.records import (
    DEFINITIONS,
    ERWARTUNGSBOGEN,
    EXPECTATIONS,
    FEEDBACKBOGEN,
    LEFT,
    NOT_STARTED,
    REGULAR,
    record,
)


def deadlines(
    values: Mapping[str, Value], received: date, **changes: Value | None
) -> dict[str, Deadline]:
    one = record(FEEDBACKBOGEN, values, **changes)
    return {d.key: d for d in deadlines_of(FEEDBACKBOGEN, one, received, few_days())}


def findings(
    values: Mapping[str, Value], received: date, code: str, **changes: Value | None
) -> list[Finding]:
    one = record(FEEDBACKBOGEN, values, **changes)
    result = check(FEEDBACKBOGEN, one, received=received, calendar=few_days())
    return [one for one in result.findings if one.code == code]


@pytest.mark.parametrize(
    ("received", "met"),
    [
        pytest.param(date(2026, 4, 7), True, id="on the last day, after Easter"),
        pytest.param(date(2026, 4, 8), False, id="one day late"),
        pytest.param(date(2026, 3, 27), True, id="on the day itself"),
        pytest.param(date(2026, 3, 20), True, id="before the event"),
    ],
)
def test_t2_a_week_after_an_abbruch_over_easter(received, met):
    found = deadlines(LEFT, received)
    assert set(found) == {"vorlage"}
    vorlage = found["vorlage"]
    assert (vorlage.start, vorlage.due, vorlage.met) == (
        date(2026, 3, 27),
        date(2026, 4, 7),
        met,
    )
    assert "03.04.2026 ist in Niedersachsen Karfreitag" in vorlage.why[-1]


def test_t1_a_nichtantritt_counts_from_the_planned_first_day_and_says_so():
    vorlage = deadlines(NOT_STARTED, date(2026, 1, 13))["vorlage"]
    assert (vorlage.start, vorlage.due, vorlage.met) == (
        date(2026, 1, 5),
        date(2026, 1, 12),
        False,
    )
    assert "vorgesehene erste Tag" in vorlage.why[0]
    [missed] = findings(NOT_STARTED, date(2026, 1, 13), "deadline.missed")
    assert "vorgesehene erste Tag" in missed.message


def test_an_assumption_is_said_once_whether_the_deadline_was_met_or_missed():
    for received, code in ((date(2026, 1, 12), "assumed"), (date(2026, 1, 13), "missed")):
        one = record(FEEDBACKBOGEN, NOT_STARTED)
        result = check(FEEDBACKBOGEN, one, received=received, calendar=few_days())
        [finding] = result.findings
        assert finding.code == f"deadline.{code}"
        assert "vorgesehene erste Tag" in finding.message


def test_a_form_written_late_is_asked_about_once_for_t3_and_t5():
    late = date(2026, 3, 30)
    [missed] = findings(REGULAR, late, "deadline.missed", erstellt_am=late)
    assert (missed.rule, missed.field) == ("R-FB-05", "erstellt_am")
    assert missed.params == {
        "deadline": "erstellung",
        "due": "2026-03-27",
        "also": "abschlussgespraech",
    }
    assert missed.message.endswith("Dasselbe gilt für die Frist „Abschlussgespräch“.")


def test_a_form_written_and_sent_late_is_asked_about_both():
    written, received = date(2026, 3, 30), date(2026, 4, 15)
    both = findings(REGULAR, received, "deadline.missed", erstellt_am=written)
    assert [one.rule for one in both] == ["R-FB-05", "R-FB-06"]


def test_one_missing_date_is_noted_once_for_all_deadlines_that_need_it():
    [unknown] = findings(REGULAR, date(2026, 3, 30), "deadline.unknown", erstellt_am=None)
    assert (unknown.severity.value, unknown.field) == ("notes", "erstellt_am")
    assert unknown.message.startswith(
        "Die Fristen „Erstellung des Bogens“, „Abschlussgespräch“ und „Übersendung an die"
        " Integrationsfachkraft“ lassen sich erst prüfen, wenn"
    )


def test_t3_and_t5_fall_on_the_last_day_even_on_a_sunday():
    sunday = date(2026, 3, 29)
    found = deadlines(REGULAR, date(2026, 4, 1), teilnahme_bis=sunday, erstellt_am=sunday)
    for key in ("erstellung", "abschlussgespraech"):
        assert (found[key].start, found[key].due, found[key].met) == (sunday, sunday, True)


def test_t3_and_t5_are_measured_by_the_day_of_writing_not_of_receipt():
    found = deadlines(REGULAR, date(2026, 3, 30), erstellt_am=date(2026, 3, 28))
    assert [found[key].met for key in ("erstellung", "abschlussgespraech")] == [False, False]


@pytest.mark.parametrize(
    ("received", "met"), [(date(2026, 4, 7), True), (date(2026, 4, 8), False)]
)
def test_t4_two_weeks_after_the_talk_say_that_the_day_is_assumed(received, met):
    written = date(2026, 3, 23)
    found = deadlines(REGULAR, received, erstellt_am=written)["uebersendung"]
    assert (found.start, found.due, found.met) == (written, date(2026, 4, 7), met)
    assert "gilt „Erstellt am“" in found.why[0]
    missed = findings(REGULAR, received, "deadline.missed", erstellt_am=written)
    assert len(missed) == (0 if met else 1)
    assert all("als Tag des Gesprächs gilt „Erstellt am“" in one.message for one in missed)


def test_an_abbruch_has_no_other_deadline_than_t2():
    assert set(deadlines(LEFT, date(2026, 3, 30))) == {"vorlage"}


@pytest.mark.parametrize("anlass", [None, ("abbruch", "regulaer"), ("nichtantritt", "abbruch")])
def test_an_occasion_that_is_not_clear_has_no_deadline(anlass):
    assert deadlines(LEFT, date(2026, 3, 30), anlass=anlass) == {}


def test_without_its_event_a_deadline_is_unknown_and_has_no_date():
    assert deadlines(LEFT, date(2026, 3, 30), abbruch_am=None) == {}
    [unknown] = findings(LEFT, date(2026, 3, 30), "deadline.unknown", abbruch_am=None)
    assert (unknown.severity.value, unknown.field) == ("notes", "abbruch_am")


def test_without_the_day_of_writing_t3_has_a_date_but_no_verdict():
    found = deadlines(REGULAR, date(2026, 3, 30), erstellt_am=None)
    assert (found["erstellung"].due, found["erstellung"].met) == (date(2026, 3, 27), None)
    assert "uebersendung" not in found


def test_an_absurd_year_makes_the_deadline_unknown():
    for year in (202, 1899, 9999):
        assert deadlines(LEFT, date(2026, 3, 30), abbruch_am=date(year, 12, 31)) == {}


def test_a_missed_deadline_asks_names_its_last_day_and_never_blocks():
    one = record(FEEDBACKBOGEN, LEFT)
    result = check(FEEDBACKBOGEN, one, received=date(2026, 4, 8), calendar=few_days())
    [missed] = result.findings
    assert (str(missed.code), missed.severity.value, missed.rule) == (
        "deadline.missed",
        "asks",
        "R-FB-04",
    )
    assert "Di 07.04.2026" in missed.message
    assert result.archivable


def test_a_deadline_says_which_calendar_it_used():
    assert deadlines(LEFT, date(2026, 4, 8))["vorlage"].calendar == "Probe"


def test_an_erwartungsbogen_has_no_deadline():
    one = record(ERWARTUNGSBOGEN, EXPECTATIONS)
    assert deadlines_of(ERWARTUNGSBOGEN, one, date(2026, 2, 24), few_days()) == ()


def test_every_deadline_of_every_definition_can_be_counted():
    for definition in DEFINITIONS:
        for rule in definition.deadlines:
            values: dict[str, Value] = {rule.event: date(2026, 3, 27)}
            values |= {key: options[0] for key, options in rule.when.items()}
            one = record(definition, values)
            due = deadlines_of(definition, one, date(2026, 3, 27), few_days())
            assert rule.key in [deadline.key for deadline in due]


KNOWN = {
    "teilnahme_bis": date(2026, 3, 27),
    "erstellt_am": date(2026, 3, 27),
    "abbruch_am": date(2026, 3, 27),
}


def with_known(values, received, **changes):
    one = record(FEEDBACKBOGEN, values, **changes)
    found = deadlines_of(FEEDBACKBOGEN, one, received, few_days(), KNOWN)
    return {d.key: d for d in found}


@pytest.mark.parametrize("slip", [None, date(1900, 1, 1), date(2062, 3, 27), date(9999, 12, 31)])
def test_a_slip_of_the_pen_lets_no_deadline_disappear_where_the_participation_is_known(slip):
    received = date(2026, 5, 4)
    found = with_known(REGULAR, received, teilnahme_bis=slip, erstellt_am=slip)
    assert {key: (one.start, one.met) for key, one in found.items()} == {
        "erstellung": (date(2026, 3, 27), None),
        "abschlussgespraech": (date(2026, 3, 27), None),
        "uebersendung": (date(2026, 3, 27), False),
    }
    assert all("kein brauchbarer Tag" in one.why[0] for one in found.values())
    (left,) = with_known(LEFT, received, abbruch_am=slip).values()
    assert (left.title, left.met) == ("Vorlage nach Abbruch", False)


def test_a_usable_day_of_the_form_counts_before_what_is_known_of_the_participation():
    found = with_known(REGULAR, date(2026, 3, 30), teilnahme_bis=date(2026, 3, 20))
    assert found["erstellung"].start == date(2026, 3, 20)
    assert not any("brauchbarer" in why for why in found["erstellung"].why)
