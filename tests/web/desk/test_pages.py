"""Another form with one key, pages moved between documents; everything can be taken back."""

import html
import re

import pytest

from formservice.application.desk_shelf import loose_pages
from formservice.application.ports_store import Author
from formservice.domain.case import Role, State
from tests.web.desk.conftest import SCAN

pytestmark = [pytest.mark.slow, pytest.mark.engine]
ELIF = Author("elif", Role.BACK_OFFICE)


def _now(house, document):
    with house.store.look() as work:
        kept = work.documents.get(document)
        return kept, list(work.documents.pages(document)), work.documents.newest(document).reading


def _move(browser, document, target, *pages):
    """Move pages from the page as it is now, with all that it carries."""
    place = f"/nachbearbeitung/{document}/seiten"
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', browser.get(place).text)
    return browser.post(place, data={"seite": list(pages), "ziel": target, "seen": seen})


def _undo(browser, location):
    """Press „Rückgängig machen“ on the page that follows."""
    page = browser.get(location).text
    form = re.search(r'<form method="post" action="([^"]*zurueck)">(.*?)</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]))
    return browser.post(form[1], data={k: html.unescape(v) for k, v in fields.items()})


def test_a_wrong_edition_is_read_again_as_the_right_one_and_back(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    before, pages, first = _now(house, document)
    done = elif_.post(
        f"/nachbearbeitung/{document}/formular", data={"formular": "feedbackbogen/2023-09-22"}
    )
    assert done.status_code == 303, done.text
    kept, after, reading = _now(house, document)
    assert (kept.form, kept.edition) == ("feedbackbogen", "2023-09-22")
    assert after == pages
    assert kept.version == before.version + 1
    assert "form.other" in [one["code"] for one in reading["findings"]]
    _undo(elif_, done.headers["location"])
    kept, _, reading = _now(house, document)
    assert kept.edition == "2026-11"
    assert reading["fields"] == first["fields"]
    assert house.verify().broken is None


def test_a_change_of_edition_is_told_by_names_and_not_by_ids(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    done = elif_.post(
        f"/nachbearbeitung/{document}/formular", data={"formular": "feedbackbogen/2023-09-22"}
    )
    told = html.unescape(elif_.get(done.headers["location"]).text)
    assert "Neu gelesen als „Feedbackbogen (2023-09-22)“." in told
    assert "Gewählt ist „Feedbackbogen (2023-09-22)“" in told
    assert "dem Formular „Feedbackbogen (2026-11)“ gleich" in told
    assert "„feedbackbogen/" not in told


def test_a_page_is_split_off_and_the_two_are_joined_again(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    _, pages, first = _now(house, document)
    _move(elif_, document, "neu", f"{document}:2")
    family = house.arrange.family(ELIF, document)
    assert [len(one.pages) for one in family.members] == [1, 1]
    other = next(one.kept.id for one in family.members if one.kept.id != document)
    joined = _move(elif_, document, document, f"{other}:1")
    assert joined.status_code == 303, joined.text
    _, after, reading = _now(house, document)
    assert after == pages
    assert reading["fields"] == first["fields"]
    assert _now(house, other)[0].state is State.JOINED
    assert house.verify().broken is None
    _undo(elif_, joined.headers["location"])
    assert [len(_now(house, one)[1]) for one in (document, other)] == [1, 1]
    assert house.verify().broken is None


def test_who_moves_the_only_page_out_goes_on_where_it_is_now(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    _move(elif_, document, "beiseite", f"{document}:2")
    done = _move(elif_, document, "neu", f"{document}:1")
    other = done.headers["location"].rpartition("/")[2]
    assert other != document
    assert len(_now(house, other)[1]) == 1
    _undo(elif_, done.headers["location"])
    assert len(_now(house, document)[1]) == 1
    assert _now(house, other)[1] == []


@pytest.mark.parametrize("target", ["neu", "beiseite"])
def test_a_document_without_pages_says_so_and_asks_for_nothing(keep, browser, target):
    (document,) = keep(SCAN)
    elif_, here = browser("elif"), f"/nachbearbeitung/{document}"
    _move(elif_, document, target, f"{document}:1", f"{document}:2")
    told = elif_.get(here)
    assert told.status_code == 200
    assert "Dieser Vorgang hat keine Seiten mehr." in told.text
    assert "Seite 1 von 0" not in told.text
    assert "seiten/1.png" not in told.text
    assert "desk.js" not in told.text  # it would draw and keep what is not there
    for button in ("fertig", "formular", "kein-formular"):
        assert f'action="{here}/{button}"' not in told.text


def test_a_page_put_aside_is_shown_as_such_and_comes_back(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    _move(elif_, document, "beiseite", f"{document}:2")
    assert len(_now(house, document)[1]) == 1
    assert elif_.get(f"/nachbearbeitung/{document}/beiseite/1.png").status_code == 200
    assert "picture" in [one.what for one in house.reads.of(document, ELIF)]
    assert house.verify().broken is None
    _move(elif_, document, document, "beiseite:1")
    assert len(_now(house, document)[1]) == 2
    assert elif_.get(f"/nachbearbeitung/{document}/beiseite/1.png").status_code == 404
    assert house.verify().broken is None


def test_a_page_put_aside_by_mistake_is_aside_no_longer_once_that_is_undone(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    _, pages, _ = _now(house, document)
    before = len(loose_pages(house.arrange.family(ELIF, document).aside))

    def counted():
        aside = loose_pages(house.arrange.family(ELIF, document).aside)
        return len(_now(house, document)[1]), len(aside)

    done = _move(elif_, document, "beiseite", f"{document}:2")
    assert counted() == (len(pages) - 1, before + 1)
    _undo(elif_, done.headers["location"])
    assert counted() == (len(pages), before)
    _move(elif_, document, "beiseite", f"{document}:2")
    taken = _move(elif_, document, document, f"beiseite:{before + 1}")
    assert counted() == (len(pages), before)
    _undo(elif_, taken.headers["location"])
    assert counted() == (len(pages) - 1, before + 1)
    assert house.verify().broken is None


def test_pages_of_two_files_become_one_document(keep, browser, house):
    (document,) = keep(SCAN)
    (other,) = keep("feedbackbogen@2023-09-22/zzz-tester-scan")
    answer = _move(browser("elif"), document, other, f"{document}:2")
    assert answer.status_code == 303, answer.text
    _, pages, reading = _now(house, other)
    assert len({one.original for one in pages}) == 2
    assert len(reading["pages"]) == len(pages)
    assert browser("elif").get(f"/vorgaenge/{other}/seiten/{len(pages)}.png").status_code == 200
    assert house.verify().broken is None


def test_pages_of_what_a_colleague_looks_through_move_and_come_back_only_knowingly(
    keep, browser, house
):
    (document,) = keep(SCAN)
    elif_, place = browser("elif"), f"/nachbearbeitung/{document}/seiten"
    browser("carla").get(f"/nachbearbeitung/{document}")
    refused = _move(elif_, document, "beiseite", f"{document}:2")
    assert refused.status_code == 409
    assert "sieht gerade jemand anders durch" in refused.text
    assert "Trotzdem umziehen" in refused.text
    assert f'value="{document}:2" checked' in refused.text
    assert '<option value="beiseite" selected' in refused.text
    assert len(_now(house, document)[1]) == 2
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', refused.text)
    sent = {"seite": f"{document}:2", "ziel": "beiseite", "seen": seen, "trotzdem": "1"}
    moved = elif_.post(place, data=sent)
    assert moved.status_code == 303, moved.text
    told = {"vorher": f"{document}:1", "zu": document}
    refused = elif_.post("/nachbearbeitung/seiten/zurueck", data=told)
    assert refused.status_code == 409
    assert "Trotzdem rückgängig machen" in refused.text
    undone = elif_.post("/nachbearbeitung/seiten/zurueck", data=told | {"trotzdem": "1"})
    assert undone.status_code == 303, undone.text
    assert len(_now(house, document)[1]) == 2


def test_nothing_moves_without_a_page(keep, browser):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    refused = _move(elif_, document, "beiseite")
    assert refused.status_code == 400
    # What was chosen is still chosen, and the pages are there to tick.
    assert '<option value="beiseite" selected' in refused.text
    assert f'name="seite" value="{document}:1"' in refused.text
    assert "Trotzdem umziehen" not in refused.text
    assert 'role="alert" tabindex="-1" data-focus' in refused.text
    assert _move(elif_, document, "neu", f"{document}:9").status_code == 404


def test_from_a_page_that_is_no_longer_so_no_other_sheet_moves(keep, browser, house):
    (document,) = keep(SCAN)
    place = f"/nachbearbeitung/{document}/seiten"
    otto = browser("frank")
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', otto.get(place).text)
    _move(browser("elif"), document, "neu", f"{document}:1")
    _, pages, _ = _now(house, document)
    late = {"seite": f"{document}:1", "ziel": "beiseite", "seen": seen}
    answer = otto.post(place, data=late)
    assert answer.status_code == 409
    assert "hat inzwischen jemand geändert" in answer.text
    assert "Bitte neu laden" in answer.text
    assert re.search(rf'<a [^>]*href="{place}"[^>]*>Seiten neu laden', answer.text)
    assert " checked" not in answer.text
    assert otto.post(place, data=late | {"seen": ""}).status_code == 409
    assert _now(house, document)[1] == pages


def test_two_people_do_not_order_the_same_pages(keep, browser, house):
    (document,) = keep(SCAN)
    piece = house.arrange
    seen = house.desk.seen(ELIF, document)
    piece.as_form(ELIF, document, "feedbackbogen", "2023-09-22")
    with pytest.raises(Exception, match="Inzwischen"):
        piece._arranged(ELIF, [piece._left(seen, seen.pages[:1])], None)


def _corrected(house, document, author):
    """Let somebody make a further version of a document."""
    with house.store.work() as work:
        kept, reading = work.documents.get(document), work.documents.newest(document).reading
        return work.documents.save(document, kept.version, reading, author, "berichtigt")


def test_what_a_colleague_did_since_is_not_undone_with_ones_own_step(keep, browser, house):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    done = elif_.post(
        f"/nachbearbeitung/{document}/formular", data={"formular": "feedbackbogen/2023-09-22"}
    )
    later = _corrected(house, document, Author("dirk", Role.IFK))
    assert _undo(elif_, done.headers["location"]).status_code == 409
    kept, _, _ = _now(house, document)
    assert (kept.version, kept.edition) == (later, "2023-09-22")


def test_nobody_takes_back_what_somebody_else_did(keep, browser, house):
    (document,) = keep(SCAN)
    version = _corrected(house, document, Author("dirk", Role.IFK))
    fields = {"vorher": f"{document}:{version - 1}", "zu": document}
    answer = browser("elif").post("/nachbearbeitung/seiten/zurueck", data=fields)
    assert answer.status_code == 400
    assert _now(house, document)[0].version == version


@pytest.mark.parametrize("version", [0, 1, 99, 10**30])
def test_a_version_that_nobody_made_is_not_there_to_go_back_to(keep, browser, house, version):
    (document,) = keep(SCAN)
    fields = {"vorher": f"{document}:{version}", "zu": document}
    answer = browser("elif").post("/nachbearbeitung/seiten/zurueck", data=fields)
    # What was read first was made by nobody: it is there, and no step of anybody.
    assert answer.status_code == (400 if version == 0 else 404)
    assert _now(house, document)[0].version == 1
