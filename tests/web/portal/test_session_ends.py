"""A session ends in mid-work, in a browser: the page stays, says so, and goes on by itself."""

import re

import pytest
from playwright.sync_api import expect

from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.web.guard import cookie_name
from tests.chromium import NARROW, engine, needs_chromium, opened, serving
from tests.web.portal.sent import document_of, handed_in, sample, uploaded

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
__all__ = ["engine"]
expect.set_options(timeout=20_000)
WORDS = "Mitten im Satz."
GONE = re.compile("Sie sind nicht mehr angemeldet")


@pytest.fixture
def page_of(engine, app, house):
    """Return what opens a browser for somebody; nothing in it may go wrong."""
    heard = []
    with serving(app) as address:
        house.public_url = address

        def of(user: str, size=(1280, 900)):
            cookies = {cookie_name(house): house.sessions.open(user, "test")}
            page, one = opened(engine, address, cookies, size)
            page.set_default_timeout(20_000)
            heard.append(one)
            return page

        yield of
    assert [one.errors + one.elsewhere for one in heard] == [[]] * len(heard)


def sign_out(house, page) -> None:
    for one in page.context.cookies():
        house.sessions.close(one["value"])
    page.context.clear_cookies()


def sign_in(house, page, user: str) -> None:
    """Somebody signs in in another window, and comes back to this one."""
    again = house.sessions.open(user, "test")
    page.context.add_cookies(
        [{"name": cookie_name(house), "value": again, "url": house.public_url}]
    )
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def in_sight(page) -> None:
    """The notice is in the window, leads to the sign-in, and hides nothing that has the focus."""
    expect(page.get_by_text(GONE)).to_be_in_viewport(ratio=1)
    link = page.get_by_role("link", name="In neuem Fenster anmelden")
    expect(link).to_be_in_viewport(ratio=1)
    assert link.get_attribute("target") == "_blank"
    below = page.locator("[data-notices]").bounding_box()
    # A button that is not to be pressed now loses the focus to the page as a whole.
    held = page.evaluate("document.activeElement.getBoundingClientRect().top")
    is_page = page.evaluate("document.activeElement === document.body")
    assert is_page or held >= below["y"] + below["height"]


@pytest.fixture
def document(browser) -> str:
    return document_of(uploaded(browser("anna"), sample("regulaer-acroform")))


def value(house, document: str, key: str):
    with house.store.look() as work:
        return work.documents.newest(document).reading["fields"][key]["value"]


@pytest.mark.parametrize("size", [(1280, 900), NARROW])
def test_a_form_is_saved_after_signing_in_again(page_of, house, document, size):
    page = page_of("anna", size)
    page.goto(f"/einreichen/{document}")
    goal = page.locator("[name='feld.q3_erreicht']")
    goal.fill(WORDS)
    sign_out(house, page)
    page.get_by_role("button", name="Änderungen speichern").click()
    in_sight(page)
    expect(goal).to_have_value(WORDS)
    goal.focus()
    in_sight(page)
    sign_in(house, page, "anna")
    page.get_by_text("Ihre Änderungen sind gespeichert").wait_for()
    assert value(house, document, "q3_erreicht") == WORDS
    expect(page.get_by_text(GONE)).to_have_count(0)


def test_a_message_of_return_is_sent_after_signing_in_again_and_for_nobody_else(
    page_of, browser, house, document
):
    handed_in(browser("anna"), document)
    page = page_of("carla")
    page.goto(f"/eingang/{document}")
    box = page.get_by_label("Nachricht zur Rückgabe")
    box.fill(WORDS)
    sign_out(house, page)
    page.get_by_role("button", name="Zurückgeben").click()
    in_sight(page)
    expect(box).to_have_value(WORDS)
    sign_in(house, page, "dirk")
    expect(page.get_by_text("Inzwischen ist jemand anderes angemeldet")).to_be_in_viewport()
    with house.store.look() as work:
        assert work.documents.get(document).state == "in-review"
    page.context.clear_cookies()
    sign_in(house, page, "carla")
    page.wait_for_url(lambda url: document not in url)
    with house.store.look() as work:
        assert work.documents.get(document).state == "returned"


def test_photos_are_sent_after_signing_in_again_without_choosing_them_anew(page_of, house):
    page = page_of("anna", NARROW)
    page.goto("/hochladen")
    file = {"name": "bogen.pdf", "mimeType": "application/pdf"}
    page.set_input_files("#dateien", [file | {"buffer": sample("regulaer-acroform")}])
    sign_out(house, page)
    page.get_by_role("button", name="Hochladen").click()
    in_sight(page)
    page.get_by_text("Noch nicht gesendet").first.wait_for()
    expect(page.get_by_role("button", name="Noch einmal senden")).to_be_visible()
    sign_in(house, page, "anna")
    page.wait_for_url("**/einreichen/**")
    assert len(house.portal.lists.documents(Author("anna", Role.TRAEGER))) == 1


def test_the_older_of_two_tabs_asks_in_sight_and_overwrites_nothing(page_of, house, document):
    page = page_of("anna")
    page.goto(f"/einreichen/{document}")
    other = page.context.new_page()
    other.goto(f"/einreichen/{document}")
    goal = "[name='feld.q3_erreicht']"
    page.locator(goal).fill("Das neuere")
    page.get_by_role("button", name="Änderungen speichern").click()
    page.get_by_text("Ihre Änderungen sind gespeichert").wait_for()
    other.locator("textarea").last.fill("Das ältere")
    other.get_by_role("button", name="Änderungen speichern").click()
    expect(other.get_by_text("Inzwischen hat jemand anderes gespeichert")).to_be_in_viewport()
    assert value(house, document, "q3_erreicht") == "Das neuere"
    expect(other.locator(goal)).to_have_value("Das neuere")
