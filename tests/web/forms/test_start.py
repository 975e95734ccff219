"""The start page: what needs somebody today, by role; never what they may not see."""

import pytest
from sqlalchemy import event

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


def test_a_start_page_asks_the_database_few_times(browser, case, house):
    carla, asked = browser("carla"), []
    carla.get("/")
    event.listen(house.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    carla.get("/")
    assert len([one for one in asked if one.startswith(("SELECT", "WITH"))]) <= 20
