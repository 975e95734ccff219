"""A batch that is sent file by file, in a browser: the end of a session costs none of them."""

import re

import pytest
from playwright.sync_api import Dialog, expect

from formservice.application.ports_store import Author
from formservice.bootstrap.web import web
from formservice.domain.case import Role
from formservice.web.guard import cookie_name
from tests.chromium import engine, needs_chromium, opened, serving
from tests.web.desk.conftest import SAMPLES, SCAN

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
__all__ = ["engine"]
ELIF = Author("elif", Role.BACK_OFFICE)
TWO = (SCAN, "feedbackbogen@2026-11/regulaer-acroform")


def test_files_of_a_batch_wait_for_who_signs_in_again_and_are_all_sent(house, engine):
    files = [next((SAMPLES / one).glob("input.*")) for one in TWO]
    with serving(web(house)) as url:
        house.public_url = url
        session = house.sessions.open("elif", "test")
        page, heard = opened(engine, url, {cookie_name(house): session}, (1280, 900))
        page.goto("/stapel")
        page.locator("#dateien").set_input_files(files)
        house.sessions.close(session)
        page.context.clear_cookies()
        page.get_by_role("button", name="Hochladen").click()
        expect(page.get_by_text(re.compile("Sie sind nicht mehr angemeldet"))).to_be_visible()
        expect(page.locator("#abgewiesen li")).to_have_count(0)
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        with page.expect_event("dialog"):
            page.evaluate("() => { location.href = '/nachbearbeitung' }")
        assert asked == ["beforeunload"]
        again = house.sessions.open("elif", "test")
        page.context.add_cookies([{"name": cookie_name(house), "value": again, "url": url}])
        page.evaluate("() => { window.dispatchEvent(new Event('focus')) }")
        page.wait_for_url(re.compile("/stapel/[^/]+$"), timeout=20_000)
        assert asked == ["beforeunload"]
        page.context.close()
    assert heard.errors + heard.elsewhere == []
    (batch,) = house.batches.store.batches(ELIF)
    assert batch.files == len(files)


def test_beside_a_refused_file_stands_the_way_to_the_batch_that_is_there_now(
    house, engine, tmp_path
):
    other = tmp_path / "notiz.txt"
    other.write_text("Keine Datei, die wir lesen.", "utf-8")
    good = next((SAMPLES / TWO[1]).glob("input.*"))
    with serving(web(house)) as url:
        house.public_url = url
        session = house.sessions.open("elif", "test")
        page, heard = opened(engine, url, {cookie_name(house): session}, (1280, 900))
        page.goto("/stapel")
        expect(page.get_by_text("Noch kein Stapel")).to_be_visible()
        page.locator("#dateien").set_input_files([good, other])
        page.get_by_role("button", name="Hochladen").click()
        expect(page.locator("#abgewiesen li")).to_have_count(1, timeout=20_000)
        refused = page.get_by_role("alert").filter(has_text="Nicht angenommen")
        expect(refused.get_by_role("heading")).to_be_visible()
        expect(refused.locator(".kern-icon--danger")).to_be_visible()
        expect(refused.get_by_role("listitem")).to_have_text(
            re.compile("^notiz.txt: .*Kennzeichen: input.unsupported$")
        )
        onwards = page.get_by_role("link", name="Zu diesem Stapel")
        expect(onwards).to_be_focused(timeout=20_000)
        expect(page.get_by_text("Noch kein Stapel")).to_be_hidden()
        onwards.click()
        page.wait_for_url(re.compile("/stapel/[^/]+$"), timeout=20_000)
        page.context.close()
    assert heard.errors + heard.elsewhere == []
    (batch,) = house.batches.store.batches(ELIF)
    assert batch.files == 1
