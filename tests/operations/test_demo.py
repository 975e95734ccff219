"""The living demo is a whole office: people in every role, and forms in every state."""

import re

import pytest
from starlette.testclient import TestClient

from formservice.bootstrap.demo_days import Days
from formservice.bootstrap.demo_house import demo_house
from formservice.bootstrap.web import web
from formservice.cli import demo_serve
from formservice.domain.case import Role, State
from formservice.domain.errors import UsageError
from tests.demo_once import demo_copy
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_tesseract]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return demo_house(demo_copy(tmp_path_factory))


@pytest.fixture
def services(demo):
    services = demo.services()
    yield services
    services.store.close()


def states(services, demo):
    found = {}
    with services.store.look() as work:
        for name, document in demo.documents.items():
            kept = work.documents.get(document)
            found[name] = [one.state for one in work.documents.parts(document)] or [kept.state]
    return found


def test_there_are_twenty_cases_and_forms_in_every_state(demo, services):
    assert len(demo.cases) == 20
    every = [one for each in states(services, demo).values() for one in each]
    # What is only received waits for a worker; what was joined is no document any more.
    # What is thrown away, or no form, nobody shows.
    none = {State.RECEIVED, State.JOINED, State.DISCARDED, State.NO_FORM}
    assert set(every) == set(State) - none


def test_some_are_late_some_in_doubt_and_some_scanned(demo, services):
    codes, media = set(), set()
    with services.store.look() as work:
        for document in demo.documents.values():
            if work.documents.get(document).version:
                reading = work.documents.newest(document).reading
                codes |= {one["code"] for one in reading["findings"]}
                media.add(reading["medium"])
    assert {"deadline.missed", "field.doubtful", "field.required", "form.unidentified"} <= codes
    assert {"docx", "acroform", "scan"} <= media


def test_all_of_it_can_be_proved(services):
    assert services.verify(anew=True).broken is None


def test_everybody_can_sign_in_with_what_is_printed(demo, services):
    assert {one["role"] for one in demo.accounts.values()} == set(Role) - {Role.SYSTEM}
    app = web(services)
    for one in demo.accounts.values():
        with TestClient(app, base_url=services.public_url, follow_redirects=False) as client:
            csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/anmelden").text)
            assert csrf is not None
            form = {"csrf": csrf[1], "login": one["login"], "password": demo.password}
            answer = client.post("/anmelden", data=form)
            assert answer.status_code == 303
            start = client.get(answer.headers["location"])
            assert start.status_code == 200, one["login"]
            assert one["name"] in start.text


def test_made_again_it_costs_nothing_and_keeps_what_people_did(demo, monkeypatch):
    from formservice.bootstrap import demo_house as module  # noqa: PLC0415

    monkeypatch.setattr(module, "_made", lambda *_: pytest.fail("it was made anew"))
    assert demo_house(demo.folder).documents == demo.documents


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "brief.txt").write_text("wichtig")
    with pytest.raises(UsageError, match="etwas anderes"):
        demo_house(tmp_path)
    assert (tmp_path / "brief.txt").read_text() == "wichtig"


def test_it_never_lies_in_the_data_of_the_operator(tmp_path, monkeypatch):
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    assert tmp_path / "var" not in demo_serve.folder().parents
    assert demo_serve.folder() != tmp_path / "var"


def test_no_setting_of_the_operator_reaches_the_demo(demo, monkeypatch):
    monkeypatch.setenv("FORMSERVICE_DATABASE_URL", "postgresql://echt@rechner/echt")
    monkeypatch.setenv("FORMSERVICE_MAIL_HOST", "mail.amt.example")
    settings = demo.services().settings
    assert settings.database is None
    assert not settings.mail


def test_days_are_counted_from_the_day_it_is_made():
    from datetime import date  # noqa: PLC0415

    days = Days(date(2026, 11, 22))  # a Sunday
    assert days.within({"a": ["@-2", "bis @3", 7]}) == {"a": ["2026-11-20", "bis 25.11.2026", 7]}
    assert days.at_work(0) == date(2026, 11, 20)
    assert days.at_work(1) == date(2026, 11, 23)
