"""The records of documents: what was read, and what people made of it, every version kept."""

from collections.abc import Mapping, Sequence
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, delete, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.assigned import Assigned
from formservice.adapters.store.events import Events
from formservice.adapters.store.plans import GoalsKept
from formservice.adapters.store.rows import (
    deadline_rows,
    finding_rows,
    form_of,
    storable,
    text_of,
)
from formservice.adapters.store.words import Words
from formservice.application.ports_store import Author, Kept, Version
from formservice.domain.canonical import digest
from formservice.domain.chain import seconds
from formservice.domain.errors import NotFoundError


class Records:
    """Works inside one transaction; who adds holds the document locked."""

    def __init__(
        self, connection: Connection, events: Events, words: Words, goals: GoalsKept
    ) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events
        self._words = words
        self._goals = goals

    def newest(self, document: str) -> Version:
        """Return the newest record; NotFoundError if nothing was read yet."""
        table = schema.records
        query = select(table).where(table.c.document == document).order_by(table.c.version.desc())
        row = self._connection.execute(query.limit(1)).first()
        if row is None:
            raise NotFoundError("Zu diesem Vorgang ist noch nichts gelesen.")
        return Version(**row._mapping)

    def versions(self, document: str) -> Sequence[Version]:
        """Return all records of a document, oldest first."""
        table = schema.records
        query = select(table).where(table.c.document == document).order_by(table.c.version)
        return [Version(**row._mapping) for row in self._connection.execute(query)]

    def add(self, kept: Kept, given: Mapping[str, Any], author: Author, reason: str) -> int:
        """Keep a further version of a document, and what lists and searches need of it."""
        connection, document, version = self._connection, kept.id, kept.version + 1
        reading = storable(dict(given))
        fingerprint = digest(reading)
        body = {"version": version, "record": self._events.salted(document, fingerprint)}
        body["pages"] = self._events.salted(document, digest(self._pages(document)))
        if text_of(reason).strip():
            body["reason"] = self._events.salted(document, text_of(reason))
        link = self._events.append("record.saved", author, document, body)
        connection.execute(
            insert(schema.records).values(
                document=document,
                version=version,
                created_at=seconds(link.at),
                author=author.id,
                reason=text_of(reason),
                sha256=fingerprint,
                reading=reading,
            )
        )
        table, (form, edition) = schema.documents, form_of(reading)
        connection.execute(
            update(table)
            .where(table.c.id == document)
            .values(
                version=version, form=form, edition=edition, reference=reading.get("reference")
            )
        )
        for rows, into in (
            (finding_rows(reading), schema.findings),
            (deadline_rows(reading), schema.deadlines),
        ):
            connection.execute(delete(into).where(into.c.document == document))
            if rows:
                connection.execute(insert(into), [{"document": document, **row} for row in rows])
        self._goals.write(document, reading)
        self._words.write(document, reading)
        Assigned(connection, self._events).by_reference(kept, reading, author)
        return version

    def _pages(self, document: str) -> Sequence[Sequence[object]]:
        """Return of which pages of which originals a record tells."""
        table = schema.pages
        query = select(table.c.original, table.c.page).where(table.c.document == document)
        rows = self._connection.execute(query.order_by(table.c.position))
        return [[row.original, row.page] for row in rows]
