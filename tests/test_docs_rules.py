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


DEMANDS = [
    *(f"R-IFP-{number:02}" for number in range(1, 13)),
    *(f"R-CON-{number:02}" for number in range(1, 12)),
    *(f"R-CM-{number:02}" for number in range(1, 9)),
]


def demands() -> dict[str, tuple[str, set[str], str]]:
    """Return by demand the rules, the forms and what is left, as the page has them."""
    rows: dict[str, tuple[str, set[str], str]] = {}
    for line in PAGE.split("demand by demand")[1].split("\n## ")[0].splitlines():
        if line.startswith("| R-"):
            demand, rules, forms, rest = line.strip("| ").split(" | ")
            assert demand not in rows
            rows[demand] = (rules, set(re.findall(r"`(.+?)`", forms)), rest)
    return rows


def stated() -> dict[str, dict[str, set[str]]]:
    """Return the rules of all definitions by demand and form."""
    found: dict[str, dict[str, set[str]]] = {demand: {} for demand in DEMANDS}
    for definition in load(_ROOT / "mappings", _ROOT / "form_templates"):
        for rule in definition.rules:
            demand = "-".join(rule.id.split("-")[:3])
            if demand in found:
                found[demand].setdefault(definition.ref.form, set()).add(rule.id)
    return found


def test_every_demand_on_plans_consent_and_cases_is_answered_or_put_off():
    rows = demands()
    assert list(rows) == DEMANDS
    assert [demand for demand, (rules, _, rest) in rows.items() if rules == rest == "–"] == []


def test_the_page_names_the_forms_that_answer_a_demand():
    named = {demand: forms for demand, (_, forms, _) in demands().items()}
    assert named == {demand: set(forms) for demand, forms in stated().items()}


def test_the_page_names_only_rules_that_exist():
    rules = stated()
    for demand, (said, _, _) in demands().items():
        known = set().union(*rules[demand].values())
        variants = {rule.removesuffix("-1").removesuffix("-2") for rule in known}
        assert set(re.findall(r"`(R-.+?)`", said)) <= known | variants


def test_every_deadline_key_is_documented():
    for definition in load(_ROOT / "mappings", _ROOT / "form_templates"):
        for rule in definition.deadlines:
            assert f"| `{rule.key}` |" in PAGE
