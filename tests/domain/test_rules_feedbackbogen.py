"""What a check says about a Feedbackbogen: rule by rule, with field and severity."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from formservice.domain.record import Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import FEEDBACKBOGEN, LEFT, NOT_STARTED, REGULAR, record, said

Said = tuple[str, str, str, str | None]
Values = Mapping[str, Value | None]
Case = tuple[str, Mapping[str, Value], Values, Sequence[Said]]

QUESTIONS = [field.key for field in FEEDBACKBOGEN.fields if field.o_ton]
NO_ANSWERS = dict.fromkeys(QUESTIONS)


def feedback(
    values: Mapping[str, Value], received: date = date(2026, 3, 30), **changes: Value | None
) -> CheckResult:
    one = record(FEEDBACKBOGEN, values, **changes)
    return check(FEEDBACKBOGEN, one, received=received, calendar=few_days())


@pytest.mark.parametrize(
    ("values", "received"), [(REGULAR, date(2026, 3, 30)), (LEFT, date(2026, 3, 30))]
)
def test_a_complete_feedbackbogen_raises_nothing_and_can_be_archived(values, received):
    result = feedback(values, received)
    assert said(result) == []
    assert result.archivable


def test_a_complete_nichtantritt_only_notes_what_was_assumed():
    result = feedback(NOT_STARTED, date(2026, 1, 9))
    assert said(result) == [("R-FB-03", "deadline.assumed", "notes", "teilnahme_von")]
    assert result.archivable


FEEDBACK_CASES: list[Case] = [
    (
        "no occasion",
        REGULAR,
        {"anlass": None},
        [("R-FB-02", "field.required", "blocks", "anlass")],
    ),
    (
        "two occasions ask for nothing that contradicts itself",
        NOT_STARTED,
        {"anlass": ("abbruch", "regulaer")},
        [("R-FB-02-one", "rule.broken", "blocks", "anlass")],
    ),
    (
        "a regular end with a day of Abbruch",
        REGULAR,
        {"abbruch_am": date(2026, 3, 1)},
        [("R-FB-02-regular", "rule.broken", "asks", "abbruch_am")],
    ),
    *(
        (f"no {key}", REGULAR, {key: None}, [("R-FB-13-head", "field.required", "blocks", key)])
        for key in ("traeger_massnahme", "teilnahme_von", "name", "vorname")
    ),
    (
        "the end before the beginning",
        LEFT,
        {"teilnahme_von": date(2026, 3, 20), "teilnahme_bis": date(2026, 3, 1)},
        [
            ("R-FB-04-late", "rule.broken", "blocks", "abbruch_am"),
            ("R-FB-13-period", "rule.broken", "blocks", "teilnahme_bis"),
        ],
    ),
    (
        "no end of participation",
        REGULAR,
        {"teilnahme_bis": None},
        [
            ("R-FB-05", "deadline.unknown", "notes", "teilnahme_bis"),
            ("R-FB-13-until", "field.required", "blocks", "teilnahme_bis"),
        ],
    ),
    (
        "Abbruch without day",
        LEFT,
        {"abbruch_am": None},
        [
            ("R-FB-04", "deadline.unknown", "notes", "abbruch_am"),
            ("R-FB-04-day", "field.required", "blocks", "abbruch_am"),
        ],
    ),
    (
        "Abbruch before the beginning",
        LEFT,
        {"abbruch_am": date(2025, 12, 30), "teilnahme_bis": date(2026, 3, 27)},
        [
            ("R-FB-04", "deadline.missed", "asks", "abbruch_am"),
            ("R-FB-04-early", "rule.broken", "blocks", "abbruch_am"),
        ],
    ),
    (
        "Abbruch after the end",
        LEFT,
        {"abbruch_am": date(2026, 3, 28)},
        [("R-FB-04-late", "rule.broken", "blocks", "abbruch_am")],
    ),
    (
        "Abbruch without reasons",
        LEFT,
        {"abbruch_gruende": None},
        [("R-FB-04-reasons", "field.required", "blocks", "abbruch_gruende")],
    ),
    (
        "reasons on another sheet",
        LEFT,
        {"abbruch_gruende": "siehe Beiblatt"},
        [("R-FB-04-sheet", "rule.broken", "asks", "abbruch_gruende")],
    ),
    (
        "Abbruch without answers",
        LEFT,
        NO_ANSWERS,
        [
            *(
                ("R-FB-04-result", "field.required", "asks", key)
                for key in QUESTIONS
                if key not in ("q4_wodurch", "q6_warum_nicht")
            ),
            ("R-FB-04-how", "field.required", "asks", "q4_wodurch"),
            ("R-FB-04-why", "field.required", "asks", "q6_warum_nicht"),
        ],
    ),
    (
        "Abbruch without signatures",
        LEFT,
        {"sig_tn": False, "sig_traeger": False},
        [
            ("R-FB-10-person-left", "field.required", "asks", "sig_tn"),
            ("R-FB-10-provider", "field.required", "blocks", "sig_traeger"),
        ],
    ),
    (
        "regular without signatures",
        REGULAR,
        {"sig_tn": None, "sig_traeger": None},
        [
            ("R-FB-10-person", "field.required", "blocks", "sig_tn"),
            ("R-FB-10-provider", "field.required", "blocks", "sig_traeger"),
        ],
    ),
    (
        "regular without answers",
        REGULAR,
        NO_ANSWERS,
        [
            *(
                ("R-FB-07", "field.required", "blocks", key)
                for key in QUESTIONS
                if key not in ("q4_wodurch", "q6_warum_nicht")
            ),
            ("R-FB-09-how", "field.required", "blocks", "q4_wodurch"),
            ("R-FB-09-why", "field.required", "blocks", "q6_warum_nicht"),
        ],
    ),
    *(
        (
            f"all reached, said as {said_so}",
            REGULAR,
            {"q5_nicht_erreicht": said_so, "q6_warum_nicht": None},
            [],
        )
        for said_so in ("keine", "Keine.", "Ich habe alle erreicht", "alle erreicht", "nichts")
    ),
    (
        "nothing reached, and how is left out",
        REGULAR,
        {"q3_erreicht": "leider noch keine", "q4_wodurch": None},
        [],
    ),
    (
        "something reached, but not how",
        REGULAR,
        {"q4_wodurch": None},
        [("R-FB-09-how", "field.required", "blocks", "q4_wodurch")],
    ),
    (
        "all reached spares not the how",
        REGULAR,
        {"q3_erreicht": "alle", "q4_wodurch": None, "q5_nicht_erreicht": "keine"},
        [("R-FB-09-how", "field.required", "blocks", "q4_wodurch")],
    ),
    (
        "not reached, but not why",
        REGULAR,
        {"q6_warum_nicht": None},
        [("R-FB-09-why", "field.required", "blocks", "q6_warum_nicht")],
    ),
    (
        "changed, but not in which direction",
        REGULAR,
        {"q2_geaendert": "Ja."},
        [("R-FB-09-direction", "rule.broken", "asks", "q2_geaendert")],
    ),
    (
        "nothing reached and nothing left",
        REGULAR,
        {"q3_erreicht": "keine", "q5_nicht_erreicht": "keine"},
        [("R-FB-09-contradiction", "rule.broken", "asks", "q3_erreicht")],
    ),
    (
        "third person",
        REGULAR,
        {"q7_ressourcen": "Die Teilnehmerin ist pünktlicher"},
        [("R-FB-07-style", "rule.broken", "asks", "q7_ressourcen")],
    ),
    (
        "short notes are no question of style",
        REGULAR,
        {"q7_ressourcen": "Deutsch, Pünktlichkeit", "q8_danach": "Ausbildung"},
        [],
    ),
    (
        "the question as answer",
        REGULAR,
        {"q8_danach": "Was will ich nach der Teilnahme an dem Angebot machen?"},
        [("R-FB-07-question", "rule.broken", "asks", "q8_danach")],
    ),
    (
        "six hundred characters are short enough",
        REGULAR,
        {"q8_danach": "Ich " + "a" * 596},
        [],
    ),
    (
        "a long answer",
        REGULAR,
        {"q8_danach": "Ich " + "a" * 597},
        [("R-FB-11", "rule.broken", "asks", "q8_danach")],
    ),
    (
        "nothing reached, so that all was not",
        REGULAR,
        {"q3_erreicht": "keine", "q4_wodurch": None, "q5_nicht_erreicht": "alle"},
        [],
    ),
    (
        "all not reached, but not why",
        REGULAR,
        {
            "q3_erreicht": "keine",
            "q4_wodurch": None,
            "q5_nicht_erreicht": "leider alle",
            "q6_warum_nicht": None,
        },
        [("R-FB-09-why", "field.required", "blocks", "q6_warum_nicht")],
    ),
    (
        "a pointer to the Erwartungsbogen instead of what it says",
        REGULAR,
        {"q1_erwartung": "siehe Erwartungsbogen"},
        [("R-FB-08-copied", "rule.broken", "asks", "q1_erwartung")],
    ),
    (
        "long answers together",
        REGULAR,
        dict.fromkeys(QUESTIONS, "Ich " + "a" * 500),
        [("R-FB-11-all", "rule.broken", "asks", None)],
    ),
    (
        "no day of writing",
        REGULAR,
        {"erstellt_am": None},
        [
            ("R-FB-05", "deadline.unknown", "notes", "erstellt_am"),
            ("R-FB-05-day", "field.required", "blocks", "erstellt_am"),
        ],
    ),
    (
        "written in the future",
        REGULAR,
        {"erstellt_am": date(2026, 3, 31), "teilnahme_bis": date(2026, 3, 31)},
        [("R-FB-05-future", "rule.broken", "blocks", "erstellt_am")],
    ),
    (
        "written before the beginning",
        REGULAR,
        {"teilnahme_von": date(2026, 3, 20), "erstellt_am": date(2026, 3, 19)},
        [("R-FB-05-start", "rule.broken", "blocks", "erstellt_am")],
    ),
    (
        "written after the end",
        REGULAR,
        {"erstellt_am": date(2026, 3, 30)},
        [
            ("R-FB-05", "deadline.missed", "asks", "erstellt_am"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("values", "changes", "expected"),
    [case[1:] for case in FEEDBACK_CASES],
    ids=[case[0] for case in FEEDBACK_CASES],
)
def test_a_feedbackbogen_is_judged_by_its_rules(values, changes, expected):
    assert said(feedback(values, **changes)) == sorted(expected)


NOT_STARTED_CASES: list[tuple[str, Values, list[Said]]] = [
    (
        "answers that fall away",
        {"q3_erreicht": "Ich habe nichts erreicht.", "abbruch_am": date(2026, 1, 6)},
        [
            ("R-FB-03-obsolete", "rule.broken", "asks", "abbruch_am"),
            ("R-FB-03-obsolete", "rule.broken", "asks", "q3_erreicht"),
        ],
    ),
    (
        "a long answer that falls away is not also asked to be shorter",
        {"q8_danach": "Ich " + "a" * 3000},
        [("R-FB-03-obsolete", "rule.broken", "asks", "q8_danach")],
    ),
    ("no end of participation", {"teilnahme_bis": None}, []),
    (
        "no day of writing",
        {"erstellt_am": None},
        [("R-FB-05-day", "field.required", "blocks", "erstellt_am")],
    ),
    (
        "no signature of the provider",
        {"sig_traeger": False},
        [("R-FB-10-provider", "field.required", "blocks", "sig_traeger")],
    ),
    ("written before the planned first day", {"erstellt_am": date(2026, 1, 2)}, []),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [case[1:] for case in NOT_STARTED_CASES],
    ids=[case[0] for case in NOT_STARTED_CASES],
)
def test_a_nichtantritt_asks_for_little(changes, expected):
    assumed = ("R-FB-03", "deadline.assumed", "notes", "teilnahme_von")
    assert said(feedback(NOT_STARTED, date(2026, 1, 9), **changes)) == sorted([*expected, assumed])


def test_every_rule_of_the_form_has_a_case_that_breaks_it():
    broken = {finding[0] for case in FEEDBACK_CASES for finding in case[3]}
    broken |= {finding[0] for case in NOT_STARTED_CASES for finding in case[2]}
    assert {rule.id for rule in FEEDBACKBOGEN.rules} - broken == set()
