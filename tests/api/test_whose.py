"""A Träger's program says whom a form without a code of ours is about."""

import pytest

from tests.web.portal.conftest import participants

__all__ = ["participants"]
BLANK = ("feedbackbogen", "2023-09-22")


@pytest.fixture
def document(house, browser, participants):
    """A form of Linh Nguyen's on blank paper of ours, sent by anna's Träger."""
    data = {"name": "Nguyen", "vorname": "Linh", "anlass": "regulaer"}
    blank = house.generate.one(house.forms.get(*BLANK), data, "docx")
    (taken,) = browser("anna").post("/api/v1/documents", files={"files": ("l.docx", blank)}).json()
    return taken["id"]


def person(document):
    return f"/api/v1/documents/{document}/person"


def test_it_is_told_who_may_be_meant_and_nobody_is_taken_for_it(browser, document):
    told = browser("anna").get(person(document)).json()
    assert (told["is_known"], told["can_change"], told["person"]) == (False, True, None)
    assert told["named"] == "Nguyen, Linh"
    assert [one["participation"] for one in told["offered"]] == ["t-p1", "t-p2"]
    assert told["offered"][0]["because"] == ["name", "period"]
    assert told["offered"][1]["because"] == []


def test_what_is_said_is_known_and_can_be_taken_back_until_it_is_handed_in(browser, document):
    anna = browser("anna")
    assert anna.put(person(document), json={"participation": "t-p1"}).status_code == 204
    told = anna.get(person(document)).json()
    assert (told["is_known"], told["person"]["participation"]) == (True, "t-p1")
    assert told["offered"] == []
    assert anna.delete(person(document)).status_code == 204
    assert anna.get(person(document)).json()["is_known"] is False
    anna.put(person(document), json={"participation": "t-p1"})
    sent = {"version": 1, "knowingly": True}
    assert anna.post(f"/api/v1/documents/{document}/submissions", json=sent).status_code == 201
    refused = anna.put(person(document), json={"participation": "t-p2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "assignment.known")
    assert anna.delete(person(document)).status_code == 409


def test_nobody_is_named_who_takes_part_elsewhere_and_no_other_traeger_is_told(browser, document):
    anna, boris = browser("anna"), browser("boris")
    assert anna.put(person(document), json={"participation": "t-p3"}).status_code == 404
    assert boris.get(person(document)).status_code == 404
    assert boris.put(person(document), json={"participation": "t-p3"}).status_code == 404
    assert browser("carla").get(person(document)).status_code == 403
