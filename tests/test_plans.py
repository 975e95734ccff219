"""An Integrationsförderplan from data to file and back, and in the layout of the source."""

import io
from datetime import date

import docx
import pytest

from formservice.application.report import plain
from formservice.bootstrap import Services
from formservice.domain.values import values_from_data
from tests import known
from tests.foreign_layouts import retyped
from tests.sample_cases import INTEGRATIONSFOERDERPLAN, Case
from tests.sample_plans import SAMIRA

FORM = "integrationsfoerderplan"


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


@pytest.mark.slow
@pytest.mark.parametrize("medium", ["docx", "pdf"])
@pytest.mark.parametrize("case", INTEGRATIONSFOERDERPLAN, ids=lambda case: case.name)
def test_a_plan_of_any_size_comes_back_as_it_was_given(services: Services, case: Case, medium):
    definition = services.forms.get(FORM)
    data = services.generate.one(definition, case.values, medium)
    received = date.fromisoformat(case.received)
    (read,) = services.isolated_read(data, f"plan.{medium}", received=received)
    given = values_from_data(definition, case.values)
    found = {key: one["value"] for key, one in read["fields"].items() if one["reading"] != "blank"}
    assert found == {key: plain(value) for key, value in given.items()}
    assert all(one["accepted"] for one in read["fields"].values())


def test_times_in_samiras_plan_are_understood_and_kept_as_they_stand(services: Services):
    definition = services.forms.get(FORM)
    data = services.generate.one(definition, SAMIRA, "docx")
    (read,) = services.isolated_read(data, "plan.docx", received=date(2016, 10, 6))
    seen = {
        one["value"]: one["zeitangabe"] for one in read["fields"].values() if one.get("zeitangabe")
    }
    assert seen["fortlaufend bis zum Therapiebeginn"] == {"art": "fortlaufend", "datum": None}
    assert seen["ab 10.10.2016"] == {"art": "ab", "datum": "2016-10-10"}
    assert seen["Therapie beginnen (bis 02.12.2016)"] == {"art": "bis", "datum": "2016-12-02"}


# As in the example of the source: no table but that of the Leistungen, which no label names.
_SOURCE = (
    "Integrationsförderplan Samira",
    "Datum: 05.10.2016",
    "Einrichtung: JMD Frankfurt am Main",
    "Ziel 1: Sicherung des Aufenthalts",
    "Wiedervorlage 12.01.2017",
    "Teilziele:",
    "Teilziel 1 Die zur Erlangung des Aufenthaltstitels notwendigen Unterlagen besorgen,"
    " ausfüllen und bei der Ausländerbehörde einreichen",
    "Teilziel 2 Aufenthalt ist geklärt",
    ("Leistungen Samira", "Leistungen JMD"),
    ("Abgabe bei der Ausländerbehörde\nbis 14.10.2016", "Hilfestellung\nbis 12.10.2016"),
    "Einbezogene Einrichtungen:",
    "Ausländerbehörde, Flüchtlingssozialberatung in der Unterkunft",
    "Passendes Angebot vorhanden?     ☐ Ja    ☒ Nein",
    "Ziel 2: Notwendige psychische Stabilität ist hergestellt.",
    "Teilziele:",
    "Teilziel 1 Therapie beginnen (bis 02.12.2016)",
)


def _source() -> bytes:
    document = docx.Document()
    table = None
    for line in _SOURCE:
        if isinstance(line, str):
            document.add_paragraph(line)
            continue
        table = table or document.add_table(rows=0, cols=2)
        for cell, text in zip(table.add_row().cells, line, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_plan_in_the_layout_of_the_source_is_read_but_not_believed(services: Services):
    (read,) = services.isolated_read(_source(), "plan.docx", received=date(2016, 10, 6))
    assert read["form"]["id"] == FORM
    found = {key: one["value"] for key, one in read["fields"].items() if one["value"]}
    assert found == {
        "datum": "2016-10-05",
        "einrichtung": "JMD Frankfurt am Main",
        "ziele[0].text": "Sicherung des Aufenthalts",
        "ziele[0].wiedervorlage": "2017-01-12",
        "ziele[0].teilziele[0]": "Die zur Erlangung des Aufenthaltstitels notwendigen Unterlagen"
        " besorgen, ausfüllen und bei der Ausländerbehörde einreichen",
        "ziele[0].teilziele[1]": "Aufenthalt ist geklärt",
        "ziele[0].einrichtungen[0]": "Ausländerbehörde, Flüchtlingssozialberatung in der"
        " Unterkunft",
        "ziele[0].angebot_vorhanden": "nein",
        "ziele[1].text": "Notwendige psychische Stabilität ist hergestellt.",
        "ziele[1].teilziele[0]": "Therapie beginnen (bis 02.12.2016)",
    }
    # The Leistungen are there: what no label names is not found, never blank.
    assert not any(one["accepted"] for one in read["fields"].values())
    assert "blank" not in {one["reading"] for one in read["fields"].values()}


def test_headings_printed_twice_are_no_answers_where_a_plan_is_blank(services: Services):
    blank = retyped(services.forms.get(FORM), {})
    (read,) = services.isolated_read(blank, "plan.docx", received=date(2016, 10, 6))
    assert [key for key, one in read["fields"].items() if one["value"]] == []
