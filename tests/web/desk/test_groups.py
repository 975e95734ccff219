"""Many answers of one kind on one screen: the wrong ones are marked, the rest is confirmed."""

import io
import re

import pytest
from PIL import Image

from formservice.application.desk import LOOK, Choice, Decision, Draft, doubtful
from formservice.application.desk_groups import Group
from formservice.application.ports_store import Author
from formservice.domain.case import Role, State
from tests.web.desk.conftest import SCAN
from tests.web.desk.marks import doubted, marks_of

pytestmark = [pytest.mark.slow, pytest.mark.engine]
ELIF = Author("elif", Role.BACK_OFFICE)
LATE = "feedbackbogen@2023-09-22/dang-und-girts-scan"
OWN_WORDS = "feedbackbogen@2023-09-22/ostern-verspaetet-scan"


def _ids(house, document, keys):
    """Return how a program would name answers of the newest version."""
    version = house.desk.seen(ELIF, document).kept.version
    return [f"{document}:{version}:{key}" for key in keys]


def _own_words(house, document):
    asked = house.deciding.review(ELIF, document).asked
    return [one.key for one in asked if one.o_ton]


def test_what_is_not_marked_as_wrong_is_confirmed_at_once(keep, browser, house):
    documents = [keep(SCAN)[0], keep(LATE)[0]]
    marks = {one: marks_of(house, one) for one in documents}
    for one in documents:
        doubted(house, one, marks[one])
    elif_ = browser("elif")
    page = elif_.get("/nachbearbeitung/gruppen/an").text
    shown = re.findall(r'name="gezeigt" value="([^"]+)"', page)
    assert len(shown) == sum(map(len, marks.values()))
    for one in documents:
        assert "contents" in [look.what for look in house.reads.of(one, ELIF)]
    wrong = shown[0]
    done = elif_.post(
        "/nachbearbeitung/gruppen/an/bestaetigen", data={"gezeigt": shown, "falsch": [wrong]}
    )
    document, _, key = wrong.rsplit(":", 2)
    assert done.headers["location"] == f"/nachbearbeitung/{document}?feld={key}"
    for one in documents:
        left = doubtful(house.desk.seen(ELIF, one).reading)
        assert [k for k in marks[one] if k in left] == ([key] if one == document else [])
    assert house.verify().broken is None


def confirmed(keep, browser, house):
    """Let Elif confirm all that is ticked in a scan; return it, her browser and what was shown."""
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    elif_ = browser("elif")
    shown = [one.id for one in house.groups.shown(ELIF, Group.ON, Choice())]
    elif_.post("/nachbearbeitung/gruppen/an/bestaetigen", data={"gezeigt": shown})
    return document, elif_, shown


def test_a_confirmed_group_can_be_taken_back(keep, browser, house):
    _, elif_, shown = confirmed(keep, browser, house)
    assert not house.groups.shown(ELIF, Group.ON, Choice())
    elif_.post("/nachbearbeitung/gruppen/an/zurueck")
    assert len(house.groups.shown(ELIF, Group.ON, Choice())) == len(shown)


def test_what_was_changed_after_a_group_stays_when_the_group_is_taken_back(keep, browser, house):
    document, elif_, _ = confirmed(keep, browser, house)
    with house.store.work() as work:
        kept, reading = work.documents.get(document), work.documents.newest(document).reading
        later = work.documents.save(
            document, kept.version, reading, Author("dirk", Role.IFK), "berichtigt"
        )
    # Refused is not done: whoever asks again is not told that it was.
    for _ in range(2):
        assert elif_.post("/nachbearbeitung/gruppen/an/zurueck").status_code == 409
    assert elif_.post("/api/v1/desk/groups/undo").status_code == 409
    with house.store.look() as work:
        assert work.documents.get(document).version == later


def test_a_group_of_which_somebody_looks_a_document_through_is_taken_back_later(
    keep, browser, house
):
    document, elif_, shown = confirmed(keep, browser, house)
    carla = Author("carla", Role.IFK)
    house.deciding.hold(carla, document)
    refused = elif_.post("/nachbearbeitung/gruppen/an/zurueck")
    told = elif_.post("/api/v1/desk/groups/undo")
    assert (refused.status_code, told.status_code) == (409, 409)
    assert told.json()["code"] == "desk.taken"
    for said in (refused.text, told.json()["hint"]):
        assert "abwarten, bis der Vorgang wieder frei" in said
        assert "trotzdem" not in said  # there is no such way here
    again = re.findall(r'<form method="post" action="([^"]*/gruppen/an/zurueck)"', refused.text)
    house.desk.release(carla, document)
    assert elif_.post(again[0]).status_code == 303
    assert len(house.groups.shown(ELIF, Group.ON, Choice())) == len(shown)


def test_a_group_that_a_colleague_confirms_in_vain_is_taken_back_at_once(keep, browser, house):
    document, elif_, shown = confirmed(keep, browser, house)
    late = browser("frank")
    late.post("/nachbearbeitung/gruppen/an/bestaetigen", data={"gezeigt": shown})
    assert "Bestätigt: 0." in late.get("/nachbearbeitung/gruppen/an").text
    assert house.desk.besides(ELIF, document) is None
    assert elif_.post("/nachbearbeitung/gruppen/an/zurueck").status_code == 303
    assert len(house.groups.shown(ELIF, Group.ON, Choice())) == len(shown)


def test_who_has_nothing_to_take_back_is_told_so(keep, browser, house):
    _, elif_, _ = confirmed(keep, browser, house)
    told = []
    for _ in range(2):
        elif_.post("/nachbearbeitung/gruppen/an/zurueck")
        told.append(elif_.get("/nachbearbeitung/gruppen/an").text)
    undone, nothing = "Alles ist wieder wie vorher.", "Es gibt nichts rückgängig zu machen."
    assert [(undone in one, nothing in one) for one in told] == [(True, False), (False, True)]


@pytest.mark.parametrize("why", ["gone on", "not there"])
def test_a_document_that_is_gone_keeps_no_other_from_being_confirmed(keep, browser, house, why):
    here, gone = keep(SCAN)[0], keep(LATE)[0]
    doubted(house, here, marks_of(house, here))
    given = _ids(house, here, marks_of(house, here))
    if why == "gone on":
        doubted(house, gone, marks_of(house, gone))
        lost = _ids(house, gone, marks_of(house, gone))
        house.deciding.hold(ELIF, gone)
        house.desk.release(ELIF, gone)
        with house.store.work() as work:
            work.documents.move(gone, State.RETURNED, Author("dirk", Role.IFK), "Bitte neu.")
    else:
        lost = ["nobodys:1:name"]
    done = house.groups.confirm(ELIF, [*given, *lost], [])
    assert (done.count, done.passed) == (len(given), len(lost))
    assert house.groups.store.last(ELIF) == {here: 2}
    assert browser("elif").post("/nachbearbeitung/gruppen/an/zurueck").status_code == 303
    assert house.groups.store.last(ELIF) == {}


def test_what_somebody_else_looks_through_stays_as_it_is(keep, browser, house):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    shown = [one.id for one in house.groups.shown(ELIF, Group.ON, Choice())]
    browser("carla").get(f"/nachbearbeitung/{document}")
    done = house.groups.confirm(ELIF, shown, [])
    assert (done.count, done.passed) == (0, len(shown))


@pytest.mark.parametrize("by", ["use case", "page"])
def test_own_words_are_not_confirmed_where_nobody_compared_them(keep, browser, house, by):
    (document,) = keep(OWN_WORDS)
    own, asked = _own_words(house, document), doubtful(house.desk.seen(ELIF, document).reading)
    assert own
    given = _ids(house, document, asked)
    if by == "use case":
        done = house.groups.confirm(ELIF, given, [])
        assert done.count == len(asked) - done.passed
        assert done.passed >= len(own)
    else:
        browser("elif").post("/nachbearbeitung/gruppen/an/bestaetigen", data={"gezeigt": given})
    fields = house.desk.seen(ELIF, document).reading["fields"]
    assert not [key for key in own if fields[key].get("confirmed") or fields[key]["accepted"]]
    assert _own_words(house, document) == own
    assert document in [one.document for one in house.desk.waiting(ELIF, Choice(), 10)]


def test_of_own_words_alone_nothing_is_confirmed_and_nothing_looked_through(keep, house):
    (document,) = keep(OWN_WORDS)
    before = house.desk.seen(ELIF, document)
    given = _ids(house, document, _own_words(house, document))
    done = house.groups.confirm(ELIF, given, [])
    assert (done.count, done.passed, done.wrong) == (0, len(given), [])
    assert house.desk.seen(ELIF, document) == before
    assert house.groups.store.last(ELIF) == {}
    assert house.desk.hold(Author("carla", Role.IFK), document, 1.0) is None


def test_what_a_group_never_shows_is_not_confirmed(keep, house):
    (document,) = keep(SCAN)
    (mark, *marks) = marks_of(house, document)
    doubted(house, document, [mark])
    reading = house.desk.seen(ELIF, document).reading
    sure = [key for key in reading["fields"] if key not in doubtful(reading)]
    assert set(marks) <= set(sure)
    given = _ids(house, document, [mark, *sure, "krumm"])
    done = house.groups.confirm(ELIF, given, [])
    assert (done.count, done.passed) == (1, len(sure) + 1)
    after = house.desk.seen(ELIF, document).reading["fields"]
    assert [key for key, one in after.items() if one.get("confirmed")] == [mark]


@pytest.mark.parametrize("by", ["page", "API"])
def test_what_the_form_does_not_have_is_not_marked_as_wrong(keep, browser, house, by):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    (right, wrong) = _ids(house, document, [marks_of(house, document)[0], "krumm"])
    before, elif_ = house.desk.seen(ELIF, document), browser("elif")
    if by == "page":
        sent = {"gezeigt": [right, wrong], "falsch": [wrong]}
        answer = elif_.post("/nachbearbeitung/gruppen/an/bestaetigen", data=sent)
        assert "Diese Angabe hat der Vorgang nicht." in answer.text
    else:
        sent = {"shown": [right, wrong], "wrong": [wrong]}
        answer = elif_.post("/api/v1/desk/groups/confirmation", json=sent)
        assert answer.json()["code"] == "usage"
    assert answer.status_code == 400
    assert house.desk.seen(ELIF, document) == before
    assert house.desk.draft(ELIF, document).decisions == {}


def test_a_field_that_is_gone_with_its_form_keeps_nothing_else_from_being_confirmed(keep, house):
    here, other = keep(SCAN)[0], keep(LATE)[0]
    doubted(house, here, marks_of(house, here))
    given = _ids(house, here, marks_of(house, here))
    version = house.desk.seen(ELIF, other).kept.version
    gone = f"{other}:{version + 1}:krumm"
    done = house.groups.confirm(ELIF, [*given, gone], [gone])
    assert (done.count, done.wrong, done.passed) == (len(given), [], 1)
    assert house.desk.draft(ELIF, other).decisions == {}


def test_an_answer_of_an_older_version_is_not_confirmed(keep, house):
    (document,) = keep(SCAN)
    marks = marks_of(house, document)
    given = _ids(house, document, marks)
    doubted(house, document, marks)
    done = house.groups.confirm(ELIF, given, [])
    assert (done.count, done.passed) == (0, len(marks))


def test_what_is_to_be_looked_at_by_itself_stays_when_a_group_confirms_the_rest(keep, house):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    seen = house.desk.seen(ELIF, document)
    asked = doubtful(seen.reading)
    sure = next(key for key in seen.reading["fields"] if key not in asked)
    looked = Draft(seen.kept.version, {sure: Decision(LOOK)})
    house.desk.keep_draft(ELIF, document, lambda _: looked)
    done = house.groups.confirm(ELIF, _ids(house, document, asked), [])
    assert done.count == len(asked)
    assert house.desk.draft(ELIF, document) == looked
    assert [one.key for one in house.deciding.review(ELIF, document).open] == [sure]


def test_the_same_short_text_in_several_documents_is_a_group(keep, browser, house):
    documents = [keep(SCAN)[0], keep(LATE)[0]]
    assert house.groups.shown(ELIF, Group.SAME, Choice()) is not None
    assert browser("elif").get("/nachbearbeitung/gruppen/gleich").status_code == 200
    assert browser("elif").get("/nachbearbeitung/gruppen/aus").status_code == 200
    assert browser("elif").get("/nachbearbeitung/gruppen/krumm").status_code == 404
    assert len(documents) == 2


def test_of_a_choice_the_ticked_box_alone_is_shown(keep, browser, house):
    (document,) = keep(SCAN)
    doubted(house, document, marks_of(house, document))
    elif_ = browser("elif")
    page = elif_.get("/nachbearbeitung/gruppen/an").text
    (address,) = re.findall(r'src="([^"]*/anlass\.png[^"]*)"', page)
    box, whole = (
        Image.open(io.BytesIO(elif_.get(one).content)).size
        for one in (address.replace("&amp;", "&"), address.partition("?")[0])
    )
    assert box[1] < whole[1] / 2
