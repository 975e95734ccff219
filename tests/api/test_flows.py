"""Whole ways through the API: a Träger hands in, a caseworker decides, the desk, lists, forms."""

import io
import json
import zipfile

import pytest
from sqlalchemy import update

from formservice.adapters.store import schema
from formservice.adapters.store.cases import StoredCases
from formservice.application.discarding import discarded
from formservice.application.ports_store import SERVICE
from formservice.domain.case import Author, Role
from formservice.web import reading_log
from formservice.web.api.files import DOCX, PDF
from tests.api.test_documents import PDF as SAMPLE
from tests.api.test_documents import upload
from tests.pdf_pages import joined
from tests.web.conftest import TRAEGER
from tests.web.portal.sent import sample

LIST = (
    "Kundennummer;Name;Vorname;Geburtsdatum;Träger;Maßnahme;Beginn;Ende;IFK\n"
    f"123A456;Muster;Mia;17.05.2004;{TRAEGER['t1']};Neue Wege;12.01.2026;30.06.2026;Carla Fall\n"
)


def prepared(client):
    """Upload as a Träger; what has no picture is read at once."""
    (taken,) = upload(client).json()
    standing = client.get(taken["status_url"]).json()
    assert (standing["state"], standing["is_read"]) == ("preparing", True)
    return taken["id"]


@pytest.fixture
def submitted(browser):
    """A document that anna's Träger has handed in."""
    anna = browser("anna")
    document = prepared(anna)
    sent = {"version": 1, "knowingly": True}
    answer = anna.post(f"/api/v1/documents/{document}/submissions", json=sent)
    assert answer.status_code == 201, answer.text
    return document


def version(client, document):
    return client.get(f"/api/v1/documents/{document}/reading").json()["version"]


def test_a_traeger_corrects_submits_and_gets_a_receipt(browser):
    anna = browser("anna")
    document = prepared(anna)
    address = f"/api/v1/documents/{document}"
    reading = anna.get(f"{address}/reading")
    assert reading.headers["etag"] == '"1"'
    change = {"values": {"vorname": "Kim"}}
    answer = anna.patch(f"{address}/reading", json=change, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    again = anna.get(f"{address}/reading").json()
    assert again["fields"]["vorname"]["value"] == "Kim"
    sent = {"version": 2, "knowingly": True}
    made = anna.post(f"{address}/submissions", json=sent).json()
    receipt = anna.get(f"/api/v1/submissions/{made['id']}/receipt")
    assert (receipt.headers["content-type"], receipt.content[:5]) == (PDF, b"%PDF-")
    assert anna.get(f"{address}/submissions").json() == [made]
    assert anna.get(f"{address}/status").json()["state"] == "in-review"


def test_nobody_of_the_office_sees_what_is_not_handed_in(browser):
    document = prepared(browser("anna"))
    for user in ("carla", "elif", "frank"):
        answer = browser(user).get(f"/api/v1/documents/{document}")
        assert answer.status_code == 404


def test_what_is_not_handed_in_is_thrown_away_and_for_a_day_taken_back(browser, house):
    anna = browser("anna")
    document = prepared(anna)
    address = f"/api/v1/documents/{document}"
    for _ in range(2):
        assert anna.delete(address).status_code == 204
        # As on their pages: it is there still, for its sender alone, and says what it is.
        assert anna.get(address).json()["state"] == "discarded"
    assert browser("carla").get(address).status_code == 404
    assert browser("boris").post(f"{address}/restore").status_code == 404
    for _ in range(2):
        assert anna.post(f"{address}/restore").status_code == 204
        assert anna.get(address).json()["state"] == "preparing"
    assert anna.delete(address).status_code == 204
    with house.store.work() as work:
        aside = schema.acknowledgements
        work.connection.execute(update(aside).values(created_at=aside.c.created_at - 86401))
    assert discarded(house.store) == 1
    assert anna.get(address).status_code == 404
    assert anna.post(f"{address}/restore").status_code == 404


def test_a_file_with_several_forms_is_thrown_away_and_taken_back_with_all_of_them(browser):
    anna = browser("anna")
    two = joined(sample("regulaer-flat"), sample("abbruch-flat"))
    (file,) = upload(anna, data=two).json()
    address = f"/api/v1/documents/{file['id']}"
    parts = anna.get(f"{address}/status").json()["parts"]
    assert len(parts) == 2

    def states():
        return {anna.get(f"/api/v1/documents/{one}").json()["state"] for one in parts}

    for _ in range(2):
        assert anna.delete(address).status_code == 204
        assert states() == {"discarded"}
    assert anna.post(f"{address}/restore").status_code == 204
    assert states() == {"preparing"}
    for one in parts:
        sent = {"version": 1, "knowingly": True}
        assert anna.post(f"/api/v1/documents/{one}/submissions", json=sent).status_code == 201
    refused = anna.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (400, "usage")
    assert "eingereicht" in refused.json()["error"]


def test_a_traeger_corrects_until_it_is_accepted_with_a_receipt_each_time(browser, submitted):
    anna, address = browser("anna"), f"/api/v1/documents/{submitted}"
    seen = version(anna, submitted)
    sent = {"version": seen, "values": {"vorname": "Kim"}, "knowingly": True}
    made = anna.post(f"{address}/submissions", json=sent)
    assert made.status_code == 201, made.text
    assert made.json()["version"] == version(anna, submitted) == seen + 1
    assert len(anna.get(f"{address}/submissions").json()) == 2
    late = browser("carla").post(f"{address}/acceptance", json={"version": seen, "despite": True})
    assert late.status_code == 409


def test_what_a_traeger_has_handed_in_it_corrects_with_a_receipt_only(browser, submitted):
    anna, address = browser("anna"), f"/api/v1/documents/{submitted}"
    seen = version(anna, submitted)
    sent = {"base": seen, "values": {"vorname": "Kim"}}
    refused = anna.patch(f"{address}/reading", json=sent)
    assert (refused.status_code, refused.json()["code"]) == (400, "edit.handed-in")
    assert "über Einreichen berichtigen" in refused.json()["hint"]
    assert version(anna, submitted) == seen
    anew = {"version": seen, "values": {"vorname": "Kim"}, "knowingly": True}
    made = anna.post(f"{address}/submissions", json=anew).json()
    assert made["version"] == seen + 1
    taken_back = anna.post(f"{address}/reading/undo", json={"version": seen + 1})
    assert (taken_back.status_code, taken_back.json()["code"]) == (400, "edit.handed-in")
    assert version(anna, submitted) == seen + 1


def test_a_later_version_than_the_one_handed_in_is_handed_in_anew(browser, submitted):
    anna, address = browser("anna"), f"/api/v1/documents/{submitted}"
    (first,) = anna.get(f"{address}/submissions").json()
    seen = version(anna, submitted)
    office = {"base": seen, "said": {"name": "blank"}}
    assert browser("carla").patch(f"{address}/reading", json=office).status_code == 200
    again = anna.post(f"{address}/submissions", json={"version": seen, "knowingly": True})
    assert again.json() == first
    unknowing = anna.post(f"{address}/submissions", json={"version": seen + 1})
    assert (unknowing.status_code, unknowing.json()["code"]) == (409, "findings.open")
    for _ in range(2):
        anew = anna.post(f"{address}/submissions", json={"version": seen + 1, "knowingly": True})
        assert (anew.status_code, anew.json()["version"]) == (201, seen + 1)
    assert len(anna.get(f"{address}/submissions").json()) == 2


def test_what_was_handed_in_stays(browser, submitted):
    answer = browser("anna").delete(f"/api/v1/documents/{submitted}")
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_who_corrects_an_outdated_version_is_told_what_changed(browser, submitted):
    carla, address = browser("carla"), f"/api/v1/documents/{submitted}/reading"
    newest = version(carla, submitted)
    sent = {"base": newest, "values": {"vorname": "Kim"}}
    assert carla.patch(address, json=sent).status_code == 200
    late = carla.patch(address, json={"base": newest, "values": {"name": "Andere"}})
    told = late.json()
    assert (late.status_code, told["code"], told["changed"]) == (
        409,
        "conflict.edited",
        ["vorname"],
    )
    assert told["version"] == newest + 1
    sent = {"values": {"name": "Andere"}}
    late = carla.patch(address, json=sent, headers={"if-match": f'"{newest}"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition")
    assert carla.get(address).json()["fields"]["vorname"]["value"] == "Kim"


def test_a_version_that_nobody_can_have_seen_is_said_not_to_be_there(browser, submitted):
    carla, anna, address = browser("carla"), browser("anna"), f"/api/v1/documents/{submitted}"
    values = {"name": "Andere"}
    for answer in (
        carla.patch(f"{address}/reading", json={"base": 98, "values": values}),
        carla.post(f"{address}/acceptance", json={"version": 98}),
        anna.post(f"{address}/submissions", json={"version": 98, "values": values}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "usage"), answer.text
        assert "Eine Fassung 98 gibt es nicht" in answer.json()["error"]


def test_a_value_that_cannot_be_is_named_and_not_repeated(browser, submitted):
    carla = browser("carla")
    sent = {"base": version(carla, submitted), "values": {"teilnahme_bis": "Kanarienvogel"}}
    answer = carla.patch(f"/api/v1/documents/{submitted}/reading", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid-data")
    assert [one["where"] for one in answer.json()["problems"]] == ["teilnahme_bis"]
    assert "Kanarienvogel" not in answer.text


def test_a_text_that_cannot_be_kept_is_refused_and_never_blanked(browser, submitted):
    carla = browser("carla")
    address, base = f"/api/v1/documents/{submitted}", version(carla, submitted)
    head = {"content-type": "application/json"}
    for text, code in (
        ("\ud800", "text.control"),
        ("a\0b", "text.control"),
        ("a\nb", "text.lines"),
        ("x" * 100_000, "text.long"),
    ):
        sent = json.dumps({"base": base, "values": {"name": text}})
        answer = carla.patch(f"{address}/reading", content=sent, headers=head)
        assert answer.status_code == 422, answer.text
        assert [(one["where"], one["code"]) for one in answer.json()["problems"]] == [
            ("name", code)
        ]
        seen = json.dumps({"version": base, "message": text})
        if code != "text.lines":
            answer = carla.post(f"{address}/return", content=seen, headers=head)
            assert answer.status_code == 422, answer.text
    unseen = {"version": base, "message": "\u200b \u2028"}
    answer = carla.post(f"{address}/return", json=unseen)
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")
    assert version(carla, submitted) == base


def test_a_name_that_reads_otherwise_than_it_looks_is_asked_about(browser, submitted):
    carla = browser("carla")
    address = f"/api/v1/documents/{submitted}"
    sent = {
        "base": version(carla, submitted),
        "values": {"name": "\u202eabc", "vorname": "\u200b"},
    }
    assert carla.patch(f"{address}/reading", json=sent).status_code == 200
    found = {
        (one["code"], one["field"]) for one in carla.get(f"{address}/findings").json()["items"]
    }
    assert ("field.direction", "name") in found
    assert ("field.required", "vorname") in found
    read = carla.get(f"{address}/reading").json()
    assert read["fields"]["vorname"]["value"] is None


def test_findings_come_with_the_number_of_the_version_they_are_of(browser, submitted, monkeypatch):
    carla = browser("carla")
    address, seen = f"/api/v1/documents/{submitted}", version(carla, submitted)

    def saved_meanwhile(house, me, document):
        newest = house.consult.version(document, me.author)
        with house.store.work() as work:
            work.documents.save(document, newest.version, newest.reading, me.author)

    with monkeypatch.context() as slow:
        slow.setattr(reading_log, "seen", saved_meanwhile)
        assert carla.get(f"{address}/findings").json()["version"] == seen
    assert version(carla, submitted) == seen + 1
    refused = carla.post(f"{address}/acceptance", json={"version": seen, "despite": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict.edited")


def test_a_caseworker_answers_for_what_is_late_and_accepts(browser, submitted):
    carla = browser("carla")
    address, seen = f"/api/v1/documents/{submitted}", version(carla, submitted)
    assert submitted in {one["id"] for one in carla.get("/api/v1/inbox").json()["items"]}
    assert carla.get(f"{address}/comparison").status_code == 200
    found = carla.get(f"{address}/findings").json()
    for one in found["items"]:
        if one["severity"] == "blocks":
            told = {"version": seen, "code": one["code"], "field": one["field"], "reason": "x"}
            answer = carla.post(f"{address}/acknowledgements", json=told)
            assert answer.status_code == 204, answer.text
    stale = carla.post(f"{address}/acceptance", json={"version": seen - 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict.edited")
    given = {"version": seen, "despite": True, "reason": "Betriebsferien"}
    answer = carla.post(f"{address}/acceptance", json=given)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    reopened = browser("frank").post(
        f"{address}/reopening", json={"version": seen, "reason": "Nachtrag"}
    )
    assert reopened.json()["state"] == "in-review"
    events = [one["type"] for one in browser("frank").get(f"{address}/history").json()]
    assert events.count("document.moved") >= 3


def test_a_comparison_answers_what_asks_for_it_also_by_the_api(browser, submitted, house):
    carla, address = browser("carla"), f"/api/v1/documents/{submitted}"
    sentence = "Bitte „Frage 1“ mit dem Original vergleichen: Der Text ist von einem Bild."
    asks = {"code": "field.doubtful", "severity": "asks", "field": "q1_erwartung"}
    with house.store.work() as work:
        newest = work.documents.newest(submitted)
        now = {**newest.reading, "findings": [{**asks, "rule": None, "message": sentence}]}
        seen = work.documents.save(submitted, newest.version, now, SERVICE, "")
    told = {"version": seen, "field": "q1_erwartung"}
    accepting = {"version": seen}
    refused = carla.post(f"{address}/acceptance", json=accepting)
    assert refused.json()["code"] == "acceptance.unclear"
    assert carla.post(f"{address}/comparisons", json=told).status_code == 204
    taken_back = told | {"code": "o-ton.compared"}
    assert carla.post(f"{address}/acknowledgements/withdrawal", json=taken_back).status_code == 204
    refused = carla.post(f"{address}/acceptance", json=accepting)
    assert refused.json()["code"] == "acceptance.unclear"
    assert carla.post(f"{address}/comparisons", json=told).status_code == 204
    assert carla.post(f"{address}/acceptance", json=accepting).status_code == 200


def test_a_traeger_is_told_why_and_sends_anew(browser, submitted):
    carla, anna = browser("carla"), browser("anna")
    address, seen = f"/api/v1/documents/{submitted}", version(carla, submitted)
    told = {"version": seen, "message": "Bitte Frage 1 beantworten."}
    assert carla.post(f"{address}/return", json=told).json()["state"] == "returned"
    whole = anna.get(address).json()
    assert "Bitte Frage 1 beantworten." in [one["reason"] for one in whole["acknowledgements"]]
    sent = {"base": seen, "values": {"vorname": "Kim"}}
    newest = anna.patch(f"{address}/reading", json=sent).json()["version"]
    answer = anna.post(f"{address}/submissions", json={"version": newest, "knowingly": True})
    assert answer.status_code == 201
    assert anna.get(f"{address}/status").json()["state"] == "in-review"


@pytest.fixture
def case(browser):
    """A case of carla's, of somebody in a Maßnahme of anna's Träger, from a list."""
    carla = browser("carla")
    files = {"file": ("liste.csv", LIST.encode(), "text/csv")}
    shown = carla.post("/api/v1/participants/lists", files=files)
    assert shown.status_code == 201, shown.text
    assert shown.json()["new_persons"] == 1
    assert carla.get("/api/v1/cases").json()["items"] == []
    done = carla.post(f"/api/v1/participants/lists/{shown.json()['name']}/import", json={})
    assert done.json()["new_participations"] == 1, done.text
    return carla.get("/api/v1/cases").json()["items"][0]


def test_a_list_is_shown_first_and_then_taken_over(browser, case):
    carla = browser("carla")
    found = carla.post("/api/v1/cases/search", json={"words": "muster"}).json()["items"]
    assert [one["id"] for one in found] == [case["id"]]
    assert browser("dirk").get(f"/api/v1/cases/{case['id']}").status_code == 404


def test_a_list_that_would_change_something_else_by_now_is_not_taken_over(browser, house, case):
    carla = browser("carla")
    files = {"file": ("liste.csv", LIST.replace("Mia", "Mia Lou").encode(), "text/csv")}
    name = carla.post("/api/v1/participants/lists", files=files).json()["name"]
    with house.store.work() as work:
        work.connection.execute(update(schema.persons).values(vorname="Maria"))
    address = f"/api/v1/participants/lists/{name}/import"
    for _ in range(2):
        refused = carla.post(address, json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict.list")
        assert "Maria" not in refused.text
    name = carla.post("/api/v1/participants/lists", files=files).json()["name"]
    assert carla.post(f"/api/v1/participants/lists/{name}/import", json={}).status_code == 200


def test_a_list_with_mistakes_names_their_places(browser):
    files = {"file": ("liste.csv", b"Name;Vorname\nMuster;Mia\n", "text/csv")}
    answer = browser("carla").post("/api/v1/participants/lists", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid-data")
    assert "Muster" not in answer.text


def test_a_form_is_issued_fetched_and_marked_as_sent(browser, case):
    carla = browser("carla")
    target = {"case": case["id"], "participation": case["part"]["id"]}
    asked = {"form": "erwartungsbogen", "format": "docx", "targets": [target]}
    preview = carla.post("/api/v1/issued/preview", json=asked).json()
    assert preview[0]["values"]["name"] == "Muster"
    (made,) = carla.post("/api/v1/issued", json=asked).json()
    file = carla.get(f"/api/v1/issued/{made['reference']}/file")
    assert (file.headers["content-type"], file.content[:2]) == (DOCX, b"PK")
    sent = carla.post("/api/v1/issued/sent", json={"references": [made["reference"]]})
    assert sent.json() == {"count": 1}
    assert carla.get(f"/api/v1/issued/{made['reference']}").json()["sent_at"]
    assert browser("dirk").get(f"/api/v1/issued/{made['reference']}").status_code == 404
    many = carla.post(
        "/api/v1/issued", json=asked | {"targets": [target, {"case": case["id"]}]}
    ).json()
    (issue,) = {one["issue"] for one in many}
    together = carla.get(f"/api/v1/issues/{issue}/files")
    with zipfile.ZipFile(io.BytesIO(together.content)) as files:
        assert together.headers["x-files"] == "2"
        assert {one.rpartition(".")[2] for one in files.namelist()} == {"docx"}
    assert browser("dirk").get(f"/api/v1/issues/{issue}/files").status_code == 404


def test_a_traeger_sees_who_takes_part_and_fills_in_the_form(browser, case):
    anna, part = browser("anna"), case["part"]["id"]
    (one,) = anna.get("/api/v1/participants").json()
    assert (one["participation"], one["name"]) == (part, "Muster")
    assert anna.get(f"/api/v1/participants/{part}").json()["occasions"]
    made = anna.post(f"/api/v1/participants/{part}/form", json={"format": "pdf"}).json()
    file = anna.get(f"/api/v1/participants/{part}/forms/{made['reference']}")
    assert file.content[:5] == b"%PDF-"
    typed = {"form": "feedbackbogen", "values": {"name": "Muster"}}
    filled = anna.post("/api/v1/filled", json={**typed, "case": case["id"], "participation": part})
    assert (filled.status_code, filled.json()["state"]) == (201, "preparing"), filled.text
    assert browser("boris").get(f"/api/v1/participants/{part}").status_code == 404


def test_a_case_is_changed_handed_over_and_taken_back(browser, case):
    carla, address = browser("carla"), f"/api/v1/cases/{case['id']}"
    person = {"number": "123A456", "name": "Muster", "vorname": "Maja", "geburtsdatum": ""}
    assert carla.put(f"{address}/person", json=person).status_code == 422
    person["seen"] = carla.get(address).json()["person"]["seen"]
    answer = carla.put(f"{address}/person", json=person)
    assert answer.status_code == 204, answer.text
    late = carla.put(f"{address}/person", json={**person, "vorname": "Moritz"})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    part = carla.get(address).json()["parts"][0]
    changed = {"massnahme": part["massnahme"], "von": "2026-01-12", "bis": "2026-07-31"}
    place = f"{address}/participations/{part['id']}"
    assert carla.put(place, json={**changed, "seen": part["seen"]}).status_code == 204
    assert carla.put(place, json={**changed, "seen": part["seen"]}).status_code == 409
    last = carla.get(f"{address}/history").json()[0]
    assert carla.post(f"{address}/undo", json={"change": last["undo"]}).status_code == 204
    told = carla.get(f"{address}/history").json()
    change = next(one for one in told if one["undo"])
    assert carla.post(f"{address}/undo", json={"change": change["undo"]}).status_code == 204
    assert carla.get(address).json()["person"]["vorname"] == "Mia"
    assert carla.post(f"{address}/hand-over", json={"to": "dirk"}).status_code == 204
    assert carla.get(address).status_code == 404
    assert browser("dirk").get(address).status_code == 200


def test_who_changes_a_case_waits_for_no_look_at_the_whole_of_it(browser, case, monkeypatch):
    carla, dirk, address = browser("carla"), browser("dirk"), f"/api/v1/cases/{case['id']}"
    told = carla.get(address).json()
    part = {"massnahme": told["parts"][0]["massnahme"], "von": "2026-01-12", "bis": "2026-07-31"}
    person = {"number": "123A456", "name": "Muster", "vorname": "Maja", "geburtsdatum": ""}
    place = f"{address}/participations/{told['parts'][0]['id']}"
    changes = [
        ("PUT", f"{address}/person", {**person, "seen": told["person"]["seen"]}, 204),
        ("PUT", place, {**part, "seen": told["parts"][0]["seen"]}, 204),
        ("POST", f"{address}/participations", {**part, "von": "2026-08-01", "bis": ""}, 201),
        ("POST", f"{address}/end", {"day": "2026-07-31"}, 204),
        ("POST", f"{address}/take", None, 204),
        ("POST", f"{address}/undo", {"change": 10**9}, 404),
        ("POST", f"{address}/hand-over", {"to": "carla"}, 204),
    ]
    with monkeypatch.context() as blind:
        blind.setattr(StoredCases, "one", None)
        for method, where, content, status in changes:
            foreign = dirk.request(method, where, json=content)
            assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found"), where
            unknown = dirk.request(method, where.replace(case["id"], "none"), json=content)
            assert unknown.json() == foreign.json(), where
            answer = carla.request(method, where, json=content)
            assert answer.status_code == status, (where, answer.text)


def test_deadlines_come_as_a_list_and_as_a_calendar_without_names(browser, case):
    carla = browser("carla")
    days = {"first": "2026-06-01", "last": "2026-08-01"}
    entries = carla.get("/api/v1/deadlines", params=days).json()
    assert any(one["person"] for one in entries)
    feed = carla.get("/api/v1/deadlines.ics", params=days)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in feed.content
    assert b"Muster" not in feed.content


def test_a_batch_accounts_for_its_files(browser):
    elif_ = browser("elif")
    batch = elif_.post("/api/v1/batches").json()["id"]
    answer = elif_.post(f"/api/v1/batches/{batch}/files", files={"file": ("a.pdf", SAMPLE)})
    assert answer.status_code == 201, answer.text
    (file,) = elif_.get(f"/api/v1/batches/{batch}").json()["files"]
    assert (file["document"], file["pages"]) == (answer.json()["id"], 3)


def test_a_page_comes_as_a_picture(browser, submitted):
    answer = browser("carla").get(f"/api/v1/documents/{submitted}/pages/1?size=card")
    assert (answer.headers["content-type"], answer.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")


def test_reading_a_record_is_written_down(browser, house, submitted):
    browser("carla").get(f"/api/v1/documents/{submitted}/reading")
    assert "carla" in {one.user for one in house.reads.of(submitted, Author("frank", Role.LEAD))}


def test_lists_go_on_where_they_ended(browser):
    carla = browser("carla")
    for number in range(3):
        upload(carla, data=SAMPLE + bytes([number]))
    found: list[str] = []
    after: str | None = ""
    for _ in range(3):
        page = carla.get("/api/v1/documents", params={"limit": 1, "after": after}).json()
        found += [one["id"] for one in page["items"]]
        after = page["next"]
    assert (len(set(found)), after) == (3, None)
    answer = carla.get("/api/v1/documents", params={"after": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_a_list_of_cases_loses_nobody_who_is_renamed_meanwhile(browser):
    carla = browser("carla")
    for number in range(5):
        sent = {"person": {"name": f"Name{number}", "vorname": "Kim"}}
        assert carla.post("/api/v1/cases", json=sent).status_code == 201
    page = carla.get("/api/v1/cases", params={"limit": 2}).json()
    last = f"/api/v1/cases/{page['items'][-1]['id']}"
    seen = carla.get(last).json()["person"]["seen"]
    renamed = {"name": "Zzz", "vorname": "Kim", "seen": seen}
    assert carla.put(f"{last}/person", json=renamed).status_code == 204
    rest = carla.get("/api/v1/cases", params={"after": page["next"]}).json()["items"]
    assert [one["person"]["name"] for one in rest] == ["Name2", "Name3", "Name4", "Zzz"]


def test_a_file_of_nothing_known_is_refused_for_a_traeger(browser):
    answer = upload(browser("anna"), data=io.BytesIO(b"no form at all").getvalue())
    assert (answer.status_code, answer.json()["code"]) == (422, "input.unsupported")
