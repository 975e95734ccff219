"""How many requests in how much time: counted by what they are and whose they are."""

import pytest
from fastapi import APIRouter, UploadFile
from starlette.exceptions import HTTPException

from formservice.application.tokens import API
from formservice.domain.permissions import Action
from formservice.web.guard import may
from formservice.web.rates import Rates


@pytest.fixture
def few(app):
    """An application that takes two of each, with a page to upload to and a route of the API."""
    app.state.rates = Rates(dict.fromkeys(("fails", "login", "upload", "api"), "2 per minute"))
    router = APIRouter()

    @router.post("/probe", dependencies=may(Action.SIGNED_IN))
    def upload(file: UploadFile) -> str:
        return file.filename or ""

    @router.get("/api/probe", dependencies=may(Action.SIGNED_IN))
    def read() -> str:
        return "x"

    app.router.routes.extend(router.routes)  # as the house takes its areas in


def test_uploads_are_counted_for_each_session(few, browser):
    def sent(client) -> int:
        return int(client.post("/probe", files={"file": ("a.pdf", b"x")}).status_code)

    mine, theirs = browser("anna"), browser("boris")
    assert [sent(mine) for _ in range(3)] == [200, 200, 429]
    assert sent(theirs) == 200
    assert mine.get("/").status_code == 200


def test_the_api_is_counted_for_each_program(few, browser, house):
    header = {"authorization": f"Bearer {house.tokens.made('carla', API, 'x', 30).secret}"}
    answers = [browser().get("/api/probe", headers=header) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "too-many"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


def test_who_is_not_let_in_uses_up_nobodys_share(few, browser):
    for _ in range(5):
        assert browser().get("/api/probe").status_code == 401
    assert browser("carla").get("/api/probe").status_code == 200


def test_a_check_counts_nothing():
    rates = Rates({"x": "1 per minute"})
    for _ in range(5):
        rates.check("x", "a")
    rates.hit("x", "a")
    with pytest.raises(HTTPException) as error:
        rates.check("x", "a")
    assert error.value.status_code == 429
