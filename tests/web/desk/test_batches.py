"""Batches: every page that comes in is filed or accounted for, and what fails says why."""

from datetime import date

import pytest
from sqlalchemy import update

from formservice.adapters.store import schema
from formservice.application.ports_store import Arrival, Author
from formservice.application.work import finished
from formservice.domain.case import PORTAL, Role
from tests.web.desk.conftest import SAMPLES, SCAN

DAY = date(2026, 11, 20)
pytestmark = [pytest.mark.slow, pytest.mark.engine]


def _file(sample):
    path = next((SAMPLES / sample).glob("input.*"))
    return path.name, path.read_bytes()


def _worked(house):
    """Do what workers do until nothing is due."""
    stage = next(one for one in house.stages if one.name == "read")
    while True:
        with house.store.work() as work:
            claim = work.queue.claim(["read"], "test", 600.0)
            if claim is None:
                return
            kept = work.documents.get(claim.document)
        result = stage.work(kept, lambda _done, _total: None)
        with house.store.work() as work:
            assert finished(work, claim, kept, stage, result)


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


def test_a_batch_of_one_page_is_counted_in_good_german(browser, house):
    elif_ = browser("elif")
    word = _file("feedbackbogen@2023-09-22/unvollstaendig-docx")
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
