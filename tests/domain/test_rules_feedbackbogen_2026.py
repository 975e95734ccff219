"""What a check says about the proposed Feedbackbogen: it names the days deadlines count from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from formservice.domain.record import Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, LEFT, NOT_STARTED, REGULAR, record, said

FORM = DEFINITIONS.get("feedbackbogen", "2026-11")
BORN = {"geburtsdatum": date(1994, 2, 28)}
REGULAR_2026 = REGULAR | BORN | {"gespraech_am": date(2026, 3, 26)}
LEFT_2026 = LEFT | BORN
NOT_STARTED_2026 = NOT_STARTED | BORN | {"nichtantritt_am": date(2026, 1, 6)}


def feedback(
    values: Mapping[str, Value], received: date = date(2026, 3, 30), **changes: Value | None
) -> CheckResult:
    one = record(FORM, values, **changes)
    return check(FORM, one, received=received, calendar=few_days())


@pytest.mark.parametrize(
    ("values", "received"),
    [
        (REGULAR_2026, date(2026, 3, 30)),
        (LEFT_2026, date(2026, 3, 30)),
        (NOT_STARTED_2026, date(2026, 1, 9)),
    ],
    ids=["regular", "left", "not started"],
)
def test_a_complete_form_raises_nothing_and_assumes_nothing(values, received):
    result = feedback(values, received)
    assert said(result) == []
    assert result.archivable


CASES: list[tuple[Mapping[str, Value], Mapping[str, Value | None], Sequence[object]]] = [
    (REGULAR_2026, {"geburtsdatum": None}, [("R-FB-13-born", "asks", "geburtsdatum")]),
    (
        REGULAR_2026,
        {"geburtsdatum": date(2026, 3, 30)},
        [("R-FB-13-past", "blocks", "geburtsdatum")],
    ),
    (REGULAR_2026, {"geburtsdatum": date(2020, 3, 1)}, [("R-FB-13-age", "asks", "geburtsdatum")]),
    (
        REGULAR_2026,
        {"nichtantritt_am": date(2026, 1, 5)},
        [("R-FB-02-regular", "asks", "nichtantritt_am")],
    ),
    (
        LEFT_2026,
        {"nichtantritt_am": date(2026, 1, 5)},
        [("R-FB-02-left", "asks", "nichtantritt_am")],
    ),
    (
        NOT_STARTED_2026,
        {"nichtantritt_am": None},
        [("R-FB-03", "notes", "nichtantritt_am"), ("R-FB-03-day", "blocks", "nichtantritt_am")],
    ),
    (
        NOT_STARTED_2026,
        {"nichtantritt_am": date(2026, 1, 4)},
        [("R-FB-03-early", "asks", "nichtantritt_am")],
    ),
    (
        NOT_STARTED_2026,
        {"nichtantritt_am": date(2026, 1, 31)},
        [("R-FB-03-future", "blocks", "nichtantritt_am")],
    ),
    (
        NOT_STARTED_2026,
        {"gespraech_am": date(2026, 1, 6)},
        [("R-FB-03-obsolete", "asks", "gespraech_am")],
    ),
    (
        REGULAR_2026,
        {"gespraech_am": None},
        [("R-FB-06-day", "blocks", "gespraech_am"), ("R-FB-12", "notes", "gespraech_am")],
    ),
    (
        REGULAR_2026,
        {"gespraech_am": date(2026, 1, 2)},
        [("R-FB-06", "asks", "gespraech_am"), ("R-FB-06-start", "blocks", "gespraech_am")],
    ),
    (
        REGULAR_2026,
        {"erstellt_am": date(2026, 3, 25)},
        [("R-FB-06-minutes", "asks", "erstellt_am")],
    ),
]


@pytest.mark.parametrize(("values", "changes", "expected"), CASES)
def test_a_fault_is_named_with_rule_severity_and_field(values, changes, expected):
    received = date(2026, 1, 9) if values is NOT_STARTED_2026 else date(2026, 3, 30)
    found = said(feedback(values, received, **changes))
    assert [(rule, severity, field) for rule, _, severity, field in found] == expected


@pytest.mark.parametrize(
    ("values", "changes", "key", "start", "due"),
    [
        (NOT_STARTED_2026, {}, "vorlage", date(2026, 1, 6), date(2026, 1, 13)),
        (LEFT_2026, {}, "vorlage", date(2026, 3, 27), date(2026, 4, 7)),
        (REGULAR_2026, {}, "uebersendung", date(2026, 3, 26), date(2026, 4, 9)),
        (REGULAR_2026, {}, "abschlussgespraech", date(2026, 3, 27), date(2026, 3, 27)),
        (REGULAR_2026, {}, "erstellung", date(2026, 3, 27), date(2026, 3, 27)),
    ],
    ids=["not started", "left", "sending", "talk", "creation"],
)
def test_a_deadline_counts_from_the_day_the_form_names(values, changes, key, start, due):
    received = date(2026, 1, 13) if values is NOT_STARTED_2026 else date(2026, 3, 30)
    found = {one.key: one for one in feedback(values, received, **changes).deadlines}
    assert found[key].start == start
    assert found[key].due == due  # a week after the Abbruch is Karfreitag
    assert found[key].met


def test_the_talk_may_be_late_while_the_form_is_in_time():
    late = feedback(
        REGULAR_2026, date(2026, 4, 12), gespraech_am=date(2026, 3, 29), erstellt_am=None
    )
    met = {one.key: one.met for one in late.deadlines}
    assert met == {"abschlussgespraech": False, "erstellung": None, "uebersendung": True}


def test_two_weeks_count_from_the_talk_and_not_from_the_day_of_writing():
    result = feedback(REGULAR_2026, date(2026, 4, 10), gespraech_am=date(2026, 3, 24))
    assert ("R-FB-06", "deadline.missed", "asks", "gespraech_am") in said(result)
    assert not any("Erstellt am" in one.message for one in result.findings)


@pytest.mark.parametrize("reasons", ["siehe Beiblatt", None])
def test_a_reason_on_a_sheet_of_its_own_is_asked_for_no_more(reasons):
    bare = record(FORM, LEFT_2026, abbruch_gruende=reasons)
    asked = check(FORM, bare, received=date(2026, 3, 30), calendar=few_days())
    assert {"R-FB-04-sheet", "R-FB-04-reasons"} & {one.rule for one in asked.findings}
    attached = replace(bare, elsewhere=frozenset({"abbruch_gruende"}))
    there = check(FORM, attached, received=date(2026, 3, 30), calendar=few_days())
    assert said(there) == []
