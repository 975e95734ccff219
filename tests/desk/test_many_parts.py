"""A file with many forms costs no more questions to the database than one with few."""

from datetime import date

import pytest
from sqlalchemy import event

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.desk_pages import StoredPages
from formservice.application.consult import Consult
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.domain.case import Role, State
from tests.desk.test_queue import _reading

ELIF = Author("elif", Role.BACK_OFFICE)


@pytest.fixture
def keep(store):
    """Return what keeps a file with so many forms, and one page that is in none."""

    def kept(name, many):
        sha256 = name.encode().hex().ljust(64, "0")
        with store.work() as work:
            arrival = Arrival(name, sha256, 1, "stapel.pdf", "batch", date(2026, 11, 20))
            work.documents.receive(arrival, SERVICE, is_read=True)
            found = [Found([PageOf(sha256, n)], _reading(sha256)) for n in range(1, many + 1)]
            blank = _reading(sha256, doubts=(), form=None) | {"page_numbers": [many + 1]}
            parts = work.documents.found(name, found, SERVICE, [blank])
            work.documents.move(parts[0], State.UNIDENTIFIED, ELIF, "kein Bogen")
        return name

    return kept


def asked(store, do):
    """Return how many statements something costs, and what it returns."""
    statements = []

    def heard(*_):
        statements.append(1)

    event.listen(store.engine, "before_cursor_execute", heard)
    try:
        return len(statements), do(), len(statements)
    finally:
        event.remove(store.engine, "before_cursor_execute", heard)


def test_many_parts_cost_no_more_queries_than_few(store, keep, tmp_path):
    few, many = keep("few", 2), keep("many", 20)
    consult, pages = Consult(store, LocalOriginals(tmp_path)), StoredPages(store)
    for do in (
        lambda one: len(consult.kept(one, ELIF)[1]),
        lambda one: len(consult.data(one, ELIF)["parts"]),
        lambda one: len(pages.family(ELIF, one).members),
        lambda one: len(pages.aside(ELIF, one)) + 1,
    ):
        (_, small, cheap), (_, large, dear) = (
            asked(store, lambda one=one, do=do: do(one)) for one in (few, many)
        )
        assert (small, large) in ((2, 20), (2, 2))
        assert dear <= cheap
    first, second, *_ = pages.family(ELIF, many).members
    assert first.kept.state is State.UNIDENTIFIED
    assert [one.page for one in (*first.pages, *second.pages)] == [1, 2]
    assert second.reading["fields"]
