"""The desk in a real browser: by keyboard alone, and accessible in every state."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from formservice.application.ports_store import Author
from formservice.bootstrap.web import WebServices, web
from formservice.domain.case import Role
from formservice.domain.form import FieldKind
from formservice.web.guard import cookie_name
from tests.chromium import NARROW, WIDE, engine, needs_axe, needs_chromium, opened, serving
from tests.web.desk.conftest import SCAN
from tests.web.desk.marks import doubted, marks_of
from tests.web.look.axe import violations

__all__ = ["engine"]
pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
ELIF = Author("elif", Role.BACK_OFFICE)
TWO_PAGES = "integrationsfoerderplan@2017-11/viele-leistungen-scan"
OWN_WORDS = "feedbackbogen@2023-09-22/ostern-verspaetet-scan"


@pytest.fixture
def at_desk(house: WebServices, engine) -> Iterator[Callable[..., Page]]:
    """Return what opens a page of the service for somebody of the back office."""
    with serving(web(house)) as url:
        house.public_url = url
        cookies = {cookie_name(house): house.sessions.open("elif", "test")}
        contexts = []

        def at(path: str, size: tuple[int, int] = WIDE) -> Page:
            page, heard = opened(engine, url, cookies, size)
            contexts.append((page, heard))
            page.goto(path)
            return page

        yield at
        for page, heard in contexts:
            assert heard.errors == []
            assert heard.elsewhere == []
            page.context.close()


def _gone_on(page: Page, key: str | None) -> None:
    """Wait until another field than ``key`` is shown."""
    page.wait_for_function("was => document.getElementById('angabe').dataset.key !== was", arg=key)


# Lets a page know nothing of the stroke that a held key began with, as if another page had had it.
_ONLY_REPEATED = """() => document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true)"""


def _held(page: Page, keys: list[str]) -> None:
    """Hold keys down for a while, and let them go."""
    for key in keys[:-1]:
        page.keyboard.down(key)
    for _ in range(4):
        page.keyboard.down(keys[-1])
        page.wait_for_timeout(100)
    for key in reversed(keys):
        page.keyboard.up(key)


def test_a_document_is_gone_through_with_the_enter_key_alone(keep, at_desk, house):
    (document,) = keep(SCAN)
    fields = len(house.deciding.review(ELIF, document).asked)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    for left in range(fields, 0, -1):
        assert page.locator("#angabe").get_attribute("data-left") == str(left)
        page.keyboard.press("Enter")
        page.wait_for_selector(f'#angabe[data-left="{left - 1}"]')
    page.wait_for_selector("#fertig button:focus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nachbearbeitung")
    assert house.deciding.review(ELIF, document).asked == []


def test_a_held_enter_key_decides_about_one_field_and_no_other(keep, at_desk, house):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    key = page.locator("#angabe").get_attribute("data-key")
    page.keyboard.down("Enter")
    _gone_on(page, key)
    _held(page, ["Enter"])
    assert list(house.desk.draft(ELIF, document).decisions) == [key]


@pytest.mark.parametrize("keys", [["Enter"], ["Control", "Enter"]], ids=["text", "own-words"])
def test_a_held_enter_key_decides_about_no_field_that_is_typed_in(keep, at_desk, house, keys):
    (document,) = keep(SCAN if keys == ["Enter"] else OWN_WORDS)
    kind = FieldKind.TEXT if keys == ["Enter"] else FieldKind.MULTILINE
    key = next(o.key for o in house.deciding.review(ELIF, document).asked if o.kind is kind)
    page = at_desk(f"/nachbearbeitung/{document}?feld={key}")
    page.wait_for_selector("#angabe-name:focus")
    if page.locator("#verglichen").count():
        page.locator("#verglichen").check()
    page.locator("[name=wert]").focus()
    page.evaluate(_ONLY_REPEATED)
    _held(page, keys)
    assert not house.desk.draft(ELIF, document).decisions


def test_a_held_enter_key_does_not_press_the_button_that_finishes(keep, at_desk, house):
    (document,) = keep(SCAN)
    fields = len(house.deciding.review(ELIF, document).asked)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    for left in range(fields - 1, 0, -1):
        page.keyboard.press("Enter")
        page.wait_for_selector(f'#angabe[data-left="{left}"]')
    page.keyboard.down("Enter")
    page.wait_for_selector("#fertig button:focus")
    _held(page, ["Enter"])
    assert house.deciding.review(ELIF, document).version == 1


def test_a_held_enter_key_confirms_no_group(keep, at_desk, house):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    version = house.desk.seen(ELIF, document).kept.version
    page = at_desk("/nachbearbeitung/gruppen/an")
    page.wait_for_selector("h1:focus")
    page.evaluate(_ONLY_REPEATED)
    for place in ("#gruppe input[type=checkbox]", "#gruppe button"):
        page.locator(place).first.focus()
        _held(page, ["Enter"])
    assert house.desk.seen(ELIF, document).kept.version == version


def test_no_stroke_is_lost_while_the_picture_of_a_page_is_still_to_come(keep, at_desk, house):
    (document,) = keep(TWO_PAGES)
    asked = house.deciding.review(ELIF, document).asked
    at = next(n for n, one in enumerate(asked) if one.number != asked[0].number)
    page = at_desk(f"/nachbearbeitung/{document}?feld={asked[at - 1].key}")
    page.wait_for_selector("#angabe-name:focus")
    held = []
    page.route(re.compile(r"/seiten/\d"), lambda route: held.append(route))
    page.keyboard.press("n")
    _gone_on(page, asked[at - 1].key)
    page.keyboard.press("u")
    _gone_on(page, asked[at].key)
    assert held
    assert asked[at].key in house.desk.draft(ELIF, document).decisions
    page.unroute_all()


def test_a_field_is_corrected_taken_back_and_read_by_another_reading(keep, at_desk, house):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    key = page.locator("#angabe").get_attribute("data-key")
    page.keyboard.press("k")
    page.keyboard.type("Neumann")
    page.keyboard.press("Enter")
    _gone_on(page, key)
    draft = house.desk.draft(ELIF, document)
    assert draft.decisions[key].value == "Neumann"
    page.keyboard.press("r")
    page.wait_for_selector(f'#angabe[data-key="{key}"]')
    page.keyboard.press("2")
    taken = page.locator("tr[data-reading]").nth(1).get_attribute("data-reading")
    assert page.locator("[name=wert]").input_value() == taken


@pytest.mark.parametrize("way", ["key", "click"])
def test_words_that_are_typed_and_not_decided_are_there_again(keep, at_desk, house, way):
    (document,) = keep(SCAN)
    asked = house.deciding.review(ELIF, document).asked
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    page.keyboard.press("Escape")
    if way == "click":
        page.locator("details.desk-all summary").click()
        page.locator("a[data-field]").nth(1).click()
    else:
        page.keyboard.press("n")
    _gone_on(page, asked[0].key)
    page.keyboard.press("p")
    _gone_on(page, asked[1].key)
    assert page.locator("[name=wert]").input_value() == "Neumann-Beispiel"
    assert not house.desk.draft(ELIF, document).decisions
    page.keyboard.press("Enter")
    _gone_on(page, asked[0].key)
    assert house.desk.draft(ELIF, document).decisions[asked[0].key].value == "Neumann-Beispiel"


@pytest.mark.parametrize("writes_on", [False, True])
def test_what_was_decided_without_a_session_is_done_after_signing_in_again(
    keep, at_desk, house, writes_on
):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    key = page.locator("#angabe").get_attribute("data-key")
    (cookie,) = page.context.cookies()
    house.sessions.close(cookie["value"])
    page.keyboard.press("k")
    page.keyboard.type("Neumann")
    page.keyboard.press("Enter")
    told = page.locator("#angabe-fehler")
    expect(told).to_contain_text("nicht (mehr) angemeldet")
    assert page.locator("[name=wert]").input_value() == "Neumann"
    if writes_on:
        page.keyboard.type("-Beispiel")
    page.context.add_cookies([{**cookie, "value": house.sessions.open("elif", "test")}])
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    if writes_on:  # nobody has said yet that this is all
        expect(told).to_be_hidden()
        assert not house.desk.draft(ELIF, document).decisions
        page.keyboard.press("Enter")
    _gone_on(page, key)
    words = "Neumann-Beispiel" if writes_on else "Neumann"
    assert house.desk.draft(ELIF, document).decisions[key].value == words


def test_who_leaves_words_that_are_not_decided_is_asked_first(keep, at_desk, house):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    asked: list[str] = []

    def answered(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answered)
    key = page.locator("#angabe").get_attribute("data-key")
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    _gone_on(page, key)
    with page.expect_event("dialog"):
        page.keyboard.press("s")
    assert asked == ["beforeunload"]
    page.keyboard.press("p")
    page.wait_for_selector(f'#angabe[data-key="{key}"]')
    page.keyboard.press("Enter")
    _gone_on(page, key)
    page.keyboard.press("s")
    page.wait_for_url("**/nachbearbeitung")
    assert asked == ["beforeunload"]


def test_the_picture_follows_the_field_and_turns_to_other_pages(keep, at_desk):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#stellen rect")
    near = page.locator("#bild").get_attribute("viewBox")
    page.keyboard.press("g")
    whole = page.locator("#bild").get_attribute("viewBox")
    assert float(whole.split()[2]) > float(near.split()[2])
    page.keyboard.press("PageDown")
    page.wait_for_function(
        "() => document.getElementById('seite').getAttribute('href').includes('/2.')"
    )
    assert page.locator("#stellen rect").count() == 0


def test_own_words_are_taken_only_when_they_were_compared(keep, at_desk, house):
    (document,) = keep(OWN_WORDS)
    own = next(one for one in house.deciding.review(ELIF, document).asked if one.o_ton)
    page = at_desk(f"/nachbearbeitung/{document}?feld={own.key}")
    page.wait_for_selector("#angabe-name:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#angabe-fehler:not([hidden])")
    page.locator("#angabe-name").focus()
    page.keyboard.press("v")
    page.locator("#angabe-name").focus()
    page.keyboard.press("Enter")
    _gone_on(page, own.key)
    assert house.desk.draft(ELIF, document).decisions[own.key].compared


def test_an_error_at_the_desk_looks_like_all_others_and_goes_when_it_is_mended(
    keep, at_desk, house
):
    (document,) = keep(OWN_WORDS)
    own = next(one for one in house.deciding.review(ELIF, document).asked if one.o_ton)
    page = at_desk(f"/nachbearbeitung/{document}?feld={own.key}")
    page.wait_for_selector("#angabe-name:focus")
    page.keyboard.press("Enter")
    error, box = page.locator("#angabe-fehler"), page.locator("#verglichen")
    expect(error).to_be_visible()
    expect(error.locator(".kern-icon--danger")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile("eigenen Worte.*Wort für Wort"))
    page.locator("#angabe-name").focus()
    page.keyboard.press("v")
    expect(error).to_be_hidden()
    expect(box).not_to_have_attribute("aria-invalid", "true")


def test_that_words_are_there_again_is_seen_and_not_only_heard(keep, at_desk):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    key = page.locator("#angabe").get_attribute("data-key")
    told = page.locator("#angabe").get_by_text("Was Sie hier geschrieben haben, steht noch da.")
    page.keyboard.press("k")
    page.keyboard.type("Neumann-Beispiel")
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    page.keyboard.press("n")
    _gone_on(page, key)
    expect(told).to_be_hidden()
    page.keyboard.press("p")
    page.wait_for_selector(f'#angabe[data-key="{key}"]')
    expect(told).to_be_visible()


def test_keys_are_told_on_demand_and_can_be_switched_off(keep, at_desk):
    (document,) = keep(SCAN)
    page = at_desk(f"/nachbearbeitung/{document}")
    page.wait_for_selector("#angabe-name:focus")
    page.keyboard.press("?")
    page.wait_for_selector("#tasten[open]")
    page.locator("#tasten-aus").click()
    page.keyboard.press("Escape")
    key = page.locator("#angabe").get_attribute("data-key")
    page.keyboard.press("u")
    page.wait_for_timeout(300)
    assert page.locator("#angabe").get_attribute("data-key") == key


@needs_axe
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_form_whose_fields_were_found_by_their_bookmarks_is_accessible_and_fits(
    keep, at_desk, size
):
    # The other pages and states of the desk are among those of tests/web/look/states.py.
    (document,) = keep("feedbackbogen@2026-11/regulaer-resaved")
    page = at_desk(f"/nachbearbeitung/{document}", size)
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [(640, 450), (320, 640)], ids=["low", "narrow"])
def test_a_group_begins_with_what_is_asked_and_hides_no_box_that_has_the_focus(
    keep, at_desk, house, size
):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    page = at_desk("/nachbearbeitung/gruppen/an", size)
    heading = page.locator("h1")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport(ratio=1)
    expect(heading).to_have_accessible_description(re.compile("Markieren Sie, was falsch ist"))
    boxes = page.locator("#gruppe input[type=checkbox]")
    assert boxes.count() > 1
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        page.wait_for_function(_SEEN)
    expect(boxes.nth(1)).to_be_focused()
    boxes.nth(0).focus()
    page.wait_for_function(_SEEN)


# Whether the box that has the focus is what is seen where it stands.
_SEEN = """() => {
  const box = document.activeElement;
  if (box.type !== "checkbox") return false;
  const { left, top, width, height } = box.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) === box;
}"""
