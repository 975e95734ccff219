"""Signing in, step by step, as browsers without scripts do it."""

import re
from html import unescape

import pyotp
import pytest

from formservice.application.accounts_people import NewPerson
from formservice.domain.case import SERVICE, Role
from formservice.web.guard import cookie_name
from tests.web.account.steps import PASSWORD, WRONG, factor, fields, found, person, sent


def test_staff_sign_in_with_a_password(house, browser):
    person(house, Role.IFK, "mia@amt.example")
    client = browser()
    answer = sent(client, "/anmelden", login="Mia@Amt.example ", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Mia Muster" in client.get("/").text


def test_a_wrong_password_and_an_unknown_login_are_told_the_same(house, browser):
    person(house, Role.IFK, "mia@amt.example")
    told = []
    for login in ("mia@amt.example", "niemand@amt.example"):
        answer = sent(browser(), "/anmelden", login=login, password=WRONG)
        assert answer.status_code == 401
        told.append(re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.text))
    assert told[0] == told[1]


@pytest.mark.parametrize("login", ["mia@amt.example", "niemand@amt.example"])
def test_after_five_errors_nobody_may_try_for_a_while(house, browser, login):
    person(house, Role.IFK, "mia@amt.example")
    client = browser()
    for _ in range(5):
        answer = sent(client, "/anmelden", login=login, password=WRONG)
        assert answer.status_code == 401
    answer = sent(client, "/anmelden", login=login, password=PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 31
    assert "kurz gesperrt" in answer.text


def test_a_traeger_sets_up_a_second_factor_and_acknowledges(house, browser):
    started = house.people.add(
        NewPerson("Mia Muster", Role.TRAEGER, "mia@werk.example", traeger=("t1",)), SERVICE
    )
    client = browser()
    answer = sent(
        client, "/anmelden?weiter=/x", login="mia@werk.example", password=started.password
    )
    assert answer.headers["location"] == "/anmelden/kennwort?weiter=/x"
    answer = sent(client, answer.headers["location"], password=PASSWORD)
    assert answer.headers["location"] == "/anmelden/einrichten?weiter=/x"
    html = client.get(answer.headers["location"]).text
    secret = found(r"<code>([A-Z2-7 ]+)</code>", html).replace(" ", "")
    hidden = fields(html, "/anmelden/einrichten")
    answer = client.post("/anmelden/einrichten", data={**hidden, "code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", answer.text)
    assert len(set(codes)) == 10
    there = "/anmelden/verpflichtung?weiter=/x"
    assert there in unescape(answer.text)
    answer = sent(client, there)
    assert answer.status_code == 422
    answer = sent(client, there, agreed="1")
    assert answer.headers["location"] == "/x"
    assert client.get("/").status_code == 200


def test_nobody_is_let_in_before_the_second_factor(house, browser):
    user = person(house, Role.IFK, "mia@amt.example")
    totp = factor(house, user)
    client = browser()
    sent(client, "/anmelden", login="mia@amt.example", password=PASSWORD)
    assert client.get("/").headers["location"].startswith("/anmelden/weiter")
    before = client.cookies[cookie_name(house)]
    answer = sent(client, "/anmelden/zweiter-faktor", code="000000")
    assert answer.status_code == 401
    answer = sent(client, "/anmelden/zweiter-faktor", code=totp.now())
    assert answer.headers["location"] == "/"
    assert client.cookies[cookie_name(house)] != before
    assert client.get("/").status_code == 200


def test_a_stranger_cannot_be_signed_in_by_another_page(house, browser):
    person(house, Role.IFK, "mia@amt.example")
    mine, theirs = browser(), browser()
    hidden = fields(mine.get("/anmelden").text, "/anmelden")
    theirs.get("/anmelden")
    given = {**hidden, "login": "mia@amt.example", "password": PASSWORD}
    assert theirs.post("/anmelden", data=given).status_code == 403
    assert mine.post("/anmelden", data=given).status_code == 303
