"""Of a file that could not be read its sender sees what happened, why, and what to do now."""

import pytest
from sqlalchemy import text

from tests.web.portal.sent import document_of, sample, uploaded


@pytest.fixture
def anna(browser):
    return browser("anna")


@pytest.fixture
def scan(anna) -> str:
    """A scan of Anna's that no worker has read."""
    return document_of(uploaded(anna, sample("regulaer-scan"), "scan.pdf"))


def ended(house, document: str, status: str, error: str | None) -> None:
    """Let the reading of a document have ended with nothing."""
    with house.store.work() as work:
        query = "UPDATE documents SET status = :s, error = :e, aside = '[]' WHERE id = :d"
        work.connection.execute(text(query), {"s": status, "e": error, "d": document})


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        ("failed", "engine.timeout", "zu lange gedauert"),
        ("failed", "internal", "mehrmals gescheitert"),
        ("done", "input.encrypted", "mit einem Passwort"),
        ("done", None, "nur leere Seiten"),
    ],
)
def test_it_is_said_why_and_what_to_do(anna, house, scan, status, error, told):
    ended(house, scan, status, error)
    page = anna.get(f"/einreichen/{scan}")
    assert page.status_code == 200
    assert told in page.text
    for way in ("/hochladen", "/ausfuellen", f"/einreichen/{scan}/verwerfen"):
        assert f'href="{way}"' in page.text
    assert anna.get(f"/vorgaenge/{scan}/original").status_code == 200


def test_it_can_be_thrown_away_and_comes_back_as_it_was(anna, house, scan):
    ended(house, scan, "failed", "engine.timeout")
    assert anna.post(f"/einreichen/{scan}/verwerfen").status_code == 303
    assert "Dieser Bogen ist verworfen" in anna.get(f"/einreichen/{scan}").text
    assert anna.post(f"/einreichen/{scan}/zurueckholen").status_code == 303
    assert "zu lange gedauert" in anna.get(f"/einreichen/{scan}").text


def test_while_it_is_being_read_it_is_not_thrown_away(anna, scan):
    assert anna.post(f"/einreichen/{scan}/verwerfen").status_code == 409
