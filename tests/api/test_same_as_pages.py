"""What pages can, programs can: what only pages could for long."""

import pytest
from sqlalchemy import insert, update

from formservice.adapters.store import schema
from formservice.domain.case import Role, State
from tests.api.test_documents import PDF as SAMPLE
from tests.web.desk.conftest import SCAN, _tidy, keep, readings

__all__ = ["_tidy", "keep", "readings"]
FORM = {"form": "feedbackbogen", "edition": "2023-09-22"}


def uploaded(client):
    answer = client.post("/api/v1/documents", files=[("files", ("b.pdf", SAMPLE))])
    assert answer.status_code == 201, answer.text
    return answer.json()[0]["id"]


def test_a_traeger_says_which_form_a_file_is(browser):
    anna = browser("anna")
    document = uploaded(anna)
    other = {"form": "erwartungsbogen", "edition": "2023-07-24"}
    for form in (other, FORM):
        answer = anna.put(f"/api/v1/documents/{document}/form", json=form)
        assert answer.status_code == 200, answer.text
        reading_ = anna.get(f"/api/v1/documents/{document}/reading").json()
        assert reading_["form"]["id"] == form["form"]
        assert answer.json()["version"] == reading_["version"]
    unknown = anna.put(f"/api/v1/documents/{document}/form", json={**FORM, "edition": "1999"})
    assert unknown.status_code == 404
    for user, status in (("boris", 404), ("elif", 403)):
        refused = browser(user).put(f"/api/v1/documents/{document}/form", json=FORM)
        assert refused.status_code == status


@pytest.mark.parametrize("user", ["anna", "elif", "carla"])
def test_what_is_typed_is_checked_and_printed_before_it_becomes_anything(browser, user):
    client = browser(user)
    typed = {"form": "feedbackbogen", "values": {"name": "Beispiel"}}
    checked = client.post("/api/v1/filled/check", json=typed)
    assert checked.status_code == 200, checked.text
    assert not checked.json()["archivable"]
    assert "vorname" in {one["field"] for one in checked.json()["items"]}
    printed = client.post("/api/v1/filled/file", json=typed)
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert client.get("/api/v1/documents").json()["items"] == []
    wrong = {"form": "feedbackbogen", "values": {"abbruch_am": "heute"}}
    answer = client.post("/api/v1/filled/check", json=wrong)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (422, "abbruch_am")


def test_the_queue_of_the_desk_goes_on_and_is_narrowed_to_what_has_no_form(keep, browser, house):
    (known,) = keep(SCAN)
    (other,) = keep("feedbackbogen@2023-09-22/dang-und-girts-scan")
    (third,) = keep("feedbackbogen@2023-09-22/ostern-verspaetet-scan")
    with house.store.work() as work:
        work.connection.execute(
            update(schema.documents)
            .where(schema.documents.c.id.in_([other, third]))
            .values(form=None, edition=None, state=State.UNIDENTIFIED)
        )
        work.connection.execute(
            insert(schema.web.batches).values(id="b1", user="elif", created_at=1.0)
        )
        work.connection.execute(insert(schema.web.batch_files).values(batch="b1", document=third))
    elif_ = browser("elif")

    def queue(**asked):
        return elif_.get("/api/v1/desk", params=asked).json()

    whole = [one["document"] for one in queue()["items"]]
    assert {known, other, third} == set(whole)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = queue(limit=1, after=after)
        seen += [one["document"] for one in page["items"]]
        after = page["next"]
    assert seen == whole
    assert {one["document"] for one in queue(form="-")["items"]} == {other, third}
    assert [one["document"] for one in queue(batch="b1")["items"]] == [third]
    taken = elif_.post("/api/v1/desk/next", json={"form": "-", "batch": "b1"})
    assert taken.json() == {"document": third}
    assert elif_.post("/api/v1/desk/next", json={"batch": "b2"}).json() == {"document": None}


def test_a_document_of_the_desk_is_kept_by_who_has_it(keep, browser):
    (document,) = keep(SCAN)
    assert browser("elif").post(f"/api/v1/desk/{document}/hold").status_code == 204
    taken = browser("frank").post(f"/api/v1/desk/{document}/hold")
    assert (taken.status_code, taken.json()["code"]) == (409, "desk.taken")
    assert browser("elif").post(f"/api/v1/desk/{document}/release").status_code == 204
    assert browser("frank").post(f"/api/v1/desk/{document}/hold").status_code == 204


def test_who_comes_from_a_list_gets_a_login(browser, house):
    with house.store.work() as work:
        work.accounts.add("from-a-list", "O. Beispiel", Role.IFK)
    frank = browser("frank")
    given = frank.post("/api/v1/accounts/from-a-list/login", json={"login": "O.Beispiel"})
    assert given.status_code == 201, given.text
    assert given.json()["password"]
    assert given.json()["login"] == frank.get("/api/v1/accounts/from-a-list").json()["login"]
    again = frank.post("/api/v1/accounts/from-a-list/login", json={"login": "anders"})
    assert again.status_code == 409


def test_an_account_is_linked_to_that_of_the_office_and_unlinked(browser, house, monkeypatch):
    with house.store.work() as work:
        work.accounts.add("from-a-list", "O. Beispiel", Role.IFK)
    frank, path = browser("frank"), "/api/v1/accounts/from-a-list"
    link = {"email": "olga@amt.example"}
    assert frank.put(f"{path}/link", json=link).status_code == 400  # there is no such service
    monkeypatch.setattr(house.let_in, "_issuer", "https://dienst.example")
    assert frank.put(f"{path}/link", json={}).status_code == 400
    assert frank.put(f"{path}/link", json=link).status_code == 204
    assert frank.get(path).json()["elsewhere"]
    assert frank.put(f"{path}/link", json=link).status_code == 409
    for _ in range(2):
        assert frank.delete(f"{path}/link").status_code == 204
    assert not frank.get(path).json()["elsewhere"]
