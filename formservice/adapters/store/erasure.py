"""Takes everything away that the tables hold of a document; its events stay, and tell of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any  # records have the shape of the JSON contract

from sqlalchemy import Column, Connection, Table, delete, func, or_, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.events import Events
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.words import Words
from formservice.application.ports_deletion import Bytes, Scope
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError, NotFoundError, UsageError

_documents, _pages, _originals = schema.documents, schema.pages, schema.originals
_SHORTEST = 8
_HANDED = ("delivered", "confirmed")


class Erasure:
    """Works inside one transaction that writes."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def document(self, given: str) -> str:
        """Return the document of an id, or of the SHA-256 of its file or the beginning of that.

        Raises:
            NotFoundError: there is none.
            UsageError: there are several.
        """
        told = text_of(given)
        own = select(_documents.c.id).where(_documents.c.id == told)
        found = self._connection.execute(own).scalar()
        if found is not None:
            return str(found)
        hash_ = told.lower()
        if len(hash_) >= _SHORTEST and set(hash_) <= set("0123456789abcdef"):
            begins = _documents.c.original.startswith(hash_, autoescape=True)
            ids = self._connection.execute(select(_documents.c.id).where(begins).limit(2))
            several = ids.scalars().all()
            if len(several) > 1:
                raise UsageError(
                    f"Mit {hash_[:12]} beginnen die Prüfwerte mehrerer Vorgänge.",
                    "Bitte die Kennung des Vorgangs angeben.",
                )
            if several:
                return str(several[0])
        raise NotFoundError(f"Einen Vorgang mit der Kennung {told[:40]} gibt es nicht.")

    def scope(self, document: str) -> Scope:
        """Return what deleting a document takes away; others wait who want to change it."""
        self._events.held()
        ids = self._with_shells(self._with_parts([document]))
        query = select(_documents.c.status).where(_documents.c.id.in_(ids)).with_for_update()
        if "running" in self._connection.execute(query).scalars().all():
            raise ConflictError(
                "Der Vorgang wird gerade bearbeitet.",
                "Bitte warten, bis die Arbeit daran zu Ende ist („formservice work --status“).",
            )
        counts = {
            table.name: self._connection.execute(
                select(func.count()).select_from(table).where(or_(*(c.in_(ids) for c in columns)))
            ).scalar_one()
            for table, columns in _naming_documents()
        }
        counts["documents"] = len(ids)
        named = self._named_by(ids)
        shared = {one: count for one in named if (count := self._others(one, ids))}
        handed = schema.deliveries
        systems = select(handed.c.zielsystem).where(handed.c.document.in_(ids))
        systems = systems.where(handed.c.status.in_(_HANDED)).distinct()
        return Scope(
            ids,
            {name: count for name, count in counts.items() if count},
            [one for one in named if one not in shared],
            shared,
            sorted(self._connection.execute(systems).scalars()),
        )

    def readings(self, scope: Scope) -> Sequence[Mapping[str, Any]]:
        """Return every version of every record that goes."""
        table = schema.records
        query = select(table.c.reading).where(table.c.document.in_(scope.documents))
        return self._connection.execute(query).scalars().all()

    def names(self, scope: Scope) -> Sequence[str]:
        """Return the names of the files and documents that go."""
        query = select(_documents.c.name).where(_documents.c.id.in_(scope.documents))
        return self._connection.execute(query).scalars().all()

    def erase(self, scope: Scope, author: Author, reason: str) -> Sequence[Bytes]:
        """Take all rows away and write the events; return what nothing names any more."""
        ids, connection = scope.documents, self._connection
        rows = connection.execute(
            select(_originals.c.sha256, now() - _originals.c.received_at).where(
                _originals.c.sha256.in_(scope.originals)
            )
        ).all()
        for table, columns in _naming_documents():
            connection.execute(delete(table).where(or_(*(one.in_(ids) for one in columns))))
        connection.execute(delete(_documents).where(_documents.c.id.in_(ids)))
        connection.execute(delete(_originals).where(_originals.c.sha256.in_(scope.originals)))
        Words(connection).purge()
        body = {
            "reason": text_of(reason),
            "rows": dict(scope.counts),
            "originals": len(scope.originals),
            "shared": len(scope.shared),
        }
        for one in ids:
            self._events.append("document.deleted", author, one, body)
        return [Bytes(sha256, float(seconds)) for sha256, seconds in rows]

    def is_named(self, sha256: str) -> bool:
        """Say whether bytes are named again; nobody names them until this transaction ends."""
        self._events.held()
        query = select(_originals.c.size).where(_originals.c.sha256 == sha256)
        return self._connection.execute(query).first() is not None

    def _with_parts(self, ids: Sequence[str]) -> list[str]:
        parts = select(_documents.c.id).where(_documents.c.part_of.in_(ids))
        found = self._connection.execute(parts.order_by(_documents.c.id)).scalars()
        return list(dict.fromkeys([*ids, *found]))

    def _with_shells(self, ids: list[str]) -> list[str]:
        """Add received files that hold nothing but pages of these documents."""
        table, part = _documents, _documents.alias()
        others = select(_pages.c.document).where(
            _pages.c.original == table.c.original, _pages.c.document.not_in(ids)
        )
        parts = select(part.c.id).where(part.c.part_of == table.c.id, part.c.id.not_in(ids))
        query = select(table.c.id).where(
            table.c.id.not_in(ids),
            table.c.version == 0,
            table.c.aside.is_not(None),  # it was read
            table.c.original.in_(self._named_by(ids)),
            ~others.exists(),
            ~parts.exists(),
        )
        return [*ids, *self._connection.execute(query.order_by(table.c.id)).scalars()]

    def _named_by(self, ids: Collection[str]) -> list[str]:
        """Return the originals and copies that documents name."""
        copies = schema.copies
        queries = (
            select(_documents.c.original).where(_documents.c.id.in_(ids)),
            select(_pages.c.original).where(_pages.c.document.in_(ids)),
            select(copies.c.sha256).where(copies.c.document.in_(ids)),
        )
        found = (one for query in queries for one in self._connection.execute(query).scalars())
        return sorted({one for one in found if one is not None})

    def _others(self, original: str, ids: Collection[str]) -> int:
        """Return how many other documents name an original."""
        copies = schema.copies
        whole = select(_documents.c.id).where(_documents.c.original == original)
        pages = select(_pages.c.document).where(_pages.c.original == original)
        made = select(copies.c.document).where(copies.c.sha256 == original)
        others = whole.union(pages, made).subquery()
        query = select(others.c[0]).where(others.c[0].not_in(ids))
        found = set(self._connection.execute(query).scalars())
        # A file is no document where its parts are.
        parents = select(_documents.c.part_of).where(_documents.c.id.in_(found))
        return len(found - set(self._connection.execute(parents).scalars()))


def _naming_documents() -> Iterator[tuple[Table, Sequence[Column[Any]]]]:
    """Yield every table whose rows are a document's, and the columns that name it."""
    for table in reversed(schema.metadata.sorted_tables):
        columns = [
            one.parent
            for one in table.foreign_keys
            if one.column is _documents.c.id and table is not _documents
        ]
        if columns:
            yield table, columns
