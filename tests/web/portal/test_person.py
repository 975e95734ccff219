"""A form without a code of ours: its sender is asked whom it is about, and nobody guesses."""

import html
import re

import pytest

from tests.web.portal.sent import document_of, handed_in, uploaded

ASKED = "Für wen ist der Bogen?"
BLANK = ("feedbackbogen", "2023-09-22")


@pytest.fixture
def blank(house, participants):
    """Return a form of Linh Nguyen's that somebody wrote on blank paper of ours."""
    data = {"name": "Nguyen", "vorname": "Linh", "anlass": "regulaer"}
    return house.generate.one(house.forms.get(*BLANK), data, "docx")


def shown(client, document, more=""):
    answer = client.get(f"/einreichen/{document}{more}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def said(client, document, participation):
    return client.post(f"/einreichen/{document}/person", data={"teilnahme": participation})


def test_whose_name_stands_on_a_form_is_offered_and_nobody_is_taken_for_it(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    page = shown(anna, document)
    assert ASKED in page
    assert re.search(r'type="radio"[^>]*value="t-p1"', page)
    assert "Name stimmt, Zeitraum passt" in page
    assert "Niemand davon" in page
    assert "Haddad" not in page
    assert not re.search(r'type="radio"[^>]*name="teilnahme"[^>]* checked', page)
    assert "fehlt noch" in anna.get("/teilnehmende").text


def test_what_its_sender_says_holds_everywhere_at_once(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    assert said(anna, document, "t-p1").status_code == 303
    page = shown(anna, document)
    assert "Linh Nguyen – Kompass" in page
    assert "Wer ist es?" not in page
    assert "Linh Nguyen – Kompass" in shown(anna, document, "/zusammenfassung")
    assert f"/einreichen/{document}" in anna.get("/teilnehmende/t-p1").text
    receipt = anna.get(handed_in(anna, document).headers["location"])
    assert "nichts weiter tun" in receipt.text
    inbox = browser("carla").get("/eingang").text
    assert "Nguyen, Linh" in inbox
    assert "laut Bogen" not in inbox


def test_until_a_case_is_known_the_name_that_was_read_is_shown_as_read(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    mine = anna.get("/meine-vorgaenge").text
    assert "Nguyen, Linh" in mine
    assert "laut Bogen" in mine
    summary = shown(anna, document, "/zusammenfassung")
    assert "Nguyen, Linh (laut Bogen)" in summary
    assert "steht noch nicht fest" in summary
    receipt = html.unescape(anna.get(handed_in(anna, document).headers["location"]).text)
    assert "nichts weiter tun" not in receipt
    assert "Für wen er ist, steht noch nicht fest" in receipt
    inbox = browser("carla").get("/eingang").text
    assert "Nguyen, Linh" in inbox
    assert "laut Bogen" in inbox
    assert "ohne Fall" in inbox


def test_none_of_those_leads_to_all_of_ones_own_and_can_stay_open(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    answer = said(anna, document, "")
    page = html.unescape(anna.get(answer.headers["location"]).text)
    assert re.search(r'<option value="t-p2"[^>]*>Anna Maria Kowalska', page)
    assert "t-p3" not in page
    assert said(anna, document, "t-p2").status_code == 303
    assert "Anna Maria Kowalska – Kompass" in shown(anna, document)


def test_what_was_said_can_be_taken_back_before_it_is_handed_in(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    said(anna, document, "t-p1")
    assert "Doch jemand anderes" in shown(anna, document)
    said(anna, document, "")
    assert "Wer ist es?" in shown(anna, document)
    said(anna, document, "t-p1")
    handed_in(anna, document)
    assert "Doch jemand anderes" not in shown(anna, document)
    assert said(anna, document, "t-p2").status_code == 409


def test_somebody_of_another_traeger_cannot_be_said(browser, blank):
    anna = browser("anna")
    document = document_of(uploaded(anna, blank, "linh.docx"))
    assert said(anna, document, "t-p3").status_code == 404
    assert said(browser("boris"), document, "t-p3").status_code == 404


def test_a_form_on_our_own_paper_says_itself_whom_it_is_about(browser, participants):
    anna = browser("anna")
    made = anna.post("/teilnehmende/t-p2/bogen", data={"format": "docx"}).content
    page = shown(anna, document_of(uploaded(anna, made, "bogen.docx")))
    assert "Anna Maria Kowalska – Kompass" in page
    assert "Wer ist es?" not in page


def test_who_has_no_participants_is_asked_nothing(browser, house):
    data = {"name": "Nguyen", "vorname": "Linh"}
    anna = browser("anna")
    data = house.generate.one(house.forms.get(*BLANK), data, "docx")
    assert ASKED not in shown(anna, document_of(uploaded(anna, data, "linh.docx")))
