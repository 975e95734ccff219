"""The chain of events: each holds the hash of the one before, so that no change goes unnoticed."""

import json
import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.application.ports_store import Author
from formservice.domain.chain import FIRST, Link, salted, sealed

# Any number that only this chain uses: who holds it may append, and nobody else.
_LOCK = 0x666F726D


class Events:
    """Appends inside a transaction that writes, so that an event and its cause hold together."""

    def __init__(self, connection: Connection) -> None:
        """Write with ``connection``."""
        self._connection = connection

    def append(
        self,
        type_: str,
        author: Author,
        document: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Link:
        """Write the next event. ``body`` must hold no value of a form."""
        connection, table = self._connection, schema.events
        if connection.dialect.name == "postgresql":
            # Two appends at once would both follow the same event. SQLite has one writer anyway.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        last = connection.execute(
            select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, FIRST)
        at = connection.execute(select(now())).scalar_one()
        link = sealed(seq, at, (type_, document, author.id), dict(body or {}), previous)
        connection.execute(
            insert(table).values(
                seq=link.seq,
                at=link.at,
                type=link.type,
                document=link.document,
                author=link.author,
                body=json.dumps(link.body, ensure_ascii=False, sort_keys=True),
                previous=link.previous,
                hash=link.hash,
            )
        )
        return link

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
