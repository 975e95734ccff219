"""Plans and consents judged by a reader of the rules, as ``judgement_plans.yaml`` lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any  # a case is what YAML makes of it

import pytest
import yaml

from formservice.domain.copies import printed_shape, reshaped
from formservice.domain.document import Doubt
from formservice.domain.findings import Finding
from formservice.domain.form import FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading, Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, record, with_reading
from tests.domain.test_judgement import values

_TABLE = yaml.safe_load(Path(__file__).with_name("judgement_plans.yaml").read_text("utf-8"))
_FORMS = {
    "plan": "integrationsfoerderplan",
    "dabei": "einwilligung-ich-bin-dabei",
    "daten": "einwilligung-daten",
    "release": "schweigepflichtentbindung",
}
_FULL = {
    base: DEFINITIONS.get(_FORMS[base.removeprefix("young_")], "2017-11")
    for base in _TABLE["bases"]
    if base != "goal"
}
_WEIGHT = {"notes": 1, "asks": 2, "blocks": 3}
_RANKS = ("eins", "zwei", "drei")
_READINGS = {"unreadable": Reading.UNREADABLE, "not_found": Reading.NOT_FOUND}


@dataclass(frozen=True)
class Judged:
    """One record: a case of the table and which of its bases it changes."""

    case: Mapping[str, Any]
    base: str

    @property
    def changes(self) -> dict[str, Any]:
        return {**self.case.get("change", {}), **self.case.get("more", {}).get(self.base, {})}


def records() -> list[Any]:
    pairs = [(case, base) for case in _TABLE["cases"] for base in bases_of(case)]
    return [pytest.param(Judged(case, base), id=f"{base}: {case['case']}") for case, base in pairs]


def bases_of(case: Mapping[str, Any]) -> list[str]:
    return case["base"] if isinstance(case["base"], list) else [case["base"]]


def complete(base: str, goals: int) -> dict[str, Any]:
    """Return the data of a complete record; the first three goals have a rank each."""
    data = dict(_TABLE["bases"][base])
    for number in range(goals if base == "plan" else 0):
        rank = {"prioritaet": _RANKS[number]} if number < len(_RANKS) else {}
        goal = {**_TABLE["bases"]["goal"], **rank}
        data |= {f"ziele[{number}].{key}": value for key, value in goal.items()}
    return data


def data_of(judged: Judged) -> dict[str, Any]:
    data = complete(judged.base, judged.case.get("goals", 1))
    for key, value in judged.changes.items():
        if key.endswith("*"):
            data = {one: kept for one, kept in data.items() if not one.startswith(key[:-1])}
        else:
            data[key] = value
    return {key: value for key, value in data.items() if value is not None}


def fitting(definition: FormDefinition, data: Mapping[str, object]) -> FormDefinition:
    shape = printed_shape(definition, shape_of(definition, data))
    return reshaped(definition, shape) if definition.members else definition


def typed(definition: FormDefinition, data: Mapping[str, object]) -> dict[str, Value]:
    return values(fitting(definition, data), data)


@cache
def _result(base: str, index: int) -> CheckResult:
    judged = Judged(_TABLE["cases"][index], base)
    definition, data = _FULL[base], data_of(judged)
    one = record(fitting(definition, data), typed(definition, data))
    for key, reading in judged.case.get("reading", {}).items():
        doubts = [Doubt.AMBIGUOUS_MARK] if reading == "unreadable" else []
        one = with_reading(one, key, _READINGS[reading], "?", *doubts)
    received = date.fromisoformat(judged.case.get("received", "2026-10-06"))
    return check(definition, one, received=received, calendar=few_days())


def result(judged: Judged) -> CheckResult:
    return _result(judged.base, _TABLE["cases"].index(judged.case))


@dataclass(frozen=True)
class Expected:
    """„severity demand field“, as the table writes it; the field may be left out."""

    severity: str
    rules: tuple[str, ...]
    fields: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Expected":
        severity, rules, fields = f"{text} *".split(" ")[:3]
        return cls(severity, tuple(rules.split("|")), tuple(fields.split("|")))

    def about(self, finding: Finding) -> bool:
        rule = any(_fits(one, finding.rule) for one in self.rules)
        return rule and any(_fits(one, finding.field or "") for one in self.fields)

    def met(self, finding: Finding) -> bool:
        least = _WEIGHT.get(self.severity, 1)
        return self.about(finding) and _WEIGHT[finding.severity.value] >= least

    def allows(self, finding: Finding) -> bool:
        most = _WEIGHT.get(self.severity, 3)
        return self.about(finding) and _WEIGHT[finding.severity.value] <= most


def _fits(wanted: str, found: str) -> bool:
    """Tell whether ``found`` is ``wanted``; a star stands for any text at its ends only."""
    if wanted.startswith("*"):
        return wanted.strip("*") in found
    return found.startswith(wanted[:-1]) if wanted.endswith("*") else found == wanted


@pytest.mark.parametrize("judged", records())
def test_a_record_is_judged_as_a_careful_reader_of_the_rules_judges_it(judged):
    said = [one for one in result(judged).findings if one.rule]
    expected = [Expected.parse(text) for text in judged.case["findings"]]
    allowed = [Expected.parse(text) for text in (*_TABLE["always"], *judged.case.get("may", []))]
    missing = [one for one in expected if not any(map(one.met, said))]
    surplus = [
        (one.rule, one.severity.value, one.field)
        for one in said
        if not any(wanted.about(one) for wanted in expected)
        and not any(wanted.allows(one) for wanted in allowed)
    ]
    assert (missing, surplus) == ([], [])


@pytest.mark.parametrize("judged", records())
def test_a_record_is_held_back_only_for_what_blocks_or_was_not_read(judged):
    blocked = any(one.severity.value == "blocks" for one in result(judged).findings)
    assert result(judged).archivable is not (blocked or "reading" in judged.case)


@pytest.mark.parametrize("judged", records())
def test_no_record_is_told_the_same_sentence_of_one_field_twice(judged):
    said = [(one.field, one.message) for one in result(judged).findings]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("judged", records())
def test_no_sentence_repeats_what_stands_in_the_form(judged):
    long = [one for one in data_of(judged).values() if isinstance(one, str) and len(one) > 9]
    for finding in result(judged).findings:
        assert finding.message.endswith((".", ")."))
        assert [value for value in long if value in finding.message] == []


@pytest.mark.parametrize("judged", [p for p in records() if "never" in p.values[0].case])
def test_nothing_is_said_about_the_age_on_the_16th_birthday(judged):
    never = judged.case["never"]
    assert [one.rule for one in result(judged).findings if one.rule.startswith(never)] == []
