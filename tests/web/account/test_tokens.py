"""Tokens: what programs and calendars show instead of a session."""

import pytest
from fastapi import APIRouter
from sqlalchemy import update

from formservice.adapters.store import schema
from formservice.application.tokens import API, CALENDAR
from formservice.domain.accounts import ACKNOWLEDGE
from formservice.domain.case import Author, Role
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.guard import Me, may

CARLA = Author("carla", Role.IFK)


@pytest.fixture
def api(app, browser):
    """A stranger's client, of an application that has a route for programs."""
    router = APIRouter()

    @router.get("/api/probe", dependencies=may(Action.SIGNED_IN))
    def read(me: Me) -> str:
        return me.user

    @router.post("/api/probe", dependencies=may(Action.READ_CASES))
    def change(me: Me) -> str:
        return me.user

    app.include_router(router)
    return browser()


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_a_program_needs_no_token_of_a_page(house, api):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    assert api.get("/api/probe", headers=bearer(secret)).json() == "carla"
    assert api.post("/api/probe", headers=bearer(secret)).json() == "carla"


def test_a_token_may_no_more_than_its_owner(house, api):
    secret = house.tokens.made("gerda", API, "Technik", 90).secret
    assert api.post("/api/probe", headers=bearer(secret)).status_code == 403


@pytest.mark.parametrize("secret", [b"", b"x", b"fs_api_x", b"\xe4\xff"])
def test_what_is_no_token_opens_nothing(api, secret):
    answer = api.get("/api/probe", headers={b"authorization": b"Bearer " + secret})
    assert answer.status_code == 401


def test_a_token_of_the_calendar_opens_nothing_else(house, api):
    secret = house.tokens.made("carla", CALENDAR, "Kalender", None).secret
    assert house.tokens.known(secret, CALENDAR).user == "carla"
    assert house.tokens.known(secret, API) is None
    assert api.get("/api/probe", headers=bearer(secret)).status_code == 401


def test_pages_take_no_token(house, browser):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    assert browser().get("/", headers=bearer(secret)).status_code == 303


def test_a_revoked_token_is_none(house):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    (token,) = house.tokens.of("carla")
    with pytest.raises(NotFoundError):
        house.tokens.revoke("dirk", token.id, Author("dirk", Role.IFK))
    assert house.tokens.known(secret, API)
    house.tokens.revoke("carla", token.id, CARLA)
    assert house.tokens.known(secret, API) is None
    assert not house.tokens.of("carla")


def test_a_token_ends_on_its_day(house):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    with house.store.work() as work:
        work.connection.execute(update(schema.web.tokens).values(expires_at=1.0))
    assert house.tokens.known(secret, API) is None


def test_a_token_of_somebody_who_may_no_more_is_none(house):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    house.people.deactivate("carla", Author("gerda", Role.ADMIN))
    assert house.tokens.known(secret, API) is None
    house.people.activate("carla", Author("gerda", Role.ADMIN))
    assert house.tokens.known(secret, API) is None


def test_a_traeger_acknowledges_before_a_token_is_good(house):
    secret = house.tokens.made("anna", API, "Träger", 90).secret
    assert house.tokens.known(secret, API).missing == (ACKNOWLEDGE,)


def test_no_secret_is_kept(house):
    secret = house.tokens.made("carla", API, "Fachverfahren", 90).secret
    with house.store.look() as work:
        rows = work.connection.execute(schema.web.tokens.select()).all()
        events = work.connection.execute(schema.events.select()).all()
    assert secret not in str(rows) + str(events)
