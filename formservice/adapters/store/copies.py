"""The archive copies there are, and what the protocol inside them tells of a document."""

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.events import Events
from formservice.application.ports_store import Author, CopyOf
from formservice.domain.chain import Link


class Copies:
    """Works inside one transaction; a copy that is kept has its event."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def keep(self, copy: CopyOf, author: Author) -> bool:
        """Keep that there is a copy, whose bytes are kept already; False if that is known.

        What is accepted again has further copies of the same version: their protocol tells more.
        """
        self._events.held()
        moment = self._connection.execute(select(now())).scalar_one()
        added(
            self._connection,
            schema.originals,
            sha256=copy.sha256,
            size=copy.size,
            medium="copy",
            received_at=now(),
        )
        is_new = added(
            self._connection,
            schema.copies,
            document=copy.document,
            version=copy.version,
            kind=copy.kind,
            sha256=copy.sha256,
            size=copy.size,
            created_at=moment,
        )
        if is_new:
            body = {
                "version": copy.version,
                "kind": copy.kind,
                "size": copy.size,
                "created_at": moment,
                # Who has the copy can prove it; without the salt it tells nothing.
                "copy": self._events.salted(copy.document, copy.sha256),
            }
            self._events.append("copy.made", author, copy.document, body)
        return is_new

    def of(self, document: str) -> Sequence[CopyOf]:
        """Return the copies of a document, the newest last."""
        table = schema.copies
        columns = [table.c[name] for name in CopyOf.__dataclass_fields__]
        query = select(*columns).where(table.c.document == document)
        order = (table.c.version, table.c.created_at, table.c.kind)
        rows = self._connection.execute(query.order_by(*order))
        return [CopyOf(**row._mapping) for row in rows]

    def history(self, document: str) -> Sequence[Link]:
        """Return what happened to a document, in its order."""
        table = schema.events
        rows = self._connection.execute(
            select(table).where(table.c.document == document).order_by(table.c.seq)
        )
        return [Link(**{**row._mapping, "body": json.loads(row.body)}) for row in rows]

    def people(self, users: Collection[str]) -> Mapping[str, str]:
        """Return the names of those users that are known, by their ids."""
        table = schema.users
        query = select(table.c.id, table.c.name).where(table.c.id.in_(sorted(users)))
        return {row.id: row.name for row in self._connection.execute(query)}
