"""Forms in a real browser: drafts while somebody types, two windows, the end of a session."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from formservice.bootstrap.web import WebServices
from formservice.domain.case import Author, Role
from formservice.web.guard import cookie_name
from tests.chromium import Heard, engine, needs_chromium, opened, serving

__all__ = ["engine"]
pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_chromium]
# On a machine that does much else as well.
expect.set_options(timeout=20_000)
PLAN = "/ausfuellen/integrationsfoerderplan?fall=c1"
SAVED = re.compile(r"Entwurf gespeichert \d\d:\d\d Uhr")


@pytest.fixture
def host(app) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def complaints() -> list[Heard]:
    """What the browsers of a test complained about."""
    return []


@pytest.fixture
def page_of(engine, host, house: WebServices, complaints: list[Heard]) -> Callable[..., Page]:
    """Return what opens a browser for somebody."""

    def of(user: str, size: tuple[int, int] = (1280, 900)) -> Page:
        secret = house.sessions.open(user, "test")
        page, heard = opened(engine, host, {cookie_name(house): secret}, size)
        page.set_default_timeout(30_000)
        complaints.append(heard)
        return page

    return of


def cookie(house: WebServices, host: str, secret: str) -> dict[str, str]:
    return {"name": cookie_name(house), "value": secret, "url": host}


def first_goal(page: Page):
    return page.get_by_label("Wortlaut des Ziels").first


def test_what_is_typed_is_saved_while_somebody_types_and_there_again_later(
    page_of, case, complaints
):
    page = page_of("carla")
    page.goto(PLAN)
    first_goal(page).fill("Eine Ausbildung")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name=re.compile("Integrationsförderplan: Ayla")).click()
    expect(first_goal(page)).to_have_value("Eine Ausbildung")
    assert [one.errors for one in complaints] == [[]]


def test_what_was_typed_just_before_leaving_the_page_is_saved(page_of, case, house):
    page = page_of("carla")
    page.goto(PLAN)
    first_goal(page).fill("Im letzten Augenblick")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    carla = Author("carla", Role.IFK)
    for _ in range(50):  # the browser sends it behind the page that is gone
        if house.drafts.mine(carla):
            break
        page.wait_for_timeout(100)
    page.goto(PLAN)
    expect(first_goal(page)).to_have_value("Im letzten Augenblick")


def test_goals_are_added_and_moved_by_keyboard_and_the_words_stay(page_of, case):
    page = page_of("carla")
    page.goto(PLAN)
    first_goal(page).fill("Ausbildung")
    page.get_by_role("button", name="Ziel hinzufügen", exact=True).focus()
    page.keyboard.press("Enter")
    second = page.get_by_label("Wortlaut des Ziels").nth(1)
    expect(second).to_be_focused()
    page.keyboard.type("Wohnung")
    page.get_by_role("button", name="Nach oben Ziel 2").focus()
    page.keyboard.press("Enter")
    expect(first_goal(page)).to_have_value("Wohnung")
    expect(page.get_by_label("Wortlaut des Ziels").nth(1)).to_have_value("Ausbildung")


def test_nothing_is_typed_that_the_answer_to_a_list_button_would_take_away(page_of, case):
    page, held = page_of("carla"), list[Route]()
    page.goto(PLAN)
    first_goal(page).fill("Ausbildung")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.route(f"**{PLAN}", lambda route: held.append(route))
    page.get_by_role("button", name="Ziel hinzufügen", exact=True).press("Enter")
    expect(page.locator("[data-fields][inert]")).to_have_count(1)
    first_goal(page).focus()
    page.keyboard.type("Wohnung")
    seen = first_goal(page).input_value()
    held[0].continue_()
    second = page.get_by_label("Wortlaut des Ziels").nth(1)
    expect(second).to_be_focused()
    expect(first_goal(page)).to_have_value(seen)
    page.keyboard.type("Führerschein")
    expect(second).to_have_value("Führerschein")


def test_when_a_list_button_is_not_answered_people_write_on(page_of, case):
    page = page_of("carla")
    page.goto(PLAN)
    page.route("**/ausfuellen/**", lambda route: route.abort())
    first_goal(page).fill("Ausbildung")
    button = page.get_by_role("button", name="Ziel hinzufügen", exact=True)
    button.press("Enter")
    expect(page.get_by_text("kann gerade nicht gespeichert werden")).to_be_visible()
    expect(button).to_be_focused()
    first_goal(page).press_sequentially(" im Büro")
    expect(first_goal(page)).to_have_value(re.compile("Büro"))


def test_the_later_of_two_windows_is_told_and_may_decide(page_of, case, house):
    page = page_of("carla")
    page.goto(PLAN)
    other = page.context.new_page()
    other.goto(PLAN)
    first_goal(page).fill("Das erste Fenster")
    expect(page.get_by_text(SAVED)).to_be_visible()
    first_goal(other).fill("Das zweite Fenster")
    # Whoever sends it at once is asked as well: nothing is put over the other words unseen.
    other.get_by_role("button", name="Prüfen").click()
    question = other.get_by_text("in einem anderen Fenster weitergeschrieben")
    expect(question).to_be_in_viewport(ratio=1)
    other.get_by_role("button", name="Prüfen").click()
    expect(other.get_by_role("button", name="Dieser hier")).to_be_focused()
    (draft,) = house.drafts.mine(Author("carla", Role.IFK))
    assert "Das erste Fenster" in str(draft.body)
    other.get_by_role("button", name="Dieser hier").click()
    expect(other.get_by_text(SAVED)).to_be_visible()
    page.goto(PLAN)
    expect(first_goal(page)).to_have_value("Das zweite Fenster")


def test_when_the_session_ends_in_mid_typing_nothing_is_lost(page_of, case, house, host):
    page = page_of("carla")
    page.goto(PLAN)
    secret = next(one["value"] for one in page.context.cookies())
    house.sessions.close(secret)
    first_goal(page).fill("Mitten im Satz")
    expect(page.get_by_text("Sie sind nicht mehr angemeldet")).to_be_visible()
    expect(page.get_by_role("link", name="In neuem Fenster anmelden")).to_be_visible()
    expect(first_goal(page)).to_have_value("Mitten im Satz")
    # Signed in again in another window, the page saves by itself.
    again = house.sessions.open("carla", "test")
    page.context.add_cookies([cookie(house, host, again)])
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Sie sind nicht mehr angemeldet")).to_have_count(0)


def test_the_words_of_one_person_are_never_saved_for_another(page_of, case, house, host):
    page = page_of("carla")
    page.goto(PLAN)
    house.sessions.close(next(one["value"] for one in page.context.cookies()))
    stranger = house.sessions.open("frank", "test")
    page.context.add_cookies([cookie(house, host, stranger)])
    first_goal(page).fill("Nur von Carla")
    expect(page.get_by_text("Inzwischen ist jemand anderes angemeldet")).to_be_visible()
    page.wait_for_timeout(500)
    assert house.drafts.mine(house.sessions.known(stranger).author) == []


def test_nothing_of_a_form_is_kept_in_the_browser(page_of, case):
    page = page_of("carla")
    page.goto(PLAN)
    first_goal(page).fill("Geheim")
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
