"""Two people correct one document: nobody puts back what the other one changed."""

import re

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.drafts import EDIT, About
from formservice.domain.case import Author, Role
from tests.web.forms.pages import fields_of, with_value
from tests.web.portal.sent import document_of, handed_in, sample, shown_by, uploaded

ACROFORM = sample("regulaer-acroform")
IFK = Author("carla", Role.IFK)
GOAL = "feld.q3_erreicht"


@pytest.fixture
def anna(browser):
    return browser("anna")


@pytest.fixture
def colleague(browser, house):
    """A colleague of Anna's, of the same Träger."""
    with house.store.work() as work:
        do = work.connection.execute
        who = {"id": "hanna", "name": "Hanna Muster", "role": "traeger", "active": True}
        do(insert(schema.users).values(who))
        do(insert(schema.user_traeger).values(user="hanna", traeger="t1"))
    return browser("hanna")


@pytest.fixture
def document(anna) -> str:
    return document_of(uploaded(anna, ACROFORM))


def opened(client, document: str) -> list[tuple[str, str]]:
    """Return what the page of a document would send as it stands."""
    return fields_of(client.get(f"/einreichen/{document}").text)


def post(client, address: str, pairs: list[tuple[str, str]]):
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(address, data=data)


def value(house, document: str, key: str) -> object:
    with house.store.look() as work:
        return work.documents.newest(document).reading["fields"][key]["value"]


def test_what_a_colleague_saved_is_not_put_back(anna, colleague, document, house):
    slow, quick = opened(anna, document), opened(colleague, document)
    address = f"/einreichen/{document}"
    assert post(colleague, address, with_value(quick, "feld.name", "Yıldız")).status_code == 303
    told = post(anna, address, with_value(slow, GOAL, "Ich habe es geschafft."))
    assert told.status_code == 409
    assert "Geändert wurden: Name" in told.text
    assert value(house, document, "name") == "Yıldız"
    # What was typed stands over what the colleague made of it, and is saved by one more click.
    again = fields_of(told.text)
    assert ("feld.name", "Yıldız") in again
    assert (GOAL, "Ich habe es geschafft.") in again
    assert post(anna, address, again).status_code == 303
    assert value(house, document, "name") == "Yıldız"
    assert value(house, document, "q3_erreicht") == "Ich habe es geschafft."


def test_who_changed_nothing_goes_on_over_what_a_colleague_saved(anna, colleague, document, house):
    slow, quick = opened(anna, document), opened(colleague, document)
    address = f"/einreichen/{document}"
    assert post(colleague, address, with_value(quick, "feld.name", "Yıldız")).status_code == 303
    assert post(anna, address, slow).status_code == 303
    assert value(house, document, "name") == "Yıldız"


def test_a_draft_over_an_earlier_version_is_looked_at_again(anna, colleague, document, house):
    typed = with_value(opened(anna, document), GOAL, "Ich habe es geschafft.")
    assert post(anna, f"/einreichen/{document}/entwurf", typed).status_code == 200
    quick = with_value(opened(colleague, document), "feld.name", "Yıldız")
    assert post(colleague, f"/einreichen/{document}", quick).status_code == 303
    summary = anna.get(f"/einreichen/{document}/zusammenfassung")
    assert summary.headers["location"] == f"/einreichen/{document}"
    page = anna.get(f"/einreichen/{document}").text
    assert "Geändert wurden: Name" in page
    assert {("feld.name", "Yıldız"), (GOAL, "Ich habe es geschafft.")} <= set(fields_of(page))


@pytest.mark.parametrize("base", [0, 99])
def test_a_draft_that_names_no_version_is_shown_all_the_same(anna, document, house, base):
    about = About(EDIT, document, document=document)
    body = {"typed": {"q3_erreicht": ["Ich habe es geschafft."]}}
    house.drafts.save(Author("anna", Role.TRAEGER), about, body, base)
    page = anna.get(f"/einreichen/{document}")
    assert page.status_code == 200
    assert "Ich habe es geschafft." in page.text


def corrected_by_the_office(house, document: str) -> None:
    with house.store.look() as work:
        version = work.documents.get(document).version
    house.edit(document, version, {"name": "Yıldız"}, IFK)


@pytest.fixture
def in_review(anna, document):
    handed_in(anna, document)
    return document


def test_a_correction_of_the_traeger_leaves_what_the_office_corrected(anna, in_review, house):
    slow = opened(anna, in_review)
    corrected_by_the_office(house, in_review)
    address = f"/einreichen/{in_review}"
    told = post(anna, address, with_value(slow, GOAL, "Ich habe es geschafft."))
    assert told.status_code == 409
    assert "Geändert wurden: Name" in told.text
    sent = post(anna, address, fields_of(told.text))
    assert sent.status_code == 303
    summary = anna.get(sent.headers["location"]).text
    assert "1 Angabe ist geändert" in summary
    data = {name: value for name, value in fields_of(summary) if name != "csrf"}
    done = anna.post(sent.headers["location"], data=data | {"bewusst": "1"})
    assert done.status_code == 303
    assert value(house, in_review, "name") == "Yıldız"
    assert value(house, in_review, "q3_erreicht") == "Ich habe es geschafft."


def test_a_draft_is_not_handed_in_over_what_the_office_corrected(anna, in_review, house):
    typed = with_value(opened(anna, in_review), GOAL, "Ich habe es geschafft.")
    sent = post(anna, f"/einreichen/{in_review}", typed)
    shown = shown_by(anna.get(sent.headers["location"]).text)
    corrected_by_the_office(house, in_review)
    for seen in (shown["fassung"], str(int(shown["fassung"]) + 1)):
        data = shown | {"fassung": seen}
        answer = anna.post(f"/einreichen/{in_review}/zusammenfassung", data=data)
        assert answer.headers["location"] == f"/einreichen/{in_review}"
    assert value(house, in_review, "name") == "Yıldız"
    assert "Geändert wurden: Name" in anna.get(f"/einreichen/{in_review}").text


def test_a_page_says_whose_words_its_drafts_are_without_naming_them(anna, colleague, document):
    pages = [client.get(f"/einreichen/{document}").text for client in (anna, colleague)]
    who = [re.findall(r'data-who="([^"]*)"', page) for page in pages]
    assert [len(one) for one in who] == [1, 1]
    assert who[0] != who[1]
    assert all(re.fullmatch(r"[0-9a-f]{12}", one) for (one,) in who)


def test_a_version_that_there_is_not_is_refused_and_kept_in_no_draft(anna, document, house):
    for end in ("", "/entwurf"):
        wrong = with_value(opened(anna, document), "fassung", "9")
        answer = post(anna, f"/einreichen/{document}{end}", wrong)
        assert answer.status_code == 404
    assert anna.get(f"/einreichen/{document}").status_code == 200
