"""What has to be sent by mail, in the database: written once, taken with a lease, told as sent."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any  # what is to be sent has the shape of JSON

from sqlalchemy import Connection, delete, func, select, tuple_, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.application.ports_mail import ANSWER, REMINDER, Item, Outcome
from formservice.domain.case import WAITING

_table = schema.outbox
# As long as this stands there somebody is sending it, or was when the program ended.
_SENDING = "sending"
# Not to be sent: how many answers an address got on a day, by a hash of both.
_ANSWERED = "answered"
_DAY = 24 * 3600.0
# A reminder is written a week before a deadline ends: by then nobody asks for it any more.
_REMINDED = 30 * _DAY


class Outbox:
    """Works inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection

    def put(
        self,
        name: str,
        kind: str,
        body: Mapping[str, Any],
        receipt: str | None = None,
        document: str | None = None,
    ) -> bool:
        """Write something to send, once; False if it is known, or its document is deleted.

        With a ``receipt`` it is done. It goes when its ``document`` is deleted.
        """
        if document is not None and not self.holds([document]):
            return False
        values: dict[str, object] = {"kind": kind, "document": document, "body": dict(body)}
        values |= {"due": now(), "tries": 0}
        if receipt is not None:
            values |= {"done_at": now(), "receipt": receipt}
        return added(self._connection, _table, id=name, **values)

    def holds(self, documents: Collection[str]) -> bool:
        """Say whether all these documents are there; until this ends nobody deletes one."""
        table = schema.documents
        query = select(table.c.id).where(table.c.id.in_(set(documents))).order_by(table.c.id)
        query = query.with_for_update(read=True, key_share=True)
        return len(self._connection.execute(query).all()) == len(set(documents))

    def knows(self, name: str) -> bool:
        """Say whether this was written before."""
        return bool(self.known([name]))

    def known(self, names: Collection[str]) -> Collection[str]:
        """Return which of these were written before."""
        query = select(_table.c.id).where(_table.c.id.in_(names))
        return set(self._connection.execute(query).scalars())

    def claim(self, kind: str, lease: float, most: int) -> Sequence[Item]:
        """Take what is due, for so many seconds."""
        query = (
            select(_table)
            .where(_table.c.kind == kind, _table.c.done_at.is_(None), _table.c.due <= now())
            .order_by(_table.c.due, _table.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(query).all()
        self._connection.execute(
            update(_table)
            .where(_table.c.id.in_([row.id for row in rows]))
            .values(due=now() + lease, tries=_table.c.tries + 1, receipt=_SENDING)
        )
        return [
            Item(row.id, row.document, row.body, row.tries + 1, row.receipt == _SENDING)
            for row in rows
        ]

    def done(self, items: Collection[Item], receipt: str) -> int:
        """Note what became of it; whom it went to and what it said is not needed any more.

        What another sender took meanwhile stays as it is; returns how many were still held.
        """
        return self._ended(items, done_at=now(), receipt=receipt, body={})

    def later(self, items: Collection[Item], seconds: float) -> int:
        """Give it back: it was certainly not sent, and is due again in so many seconds.

        Returns how many were still held, as ``done`` does.
        """
        return self._ended(items, due=now() + seconds, receipt=None)

    def _ended(self, items: Collection[Item], **values: object) -> int:
        held = tuple_(_table.c.id, _table.c.tries).in_([(one.id, one.tries) for one in items])
        ended = self._connection.execute(
            update(_table).where(held, _table.c.done_at.is_(None)).values(**values)
        )
        return int(ended.rowcount)

    def undecided(self, documents: Collection[str]) -> Collection[str]:
        """Return which of these documents still wait for a decision."""
        table = schema.documents
        query = select(table.c.id).where(table.c.state.in_(WAITING))
        return set(self._connection.execute(query.where(table.c.id.in_(documents))).scalars())

    def nth_answer(self, address: str, day: date) -> int:
        """Count one more answer to an address on that day; return how many it makes.

        Kept is a hash of both, for a day or two.
        """
        name = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{_ANSWERED}/{day}/{address.casefold()}"))
        values = {"kind": _ANSWERED, "body": {}, "due": now(), "tries": 1, "done_at": now()}
        if added(self._connection, _table, id=name, **values):
            return 1
        counted = update(_table).where(_table.c.id == name).values(tries=_table.c.tries + 1)
        return int(self._connection.execute(counted.returning(_table.c.tries)).scalar_one())

    def forget(self, documents: Collection[str]) -> None:
        """Take away what answers say that wait and tell of one of these documents."""
        gone = set(documents)
        query = select(_table.c.id, _table.c.body)
        query = query.where(_table.c.kind == ANSWER, _table.c.done_at.is_(None))
        rows = self._connection.execute(query.order_by(_table.c.id)).all()
        told = [row.id for row in rows if gone.intersection(row.body.get("documents", ()))]
        self._connection.execute(
            update(_table)
            .where(_table.c.id.in_(told))
            .values(done_at=now(), receipt=str(Outcome.DELETED), body={})
        )

    def tidied(self) -> int:
        """Take away what nobody asks for any more; return how many rows."""
        counts = delete(_table).where(_table.c.kind == _ANSWERED, _table.c.due < now() - 2 * _DAY)
        old = delete(_table).where(_table.c.kind == REMINDER, _table.c.due < now() - _REMINDED)
        return sum(int(self._connection.execute(one).rowcount) for one in (counts, old))

    def standing(self, kinds: Collection[str]) -> Mapping[tuple[str, str], int]:
        """Return how many there are, by kind and receipt; the receipt of what waits is empty."""
        told = func.coalesce(_table.c.receipt, "")
        query = select(_table.c.kind, told, func.count()).where(_table.c.kind.in_(kinds))
        rows = self._connection.execute(
            query.group_by(_table.c.kind, told).order_by(_table.c.kind)
        )
        return {(row[0], row[1]): row[2] for row in rows}
