"""Every route, tried as everybody: strangers, every role, and people with ids of others.

These tests are made from the routes themselves: a new one is tried without anybody writing a
test for it. A parameter that nobody gave values for fails, with a sentence where to add them.
"""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from starlette.testclient import TestClient

from formservice.adapters.store import schema, sessions
from formservice.bootstrap.web import web
from formservice.domain.accounts import SECOND_FACTOR
from formservice.domain.case import Role
from formservice.domain.permissions import ALLOWED, Action, is_allowed
from formservice.web.app import AREAS
from formservice.web.guard import CSRF_HEADER, action_of, cookie_name
from tests.web.conftest import PEOPLE, token_of
from tests.web.foreign import (
    BODIES,
    CONTENTS,
    FOREIGN,
    NOBODYS,
    OWN,
    PLAIN,
    address,
    body,
    foreign_bodies,
    parameters,
)
from tests.web.foreign import settled as a_settled_house

SAFE = ("GET", "HEAD", "OPTIONS")
EVERY = [
    (method, route)
    for area in AREAS
    for route in area.routes
    for method in sorted(getattr(route, "methods", None) or ())
    if method != "HEAD"
]
CLOSED = [(method, route) for method, route in EVERY if action_of(route) is not None]


def named(routes):
    """Return the routes as parameters of a test, by their addresses."""
    return [
        pytest.param(method, route, id=f"{method} {route.path.replace('{', '').replace('}', '')}")
        for method, route in routes
    ]


def some_address(route):
    """Return an address of the route with ids that exist, if anybody has such."""
    return next(filter(None, (address(route, one, OWN) for one in PEOPLE)), None) or address(
        route, "frank", FOREIGN
    )


def name_of(route):
    """Return by what name templates call a route."""
    return getattr(route, "name", "")


def allowed(route, user):
    action = action_of(route)
    return action is not None and is_allowed(action, PEOPLE[user][1])


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        # That a session is still used is written down once a minute: nothing a route does.
        patch.setattr(sessions, "_SEEN_EVERY", 1e9)
        yield from a_settled_house(tmp_path_factory.mktemp("routes"))


@pytest.fixture(scope="module")
def clients(house, portal):
    """The browsers of everybody, of a stranger (None), and of one who is not let in yet."""
    application = web(house)
    found = {}
    for user in (None, *PEOPLE, "halfway"):
        client = TestClient(application, base_url=house.public_url, follow_redirects=False)
        client.portal = portal
        if user is not None:
            missing = (SECOND_FACTOR,) if user == "halfway" else ()
            secret = house.sessions.open("frank" if user == "halfway" else user, "", missing)
            client.cookies.set(cookie_name(house), secret)
            client.headers[CSRF_HEADER] = token_of(house, secret)
        found[user] = client
    yield found
    for client in found.values():
        client.close()


@pytest.fixture
def unchanged(house):
    """Fail if anything is written into the database, by whomever."""
    file = house.settings.data / "formservice.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        version = connection.execute("PRAGMA data_version").fetchone()
        yield
        assert connection.execute("PRAGMA data_version").fetchone() == version


def asked(client, method, route, path, **more):
    sent = {} if method in SAFE else body(route)
    return client.request(method, path, **sent, **more)


@contextmanager
def without_token(client):
    token = client.headers.pop(CSRF_HEADER)
    yield
    client.headers[CSRF_HEADER] = token


def test_every_route_says_who_may_use_it():
    assert EVERY
    for _, route in EVERY:
        action_of(route)


@pytest.mark.parametrize(("method", "route"), named(EVERY))
def test_every_parameter_of_an_address_has_values_to_try(method, route):
    for name in parameters(route):
        assert name in OWN or name in PLAIN, (
            f"{route.path}: Add „{name}“ to tests/web/foreign.py: to OWN and FOREIGN with rows in"
            " settled(), if what it names belongs to somebody, else to PLAIN."
        )


@pytest.mark.parametrize(("method", "route"), named(CLOSED))
def test_a_stranger_is_let_in_nowhere(clients, unchanged, method, route):
    answer = asked(
        clients[None],
        method,
        route,
        address(route, "frank", OWN) or address(route, "frank", FOREIGN),
    )
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/anmelden")
        assert not route.path.startswith("/api/")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "route"), named(CLOSED))
def test_nobody_is_let_in_halfway(clients, unchanged, method, route):
    answer = asked(
        clients["halfway"],
        method,
        route,
        address(route, "frank", OWN) or address(route, "frank", FOREIGN),
    )
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/anmelden/weiter")
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize(("method", "route"), named(CLOSED))
def test_a_role_that_may_not_is_refused(clients, unchanged, method, route):
    for user in PEOPLE:
        path = address(route, user, OWN) or address(route, user, FOREIGN)
        if not allowed(route, user):
            answer = asked(clients[user], method, route, path)
            assert answer.status_code == 403, f"{PEOPLE[user][1]}: {answer.status_code}"


@pytest.mark.parametrize(
    ("method", "route"),
    named((m, r) for m, r in CLOSED if set(parameters(r)) & set(OWN)),
)
def test_what_belongs_to_somebody_else_is_not_there(clients, unchanged, method, route):
    for user in PEOPLE:
        if not allowed(route, user):
            continue
        path = address(route, user, FOREIGN)
        answer = asked(clients[user], method, route, path)
        why = "" if answer.status_code != 422 else f" (sent: {body(route)})"
        assert answer.status_code == 404, f"{user}: {answer.status_code} {path}{why}"


@pytest.mark.parametrize(
    ("method", "route"), named((m, r) for m, r in CLOSED if name_of(r) in BODIES)
)
def test_what_a_body_names_of_somebody_else_is_not_there(clients, unchanged, method, route):
    for user in PEOPLE:
        path = address(route, user, OWN)
        if not (allowed(route, user) and path):
            continue
        for sent in foreign_bodies(route, user):
            answer = clients[user].request(method, path, **sent)
            assert answer.status_code == 404, f"{user}: {answer.status_code} {sent}"


def test_every_body_that_is_tried_is_that_of_a_route():
    assert set(BODIES) <= {name_of(route) for _, route in CLOSED}


@pytest.mark.parametrize(
    ("method", "route"), named((m, r) for m, r in CLOSED if set(parameters(r)) & CONTENTS)
)
def test_foreign_and_unknown_are_told_the_same(clients, method, route):
    """Nobody learns from an answer that something exists."""
    nobodys = {name: dict.fromkeys(PEOPLE, NOBODYS) for name in OWN}
    for user in ("anna", "carla"):
        if allowed(route, user):
            paths = [address(route, user, which) for which in (FOREIGN, nobodys)]
            foreign, unknown = (
                asked(clients[user], method, route, path).content.replace(path.encode(), b"HERE")
                for path in paths
                if path is not None
            )
            assert foreign == unknown


@pytest.mark.parametrize(("method", "route"), named((m, r) for m, r in CLOSED if m not in SAFE))
def test_no_other_page_can_change_anything(clients, unchanged, method, route):
    for user in PEOPLE:
        path = address(route, user, OWN)
        if allowed(route, user) and path:
            with without_token(clients[user]):
                answer = asked(clients[user], method, route, path)
            assert answer.status_code == 403, f"{user}: {answer.status_code}"
            answer = asked(
                clients[user], method, route, path, headers={"sec-fetch-site": "cross-site"}
            )
            assert answer.status_code == 403, f"{user}: {answer.status_code}"


@pytest.mark.parametrize(("method", "route"), named((m, r) for m, r in CLOSED if m == "GET"))
def test_who_may_is_not_refused(clients, method, route):
    if "/live/" in route.path:
        pytest.skip("streams without end; tests/operations tries them")
    for user in PEOPLE:
        path = address(route, user, OWN)
        if allowed(route, user) and path:
            answer = clients[user].get(path)
            assert answer.status_code < 500, f"{user}: {answer.status_code}"
            assert answer.status_code not in (401, 403, 405), f"{user}: {answer.status_code}"


# What shows nothing of what stands in a document: how far work on it is, when what happened to it,
# who looked at it. Pictures of pages are asked for, and written down, one by one. By names.
SHOWS_NOTHING = frozenset(
    {
        *("reads", "api_reads", "api_status_of", "live_document"),
        *("discard", "renew", "desk_pages", "api_arrange"),
        *("api_document", "api_versions", "api_history", "api_deadlines_of", "api_submissions"),
    }
)
# What needs more than this house has: a file of a Träger with several forms, not yet handed in.
NOT_HERE = frozenset({"submit_together"})


@pytest.mark.parametrize(
    ("method", "route"),
    named(
        (method, route)
        for method, route in CLOSED
        if method == "GET"
        and "document" in parameters(route)
        and name_of(route) not in SHOWS_NOTHING
    ),
)
def test_looking_at_a_document_is_written_down(house, clients, method, route):
    shown = 0
    for user in PEOPLE:
        path = address(route, user, OWN)
        if not (allowed(route, user) and path):
            continue
        with house.store.work() as work:
            work.connection.execute(schema.web.reads.delete())
        if clients[user].get(path).status_code == 200:
            shown += 1
            with house.store.look() as work:
                rows = work.connection.execute(schema.web.reads.select()).all()
            document = OWN["document"][user]
            assert (document, user) in {(row.document, row.user) for row in rows}, (
                f"{route.path}: call reading_log.seen(house, me, document) before it is shown."
            )
    assert shown or name_of(route) in NOT_HERE, "nobody was shown anything: give settled() more"


def test_every_route_that_needs_no_reading_log_is_there():
    assert {*SHOWS_NOTHING, *NOT_HERE} <= {name_of(route) for _, route in CLOSED}


@pytest.mark.parametrize(("method", "route"), named(CLOSED))
def test_administration_sees_no_contents(method, route):
    if set(parameters(route)) & CONTENTS:
        assert not allowed(route, "gerda")


@pytest.mark.parametrize("user", PEOPLE)
def test_everybody_has_a_start_page(clients, user):
    answer = clients[user].get("/")
    assert answer.status_code == 200
    assert PEOPLE[user][0] in answer.text


@pytest.mark.parametrize("action", Action)
def test_everything_can_be_done_by_somebody(action):
    assert ALLOWED[action]
    assert not is_allowed(action, Role.SYSTEM)


def test_a_stranger_comes_back_to_where_they_wanted_to_go(clients):
    answer = clients[None].get("/?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/anmelden?weiter=/")
