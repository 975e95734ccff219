"""The acceptance rule and the known lists: what is wrong with the files is told with its place."""

import copy
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from formservice.adapters.acceptance import STANDARD, load_lists, load_rule
from formservice.bootstrap import Services, Settings
from formservice.domain.errors import UsageError
from formservice.domain.form import Content


def with_change(tmp_path, change):
    text = change(STANDARD.read_text("utf-8"))
    file = tmp_path / "regel.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_rule_that_comes_with_the_program_limits_every_content():
    rule = load_rule()
    assert set(rule.limits) == set(Content)
    assert re.fullmatch(f"{rule.name}/{rule.version}#[0-9a-f]{{8}}", str(rule))


def test_what_the_rule_was_measured_on_stands_above_the_tables():
    page = Path(__file__).parents[2].joinpath("docs", "benchmarks.md").read_text("utf-8")
    assert f"<!-- accuracy -->\n{load_rule().calibrated}.\n" in page


def test_a_rule_that_decides_otherwise_has_another_name(tmp_path):
    changed = load_rule(
        with_change(tmp_path, lambda text: text.replace("foreign: 0.", "foreign: 0.0"))
    )
    assert str(changed) != str(load_rule())
    same = load_rule(
        with_change(tmp_path, lambda text: text.replace('calibrated: "', 'calibrated: "x'))
    )
    assert str(same) == str(load_rule())


def shares(tree, path=()):
    """Yield where numbers stand in a rule."""
    for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, dict | list):
            yield from shares(value, (*path, name))
        elif isinstance(value, int | float):
            yield (*path, name)


WHOLE = yaml.safe_load(STANDARD.read_text("utf-8"))


@pytest.mark.parametrize("path", list(shares(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_every_number_of_the_rule_decides_and_so_names_it(tmp_path, path):
    other = copy.deepcopy(WHOLE)
    *above, last = path
    place = other
    for name in above:
        place = place[name]
    whole = isinstance(place[last], int) and place[last] > 0
    place[last] = 0 if last == "against" else place[last] + (1 if whole else 0.01)
    file = tmp_path / "regel.yaml"
    file.write_text(yaml.safe_dump(other), "utf-8")
    changed, rule = load_rule(file), load_rule()
    assert changed.digest != rule.digest
    assert replace(changed, digest="", calibrated="") != replace(rule, digest="", calibrated="")


def test_what_a_rule_of_an_earlier_edition_does_not_say_is_as_strict_as_can_be(tmp_path):
    later = "many|against|no_dirt|unanimous|unanimous_up_to|unlikely_by_all"
    rule = load_rule(
        with_change(tmp_path, lambda text: re.sub(rf"^({later}): .*$", "", text, flags=re.M))
    )
    assert (rule.against, rule.no_dirt, rule.unlikely_by_all) == (0, 0.0, 1.0)
    assert [rule.limit_by_all(about) for about in Content] == [rule.limits[a] for a in Content]


def test_free_text_is_not_easier_than_a_short_one():
    limits = load_rule().limits
    assert limits[Content.FREE] >= limits[Content.SHORT]


@pytest.mark.parametrize(
    ("change", "place", "hint"),
    [
        (lambda text: text.replace("  email:", "  e_mail:"), r"limits\.e_?mail", "email"),
        (lambda text: re.sub(r"  date: .*", "  date: 80", text), r"limits\.date", "docs"),
        (lambda text: text.replace("name: papier", "name: ''"), "name", "docs"),
        (lambda text: text + "\nlimit: 3\n", "limit", "limits"),
        (lambda text: text.replace("limits:", "limits"), "Zeile", "FORMSERVICE_ACCEPTANCE"),
        (lambda text: text.replace("[zone, page-latin]", "[zone, seite]"), "page-latin", "docs"),
        (lambda text: text.replace("[zone, page-latin]", "[zone]"), "zu kurz", "docs"),
        (lambda text: text.replace("up_to: 0.70", "up_to: 1.0"), "kleiner als 1", "docs"),
        (lambda text: text.replace("many: 4", "many: 3"), "many", "docs"),
    ],
    ids=["key", "share", "empty", "unknown", "yaml", "reading", "pair", "all", "few"],
)
def test_a_mistake_in_the_rule_is_told_with_place_and_hint(tmp_path, change, place, hint):
    with pytest.raises(UsageError) as caught:
        load_rule(with_change(tmp_path, change))
    assert re.search(place, caught.value.message)
    assert hint in caught.value.hint


def test_the_settings_name_another_rule_and_the_lists(tmp_path):
    file = with_change(tmp_path, lambda text: text.replace("name: papier", "name: streng"))
    known = tmp_path / "bekannt.yaml"
    known.write_text(yaml.safe_dump({"ifk": ["Jana  Beispiel", "Jana Beispiel"]}), "utf-8")
    given = {"FORMSERVICE_ACCEPTANCE": str(file), "FORMSERVICE_KNOWN": str(known)}
    acceptance = Services(Settings.from_environment(given)).acceptance
    assert acceptance.rule.name == "streng"
    assert acceptance.lists == {"ifk": ("Jana Beispiel",)}


def test_a_file_that_is_not_there_is_told_with_its_setting(tmp_path):
    with pytest.raises(UsageError, match=r"fehlt\.yaml") as caught:
        load_lists(tmp_path / "fehlt.yaml")
    assert "FORMSERVICE_KNOWN" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("- a\n", "Erwartet werden Listen"),
        ("Träger: [a]\n", "Name einer Liste"),
        ("ifk: Jana\n", "ifk"),
        ("ifk: [Jana, 3]\n", r"ifk\[1\]"),
    ],
)
def test_a_mistake_in_the_lists_is_told_with_its_place(tmp_path, content, place):
    file = tmp_path / "bekannt.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=place):
        load_lists(file)


@pytest.mark.parametrize(
    ("name", "hint"), [("traegr", "Gemeint: „traeger“?"), ("zoo", "Es gibt: ifk, massnahme")]
)
def test_a_list_no_form_asks_for_is_told_with_those_that_are(tmp_path, name, hint):
    known = tmp_path / "bekannt.yaml"
    known.write_text(yaml.safe_dump({"ifk": ["Jana Beispiel"], name: ["Haus am Wall"]}), "utf-8")
    services = Services(Settings.from_environment({"FORMSERVICE_KNOWN": str(known)}))
    with pytest.raises(UsageError, match=rf"bekannt\.yaml, {name} \(Zeile 3\): ") as caught:
        _ = services.acceptance
    assert hint in caught.value.hint
