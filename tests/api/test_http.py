"""The API keeps to HTTP: methods, kinds and sizes of bodies, limits, and one shape of errors."""

import pytest

from formservice.web.api.route import MOST_JSON
from formservice.web.rates import USUAL, Rates
from tests.api.test_documents import PDF, upload
from tests.api.tokens import token_of


def problem(answer, status, code):
    told = answer.json()
    assert (answer.status_code, told["ok"], told["code"]) == (status, False, code), answer.text
    assert {"ok", "code", "error", "hint"} <= set(told)
    assert told["error"]


def test_head_answers_as_get_does_without_a_body(browser):
    carla = browser("carla")
    answer = carla.head("/api/v1/me")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == carla.get("/api/v1/me").headers["content-type"]


def test_what_may_be_asked_is_told(browser):
    carla = browser("carla")
    answer = carla.options("/api/v1/documents")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, POST")
    answer = carla.put("/api/v1/documents")
    problem(answer, 405, "method")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_an_address_that_is_none_is_a_problem_and_no_page(browser):
    problem(browser("carla").get("/api/v1/nowhere"), 404, "not-found")
    problem(browser(None).post("/api/v1/nowhere/else"), 404, "not-found")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_kind_of_body_is_refused(browser, kind):
    headers = {"content-type": kind}
    answer = browser("carla").post("/api/v1/documents/search", content=b"{}", headers=headers)
    problem(answer, 415, "media-type")


def test_json_that_is_none_is_refused_and_not_repeated(browser):
    headers = {"content-type": "application/json"}
    answer = browser("carla").post(
        "/api/v1/documents/search", content=b'{"query": "Kanarienvogel', headers=headers
    )
    problem(answer, 422, "usage")
    assert "Kanarienvogel" not in answer.text


def test_a_key_that_nobody_knows_is_named(browser):
    answer = browser("carla").post("/api/v1/documents/search", json={"qery": "Kanarienvogel"})
    problem(answer, 422, "usage")
    assert "qery" in answer.json()["error"]
    assert "Kanarienvogel" not in answer.text


def test_too_long_a_body_is_refused_whatever_its_header_says(browser):
    carla = browser("carla")
    long = b" " * (MOST_JSON + 1)
    headers = {"content-type": "application/json"}
    address = "/api/v1/documents/search"
    problem(carla.post(address, content=long, headers=headers), 413, "input.too-large")

    def pieces():
        yield from [b" " * 65536] * (MOST_JSON // 65536 + 1)

    problem(carla.post(address, content=pieces(), headers=headers), 413, "input.too-large")


def test_who_asks_too_often_is_told_when_to_come_back(browser, app):
    app.state.rates = Rates({**USUAL, "api": "2 per minute"})
    carla = browser("carla")
    for _ in range(2):
        assert carla.get("/api/v1/me").status_code == 200
    answer = carla.get("/api/v1/me")
    problem(answer, 429, "too-many")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_all_programs_of_one_person_count_together(browser, house, app):
    app.state.rates = Rates({**USUAL, "api": "2 per minute"})
    stranger, carla = browser(None), browser("carla")
    secrets = [token_of(house, "carla") for _ in range(3)]
    heads = [{"authorization": f"Bearer {one}"} for one in secrets]
    told = [stranger.get("/api/v1/me", headers=one).status_code for one in heads]
    assert told == [200, 200, 429]
    assert carla.get("/api/v1/me").status_code == 200  # a browser counts by its session


def test_a_token_opens_the_api_and_no_page(browser, house):
    stranger = browser(None)
    headers = {"authorization": f"Bearer {token_of(house, 'carla')}"}
    assert stranger.get("/api/v1/me", headers=headers).json()["user"] == "carla"
    assert stranger.get("/", headers=headers).status_code == 303
    problem(stranger.get("/api/v1/me", headers={"authorization": "Bearer x"}), 401, "signed-out")


def test_a_token_makes_no_further_tokens(browser, house):
    headers = {"authorization": f"Bearer {token_of(house, 'carla')}"}
    answer = browser(None).post("/api/v1/tokens", json={"name": "x"}, headers=headers)
    problem(answer, 403, "forbidden")


def test_who_has_not_finished_signing_in_is_told_what_to_do(browser, house):
    token = house.tokens.made("anna", "api", "Test", 30).secret
    headers = {"authorization": f"Bearer {token}"}
    answer = browser(None).get("/api/v1/me", headers=headers)
    problem(answer, 403, "sign-in.unfinished")
    assert "Browser" in answer.json()["hint"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.pdf", "a\x00b.pdf", "x" * 500])
def test_a_name_is_only_a_name(browser, name):
    carla = browser("carla")
    document = upload(carla, name=name).json()[0]["id"]
    kept = carla.get(f"/api/v1/documents/{document}").json()["name"]
    assert len(kept) <= 120
    assert not set(kept) & set("/\\\x00")


def test_whoever_asks_in_another_language_is_answered_in_german(browser):
    answer = browser("carla").get("/api/v1/nowhere", headers={"accept-language": "fr"})
    assert "gibt es nicht" in answer.json()["error"]


def test_what_a_body_got_wrong_is_said_in_words_with_its_place(browser):
    carla, address = browser("carla"), "/api/v1/documents/search"
    kind = {"content-type": "application/json"}
    for body, said, where in (
        (b'{"query": "x", "limit": 0}', "„limit“ muss mindestens 1 sein", "limit"),
        (b'{"query": 7}', "„query“ muss ein Text sein", "query"),
        (b'{"query": "x",', "kein gültiges JSON (ab Zeichen", ""),
        (b"[]", "Der Inhalt fehlt oder ist nicht von der erwarteten Art", ""),
    ):
        answer = carla.post(address, content=body, headers=kind)
        assert answer.status_code == 422
        assert said in answer.json()["error"], answer.text
        assert [one["where"] for one in answer.json()["problems"]] == [where]
    answer = browser("elif").post("/api/v1/batches/x/retry", json={})
    assert "„document“ fehlt" in answer.json()["error"]
    answer = carla.post(address, content=b'{"query": "\xff"}', headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")
    assert "gültiges JSON in UTF-8" in answer.json()["hint"]


@pytest.mark.parametrize("address", ["batches", "desk/groups/undo"])
def test_where_nothing_needs_to_be_said_nothing_is_passed_over_unread(browser, address):
    elif_, address = browser("elif"), f"/api/v1/{address}"
    kind = {"content-type": "application/json"}
    for sent in (b"[]", b'"x"', b"7", b'{"name": "x"}'):
        answer = elif_.post(address, content=sent, headers=kind)
        assert answer.status_code == 422, sent
    text = elif_.post(address, content=b"x", headers={"content-type": "text/plain"})
    problem(text, 415, "media-type")
    assert elif_.get("/api/v1/batches").json() == []
    bare = elif_.build_request("POST", address)
    del bare.headers["content-length"]  # as curl -X POST asks
    form = {"content-type": "application/x-www-form-urlencoded"}  # as curl -d "" does
    for answer in (
        elif_.send(bare),
        elif_.post(address),
        elif_.post(address, json={}),
        elif_.post(address, content=b"null", headers=kind),
        elif_.post(address, headers=form),
    ):
        assert answer.status_code in (200, 201), answer.text
    in_pieces = elif_.post(address, content=iter([b"[", b"]"]))
    problem(in_pieces, 415, "media-type")


_UNREAD = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "address"),
    [("POST", "cases/nobodys/take"), ("POST", "documents/no/restore"), ("DELETE", "documents/no")],
)
def test_what_a_route_does_not_take_is_refused_and_not_passed_over(browser, method, address):
    user = browser("anna" if "documents" in address else "carla")
    address = f"/api/v1/{address}"
    for sent, where in (
        (b'{"knowingly": true}', "knowingly"),
        (b"[]", ""),
        (b'"x"', ""),
        (b"knowingly=true", ""),
        (b'{"knowingly": ', ""),
    ):
        answer = user.request(method, address, content=sent, headers=_UNREAD)
        problem(answer, 422, "usage")
        assert [one["where"] for one in answer.json()["problems"]] == [where], sent
    problem(user.request(method, address, content=b'"\xff"', headers=_UNREAD), 400, "usage")
    in_pieces = user.request(method, address, content=iter([b'{"x"', b": 1}"]))
    problem(in_pieces, 422, "usage")
    deep = user.request(method, address, content=b"[" * 200_000, headers=_UNREAD)
    assert deep.status_code in (400, 422)
    for nothing in (b"", b"{}", b" { } ", b"null"):
        answer = user.request(method, address, content=nothing, headers=_UNREAD)
        problem(answer, 404, "not-found")


def test_no_list_begins_anew_when_its_next_page_is_not_to_be_understood(browser):
    carla = browser("carla")
    for address in ("/api/v1/cases", "/api/v1/documents"):
        answer = carla.get(address, params={"after": "\xff"})
        assert (answer.status_code, answer.json()["code"]) == (400, "usage"), address


def test_programs_are_told_what_programs_can_do(browser):
    carla = browser("carla")
    for answer in (
        carla.put("/api/v1/documents"),
        carla.get("/api/v1/nothing"),
        browser().get("/api/v1/me"),
        browser("anna").get("/api/v1/cases"),
    ):
        assert answer.status_code in (401, 403, 404, 405)
        hint = answer.json()["hint"]
        assert hint, answer.text
        assert "vorigen Seite" not in hint


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/cases?whos=alle", "whos"),
        ("/api/v1/documents?stand=offen&limit=5", "stand"),
        ("/api/v1/deadlines.ics?fron=2026-01-01", "fron"),
        ("/api/v1/me?x", "x"),
        ("/api/v1/cases?limit=5&Limit=6", "Limit"),
    ],
)
def test_a_misspelt_name_in_an_address_is_no_list_of_everything(browser, address, name):
    answer = browser("carla").get(address)
    problem(answer, 422, "usage")
    assert [one["where"] for one in answer.json()["problems"]] == [name]
    assert "=" not in answer.json()["error"]


def test_a_change_with_a_name_in_its_address_that_nobody_knows_is_not_made(browser):
    carla = browser("carla")
    sent = {"person": {"name": "Muster", "vorname": "Mia"}}
    problem(carla.post("/api/v1/cases?knowingly=true", json=sent), 422, "usage")
    assert carla.get("/api/v1/cases").json()["items"] == []


@pytest.mark.parametrize("key", [None, "k1"])
def test_a_field_of_a_form_that_nobody_knows_is_refused_and_nothing_is_kept(browser, key):
    carla = browser("carla")
    answer = carla.post(
        "/api/v1/documents",
        files=[("files", ("Bogen.pdf", PDF))],
        data={"together": "false", "knowingly": "geheim"},
        headers={"idempotency-key": key} if key else {},
    )
    problem(answer, 422, "usage")
    assert [one["where"] for one in answer.json()["problems"]] == ["knowingly"]
    assert "geheim" not in answer.text
    assert carla.get("/api/v1/documents").json()["items"] == []


def test_what_is_sent_with_a_question_is_refused_and_not_passed_over(browser):
    carla = browser("carla")
    kind = {"content-type": "application/json"}
    answer = carla.request("GET", "/api/v1/cases", content=b'{"whose": "mine"}', headers=kind)
    problem(answer, 422, "usage")
    assert carla.request("GET", "/api/v1/cases", content=b"{}", headers=kind).status_code == 200
