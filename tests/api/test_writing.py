"""Drafts and plans by the API: begun, written on, thrown away and back, carried on."""

import pytest
from sqlalchemy import insert, select

from formservice.adapters.store import schema
from tests.api.test_flows import prepared
from tests.web.foreign import settled as a_settled_house

BODY = {"typed": {"name": ["Beispiel"], "nobodys": ["x"]}}
PLAN = "integrationsfoerderplan"


@pytest.fixture
def house(tmp_path):
    yield from a_settled_house(tmp_path)


def test_a_form_that_was_begun_is_written_on_and_comes_back(browser):
    carla, address = browser("carla"), "/api/v1/forms/feedbackbogen/draft"
    first = carla.put(address, json={"case": "c1", "version": 0, "body": BODY})
    assert first.status_code == 200, first.text
    subject = f"/api/v1/drafts/fill/{first.json()['subject']}"
    assert carla.get(subject).json()["body"]["typed"] == {"name": ["Beispiel"]}
    late = carla.put(address, json={"case": "c1", "version": 0, "body": BODY})
    assert (late.status_code, late.json()["code"]) == (409, "conflict.draft")
    assert carla.delete(subject).status_code == 204
    assert carla.post(f"{subject}/restore").status_code == 204
    assert carla.get(subject).status_code == 200
    assert carla.get("/ausfuellen/feedbackbogen?fall=c1").status_code == 200
    foreign = browser("dirk").put(address, json={"case": "c1", "body": BODY})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found")


def test_whoever_names_a_participation_alone_means_the_case_it_belongs_to(browser, house):
    anna, typed = browser("anna"), {"form": "feedbackbogen", "values": {"name": "Muster"}}
    made = anna.post("/api/v1/filled", json={**typed, "participation": "a1"})
    assert made.status_code == 201, made.text
    table = schema.case_documents
    with house.store.look() as work:
        query = select(table).where(table.c.document == made.json()["id"])
        row = work.connection.execute(query).one()
    assert (row.case, row.participation) == ("c1", "a1")
    address = "/api/v1/forms/feedbackbogen/draft"
    for whose in ({"participation": "a1"}, {"case": "c1", "participation": "a1"}):
        draft = anna.put(address, json={**whose, "body": BODY})
        assert (draft.status_code, draft.json()["case"]) == (200, "c1")


def test_who_works_for_several_traeger_says_for_which_a_form_is(browser, house):
    with house.store.work() as work:
        row = {"user": "anna", "traeger": "t2"}
        work.connection.execute(insert(schema.user_traeger).values(row))
    anna, typed = browser("anna"), {"form": "feedbackbogen", "values": {"name": "Muster"}}
    for wrong in ({}, {"traeger": "nobodys"}, {"participation": "a1", "traeger": "t2"}):
        answer = anna.post("/api/v1/filled", json={**typed, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "filling.for-whom"), wrong
    for told, traeger in (({"traeger": "t2"}, "t2"), ({"participation": "a1"}, "t1")):
        made = anna.post("/api/v1/filled", json={**typed, **told})
        assert made.status_code == 201, made.text
        with house.store.look() as work:
            assert work.documents.get(made.json()["id"]).traeger == traeger


@pytest.mark.parametrize("user", ["anna", "carla"])
def test_nothing_is_filled_in_for_a_participation_of_somebody_else_or_of_another_case(
    browser, user
):
    client, typed = browser(user), {"form": "feedbackbogen", "values": {"name": "Muster"}}
    for whose in (
        {"participation": "a2"},
        {"participation": "nobodys"},
        {"participation": ""},
        {"case": "c1", "participation": "a2"},
    ):
        answer = client.post("/api/v1/filled", json={**typed, **whose})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), whose


def test_a_correction_that_was_begun_changes_nothing_yet(browser):
    anna = browser("anna")
    document = prepared(anna)
    address = f"/api/v1/documents/{document}"
    saved = anna.put(f"{address}/draft", json={"base": 1, "body": BODY})
    assert (saved.status_code, saved.json()["document"]) == (200, document), saved.text
    assert anna.get(f"{address}/reading").json()["version"] == 1
    nowhere = anna.put(f"{address}/draft", json={"base": 9, "body": BODY})
    assert nowhere.status_code == 404


def test_a_plan_is_carried_on_and_printed(browser):
    carla, values = browser("carla"), {"vorname": "Mia", "datum": "2026-04-02"}
    assert carla.get("/api/v1/cases/c1/plans").json() == []
    assert carla.post("/api/v1/cases/c1/plans/continuation").status_code == 404
    typed = {
        "form": PLAN,
        "case": "c1",
        "values": values | {"ziele": [{"text": "Pünktlich sein."}]},
    }
    made = carla.post("/api/v1/filled", json=typed)
    assert made.status_code == 201, made.text
    (plan,) = carla.get("/api/v1/plans").json()
    assert (plan["case"], plan["document"]) == ("c1", made.json()["id"])
    assert [one["text"] for one in plan["goals"]] == ["Pünktlich sein."]
    printed = carla.get("/api/v1/cases/c1/plans/newest.pdf")
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    draft = carla.post("/api/v1/cases/c1/plans/continuation")
    assert draft.status_code == 201, draft.text
    body = carla.get(f"/api/v1/drafts/fill/{draft.json()['subject']}").json()["body"]
    assert body["typed"]["ziele[0].text"] == ["Pünktlich sein."]
    again = carla.post("/api/v1/cases/c1/plans/continuation").json()
    assert again["version"] == draft.json()["version"]
    assert browser("dirk").get("/api/v1/cases/c1/plans").status_code == 404
    assert browser("dirk").get("/api/v1/plans").json() == []
