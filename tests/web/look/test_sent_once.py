"""A second click on what is still on its way sends nothing, however long the answer takes."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.bootstrap.web import WebServices
from formservice.web.guard import cookie_name
from tests.chromium import needs_chromium, opened, serving

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_chromium]
_AGAIN = "document.querySelector(`form[action$='%s']`).requestSubmit()"


@pytest.fixture
def page_of(engine, app, house: WebServices) -> Iterator[Callable[[str], Page]]:
    """Return what opens a browser for somebody; its time goes on when it is told to."""
    with serving(app) as host:

        def of(user: str) -> Page:
            secret = house.sessions.open(user, "test")
            page, _ = opened(engine, host, {cookie_name(house): secret})
            page.clock.install()
            return page

        yield of


@pytest.fixture
def case(house: WebServices) -> None:
    """Keep a case of Carla's."""
    with house.store.work() as work:
        person = insert(schema.persons).values(id="m1", name="Muster", vorname="Mia")
        work.connection.execute(person)
        work.connection.execute(insert(schema.cases).values(id="c1", person="m1", ifk="carla"))


def counted(page: Page, address: str) -> list[str]:
    """Answer what is sent there so that the page stays, as while it waits; return what came."""
    came: list[str] = []

    def answer(route: Route) -> None:
        came.append(route.request.method)
        route.fulfill(status=204)

    page.route(f"**{address}", answer)
    return came


def sent(page: Page, address: str) -> None:
    page.evaluate(_AGAIN % address)
    page.wait_for_timeout(300)


def come(page: Page, came: list[str], often: int) -> None:
    """Wait until something was sent so often, and see that no more comes."""
    for _ in range(200):
        if len(came) >= often:
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    assert len(came) == often


def test_a_form_is_sent_once_while_its_answer_is_late(page_of):
    page, address = page_of("carla"), "/faelle/neu/anlegen"
    page.goto(address)
    came = counted(page, address)
    for _ in range(3):
        sent(page, address)
        page.clock.fast_forward(31_000)
    come(page, came, 1)


def test_a_download_can_be_fetched_again_from_the_page_that_stays(page_of, case):
    page, address = page_of("carla"), "/faelle/suche/liste"
    page.goto("/faelle")
    page.locator("form[action$='/faelle/suche'] input[name=worte]").first.fill("Muster")
    page.locator("form[action$='/faelle/suche'] button").first.click()
    page.wait_for_url("**/faelle/suche")
    came = counted(page, address)
    sent(page, address)
    sent(page, address)
    come(page, came, 1)
    page.clock.fast_forward(3100)
    sent(page, address)
    come(page, came, 2)


@pytest.fixture
def participant(house: WebServices, case: None) -> str:
    """Let Mia take part with Anna's Träger; return where her form is fetched."""
    with house.store.work() as work:
        do = work.connection.execute
        do(insert(schema.massnahmen).values(id="k1", traeger="t1", name="Kompass"))
        row = {"id": "a1", "case": "c1", "massnahme": "k1"}
        do(insert(schema.participations).values(row))
    return "/teilnehmende/a1/bogen"


def test_another_file_of_the_same_form_is_fetched_at_once(page_of, participant):
    page = page_of("anna")
    page.goto(participant.removesuffix("/bogen"))
    came = counted(page, participant)
    word, pdf = (page.locator(f"button[name=format][value={one}]") for one in ("docx", "pdf"))
    word.click()
    word.click()
    come(page, came, 1)
    pdf.click()
    pdf.click()
    come(page, came, 2)


def test_what_answers_with_a_file_is_marked(browser, case):
    html = browser("carla").post("/faelle/suche", data={"worte": "Muster", "wer": "alle"}).text
    assert re.search(r'<form[^>]*action="[^"]*/faelle/suche/liste"[^>]* data-download', html)
