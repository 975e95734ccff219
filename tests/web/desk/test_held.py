"""A document at the desk is somebody's as long as they have it before their eyes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect
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


def is_hold(one: Request) -> bool:
    return one.url.endswith("/halten")


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


class Holds:
    """How often a page has asked to keep its document, and was answered."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.asked = self.answered = 0
        page.on("request", self._count)
        page.on("requestfinished", self._end)

    def _count(self, one: Request) -> None:
        self.asked += is_hold(one)

    def _end(self, one: Request) -> None:
        self.answered += is_hold(one)

    def settled(self) -> None:
        """Wait until all that was asked is answered."""
        self.wait(lambda: self.asked == self.answered)

    def wait(self, holds: Callable[[], bool]) -> None:
        for _ in range(2000):
            if holds():
                return
            self._page.wait_for_timeout(20)
        raise AssertionError("It did not come to that.")


@pytest.fixture
def document(keep):
    return keep(SCAN)[0]


@pytest.fixture
def page(at_desk):
    """A window of somebody of the back office, its clock in our hands."""
    shown = at_desk("/nachbearbeitung")
    shown.clock.install()
    return shown


@pytest.fixture
def holds(page, document):
    """The desk with a document, which its page has asked to keep."""
    told = Holds(page)
    page.goto(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    told.wait(lambda: told.asked > 0)
    told.settled()
    return told


def test_who_reads_and_presses_no_key_keeps_a_document(page, house, document, holds):
    sessions = select(schema.web.sessions.c.seen_at)
    with house.store.look() as work:
        used = work.connection.execute(sessions).scalar_one()
    for _ in range(2):
        over(house, document)
        page.clock.fast_forward(120_000)
        holds.wait(lambda: until(house, document)[1] > 0.0)
        holds.settled()
    assert until(house, document)[0] == "elif"
    with house.store.look() as work:
        assert work.connection.execute(sessions).scalar_one() == used


def test_what_nobody_sees_becomes_free_and_is_kept_again_by_coming_back(
    page, house, document, holds
):
    seen(page, visible=False)
    holds.settled()
    over(house, document)
    asked = holds.asked
    page.clock.fast_forward(600_000)
    page.evaluate("fetch('/bereit')")  # what was asked before that has been sent
    assert holds.asked == asked
    assert until(house, document) == ("elif", 0.0)
    seen(page, visible=True)
    holds.wait(lambda: until(house, document)[1] > 0.0)


def test_who_has_lost_a_document_is_told_at_once_and_keeps_the_words(page, house, document, holds):
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    seen(page, visible=False)
    holds.settled()
    over(house, document)
    assert house.desk.hold(CARLA, document, 600.0) is None
    seen(page, visible=True)
    expect(page.get_by_text(TAKEN)).to_be_in_viewport(ratio=1)
    assert page.locator("[name=wert]").input_value() == "Neumann-Beispiel"
    assert until(house, document)[0] == "carla"
    holds.settled()
    house.desk.release(CARLA, document)
    page.clock.fast_forward(120_000)
    expect(page.get_by_text(TAKEN)).to_have_count(0)
    assert until(house, document)[0] == "elif"
    assert house.desk.draft(ELIF, document).decisions == {}


@pytest.mark.usefixtures("holds")
def test_who_is_not_signed_in_any_more_is_told_where_to_and_keeps_the_words(page, house):
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    for one in page.context.cookies():
        house.sessions.close(one["value"])
    page.clock.fast_forward(120_000)
    expect(page.get_by_role("link", name="In neuem Fenster anmelden")).to_be_visible()
    assert page.locator("[name=wert]").input_value() == "Neumann-Beispiel"
