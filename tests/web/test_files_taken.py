"""Files come into memory in one place: in turn, and never one that is too large."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

import formservice.web
from formservice.application import uploading
from formservice.domain.sizes import megabytes
from tests.web.portal.sent import sample

FILE = sample("regulaer-docx")
JSON = {"accept": "application/json"}


def test_only_who_has_a_turn_reads_a_file():
    folder = Path(formservice.web.__file__).parent
    reads = re.compile(r"\.file\.read\(|await \w+\.read\(\)")
    found = {one.name for one in folder.rglob("*.py") if reads.search(one.read_text("utf-8"))}
    assert found == {"uploads.py"}


def test_a_file_that_is_too_large_is_taken_nowhere(browser, monkeypatch):
    monkeypatch.setattr(uploading, "MOST_BYTES", 10)
    anna, elif_, carla = browser("anna"), browser("elif"), browser("carla")
    batch = elif_.post("/api/v1/batches").json()["id"]
    for who, path, name in (
        (anna, "/hochladen", "dateien"),
        (elif_, f"/stapel/{batch}/dateien", "dateien"),
        (anna, "/api/v1/documents", "files"),
        (carla, "/api/v1/documents", "files"),
        (elif_, f"/api/v1/batches/{batch}/files", "file"),
        (carla, "/faelle/einlesen", "datei"),
        (carla, "/api/v1/participants/lists", "file"),
    ):
        answer = who.post(path, files={name: ("a.docx", FILE)}, headers=JSON)
        assert "Die Datei ist zu groß" in answer.text, path


@pytest.fixture
def signed_in(app, browser):
    """Return what posts as somebody, in the loop of the test."""

    def of(user):
        known = browser(user)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=str(known.base_url),
            headers=dict(known.headers),
            cookies=dict(known.cookies),
        )

    return of


def test_who_waits_to_have_a_file_taken_holds_up_nobody_else(app, signed_in):
    async def waited():
        turns, busy = app.state.uploads, [object() for _ in range(4)]
        for one in busy:
            await turns.acquire_on_behalf_of(one)
        async with signed_in("anna") as anna, signed_in("carla") as carla:
            sent = [
                asyncio.create_task(anna.post("/hochladen", files={"dateien": ("a.docx", FILE)})),
                asyncio.create_task(
                    carla.post("/api/v1/documents", files={"files": ("a.docx", FILE)})
                ),
            ]
            while turns.statistics().tasks_waiting < len(sent):
                await asyncio.sleep(0.001)
            assert (await anna.get("/gesund")).status_code == 200
            assert not any(one.done() for one in sent)
            for one in busy:
                turns.release_on_behalf_of(one)
            return [one.status_code for one in await asyncio.gather(*sent)]

    assert asyncio.run(waited()) == [303, 201]


def test_more_files_than_anybody_looks_through_are_refused_everywhere(browser):
    count = uploading.MOST_FILES + 1
    for who, path, name in (
        ("anna", "/hochladen", "dateien"),
        ("elif", "/stapel", "dateien"),
        ("carla", "/api/v1/documents", "files"),
    ):
        many = [(name, (f"{one}.pdf", b"x")) for one in range(count)]
        answer = browser(who).post(path, files=many)
        assert answer.status_code in (400, 422), path


def test_a_page_to_upload_says_at_its_field_that_no_file_was_chosen(browser):
    elif_ = browser("elif")
    batch = elif_.post("/api/v1/batches").json()["id"]
    for who, path in (
        (browser("anna"), "/hochladen"),
        (elif_, "/stapel"),
        (elif_, f"/stapel/{batch}/dateien"),
    ):
        answer = who.post(path, files={"x": ("x", b"")})
        assert answer.status_code == 422, path
        assert re.search(r'id="dateien"[^>]*aria-describedby="[^"]*dateien-error', answer.text), (
            path
        )
        assert "Es ist keine Datei ausgewählt." in answer.text


def test_programmers_are_told_how_many_files_go_at_once():
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    assert f"Bis zu {uploading.MOST_FILES} Dateien" in guide
    assert f"jede bis {megabytes(uploading.MOST_BYTES)}" in guide
