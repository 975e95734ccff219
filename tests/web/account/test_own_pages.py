"""The pages of one's own account and of people, as browsers without scripts use them."""

import re

import pyotp
import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from formservice.adapters.store import schema
from formservice.adapters.store.sessions import hashed
from formservice.application.accounts_people import NewPerson
from formservice.bootstrap.web import web
from formservice.domain.case import Author, Role
from formservice.web.guard import cookie_name
from formservice.web.rates import USUAL, Rates
from formservice.web.sign_in import way_back
from tests.web.account.steps import PASSWORD, WRONG, fields, found, person, sent

LEAD = Author("frank", Role.LEAD)
NEW, SHORT = "ein ganz neuer Satz", "kurz"


@pytest.fixture
def mia(house, browser):
    """The browser of a caseworker who has signed in, and who that is."""
    user = person(house, Role.IFK, "mia@amt.example")
    client = browser()
    sent(client, "/anmelden", login="mia@amt.example", password=PASSWORD)
    return client, user


def test_people_see_where_they_are_signed_in_and_sign_out_there(house, mia):
    client, user = mia
    other = house.sessions.open(user, "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Firefox/128.0")
    html = client.get("/konto").text
    assert "Firefox, Windows" in html
    assert other not in html
    (there,) = [one for one in house.sessions.of(user) if "Firefox" in one.agent]
    assert not any(hashed(one) in html for one in (other, client.cookies[cookie_name(house)]))
    answer = sent(client, "/konto", f"/konto/anmeldungen/{there.id}/beenden")
    assert answer.status_code == 303
    assert house.sessions.known(other) is None
    assert client.get("/konto").status_code == 200


def test_people_sign_out_everywhere(house, mia):
    client, user = mia
    other = house.sessions.open(user)
    answer = sent(client, "/konto", "/konto/anmeldungen/beenden")
    assert answer.headers["location"] == "/abgemeldet"
    assert house.sessions.known(other) is None
    assert client.get("/konto").status_code == 303
    assert cookie_name(house) not in client.cookies


def test_a_password_is_changed(mia, browser):
    client, _ = mia
    answer = sent(client, "/konto/kennwort", old=WRONG, password=NEW)
    assert answer.status_code == 422
    assert "bisherige Kennwort stimmt nicht" in answer.text
    answer = sent(client, "/konto/kennwort", old=PASSWORD, password=SHORT)
    assert "mindestens 12 Zeichen" in answer.text
    answer = sent(client, "/konto/kennwort", old=PASSWORD, password=NEW)
    assert answer.status_code == 303
    assert "geändert" in client.get("/konto").text
    for password, status in ((PASSWORD, 401), (NEW, 303)):
        answer = sent(browser(), "/anmelden", login="mia@amt.example", password=password)
        assert answer.status_code == status


def test_only_a_wrong_password_counts_as_a_sign_in_that_failed(app, mia):
    app.state.rates = Rates({**USUAL, "fails": "2 per minute"})
    client, _ = mia
    for _ in range(3):
        assert sent(client, "/konto/kennwort", old=PASSWORD, password=SHORT).status_code == 422
    tries = [sent(client, "/konto/kennwort", old=WRONG, password=NEW) for _ in range(3)]
    assert [one.status_code for one in tries] == [422, 422, 429]


def test_who_is_locked_out_of_the_own_account_is_told_when_to_come_again(mia):
    client, _ = mia
    for _ in range(12):
        answer = sent(client, "/konto/kennwort", old=WRONG, password=NEW)
        if answer.status_code != 422:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 1


def test_a_second_factor_is_set_up_and_codes_made_anew(mia):
    client, _ = mia
    html = client.get("/konto/zweiter-faktor").text
    secret = found(r"<code>([A-Z2-7 ]+)</code>", html).replace(" ", "")
    assert 'src="data:image/png;base64,' in html
    where = "/konto/zweiter-faktor"
    hidden = fields(html, where)
    answer = client.post(where, data={**hidden, "code": "000000"})
    assert answer.status_code == 422
    assert hidden["sealed"] in answer.text
    answer = client.post(where, data={**hidden, "code": pyotp.TOTP(secret).now()})
    first = set(re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", answer.text))
    assert len(first) == 10
    answer = sent(client, "/konto/ersatzcodes", password=PASSWORD)
    second = set(re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", answer.text))
    assert len(second) == 10
    assert not first & second


def test_a_token_is_shown_once_and_revoked(house, mia):
    client, user = mia
    answer = sent(client, "/konto/zugaenge", name="", days="90")
    assert answer.status_code == 422
    answer = sent(client, "/konto/zugaenge", name="Fachverfahren", days="90")
    secret = found(r"fs_api_[\w-]+", answer.text)
    assert house.tokens.known(secret, "api").user == user
    html = client.get("/konto/zugaenge").text
    assert "Fachverfahren" in html
    assert secret not in html
    (token,) = house.tokens.of(user)
    sent(client, "/konto/zugaenge", f"/konto/zugaenge/{token.id}/zurueckziehen")
    assert house.tokens.known(secret, "api") is None


@pytest.mark.parametrize("days", ["0", "-1", "9999", "0365999", "x", "²", "1" * 40])
def test_a_token_lasts_a_year_at_most(house, mia, days):
    client, user = mia
    assert sent(client, "/konto/zugaenge", name="x", days=days).status_code == 422
    assert not house.tokens.of(user)


@pytest.mark.parametrize(
    "given",
    [
        "https://x.example/",
        "//x.example/",
        "/\\x.example/",
        "/%5Cx.example",
        "/%2F/x.example",
        "/\t/x.example",
        "/%09/x.example",
        "javascript:alert(1)",
        "faelle",
        "/anmelden",
        "/" + "x" * 2000,
        "",
        None,
    ],
)
def test_nobody_is_sent_to_another_house(given):
    assert way_back(given) == ""


@pytest.mark.parametrize("given", ["/", "/faelle/c1?tab=2", "/vorg%C3%A4nge"])
def test_people_come_back_to_our_own_pages(given):
    assert way_back(given) == given


@pytest.mark.parametrize("given", ["https://x.example/", "//x.example", "/\\x.example"])
def test_a_link_to_sign_in_leads_nowhere_else(house, browser, given):
    person(house, Role.IFK, "mia@amt.example")
    client = browser()
    html = client.get("/anmelden", params={"weiter": given}).text
    hidden = {**fields(html, "/anmelden"), "weiter": given}
    answer = client.post(
        "/anmelden", data={**hidden, "login": "mia@amt.example", "password": PASSWORD}
    )
    assert answer.headers["location"] == "/"


def test_cookies_are_for_us_only(house, monkeypatch):
    person(house, Role.IFK, "mia@amt.example")
    for url, name, secure in (
        (house.public_url, "formservice", False),
        ("https://formulare.amt.example", "__Host-formservice", True),
    ):
        monkeypatch.setattr(house, "public_url", url)
        client = TestClient(web(house), base_url=url, follow_redirects=False)
        html = client.get("/anmelden").text
        given = {"login": "mia@amt.example", "password": PASSWORD}
        answer = client.post("/anmelden", data={**fields(html, "/anmelden"), **given})
        cookie = next(
            one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")
        )
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert "path=/" in cookie.lower()
        assert "domain" not in cookie.lower()
        assert ("secure" in cookie.lower()) is secure


def test_a_foreign_session_is_not_kept_when_somebody_signs_in(house, browser):
    """Who plants a secret of theirs in a browser does not get what is signed in there."""
    person(house, Role.IFK, "mia@amt.example")
    planted = house.sessions.open("frank", "", ("second-factor",))
    client = browser()
    client.cookies.set(cookie_name(house), planted)
    html = client.get("/anmelden/zweiter-faktor").text
    given = {**fields(html, "/anmelden/zweiter-faktor"), "login": "mia@amt.example"}
    answer = client.post("/anmelden", data={**given, "password": PASSWORD})
    assert answer.status_code == 303
    assert house.sessions.known(planted) is None


def test_too_many_errors_from_one_address_are_refused(house, browser):
    client = browser()
    hidden = fields(client.get("/anmelden").text, "/anmelden")
    for number in range(50):
        given = {"login": f"niemand{number}", "password": WRONG}
        assert client.post("/anmelden", data={**hidden, **given}).status_code == 401
    answer = client.post("/anmelden", data={**hidden, "login": "x", "password": WRONG})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "zu viele Versuche" in answer.text


def test_an_invited_person_makes_an_account(house, browser):
    invited = house.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    where = invited.link.removeprefix(house.public_url)
    client = browser()
    assert TEXT in client.get(where).text
    assert sent(client, where, name="Ida", password=SHORT).status_code == 422
    for name, password, told in (
        (" ", PASSWORD, "Der Name fehlt."),
        ("Ida", "x" * 600, "höchstens 256 Zeichen"),
        ("I" * 600, PASSWORD, "länger als"),
        ("Ida\u202e", PASSWORD, "Schreibrichtung"),
        ("I" * 20_000, "x" * 20_000, "viel zu lang"),
    ):
        answer = sent(client, where, name=name, password=password)
        assert (answer.status_code, told in answer.text) == (422, True), told
        assert "body." not in answer.text
    answer = sent(client, where, name="Ida Ganz", password=PASSWORD)
    assert answer.headers["location"] == "/anmelden/einrichten"
    assert client.get("/").headers["location"].startswith("/anmelden/weiter")
    answer = browser().get(where)
    assert answer.status_code == 404
    assert "gilt nicht mehr" in answer.text


TEXT = "Bildungswerk Lindenhof"


def test_a_lead_invites_and_gets_the_link_once(house, browser):
    client = browser("frank")
    given = {"email": "ida@werk.example", "name": "Ida", "traeger": "t1"}
    answer = sent(client, "/traegerpersonen/einladen", **given)
    link = found(r"<code>(http[^<]+)</code>", answer.text)
    assert browser().get(link.removeprefix(house.public_url)).status_code == 200
    listed = client.get("/personen").text
    assert "ida@werk.example" in listed
    assert link not in listed
    assert (
        sent(client, "/traegerpersonen/einladen", email="x", name="", traeger="t1").status_code
        == 422
    )
    (open_,) = house.invite.all()
    answer = sent(client, "/personen", f"/traegerpersonen/einladungen/{open_.id}/erneuern")
    assert found(r"<code>(http[^<]+)</code>", answer.text) != link
    (open_,) = house.invite.all()
    sent(client, "/personen", f"/traegerpersonen/einladungen/{open_.id}/zurueckziehen")
    assert not house.invite.all()


def test_an_admin_makes_an_account_and_takes_it_back(house, browser):
    client = browser("gerda")
    given = {"name": "Karl Neu", "login": "karl@amt.example", "role": "back-office"}
    answer = sent(client, "/personen/neu", **given)
    password = found(r"[A-Za-z0-9]{4}(?:-[A-Za-z0-9]{4}){3}", answer.text)
    theirs = browser()
    answer = sent(theirs, "/anmelden", login="karl@amt.example", password=password)
    assert answer.headers["location"] == "/anmelden/kennwort"
    user = house.people.by_login("karl@amt.example").user
    sent(client, f"/personen/{user}", f"/personen/{user}/deaktivieren")
    assert theirs.get("/anmelden/kennwort").status_code == 303
    html = client.get(f"/personen/{user}").text
    assert "Rückgängig" in html
    undo = f"/personen/{user}/aktivieren"
    client.post(undo, data=fields(html, undo))
    assert house.people.get(user).active
    answer = sent(client, f"/personen/{user}", f"/personen/{user}/startkennwort")
    assert password not in answer.text


def test_a_role_is_changed_and_taken_back(house, browser):
    user = person(house, Role.IFK, "mia@amt.example")
    client, where = browser("gerda"), f"/personen/{user}/rolle"
    answer = client.post(where, data={"role": "traeger", "traeger": ["t1", "t2"]})
    assert answer.status_code == 303
    assert house.people.get(user).traeger == ("t1", "t2")
    answer = client.post(where, data={"role": "traeger"})
    assert answer.status_code == 422
    assert "fehlt der Träger" in answer.text
    client.post(where, data={"role": "lead"})
    html = client.get(f"/personen/{user}").text
    client.post(f"{where}/zurueck", data=fields(html, f"{where}/zurueck"))
    one = house.people.get(user)
    assert (one.role, one.traeger) == (Role.TRAEGER, ("t1", "t2"))


def test_a_lead_gives_nobody_administration(house, browser):
    user = person(house, Role.IFK, "mia@amt.example")
    client = browser("frank")
    answer = client.post(f"/personen/{user}/rolle", data={"role": "admin"})
    assert answer.status_code == 422
    answer = client.post(
        "/personen/neu", data={"name": "X", "login": "x@amt.example", "role": "admin"}
    )
    assert answer.status_code == 422
    assert house.people.get(user).role is Role.IFK


def test_the_list_of_a_traeger_is_confirmed(house, browser):
    staying = person(house, Role.TRAEGER, "a@werk.example", "t1")
    gone = person(house, Role.TRAEGER, "b@werk.example", "t1")
    with house.store.work() as work:
        work.connection.execute(update(schema.web.accounts).values(created_at=1.0))
    client = browser("frank")
    assert "Liste bestätigen: Bildungswerk Lindenhof" in client.get("/personen").text
    listed = client.get("/traegerpersonen/bestaetigen/t1").text
    shown = re.findall(r'name="shown" value="([^"]+)"', listed)
    assert set(shown) == {staying, gone, "anna"}
    later = person(house, Role.TRAEGER, "c@werk.example", "t1")
    sent = {"shown": shown, "staying": [staying, "anna"]}
    answer = client.post("/traegerpersonen/bestaetigen/t1", data=sent)
    assert answer.status_code == 303
    assert house.people.get(staying).active
    assert not house.people.get(gone).active
    assert house.people.get(later).active
    assert "Liste bestätigen" not in client.get("/personen").text
    assert client.get("/traegerpersonen/bestaetigen/t9").status_code == 404


def test_names_are_escaped_wherever_they_stand(house, browser):
    bad = '<script>alert("x")</script>'
    user = house.people.add(NewPerson(bad, Role.IFK, "x@amt.example"), LEAD).user
    for where in ("/personen", f"/personen/{user}"):
        html = browser("frank").get(where).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_a_role_that_was_changed_again_since_is_not_put_back(browser, house):
    client, where = browser("gerda"), "/personen/carla/rolle"
    assert client.post(where, data={"role": "lead"}).status_code == 303
    back = {"vorher": "ifk:", "jetzt": "lead:"}
    client.post(where, data={"role": "back-office"})
    assert client.post(f"{where}/zurueck", data=back).status_code == 422
    assert str(house.people.get("carla").role) == "back-office"
    back["jetzt"] = "back-office:"
    assert client.post(f"{where}/zurueck", data=back).status_code == 303
    assert str(house.people.get("carla").role) == "ifk"


def seen_long_ago(house):
    """Put back by half an hour when the only session was used last; return that moment."""
    sessions = schema.web.sessions
    back = update(sessions).values(seen_at=sessions.c.seen_at - 1800.0)
    with house.store.work() as work:
        work.connection.execute(back)
        return work.connection.execute(select(sessions.c.seen_at)).scalar_one()


@pytest.mark.parametrize(
    ("method", "address", "is_use"),
    [
        ("POST", "/nachbearbeitung/nichts/halten", False),
        ("GET", "/live/documents/nichts", False),
        ("GET", "/live/documents?id=nichts", False),
        ("GET", "/", True),
    ],
)
def test_what_an_open_page_asks_for_by_itself_is_no_use_of_a_session(
    house, browser, method, address, is_use
):
    elif_ = browser("elif")
    before = seen_long_ago(house)
    elif_.request(method, address)
    with house.store.look() as work:
        after = work.connection.execute(select(schema.web.sessions.c.seen_at)).scalar_one()
    assert (after > before) == is_use
