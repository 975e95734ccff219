"""A whole house in a folder of its own, people in every role, and browsers that are theirs."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import insert
from starlette.testclient import TestClient

from formservice.adapters.store import schema
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices, web
from formservice.domain.case import Role
from formservice.web.guard import CSRF_HEADER, cookie_name
from tests import known

TRAEGER = {"t1": "Bildungswerk Lindenhof", "t2": "Werkstatt Nordring"}
PEOPLE = {
    "anna": ("Anna Beispiel", Role.TRAEGER, ["t1"]),
    "boris": ("Boris Muster", Role.TRAEGER, ["t2"]),
    "carla": ("Carla Fall", Role.IFK, []),
    "dirk": ("Dirk Fall", Role.IFK, []),
    "elif": ("Elif Eingang", Role.BACK_OFFICE, []),
    "frank": ("Frank Leitung", Role.LEAD, []),
    "gerda": ("Gerda Technik", Role.ADMIN, []),
}
"""Who works here, by id: name, role, and for which Träger."""


@cache
def _laid_out() -> bytes:
    """Return the database of an installation with two Träger and people in every role.

    It is laid out once in a process, with every step that an office takes, and copied then.
    """
    with TemporaryDirectory() as folder:
        settings = Settings.from_environment({"FORMSERVICE_DATA": folder})
        services = WebServices(settings)
        with services.store.work() as work:
            do = work.connection.execute
            do(
                insert(schema.traeger),
                [{"id": key, "name": name} for key, name in TRAEGER.items()],
            )
            do(
                insert(schema.users),
                [
                    {"id": key, "name": name, "role": str(role), "active": True}
                    for key, (name, role, _) in PEOPLE.items()
                ],
            )
            theirs = [
                {"user": key, "traeger": one}
                for key, (_, _, many) in PEOPLE.items()
                for one in many
            ]
            do(insert(schema.user_traeger), theirs)
        services.store.close()
        return _database(services).read_bytes()


def _database(services: WebServices) -> Path:
    return Path(str(services.store.engine.url.database))


def furnished(folder: Path) -> WebServices:
    """Return an installation in ``folder`` with two Träger and people in every role."""
    settings = Settings.from_environment({"FORMSERVICE_DATA": str(folder / "var")})
    services = WebServices(settings)
    known.share(services)
    database = _database(services)
    database.parent.mkdir(mode=0o700, exist_ok=True)
    database.touch(mode=0o600)
    database.write_bytes(_laid_out())
    return services


@pytest.fixture
def house(tmp_path) -> Iterator[WebServices]:
    """An installation with two Träger and people in every role, and nothing else."""
    services = furnished(tmp_path)
    yield services
    services.store.close()


@pytest.fixture
def app(house: WebServices) -> FastAPI:
    """The application over that installation."""
    return web(house)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all browsers: each request would start one of its own."""
    with start_blocking_portal() as one:
        yield one


@pytest.fixture
def browser(
    app: FastAPI, house: WebServices, portal: BlockingPortal
) -> Iterator[Callable[[str | None], TestClient]]:
    """Return what makes the browser of somebody of ``PEOPLE``; of a stranger for None.

    What it posts carries the token that our own pages carry.
    """
    opened: list[TestClient] = []

    def of(user: str | None = None) -> TestClient:
        client = TestClient(app, base_url=house.public_url, follow_redirects=False)
        client.portal = portal
        opened.append(client)
        if user is not None:
            secret = house.sessions.open(user, "test")
            client.cookies.set(cookie_name(house), secret)
            client.headers[CSRF_HEADER] = token_of(house, secret)
        return client

    yield of
    for client in opened:
        client.close()


def token_of(house: WebServices, secret: str) -> str:
    """Return the token that the pages of a session carry."""
    return hmac.new(house.secret, secret.encode(), hashlib.sha256).hexdigest()
