"""The page of a document, and correcting it as a whole: two people, drafts, taking back."""

import re

import pytest

from formservice.domain.case import Author, Role
from tests.web.forms.pages import fields_of, finished, with_value
from tests.web.forms.test_filling import FEEDBACK, filled, post


@pytest.fixture
def document(browser) -> str:
    """Let Carla fill in a Feedbackbogen; return the document it became."""
    carla = browser("carla")
    post(carla, "/ausfuellen/feedbackbogen", filled(carla, "feedbackbogen", FEEDBACK))
    made = finished(carla, "feedbackbogen")
    return str(made.headers["location"].removeprefix("/vorgaenge/"))


def edited(client, document: str, name: str, value: str) -> list[tuple[str, str]]:
    """Return what the page to correct a document sends when somebody changes one field."""
    return with_value(fields_of(client.get(f"/vorgaenge/{document}/bearbeiten").text), name, value)


def test_a_document_shows_values_findings_deadlines_and_who_made_it(browser, document):
    shown = browser("carla").get(f"/vorgaenge/{document}").text
    for words in ("Özdemir", "Was noch offen ist", "Fristen", "Fassungen (1)", "Verlauf"):
        assert words in shown


def test_nobody_sees_a_document_that_is_not_theirs(browser, document):
    for user in ("anna", "boris"):
        client = browser(user)
        for end in ("", "/original", "/fassungen/1", "/bearbeiten", "/archivkopie/form"):
            assert client.get(f"/vorgaenge/{document}{end}").status_code == 404
    assert browser("gerda").get(f"/vorgaenge/{document}").status_code == 403


def test_an_original_is_saved_and_never_run(browser, document):
    file = browser("carla").get(f"/vorgaenge/{document}/original")
    assert file.content.startswith(b"%PDF")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]


def test_a_correction_is_checked_anew_and_can_be_taken_back(browser, document, house):
    carla = browser("carla")
    sent = edited(carla, document, "feld.name", "Yıldız")
    answer = post(carla, f"/vorgaenge/{document}/bearbeiten", [*sent, ("grund", "Anruf")])
    assert answer.headers["location"] == f"/vorgaenge/{document}"
    shown = carla.get(f"/vorgaenge/{document}").text
    assert "Yıldız" in shown
    assert "Rückgängig machen" in shown
    assert "Geändert: Name" in re.sub(r"\s+", " ", shown)
    carla.post(f"/vorgaenge/{document}/zuruecknehmen", data={"fassung": "2"})
    with house.store.look() as work:
        newest = work.documents.newest(document)
    assert (newest.version, newest.reading["fields"]["name"]["value"]) == (3, "Özdemir")


def test_what_was_not_touched_makes_no_version(browser, document, house):
    carla = browser("carla")
    sent = fields_of(carla.get(f"/vorgaenge/{document}/bearbeiten").text)
    assert post(carla, f"/vorgaenge/{document}/bearbeiten", sent).status_code == 303
    with house.store.look() as work:
        assert work.documents.get(document).version == 1


def test_who_was_slower_is_told_what_changed_and_loses_nothing(browser, document, house):
    carla, frank = browser("carla"), browser("frank")
    slow = edited(carla, document, "feld.vorname", "Aylin")
    quick = edited(frank, document, "feld.name", "Yıldız")
    assert post(frank, f"/vorgaenge/{document}/bearbeiten", quick).status_code == 303
    told = post(carla, f"/vorgaenge/{document}/bearbeiten", slow)
    assert told.status_code == 409
    assert "Geändert wurden: Name" in told.text
    again = fields_of(told.text)
    assert ("feld.vorname", "Aylin") in again
    assert ("feld.name", "Yıldız") in again
    assert post(carla, f"/vorgaenge/{document}/bearbeiten", again).status_code == 303
    with house.store.look() as work:
        fields = work.documents.newest(document).reading["fields"]
    assert (fields["name"]["value"], fields["vorname"]["value"]) == ("Yıldız", "Aylin")


def test_a_draft_of_a_correction_goes_with_the_document(browser, document, house):
    carla = browser("carla")
    sent = edited(carla, document, "feld.vorname", "Aylin")
    assert post(carla, f"/vorgaenge/{document}/entwurf", sent).json()["ok"]
    assert ("feld.vorname", "Aylin") in fields_of(
        carla.get(f"/vorgaenge/{document}/bearbeiten").text
    )
    assert f"/vorgaenge/{document}/bearbeiten" in carla.get("/").text
    author = house.sessions.known(next(iter(carla.cookies.values()))).author
    assert len(house.drafts.mine(author)) == 1
    house.delete([document], Author("gerda", Role.ADMIN), "Widerruf der Einwilligung")
    assert house.drafts.mine(author) == []


def test_a_mistake_in_a_correction_stays_on_the_page(browser, document):
    carla = browser("carla")
    sent = edited(carla, document, "feld.teilnahme_von", "morgen")
    answer = post(carla, f"/vorgaenge/{document}/bearbeiten", sent)
    assert answer.status_code == 422
    assert ("feld.teilnahme_von", "morgen") in fields_of(answer.text)


def test_a_traeger_corrects_on_its_own_page_not_here(browser):
    anna = browser("anna")
    post(anna, "/ausfuellen/feedbackbogen", filled(anna, "feedbackbogen", FEEDBACK))
    made = finished(anna, "feedbackbogen")
    own = made.headers["location"].split("/")[2]
    assert anna.get(f"/vorgaenge/{own}/bearbeiten").status_code == 400
    assert f"/einreichen/{own}" in anna.get(f"/vorgaenge/{own}").text
