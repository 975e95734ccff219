"""Pages moved between documents, documents split and joined: all of it in one transaction."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.desk_seen import part_of, seen, seen_many
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import form_of, storable, text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.desk import DRAFT_KIND
from formservice.application.desk_pages import ARRANGED, Family, Near, Piece, taken
from formservice.application.desk_pictures import Seen
from formservice.application.desk_shelf import Shelf
from formservice.application.ports_store import SERVICE, Author, Found, Kept, PageOf, Version
from formservice.domain.canonical import digest
from formservice.domain.case import Role, State
from formservice.domain.errors import ConflictError, no_document

_documents, _pages = schema.documents, schema.pages
_belongs, _cases, _persons = schema.case_documents, schema.cases, schema.persons
_PERSON = (_persons.c.name, _persons.c.vorname)
_OPEN = (State.UNIDENTIFIED, State.IN_REVIEW)
_MOST = 40


class StoredPages:
    """Which pages are which document, each change in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Look and write in ``store``."""
        self._store = store

    def family(self, viewer: Author, document: str) -> Family:
        """Return all that was found with a document in one file, as far as ``viewer`` sees it."""
        with self._store.look() as work:
            own = seen(work, viewer, document)
            root = own.kept.part_of or own.kept.id
            table = _documents
            query = (
                select(table.c.id)
                .where(or_(table.c.id == root, table.c.part_of == root), visible(viewer))
                .where(table.c.state.in_(_OPEN), table.c.version > 0)
                .order_by(table.c.created_at, table.c.id)
            )
            ids = list(work.connection.execute(query).scalars())
            return Family(
                root, seen_many(work, ids), self._aside(work, root), self._near(work, viewer, own)
            )

    def aside(self, viewer: Author, document: str) -> Sequence[Mapping[str, Any]]:
        """Return what is no document of the file a document came in; NotFoundError if unseen."""
        with self._store.look() as work:
            return self._aside(work, part_of(work, viewer, document))

    def versions(self, viewer: Author, document: str) -> Mapping[int, Version]:
        """Return all versions of a document; NotFoundError if not visible."""
        with self._store.look() as work:
            kept = seen(work, viewer, document).kept
            return {one.version: one for one in work.documents.versions(kept.id)}

    def has_arranged(self, viewer: Author, document: str) -> bool:
        """Say whether ``viewer`` has put pages of this document together."""
        events = schema.events
        query = select(events.c.seq).where(
            events.c.document == text_of(document),
            events.c.type == ARRANGED,
            events.c.author == viewer.id,
        )
        with self._store.look() as work:
            return work.connection.execute(query.limit(1)).first() is not None

    def states(self, documents: Sequence[str]) -> Mapping[str, Kept]:
        """Return where documents stand; those that are not there are left out."""
        with self._store.look() as work:
            return {one.id: one for one in work.documents.many(documents)}

    def arrange(
        self,
        viewer: Author,
        pieces: Sequence[Piece],
        shelf: Shelf | None,
        *,
        knowingly: bool = False,
    ) -> list[str]:
        """Let documents have other pages, all of it or nothing; return their ids.

        Raises:
            ConflictError: somebody else changed one of them, or the shelf, meanwhile.
            TakenError: somebody else looks one of them through; not if ``knowingly``.
            NotFoundError: ``viewer`` may not see one of them.
            UsageError: one is not to be changed any more.
        """

        def arrange(work: Work) -> list[str]:
            work.events.held()
            if shelf is not None:
                _refuse_changed(work, shelf)
            ids = [self._placed(work, viewer, one, knowingly=knowingly) for one in pieces]
            if shelf is not None:
                _shelved(work, viewer, shelf)
            # What somebody had decided was about other readings.
            drafts = schema.web.drafts
            began = (drafts.c.kind == DRAFT_KIND) & drafts.c.document.in_(ids)
            work.connection.execute(delete(drafts).where(began))
            for one in ids:
                work.events.append(ARRANGED, viewer, one, {"with": len(ids)})
            return ids

        return self._store.written(arrange)

    def _placed(self, work: Work, viewer: Author, piece: Piece, *, knowingly: bool) -> str:
        if piece.document is None:
            return _made(work, piece)
        kept = work.documents.get(piece.document)
        allowed = select(_documents.c.id).where(_documents.c.id == kept.id, visible(viewer))
        if work.connection.execute(allowed.with_for_update()).first() is None:
            raise no_document()
        if kept.version != piece.base:
            raise ConflictError(
                "Inzwischen hat jemand diesen Vorgang geändert.", "Bitte die Seite neu laden."
            )
        held = None if knowingly else work.holds.besides(viewer, kept.id)
        if held is not None:
            raise taken(held)
        if kept.state is State.JOINED:
            work.documents.move(kept.id, State.UNIDENTIFIED, viewer)
        _replace(work.connection, kept.id, piece.pages)
        work.documents.save(kept.id, piece.base, piece.reading, viewer, piece.reason)
        _stands(work, kept.id, viewer, piece)
        return kept.id

    @staticmethod
    def _aside(work: Work, root: str) -> Sequence[Mapping[str, Any]]:
        query = select(_documents.c.aside).where(_documents.c.id == root)
        return work.connection.execute(query).scalar() or ()

    @staticmethod
    def _near(work: Work, viewer: Author, own: Seen) -> Sequence[Near]:
        """Return other documents of that day and way in which pages may belong to.

        None of another Träger: who sees a document sees all its pages.
        """
        table, root = _documents, own.kept.part_of or own.kept.id
        theirs = or_(table.c.traeger.is_(None), table.c.traeger == own.kept.traeger)
        query = (
            select(table.c.id, schema.traeger.c.name.label("traeger"), *_PERSON)
            .outerjoin(schema.traeger, schema.traeger.c.id == table.c.traeger)
            .outerjoin(_belongs, _belongs.c.document == table.c.id)
            .outerjoin(_cases, _cases.c.id == _belongs.c.case)
            .outerjoin(_persons, _persons.c.id == _cases.c.person)
            .where(table.c.state.in_(_OPEN), table.c.version > 0, visible(viewer))
            .where(table.c.received == own.kept.received, table.c.source == own.kept.source)
            .where(table.c.id != root, or_(table.c.part_of.is_(None), table.c.part_of != root))
            .order_by(table.c.created_at.desc(), table.c.id)
            .limit(_MOST)
        )
        if own.kept.traeger is not None:
            query = query.where(theirs)
        rows = {row.id: row for row in work.connection.execute(query)}
        return [
            Near(kept, _called(rows[kept.id]), rows[kept.id].traeger or "")
            for kept in work.documents.many(list(rows))
        ]


def _called(row: Row[Any, Any, Any, Any]) -> str:
    return "" if row.name is None else f"{row.name}, {row.vorname}"


def _made(work: Work, piece: Piece) -> str:
    """Keep a document that pages become by themselves, as a part of what they came with."""
    received = work.documents.get(piece.part_of)
    many = len(work.documents.parts(received.id))
    found = Found(piece.pages, piece.reading, uuid.uuid4().hex)
    return work.documents.part(received, found, many, SERVICE)


def _replace(connection: Connection, document: str, pages: Sequence[PageOf]) -> None:
    connection.execute(delete(_pages).where(_pages.c.document == document))
    rows = [
        {"document": document, "position": at, "original": one.original, "page": one.page}
        for at, one in enumerate(pages)
    ]
    if rows:
        connection.execute(insert(_pages), rows)


def _stands(work: Work, document: str, viewer: Author, piece: Piece) -> None:
    """Move a document to where its new reading belongs; a Träger says itself when it hands in."""
    if viewer.role is Role.TRAEGER:
        return
    now = work.documents.get(document).state
    form, _ = form_of(piece.reading)
    wanted = State.IN_REVIEW if form else State.UNIDENTIFIED
    if not piece.pages:
        wanted = State.JOINED
    if now is not wanted:
        work.documents.move(document, wanted, viewer, piece.reason)


def _refuse_changed(work: Work, shelf: Shelf) -> None:
    """Raise ConflictError if what is no document is not what somebody began with.

    No version of a document tells: two who put pages of different documents aside change none
    of each other's, and of the shelf each would write what it would be without the other.
    """
    query = select(_documents.c.aside).where(_documents.c.id == text_of(shelf.root))
    now = work.connection.execute(query.with_for_update()).scalar() or ()
    if list(now) != list(shelf.base):
        raise ConflictError(
            "Die Seiten dieser Datei hat inzwischen jemand anderes geordnet.",
            "Bitte neu laden und noch einmal ordnen.",
        )


def _shelved(work: Work, viewer: Author, shelf: Shelf) -> None:
    """Keep what of a received file is no document."""
    told = [storable(dict(one)) for one in shelf.aside]
    root = text_of(shelf.root)
    work.connection.execute(update(_documents).where(_documents.c.id == root).values(aside=told))
    body = {"aside": work.events.salted(root, digest(told))}
    work.events.append("document.aside", viewer, root, body)
