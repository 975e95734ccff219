"""Going through doubtful fields one by one, with and without script."""

import pytest

from formservice.application.desk import doubtful
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from tests.web.desk.conftest import SCAN

pytestmark = [pytest.mark.slow, pytest.mark.engine]


def test_the_queue_tells_what_waits_and_opens_the_oldest(keep, browser):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    shown = elif_.get("/nachbearbeitung")
    assert shown.status_code == 200
    assert f"/nachbearbeitung/{document}" in shown.text
    opened = elif_.post("/nachbearbeitung/naechster")
    assert opened.headers["location"] == f"/nachbearbeitung/{document}"


def test_everybody_gets_another_one_and_what_is_left_is_taken_over(keep, browser, house):
    (first,) = keep(SCAN)
    (second,) = keep("feedbackbogen@2023-09-22/dang-und-girts-scan")
    elif_, carla = browser("elif"), browser("carla")
    one = elif_.post("/nachbearbeitung/naechster").headers["location"]
    two = carla.post("/nachbearbeitung/naechster").headers["location"]
    assert {one, two} == {f"/nachbearbeitung/{first}", f"/nachbearbeitung/{second}"}
    assert browser("frank").post("/nachbearbeitung/naechster").headers["location"] == (
        "/nachbearbeitung"
    )
    assert carla.get(one).status_code == 409
    elif_.post(f"{one}/spaeter")
    assert carla.get(one).status_code == 200


def test_who_puts_a_document_back_is_not_told_that_it_was_saved(keep, browser):
    (document,) = keep(SCAN)
    keep("feedbackbogen@2023-09-22/dang-und-girts-scan")
    elif_ = browser("elif")
    put_back = elif_.post(f"/nachbearbeitung/{document}/spaeter")
    told = elif_.get(put_back.headers["location"]).text
    assert "Zurückgelegt. Das ist der nächste Vorgang." in told
    assert "Gespeichert" not in told


def test_what_was_read_is_confirmed_field_by_field_and_saved_as_one_version(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    with house.store.look() as work:
        before = work.documents.newest(document)
    asked = doubtful(before.reading)
    assert asked
    page = f"/nachbearbeitung/{document}"
    for _ in asked:
        review = house.deciding.review(_author(house, "elif"), document)
        field = review.next_open()
        given = {"feld": field.key, "verglichen": "1"}
        shown = elif_.get(f"{page}?feld={field.key}")
        assert field.name in shown.text
        if not field.can_accept:
            given["urteil"] = "unreadable"
        elif field.options:
            given["wert"] = [key for key, _, on in field.options if on]
        elif field.on is not None:
            given["wert"] = "ja" if field.on else "nein"
        else:
            given["wert"] = field.typed
        assert elif_.post(f"{page}/angabe", data=given).status_code == 303
    done = elif_.post(f"{page}/fertig")
    assert done.headers["location"] == "/nachbearbeitung"
    with house.store.look() as work:
        after = work.documents.newest(document)
        history = work.copies.history(document)
    assert after.version == before.version + 1
    for key in asked:
        one = after.reading["fields"][key]
        assert one.get("confirmed") or one.get("corrected")
        assert one.get("opinions") == before.reading["fields"][key].get("opinions")
    assert "desk.looked-through" in [one.type for one in history]
    assert f"/nachbearbeitung/{document}" not in elif_.get("/nachbearbeitung").text


def _author(house, user):
    with house.store.look() as work:
        return work.search.viewer(user)


def test_nothing_is_saved_before_everything_is_decided(keep, browser, house):
    (document,) = keep(SCAN)
    refused = browser("elif").post(f"/nachbearbeitung/{document}/fertig")
    assert refused.status_code == 400
    assert "Noch offen" in refused.text


def test_a_decision_is_kept_and_can_be_taken_back(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    author = _author(house, "elif")
    first = house.deciding.review(author, document).next_open()
    page = f"/nachbearbeitung/{document}"
    elif_.post(f"{page}/angabe", data={"feld": first.key, "urteil": "unreadable"})
    assert house.deciding.review(author, document).next_open().key != first.key
    elif_.post(f"{page}/zuruecknehmen")
    assert house.deciding.review(author, document).next_open().key == first.key


def test_the_persons_own_words_must_have_been_compared(keep, browser, house):
    (document,) = keep(SCAN)
    author = _author(house, "elif")
    own = [one for one in house.deciding.review(author, document).asked if one.o_ton]
    for one in own:
        answer = browser("elif").post(
            f"/nachbearbeitung/{document}/angabe", data={"feld": one.key, "wert": "anders"}
        )
        assert answer.status_code == 400
        assert "eigenen Worte" in answer.text


def test_a_traeger_does_not_work_at_the_desk(keep, browser):
    (document,) = keep(SCAN, traeger="t1")
    assert browser("anna").get("/nachbearbeitung").status_code == 403
    assert browser("anna").get(f"/nachbearbeitung/{document}").status_code == 403


def test_a_script_gets_the_next_document_and_its_first_picture_ahead(keep, browser, house):
    (document,) = keep(SCAN)
    answer = browser("elif").post(
        "/nachbearbeitung/naechster", headers={"accept": "application/json"}
    )
    told = answer.json()
    assert told["document"] == document
    assert browser("elif").get(told["pictures"][0]).status_code == 200
    # Nobody has it open yet.
    assert house.desk.besides(Author("carla", Role.IFK), document) is None
    assert browser("carla").get(f"/nachbearbeitung/{document}").status_code == 200
    told = browser("elif").post(
        "/nachbearbeitung/naechster", headers={"accept": "application/json"}
    )
    assert told.json() == {"document": None, "pictures": []}


def test_a_word_file_shows_its_text_instead_of_a_picture(keep, browser, house):
    (document,) = keep("feedbackbogen@2026-11/regulaer-resaved")
    shown = browser("elif").get(f"/nachbearbeitung/{document}")
    assert shown.status_code == 200
    assert "desk-text" in shown.text


@pytest.mark.parametrize("said", [{"said": "quatsch"}, {"said": ""}, {"said": "value"}])
def test_a_word_that_decides_nothing_is_no_decision(keep, browser, house, said):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    with house.store.look() as work:
        key = next(iter(doubtful(work.documents.newest(document).reading)))
    answer = elif_.put(f"/api/v1/desk/{document}/fields/{key}", json=said)
    assert answer.status_code == 422
    assert house.deciding.review(_author(house, "elif"), document).open
