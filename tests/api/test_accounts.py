"""Accounts by the API: who comes in, in which role, and who is invited; secrets are shown once."""

import pytest
from fastapi.routing import APIRoute

from formservice.web.guard import May
from tests.api.tokens import token_of

NEW = {"name": "Carla Neu", "login": "c.neu", "role": "ifk"}
INVITED = {"email": "neu@lindenhof.example", "name": "Nina Neu", "traeger": "t1"}


@pytest.fixture
def gerda(browser):
    return browser("gerda")


@pytest.fixture
def added(gerda):
    answer = gerda.post("/api/v1/accounts", json=NEW)
    assert answer.status_code == 201, answer.text
    return answer.json()["user"]


def told(client, user):
    return client.get(f"/api/v1/accounts/{user}").json()


def test_somebody_gets_an_account_another_role_and_is_let_in_no_more(gerda, added):
    address = f"/api/v1/accounts/{added}"
    assert (told(gerda, added)["role"], told(gerda, added)["must_change"]) == ("ifk", True)
    role = gerda.put(f"{address}/role", json={"role": "traeger", "traeger": ["t1"]})
    assert (role.status_code, role.content) == (204, b"")
    changed = told(gerda, added)
    assert (changed["role"], changed["traeger"]) == ("traeger", ["t1"])
    for step, active in (("deactivate", False), ("activate", True)):
        assert gerda.post(f"{address}/{step}").status_code == 204
        assert told(gerda, added)["active"] is active
    assert gerda.delete(f"{address}/second-factor").status_code == 204
    assert gerda.post(f"{address}/unlock").status_code == 204
    listed = {one["user"] for one in gerda.get("/api/v1/accounts").json()}
    assert {added, "anna", "gerda"} <= listed


def test_a_start_password_is_shown_once_even_with_a_key(gerda, added):
    address, key = f"/api/v1/accounts/{added}/password", {"idempotency-key": "k1"}
    first = gerda.post(address, headers=key)
    assert len(first.json()["password"]) > 12
    again = gerda.post(address, headers=key)
    assert again.status_code == 409
    assert first.json()["password"] not in again.text


def test_an_account_of_a_traeger_begins_with_an_invitation(gerda):
    answer = gerda.post("/api/v1/accounts", json=NEW | {"role": "traeger"})
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_nobody_changes_their_own_account_or_one_above_them(browser, gerda):
    for client, user in ((gerda, "gerda"), (browser("frank"), "gerda")):
        answer = client.post(f"/api/v1/accounts/{user}/deactivate")
        assert (answer.status_code, answer.json()["code"]) == (403, "account.above")
    answer = browser("frank").post("/api/v1/accounts", json=NEW | {"role": "admin"})
    assert (answer.status_code, answer.json()["code"]) == (403, "account.above")


def test_a_login_is_given_once(gerda, added):
    answer = gerda.post("/api/v1/accounts", json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_somebody_is_invited_anew_and_no_more(gerda):
    made = gerda.post("/api/v1/invitations", json=INVITED)
    assert made.status_code == 201, made.text
    (listed,) = gerda.get("/api/v1/invitations").json()
    assert (listed["id"], listed["email"]) == (made.json()["id"], INVITED["email"])
    again = gerda.post(f"/api/v1/invitations/{listed['id']}/renewal").json()
    assert again["link"] != made.json()["link"]
    assert gerda.delete(f"/api/v1/invitations/{listed['id']}").status_code == 404
    assert gerda.delete(f"/api/v1/invitations/{again['id']}").status_code == 204
    assert gerda.get("/api/v1/invitations").json() == []


def test_who_was_not_shown_keeps_their_account_when_a_list_is_confirmed(gerda):
    answer = gerda.post("/api/v1/traeger/t1/confirmation", json={"shown": [], "staying": []})
    assert answer.json() == {"gone": []}
    assert told(gerda, "anna")["active"] is True
    blind = gerda.post("/api/v1/traeger/t1/confirmation", json={"staying": []})
    assert blind.status_code == 422
    assert told(gerda, "anna")["active"] is True


def test_who_is_not_confirmed_for_a_traeger_is_let_in_no_more(gerda):
    assert {one["id"] for one in gerda.get("/api/v1/traeger").json()} == {"t1", "t2"}
    sent = {"shown": ["anna"], "staying": []}
    answer = gerda.post("/api/v1/traeger/t1/confirmation", json=sent)
    assert answer.json() == {"gone": ["anna"]}
    assert told(gerda, "anna")["active"] is False
    nowhere = gerda.post("/api/v1/traeger/t9/confirmation", json=sent)
    assert nowhere.status_code == 404


def test_a_token_changes_no_account(browser, house, gerda, added):
    stranger = browser(None)
    stranger.headers["authorization"] = f"Bearer {token_of(house, 'gerda')}"
    assert stranger.get("/api/v1/accounts").status_code == 200
    for method, path in (
        ("POST", "/api/v1/accounts"),
        ("POST", f"/api/v1/accounts/{added}/password"),
        ("DELETE", f"/api/v1/accounts/{added}/second-factor"),
        ("POST", "/api/v1/invitations"),
        ("POST", "/api/v1/tokens"),
    ):
        answer = stranger.request(method, path, json=NEW | {"login": "x.neu"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


def test_no_token_gets_a_secret_that_outlasts_it(app):
    routes = {one.name: one for one in app.routes if isinstance(one, APIRoute)}
    secret = [one for one in routes.values() if "x-secret" in (one.openapi_extra or {})]
    asked = {one.name: one.dependencies[0].dependency for one in secret}
    assert {"api_token_new", "api_subscription_new", "api_invite"} <= asked.keys()
    of_programs = {one for one, may in asked.items() if isinstance(may, May) and not may.in_person}
    # What signs notices to a host that the operator named.
    assert of_programs == {"api_webhook_new", "api_webhook_renew"}


def test_a_token_is_revoked_by_the_id_its_maker_was_told(browser):
    carla = browser("carla")
    made = carla.post("/api/v1/tokens", json={"name": "Fachverfahren", "days": 30}).json()
    assert [one["id"] for one in carla.get("/api/v1/tokens").json()] == [made["id"]]
    assert carla.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert carla.get("/api/v1/tokens").json() == []
