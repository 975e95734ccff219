"""A record is told to the person it is about in the words of its definition, and whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.application.plain_words import Look, told
from formservice.domain.form import Field, FieldKind
from formservice.domain.groups import flat

ROOT = Path(__file__).parent.parent.parent
GOAL = {
    "vorname": "Ayla",
    "datum": "2026-11-20",
    "ziele[0].text": "Eine Ausbildung beginnen",
    "ziele[0].stand": "erreicht",
    "ziele[0].wunsch": "Ich will in die Küche.",
    "ziele[0].prioritaet": "eins",
    "ziele[0].teilziele[0]": "Erst das",
    "ziele[0].teilziele[1]": "Dann das",
    "ziele[0].leistungen_klient[0].text": "Anrufen",
    "ziele[0].leistungen_klient[0].zeitangabe": "ab sofort",
    "ziele[0].einrichtungen[0]": "Kammer",
    "ziele[0].einrichtungen[1]": "Schule",
    "ziele[0].wiedervorlage": "2026-12-01",
    "ueberpruefungszeitraum": "alle drei Monate",
}


@pytest.fixture(scope="module")
def plan():
    return load(ROOT / "mappings", ROOT / "form_templates").get("integrationsfoerderplan")


def shown(line):
    return f"{line.before}{' | '.join(line.values)}{line.after}"


def with_further(plan):
    """Return the next edition of the plan, which asks for more."""
    mobility = Field("fahrt", FieldKind.TICK, "Fahrtkosten")
    group = plan.members[-1]
    inside = Field("ziele[].mut", FieldKind.CHOICE, "Wie viel Mut?", options=())
    members = (*plan.members[:-1], mobility, replace(group, members=(*group.members, inside)))
    return replace(plan, members=members, fields=flat(members, {}))


def test_a_plan_is_told_in_the_order_and_the_words_of_its_definition(plan):
    said = told(plan, GOAL)
    assert said.who == "Ayla"
    assert [shown(one) for one in said.first] == ["Vereinbart am 20.11.2026."]
    (goal,) = said.items
    assert (goal.name, goal.standing) == ("Ziel 1", "geschafft")
    assert [(one.look, shown(one)) for one in goal.lines] == [
        (Look.WORDS, "Eine Ausbildung beginnen"),
        (Look.QUOTED, "Mein Wunsch: Ich will in die Küche."),
        (Look.STEPS, "Die SchritteErst das | Dann das"),
        (Look.RECORDS, "Das mache ichAnrufen – ab sofort"),
        (Look.TOLD, "Diese Stellen helfen mit: Kammer, Schule"),
        (Look.DAY, "Wir sprechen wieder darüber am 01.12.2026."),
    ]
    (last,) = said.last
    assert shown(last) == "Den ganzen Plan sehen wir uns wieder an: alle drei Monate."


def test_what_a_new_edition_asks_for_is_told_under_its_own_name(plan):
    said = told(with_further(plan), GOAL | {"fahrt": True, "ziele[0].mut": ["viel"]})
    assert shown(said.items[0].lines[-1]) == "Wie viel Mut?: viel"
    assert shown(said.last[-1]) == "Fahrtkosten: ja"


def test_what_the_definition_keeps_back_and_what_holds_nothing_is_not_told(plan):
    said = told(plan, GOAL | {"ziele[1].text": "", "ziele[2].prioritaet": "zwei"})
    assert [one.name for one in said.items] == ["Ziel 1", "Ziel 3"]
    assert said.items[1].lines == ()
    assert "eins" not in str(said)


def test_every_field_of_a_plan_has_its_words_or_is_left_out_on_purpose(plan):
    named = {key.removesuffix(".erreicht").removesuffix(".zurueckgestellt") for key in plan.plain}
    direct = {one.key for one in plan.members} | {one.key for one in plan.members[-1].members}
    assert direct - named == {"ziele"}
