"""What is refused at the door says what to do now."""

import asyncio
import logging

import pytest

from formservice.adapters.identity.secret_file import KEY
from formservice.domain.errors import AlteredError, ClashError, RefusedError, StorageError
from formservice.web.guard import ForbiddenError, ForgedError, SignInFirstError, public


@pytest.mark.parametrize("kind", [ForbiddenError, ForgedError, SignInFirstError])
def test_every_refusal_at_the_door_has_a_hint(kind):
    assert kind("Nein.").hint == kind.default_hint != ""


def test_the_page_of_a_refusal_shows_what_to_do(browser):
    answer = browser("anna").get("/personen")
    assert answer.status_code == 403
    assert ForbiddenError.default_hint in answer.text


@pytest.mark.parametrize("user", [None, "anna"])
def test_a_key_that_cannot_be_used_is_told_on_a_page_and_to_programs(house, browser, user):
    somebody = browser(user)
    (house.settings.data / KEY).write_bytes(b"half")
    house.__dict__.pop("secret", None)  # a process that has not read it yet
    answer = somebody.get("/anmelden" if user is None else "/konto")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "Der Schlüssel schluessel ist beschädigt." in answer.text
    assert answer.text.rstrip().endswith("</html>")
    assert somebody.get("/gibt-es-nicht").status_code == 404
    if user is not None:
        told = somebody.post("/hochladen", headers={"accept": "application/json"})
        assert (told.status_code, told.json()["code"]) == (503, "storage")


_JSON = {"accept": "application/json"}
_OPERATORS = ("FORMSERVICE_", "formservice check", "Speicherplatz", "Datensicherung", "Server")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StorageError("Der Datenträger ist voll."), "in einigen Minuten noch einmal"),
        (
            StorageError("Die Datenbank ist weg.", "Bitte FORMSERVICE_DATABASE_URL prüfen."),
            "Was schon angekommen ist, ist nicht verloren.",
        ),
        (AlteredError("Ein Original ist verändert."), "sagen Sie es Ihrer Technik"),
        (RefusedError("Die Datenbank nimmt es nicht an."), "sagen Sie es Ihrer Technik"),
    ],
)
def test_what_only_operators_can_mend_is_told_to_people_so_and_to_the_log_in_full(
    app, browser, caplog, error, told
):
    def broken() -> None:
        raise error

    app.add_api_route("/probe", broken, dependencies=public())
    page = browser().get("/probe")
    program = browser().get("/probe", headers=_JSON)
    assert page.status_code == program.status_code == 503
    assert program.json()["code"] == error.code
    assert program.json()["error"] == error.message
    assert told in program.json()["hint"]
    assert told in page.text
    for one in _OPERATORS:
        assert one not in page.text
        assert one not in program.json()["hint"]
    assert caplog.text.count(error.hint) == 2


def test_who_wrote_at_the_same_time_as_somebody_is_told_to_try_again(app, browser):
    def broken() -> None:
        raise ClashError("Mehrere haben zugleich geschrieben.")

    app.add_api_route("/probe", broken, dependencies=public())
    assert browser().get("/probe", headers=_JSON).json()["hint"] == ClashError.default_hint


def test_where_nobody_can_be_known_no_page_says_that_one_has_to_sign_in(app, house, browser):
    def gone(*_args, **_more) -> None:
        raise StorageError("Die Datenbank ist nicht erreichbar.")

    anna = browser("anna")
    house.sessions.known = gone
    answer = anna.get("/konto")
    assert answer.status_code == 503
    assert "Zur Startseite" in answer.text
    assert "Zur Anmeldung" not in answer.text


def broken_off(app, browser):
    """Send the beginning of an upload and go; return what was answered."""
    anna, answered = browser("anna"), []
    headers = {
        **dict(anna.headers),
        "host": "127.0.0.1",
        "cookie": "; ".join(f"{one.name}={one.value}" for one in anna.cookies.jar),
        "content-type": "multipart/form-data; boundary=x",
    }
    head = b'--x\r\nContent-Disposition: form-data; name="dateien"; filename="a.pdf"\r\n\r\n%PDF'
    coming = [
        {"type": "http.request", "body": head, "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/hochladen",
        "query_string": b"",
        "scheme": "http",
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive():
        return coming.pop(0)

    async def send(message):
        answered.append(message)

    asyncio.run(app(scope, receive, send))
    return answered


def test_who_leaves_in_the_middle_of_an_upload_is_no_error_of_ours(app, browser, caplog):
    caplog.set_level(logging.INFO, "formservice.web")
    assert broken_off(app, browser) == []
    (line,) = [one for one in caplog.records if one.getMessage() == "request"]
    assert (line.status, line.route, line.levelname) == (499, "/hochladen", "INFO")


def test_an_error_that_nobody_foresaw_is_logged_once(app, browser, caplog):
    def broken() -> None:
        raise LookupError

    app.add_api_route("/probe", broken, dependencies=public())
    assert browser().get("/probe").status_code == 500
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert errors == ["unexpected", "request"]


@pytest.mark.parametrize(
    ("user", "address"),
    [("elif", "/nachbearbeitung/gruppen/kreuze"), ("carla", "/faelle/liste.exe")],
)
def test_an_address_that_is_none_of_ours_is_no_page_and_no_riddle(browser, user, address):
    answer = browser(user).get(address)
    assert answer.status_code == 404
    assert answer.text.count("Diese Seite gibt es nicht") >= 1
    for word in ("„art“", "„kind“", "muss eines davon sein"):
        assert word not in answer.text
    assert browser(user).get(address, headers={"accept": "application/json"}).status_code == 422
