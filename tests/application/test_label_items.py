"""A plan in a foreign layout: its goals are told by their labels, and nothing found is sure."""

import pytest

from formservice.application.label_items import item_sightings
from formservice.domain.document import Block, Box, Cell, Doubt, Sighting
from formservice.domain.form import (
    Field,
    FieldKind,
    FlowItem,
    FormDefinition,
    FormRef,
    Group,
    Layout,
    Option,
)

TEXT, LINES, DATE, CHOICE = (
    FieldKind.TEXT,
    FieldKind.MULTILINE,
    FieldKind.DATE,
    FieldKind.CHOICE,
)
MEMBERS = (
    Field("datum", DATE, "Datum:"),
    Group(
        "ziele",
        "Ziel",
        2,
        (
            Field("ziele[].text", LINES, "Ziel {n}:"),
            Field("ziele[].frist", DATE, "Wiedervorlage"),
            Group(
                "ziele[].schritte",
                "Schritt",
                3,
                (Field("ziele[].schritte[]", LINES, "Teilziel {n}"),),
                single=True,
            ),
            Group(
                "ziele[].hilfen",
                "Hilfe",
                2,
                (Field("ziele[].hilfen[].was", LINES, "Was wird übernommen?"),),
            ),
            Group(
                "ziele[].stellen",
                "Stelle",
                3,
                (Field("ziele[].stellen[]", TEXT, "Einbezogene Stellen:"),),
                single=True,
            ),
            Field(
                "ziele[].angebot",
                CHOICE,
                "Passendes Angebot vorhanden?",
                options=(Option("ja", "Ja"), Option("nein", "Nein")),
            ),
        ),
    ),
    Field("ende", TEXT, "Überprüfung nach:"),
)
FLOW = tuple(
    FlowItem(**{kind: value})
    for kind, value in [
        ("text", "Plan"),
        ("anchor", "datum"),
        ("begin", "ziele"),
        ("text", "Ziel {n}:"),
        ("anchor", "ziele[].text"),
        ("text", "Teilziele:"),
        ("begin", "ziele[].schritte"),
        ("text", "Teilziel {n}"),
        ("anchor", "ziele[].schritte[]"),
        ("end", "ziele[].schritte"),
        ("text", "Leistungen"),
        ("begin", "ziele[].hilfen"),
        ("anchor", "ziele[].hilfen[].was"),
        ("end", "ziele[].hilfen"),
        ("end", "ziele"),
    ]
)
REF = FormRef("plan", "2026-11")
PLAN = FormDefinition(
    REF,
    "Plan",
    "de-DE",
    (),
    (),
    layout=Layout(REF, ((595.3, 841.9),), (), template_flow=FLOW),
    members=MEMBERS,
)
TYPED = """
Plan
Datum: 05.10.2026
Ziel 1: Eine Wohnung finden
Wiedervorlage 12.01.2027
Teilziele:
Teilziel 1 Anzeigen lesen
und antworten
Teilziel 2 Besichtigen
Leistungen Mia Leistungen JMD
Liste schreiben
Einbezogene Stellen:
Wohnungsamt
Passendes Angebot vorhanden? ☒ Ja ☐ Nein
Ziel 2: Deutsch lernen
Teilziel 1 Kurs suchen
Einbezogene Stellen: Volkshochschule
Passendes Angebot vorhanden? ☐ Ja ☒ Nein
Ziel 3: Freunde treffen
Überprüfung nach: drei Monaten
"""


def found(lines: str) -> tuple[dict[str, int], dict[str, Sighting]]:
    blocks = [Block(line) for line in lines.strip().splitlines()]
    shape, sightings = item_sightings(PLAN, blocks)
    return shape, {one.key: one for one in sightings}


def test_there_are_as_many_goals_as_labels_of_goals() -> None:
    shape, _ = found(TYPED)
    assert shape["ziele"] == 3
    assert (shape["ziele[0].schritte"], shape["ziele[1].schritte"]) == (2, 1)


def test_every_goal_gets_what_stands_behind_its_own_labels() -> None:
    _, seen = found(TYPED)
    texts = {key: one.text for key, one in seen.items() if one.text}
    assert texts == {
        "datum": "05.10.2026",
        "ziele[0].text": "Eine Wohnung finden",
        "ziele[0].frist": "12.01.2027",
        "ziele[0].schritte[0]": "Anzeigen lesen\nund antworten",
        "ziele[0].schritte[1]": "Besichtigen",
        "ziele[0].stellen[0]": "Wohnungsamt",
        "ziele[1].text": "Deutsch lernen",
        "ziele[1].schritte[0]": "Kurs suchen",
        "ziele[1].stellen[0]": "Volkshochschule",
        "ziele[2].text": "Freunde treffen",
        "ende": "drei Monaten",
    }
    ticks = {key: one.on for key, one in seen.items() if one.on is not None}
    assert ticks == {
        "ziele[0].angebot.ja": True,
        "ziele[0].angebot.nein": False,
        "ziele[1].angebot.ja": False,
        "ziele[1].angebot.nein": True,
    }


def test_nothing_found_between_labels_is_sure() -> None:
    _, seen = found(TYPED)
    assert seen
    assert all(Doubt.FOREIGN_LAYOUT in one.doubts for one in seen.values())


def test_a_table_with_labels_beside_their_values_is_read_as_well() -> None:
    rows = [("Datum:", "05.10.2026"), ("Ziel 1:", "Wohnen"), ("Teilziel 1", "Suchen")]
    rows += [("Ziel 2:", "Lernen"), ("Wiedervorlage", "12.01.2027")]
    blocks = [
        Block(text, cell=Cell(0, row, column))
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    ]
    shape, sightings = item_sightings(PLAN, blocks)
    assert shape["ziele"] == 2
    assert {one.key: one.text for one in sightings if one.text} == {
        "datum": "05.10.2026",
        "ziele[0].text": "Wohnen",
        "ziele[0].schritte[0]": "Suchen",
        "ziele[1].text": "Lernen",
        "ziele[1].frist": "12.01.2027",
    }


def test_a_goal_whose_label_was_left_out_is_missed() -> None:
    shape, seen = found("Ziel 1: Wohnen\nZiel 3: Lernen")
    assert shape["ziele"] == 3
    assert "ziele[1].text" not in seen
    assert seen["ziele[2].text"].text == "Lernen"


@pytest.mark.parametrize("lines", ["", "Ziel 1:", "Ziel 99: x\nZiel 1: y", "Ziel 1: a\n" * 120])
def test_odd_plans_are_read_without_harm(lines: str) -> None:
    shape, seen = found(lines)
    assert shape["ziele"] >= 1
    assert bool(seen) == bool(lines)
    assert all(one.key.startswith(("ziele[", "datum", "ende")) for one in seen.values())


def test_the_goal_named_in_an_answer_begins_no_goal() -> None:
    shape, seen = found("Ziel 1: Wohnen\nTeilziel 1 wie bei Ziel 2: erst lesen")
    assert shape["ziele"] == 1
    assert seen["ziele[0].schritte[0]"].text == "wie bei Ziel 2: erst lesen"


def test_lines_of_a_page_are_told_apart_by_their_place() -> None:
    lines = ["Ziel 1: Wohnen", "Teilziel 1 Suchen", "und finden", "Ziel 2: Lernen"]
    blocks = [
        Block(text, box=Box(0.1, 0.1 + 0.02 * number, 0.5, 0.115 + 0.02 * number))
        for number, text in enumerate(lines)
    ]
    _, sightings = item_sightings(PLAN, blocks)
    texts = {one.key: one.text for one in sightings if one.text}
    assert texts["ziele[0].schritte[0]"].split() == ["Suchen", "und", "finden"]
    assert texts["ziele[1].text"] == "Lernen"
