"""What is kept, read for being proved: also what nobody could have written."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar  # rows have the columns of their query

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    cast,
    func,
    or_,
    select,
)

from formservice.adapters.store import schema
from formservice.adapters.store.derived import Derived
from formservice.adapters.store.rows import no_goals
from formservice.application.goals import GoalsRead
from formservice.application.ports_proof import (
    Account,
    Amount,
    Entry,
    KeptBelonging,
    KeptCopy,
    KeptDelivery,
    KeptPage,
    KeptReason,
    KeptRecord,
    KeptSubmission,
)

_Row = TypeVar("_Row")
_events, _documents = schema.events, schema.documents
_deleted = "document.deleted"
_OWN = [name for name in Account.__annotations__ if name in _documents.c]


class Proof:
    """Works inside one transaction that only reads."""

    def __init__(self, connection: Connection, goals: GoalsRead = no_goals) -> None:
        """Read with ``connection``; ``goals`` tells those of a record."""
        self._connection = connection
        self._goals = goals

    def damage(self) -> str | None:
        """Return what is damaged in the database itself, in German; None if nothing is.

        A server proves its files by itself. That what is named is there, it promises as well;
        but its owner can switch that off, and whoever is named in ``originals`` is the one thing
        that every proof of bytes begins with.
        """
        if self._connection.dialect.name != "sqlite":
            return self._unnamed()
        told = self._connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if told != "ok":
            return "Die Datei der Datenbank ist beschädigt."
        lost = self._connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost is None:
            return None
        return f"In der Tabelle „{lost[2]}“ fehlt etwas, worauf „{lost[0]}“ verweist."

    def _unnamed(self) -> str | None:
        kept = schema.originals.c.sha256
        for column in (_documents.c.original, schema.pages.c.original, schema.copies.c.sha256):
            query = select(column).where(column.is_not(None), column.not_in(select(kept)))
            if self._connection.execute(query.limit(1)).first() is not None:
                return f"In der Tabelle „originals“ fehlt etwas, worauf „{column.table}“ verweist."
        return None

    def amount(self, since: int) -> Amount:
        """Return how much there is of what events from ``since`` on tell of."""
        events = select(func.count()).select_from(_events).where(_events.c.seq >= since)
        documents = select(func.count()).select_from(_documents).where(_of(since))
        originals = select(func.count()).select_from(schema.originals).where(_bytes_of(since))
        count = self._connection.execute
        return Amount(
            count(events).scalar_one(),
            count(documents).scalar_one(),
            count(originals).scalar_one(),
        )

    def entries(self, after: int, most: int) -> Sequence[Entry]:
        """Return the next events after the one numbered ``after``."""
        query = select(_events).where(_events.c.seq > after).order_by(_events.c.seq).limit(most)
        return [Entry(**row._mapping) for row in self._connection.execute(query)]

    def there(self, documents: Collection[str]) -> Collection[str]:
        """Return those of so many documents that are there."""
        query = select(_documents.c.id).where(_documents.c.id.in_(documents))
        return self._connection.execute(query).scalars().all()

    def deleted(self, documents: Collection[str], after: int) -> Collection[str]:
        """Return those of so many documents of whose deletion a later event tells."""
        query = select(_events.c.document).where(_events.c.document.in_(documents))
        query = query.where(_events.c.seq > after, _events.c.type == _deleted)
        return self._connection.execute(query).scalars().all()

    def accounts(self, after: str, most: int, since: int) -> Sequence[Account]:
        """Return the next documents of which events from ``since`` on tell."""
        table, salts = _documents, schema.salts
        query = (
            select(*(_text(table.c[name]) for name in _OWN), salts.c.salt)
            .outerjoin(salts, salts.c.document == table.c.id)
            .where(table.c.id > after, _of(since))
            .order_by(table.c.id)
            .limit(most)
        )
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        events = self._events_of(ids)
        records = self._of(schema.records, KeptRecord, "version", ids)
        copies = self._of(schema.copies, KeptCopy, "version", ids)
        reasons = self._of(schema.acknowledgements, KeptReason, "id", ids)
        pages = self._of(schema.pages, KeptPage, "position", ids)
        deliveries = self._of(schema.deliveries, KeptDelivery, "version", ids)
        belongings = self._of(schema.case_documents, KeptBelonging, "case", ids)
        submissions = self._of(schema.web.submissions, KeptSubmission, "at", ids)
        differing = Derived(self._connection, self._goals).differing(ids)
        return [
            Account(
                **row._mapping,
                events=events[row.id],
                records=records[row.id],
                copies=copies[row.id],
                reasons=reasons[row.id],
                pages=pages[row.id],
                deliveries=deliveries[row.id],
                belongings=belongings[row.id],
                submissions=submissions[row.id],
                differing=differing[row.id],
            )
            for row in rows
        ]

    def originals(self, after: str, most: int, since: int) -> Sequence[tuple[str, int]]:
        """Return SHA-256 and size of the next originals and copies of such documents."""
        table = schema.originals
        query = select(table.c.sha256, table.c.size).where(table.c.sha256 > after)
        query = query.where(_bytes_of(since)).order_by(table.c.sha256).limit(most)
        return [(row.sha256, row.size) for row in self._connection.execute(query)]

    def is_named(self, sha256: str) -> bool:
        """Say whether an original is still one that has to be there."""
        query = select(schema.originals.c.size).where(schema.originals.c.sha256 == sha256)
        return self._connection.execute(query).first() is not None

    def _events_of(self, documents: Sequence[str]) -> Mapping[str, list[Entry]]:
        query = select(_events).where(_events.c.document.in_(documents))
        found = defaultdict(list)
        for row in self._connection.execute(query.order_by(_events.c.seq)):
            found[row.document].append(Entry(**row._mapping))
        return found

    def _of(
        self, table: Table, kind: type[_Row], order: str, documents: Sequence[str]
    ) -> Mapping[str, list[_Row]]:
        names = kind.__annotations__
        query = select(table.c.document, *(_text(table.c[name]) for name in names))
        query = query.where(table.c.document.in_(documents)).order_by(table.c[order])
        found = defaultdict(list)
        for document, *values in self._connection.execute(query):
            found[document].append(kind(*values))
        return found


def _text(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as the text that stands there: no JSON any more, perhaps, and no day."""
    is_read = column.type.__visit_name__ in ("JSON", "date")
    return cast(column, Text).label(column.name) if is_read else column


def _told(since: int) -> Select[Any]:
    """Return the documents that events from ``since`` on tell of."""
    return select(_events.c.document).where(_events.c.seq >= since).where(
        _events.c.document.is_not(None)
    )  # fmt: skip


def _of(since: int) -> ColumnElement[bool]:
    everything = since <= 1  # also what no event tells of
    return _documents.c.id.is_not(None) if everything else _documents.c.id.in_(_told(since))


def _bytes_of(since: int) -> ColumnElement[bool]:
    sha256 = schema.originals.c.sha256
    if since <= 1:
        return sha256.is_not(None)
    received = select(_documents.c.original).where(_documents.c.id.in_(_told(since)))
    pages = select(schema.pages.c.original).where(schema.pages.c.document.in_(_told(since)))
    copies = select(schema.copies.c.sha256).where(schema.copies.c.document.in_(_told(since)))
    return or_(sha256.in_(received), sha256.in_(pages), sha256.in_(copies))


@contextmanager
def whatever_stands_there(connection: Connection) -> Iterator[None]:
    """Let SQLite hand over texts that are none in UTF-8: a single byte was changed in them."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        raw.text_factory = before
