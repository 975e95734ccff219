"""The chain of events: each holds the hash of the one before, so that no change goes unnoticed."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, or_, select

from formservice.adapters.heads import Heads
from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.notices import announce
from formservice.application.ports_store import RESTORED, Author
from formservice.domain.chain import FIRST, Head, Link, salted, sealed, written
from formservice.domain.frist import OFFICE_TIME

# Any number that only this chain uses: who holds it may append, and nobody else.
_LOCK = 0x666F726D


class Events:
    """Appends inside a transaction that writes, so that an event and its cause hold together."""

    def __init__(self, connection: Connection, heads: Heads | None = None) -> None:
        """Write with ``connection``; a day's first event leaves the head before it behind."""
        self._connection = connection
        self._heads = heads
        self._is_held = False

    def append(
        self,
        type_: str,
        author: Author,
        document: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Link:
        """Write the next event. ``body`` must hold no value of a form."""
        connection, table = self._connection, schema.events
        self.held()
        last = connection.execute(
            select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, FIRST)
        at = connection.execute(select(now())).scalar_one()
        if self._heads is not None:
            # Later events of this transaction follow one that may yet be taken back.
            heads, self._heads = self._heads, None
            self._begun(heads, seq - 1, previous, at)
        link = sealed(seq, at, (type_, document, author.id), dict(body or {}), previous)
        connection.execute(
            insert(table).values(
                seq=link.seq,
                at=link.at,
                type=link.type,
                document=link.document,
                author=link.author,
                body=written(link.body),
                previous=link.previous,
                hash=link.hash,
            )
        )
        announce(connection, link)
        return link

    def held(self) -> None:
        """Hold the chain: nobody else appends until this transaction ends.

        Before any row is locked or written: two that take rows and chain in both orders would
        wait for each other.
        """
        # Two appends at once would both follow the same event. SQLite has one writer anyway.
        if self._connection.dialect.name == "postgresql" and not self._is_held:
            self._is_held = True
            self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def head(self) -> Head | None:
        """Return how far the chain is now; None if nothing has happened yet."""
        table = schema.events
        query = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
        last = self._connection.execute(query).first()
        if last is None:
            return None
        day = _day(self._connection.execute(select(now())).scalar_one())
        return Head(day, last.seq, last.hash, self._count())

    def began(self) -> float | None:
        """Return since when this database knows what is received: seconds since 1970, or None.

        That is its first event, or when it was restored: what was received between the backup
        and then, it cannot know.
        """
        table = schema.events
        first = or_(table.c.seq == 1, table.c.type == RESTORED)
        query = select(table.c.at).where(first).order_by(table.c.seq.desc()).limit(1)
        at = self._connection.execute(query).scalar()
        return None if at is None else datetime.fromisoformat(at).timestamp()

    def salted(self, document: str, value: str) -> str:
        """Return the hash of a value with the document's own salt, which goes when it goes."""
        table = schema.salts
        salt = self._connection.execute(
            select(table.c.salt).where(table.c.document == document)
        ).scalar()
        if salt is None:
            salt = secrets.token_hex(32)
            self._connection.execute(insert(table).values(document=document, salt=salt))
        return salted(salt, value)

    def _begun(self, heads: Heads, seq: int, previous: str, at: float) -> None:
        day = _day(at)
        if seq and not heads.has(day):
            heads.tried(Head(day, seq, previous, self._count()))

    def _count(self) -> int:
        return self._connection.execute(select(func.count(schema.events.c.seq))).scalar_one()


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, OFFICE_TIME).date().isoformat()
