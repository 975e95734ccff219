"""Integrationsförderpläne: written, carried on, looked at again, printed."""

from dataclasses import replace
from datetime import timedelta

from formservice.adapters.definitions.mappings import Definitions
from formservice.domain.form import FormRef
from tests import known
from tests.web.forms.pages import fields_of, finished, with_value
from tests.web.forms.test_filling import post

FILL = "/ausfuellen/integrationsfoerderplan?fall=c1"


def planned(client, house, day) -> str:
    """Let somebody write a plan with one goal, to be looked at on a day; return its document."""
    sent = fields_of(client.get(FILL).text)
    for name, value in {
        "feld.datum": f"{house.today():%d.%m.%Y}",
        "feld.ziele[0].text": "Eine Ausbildung beginnen",
        "feld.ziele[0].wiedervorlage": f"{day:%d.%m.%Y}",
        "feld.ziele[0].wunsch": "Ich will in die Küche.",
        "feld.ziele[0].leistungen_klient[0].text": "Bewerbung schreiben",
        "feld.ziele[0].leistungen_klient[0].zeitangabe": "ab sofort",
    }.items():
        sent = with_value(sent, name, value)
    post(client, FILL, [*sent, ("schritt", "pruefen")])
    made = finished(client, "integrationsfoerderplan", "?fall=c1")
    assert made.status_code == 303
    return str(made.headers["location"].removeprefix("/vorgaenge/"))


def test_a_plan_begins_with_what_is_known_of_the_case(browser, case):
    sent = dict(fields_of(browser("carla").get(FILL).text))
    assert sent["feld.vorname"] == "Ayla"


def test_a_plan_is_written_in_any_order_and_nothing_of_it_is_demanded_before_it_is_kept(
    browser, case
):
    carla = browser("carla")
    sent = with_value(fields_of(carla.get(FILL).text), "feld.ziele[0].indikator", "Ein Vertrag")
    assert post(carla, FILL, [*sent, ("schritt", "entwurf")]).status_code == 303
    assert "Ein Vertrag" in carla.get(FILL).text
    shown = carla.get("/faelle/c1/plan")
    assert "Entwurf weiterschreiben" in shown.text


def test_a_plan_belongs_to_its_case_and_is_carried_on_from_its_last_version(browser, house, case):
    carla = browser("carla")
    day = house.today() + timedelta(days=10)
    planned(carla, house, day)
    shown = carla.get("/faelle/c1/plan").text
    assert "Eine Ausbildung beginnen" in shown
    assert f"{day:%d.%m.%Y}" in shown
    went = carla.post("/faelle/c1/plan/fortschreiben")
    assert went.headers["location"] == FILL
    again = dict(fields_of(carla.get(FILL).text))
    assert again["feld.ziele[0].text"] == "Eine Ausbildung beginnen"
    assert again["feld.ziele[0].leistungen_klient[0].zeitangabe"] == "ab sofort"
    assert again["feld.datum"] == f"{house.today():%d.%m.%Y}"


def test_goals_to_be_looked_at_are_told_on_the_start_page_and_the_list_of_plans(
    browser, house, case
):
    carla = browser("carla")
    planned(carla, house, house.today() + timedelta(days=10))
    for page in ("/", "/plaene"):
        shown = carla.get(page).text
        assert "Wiedervorlagen" in shown
        assert "Ayla Sorgenfrei" in shown


def test_the_print_for_the_young_person_is_in_plain_words(browser, house, case):
    carla = browser("carla")
    assert carla.get("/faelle/c1/plan/druck").status_code == 303
    planned(carla, house, house.today() + timedelta(days=10))
    shown = carla.get("/faelle/c1/plan/druck").text
    for words in ("Mein Plan: Ayla", "Das mache ich", "Bewerbung schreiben", "in die Küche"):
        assert words in shown


def test_another_form_is_the_plan_as_soon_as_its_definition_has_goals(house, browser, case):
    plan = known.services().forms.get("integrationsfoerderplan")
    house.forms = Definitions([replace(plan, ref=FormRef("hilfeplan", "2027-01"))])
    carla = browser("carla")
    shown = carla.get("/faelle/c1/plan").text
    assert "/ausfuellen/hilfeplan?fall=c1" in shown
    made = carla.post("/faelle/c1/plan/fortschreiben")
    assert made.headers["location"].startswith("/ausfuellen/hilfeplan")


def test_without_a_form_that_has_goals_there_are_no_plans(house, browser, case):
    house.forms = Definitions(replace(one, goals=None) for one in known.services().forms)
    carla = browser("carla")
    assert carla.get("/").status_code == 200
    assert carla.get("/plaene").status_code == 200
    refused = carla.get("/faelle/c1/plan")
    assert refused.status_code == 404
    assert "Ein Formular für Pläne gibt es hier nicht." in refused.text


def test_somebody_elses_case_is_none(browser, house, case):
    dirk = browser("dirk")
    for page in ("/faelle/c1/plan", "/faelle/c1/plan/druck", FILL):
        assert dirk.get(page).status_code == 404
    assert browser("anna").get("/plaene").status_code == 403
