"""Records judged by a reader of the rules; ``judgement.yaml`` says which were judged later."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any  # a case is what YAML makes of it

import pytest
import yaml

from formservice.adapters.feiertage import Feiertage
from formservice.domain.document import Doubt
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition
from formservice.domain.frist import Calendar
from formservice.domain.record import Reading, Value
from formservice.domain.rules import CheckResult, check
from formservice.domain.values import values_from_data
from tests.domain.records import ERWARTUNGSBOGEN, FEEDBACKBOGEN, record, with_reading

_TABLE = yaml.safe_load(Path(__file__).with_name("judgement.yaml").read_text("utf-8"))


def cases(key):
    """Return the cases of the table that say something under ``key``; all say ``case``."""
    return [pytest.param(one, id=one["case"]) for one in _TABLE["cases"] if key in one]


@dataclass(frozen=True)
class Expected:
    """„severity field“, as the table writes it."""

    severity: str
    fields: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Expected":
        severity, fields = text.split(" ")
        return cls(severity, tuple(fields.split("|")))

    def covers(self, finding: Finding) -> bool:
        fitting = any(fnmatchcase(finding.field or "", field) for field in self.fields)
        return fitting and self.severity in ("any", finding.severity.value)


@cache
def calendar(land: str, local: str | None) -> Calendar:
    return Feiertage(land, [date.fromisoformat(local)] if local else [])


def judged(case: Mapping[str, Any]) -> CheckResult:
    data = {**_TABLE["bases"][case["base"]], **case.get("change", {})}
    definition = ERWARTUNGSBOGEN if case["base"] == "asked" else FEEDBACKBOGEN
    typed = [key for key, value in data.items() if value == "typed"]
    one = record(definition, values(definition, data))
    for key in typed:
        one = with_reading(one, key, Reading.READ, "gez.", Doubt.TYPED_NAME)
    return check(
        definition,
        one,
        received=date.fromisoformat(case["received"]),
        calendar=calendar(case.get("land", "NI"), case.get("local")),
    )


def values(definition: FormDefinition, data: Mapping[str, object]) -> dict[str, Value]:
    """Return the values of ``data``; two boxes of a choice that allows one are kept as found."""
    both = {
        key: tuple(value)
        for key, value in data.items()
        if isinstance(value, list) and not definition.field(key).several
    }
    given = {key: value for key, value in data.items() if value not in (None, "typed")}
    plain = {key: value for key, value in given.items() if key not in both}
    return {**values_from_data(definition, plain), **both}


@pytest.mark.parametrize("case", cases("case"))
def test_a_record_gets_the_findings_a_careful_reader_expects(case):
    findings = judged(case).findings
    expected = [Expected.parse(text) for text in case["findings"]]
    allowed = [Expected.parse(text) for text in case.get("may", [])]
    missing = [one for one in expected if not any(map(one.covers, findings))]
    surplus = [
        (finding.rule, finding.severity.value, finding.field)
        for finding in findings
        if not any(one.covers(finding) for one in (*expected, *allowed))
    ]
    assert (missing, surplus) == ([], [])


@pytest.mark.parametrize("case", cases("deadlines"))
def test_a_record_gets_the_deadlines_a_careful_reader_expects(case):
    # Two deadlines with the same days may stand for one demand.
    found = {(d.start.isoformat(), d.due.isoformat(), d.met) for d in judged(case).deadlines}
    assert found == {tuple(deadline) for deadline in case["deadlines"]}


@pytest.mark.parametrize("case", cases("archivable"))
def test_a_record_is_archivable_when_a_careful_reader_says_so(case):
    assert judged(case).archivable is case["archivable"]


@pytest.mark.parametrize("case", cases("case"))
def test_no_record_is_told_the_same_twice(case):
    findings = judged(case).findings
    assert [
        text for text, count in Counter(one.message for one in findings).items() if count > 1
    ] == []
    late = Counter((one.code, one.field) for one in findings if one.code.startswith("deadline."))
    assert [said for said, count in late.items() if count > 1] == []
    assumed = [one for one in findings if "kein eigenes Datum" in one.message]
    assert len(assumed) <= 1


@pytest.mark.parametrize("case", cases("case"))
def test_every_message_is_a_finished_sentence_without_a_value_of_the_form(case):
    data = {**_TABLE["bases"][case["base"]], **case.get("change", {})}
    # Short values („ja“, „W“) are words of any sentence.
    long = [value for value in data.values() if isinstance(value, str) and len(value) > 8]
    for finding in judged(case).findings:
        assert finding.message.endswith((".", ")."))
        assert "{" not in finding.message
        assert [value for value in long if value in finding.message] == []
        asks = finding.severity.value != "notes"
        assert not asks or "Bitte" in finding.message or "bitte" in finding.message
        assert finding.code in set(FindingCode)


@pytest.mark.parametrize("base", list(_TABLE["bases"]))
def test_a_good_document_is_left_in_peace(base):
    received = {"asked": "2026-01-20", "regular": "2026-07-31", "left": "2026-03-23"}
    case = {"base": base, "received": received.get(base, "2026-02-05")}
    severities = {finding.severity.value for finding in judged(case).findings}
    assert severities <= {"notes"}
    assert judged(case).archivable
