"""What a check says about an Integrationsförderplan: rule by rule, met and broken."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from formservice.domain.copies import printed_shape, reshaped
from formservice.domain.form import FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading, Value
from formservice.domain.rules import CheckResult, check
from formservice.domain.values import values_from_data
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, record, said, with_reading
from tests.sample_plans import FUENF_ZIELE, LEER, SAMIRA, SONDERZEICHEN, VIELE_LEISTUNGEN

PLAN = DEFINITIONS.get("integrationsfoerderplan", "2017-11")
RECEIVED = date(2026, 10, 6)

Said = tuple[str, str, str, str | None]
Changes = Mapping[str, Value | None]

HEAD: dict[str, Value] = {
    "vorname": "Tesfay",
    "datum": date(2026, 10, 5),
    "einrichtung": "JMD Leinetal",
    "ueberpruefungszeitraum": "alle drei Monate",
    "ausgehaendigt_am": date(2026, 10, 5),
}
_GOAL: dict[str, Value] = {
    "text": "Der Mietvertrag für eine eigene Wohnung ist unterschrieben.",
    "wiedervorlage": date(2026, 12, 7),
    "stand": "offen",
    "wunsch": "Ich will eine Wohnung, in der ich lernen kann.",
    "indikator": "Der Mietvertrag liegt vor.",
    "teilziele[0]": "Wohnberechtigungsschein beantragen (bis 30.10.2026)",
    "leistungen_klient[0].text": "Anzeigen lesen",
    "leistungen_klient[0].zeitangabe": "fortlaufend",
    "leistungen_jmd[0].text": "Beim Antrag helfen",
    "leistungen_jmd[0].zeitangabe": "bis 20.10.2026",
    "angebot_vorhanden": "ja",
}
_RANKS = ("eins", "zwei", "drei")


def goals(count: int, **same: Value) -> dict[str, Value]:
    """Return so many complete goals of different rank."""
    return {
        f"ziele[{number}].{key}": value
        for number in range(count)
        for key, value in (_GOAL | {"prioritaet": _RANKS[number % 3]} | same).items()
    }


ONE = HEAD | goals(1)
TWO = HEAD | goals(2)


def fitting(values: Mapping[str, object]) -> FormDefinition:
    return reshaped(PLAN, printed_shape(PLAN, shape_of(PLAN, values)))


def plan(
    values: Mapping[str, Value], changes: Changes | None = None, received: date = RECEIVED
) -> CheckResult:
    wanted = {**values, **(changes or {})}
    one = record(fitting(wanted), wanted)
    return check(PLAN, one, received=received, calendar=few_days())


def sample(data: Mapping[str, object], received: date) -> CheckResult:
    return plan(values_from_data(PLAN, data), received=received)


@pytest.mark.parametrize("values", [ONE, TWO, HEAD | goals(3)], ids=["one", "two", "three"])
def test_a_complete_plan_raises_nothing_and_can_be_archived(values):
    result = plan(values)
    assert said(result) == []
    assert result.archivable


ASKED, NEEDED = ("rule.broken", "asks"), ("field.required", "blocks")
BLOCKED = ("rule.broken", "blocks")

CASES: Sequence[tuple[str, Mapping[str, Value], Changes, Sequence[Said]]] = [
    ("no goal", HEAD, {}, [("R-IFP-01", *NEEDED, "ziele[0].text")]),
    (
        "a goal without its wording",
        ONE,
        {"ziele[0].text": None},
        [("R-IFP-01-wording", *NEEDED, "ziele[0].text")],
    ),
    (
        "a gap between two goals is no goal",
        HEAD | {key.replace("[0]", "[1]", 1): value for key, value in goals(1).items()},
        {},
        [],
    ),
    (
        "two open goals of one rank",
        TWO,
        {"ziele[1].prioritaet": "eins"},
        [("R-IFP-02-rank", *ASKED, "ziele[1].prioritaet")],
    ),
    (
        "the rank of a goal that is reached may be given again",
        TWO,
        {"ziele[0].stand": "erreicht", "ziele[1].prioritaet": "eins"},
        [],
    ),
    (
        "two ranks at once",
        ONE,
        {"ziele[0].prioritaet": ("eins", "zwei")},
        [("R-IFP-02-one", *ASKED, "ziele[0].prioritaet")],
    ),
    (
        "open and reached at once",
        ONE,
        {"ziele[0].stand": ("offen", "erreicht")},
        [("R-IFP-02-one", *ASKED, "ziele[0].stand")],
    ),
    (
        "no rank",
        ONE,
        {"ziele[0].prioritaet": None},
        [("R-IFP-02-order", "field.required", "notes", "ziele[0].prioritaet")],
    ),
    *(
        (f"no {key}", ONE, {key: None}, [("R-IFP-03-who", *NEEDED, key)])
        for key in ("vorname", "einrichtung")
    ),
    (
        "no Teilziel",
        TWO,
        {"ziele[1].teilziele[0]": None},
        [("R-IFP-03-steps", *ASKED, "ziele[1].teilziele[0]")],
    ),
    (
        "no Leistung at all",
        ONE,
        {key: None for key in ONE if ".leistungen_" in key},
        [("R-IFP-03-services", *ASKED, "ziele[0].leistungen_klient[0].text")],
    ),
    (
        "Leistungen of one side are enough",
        ONE,
        {key: None for key in ONE if ".leistungen_klient" in key},
        [],
    ),
    (
        "a goal put off needs no steps yet",
        ONE,
        {
            **{key: None for key in ONE if ".leistungen_" in key or ".teilziele" in key},
            "ziele[0].stand": "zurueckgestellt",
            "ziele[0].prioritaet": None,
            "ziele[0].indikator": None,
        },
        [],
    ),
    *(
        (
            f"{group} with a time but nothing to do",
            ONE,
            {f"ziele[0].{group}[0].text": None},
            [(rule, "field.required", "asks", f"ziele[0].{group}[0].text")],
        )
        for group, rule in (
            ("leistungen_klient", "R-IFP-03-own"),
            ("leistungen_jmd", "R-IFP-03-provider"),
        )
    ),
    *(
        (
            f"{group} with {time or 'nothing'} for a time",
            ONE,
            {f"ziele[0].{group}[0].zeitangabe": time},
            [(rule, *ASKED, f"ziele[0].{group}[0].zeitangabe")],
        )
        for time in (None, "bald", "irgendwann", "-")
        for group, rule in (
            ("leistungen_klient", "R-IFP-03-own-when"),
            ("leistungen_jmd", "R-IFP-03-provider-when"),
        )
    ),
    (
        "a time that stands in the Leistung itself",
        ONE,
        {
            "ziele[0].leistungen_jmd[0].zeitangabe": None,
            "ziele[0].leistungen_jmd[0].text": "Beim Antrag helfen (bis 20.10.2026)",
        },
        [],
    ),
    (
        "no time for a goal, nowhere",
        TWO,
        {
            "ziele[1].wiedervorlage": None,
            "ziele[1].teilziele[0]": "Wohnberechtigungsschein beantragen",
        },
        [
            ("R-IFP-04", *BLOCKED, "ziele[1].text"),
            ("R-IFP-05-goal", "field.required", "asks", "ziele[1].wiedervorlage"),
        ],
    ),
    (
        "a time in the goal itself",
        ONE,
        {
            "ziele[0].teilziele[0]": "Wohnberechtigungsschein beantragen",
            "ziele[0].text": "Bis Ende März 2027 ist der Mietvertrag unterschrieben.",
        },
        [],
    ),
    (
        "only a Wiedervorlage narrows the time down",
        ONE,
        {"ziele[0].teilziele[0]": "Wohnberechtigungsschein beantragen"},
        [],
    ),
    ("no day of the plan", ONE, {"datum": None}, [("R-IFP-04-day", *NEEDED, "datum")]),
    (
        "a goal due before the plan",
        ONE,
        {"ziele[0].text": "Bis 30.09.2026 ist der Mietvertrag unterschrieben."},
        [("R-IFP-04-goal", *BLOCKED, "ziele[0].text")],
    ),
    (
        "a Teilziel due before the plan",
        ONE,
        {"ziele[0].teilziele[0]": "Antrag stellen (bis 02.10.2026)"},
        [("R-IFP-04-step", *BLOCKED, "ziele[0].teilziele[0]")],
    ),
    *(
        (
            f"{group} due before the plan",
            ONE,
            {f"ziele[0].{group}[0].zeitangabe": "bis 04.10.2026"},
            [(rule, *ASKED, f"ziele[0].{group}[0].zeitangabe")],
        )
        for group, rule in (
            ("leistungen_klient", "R-IFP-04-own"),
            ("leistungen_jmd", "R-IFP-04-provider"),
        )
    ),
    (
        "due on the day of the plan",
        ONE,
        {
            "ziele[0].teilziele[0]": "Antrag stellen (bis 05.10.2026)",
            "ziele[0].leistungen_klient[0].zeitangabe": "bis 05.10.2026",
            "ziele[0].leistungen_jmd[0].zeitangabe": "am 05.10.2026",
        },
        [],
    ),
    (
        "neither a review of the plan nor of a goal",
        ONE,
        {"ueberpruefungszeitraum": None, "ziele[0].wiedervorlage": None},
        [
            ("R-IFP-05", *NEEDED, "ueberpruefungszeitraum"),
            ("R-IFP-05-goal", "field.required", "asks", "ziele[0].wiedervorlage"),
        ],
    ),
    ("a review of a goal only", ONE, {"ueberpruefungszeitraum": None}, []),
    (
        "a review of the plan only",
        ONE,
        {"ziele[0].wiedervorlage": None},
        [("R-IFP-05-goal", "field.required", "asks", "ziele[0].wiedervorlage")],
    ),
    (
        "a goal that is reached needs no further review",
        ONE,
        {"ziele[0].wiedervorlage": None, "ziele[0].stand": "erreicht"},
        [],
    ),
    *(
        (
            f"a Wiedervorlage {name}",
            ONE,
            {"ziele[0].wiedervorlage": day},
            [("R-IFP-05-after", *BLOCKED, "ziele[0].wiedervorlage")],
        )
        for name, day in (
            ("on the day of the plan", date(2026, 10, 5)),
            ("before the plan", date(2026, 10, 4)),
        )
    ),
    (
        "a Wiedervorlage the day after",
        ONE,
        {"ziele[0].wiedervorlage": date(2026, 10, 6)},
        [],
    ),
    (
        "a review at no time",
        ONE,
        {"ueberpruefungszeitraum": "nach Absprache"},
        [("R-IFP-05-period", *ASKED, "ueberpruefungszeitraum")],
    ),
    (
        "a review before the plan",
        ONE,
        {"ueberpruefungszeitraum": "am 01.10.2026"},
        [("R-IFP-05-early", *ASKED, "ueberpruefungszeitraum")],
    ),
    (
        "no Indikator",
        ONE,
        {"ziele[0].indikator": None},
        [("R-IFP-06-indicator", "field.required", "notes", "ziele[0].indikator")],
    ),
    *(
        (
            f"an offer: {chosen}",
            ONE,
            {"ziele[0].angebot_vorhanden": chosen},
            [("R-IFP-07", *ASKED, "ziele[0].angebot_vorhanden")],
        )
        for chosen in (None, ("ja", "nein"))
    ),
    (
        "no fitting offer",
        ONE,
        {"ziele[0].angebot_vorhanden": "nein"},
        [("R-IFP-07-gap", "rule.broken", "notes", "ziele[0].angebot_vorhanden")],
    ),
    (
        "not handed out",
        ONE,
        {"ausgehaendigt_am": None},
        [("R-IFP-09", "field.required", "notes", "ausgehaendigt_am")],
    ),
    (
        "handed out before it was agreed",
        ONE,
        {"ausgehaendigt_am": date(2026, 10, 4)},
        [("R-IFP-09-day", *ASKED, "ausgehaendigt_am")],
    ),
    ("no wish", ONE, {"ziele[0].wunsch": None}, []),
    ("a wish in keywords", ONE, {"ziele[0].wunsch": "eigene Wohnung"}, []),
    (
        "a wish in an official's words",
        ONE,
        {"ziele[0].wunsch": "Der Klient möchte eine eigene Wohnung beziehen."},
        [("R-IFP-10", "rule.broken", "notes", "ziele[0].wunsch")],
    ),
    (
        "institutions involved",
        TWO,
        {
            "ziele[0].einrichtungen[0]": "Wohnungsamt",
            "ziele[1].einrichtungen[0]": "Job Center",
            "ziele[1].einrichtungen[1]": "Sozialamt",
        },
        [("R-IFP-11", "rule.broken", "notes", "ziele[0].einrichtungen[0]")],
    ),
]


@pytest.mark.parametrize(
    ("values", "changes", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_rule_says_what_is_wrong_and_nothing_else(values, changes, expected):
    result = plan(values, changes)
    assert said(result) == sorted(expected)
    assert result.archivable is all(severity != "blocks" for _, _, severity, _ in expected)


@pytest.mark.parametrize("stand", ["offen", None], ids=["ticked", "not ticked"])
def test_more_than_three_open_goals_ask(stand):
    four = HEAD | goals(4, stand="offen")
    four |= {f"ziele[{number}].stand": stand for number in range(4)}
    (finding,) = (one for one in plan(four).findings if one.rule == "R-IFP-02")
    assert (finding.severity, finding.field) == ("asks", "ziele[3].text")
    assert finding.params == {"items": 3, "count": 4}


@pytest.mark.parametrize("stand", ["erreicht", "zurueckgestellt"])
def test_goals_that_are_not_open_do_not_count(stand):
    five = HEAD | goals(5, wunsch="") | {"ziele[1].stand": stand, "ziele[3].stand": stand}
    assert "R-IFP-02" not in {one.rule for one in plan(five).findings}


def test_a_goal_may_count_as_open_only_if_its_state_was_read():
    four = HEAD | goals(4)
    one = with_reading(record(fitting(four), four), "ziele[2].stand", Reading.UNREADABLE, "x")
    result = check(PLAN, one, received=RECEIVED, calendar=few_days())
    assert "R-IFP-02" not in {finding.rule for finding in result.findings}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Keine Schulden mehr haben", "Verneinung"),
        ("Tesfay geht nicht mehr zu spät los.", "Verneinung"),
        ("Versuchen, pünktlich zu sein", "Versuch"),
    ],
)
def test_a_goal_that_denies_or_only_tries_is_noted(text, reason):
    (finding,) = plan(ONE, {"ziele[0].text": text}).findings
    assert (finding.rule, finding.severity) == ("R-IFP-06", "notes")
    assert reason in finding.message
    assert text not in finding.message


@pytest.mark.parametrize("rule", ["R-IFP-04", "R-IFP-04-goal", "R-IFP-04-step", "R-IFP-05-after"])
def test_a_caseworker_may_set_aside_a_time_that_is_missing_or_too_early(rule):
    (found,) = (one for one in PLAN.rules if one.id == rule)
    assert found.overridable


@pytest.mark.parametrize(
    "time",
    [
        "bis 12.10.2026",
        "ab 12.10.2026",
        "(ab sofort)",
        "fortlaufend bis zum Therapiebeginn",
        "(bis 02.12.2026)",
        "am 12.10.2026",
        "wöchentlich",
        "nach Bedarf",
        "in 3 Wochen",
        "jeden Dienstag",
    ],
)
def test_every_way_to_give_a_time_counts_as_one(time):
    assert said(plan(ONE, {"ziele[0].leistungen_klient[0].zeitangabe": time})) == []


def test_samiras_plan_can_be_archived_and_asks_for_what_the_source_does_not_show():
    result = sample(SAMIRA, date(2016, 10, 6))
    assert said(result) == [
        ("R-IFP-02-order", "field.required", "notes", "ziele[0].prioritaet"),
        ("R-IFP-02-order", "field.required", "notes", "ziele[1].prioritaet"),
        # Only the first goal has a Wiedervorlage.
        ("R-IFP-05-goal", "field.required", "asks", "ziele[1].wiedervorlage"),
        ("R-IFP-06-indicator", "field.required", "notes", "ziele[0].indikator"),
        ("R-IFP-06-indicator", "field.required", "notes", "ziele[1].indikator"),
        ("R-IFP-07", *ASKED, "ziele[0].angebot_vorhanden"),
        ("R-IFP-07", *ASKED, "ziele[1].angebot_vorhanden"),
        ("R-IFP-09", "field.required", "notes", "ausgehaendigt_am"),
        ("R-IFP-11", "rule.broken", "notes", "ziele[0].einrichtungen[0]"),
    ]
    assert result.archivable


def test_five_goals_of_which_three_are_open_are_not_too_many():
    result = sample(FUENF_ZIELE, date(2026, 9, 15))
    assert said(result) == [
        ("R-IFP-07", *ASKED, "ziele[3].angebot_vorhanden"),
        ("R-IFP-07-gap", "rule.broken", "notes", "ziele[4].angebot_vorhanden"),
        ("R-IFP-11", "rule.broken", "notes", "ziele[0].einrichtungen[0]"),
    ]


def test_rules_reach_the_rows_beyond_the_printed_ones():
    values = values_from_data(PLAN, VIELE_LEISTUNGEN)
    assert [one[0] for one in said(plan(values))] == ["R-IFP-11"]
    last = "ziele[0].leistungen_klient[7].zeitangabe"
    assert ("R-IFP-03-own-when", *ASKED, last) in said(plan(values, {last: None}))


def test_strange_characters_are_no_reason_to_complain():
    rules = {one.rule for one in sample(SONDERZEICHEN, RECEIVED).findings}
    assert rules <= {"R-IFP-06", "R-IFP-07-gap", "R-IFP-09", "R-IFP-10", "R-IFP-11"}


def test_a_blank_plan_asks_for_a_goal_and_for_nothing_inside_one():
    found = said(sample(LEER, RECEIVED))
    assert [one for one in found if (one[3] or "").startswith("ziele")] == [
        ("R-IFP-01", *NEEDED, "ziele[0].text")
    ]
    assert {one[0] for one in found if one[2] == "blocks"} == {
        "R-IFP-01",
        "R-IFP-03-who",
        "R-IFP-04-day",
        "R-IFP-05",
    }


def test_no_message_is_left_with_a_gap():
    blank = sample(LEER, RECEIVED).findings
    broken = (plan(values, changes).findings for _, values, changes, _ in CASES)
    for finding in (*blank, *(one for found in broken for one in found)):
        assert "{" not in finding.message, finding.rule


def test_every_rule_of_the_plan_is_broken_by_some_case():
    found = {rule for case in CASES for rule, *_ in case[3]}
    elsewhere = {"R-IFP-02", "R-IFP-06", "R-IFP-04-future"}
    assert {rule.id for rule in PLAN.rules} == found | elsewhere


def test_a_plan_dated_after_its_receipt_asks():
    assert said(plan(ONE, received=date(2026, 10, 4))) == [("R-IFP-04-future", *ASKED, "datum")]
