"""A received file goes as a whole to nobody who may not see all that became of its pages."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from formservice.adapters.handover.own_pages import sendable
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.desk import StoredDesk
from formservice.adapters.store.desk_pages import StoredPages
from formservice.application.consult import Consult
from formservice.application.desk_pages import Piece
from formservice.application.desk_pictures import Pictures, has_pictures
from formservice.application.dossier import dossier
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.domain.case import Role, State
from formservice.domain.errors import NotFoundError
from tests.desk.test_queue import _reading
from tests.store.piles import pages_in, pile

ELIF, FRANK = Author("elif", Role.BACK_OFFICE), Author("frank", Role.LEAD)
CARLA, DIRK = Author("carla", Role.IFK), Author("dirk", Role.IFK)
ANNA, BORIS = Author("anna", Role.TRAEGER), Author("boris", Role.TRAEGER)
DATA = pile()


class Views:
    """Files of two pages, and what is written in them."""

    def count(self, original):
        return 2

    def lines(self, original):
        return ["Adler", "Weber"]


@pytest.fixture
def house(store, tmp_path):
    """Return the originals of a house with people in their roles, and cases of both IFK."""
    with store.work() as work:
        do = work.connection.execute
        for one in (ELIF, FRANK, CARLA, DIRK, ANNA, BORIS):
            row = {"id": one.id, "name": one.id, "role": str(one.role), "active": True}
            do(insert(schema.users).values(row))
        do(insert(schema.persons).values(id="p", name="x", vorname="y"))
        for one in (CARLA, DIRK):
            do(insert(schema.cases).values(id=one.id, person="p", ifk=one.id))
        for key, one in (("t1", ANNA), ("t2", BORIS)):
            do(insert(schema.traeger).values(id=key, name=key))
            do(insert(schema.user_traeger).values(user=one.id, traeger=key))
    return LocalOriginals(tmp_path / "originals")


@pytest.fixture
def keep(store, house):
    """Return what keeps a file with one form on these of its pages; it returns its hash."""

    def kept(name, pages=(1, 2), data=DATA, traeger=None, **how):
        original = house.put(data)
        reading = _reading(original, doubts=()) | {"page_numbers": list(pages)} | how
        day = date(2026, 11, 20)
        with store.work() as work:
            arrival = Arrival(
                name, original, len(data), "bogen.pdf", "batch", day, traeger=traeger
            )
            work.documents.receive(arrival, SERVICE, is_read=True)
            found = [Found([PageOf(original, n) for n in pages], reading)]
            work.documents.found(name, found, SERVICE)
        return original

    return kept


@pytest.fixture
def put(store):
    """Return what lets documents have these pages; None is a new one, part of ``part_of``."""

    def arranged(*pieces, part_of=""):
        told = []
        for document, pages, how in pieces:
            with store.look() as work:
                base = work.documents.get(document).version if document else 0
            original = pages[0].original if pages else "0" * 64
            reading = _reading(original, doubts=()) | {"page_numbers": [p.page for p in pages]}
            told.append(Piece(document, base, pages, reading | how, part_of=part_of))
        return StoredPages(store).arrange(ELIF, told, None)

    return arranged


@pytest.fixture
def assign(store):
    def assigned(document, case):
        with store.work() as work:
            row = {"document": document, "case": case}
            work.connection.execute(insert(schema.case_documents).values(row))
            table = schema.documents
            told = update(table).where(table.c.id == document).values(assigned=True)
            work.connection.execute(told)

    return assigned


@pytest.fixture
def shown(store, house):
    """Return what says whether somebody gets the whole file of a document, by any way."""
    views: Any = Views()
    consult, pictures = Consult(store, house), Pictures(StoredDesk(store), views)

    def told(document, viewer):
        found = set()
        with suppress(NotFoundError):
            consult.original(document, viewer)
            found.add("original")
        assert consult.has_original(document, viewer) is ("original" in found)
        seen = StoredDesk(store).seen(viewer, document)
        if len(pictures.pages(seen)) == 2:
            found.add("pictures")
        if not has_pictures(seen.reading) and pictures.lines(seen):
            found.add("lines")
        return found

    return told


def test_who_sees_one_of_two_forms_that_were_one_file_gets_no_file(
    store, house, keep, put, assign, shown
):
    original = keep("d")
    _, e = put(("d", [PageOf(original, 1)], {}), (None, [PageOf(original, 2)], {}), part_of="d")
    assert "original" in shown("d", CARLA)  # nobody's case yet: both are everybody's
    assign("d", "carla")
    assign(e, "dirk")
    assert shown("d", CARLA) == set()
    assert shown(e, DIRK) == set()
    for one in (ELIF, FRANK):
        assert "original" in shown("d", one)
        assert "original" in shown(e, one)
    with store.look() as work:
        for document in ("d", e):
            (sent,) = sendable(dossier(work, document), house)
            assert sent.is_excerpt
            assert pages_in(sent.data) == 1


def test_a_page_in_a_document_of_another_file_is_not_in_its_own_file_any_more(
    store, house, keep, put, assign, shown
):
    original, other = keep("d"), keep("e", data=DATA + b"\n% another")
    put(
        ("d", [PageOf(original, 1)], {}),
        ("e", [PageOf(other, 1), PageOf(other, 2), PageOf(original, 2)], {}),
    )
    assign("d", "carla")
    assign("e", "dirk")
    assert shown("d", CARLA) == set()
    assert "original" in shown("e", DIRK)  # its own file, all of it
    assert "original" in shown("d", FRANK)
    with store.look() as work:
        assert [one.is_excerpt for one in sendable(dossier(work, "d"), house)] == [True]
        assert [one.is_excerpt for one in sendable(dossier(work, "e"), house)] == [False, True]


def test_of_pages_that_are_all_of_another_file_that_file_is_not_given(keep, put, assign, shown):
    original, other = keep("d"), keep("e", data=DATA + b"\n% another")
    put(("d", [PageOf(original, 1)], {}), ("e", [PageOf(original, 2)], {}))
    assign("d", "carla")
    assign("e", "dirk")
    assert original != other
    assert shown("e", DIRK) == set()
    assert "original" in shown("e", FRANK)


def test_a_document_that_has_no_pages_any_more_shows_none_of_its_file(
    store, keep, put, assign, shown
):
    original = keep("d")
    _, e = put(
        ("d", [], {"form": None}),
        (None, [PageOf(original, 1), PageOf(original, 2)], {}),
        part_of="d",
    )
    with store.look() as work:
        assert work.documents.get("d").state is State.JOINED
    assign(e, "dirk")
    assert shown("d", CARLA) == set()
    assert shown("d", FRANK) >= {"original", "pictures"}


def test_a_file_without_pictures_shows_its_text_to_who_sees_all_of_it(keep, put, assign, shown):
    original = keep("d", medium="docx")
    _, e = put(
        ("d", [PageOf(original, 1)], {"medium": "docx"}),
        (None, [PageOf(original, 2)], {"medium": "docx"}),
        part_of="d",
    )
    assign("d", "carla")
    assert shown("d", CARLA) == {"original", "lines"}
    assign(e, "dirk")
    assert shown("d", CARLA) == set()
    assert shown("d", FRANK) == {"original", "lines"}


def test_the_same_bytes_from_two_traeger_are_a_file_of_each(store, keep, shown):
    keep("d", traeger="t1")
    keep("e", traeger="t2")
    with store.look() as work:
        table = schema.documents
        rows = work.connection.execute(select(table.c.id).order_by(table.c.id)).scalars()
        assert list(rows) == ["d", "e"]
    assert "original" in shown("d", ANNA)
    assert "original" in shown("e", BORIS)


def test_a_traeger_keeps_the_file_it_sent_whatever_became_of_its_pages(keep, put, shown):
    original, other = keep("d", traeger="t1"), keep("e", data=DATA + b"\n% another")
    put(
        ("d", [PageOf(original, 1)], {}),
        ("e", [PageOf(other, 1), PageOf(other, 2), PageOf(original, 2)], {}),
    )
    assert "original" in shown("d", ANNA)


def test_the_back_office_has_whole_files_also_where_a_part_is_decided(store, keep, put, shown):
    original = keep("d")
    _, e = put(("d", [PageOf(original, 1)], {}), (None, [PageOf(original, 2)], {}), part_of="d")
    with store.work() as work:
        table = schema.documents
        work.connection.execute(update(table).where(table.c.id == e).values(state=State.ARCHIVED))
    assert "original" in shown("d", ELIF)
