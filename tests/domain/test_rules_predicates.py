"""Every named predicate, with what meets it and what does not, on a form of its own."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.domain.document import Doubt
from formservice.domain.facts import Facts
from formservice.domain.form import (
    Argument,
    Field,
    FieldKind,
    FlowItem,
    FormDefinition,
    FormRef,
    Group,
    Layout,
    Option,
    Rule,
    Severity,
)
from formservice.domain.groups import flat
from formservice.domain.predicate import ArgumentType, Parameter
from formservice.domain.predicates import PREDICATES
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, record

RECEIVED = date(2026, 5, 13)
CHOICE = (Option("x", "x"), Option("y", "y"))
FIELDS: tuple[Field | Group, ...] = (
    Field("a", FieldKind.MULTILINE, "Was ist Ihr größter Wunsch?", "Wunsch", placeholder="Text"),
    Field("b", FieldKind.MULTILINE, "Und sonst:"),
    Field("d", FieldKind.DATE, "Tag:"),
    Field("e", FieldKind.DATE, "Ende:"),
    Field("c", FieldKind.CHOICE, "Wahl:", options=CHOICE),
    Field("m", FieldKind.CHOICE, "Mehrere:", options=CHOICE, several=True),
    Field("t", FieldKind.TICK, "Haken"),
    Field("s", FieldKind.SIGNATURE, "Unterschrift"),
    Field("z", FieldKind.TEXT, "Wann", zeitangabe=True),
    Group("g", "Punkt", 2, (Field("g[]", FieldKind.TEXT, "Punkt"),), single=True),
    Group("h", "Zeichen", 2, (Field("h[]", FieldKind.SIGNATURE, "Zeichen"),), single=True),
)
FORM = FormDefinition(
    FormRef("probe", "2026-01"),
    "Probe",
    "de-DE",
    ("Probe",),
    flat(FIELDS, {}),
    members=FIELDS,
    layout=Layout(
        FormRef("probe", "2026-01"), (), (), (FlowItem("Bitte schreiben Sie in ganzen Sätzen."),)
    ),
)
LATER: dict[str, Value] = {"d": date(2026, 5, 1), "e": date(2026, 5, 2)}
EARLIER: dict[str, Value] = {"d": date(2026, 5, 2), "e": date(2026, 5, 1)}

BORN: dict[str, Value] = {"d": date(2010, 5, 14)}
SIXTEEN: dict[str, Value] = {**BORN, "e": date(2026, 5, 14)}
FIFTEEN: dict[str, Value] = {**BORN, "e": date(2026, 5, 13)}

# predicate, fields, values, arguments, fields at fault
CASES: list[tuple[str, Sequence[str], dict[str, Value], dict[str, Argument], list[str | None]]] = [
    ("filled", "a", {"a": "Arbeit"}, {}, []),
    ("filled", "a", {}, {}, ["a"]),
    ("filled", "a", {"a": " –\n"}, {}, ["a"]),
    ("filled", "a", {"a": "Text"}, {}, ["a"]),
    ("filled", "a", {"a": "👍"}, {}, []),
    ("filled", "a", {"a": "______ / ......"}, {}, ["a"]),
    ("filled", "a", {"a": "أريد"}, {}, []),
    ("filled", "ab", {"b": "ja"}, {}, ["a"]),
    ("filled", "d", {"d": RECEIVED}, {}, []),
    ("filled", "c", {"c": "x"}, {}, []),
    ("filled", "c", {"c": ()}, {}, ["c"]),
    ("filled", "t", {"t": True}, {}, []),
    ("filled", "t", {"t": False}, {}, ["t"]),
    ("filled", "s", {"s": True}, {}, []),
    ("filled", "s", {"s": False}, {}, ["s"]),
    ("empty", "ad", {}, {}, []),
    ("empty", "ad", {"a": "x", "d": RECEIVED}, {}, ["a", "d"]),
    ("exactly_one", "c", {"c": "x"}, {}, []),
    ("exactly_one", "c", {}, {}, ["c"]),
    ("exactly_one", "c", {"c": ("x", "y")}, {}, ["c"]),
    ("at_most_one", "c", {}, {}, []),
    ("at_most_one", "c", {"c": "x"}, {}, []),
    ("at_most_one", "c", {"c": ("x", "y")}, {}, ["c"]),
    ("any_filled", "ab", {"b": "x"}, {}, []),
    ("any_filled", "ag", {"g[1]": "x"}, {}, []),
    ("any_filled", "ba", {}, {}, ["b"]),
    ("any_filled", "ga", {}, {}, ["g"]),
    ("not_chosen", "c", {}, {"options": ("x",)}, []),
    ("not_chosen", "cm", {"c": "y", "m": ("y",)}, {"options": ("x",)}, []),
    ("not_chosen", "cm", {"c": "x", "m": ("x", "y")}, {"options": ("x",)}, ["c", "m"]),
    ("not_chosen", "c", {"c": ("x", "y")}, {"options": ("x",)}, []),  # says neither
    ("at_least_items", "g", {"g[1]": "x"}, {}, []),
    ("at_least_items", "g", {}, {}, ["g"]),
    ("at_least_items", "gh", {"g[0]": "x", "h[0]": True}, {"items": 2}, []),
    ("at_most_items", "g", {"g[0]": "x"}, {"items": 1}, []),
    ("at_most_items", "g", {"g[0]": "x", "g[1]": "x"}, {"items": 1}, ["g[1]"]),
    ("different", ("g[]",), {"g[0]": "x", "g[1]": "y"}, {}, []),
    ("different", ("g[]",), {"g[0]": "x", "g[1]": "X"}, {}, ["g[1]"]),
    ("paired", "gh", {"g[1]": "x", "h[1]": True}, {}, []),
    ("paired", "gh", {"g[1]": "x", "h[0]": True}, {}, ["h[1]"]),
    ("only_with", "ac", {"a": "ja", "c": "x"}, {"options": ("x",)}, []),
    ("only_with", "ac", {"c": "y"}, {"options": ("x",)}, []),
    ("only_with", "ac", {"a": "ja", "c": "y"}, {"options": ("x",)}, ["a"]),
    ("only_with", "ac", {"a": "ja"}, {"options": ("x",)}, ["a"]),
    ("answered_unless", "ab", {"a": "so"}, {}, []),
    ("answered_unless", "ab", {"b": "keine"}, {}, []),
    ("answered_unless", "ab", {"b": "alle erreicht"}, {}, ["a"]),
    ("answered_unless", "ab", {"b": "alle erreicht"}, {"all_spares": True}, []),
    ("answered_unless", "ab", {"b": "nicht alle"}, {"all_spares": True}, ["a"]),
    ("answered_unless", "ab", {"b": "keine Wohnung"}, {}, ["a"]),
    ("answered_unless", "ab", {}, {}, ["a"]),
    ("attached", "c", {"c": "x"}, {}, ["c"]),
    ("not_before", "ed", LATER, {}, []),
    ("not_before", "ed", EARLIER, {}, ["e"]),
    ("not_before", "ed", {"d": RECEIVED}, {}, []),
    ("not_before", "ed", {"d": RECEIVED, "e": RECEIVED}, {}, []),
    ("not_after", "de", LATER, {}, []),
    ("not_after", "de", EARLIER, {}, ["d"]),
    ("after", "ed", LATER, {}, []),
    ("after", "ed", EARLIER, {}, ["e"]),
    ("after", "ed", {"d": RECEIVED, "e": RECEIVED}, {}, ["e"]),
    ("after", "ed", {"e": RECEIVED}, {}, []),
    ("within_months", "ed", LATER, {"months": 1}, []),
    ("within_months", "ed", EARLIER, {"months": 1}, []),
    ("within_months", "ed", {"d": date(2025, 5, 1), "e": date(2026, 5, 1)}, {}, []),
    ("within_months", "ed", {"d": date(2025, 5, 1), "e": date(2026, 5, 2)}, {}, ["e"]),
    ("within_months", "ed", {"d": date(2024, 2, 29), "e": date(2025, 2, 28)}, {}, []),
    ("within_months", "ed", {"d": date(2024, 2, 29), "e": date(2025, 3, 1)}, {}, ["e"]),
    ("within_months", "ed", {"d": date(2024, 1, 31), "e": date(2024, 2, 29)}, {"months": 1}, []),
    ("not_past", "d", {"d": RECEIVED}, {}, []),
    ("not_past", "d", {"d": date(2026, 5, 12)}, {}, ["d"]),
    ("age_between", "de", {"d": date(2004, 5, 1), "e": date(2016, 5, 1)}, {}, []),
    ("age_between", "de", {"d": date(2004, 5, 2), "e": date(2016, 5, 1)}, {}, ["d"]),
    ("age_between", "de", {"d": date(1988, 5, 2), "e": date(2016, 5, 1)}, {}, []),
    ("age_between", "de", {"d": date(1988, 5, 1), "e": date(2016, 5, 1)}, {}, ["d"]),
    ("age_between", "de", {"d": date(2016, 5, 2), "e": date(2016, 5, 1)}, {}, []),
    ("reached_age", "de", SIXTEEN, {}, []),
    ("reached_age", "de", FIFTEEN, {}, ["d"]),
    ("reached_age", "de", SIXTEEN, {"age": 17}, ["d"]),
    ("filled_below_age", "ade", SIXTEEN, {}, []),
    ("filled_below_age", "ade", FIFTEEN, {}, ["a"]),
    ("filled_below_age", "ade", {**FIFTEEN, "a": "x"}, {}, []),
    ("filled_below_age", "hde", FIFTEEN, {}, ["h"]),
    ("filled_below_age", "hde", {**FIFTEEN, "h[1]": True}, {}, []),
    ("filled_below_age", "ade", BORN, {}, []),
    ("filled_from_age", "ade", SIXTEEN, {}, ["a"]),
    ("filled_from_age", "ade", {**SIXTEEN, "a": "x"}, {}, []),
    ("filled_from_age", "ade", FIFTEEN, {}, []),
    ("filled_from_age", "ade", {"e": RECEIVED}, {}, []),
    ("in_the_past", "d", {"d": date(2026, 5, 12)}, {}, []),
    ("in_the_past", "d", {"d": RECEIVED}, {}, ["d"]),
    ("not_future", "d", {"d": RECEIVED}, {}, []),
    ("not_future", "d", {"d": date(2026, 5, 14)}, {}, ["d"]),
    ("plausible_birth_date", "d", {"d": date(2012, 5, 13)}, {}, []),
    ("plausible_birth_date", "d", {"d": date(2012, 5, 14)}, {}, ["d"]),
    ("plausible_birth_date", "d", {"d": date(1925, 5, 13)}, {}, ["d"]),
    ("plausible_birth_date", "d", {"d": date(2000, 2, 29)}, {"youngest": 27}, ["d"]),
    ("time_expression", "a", {"a": "bis Mai"}, {}, []),
    ("time_expression", "a", {"a": "seit Mai 2020"}, {}, ["a"]),
    ("time_expression", "a", {"a": "Arbeit"}, {}, ["a"]),
    ("time_expression", "a", {}, {}, []),
    ("time_expression", "z", {"z": "monatlich"}, {}, []),
    ("time_expression", "a", {"a": "monatlich"}, {}, ["a"]),
    ("any_time", "ad", {"d": RECEIVED}, {}, []),
    ("any_time", "ab", {"a": "Arbeit", "b": "bis Mai"}, {}, []),
    ("any_time", "ab", {"a": "Arbeit"}, {}, ["a"]),
    ("any_time", "ad", {}, {}, ["a"]),
    ("any_time", "z", {"z": "bald"}, {}, ["z"]),
    ("time_not_before", "ad", {"a": "bis 2.5.2026", "d": date(2026, 5, 1)}, {}, []),
    ("time_not_before", "ad", {"a": "bis 2.5.2025", "d": date(2026, 5, 1)}, {}, ["a"]),
    ("time_not_before", "ad", {"a": "bis Mai", "d": date(2026, 6, 1)}, {}, []),
    ("time_not_before", "ad", {"a": "bis 2.5.2025"}, {}, []),
    ("time_not_after", "ad", {"a": "bis 2.5.2026", "d": date(2026, 5, 3)}, {}, []),
    ("time_not_after", "ad", {"a": "Mai 2027", "d": date(2026, 5, 3)}, {}, ["a"]),
    ("at_least_words", "a", {"a": "ich will Arbeit"}, {}, []),
    ("at_least_words", "a", {"a": "Führerschein machen"}, {}, ["a"]),
    ("at_least_words", "a", {"a": "我想工作"}, {"words": 2}, []),
    ("at_least_words", "a", {}, {}, []),
    ("no_more_than_chars", "a", {"a": "abc"}, {"chars": 3}, []),
    ("no_more_than_chars", "ab", {"a": "abcd", "b": "a"}, {"chars": 3}, ["a"]),
    ("no_more_than_chars_together", "ab", {"a": "ab", "b": "c"}, {"chars": 3}, []),
    ("no_more_than_chars_together", "ab", {"a": "ab", "b": "cd"}, {"chars": 3}, [None]),
    ("o_ton_style", "a", {"a": "Ich will Arbeit"}, {}, []),
    ("o_ton_style", "a", {"a": "Arbeit finden"}, {}, ["a"]),
    ("o_ton_style", "a", {"a": "Arbeit finden"}, {"first_person_from": 3}, []),
    ("o_ton_style", "a", {"a": "TN will Arbeit"}, {"first_person_from": 9}, ["a"]),
    ("positive_wording", "a", {"a": "Eine eigene Wohnung ist gefunden."}, {}, []),
    ("positive_wording", "ab", {"a": "Keine Schulden", "b": "weniger"}, {}, ["a"]),
    ("no_blanket", "a", {"a": "Termine im März 2018"}, {}, []),
    ("no_blanket", "a", {"a": "alle Daten"}, {}, ["a"]),
    ("more_than_yes", "a", {"a": "ja, in Richtung Pflege"}, {}, []),
    ("more_than_yes", "a", {"a": "nein"}, {}, []),
    ("more_than_yes", "a", {"a": "Ja!"}, {}, ["a"]),
    ("more_than_yes", "a", {"a": "Ja, sie haben sich geändert"}, {}, []),
    ("more_than_yes", "a", {"a": "ja, haben sich verändert"}, {}, ["a"]),
    ("not_both_none", "ab", {"a": "keine", "b": "Wohnung"}, {}, []),
    ("not_both_none", "ab", {"a": "Arbeit", "b": "keine"}, {}, []),
    ("not_both_none", "ab", {"a": "nichts", "b": "keine"}, {}, ["a"]),
    ("not_both_none", "ab", {"a": "noch keine", "b": "alle erreicht"}, {}, ["a"]),
    ("not_the_question", "a", {"a": "Arbeit und eine Wohnung finden"}, {}, []),
    ("not_the_question", "a", {"a": "was ist ihr größter wunsch"}, {}, ["a"]),
    ("not_the_question", "a", {"a": "Bitte schreiben Sie in ganzen Sätzen."}, {}, ["a"]),
    ("not_the_question", "a", {"a": "Bitte schreiben Sie in ganzen"}, {}, ["a"]),
    (
        "not_the_question",
        "a",
        {"a": "Was ist Ihr größter Wunsch?\nBitte schreiben Sie in ganzen Sätzen."},
        {},
        ["a"],
    ),
    ("not_the_question", "a", {"a": "Was ist Ihr größter Wunsch? Arbeit"}, {}, []),
    ("not_the_question", "b", {"b": "Und sonst"}, {}, []),
    (
        "not_only_elsewhere",
        "a",
        {"a": "Umzug; mehr auf dem Beiblatt, dort auf drei Seiten"},
        {},
        [],
    ),
    ("not_only_elsewhere", "a", {"a": "siehe Beiblatt"}, {}, ["a"]),
    ("not_only_elsewhere", "a", {"a": "s. Anlage"}, {}, ["a"]),
]


def breaches(
    predicate: str, fields: Sequence[str], one: Record, arguments: Mapping[str, Argument]
) -> list[str | None]:
    facts = Facts(FORM, one, RECEIVED)
    return [
        breach.field for breach in PREDICATES[predicate].breaches(facts, tuple(fields), arguments)
    ]


@pytest.mark.parametrize(
    ("predicate", "fields", "values", "arguments", "expected"),
    CASES,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)],
)
def test_a_predicate_finds_what_breaks_it(predicate, fields, values, arguments, expected):
    assert breaches(predicate, fields, record(FORM, values), arguments) == expected


def test_every_predicate_has_a_case_that_meets_it_and_one_that_does_not():
    met = {case[0] for case in CASES if not case[4]} | {"attached"}
    broken = {case[0] for case in CASES if case[4]}
    assert met == broken == set(PREDICATES)


def test_every_predicate_reports_the_gaps_it_promises():
    for case in CASES:
        facts = Facts(FORM, record(FORM, case[2]), RECEIVED)
        predicate = PREDICATES[case[0]]
        for breach in predicate.breaches(facts, tuple(case[1]), case[3]):
            assert set(breach.params) == set(predicate.params)


def test_the_rules_of_every_definition_leave_no_gap_open():
    for definition in DEFINITIONS:
        for rule in definition.rules:
            known = {
                "{field}",
                "{item}" if rule.each else "{field}",
                *("{" + gap + "}" for gap in PREDICATES[rule.predicate].params),
            }
            rest = rule.message
            for gap in known:
                rest = rest.replace(gap, "")
            assert "{" not in rest


@pytest.mark.parametrize("reading", [Reading.UNREADABLE, Reading.NOT_FOUND])
@pytest.mark.parametrize("predicate", sorted(set(PREDICATES) - {"attached"}))
def test_no_predicate_complains_about_what_nobody_could_read(predicate, reading):
    fields, arguments = next((one[1], one[3]) for one in CASES if one[0] == predicate)
    unread = {
        key: Extraction(key, reading, "", None, 0.0, None) for key in record(FORM, {}).fields
    }
    assert breaches(predicate, fields, Record(FORM.ref, unread), arguments) == []


def test_a_typed_name_is_neither_signed_nor_unsigned():
    typed = Extraction(
        "s", Reading.READ, "Muster", False, 0.5, None, doubts=frozenset({Doubt.TYPED_NAME})
    )
    one = Record(FORM.ref, {"s": typed})
    assert breaches("filled", "s", one, {}) == []
    assert breaches("empty", "s", one, {}) == []


@pytest.mark.parametrize(
    ("when", "values", "expected"),
    [
        ({}, {}, True),
        ({"c": ("x",)}, {"c": "x"}, True),
        ({"c": ("x",)}, {"c": "y"}, False),
        ({"c": ("x",)}, {}, False),
        ({"c": ("x", "y")}, {"c": ("x", "y")}, True),
        ({"c": ("x",)}, {"c": ("x", "y")}, False),
        ({"m": ("x",)}, {"m": ("x", "y")}, True),
        ({"c": ()}, {}, True),
        ({"c": ()}, {"c": "x"}, False),
        ({"c": ("x",), "m": ("y",)}, {"c": "x", "m": ("x",)}, False),
    ],
)
def test_a_condition_holds_only_if_every_choice_holds_one_of_its_options(when, values, expected):
    assert Facts(FORM, record(FORM, values), RECEIVED).holds(when) is expected


def test_a_condition_on_a_choice_nobody_could_read_does_not_hold():
    unread = Record(FORM.ref, {"c": Extraction("c", Reading.UNREADABLE, "", None, 0.0, None)})
    facts = Facts(FORM, unread, RECEIVED)
    assert not facts.holds({"c": ("x",)})
    assert not facts.holds({"c": ()})


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (ArgumentType.NUMBER, 3, "3"),
        (ArgumentType.NUMBER, 0, -1),
        (ArgumentType.NUMBER, 3, True),
        (ArgumentType.TRUTH, True, 1),
        (ArgumentType.TEXTS, ("ja",), "ja"),
        (ArgumentType.TEXTS, ["ja"], [1]),
        (ArgumentType.OPTIONS, ["ja"], "ja"),
    ],
)
def test_an_argument_takes_only_its_type(kind, good, bad):
    parameter = Parameter(kind, "")
    assert parameter.takes(good)
    assert not parameter.takes(bad)


def rule(predicate: str, fields: str, severity: Severity = Severity.BLOCKS) -> Rule:
    return Rule("R-1", predicate, tuple(fields), severity, "Bitte „{field}“ füllen.")


def judged(values: Mapping[str, Value], *rules: Rule) -> CheckResult:
    definition = dataclasses.replace(FORM, rules=rules)
    one = record(FORM, values)
    return check(definition, one, received=RECEIVED, calendar=few_days())


def test_a_finding_carries_what_its_rule_says():
    demand = dataclasses.replace(rule("filled", "a"), overridable=True, code="field.required")
    [finding] = judged({}, demand).findings
    assert finding.message == "Bitte „Wunsch“ füllen."
    assert (finding.rule, finding.overridable, finding.code) == ("R-1", True, "field.required")


@pytest.mark.parametrize(
    ("severity", "archivable"),
    [(Severity.BLOCKS, False), (Severity.ASKS, True), (Severity.NOTES, True)],
)
def test_only_a_blocking_finding_keeps_a_sure_record_out(severity, archivable):
    assert judged({}, rule("filled", "a", severity)).archivable is archivable


values_of_any_kind = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.booleans(),
    st.dates(),
    st.tuples(st.sampled_from(["abbruch", "regulaer", "ja", "nein", "?"])),
    st.sampled_from(["abbruch", "regulaer", "nichtantritt", "ja", "nein", "keine", "bis Mai"]),
)


@st.composite
def any_record(draw):
    definition = draw(st.sampled_from(list(DEFINITIONS)))
    keys = draw(st.sets(st.sampled_from([field.key for field in definition.fields])))
    fields = {
        key: Extraction(
            key,
            draw(st.sampled_from(Reading)),
            draw(st.text(max_size=20)),
            draw(values_of_any_kind),
            0.5,
            None,
            doubts=draw(st.frozensets(st.sampled_from(Doubt), max_size=3)),
        )
        for key in keys
    }
    return definition, Record(definition.ref, fields)


@given(any_record(), st.dates())
@settings(max_examples=120)
def test_any_record_can_be_checked(case, received):
    definition, one = case
    result = check(definition, one, received=received, calendar=few_days())
    for finding in result.findings:
        assert finding.message
        assert "{" not in finding.message
    assert not (
        result.archivable and any(one.severity is Severity.BLOCKS for one in result.findings)
    )


@given(any_record(), st.dates())
def test_checking_twice_says_the_same(case, received):
    definition, one = case
    calendar = few_days()
    assert check(definition, one, received=received, calendar=calendar) == check(
        definition, one, received=received, calendar=calendar
    )
