"""Strangers cannot fill the memory: not with what they send, and not with what they call it."""

import pytest

from formservice.web.body_limit import MOST_WITHOUT_FILES

PLAIN = {"content-type": "application/x-www-form-urlencoded"}
PUBLIC = [
    "/anmelden",
    "/anmelden/dienstkonto/abmelden",
    "/einladung/gibt-es-nicht",
    "/darstellung",
]


def file_of(size):
    """A file as browsers send it."""
    return {"dateien": ("a.pdf", b"%PDF-" + b"x" * size, "application/pdf")}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_stranger_sends_no_more_than_a_page_holds(browser, address):
    large = b"login=" + b"x" * MOST_WITHOUT_FILES
    answer = browser().post(address, content=large, headers=PLAIN)
    assert answer.status_code == 413
    assert "Das ist zu groß." in answer.text


@pytest.mark.parametrize("address", PUBLIC)
def test_a_stranger_sends_no_more_by_sending_files(browser, address):
    answer = browser().post(address, files=file_of(MOST_WITHOUT_FILES))
    assert answer.status_code == 413


def test_what_says_nothing_of_its_length_is_counted(browser):
    def pieces():
        yield b"login="
        for _ in range(MOST_WITHOUT_FILES // 65536 + 1):
            yield b"x" * 65536

    answer = browser().post("/anmelden", content=pieces(), headers=PLAIN)
    assert answer.status_code == 413


@pytest.mark.parametrize("files", [True, False])
def test_pages_that_are_read_before_anybody_is_asked_take_no_more_either(browser, files):
    large = b"worte=" + b"x" * MOST_WITHOUT_FILES
    sent = {"files": file_of(MOST_WITHOUT_FILES)} if files else {"content": large}
    answer = browser().post("/suche", **sent, headers={} if files else PLAIN)
    assert answer.status_code == 413


def test_programs_send_that_much_in_files_only(browser):
    large = b'{"query": "' + b"x" * MOST_WITHOUT_FILES + b'"}'
    headers = {"content-type": "application/json", "accept": "application/json"}
    answer = browser("carla").post("/api/v1/documents/search", content=large, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["code"] == "input.too-large"


@pytest.mark.parametrize("address", ["/hochladen", "/api/v1/documents"])
def test_who_is_signed_in_uploads_larger_files(browser, address):
    answer = browser("anna").post(address, files=file_of(MOST_WITHOUT_FILES))
    assert answer.status_code != 413


def test_long_words_of_a_person_fit(browser):
    words = "ä" * 300_000
    answer = browser("anna").post("/anmelden", data={"login": "anna", "weiter": words})
    assert answer.status_code != 413


def test_invented_methods_are_counted_as_one(browser):
    stranger = browser()
    for name in ("ERFUNDEN", "GET2", "get"):
        stranger.request(name, "/gesund")
    stranger.get("/gesund")
    figures = stranger.app.state.metrics
    seen = {
        sample.labels["method"]
        for family in (*figures.requests.collect(), *figures.seconds.collect())
        for sample in family.samples
    }
    assert seen == {"GET", "OTHER"}
