"""Letting in who is known from a list, on the page of the person."""

import pytest

from tests.web.account.steps import found, sent

ISSUER = "http://127.0.0.1:9/"


@pytest.fixture
def office(house):
    """The house with an account service of the office that nobody asks."""
    house.settings.identity.update(
        FORMSERVICE_OIDC_ISSUER=ISSUER,
        FORMSERVICE_OIDC_CLIENT_ID="formservice",
        FORMSERVICE_OIDC_CLIENT_SECRET="of nobody",  # noqa: S106 - of a test
        FORMSERVICE_OIDC_ROLES="ifk=fachkraefte",
    )
    return house


def test_somebody_from_a_list_gets_a_login(house, browser):
    client, theirs = browser("gerda"), browser()
    assert "ohne Anmeldung" in client.get("/personen/carla").text
    answer = sent(client, "/personen/carla", "/personen/carla/anmeldung", login="c@amt.example")
    password = found(r"[A-Za-z0-9]{4}(?:-[A-Za-z0-9]{4}){3}", answer.text)
    answer = sent(theirs, "/anmelden", login="c@amt.example", password=password)
    assert answer.headers["location"] == "/anmelden/kennwort"
    html = client.get("/personen/carla").text
    assert "/personen/carla/anmeldung" not in html
    assert password not in html
    answer = client.post("/personen/carla/anmeldung", data={"login": "d@amt.example"})
    assert answer.status_code == 422
    assert "schon einen Anmeldenamen" in answer.text


def test_somebody_from_a_list_is_linked_and_that_is_undone(office, browser):
    client, where = browser("gerda"), "/personen/carla/dienstkonto"
    answer = sent(client, "/personen/carla", where, email="", subject="")
    assert answer.status_code == 422
    answer = sent(client, "/personen/carla", where, email="carla@amt.example", subject="")
    assert answer.status_code == 303
    html = client.get("/personen/carla").text
    assert "verknüpft, noch nicht angemeldet" in html
    assert "Rückgängig" in html
    account = office.people.get("carla")
    assert (account.issuer, account.subject) == (ISSUER, None)
    sent(client, "/personen/carla", f"{where}/loesen")
    assert office.people.get("carla").issuer is None


def test_without_a_service_the_page_does_not_offer_it(browser):
    assert "dienstkonto" not in browser("gerda").get("/personen/carla").text


@pytest.mark.parametrize("who", ["anna", "carla", "elif"])
@pytest.mark.parametrize("what", ["anmeldung", "dienstkonto", "dienstkonto/loesen"])
def test_only_who_administers_lets_people_in(office, browser, who, what):
    assert browser(who).post(f"/personen/dirk/{what}").status_code == 403
    assert office.people.get("dirk").login is None
