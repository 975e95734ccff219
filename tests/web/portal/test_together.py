"""A file with several forms is handed in with one click, and each form has its receipt."""

import io
import re

import pikepdf
import pytest

from formservice.domain.case import State
from tests.web.portal.sent import document_of, fields_of, handed_in, sample, uploaded


@pytest.fixture
def anna(browser):
    return browser("anna")


@pytest.fixture
def several(anna, house) -> tuple[str, list[str]]:
    """A file of Anna's with two forms: its id, and those of the forms."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for name in ("regulaer-flat", "abbruch-flat"):
            with pikepdf.open(io.BytesIO(sample(name))) as one:
                pdf.pages.extend(one.pages)
        pdf.save(out)
    document = document_of(uploaded(anna, out.getvalue()))
    with house.store.look() as work:
        return document, [one.id for one in work.documents.parts(document)]


def states(house, parts: list[str]) -> set[State]:
    with house.store.look() as work:
        return {work.documents.get(one).state for one in parts}


def shown(page: str) -> list[str]:
    """Return what a summary would hand in."""
    return re.findall(r'name="fassung" value="([^"]+)"', page)


def test_one_page_shows_all_forms_before_they_are_handed_in(anna, several):
    document, parts = several
    assert f"/einreichen/{document}/alle" in anna.get(f"/einreichen/{document}").text
    page = anna.get(f"/einreichen/{document}/alle").text
    assert [one.rpartition(":")[0] for one in shown(page)] == parts
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "§ 36a SGB I" in page


def test_one_click_hands_in_all_and_each_has_its_receipt(anna, house, several):
    document, parts = several
    address = f"/einreichen/{document}/alle"
    data = {"fassung": shown(anna.get(address).text), "bewusst": "1"}
    sent = anna.post(address, data=data)
    assert sent.status_code == 303, sent.text
    assert states(house, parts) == {State.IN_REVIEW}
    page = anna.get(sent.headers["location"]).text
    with house.store.look() as work:
        made = [work.submissions.of(one)[-1].id for one in parts]
    for one in made:
        assert page.count(f"/quittungen/{one}") == 2
        assert anna.get(f"/quittungen/{one}/pdf").status_code == 200
    # A second click is the same submission.
    assert anna.post(address, data=data).headers["location"] == sent.headers["location"]
    with house.store.look() as work:
        assert [len(work.submissions.of(one)) for one in parts] == [1, 1]
    assert house.verify().broken is None


def test_with_something_missing_only_knowingly_and_then_none_is_handed_in(anna, house, several):
    document, parts = several
    address = f"/einreichen/{document}/alle"
    refused = anna.post(address, data={"fassung": shown(anna.get(address).text)})
    assert refused.status_code == 422
    assert "Bitte bestätigen Sie" in refused.text
    assert states(house, parts) == {State.PREPARING}


def test_what_changed_meanwhile_is_shown_once_more(anna, house, several):
    document, parts = several
    address = f"/einreichen/{document}/alle"
    before = shown(anna.get(address).text)
    fields = fields_of(anna.get(f"/einreichen/{parts[0]}").text) | {"feld.name": "Sonnenschein"}
    assert anna.post(f"/einreichen/{parts[0]}", data=fields).status_code == 303
    answer = anna.post(address, data={"fassung": before, "bewusst": "1"})
    assert answer.status_code == 409
    assert states(house, parts) == {State.PREPARING}


def test_what_another_window_typed_meanwhile_is_shown_once_more(anna, house, several):
    document, parts = several
    address = f"/einreichen/{document}/alle"
    before = shown(anna.get(address).text)
    page = fields_of(anna.get(f"/einreichen/{parts[0]}").text)
    typed = page | {"feld.name": "Sonnenschein", "entwurf": "immer"}
    assert anna.post(f"/einreichen/{parts[0]}/entwurf", data=typed).status_code == 200
    answer = anna.post(address, data={"fassung": before, "bewusst": "1"})
    assert answer.status_code == 409
    assert "Noch nicht eingereicht" in answer.text
    assert states(house, parts) == {State.PREPARING}
    again = anna.post(address, data={"fassung": shown(answer.text), "bewusst": "1"})
    assert again.status_code == 303


def test_only_what_is_still_open_is_handed_in_together(anna, several):
    document, (first, second) = several
    handed_in(anna, first)
    page = anna.get(f"/einreichen/{document}/alle").text
    assert [one.rpartition(":")[0] for one in shown(page)] == [second]
    assert (
        "1 Bogen dieser Datei ist noch nicht"
        in anna.get(f"/einreichen/{document}/quittungen").text
    )


def test_nobody_else_hands_them_in(browser, house, several):
    document, parts = several
    for path in ("alle", "quittungen"):
        assert browser("boris").get(f"/einreichen/{document}/{path}").status_code == 404
    assert browser("boris").post(f"/einreichen/{document}/alle").status_code == 404
    assert states(house, parts) == {State.PREPARING}
