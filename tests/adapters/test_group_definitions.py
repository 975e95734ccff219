"""A definition with groups: what its rules may name, and every mistake once at its place."""

from pathlib import Path

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.domain.errors import DefinitionError, Problem
from formservice.domain.form import FormDefinition

TEXT = """\
form: plan
edition: "2026-01"
title: Plan
language: de-DE
marks: [Plan der Ziele]
fields:
  tag:
    kind: date
    label: "Tag:"
  rat:
    kind: text
    label: "Rat:"
    zeitangabe: true
  ziele:
    kind: group
    title: Ziel
    rows: 2
    fields:
      text:
        kind: multiline
        label: "Ziel {n}:"
        title: Text
      bis:
        kind: date
        label: bis
        title: Bis
      stand:
        kind: choice
        label: Stand
        options: {offen: offen, fertig: fertig}
      schritte:
        kind: group
        title: Schritt
        rows: 3
        item:
          kind: text
          label: "Schritt {n}"
rules:
  R-1:
    predicate: filled
    each: ziele
    fields: ["ziele[].bis"]
    unless: {"ziele[].stand": [fertig]}
    severity: asks
    message: "Bei „{item}“ fehlt „{field}“."
  R-2:
    predicate: at_most_items
    fields: [ziele, "ziele[].stand"]
    with: {items: 3, without: [fertig]}
    severity: asks
    message: "Es sind {count} Ziele."
  R-3:
    predicate: not_before
    each: ziele
    fields: ["ziele[].bis", tag]
    severity: asks
    message: "„{field}“ liegt vor „{other}“."
  R-4:
    predicate: at_least_items
    each: ziele
    fields: ["ziele[].schritte"]
    severity: asks
    message: "„{item}“ hat keinen Schritt."
deadlines:
  - key: ende
    title: Ende
    event: tag
    art: ereignis
    count: 1
    unit: wochen
    met_by: received
    shift: true
    basis: Absprache
    message: "Der Plan kommt zu spät."
"""
YAML = "mappings/plan/2026-01.yaml"


def loaded(folder: Path, text: str) -> FormDefinition:
    (folder / "mappings" / "plan").mkdir(parents=True, exist_ok=True)
    (folder / YAML).write_text(text, "utf-8")
    return load(folder / "mappings", folder / "form_templates").get("plan")


def only(folder: Path, old: str, new: str) -> Problem:
    """Return the only problem after exchanging a piece of the definition."""
    assert TEXT.count(old) >= 1, "the test spoils nothing"
    with pytest.raises(DefinitionError) as raised:
        loaded(folder, TEXT.replace(old, new, 1))
    (problem,) = raised.value.problems
    return problem


def test_rules_on_groups_are_loaded_as_they_stand(tmp_path):
    first, second, _, _ = loaded(tmp_path, TEXT).rules
    assert (first.each, first.fields) == ("ziele", ("ziele[].bis",))
    assert first.unless == {"ziele[].stand": ("fertig",)}
    assert second.fields == ("ziele", "ziele[].stand")
    assert second.arguments == {"items": 3, "without": ("fertig",)}


SPOILS = [
    # A field or group misspelt, or written with a number.
    ('["ziele[].bis"]', '["ziele[].bi"]', "rules.R-1.fields[0]", "ziele[].bis"),
    ('["ziele[].bis"]', '["ziele.bis"]', "rules.R-1.fields[0]", "ziele[].bis"),
    ('["ziele[].bis"]', '["ziele[0].bis"]', "rules.R-1.fields[0]", "ziele[].bis"),
    ("[ziele, ", "[ziehle, ", "rules.R-2.fields[0]", "ziele"),
    ('["ziele[].schritte"]', '["ziele[].schrite"]', "rules.R-4.fields[0]", "ziele[].schritte"),
    ("each: ziele\n", "each: ziel\n", "rules.R-1.each", "ziele"),
    ("each: ziele\n", "each: tag\n", "rules.R-1.each", None),
    ("each: ziele\n", "each: 3\n", "rules.R-1.each", None),
    ('{"ziele[].stand"', '{"ziele[].stnd"', "rules.R-1.unless.ziele[].stnd", "ziele[].stand"),
    ('{"ziele[].stand"', '{"ziele[].bis"', "rules.R-1.unless.ziele[].bis", None),
    (": [fertig]}", ": [fertg]}", "rules.R-1.unless.ziele[].stand[0]", "fertig"),
    ("without: [fertig]", "without: [fertg]", "rules.R-2.with.without[0]", "fertig"),
    # Several fields where one is meant.
    ("    with: {items", '    when: {"ziele[].stand": [offen]}\n    with: {items',
     "rules.R-2.when.ziele[].stand", None),
    ('    each: ziele\n    fields: ["ziele[].bis", tag]', '    fields: ["ziele[].bis", tag]',
     "rules.R-3.fields[0]", None),
    ('not_before\n    each: ziele\n    fields: ["ziele[].bis", tag]',
     'time_not_before\n    each: ziele\n    fields: ["ziele[].schritte[]", tag]',
     "rules.R-3.fields[0]", None),
    # A group where a field is meant, and the other way round.
    ('["ziele[].bis", tag]', "[ziele, tag]", "rules.R-3.fields[0]", None),
    ("[ziele, ", '["ziele[].text", ', "rules.R-2.fields[0]", None),
    ("event: tag", "event: ziele", "deadlines[0].event", None),
    ("    count: 1\n", '    count: 1\n    when: {"ziele[].stand": [offen]}\n',
     "deadlines[0].when.ziele[].stand", None),
    # Gaps nobody fills.
    ("Es sind {count}", "Es sind {item}", "rules.R-2.message", "items"),
    ('"Rat:"', '"Rat {n}:"', "fields.rat.label", None),
    # The group itself.
    ("    kind: group\n", "    kind: grup\n", "fields.ziele.kind", "group"),
    ("    kind: group\n", "", "fields.ziele.kind", None),
    ("kind: multiline", "kind: multilin", "fields.ziele.fields.text.kind", "multiline"),
    ("    title: Ziel\n", "", "fields.ziele.title", None),
    ("    title: Ziel\n", "    titel: Ziel\n", "fields.ziele.titel", "title"),
    ("    rows: 2\n", "    rows: 0\n", "fields.ziele.rows", None),
    ("    rows: 2\n", "    rows: 51\n", "fields.ziele.rows", None),
    ("    rows: 2\n", "    row: 2\n", "fields.ziele.row", "rows"),
    ("        item:\n", "        fields: {art: {kind: text, label: Art}}\n        item:\n",
     "fields.ziele.fields.schritte", None),
    ("        item:\n          kind: text\n          label: \"Schritt {n}\"\n", "",
     "fields.ziele.fields.schritte", None),
    ("          kind: text\n          label: \"Schritt {n}\"\n",
     "          kind: date\n          zeitangabe: true\n          label: \"Schritt {n}\"\n",
     "fields.ziele.fields.schritte.item.zeitangabe", None),
    ("        label: bis\n        title: Bis\n", "        label: Text\n",
     "fields.ziele.fields.bis.title", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "guess"), SPOILS)
def test_each_mistake_about_groups_is_told_once_at_its_place(tmp_path, old, new, place, guess):
    problem = only(tmp_path, old, new)
    assert problem.where.split(" (")[0] == place
    assert "(Zeile " in problem.where
    assert problem.message.endswith(".")
    assert problem.nearest == guess
