"""Which files came together, and what became of each of their pages, in the database."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.desk_batches import Batch, BatchFile
from formservice.application.desk_shelf import loose_pages
from formservice.application.ports_store import Author
from formservice.domain.case import Role, State
from formservice.domain.errors import NotFoundError

_documents, _pages = schema.documents, schema.pages
_batches, _files = schema.web.batches, schema.web.batch_files
_AT_WORK = ("ready", "running")


class StoredBatches:
    """Batches, each call in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Look and write in ``store``."""
        self._store = store

    def opened(self, viewer: Author) -> str:
        """Begin a batch and return its id."""
        name = uuid.uuid4().hex
        with self._store.work() as work:
            work.connection.execute(
                insert(_batches).values(id=name, user=viewer.id, created_at=now())
            )
        return name

    def added(self, viewer: Author, batch: str, document: str, pages: int, known: bool) -> None:
        """Keep that a file belongs to a batch; NotFoundError if that is none of the viewer's."""

        def add(work: Work) -> None:
            _refuse_foreign(work.connection, viewer, batch)
            added(
                work.connection,
                _files,
                batch=text_of(batch),
                document=document,
                known=known,
                pages=pages,
            )

        self._store.written(add)

    def batches(self, viewer: Author, most: int = 50) -> Sequence[Batch]:
        """Return the newest batches that ``viewer`` may see."""
        users, table = schema.users, _documents
        own = (
            select(_batches.c.id, _batches.c.user, _batches.c.created_at, users.c.name)
            .outerjoin(users, users.c.id == _batches.c.user)
            .where(_mine(viewer))
            .order_by(_batches.c.created_at.desc(), _batches.c.id)
            .limit(most)
            .subquery()
        )
        at_work = func.sum(case((table.c.status.in_(_AT_WORK), 1), else_=0))
        failed = func.sum(case((table.c.status == "failed", 1), else_=0))
        counted = (
            select(_files.c.batch, func.count(literal(1)), at_work, failed)
            .join(table, table.c.id == _files.c.document)
            .where(_files.c.batch.in_(select(own.c.id)))
            .group_by(_files.c.batch)
        )
        with self._store.look() as work:
            rows = work.connection.execute(select(own)).all()
            counts = {row[0]: tuple(row)[1:] for row in work.connection.execute(counted)}
        found = [
            Batch(row.id, row.user, row.name, row.created_at, *counts.get(row.id, (0, 0, 0)))
            for row in rows
        ]
        return sorted(found, key=lambda one: -one.created_at)

    def files(self, viewer: Author, batch: str) -> Sequence[BatchFile]:
        """Return what became of the files of a batch; NotFoundError if there is no such batch.

        All of them are counted: pages in are pages filed, also when somebody has decided. What
        ``viewer`` does not see any more has no name and no forms here.
        """
        table = _documents
        is_seen = case((visible(viewer), 1), else_=0).label("is_seen")
        names = ("id", "name", "status", "state", "error", "original", "aside", "version", "form")
        query = (
            select(*(table.c[name] for name in names), _files.c.known, _files.c.pages, is_seen)
            .join(_files, _files.c.document == table.c.id)
            .where(_files.c.batch == text_of(batch))
            .order_by(table.c.created_at, table.c.id)
        )
        with self._store.look() as work:
            _refuse_foreign(work.connection, viewer, batch)
            rows = work.connection.execute(query).all()
            filed = self._filed(work.connection, [row.id for row in rows])
            same = self._same(work.connection, viewer, [row.id for row in rows])
            parts = self._parts(work.connection, viewer, [row.id for row in rows])
        return [
            BatchFile(
                document=row.id,
                name=row.name if row.is_seen else "",
                known=row.known,
                status=row.status,
                state=State(row.state),
                error=row.error,
                pages=row.pages,
                filed=filed.get(row.id, 0),
                aside=len(loose_pages(row.aside or ())),
                found=parts[row.id]
                or ([(row.id, row.form, State(row.state))] if row.version and row.is_seen else []),
                is_seen=bool(row.is_seen),
                same=same[row.id],
            )
            for row in rows
        ]

    def retried(self, viewer: Author, document: str) -> bool:
        """Give a document that was put aside to workers once more; False if it was not."""

        def retry(work: Work) -> bool:
            query = select(_documents.c.id).where(
                _documents.c.id == text_of(document), visible(viewer)
            )
            found = work.connection.execute(query).scalar()
            return found is not None and work.queue.retry(found)

        return self._store.written(retry)

    @staticmethod
    def _filed(connection: Connection, files: Sequence[str]) -> dict[str, int]:
        """Return how many pages of files are in documents.

        The same bytes, sent by several, are a file of each: what was found in another one of these
        are its pages. Such as were moved into documents of other files are their sender's.
        """
        file, holder, twin, shown = (_documents.alias() for _ in range(4))
        root = func.coalesce(holder.c.part_of, holder.c.id)
        twins = exists().where(*_twins(file, twin))
        of_twin = exists().where(*_twins(file, shown), shown.c.id == root)
        theirs = or_(
            root == file.c.id, holder.c.traeger.is_not_distinct_from(file.c.traeger), ~twins
        )
        query = (
            select(file.c.id, func.count(_pages.c.page.distinct()))
            .join(_pages, _pages.c.original == file.c.original)
            .join(holder, holder.c.id == _pages.c.document)
            .where(file.c.id.in_(files), theirs, ~of_twin)
            .group_by(file.c.id)
        )
        return {row[0]: row[1] for row in connection.execute(query)}

    @staticmethod
    def _same(
        connection: Connection, viewer: Author, files: Sequence[str]
    ) -> defaultdict[str, list[str]]:
        """Return which other files have the same bytes, as far as ``viewer`` sees them."""
        file, twin = _documents.alias(), _documents.alias()
        query = (
            select(file.c.id, twin.c.id)
            .join(twin, and_(*_twins(file, twin)))
            .where(file.c.id.in_(files), visible(viewer, twin))
            .order_by(twin.c.created_at, twin.c.id)
        )
        found: defaultdict[str, list[str]] = defaultdict(list)
        for own, other in connection.execute(query):
            found[own].append(other)
        return found

    @staticmethod
    def _parts(
        connection: Connection, viewer: Author, files: Sequence[str]
    ) -> defaultdict[str, list[tuple[str, str | None, State]]]:
        table = _documents
        query = (
            select(table.c.part_of, table.c.id, table.c.form, table.c.state)
            .where(table.c.part_of.in_(files), visible(viewer), table.c.state != State.JOINED)
            .order_by(table.c.created_at, table.c.id)
        )
        found: defaultdict[str, list[tuple[str, str | None, State]]] = defaultdict(list)
        for row in connection.execute(query):
            found[row.part_of].append((row.id, row.form, State(row.state)))
        return found


def _twins(file: FromClause, twin: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that ``twin`` is another file of the same bytes as ``file``."""
    return twin.c.original == file.c.original, twin.c.part_of.is_(None), twin.c.id != file.c.id


def _mine(viewer: Author) -> ColumnElement[bool]:
    """Return the condition on batches that somebody may see: their own; the lead all."""
    if viewer.role is Role.LEAD:
        return _batches.c.id.is_not(None)
    if viewer.role is Role.BACK_OFFICE:
        staff = select(schema.users.c.id).where(schema.users.c.role == Role.BACK_OFFICE)
        return or_(_batches.c.user == viewer.id, _batches.c.user.in_(staff))
    return _batches.c.user == viewer.id


def _refuse_foreign(connection: Connection, viewer: Author, batch: str) -> None:
    query = select(_batches.c.id).where(and_(_batches.c.id == text_of(batch), _mine(viewer)))
    if connection.execute(query).first() is None:
        raise NotFoundError("Diesen Stapel gibt es nicht.")
