"""Batches: every page that comes in is filed or accounted for, and what fails says why."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from formservice.adapters.store import schema
from formservice.application.ports_store import Arrival, Author
from formservice.application.work import finished
from formservice.bootstrap.web import web
from formservice.domain.case import PORTAL, Role
from formservice.web.guard import cookie_name
from formservice.web.pages import batches
from tests.chromium import engine, needs_chromium, opened, serving
from tests.web.desk.conftest import SAMPLES, SCAN

__all__ = ["engine"]
DAY = date(2026, 11, 20)
ELIF = Author("elif", Role.BACK_OFFICE)
WORD = "feedbackbogen@2023-09-22/unvollstaendig-docx"
pytestmark = [pytest.mark.slow, pytest.mark.engine]


def _file(sample):
    path = next((SAMPLES / sample).glob("input.*"))
    return path.name, path.read_bytes()


def _worked(house):
    """Do what workers do until nothing is due."""
    while _worked_one(house):
        pass


def _worked_one(house):
    """Do what is due first; say whether there was anything."""
    stage = next(one for one in house.stages if one.name == "read")
    with house.store.work() as work:
        claim = work.queue.claim(["read"], "test", 600.0)
        if claim is None:
            return False
        kept = work.documents.get(claim.document)
    result = stage.work(kept, lambda _done, _total: None)
    with house.store.work() as work:
        assert finished(work, claim, kept, stage, result)
    return True


def test_files_uploaded_together_are_a_batch_that_accounts_for_every_page(browser, house):
    elif_ = browser("elif")
    two = [("dateien", _file(SCAN)), ("dateien", _file("feedbackbogen@2026-11/regulaer-acroform"))]
    shown = elif_.post("/stapel", files=two)
    assert shown.status_code == 200
    (batch,) = house.batches.store.batches(_author("elif"))
    assert (batch.files, batch.unfinished) == (2, 2)
    assert "/live/documents?id=" in elif_.get(f"/stapel/{batch.id}").text
    _worked(house)
    files = house.batches.store.files(_author("elif"), batch.id)
    assert [one.missing for one in files] == [0, 0]
    assert sum(one.pages for one in files) == sum(one.filed + one.aside for one in files)
    assert "Jede Seite ist da." in elif_.get(f"/stapel/{batch.id}").text


@needs_chromium
def test_while_a_batch_is_read_its_page_counts_and_leads_to_what_is_ready(house, engine):
    samples = (
        "feedbackbogen@2026-11/regulaer-acroform",
        WORD,
        "feedbackbogen@2026-11/regulaer-scan",
    )
    with serving(web(house)) as url:
        house.public_url = url
        batch = house.batches.store.opened(ELIF)
        for name, data in map(_file, samples):
            house.batches.add(ELIF, batch, data, name)
        session = house.sessions.open("elif", "test")
        page, heard = opened(engine, url, {cookie_name(house): session}, (1280, 900))
        page.goto(f"/stapel/{batch}")
        whole = page.get_by_role("progressbar", name="Wie viele Dateien gelesen sind")
        expect(whole).to_have_attribute("value", "0")
        expect(whole).to_have_attribute("max", "3")
        expect(page.get_by_text("Dateien noch in Arbeit: 3")).to_be_visible()
        page.evaluate("() => { window.isSame = true }")
        for left in (2, 1):
            assert _worked_one(house)
            expect(page.get_by_text(f"Dateien noch in Arbeit: {left}")).to_be_visible(
                timeout=30_000
            )
            expect(whole).to_have_attribute("value", str(3 - left))
        ready = page.get_by_role("link", name="Öffnen")
        expect(ready).to_have_count(2)
        assert page.evaluate("() => window.isSame")
        ready.first.click()
        page.wait_for_url("**/nachbearbeitung/*", timeout=30_000)
        expect(page.locator("#angabe")).to_be_visible()
        page.context.close()
    assert heard.errors + heard.elsewhere == []


def test_all_files_in_work_are_counted_also_where_not_all_are_followed(
    browser, house, monkeypatch
):
    monkeypatch.setattr(batches, "_MOST_LIVE", 1)
    two = [("dateien", _file(WORD)), ("dateien", _file("feedbackbogen@2026-11/regulaer-acroform"))]
    shown = browser("elif").post("/stapel", files=two).text
    assert "Dateien noch in Arbeit: 2" in shown


def test_a_batch_of_one_page_is_counted_in_good_german(browser, house):
    elif_ = browser("elif")
    word = _file(WORD)
    elif_.post("/stapel", files=[("dateien", word)])
    _worked(house)
    (batch,) = house.batches.store.batches(_author("elif"))
    (file,) = house.batches.store.files(_author("elif"), batch.id)
    assert file.pages == 1
    shown = elif_.get(f"/stapel/{batch.id}").text
    assert "Seiten hinein: 1 = 1 in Vorgängen + 0 beiseite" in shown


def test_what_is_decided_still_counts_and_shows_nothing_more(browser, house):
    elif_ = browser("elif")
    elif_.post("/stapel", files=[("dateien", _file(SCAN))])
    (batch,) = house.batches.store.batches(_author("elif"))
    _worked(house)
    (before,) = house.batches.store.files(_author("elif"), batch.id)
    with house.store.work() as work:
        for document, _, _ in before.found:
            values = {"state": "accepted"}
            table = schema.documents
            work.connection.execute(update(table).where(table.c.id == document).values(values))
        root = update(schema.documents).where(schema.documents.c.id == before.document)
        work.connection.execute(root.values(state="accepted"))
    (after,) = house.batches.store.files(_author("elif"), batch.id)
    counted = (before.pages, before.filed, before.aside)
    assert (after.pages, after.filed, after.aside) == counted
    assert (after.missing, after.found, after.name) == (0, [], "")
    shown = elif_.get(f"/stapel/{batch.id}").text
    assert before.name not in shown
    assert "Über sie ist entschieden" in shown


def test_of_a_file_that_a_traeger_has_handed_in_as_well_it_is_said_where_that_is(browser, house):
    elif_, (name, data) = browser("elif"), _file(SCAN)
    original = house.originals.put(data)
    arrival = Arrival("theirs", original, len(data), name, PORTAL, DAY, traeger="t1")
    with house.store.work() as work:
        work.documents.receive(arrival, Author("anna", Role.TRAEGER))
    elif_.post("/stapel", files=[("dateien", (name, data))])
    (batch,) = house.batches.store.batches(_author("elif"))
    said = "Dieselbe Datei liegt hier noch einmal vor"
    assert said not in elif_.get(f"/stapel/{batch.id}").text
    _worked(house)
    with house.store.work() as work:
        table = schema.documents
        theirs = update(table).where(table.c.id == "theirs")
        work.connection.execute(theirs.values(state="in-review"))
    shown = elif_.get(f"/stapel/{batch.id}").text
    assert said in shown
    assert 'href="/vorgaenge/theirs"' in shown
    (file,) = house.batches.store.files(_author("elif"), batch.id)
    assert (file.same, file.missing) == (["theirs"], 0)


def _author(user):
    return Author(user, Role.BACK_OFFICE)


def test_a_file_that_cannot_be_opened_says_why_and_costs_no_other(browser, house):
    two = [("dateien", _file(SCAN)), ("dateien", ("kaputt.pdf", b"%PDF-1.7 nothing"))]
    shown = browser("elif").post("/stapel", files=two)
    assert "input.damaged" in shown.text
    (batch,) = house.batches.store.batches(_author("elif"))
    assert batch.files == 1


def test_a_script_sends_file_by_file(browser, house):
    elif_, plain = browser("elif"), {"accept": "application/json"}
    batch = elif_.post("/stapel", headers=plain).json()
    said = elif_.post(batch["add"], files=[("dateien", _file(SCAN))], headers=plain).json()
    assert [one["code"] for one in said["files"]] == [None]
    again = elif_.post(batch["add"], files=[("dateien", _file(SCAN))], headers=plain).json()
    assert [one["known"] for one in again["files"]] == [True]
    assert elif_.get(batch["page"]).status_code == 200


def test_a_batch_without_files_is_none(browser):
    assert browser("elif").post("/stapel").status_code == 422


def test_what_was_put_aside_is_tried_once_more(browser, house):
    elif_ = browser("elif")
    elif_.post("/stapel", files=[("dateien", _file(SCAN))])
    (batch,) = house.batches.store.batches(_author("elif"))
    (file,) = house.batches.store.files(_author("elif"), batch.id)
    with house.store.work() as work:
        failed = update(schema.documents).values(status="failed", error="work.too-often")
        work.connection.execute(failed)
    shown = elif_.get(f"/stapel/{batch.id}").text
    assert "work.too-often" in shown
    assert "Noch einmal versuchen" in shown
    answer = elif_.post(f"/stapel/{batch.id}/erneut", data={"datei": file.document})
    assert answer.status_code == 303
    (after,) = house.batches.store.files(_author("elif"), batch.id)
    assert after.status == "ready"
    gone = elif_.post(f"/stapel/{batch.id}/erneut", data={"datei": file.document})
    assert gone.status_code == 404


def test_batches_of_an_ifk_are_its_own(browser, house):
    elif_, carla = browser("elif"), browser("carla")
    elif_.post("/stapel", files=[("dateien", _file(SCAN))])
    (batch,) = house.batches.store.batches(_author("elif"))
    assert carla.get(f"/stapel/{batch.id}").status_code == 404
    assert browser("anna").get("/stapel").status_code == 403
