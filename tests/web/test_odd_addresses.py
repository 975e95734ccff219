"""What no database can look for is asked of none: an address with NUL leads nowhere."""

import re

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from formservice.adapters.store import schema
from formservice.adapters.store.migrate import migrated
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices, web
from formservice.domain.permissions import is_allowed
from formservice.web.app import AREAS
from formservice.web.guard import CSRF_HEADER, action_of, cookie_name
from tests.store import postgres
from tests.web.conftest import PEOPLE, TRAEGER, token_of

ROUTES = [
    (method, route)
    for area in AREAS
    for route in area.routes
    for method in sorted(getattr(route, "methods", None) or ())
    if "{" in getattr(route, "path", "") and method != "HEAD"
]


def address(path, value):
    """Return the address of a route, with that value in the place of all that is named there."""
    return re.sub(r"\{[^}]+\}", value, path)


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """An installation on PostgreSQL with people in every role."""
    base = tmp_path_factory.mktemp("odd")
    with postgres.database(base) as url:
        told = url.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"FORMSERVICE_DATA": str(base / "var"), "FORMSERVICE_DATABASE_URL": told}
        services = WebServices(Settings.from_environment(settings))
        try:
            migrated(services.store.engine)
            with services.store.work() as work:
                do = work.connection.execute
                for key, name in TRAEGER.items():
                    do(insert(schema.traeger).values(id=key, name=name))
                for key, (name, role, many) in PEOPLE.items():
                    do(insert(schema.users).values(id=key, name=name, role=str(role), active=True))
                    for one in many:
                        do(insert(schema.user_traeger).values(user=key, traeger=one))
            yield services
        finally:
            services.store.close()


@pytest.fixture(scope="module")
def tried(portal):
    """What asks every route with a value in its address, as who may use it: status by route."""

    def all_of(house, value):
        app, clients, found = web(house), {}, {}
        for method, route in ROUTES:
            action = action_of(route)
            user = next(
                (one for one in PEOPLE if action and is_allowed(action, PEOPLE[one][1])), ""
            )
            if user not in clients:
                client = TestClient(app, base_url=house.public_url, follow_redirects=False)
                client.portal = portal
                if user:
                    secret = house.sessions.open(user, "test")
                    client.cookies.set(cookie_name(house), secret)
                    client.headers[CSRF_HEADER] = token_of(house, secret)
                clients[user] = client
            path = getattr(route, "path", "")
            answer = clients[user].request(method, address(path, value), json={})
            found[method, path] = answer.status_code
        for client in clients.values():
            client.close()
        return found

    return all_of


@pytest.mark.engine
@postgres.needs_postgres
@pytest.mark.parametrize("value", ["x%00", "%00"])
def test_an_address_with_nul_is_none_of_ours_on_postgresql(there, tried, value):
    found = tried(there, value)
    assert len(found) > 100
    assert {one: status for one, status in found.items() if status != 404} == {}


def test_an_address_with_nul_is_none_of_ours_on_sqlite(house, tried):
    found = tried(house, "x%00")
    assert {one: status for one, status in found.items() if status != 404} == {}


@pytest.mark.parametrize("path", ["/static/x%00.js", "/%00", "/api/v1/x%00", "/faelle%00"])
def test_also_where_there_is_no_route(browser, path):
    assert browser("carla").get(path).status_code == 404


def test_programs_are_told_so_as_of_any_address_that_is_none(browser):
    answer = browser("carla").get("/api/v1/cases/x%00")
    assert answer.json()["code"] == "not-found"


@pytest.mark.engine
@postgres.needs_postgres
def test_an_id_with_nul_in_a_question_names_nothing_on_postgresql(there, portal):
    client = TestClient(web(there), base_url=there.public_url, follow_redirects=False)
    client.portal = portal
    client.cookies.set(cookie_name(there), there.sessions.open("carla", "test"))
    client.headers["accept"] = "application/json"
    assert client.get("/live/documents?id=x%00").status_code == 404
    client.close()
