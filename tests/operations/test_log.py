"""Log lines tell what happened, and nothing about anybody."""

import hashlib
import hmac
import json
import logging
import re

import httpx
import pytest

from formservice.application.copying import accept
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.web.guard import CSRF_HEADER, cookie_name
from formservice.web.log import Lines
from tests.operations.serving import PATIENCE_S, serving
from tests.web.conftest import house as house  # its data folder is the server's

SECRETS = (
    "Özdemir",
    "Oezdemir",
    "Ayşe",
    "Fahrräder",
    "Bildungswerk",
    "bogen-von",
    "Anna Beispiel",
)


def record(name, message, *arguments, error=None):
    info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord(name, logging.INFO, "x/y/z.py", 7, message, arguments, info)


def line(*arguments, **more):
    return json.loads(Lines(as_json=True).format(record(*arguments, **more)))


def test_a_line_is_json_with_time_level_and_message():
    told = line("formservice.web", "request %s", "a")
    assert told["message"] == "request a"
    assert told["level"] == "info"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told["time"])


def test_of_an_error_its_kind_and_places_are_told_and_never_its_words():
    try:
        raise ValueError("Özdemir, Ayşe")
    except ValueError as error:
        told = line("formservice.web", "unexpected", error=error)
    assert told["error"] == "ValueError"
    assert told["places"]
    assert "Özdemir" not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [("GET /suche?q=Özdemir", ()), ("request: %s", ("/suche?q=Özdemir",))],
)
def test_what_a_library_says_is_told_without_what_it_says_it_about(message, arguments):
    assert "Özdemir" not in json.dumps(line("httpx", message, *arguments), ensure_ascii=False)


@pytest.mark.parametrize(
    ("message", "arguments", "told"),
    [
        ("Started server process [%d]", (4711,), "Started server process [4711]"),
        ("Finished server process [%s]", (4711,), "Finished server process [4711]"),
        ("Shutting down", (), "Shutting down"),
        ('%s - "WebSocket %s" 403', ("192.0.2.7", "/suche?q=Özdemir"), '%s - "WebSocket %s" 403'),
        ("Traceback:\n  Özdemir", (), "z:7"),
        (ValueError("Özdemir"), (), "z:7"),
    ],
)
def test_the_server_tells_of_itself_and_of_nobody_else(message, arguments, told):
    assert line("uvicorn.error", message, *arguments)["message"] == told


def test_lines_for_people_hold_no_more():
    told = Lines(as_json=False).format(record("httpx", "GET /suche?q=Özdemir"))
    assert "Özdemir" not in told
    assert "z:7" in told


@pytest.mark.slow
def test_from_upload_to_acceptance_no_value_and_no_name_is_logged(house, tmp_path):
    values = {
        "name": "Özdemir",
        "vorname": "Ayşe",
        "traeger_massnahme": "Bildungswerk Lindenhof",
        "anlass": "abbruch",
        "abbruch_am": "2026-11-18",
        "abbruch_gruende": "Ich repariere jetzt Fahrräder.",
        "q8_danach": "Fahrräder.",
        "erstellt_am": "2026-11-19",
    }
    form = house.forms.get("feedbackbogen")
    data = house.generate.one(form, values, "docx", "A" * 12)
    with serving(tmp_path / "var", "--workers", "1") as server:
        secret = house.sessions.open("anna", "test")
        token = hmac.new(house.secret, secret.encode(), hashlib.sha256).hexdigest()
        headers = {"cookie": f"{cookie_name(house)}={secret}", CSRF_HEADER: token}
        with httpx.Client(base_url=server.base, headers=headers, timeout=PATIENCE_S) as client:
            files = {"dateien": ("bogen-von-Ayşe-Özdemir.docx", data)}
            accept_json = {"accept": "application/json"}
            answer = client.post("/hochladen", files=files, headers=accept_json)
            (file,) = answer.json()["files"]
            assert "Fahrräder" in client.get(file["url"]).text
            client.get("/suche?q=Özdemir")
            client.get("/Özdemir?name=Ayşe")
            client.post("/anmelden", data={"login": "Özdemir", "password": "Ayşe"})
            client.get(f"/live/documents/{file['id']}")
        _accepted(house, file["id"])
        # The workers beside the server make the archive copies.
        with httpx.Client(base_url=server.base, headers=headers, timeout=PATIENCE_S) as client:
            client.get(f"/live/documents/{file['id']}")
        assert server.ended() == 0
        logged = server.log.read_text("utf-8")
    for one in SECRETS:
        assert one not in logged
        assert json.dumps(one).strip('"') not in logged
    lines = [json.loads(one) for one in logged.splitlines()]
    requests = [one for one in lines if one["message"] == "request"]
    uploads = [one for one in requests if one["route"] == "/hochladen"]
    assert uploads[0]["status"] == 200
    assert uploads[0]["role"] == "traeger"
    assert uploads[0]["bytes"] > len(data)
    assert "anna" not in logged
    assert "?" not in "".join(one["route"] for one in requests)


def _accepted(house, document):
    traeger, lead = Author("anna", Role.TRAEGER), Author("frank", Role.LEAD)
    with house.store.look() as work:
        version = work.documents.get(document).version
    house.portal.submit(document, version, traeger)
    with house.store.work() as work:
        newest = work.documents.newest(document)
        for one in newest.reading["findings"]:
            if one["severity"] == "blocks":
                work.documents.acknowledge(document, one["code"], one["field"], lead, "gesehen")
    with house.store.work() as work:
        open_ = [one for one in newest.reading["findings"] if one["severity"] == "blocks"]
        if all(one.get("overridable") for one in open_):
            accept(work, document, lead, seen=newest.version)
