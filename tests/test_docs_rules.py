"""The page about rules names every predicate with its arguments, every code, every demand."""

import re
from pathlib import Path

from formservice.adapters.definitions.mappings import load
from formservice.domain.findings import FindingCode
from formservice.domain.predicates import PREDICATES

_ROOT = Path(__file__).resolve().parents[1]
PAGE = (_ROOT / "docs" / "rules.md").read_text("utf-8")


def test_every_finding_code_is_documented():
    assert [code for code in FindingCode if f"| `{code}` |" not in PAGE] == []


def test_every_predicate_is_documented_with_its_arguments_and_gaps():
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for name, predicate in PREDICATES.items():
        for word in predicate.arguments:
            assert f"`{word}`" in rows[name]
        for gap in predicate.params:
            assert "`{" + gap + "}`" in rows[name]


def test_no_predicate_is_documented_that_does_not_exist():
    section = PAGE.split("## Predicates")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(PREDICATES)


def test_every_demand_of_the_forms_is_a_rule_or_listed_as_not_answered():
    stated = set()
    for definition in load(_ROOT / "mappings", _ROOT / "form_templates"):
        rules = [
            *(one.id for one in definition.rules),
            *(one.rule for one in definition.deadlines),
        ]
        stated |= {"-".join(rule.split("-")[:3]) for rule in rules}
    listed = set(re.findall(r"R-(?:EB|FB|IFP)-\d\d", PAGE.split("## Not answered")[1]))
    wanted = {f"R-EB-{number:02}" for number in range(1, 12)}
    wanted |= {f"R-FB-{number:02}" for number in range(1, 17)}
    wanted |= {f"R-IFP-{number:02}" for number in range(1, 13)}
    assert wanted - stated - listed == set()


def test_every_deadline_key_is_documented():
    for definition in load(_ROOT / "mappings", _ROOT / "form_templates"):
        for rule in definition.deadlines:
            assert f"| `{rule.key}` |" in PAGE
