"""Whoever puts the pages of one file in order at once, or from an old page, loses none of them."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.adapters.store.desk import StoredDesk
from formservice.adapters.store.desk_pages import StoredPages
from formservice.application.desk import Decision, Draft, TakenError
from formservice.application.desk_pages import Arrange
from formservice.application.desk_shelf import ASIDE, NEW, loose_pages
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.desk.test_queue import _reading

ELIF, OTTO = Author("elif", Role.BACK_OFFICE), Author("otto", Role.BACK_OFFICE)
FILE = "f" * 64


def _read(pages):
    reading = _reading(FILE, doubts=(), form=None)
    return reading | {"page_numbers": [one.page for one in pages]}


class Reader:
    """Reads pages at once, or not before so many read as well."""

    def __init__(self):
        self.together = threading.Barrier(1)

    def __call__(self, asked):
        self.together.wait(20.0)
        return _read(asked.pages)


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def desk(store, reader):
    """The desk, with a file of five pages: two documents of two, and one page that is in none."""
    with store.work() as work:
        for one in (ELIF, OTTO):
            row = {"id": one.id, "name": one.id, "role": str(one.role), "active": True}
            work.connection.execute(insert(schema.users).values(**row))
        arrival = Arrival("file", FILE, 1, "stapel.pdf", "batch", date(2026, 11, 20))
        work.documents.receive(arrival, SERVICE, is_read=True)
        pages = [PageOf(FILE, n) for n in range(1, 6)]
        found = [Found(one, _read(one)) for one in (pages[:2], pages[2:4])]
        work.documents.found("file", found, SERVICE, [_read(pages[4:])])
    forms: Any = {}  # never asked: no page says which form it is
    return Arrange(StoredPages(store), StoredDesk(store), reader, forms)


def ids(desk):
    """Return both documents, in their order in the file."""
    return [
        one.kept.id for one in sorted(_family(desk).members, key=lambda one: one.pages[0].page)
    ]


def _family(desk):
    return desk.family(SERVICE, "file")


def stands(desk):
    """Return which pages are in documents, and which in none."""
    family = _family(desk)
    inside = sorted(page.page for one in family.members for page in one.pages)
    return inside, sorted(page.page for page in loose_pages(family.aside))


def at_once(reader, *calls):
    """Do all of it at once: nobody writes before everybody reads. Return what was refused."""
    reader.together = threading.Barrier(len(calls))
    errors = []

    def one(call):
        try:
            call()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    reader.together = threading.Barrier(1)
    return errors


def test_of_two_who_put_pages_of_one_file_aside_at_once_one_is_told(desk, reader):
    (first, second), seen = ids(desk), _family(desk).seen
    errors = at_once(
        reader,
        lambda: desk.move(ELIF, first, [(first, 2)], ASIDE, seen),
        lambda: desk.move(OTTO, second, [(second, 2)], ASIDE, seen),
    )
    assert [type(one) for one in errors] == [ConflictError]
    assert errors[0].message == "Die Seiten dieser Datei hat inzwischen jemand anderes geordnet."
    assert errors[0].hint == "Bitte neu laden und noch einmal ordnen."
    inside, aside = stands(desk)
    assert sorted([*inside, *aside]) == [1, 2, 3, 4, 5]
    assert len(aside) == 2


def test_a_page_that_is_taken_from_the_shelf_twice_at_once_is_in_one_document(desk, reader):
    (first, _), seen = ids(desk), _family(desk).seen
    move = [lambda: desk.move(ELIF, first, [(ASIDE, 1)], NEW, seen)] * 2
    assert [type(one) for one in at_once(reader, *move)] == [ConflictError]
    assert stands(desk) == ([1, 2, 3, 4, 5], [])


def test_pages_of_what_somebody_looks_through_move_only_knowingly(desk, store):
    (first, second), seen, held = ids(desk), _family(desk).seen, StoredDesk(store)
    held.hold(OTTO, first, 60.0)
    held.keep_draft(OTTO, first, lambda _: Draft(1, {"name": Decision("blank")}))
    whole = [(first, 1), (first, 2)]
    for picked, target in (([(first, 2)], NEW), ([(second, 2)], first), (whole, second)):
        with pytest.raises(TakenError, match="1 von"):
            desk.move(ELIF, first, picked, target, seen)
    assert stands(desk) == ([1, 2, 3, 4], [5])
    assert held.draft(OTTO, first).decisions
    done = desk.move(ELIF, first, [(first, 2)], ASIDE, seen, knowingly=True)
    assert stands(desk) == ([1, 3, 4], [2, 5])
    with pytest.raises(TakenError):
        desk.undo(ELIF, done.before)
    desk.undo(ELIF, done.before, knowingly=True)
    assert stands(desk) == ([1, 2, 3, 4], [5])


def test_what_one_looks_through_oneself_is_arranged_as_ever(desk, store):
    (first, _), seen = ids(desk), _family(desk).seen
    StoredDesk(store).hold(ELIF, first, 60.0)
    done = desk.move(ELIF, first, [(first, 2)], ASIDE, seen)
    desk.undo(ELIF, done.before)
    assert stands(desk) == ([1, 2, 3, 4], [5])


def test_what_is_undone_leaves_on_the_shelf_what_another_put_there_since(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    done = desk.move(ELIF, first, [(first, 2)], ASIDE, seen)
    seen = _family(desk).seen
    desk.move(OTTO, second, [(second, 2)], ASIDE, seen)
    desk.undo(ELIF, done.before)
    assert stands(desk) == ([1, 2, 3], [4, 5])


def test_a_page_that_another_took_from_the_shelf_since_does_not_come_back_as_well(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    done = desk.move(ELIF, first, [(first, 2)], ASIDE, seen)
    desk.move(OTTO, second, [(ASIDE, 2)], second, _family(desk).seen)
    before = stands(desk)
    with pytest.raises(ConflictError):
        desk.undo(ELIF, done.before)
    assert stands(desk) == before == ([1, 2, 3, 4], [5])


def test_a_step_back_that_would_lose_a_page_of_another_file_is_refused(desk, store):
    with store.work() as work:
        arrival = Arrival("other", "e" * 64, 1, "zwei.pdf", "batch", date(2026, 11, 20))
        work.documents.receive(arrival, SERVICE, is_read=True)
        pages = [PageOf("e" * 64, 1)]
        read = _read(pages) | {"sha256": "e" * 64}
        (other,) = work.documents.found("other", [Found(pages, read)], SERVICE, [])
    first, _ = ids(desk)
    done = desk.move(ELIF, first, [(ASIDE, 1)], other, _family(desk).seen)
    with pytest.raises(UsageError):
        desk.undo(ELIF, done.before)
    (member,) = desk.family(SERVICE, other).members
    assert [one.page for one in member.pages] == [1, 5]


def test_from_a_page_that_is_no_longer_so_nothing_moves(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    desk.move(OTTO, first, [(first, 1)], NEW, seen)
    before = stands(desk)
    for picked in ([(first, 1)], [(ASIDE, 1)], [(first, 2)]):
        with pytest.raises(ConflictError):
            desk.move(ELIF, second, picked, ASIDE if picked[0][0] != ASIDE else NEW, seen)
    assert stands(desk) == before
    with pytest.raises(ConflictError):
        desk.move(ELIF, second, [(second, 1)], NEW, "")


def test_of_another_s_document_nobody_learns_that_it_changed(desk):
    first, _ = ids(desk)
    for picked, target in (((first, 1), "nobodys"), (("nobodys", 1), NEW)):
        with pytest.raises(NotFoundError):
            desk.move(ELIF, first, [picked], target, "old")


def test_a_document_that_was_joined_to_another_since_is_told_as_changed(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    desk.move(OTTO, first, [(second, 1), (second, 2)], first, seen)
    with pytest.raises(ConflictError):
        desk.move(ELIF, first, [(second, 1)], NEW, seen)
    assert stands(desk) == ([1, 2, 3, 4], [5])
