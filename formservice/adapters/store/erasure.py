"""Takes everything away that the tables hold of a document; its events stay, and tell of it."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any  # records have the shape of the JSON contract

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.events import Events
from formservice.adapters.store.meant import meant
from formservice.adapters.store.outbox import Outbox
from formservice.adapters.store.rows import named, text_of
from formservice.adapters.store.words import Words
from formservice.application.drafts import FILL
from formservice.application.ports_deletion import Blanked, Bytes, Carried, Scope, Unfinished
from formservice.application.ports_store import Author
from formservice.domain.case import State
from formservice.domain.errors import ConflictError, UsageError, no_document
from formservice.domain.groups import pattern

_documents, _pages, _originals = schema.documents, schema.pages, schema.originals
_outbox = schema.outbox
_KIND = "erase"
_HANDED = ("delivered", "confirmed")
_AT_WORK = ("ready", "running")


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
        found = meant(self._connection, told)
        if len(found) > 1:
            raise UsageError(
                f"Mit {told[:12]} sind mehrere Vorgänge gemeint.",
                "Bitte die ganze Kennung des Vorgangs angeben.",
            )
        if found:
            return found[0]
        raise no_document(named=told[:40])

    def scope(self, *documents: str) -> Scope:
        """Return what deleting documents takes away; others wait who want to change them."""
        self._events.held()
        ids = self._with_shells(self._with_parts(documents))
        query = select(_documents.c.status, _documents.c.source).where(_documents.c.id.in_(ids))
        rows = self._connection.execute(query.with_for_update()).all()
        if any(row.status == "running" for row in rows):
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
            sorted({row.source for row in rows}),
        )

    def held(self) -> None:
        """Hold the chain of events: nobody changes a document until this transaction ends."""
        self._events.held()

    def discarded(self, seconds: float) -> Sequence[str]:
        """Return what its sender threw away at least so many seconds ago."""
        told = schema.acknowledgements
        last = select(func.max(told.c.created_at)).where(
            told.c.document == _documents.c.id, told.c.code == f"state.{State.DISCARDED}"
        )
        query = select(_documents.c.id).where(_documents.c.state == State.DISCARDED)
        query = query.where(last.scalar_subquery() <= now() - seconds).order_by(_documents.c.id)
        return self._connection.execute(query).scalars().all()

    def readings(self, scope: Scope) -> Sequence[Mapping[str, Any]]:
        """Return every version of every record that goes."""
        table = schema.records
        query = select(table.c.reading).where(table.c.document.in_(scope.documents))
        return self._connection.execute(query).scalars().all()

    def names(self, scope: Scope) -> Sequence[str]:
        """Return the names of the files and documents that go."""
        query = select(_documents.c.name).where(_documents.c.id.in_(scope.documents))
        return self._connection.execute(query).scalars().all()

    def to_blank(self, scope: Scope, carried: Carried) -> Blanked:
        """Return what ``blank`` would take away."""
        fields, begun = self._carried_over(scope, carried)
        return Blanked(sum(map(len, fields.values())), len(begun))

    def blank(self, scope: Scope, carried: Carried) -> Blanked:
        """Take what documents said out of forms that were issued or begun for their cases.

        Of which document a value is, nobody keeps: all go that may be of one of that form. What
        was issued can be made anew from what is still there.
        """
        fields, begun = self._carried_over(scope, carried)
        table, drafts = schema.web.issued, schema.web.drafts
        for reference, gone in fields.items():
            own = table.c.reference == reference
            values = self._connection.execute(select(table.c["values"]).where(own)).scalar_one()
            left = {key: one for key, one in values.items() if key not in gone}
            self._connection.execute(update(table).where(own).values({"values": left}))
        self._connection.execute(delete(drafts).where(drafts.c.id.in_(begun)))
        return Blanked(sum(map(len, fields.values())), len(begun))

    def _carried_over(
        self, scope: Scope, carried: Carried
    ) -> tuple[dict[str, set[str]], Collection[str]]:
        """Return the fields of issued forms that go, by reference, and the begun forms.

        What is of the documents themselves goes with them, and is none of these.
        """
        belongs, drafts = schema.case_documents, schema.web.drafts
        query = (
            select(belongs.c.case, _documents.c.form)
            .join(_documents, _documents.c.id == belongs.c.document)
            .where(_documents.c.id.in_(scope.documents), _documents.c.form.is_not(None))
        )
        fields: dict[str, set[str]] = {}
        gone: set[str] = set()
        for case, form in self._connection.execute(query.distinct()).all():
            into = carried.get(form, {})
            for reference, keys in self._issued(case, into, scope):
                fields.setdefault(reference, set()).update(keys)
            begun = select(drafts.c.id, drafts.c.body).where(
                drafts.c.case == case, drafts.c.kind == FILL, _of_others(drafts, scope)
            )
            # A form can also be begun with all that stands in an earlier one of its own kind.
            theirs = {form, *into}
            rows = self._connection.execute(begun).all()
            gone.update(row.id for row in rows if row.body.get("form") in theirs)
        return {reference: keys for reference, keys in fields.items() if keys}, gone

    def _issued(
        self, case: str, into: Mapping[str, Collection[str]], scope: Scope
    ) -> Iterator[tuple[str, set[str]]]:
        """Yield the forms that were issued for a case, with their fields that go."""
        table = schema.web.issued
        query = select(table.c.reference, table.c.form, table.c["values"])
        query = query.where(table.c.case == case, table.c.form.in_(into))
        query = query.where(_of_others(table, scope)).with_for_update()
        for reference, form, values in self._connection.execute(query).all():
            yield reference, {key for key in values if pattern(key) in into[form]}

    def erase(self, scope: Scope, author: Author, reason: str, held: float) -> Unfinished:
        """Take all rows away and write the events; return what has still to be done."""
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
        Outbox(connection).forget(ids)
        Words(connection).purge()
        body = {
            "reason": text_of(reason),
            "rows": dict(scope.counts),
            "originals": len(scope.originals),
            "shared": len(scope.shared),
        }
        for one in ids:
            self._events.append("document.deleted", author, one, body)
        return self._still(scope, held, [Bytes(sha256, float(age)) for sha256, age in rows])

    def _still(self, scope: Scope, held: float, unnamed: Sequence[Bytes]) -> Unfinished:
        """Write what has still to be done: whoever is killed before cannot be asked again."""
        name, forget = uuid.uuid4().hex, [*scope.originals, *scope.shared]
        body = {"forget": forget, "unnamed": [one.sha256 for one in unnamed]}
        values = {"id": name, "kind": _KIND, "body": body, "due": now() + held, "tries": 1}
        self._connection.execute(insert(_outbox).values(values))
        return Unfinished(name, 1, forget, unnamed)

    def unfinished(self, held: float, *, at_once: bool = False) -> Sequence[Unfinished]:
        """Take what deletions left to do and nobody does now; ``at_once`` also what is new."""
        query = select(_outbox).where(_outbox.c.kind == _KIND)
        if not at_once:
            query = query.where(_outbox.c.due <= now())
        query = query.order_by(_outbox.c.id).with_for_update(skip_locked=True)
        rows = self._connection.execute(query).all()
        again = {"due": now() + held, "tries": _outbox.c.tries + 1}
        self._set([row.id for row in rows], again)
        return [
            Unfinished(
                row.id,
                row.tries + 1,
                row.body["forget"],
                # It was received long ago.
                [Bytes(one, held) for one in row.body["unnamed"]],
            )
            for row in rows
        ]

    def later(self, names: Sequence[str], seconds: float) -> None:
        """Give back what cannot be done now."""
        self._set(names, {"due": now() + seconds})

    def done(self, names: Sequence[str]) -> None:
        """Forget what is done."""
        self._connection.execute(delete(_outbox).where(_outbox.c.id.in_(names)))

    def _set(self, names: Sequence[str], values: Mapping[str, object]) -> None:
        self._connection.execute(update(_outbox).where(_outbox.c.id.in_(names)).values(values))

    def is_in_work(self, sha256: str) -> bool:
        """Say whether workers have to read these bytes, or do so just now, for a document."""
        table = _documents
        query = select(table.c.id).where(table.c.original == sha256, table.c.status.in_(_AT_WORK))
        return self._connection.execute(query.limit(1)).first() is not None

    def is_named(self, sha256: str) -> bool:
        """Say whether bytes are named; if not, nobody names them until this transaction ends."""
        # Who names bytes writes this row as well, and so waits for ours, which nobody ever sees.
        # The chain is not held meanwhile: a storage may take its time, and others want to write.
        values = {"size": 0, "received_at": now()}
        if named(self._connection, [sha256]) or not added(
            self._connection, _originals, sha256=sha256, **values
        ):
            return True
        self._connection.execute(delete(_originals).where(_originals.c.sha256 == sha256))
        return False

    def _with_parts(self, ids: Sequence[str]) -> list[str]:
        parts = select(_documents.c.id).where(_documents.c.part_of.in_(ids))
        found = self._connection.execute(parts.order_by(_documents.c.id)).scalars()
        return list(dict.fromkeys([*ids, *found]))

    def _with_shells(self, ids: list[str]) -> list[str]:
        """Add received files that hold nothing but pages of these documents."""
        table, part, holder, twin = _documents, *(_documents.alias() for _ in range(3))
        # The same bytes, sent by several, are a file of each; pages are of their sender's.
        twins = exists().where(twin.c.original == table.c.original, twin.c.id != table.c.id)
        theirs = or_(holder.c.traeger.is_not_distinct_from(table.c.traeger), ~twins)
        held = (
            select(holder.c.id)
            .join(_pages, _pages.c.document == holder.c.id)
            .where(_pages.c.original == table.c.original, theirs)
        )
        parts = select(part.c.id).where(part.c.part_of == table.c.id, part.c.id.not_in(ids))
        query = select(table.c.id).where(
            table.c.id.not_in(ids),
            table.c.version == 0,
            table.c.aside.is_not(None),  # it was read
            table.c.original.in_(self._named_by(ids)),
            held.where(holder.c.id.in_(ids)).correlate(table).exists(),
            ~held.where(holder.c.id.not_in(ids)).correlate(table).exists(),
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


def _of_others(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Return the condition on rows that they do not go with the documents that they name."""
    return or_(table.c.document.is_(None), table.c.document.not_in(scope.documents))


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
