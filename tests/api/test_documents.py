"""Documents by the API: taken in, told of, and kept from those who may not see them."""

import io
import zipfile
from pathlib import Path

PDF = (
    Path(__file__).parents[2]
    / "samples/feedbackbogen@2023-09-22/abbruch-mit-beiblatt-acroform/input.pdf"
).read_bytes()


def upload(client, name="Bogen.pdf", data=PDF, key=None):
    headers = {"idempotency-key": key} if key else {}
    return client.post("/api/v1/documents", files=[("files", (name, data))], headers=headers)


def test_a_file_is_taken_in_and_can_be_asked_for(browser):
    carla = browser("carla")
    answer = upload(carla)
    assert answer.status_code == 201
    (taken,) = answer.json()
    told = carla.get(taken["status_url"]).json()
    assert (told["state"], told["is_read"]) == ("received", False)
    assert carla.get(f"/api/v1/documents/{taken['id']}/original").content == PDF


def test_the_same_file_again_is_the_same_document(browser):
    carla = browser("carla")
    first, again = upload(carla).json()[0], upload(carla).json()[0]
    assert (first["id"], first["known"], again["known"]) == (again["id"], False, True)


def test_a_foreign_traeger_sees_nothing_of_it(browser):
    document = upload(browser("carla")).json()[0]["id"]
    boris = browser("boris")
    for path in ("", "/status", "/reading", "/findings", "/original", "/history"):
        answer = boris.get(f"/api/v1/documents/{document}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert answer.json() == boris.get(f"/api/v1/documents/none{path}").json()


def test_who_has_a_file_already_need_not_get_it_again(browser):
    carla = browser("carla")
    address = f"/api/v1/documents/{upload(carla).json()[0]['id']}/original"
    etag = carla.get(address).headers["etag"]
    answer = carla.get(address, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_empty_file_is_refused(browser):
    answer = upload(browser("carla"), data=b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "input.empty")


def test_an_archive_around_a_pdf_is_refused_whatever_it_is_called(browser):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bogen.pdf", PDF)
    for name in ("zip.zip", "tabelle.xlsx", "bogen.pdf"):
        answer = upload(browser("anna"), name, whole.getvalue())
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, "input.unsupported")
        assert told["error"]


def test_of_several_files_it_is_told_what_became_of_each(browser):
    files = [("files", ("a.pdf", PDF)), ("files", ("b.pdf", b"")), ("files", ("c.pdf", PDF))]
    for user in ("carla", "anna"):
        answer = browser(user).post("/api/v1/documents", files=files)
        assert answer.status_code == 201
        first, empty, again = answer.json()
        assert (first["ok"], empty["ok"], again["ok"]) == (True, False, True)
        assert (empty["id"], empty["problem"]["code"]) == (None, "input.empty")
        assert again["id"] == first["id"]


def test_files_of_which_none_is_taken_are_an_error_that_tells_of_each(browser):
    files = [("files", ("a.pdf", b"")), ("files", ("b.pdf", b""))]
    answer = browser("carla").post("/api/v1/documents", files=files)
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["problems"]] == ["files.0", "files.1"]
