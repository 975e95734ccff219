"""The frame of every page: who sees which areas, the theme, what was just done, and errors."""

import re

import pytest
from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse
from starlette.routing import NoMatchFound
from starlette.testclient import TestClient

from formservice.bootstrap.web import WebServices
from formservice.domain.permissions import Action, is_allowed
from formservice.web import navigation
from formservice.web.flash import flash
from formservice.web.guard import public
from formservice.web.pages import start
from tests.web.conftest import PEOPLE


def after_all(app: FastAPI, house: WebServices) -> TestClient:
    """A browser to which an error of the page „/kaputt“ is told as it is to people."""

    def broken() -> Response:
        raise RuntimeError("Mira Beispiel")

    app.add_api_route("/kaputt", broken, dependencies=public())
    return TestClient(app, base_url=house.public_url, raise_server_exceptions=False)


def hrefs(html: str) -> set[str]:
    nav = re.search(r'<nav class="fs-nav".*?</nav>', html, re.S)
    return set(re.findall(r'href="([^"]+)"', nav.group())) if nav else set()


@pytest.mark.parametrize("user", PEOPLE)
def test_everybody_is_led_to_their_areas_and_to_no_others(app, browser, user):
    role = PEOPLE[user][1]
    mine = {
        entry.href for entry in navigation.entries(app, "/", lambda one: is_allowed(one, role))
    }
    assert hrefs(browser(user).get("/").text) == mine
    assert mine >= {"/"}


def test_a_stranger_is_led_nowhere_but_to_help(browser):
    html = browser().get("/hilfe").text
    assert hrefs(html) == set()
    assert 'href="/hilfe"' in html


def test_the_page_one_is_on_is_marked(browser):
    assert '<a href="/" aria-current="page">' in browser("anna").get("/").text


def test_every_area_and_every_door_of_the_start_page_has_its_page(app):
    areas = [one.route for one in (*navigation.AREAS, navigation.ACCOUNT)]
    named = [
        *areas,
        *(one for one, _ in navigation.ABOUT),
        *(one for one, _ in start._DOORS + start._FIRST),
    ]
    assert [one for one in named if not app.url_path_for(one)] == []


def test_a_name_that_leads_nowhere_is_an_error_and_no_gap_in_the_navigation(app):
    with pytest.raises(NoMatchFound):
        navigation._entry(app, "/", navigation.Area("nowhere", "look.nav.start", Action.DESK))


def test_an_area_is_marked_on_the_pages_under_it(app):
    area = navigation.Area("help", "look.footer.help", Action.SIGNED_IN, ("/vorgaenge",))
    found = [
        navigation._entry(app, one, area) for one in ("/hilfe/x", "/vorgaenge/7", "/vorgaenger")
    ]
    assert [one.current for one in found] == ["true", "true", ""]


def test_a_chosen_theme_stays_and_leads_back_to_the_page(browser):
    anna = browser("anna")
    answer = anna.post("/darstellung", data={"theme": "dark", "weiter": "/hilfe"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/hilfe")
    assert 'data-kern-theme="dark"' in anna.get("/").text
    anna.post("/darstellung", data={"theme": "system"})
    assert "data-kern-theme" not in anna.get("/").text


@pytest.mark.parametrize("away", ["https://example.org/", "//example.org", "/\\example.org", ""])
def test_a_theme_leads_to_no_other_site(browser, away):
    answer = browser("anna").post("/darstellung", data={"theme": "dark", "weiter": away})
    assert answer.headers["location"] == "/"


def test_a_theme_that_does_not_exist_changes_nothing(browser):
    answer = browser("anna").post("/darstellung", data={"theme": "neon"})
    assert "set-cookie" not in answer.headers


@pytest.fixture
def done(app: FastAPI) -> None:
    """A page that has just done something."""

    def just_done(request: Request) -> Response:
        return flash(
            request,
            RedirectResponse("/", 303),
            "look.theme.set",
            undo="/zurueck",
            fields={"version": "3"},
            name="dunkel",
        )

    app.add_api_route("/getan", just_done, dependencies=public())


def test_what_was_done_is_told_once_with_a_way_back(browser, done):
    anna = browser("anna")
    anna.get("/getan")
    html = anna.get("/").text
    assert "Darstellung: dunkel" in html
    assert 'action="/zurueck"' in html
    assert '<input type="hidden" name="version" value="3">' in html
    assert "Darstellung: dunkel" not in anna.get("/").text


def test_nobody_is_told_what_somebody_else_has_done_at_the_same_machine(browser, done):
    anna, boris = browser("anna"), browser("boris")
    anna.get("/getan")
    name = next(one for one in anna.cookies if "mitteilung" in one)
    boris.cookies.set(name, anna.cookies[name])
    assert "Darstellung: dunkel" not in boris.get("/").text


@pytest.mark.parametrize("forged", ["x", "e30=.abc", "e30=.ä", "..."])
def test_a_message_that_we_have_not_signed_is_not_told(browser, forged):
    answer = browser("anna").get(
        "/hilfe", headers={"cookie": f"formservice-mitteilung={forged}".encode()}
    )
    assert answer.status_code == 200
    assert "fs-flash" not in answer.text


def test_a_page_that_does_not_exist_still_leads_on(browser):
    answer = browser("carla").get("/gibt-es-nicht")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht." in answer.text
    assert "Carla Fall" in answer.text
    assert "/" in hrefs(answer.text)


def test_an_error_nobody_foresaw_is_a_page_that_keeps_its_secrets(app, house, caplog):
    answer = after_all(app, house).get("/kaputt")
    assert answer.status_code == 500
    assert "nicht verloren" in answer.text
    assert "Mira" not in answer.text + " ".join(caplog.messages)


def test_an_error_of_the_page_of_errors_is_told_in_plain_words(app, house, monkeypatch):
    monkeypatch.setattr(app.state.templates, "get_template", lambda name: 1 / 0)
    answer = after_all(app, house).get("/kaputt")
    assert answer.status_code == 500
    assert "nicht verloren" in answer.text


def test_who_was_signed_in_is_told_that_the_session_has_ended(browser, house):
    anna = browser("anna")
    anna.get("/")
    for one in list(anna.cookies):
        house.sessions.close(anna.cookies[one])
    answer = anna.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?weiter=/")
    assert "Ihre Sitzung ist beendet." in anna.get("/anmelden").text


def test_a_stranger_is_asked_to_sign_in_without_a_word_of_sessions(browser):
    stranger = browser()
    stranger.get("/")
    assert "Ihre Sitzung ist beendet." not in stranger.get("/anmelden").text


def test_own_files_are_kept_for_good_and_pages_not_at_all(browser):
    anna = browser("anna")
    html = anna.get("/").text
    style = re.search(r'href="(/static/formservice\.css\?v=[0-9a-f]+)"', html)
    assert style is not None
    assert "immutable" in anna.get(style.group(1)).headers["cache-control"]
    assert anna.get("/").headers["cache-control"] == "no-store"


def test_only_files_without_secrets_are_compressed(browser):
    anna = browser("anna")
    assert anna.get("/static/formservice.css").headers.get("content-encoding") == "gzip"
    assert "content-encoding" not in anna.get("/muster").headers


def test_pages_go_without_what_set_up_copies_in(tmp_path, app, browser, house, monkeypatch):
    monkeypatch.setattr(type(house), "assets", property(lambda self: tmp_path / "none"))
    assert browser("anna").get("/").status_code == 200
