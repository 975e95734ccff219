"""The queue of the desk, on both databases."""

from datetime import date

import pytest
from sqlalchemy import insert, update

from formservice.adapters.store import schema
from formservice.adapters.store.desk import StoredDesk
from formservice.adapters.store.today import StoredToday
from formservice.application.desk import (
    DOCUMENT_CODES,
    FIELD_CODES,
    Choice,
    Decision,
    Draft,
    doubtful,
)
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.domain.case import Role, State
from formservice.domain.errors import NotFoundError

ELIF, CARLA = Author("elif", Role.BACK_OFFICE), Author("carla", Role.IFK)
BORIS = Author("boris", Role.TRAEGER)
DAY = date(2026, 11, 20)


def _reading(sha256, *, doubts=("name",), form="feedbackbogen"):
    return {
        "format": 1,
        "file": "scan.tif",
        "sha256": sha256,
        "medium": "scan",
        "page_numbers": [1],
        "form": {"id": form, "edition": "2026-11"} if form else None,
        "reference": None,
        "fields": {
            key: {"reading": "read", "value": "x", "accepted": key not in doubts, "doubts": []}
            for key in ("name", "vorname")
        },
        "findings": [
            {"code": "field.doubtful", "severity": "asks", "field": key, "message": "?"}
            for key in doubts
        ],
    }


@pytest.fixture
def people(store):
    with store.work() as work:
        work.connection.execute(insert(schema.traeger).values(id="t1", name="T"))
        for one in (ELIF, CARLA, BORIS):
            row = {"id": one.id, "name": one.id, "role": str(one.role), "active": True}
            work.connection.execute(insert(schema.users).values(**row))


@pytest.fixture
def keep(store, people):
    """Return what keeps a document that was read."""

    def kept(name, day=DAY, **how):
        sha256 = name.encode().hex().ljust(64, "0")
        with store.work() as work:
            arrival = Arrival(name, sha256, 1, "scan.tif", "batch", day)
            work.documents.receive(arrival, SERVICE, is_read=True)
            found = [Found([PageOf(sha256, 1)], _reading(sha256, **how))]
            work.documents.found(name, found, SERVICE)
        return name

    return kept


@pytest.fixture
def desk(store):
    return StoredDesk(store)


def test_the_oldest_comes_first_and_what_is_sure_never(desk, keep):
    keep("new", date(2026, 11, 22))
    keep("old", date(2026, 11, 18))
    keep("sure", date(2026, 11, 1), doubts=())
    assert [one.document for one in desk.waiting(ELIF, Choice(), 10)] == ["old", "new"]
    assert desk.queued(ELIF, Choice()).oldest == date(2026, 11, 18)


def test_what_nobody_could_identify_waits_as_well(desk, keep, store):
    keep("unknown", doubts=(), form=None)
    with store.work() as work:
        row = {"document": "unknown", "position": 9, "code": "form.unidentified"}
        work.connection.execute(insert(schema.findings).values(**row, severity="blocks"))
    assert [one.document for one in desk.waiting(ELIF, Choice(""), 10)] == ["unknown"]


def test_two_people_never_get_the_same_and_get_all(desk, keep):
    for name in "abcd":
        keep(name)
    first = [desk.take(ELIF, Choice(), None, 60.0)]
    second = [desk.take(CARLA, Choice(), None, 60.0)]
    first.append(desk.take(ELIF, Choice(), first[-1], 60.0))
    second.append(desk.take(CARLA, Choice(), second[-1], 60.0))
    assert sorted(first + second) == ["a", "b", "c", "d"]


def test_what_would_be_next_is_told_and_nobody_has_it_for_that(desk, keep):
    for name in "abc":
        keep(name)
    assert desk.following(ELIF, Choice(), None) == "a"
    assert desk.take(CARLA, Choice(), None, 60.0) == "a"
    assert [desk.following(ELIF, Choice(), one) for one in (None, "b", "c")] == ["b", "c", "b"]
    assert desk.take(CARLA, Choice(), "a", 60.0) == "b"
    assert desk.following(ELIF, Choice(), "c") is None


def test_what_somebody_left_is_taken_over_after_a_while(desk, keep, store):
    keep("a")
    assert desk.take(ELIF, Choice(), None, 60.0) == "a"
    assert desk.take(CARLA, Choice(), None, 60.0) is None
    assert desk.hold(CARLA, "a", 60.0) == "elif"
    with store.work() as work:
        work.connection.execute(update(schema.web.desk).values(until=1.0))
    assert desk.take(CARLA, Choice(), None, 60.0) == "a"


def test_at_its_end_the_queue_goes_on_from_the_beginning(desk, keep):
    keep("a")
    keep("b")
    assert desk.take(ELIF, Choice(), "b", 60.0) == "a"
    assert desk.take(ELIF, Choice(), "a", 60.0) == "b"


def test_what_was_looked_through_comes_back_only_as_a_new_version(desk, keep, store):
    keep("a")
    desk.finish(ELIF, "a", lambda work: work.documents.get("a").version)
    assert desk.take(ELIF, Choice(), None, 60.0) is None
    with store.work() as work:
        reading = work.documents.newest("a").reading
        work.documents.save("a", 1, reading, SERVICE)
    assert desk.take(ELIF, Choice(), None, 60.0) == "a"


def test_a_traeger_sees_no_queue_of_the_office(desk, keep):
    keep("a")
    assert desk.waiting(BORIS, Choice(), 10) == []
    with pytest.raises(NotFoundError):
        desk.hold(BORIS, "a", 60.0)
    with pytest.raises(NotFoundError):
        desk.seen(BORIS, "a")


def test_a_choice_narrows_the_queue_to_a_form_or_a_batch(desk, keep, store):
    keep("a")
    keep("b", form="erwartungsbogen")
    with store.work() as work:
        work.connection.execute(
            insert(schema.web.batches).values(id="s1", user="elif", created_at=1.0)
        )
        work.connection.execute(
            insert(schema.web.batch_files).values(batch="s1", document="a", known=False)
        )
    named = [one.document for one in desk.waiting(ELIF, Choice("erwartungsbogen"), 10)]
    assert named == ["b"]
    assert [one.document for one in desk.waiting(ELIF, Choice(batch="s1"), 10)] == ["a"]


def test_a_draft_keeps_the_order_of_decisions_and_is_its_writers_own(desk, keep):
    keep("a")
    draft = Draft(1, {"vorname": Decision("value", "Özge"), "name": Decision("blank")})
    desk.keep_draft(ELIF, "a", lambda _: draft)
    assert desk.draft(ELIF, "a") == draft
    assert list(desk.draft(ELIF, "a").decisions) == ["vorname", "name"]
    assert desk.draft(CARLA, "a").decisions == {}
    assert desk.keep_draft(ELIF, "a", lambda _: Draft(1, {})) == draft
    assert desk.draft(ELIF, "a").decisions == {}


def test_only_what_is_in_doubt_and_not_decided_is_asked_for():
    reading = _reading("0" * 64, doubts=("name", "vorname"))
    reading["fields"]["vorname"]["confirmed"] = True
    assert doubtful(reading) == ["name"]


def test_what_is_decided_by_the_office_waits_no_more(desk, keep, store):
    keep("a")
    with store.work() as work:
        done = update(schema.documents).values(state=str(State.ACCEPTED))
        work.connection.execute(done)
    assert desk.queued(ELIF, Choice()).count == 0


@pytest.fixture
def tiles(store, desk):
    """Return how much the start page says to wait at the desk, and how much the desk has."""

    def counted():
        told = StoredToday(store).counts(ELIF)
        return told.doubtful + told.unidentified, desk.queued(ELIF, Choice()).count

    return counted


def _find(store, document, code, state=None):
    with store.work() as work:
        row = {"document": document, "position": 9, "code": code, "severity": "asks"}
        work.connection.execute(insert(schema.findings).values(**row))
        if state is not None:
            own = schema.documents.c.id == document
            work.connection.execute(update(schema.documents).where(own).values(state=state))


def test_the_start_page_counts_what_waits_at_the_desk(keep, store, tiles):
    assert tiles() == (0, 0)
    keep("a")
    keep("sure", doubts=())
    assert tiles() == (1, 1)
    for code in sorted(FIELD_CODES | DOCUMENT_CODES):
        keep(code, doubts=())
        _find(store, code, code)
    waiting = 1 + len(FIELD_CODES | DOCUMENT_CODES)
    assert tiles() == (waiting, waiting)


def test_what_was_looked_through_is_not_counted_on_the_start_page_either(desk, keep, store, tiles):
    keep("a")
    keep("unknown", doubts=(), form=None)
    _find(store, "unknown", "form.unidentified", State.UNIDENTIFIED)
    assert tiles() == (2, 2)
    for name in ("a", "unknown"):
        desk.finish(ELIF, name, lambda work, name=name: work.documents.get(name).version)
    assert tiles() == (0, 0)


def test_the_start_page_counts_no_file_that_has_no_record_to_look_at(keep, store, tiles):
    keep("unread", doubts=(), form=None)
    _find(store, "unread", "page.unreadable", State.UNIDENTIFIED)
    with store.work() as work:
        work.connection.execute(update(schema.documents).values(version=0))
    assert tiles() == (0, 0)
