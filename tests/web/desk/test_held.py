"""A document at the desk is somebody's as long as they have it before their eyes."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from formservice.adapters.store import schema
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from tests.chromium import engine, needs_chromium
from tests.web.desk.conftest import SCAN
from tests.web.desk.test_keyboard import ELIF, at_desk

__all__ = ["at_desk", "engine"]
pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
expect.set_options(timeout=20_000)
CARLA = Author("carla", Role.IFK)
TAKEN = re.compile("sieht gerade jemand anders durch")


def is_hold(answer) -> bool:
    return bool(answer.url.endswith("/halten"))


def until(house, document):
    """Return who has a document, and until when."""
    desk = schema.web.desk
    query = select(desk.c.user, desk.c.until).where(desk.c.document == document)
    with house.store.look() as work:
        return tuple(work.connection.execute(query).one())


def over(house, document):
    """Let the time be over in which a document is somebody's."""
    desk = schema.web.desk
    with house.store.work() as work:
        own = update(desk).where(desk.c.document == document)
        work.connection.execute(own.values(until=0.0))


def seen(page: Page, *, visible: bool) -> None:
    """Let a page be seen, or stand behind another window."""
    page.evaluate(
        """state => {
          Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        "visible" if visible else "hidden",
    )


@pytest.fixture
def document(keep):
    return keep(SCAN)[0]


@pytest.fixture
def page(at_desk, document):
    """The desk with a document, its clock in our hands."""
    shown = at_desk("/nachbearbeitung")
    shown.clock.install()
    shown.goto(f"/nachbearbeitung/{document}")
    shown.wait_for_selector("#angabe-name:focus")
    return shown


def test_who_reads_and_presses_no_key_keeps_a_document(page, house, document):
    sessions = select(schema.web.sessions.c.seen_at)
    with house.store.look() as work:
        used = work.connection.execute(sessions).scalar_one()
    for _ in range(2):
        over(house, document)
        with page.expect_response(is_hold) as answer:
            page.clock.fast_forward(120_000)
        assert answer.value.status == 204
        assert until(house, document)[0] == "elif"
        assert until(house, document)[1] > 0.0
    with house.store.look() as work:
        assert work.connection.execute(sessions).scalar_one() == used


def test_what_nobody_sees_becomes_free_and_is_kept_again_by_coming_back(page, house, document):
    seen(page, visible=False)
    over(house, document)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if is_hold(one) else None)
    page.clock.fast_forward(600_000)
    page.evaluate("fetch('/bereit')")  # what was asked before that has been sent
    assert asked == []
    assert until(house, document) == ("elif", 0.0)
    with page.expect_response(is_hold):
        seen(page, visible=True)
    assert until(house, document)[1] > 0.0


def test_who_has_lost_a_document_is_told_at_once_and_keeps_the_words(page, house, document):
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    seen(page, visible=False)
    over(house, document)
    assert house.desk.hold(CARLA, document, 600.0) is None
    with page.expect_response(is_hold):
        seen(page, visible=True)
    expect(page.get_by_text(TAKEN)).to_be_in_viewport(ratio=1)
    assert page.locator("[name=wert]").input_value() == "Neumann-Beispiel"
    assert until(house, document)[0] == "carla"
    house.desk.release(CARLA, document)
    with page.expect_response(is_hold):
        page.clock.fast_forward(120_000)
    expect(page.get_by_text(TAKEN)).to_have_count(0)
    assert until(house, document)[0] == "elif"
    assert house.desk.draft(ELIF, document).decisions == {}


def test_who_is_not_signed_in_any_more_is_told_where_to_and_keeps_the_words(page, house, document):
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    for one in page.context.cookies():
        house.sessions.close(one["value"])
    with page.expect_response(is_hold) as answer:
        page.clock.fast_forward(120_000)
    assert answer.value.status == 401
    expect(page.get_by_role("link", name="In neuem Fenster anmelden")).to_be_visible()
    assert page.locator("[name=wert]").input_value() == "Neumann-Beispiel"
