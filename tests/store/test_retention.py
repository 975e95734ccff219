"""What only work needed goes in time; a document is told of, and goes only if a person says so."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.deliveries import KIND
from formservice.adapters.store.engine import now
from formservice.adapters.store.retention import expired, tidied
from formservice.adapters.work.chores import retention
from formservice.application.ports_store import SERVICE, Arrival

TODAY = date(2026, 11, 21)
DAY = 24 * 3600.0


def received(store, name, day):
    with store.work() as work:
        sha256 = name.encode().hex().ljust(64, "0")
        arrival = Arrival(name, sha256, 3, f"{name}.pdf", "batch", day)
        work.documents.receive(arrival, SERVICE)


def count(store, years, today=TODAY):
    with store.look() as work:
        return expired(work, years, today)


@pytest.fixture
def documents(store):
    """One received just ten years ago, and one a day later."""
    received(store, "alt", date(2016, 11, 21))
    received(store, "neu", date(2016, 11, 22))
    return store


def test_a_document_is_counted_from_the_day_its_period_has_passed(documents):
    assert count(documents, 10) == 1
    assert count(documents, 10, TODAY + timedelta(days=1)) == 2
    assert count(documents, 11) == 0


def test_without_a_period_nothing_is_counted(documents):
    assert count(documents, None) == 0


def test_a_leap_day_has_a_day_before_it(documents):
    assert count(documents, 1, date(2028, 2, 29)) == 2


@pytest.mark.parametrize(
    ("ended", "counted"), [(None, 0), (date(2020, 1, 1), 0), (date(2016, 11, 21), 1)]
)
def test_the_period_begins_when_the_case_has_ended(documents, ended, counted):
    with documents.work() as work:
        for table, row in (
            (schema.persons, {"id": "p", "number": "1", "name": "Muster", "vorname": "Erika"}),
            (schema.cases, {"id": "c", "person": "p", "ended": ended}),
            (schema.case_documents, {"document": "alt", "case": "c"}),
        ):
            known = {one: row[one] for one in row if one in table.c}
            work.connection.execute(insert(table).values(known))
    assert count(documents, 10) == counted


def test_progress_and_mails_of_long_ago_go_and_nothing_else(documents):
    def rows(table):
        with documents.look() as work:
            query = select(func.count()).select_from(table)
            return work.connection.execute(query).scalar_one()

    with documents.work() as work:
        for seq, days in ((1, 31), (2, 29)):
            row = {"document": "alt", "seq": seq, "at": now() - days * DAY, "stage": "read"}
            work.connection.execute(insert(schema.progress).values({**row, "code": "done"}))
        sent: tuple[tuple[str, str, int | None], ...] = (
            ("a", "answer", 366),
            ("b", "answer", 364),
            ("c", "answer", None),
            ("d", KIND, 366),
        )
        for name, kind, ago in sent:
            done = None if ago is None else now() - ago * DAY
            row = {"id": name, "kind": kind, "body": {}, "due": now() - 400 * DAY, "tries": 1}
            work.connection.execute(insert(schema.outbox).values({**row, "done_at": done}))
    before = rows(schema.documents), rows(schema.events)
    assert tidied(documents) == 2
    assert tidied(documents) == 0
    assert (rows(schema.progress), rows(schema.outbox)) == (1, 3)
    assert (rows(schema.documents), rows(schema.events)) == before


def test_the_chore_says_how_many_and_deletes_none(documents, caplog):
    left = []
    with documents.work() as work:
        work.connection.execute(update(schema.documents).values(received=date(2000, 1, 1)))
    with caplog.at_level("WARNING", "formservice"):
        retention(documents, lambda: TODAY, 10, lambda: left.append(1)).do()
    assert "2 documents" in caplog.text
    assert left == [1]
    with documents.look() as work:
        assert work.documents.get("alt").id == "alt"
