"""Which form it is, or none, said by keyboard in a real browser; and taken back."""

import pytest
from playwright.sync_api import expect

from formservice.domain.case import State
from tests.chromium import engine, needs_chromium
from tests.web.desk.conftest import SCAN
from tests.web.desk.test_keyboard import ELIF, _gone_on, at_desk

__all__ = ["at_desk", "engine"]
pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
expect.set_options(timeout=20_000)


def test_no_stroke_alone_puts_away_what_was_taken_for_a_form(keep, at_desk, house):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    page.keyboard.press("0")
    page.keyboard.press("k")  # the stroke before would have led away
    expect(page.locator("[name=wert]")).to_be_focused()
    assert house.desk.seen(ELIF, document).kept.state is State.IN_REVIEW
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Digit0")
    page.wait_for_url("**/nachbearbeitung")
    assert house.desk.seen(ELIF, document).kept.state is State.NO_FORM
    page.get_by_role("button", name="Rückgängig machen").click()
    page.wait_for_url(f"**/{document}")
    assert house.desk.seen(ELIF, document).kept.state is State.IN_REVIEW


def test_a_chosen_form_is_taken_back_until_something_is_decided_of_it(keep, at_desk, house):
    (document,) = keep(SCAN)
    house.arrange.as_form(ELIF, document, "feedbackbogen", "2023-09-22")
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    key = page.locator("#angabe").get_attribute("data-key")
    back = page.get_by_role("button", name="Wechsel des Formulars rückgängig machen")
    expect(back).to_be_visible()
    page.keyboard.press("u")
    _gone_on(page, key)
    expect(back).to_have_count(0)
    page.reload()
    expect(back).to_have_count(0)
