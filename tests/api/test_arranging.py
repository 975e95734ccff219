"""Pages and groups by the API: split, joined, read as another form, confirmed, taken back."""

import pytest
from sqlalchemy import event

from formservice.application.ports_store import Author
from formservice.domain.case import Role
from tests.web.desk.conftest import SCAN, _tidy, keep, readings
from tests.web.desk.marks import doubted, marks_of

__all__ = ["_tidy", "keep", "readings"]
pytestmark = [pytest.mark.slow, pytest.mark.engine]
ELIF = Author("elif", Role.BACK_OFFICE)


def family(client, document):
    return client.get(f"/api/v1/desk/{document}/pages").json()


def move(client, document, pages, target):
    """Move pages of the family as it is now."""
    body = {"pages": pages, "target": target, "seen": family(client, document)["seen"]}
    return client.post(f"/api/v1/desk/{document}/pages", json=body)


def test_a_page_is_split_off_put_aside_and_everything_taken_back(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    picked = [{"document": document, "number": 2}]
    split = move(elif_, document, picked, "new")
    assert split.status_code == 200, split.text
    assert [one["pages"] for one in family(elif_, document)["documents"]] == [1, 1]
    back = elif_.post("/api/v1/desk/undo", json={"before": split.json()["before"]})
    assert back.status_code == 200, back.text
    assert [one["pages"] for one in family(elif_, document)["documents"]] == [2]
    move(elif_, document, picked, "aside")
    assert family(elif_, document)["aside"] == 1
    picture = elif_.get(f"/api/v1/desk/{document}/aside/1")
    assert picture.headers["content-type"] == "image/jpeg"
    assert elif_.get(f"/api/v1/desk/{document}/aside/2").status_code == 404
    again = [{"document": "aside", "number": 1}]
    joined = move(elif_, document, again, document)
    assert joined.status_code == 200, joined.text
    assert (family(elif_, document)["aside"], house.verify().broken) == (0, None)


def test_who_counts_pages_says_what_was_seen_of_them(keep, browser):
    (document,) = keep(SCAN)
    elif_, address = browser("elif"), f"/api/v1/desk/{document}/pages"
    seen = family(elif_, document)["seen"]
    first = [{"document": document, "number": 1}]
    assert move(browser("frank"), document, first, "new").status_code == 200
    body = {"pages": first, "target": "aside"}
    late = elif_.post(address, json=body | {"seen": seen})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert elif_.post(address, json=body).status_code == 422
    assert family(elif_, document)["aside"] == 0


def test_nothing_is_emptied_by_taking_back_what_never_was(keep, browser):
    (document,) = keep(SCAN)
    for version, status in ((0, 400), (77, 404)):
        answer = browser("elif").post("/api/v1/desk/undo", json={"before": {document: version}})
        assert answer.status_code == status
    assert [one["pages"] for one in family(browser("elif"), document)["documents"]] == [2]
    answer = browser("boris").post("/api/v1/desk/undo", json={"before": {document: 1}})
    assert answer.status_code == 403


def test_a_document_is_read_as_another_edition_and_back(keep, browser):
    (document,) = keep(SCAN)
    elif_, form = browser("elif"), {"form": "feedbackbogen", "edition": "2023-09-22"}
    done = elif_.put(f"/api/v1/desk/{document}/form", json=form)
    assert done.status_code == 200, done.text
    assert family(elif_, document)["documents"][0]["edition"] == "2023-09-22"
    taken = browser("frank").put(f"/api/v1/desk/{document}/form", json=form)
    assert (taken.status_code, taken.json()["code"]) == (409, "desk.taken")
    elif_.post("/api/v1/desk/undo", json={"before": done.json()["before"]})
    assert family(elif_, document)["documents"][0]["edition"] == "2026-11"
    unknown = elif_.put(f"/api/v1/desk/{document}/form", json=form | {"edition": "1999-01"})
    assert unknown.status_code == 404


def test_a_group_is_confirmed_but_what_is_wrong_and_taken_back(keep, browser, house):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    elif_ = browser("elif")
    shown = [one["id"] for one in elif_.get("/api/v1/desk/groups/ticked").json()]
    assert len(shown) > 1
    sent = {"shown": shown, "wrong": shown[:1]}
    done = elif_.post("/api/v1/desk/groups/confirmation", json=sent).json()
    assert (done["count"], len(done["wrong"])) == (len(shown) - 1, 1)
    undone = elif_.post("/api/v1/desk/groups/undo").json()
    assert undone["documents"] == [document]
    assert elif_.post("/api/v1/desk/groups/undo").json()["documents"] == []
    foreign = {"shown": ["nobodys:1:name"]}
    assert elif_.post("/api/v1/desk/groups/confirmation", json=foreign).status_code == 404


def test_own_words_are_not_confirmed_in_a_group(keep, browser, house):
    (document,) = keep("feedbackbogen@2023-09-22/ostern-verspaetet-scan")
    review = house.deciding.review(ELIF, document)
    own = [f"{document}:{review.version}:{one.key}" for one in review.asked if one.o_ton]
    assert own
    done = browser("elif").post("/api/v1/desk/groups/confirmation", json={"shown": own}).json()
    assert done == {"count": 0, "wrong": [], "passed": len(own)}
    assert house.deciding.review(ELIF, document) == review


def test_a_group_of_many_documents_is_noted_as_seen_at_once(keep, browser, house):
    documents = [keep(SCAN)[0], keep("feedbackbogen@2023-09-22/dang-und-girts-scan")[0]]
    for one in documents:
        doubted(house, one, marks_of(house, one))
    noted = []
    event.listen(
        house.store.engine,
        "before_cursor_execute",
        lambda *args: noted.append(args[2]) if "INSERT INTO reads" in args[2] else None,
    )
    shown = browser("elif").get("/api/v1/desk/groups/ticked").json()
    assert {one["document"] for one in shown} == set(documents)
    assert len(noted) == 1
    for one in documents:
        assert "elif" in [look.user for look in house.reads.of(one, Author("carla", Role.IFK))]
