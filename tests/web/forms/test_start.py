"""The start page: what needs somebody today, by role; never what they may not see."""

import re

import pytest
from sqlalchemy import event

from formservice.application.today import Counts
from tests.web.forms.pages import finished
from tests.web.forms.test_filling import FEEDBACK, filled, post


@pytest.mark.parametrize("user", ["anna", "carla", "elif", "frank", "gerda"])
def test_everybody_has_a_start_page_with_one_heading(browser, case, user):
    shown = browser(user).get("/")
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1


def test_a_traeger_is_told_what_is_due_with_the_reason(browser, case):
    shown = browser("anna").get("/").text
    assert "Ayla Sorgenfrei" in shown
    assert "Warum dieser Tag?" in shown
    assert "Ayla" not in browser("boris").get("/").text


def test_what_somebody_has_begun_leads_back_to_it(browser, case):
    anna = browser("anna")
    address = "/ausfuellen/feedbackbogen?fall=c1&teilnahme=p1"
    sent = filled(anna, "feedbackbogen", {"feld.name": "Sorgenfrei"})
    post(anna, address, [*sent[:-1], ("schritt", "entwurf")])
    assert address.replace("&", "&amp;") in anna.get("/").text
    assert address.replace("&", "&amp;") not in browser("boris").get("/").text


def test_what_waits_is_counted_for_those_who_decide(browser, case):
    carla = browser("carla")
    assert "Alles erledigt" in browser("elif").get("/").text
    post(carla, "/ausfuellen/feedbackbogen", filled(carla, "feedbackbogen", FEEDBACK))
    finished(carla, "feedbackbogen")
    shown = carla.get("/").text
    assert "warten auf Entscheidung" in shown
    assert "ohne Fall" in shown


def test_whoever_begins_in_an_empty_office_is_led_to_the_first_case(browser):
    for user in ("carla", "frank"):
        shown = browser(user).get("/").text
        assert "Alles erledigt" not in shown
        assert "Lesen Sie eine Teilnehmerliste ein" in shown
        assert "Liste einlesen" in shown
        assert 'href="/faelle/einlesen"' in shown


def test_whoever_has_cases_and_nothing_to_do_is_not_asked_to_begin(browser, case):
    shown = browser("carla").get("/").text
    assert "Alles erledigt" in shown
    assert 'href="/faelle/einlesen"' not in shown.partition("<h1")[2]


def test_the_back_office_is_led_to_its_own_work(browser, case):
    elif_, carla = browser("elif"), browser("carla")
    idle = elif_.get("/").text.partition("<h1")[2]
    assert 'action="/nachbearbeitung/naechster"' not in idle
    assert re.search(r'kern-btn--primary" href="/stapel">\s*<span[^>]*>Stapel hochladen', idle)
    assert 'href="/stapel"' not in carla.get("/").text.partition("<h1")[2]


def test_what_waits_at_the_desk_is_opened_from_the_start_page(browser, case, house, monkeypatch):
    counts = Counts(open=1, doubtful=1)
    monkeypatch.setattr(type(house.waiting), "counts", lambda _self, _viewer: counts)
    shown = browser("elif").get("/").text.partition("<h1")[2]
    assert 'action="/nachbearbeitung/naechster"' in shown
    assert "Nächsten Vorgang öffnen" in shown
    assert browser("elif").post("/nachbearbeitung/naechster").status_code == 303


def test_a_start_page_asks_the_database_few_times(browser, case, house):
    carla, asked = browser("carla"), []
    carla.get("/")
    event.listen(house.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    carla.get("/")
    assert len([one for one in asked if one.startswith(("SELECT", "WITH"))]) <= 20
