"""Handed in is what the summary showed, whatever another window typed meanwhile (§ 36a SGB I)."""

import pytest

from formservice.domain.case import State
from tests.web.forms.pages import fields_of, with_value
from tests.web.portal.sent import document_of, handed_in, sample, shown_by, uploaded
from tests.web.portal.test_two_people import GOAL, post


@pytest.fixture
def anna(browser):
    return browser("anna")


@pytest.fixture
def document(anna) -> str:
    return document_of(uploaded(anna, sample("regulaer-acroform")))


def typed(client, document: str, value: str) -> None:
    """Type something into another window, which keeps it as a draft."""
    page = fields_of(client.get(f"/einreichen/{document}").text)
    answer = post(client, f"/einreichen/{document}/entwurf", with_value(page, GOAL, value))
    assert answer.status_code == 200, answer.text


def submissions(house, document: str) -> int:
    with house.store.look() as work:
        return len(work.submissions.of(document))


def test_what_was_typed_after_the_summary_is_shown_first(anna, document, house):
    address = f"/einreichen/{document}/zusammenfassung"
    for value in ("Ich habe angefangen.", "Ich habe es geschafft."):
        shown = shown_by(anna.get(address).text)
        typed(anna, document, value)
        answer = anna.post(address, data=shown)
        assert answer.status_code == 409
        assert "Noch nicht eingereicht" in answer.text
        assert value in answer.text
    assert submissions(house, document) == 0
    assert anna.post(address, data=shown_by(answer.text)).status_code == 303
    with house.store.look() as work:
        record = work.documents.newest(document).reading
    assert record["fields"]["q3_erreicht"]["value"] == "Ich habe es geschafft."


def test_what_another_window_saved_is_shown_first(anna, document, house):
    address = f"/einreichen/{document}/zusammenfassung"
    shown = shown_by(anna.get(address).text)
    page = fields_of(anna.get(f"/einreichen/{document}").text)
    saved = post(anna, f"/einreichen/{document}", with_value(page, GOAL, "Ich habe es."))
    assert saved.status_code == 303
    answer = anna.post(address, data=shown)
    assert answer.status_code == 409
    assert "Ich habe es." in answer.text
    assert submissions(house, document) == 0


def test_the_same_words_saved_again_are_what_was_shown(anna, document, house):
    address = f"/einreichen/{document}/zusammenfassung"
    typed(anna, document, "Ich habe es geschafft.")
    shown = shown_by(anna.get(address).text)
    typed(anna, document, "Ich habe es geschafft.")
    first, again = anna.post(address, data=shown), anna.post(address, data=shown)
    assert first.status_code == 303, first.text
    assert first.headers["location"] == again.headers["location"]
    assert submissions(house, document) == 1


def test_a_correction_thrown_away_elsewhere_has_no_receipt(anna, document, house):
    handed_in(anna, document)
    typed(anna, document, "Ich habe es geschafft.")
    address = f"/einreichen/{document}/zusammenfassung"
    shown = shown_by(anna.get(address).text)
    discarded = anna.post(f"/einreichen/{document}/entwurf/verwerfen")
    assert discarded.status_code == 303
    answer = anna.post(address, data=shown)
    assert answer.status_code == 409
    assert "Es gibt nichts Neues einzureichen" in answer.text
    assert submissions(house, document) == 1


def test_a_second_click_on_a_correction_is_the_same_submission(anna, document, house):
    handed_in(anna, document)
    typed(anna, document, "Ich habe es geschafft.")
    address = f"/einreichen/{document}/zusammenfassung"
    shown = shown_by(anna.get(address).text)
    first, again = anna.post(address, data=shown), anna.post(address, data=shown)
    assert first.status_code == 303, first.text
    assert first.headers["location"] == again.headers["location"]
    assert submissions(house, document) == 2
    with house.store.look() as work:
        assert work.documents.get(document).state == State.IN_REVIEW
