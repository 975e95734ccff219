"""What has to be sent by mail, in the database: written once, taken with a lease, told as sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # what is to be sent has the shape of JSON

from sqlalchemy import Connection, func, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now

_table = schema.outbox
# As long as this stands there somebody is sending it, or was when the program ended.
_SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Item:
    """Something to send. ``uncertain`` says that it may have been sent before."""

    id: str
    document: str | None
    body: Mapping[str, Any]
    tries: int
    uncertain: bool


class Outbox:
    """Works inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection

    def put(self, name: str, kind: str, body: Mapping[str, Any], receipt: str | None) -> bool:
        """Write something to send, once; False if it is known. With a ``receipt`` it is done."""
        values = {"id": name, "kind": kind, "body": dict(body), "due": now(), "tries": 0}
        if receipt is not None:
            values |= {"done_at": now(), "receipt": receipt}
        return added(self._connection, _table, **values)

    def knows(self, name: str) -> bool:
        """Say whether this was written before."""
        query = select(_table.c.id).where(_table.c.id == name)
        return self._connection.execute(query).first() is not None

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

    def done(self, names: Collection[str], receipt: str) -> None:
        """Note what became of it; whom it went to and what it said is not needed any more."""
        self._connection.execute(
            update(_table)
            .where(_table.c.id.in_(names), _table.c.done_at.is_(None))
            .values(done_at=now(), receipt=receipt, body={})
        )

    def later(self, names: Collection[str], seconds: float) -> None:
        """Give it back: it was certainly not sent, and is due again in so many seconds."""
        self._connection.execute(
            update(_table)
            .where(_table.c.id.in_(names), _table.c.done_at.is_(None))
            .values(due=now() + seconds, receipt=None)
        )

    def standing(self, kinds: Collection[str]) -> Mapping[tuple[str, str], int]:
        """Return how many there are, by kind and receipt; the receipt of what waits is empty."""
        told = func.coalesce(_table.c.receipt, "")
        query = select(_table.c.kind, told, func.count()).where(_table.c.kind.in_(kinds))
        rows = self._connection.execute(
            query.group_by(_table.c.kind, told).order_by(_table.c.kind)
        )
        return {(row[0], row[1]): row[2] for row in rows}
