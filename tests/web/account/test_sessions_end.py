"""What is left of a session when it has ended: nothing in the browser, and a way back."""

from urllib.parse import parse_qs, urlsplit

import pytest

from formservice.domain.case import Role
from formservice.web.guard import cookie_name
from tests.web.account.steps import PASSWORD, person, sent

OURS = "http://127.0.0.1:8000"


@pytest.mark.parametrize("to", ["/abmelden", "/konto/anmeldungen/beenden"])
def test_pictures_that_the_browser_kept_go_with_the_session(browser, to):
    answer = browser("carla").post(to)
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache"'


def test_other_pages_leave_the_cache_alone(browser):
    assert "clear-site-data" not in browser("carla").get("/konto").headers


def ended(house, browser):
    """A browser whose session has ended without its knowing."""
    client = browser("gerda")
    house.sessions.close(client.cookies[cookie_name(house)])
    return client


def back(answer):
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/anmelden"
    return parse_qs(parts.query).get("weiter", [""])[0]


def test_who_sends_a_form_too_late_signs_in_and_is_back_at_its_page(house, browser):
    person(house, Role.ADMIN, "it@amt.example")
    client = ended(house, browser)
    answer = client.post("/personen/neu", headers={"referer": f"{OURS}/personen/neu?x=Geheim"})
    assert back(answer) == "/personen/neu"
    shown = client.get(answer.headers["location"]).text
    assert "ist deshalb nicht gespeichert" in shown
    assert "Entwurf" not in shown
    there = answer.headers["location"]
    given = {"login": "it@amt.example", "password": PASSWORD}
    assert sent(client, there, "/anmelden", **given).headers["location"] == "/personen/neu"


def test_a_page_that_only_takes_posts_is_not_where_people_come_back_to(house, browser):
    told = {"referer": f"{OURS}/personen/carla/rolle"}
    answer = ended(house, browser).post("/personen/carla/rolle", headers=told)
    assert back(answer) == "/personen/carla"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://x.example/personen",
        "//x.example/personen",
        "/personen",
        "javascript:alert(1)",
        "http://[/personen",
        f"{OURS}.x.example/personen",
        f"{OURS}//x.example/",
        f"{OURS}/\\x.example/",
        f"{OURS}/gibt/es/nicht",
        f"{OURS}/anmelden",
    ],
)
def test_nobody_is_led_to_what_is_no_page_of_ours(house, browser, referer):
    answer = ended(house, browser).post("/personen/neu", headers={"referer": referer})
    assert back(answer) == ""


def test_a_page_may_ask_whether_its_person_is_still_signed_in_and_gets_their_token(house, browser):
    client = browser("carla")
    html = client.get("/konto").text
    told = client.get("/angemeldet/wer", headers={"accept": "application/json"}).json()
    assert f'data-who="{told["who"]}"' in html
    assert f'name="csrf" content="{told["csrf"]}"' in html
    assert browser("dirk").get("/angemeldet/wer").json()["who"] != told["who"]
    house.sessions.close(client.cookies[cookie_name(house)])
    answer = client.get("/angemeldet/wer", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert browser("carla").get("/angemeldet").status_code == 200
