"""The queue of the desk, and drafts of what is decided there, in the database."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from formservice.adapters.store import schema
from formservice.adapters.store.desk_holds import draft_of, not_there
from formservice.adapters.store.desk_seen import seen
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.desk import (
    DOCUMENT_CODES,
    DRAFT_KIND,
    FIELD_CODES,
    LOOKED_THROUGH,
    Choice,
    Decision,
    Draft,
    Holding,
    Queued,
    Waiting,
)
from formservice.application.desk_pictures import Seen
from formservice.application.ports_store import Author
from formservice.application.search import Place
from formservice.domain.case import State
from formservice.domain.errors import ClashError, ConflictError

_documents, _findings = schema.documents, schema.findings
_desk, _drafts, _files = schema.web.desk, schema.web.drafts, schema.web.batch_files
_ORDER = ("received", "created_at", "id")
_PLACE = tuple_(*(_documents.c[name] for name in _ORDER))
_CODES = sorted(str(one) for one in FIELD_CODES | DOCUMENT_CODES)
_FIELD_CODES = sorted(str(one) for one in FIELD_CODES)
STATES = (State.UNIDENTIFIED, State.IN_REVIEW)
"""In which documents wait at the desk."""
# So many are counted; „more than“ is enough to know that there is plenty to do.
_MOST = 1_000
# Each time somebody else was faster by a moment.
_TRIES = 20


class StoredDesk:
    """The queue, each call in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Look and write in ``store``."""
        self._store = store

    def queued(self, viewer: Author, choice: Choice) -> Queued:
        """Return what waits for ``viewer``; counted up to a thousand."""
        with self._store.look() as work:
            columns = (_documents.c.id, _documents.c.form, _documents.c.received)
            found = oldest(viewer, choice, columns, _MOST).subquery()
            id_, form, received = found.c.c0, found.c.c1, found.c.c2
            rows = work.connection.execute(
                select(form, func.count(literal(1)), func.min(received))
                .group_by(form)
                .order_by(func.count(literal(1)).desc())
            ).all()
            others = and_(_desk.c.until > now(), _desk.c.user != viewer.id)
            taken = work.connection.execute(
                select(func.count(literal(1)))
                .select_from(found)
                .join(_desk, _desk.c.document == id_)
                .where(others)
            ).scalar_one()
        first = min((row[2] for row in rows), default=None)
        forms = [(row[0], row[1]) for row in rows]
        return Queued(sum(row[1] for row in rows), taken, first, forms, _MOST)

    def waiting(
        self, viewer: Author, choice: Choice, most: int, after: Place | None = None
    ) -> Sequence[Waiting]:
        """Return the first documents of the queue, or those behind a place, the oldest first."""
        fields = (
            select(func.count(literal(1)))
            .where(_findings.c.document == _documents.c.id, _findings.c.code.in_(_FIELD_CODES))
            .scalar_subquery()
        )
        told = ("id", "name", "form", "received", "created_at")
        columns = (*(_documents.c[name] for name in told), fields)
        behind = [] if after is None else [((after.received, after.created_at, after.id) < _PLACE)]
        query = oldest(viewer, choice, columns, most, behind)
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
            held = self._held(work.connection, [row[0] for row in rows])
        return [
            Waiting(key, name, form, day, doubtful, held.get(key), Place(day, at, key))
            for key, name, form, day, at, doubtful in rows
        ]

    def take(
        self, viewer: Author, choice: Choice, after: str | None, seconds: float
    ) -> str | None:
        """Take the next document nobody has, for so many seconds; None if there is none."""

        def take(work: Work) -> str | None:
            place = _place(work.connection, after)
            first = self._taken(work.connection, viewer, choice, place, after, seconds)
            if first is not None or place is None:
                return first
            return self._taken(work.connection, viewer, choice, None, after, seconds)

        return self._store.written(take)

    def following(self, viewer: Author, choice: Choice, after: str | None) -> str | None:
        """Return what ``take`` would take now; nobody has it for that."""
        passed = [after] if after is not None else []
        with self._store.look() as work:
            for place in dict.fromkeys([_place(work.connection, after), None]):
                query = _free(viewer, choice, place, passed)
                found = work.connection.execute(query).scalar()
                if found is not None:
                    return str(found)
        return None

    def hold(self, viewer: Author, document: str, seconds: float) -> str | None:
        """Take or keep this document; return who has it if that is somebody else."""

        def hold(work: Work) -> str | None:
            _refuse_unseen(work.connection, viewer, document)
            if _claimed(work.connection, viewer.id, document, seconds):
                return None
            query = select(_desk.c.user).where(_desk.c.document == document)
            return work.connection.execute(query).scalar()

        return self._store.written(hold)

    def besides(self, viewer: Author, document: str) -> Holding | None:
        """Return who else than ``viewer`` looks a document through; None if nobody."""
        with self._store.look() as work:
            return work.holds.besides(viewer, document)

    def release(self, viewer: Author, document: str) -> None:
        """Let others take a document; NotFoundError if ``viewer`` may not see it."""

        def release(work: Work) -> None:
            own = and_(_desk.c.document == text_of(document), _desk.c.user == viewer.id)
            freed = work.connection.execute(update(_desk).where(own).values(user=None, until=0.0))
            if not freed.rowcount:
                _refuse_unseen(work.connection, viewer, document)

        self._store.written(release)

    def finish(
        self,
        viewer: Author,
        document: str,
        write: Callable[[Work], int],
        draft: Draft | None = None,
    ) -> int:
        """Do what makes a version, and keep with it that all in doubt was looked at there."""

        def keep(work: Work) -> int:
            work.events.held()
            _refuse_unseen(work.connection, viewer, document)
            if draft is not None and _draft_held(work.connection, viewer, document) != draft:
                raise ConflictError(
                    "Zu diesem Vorgang wurde gerade noch etwas entschieden.",
                    "Bitte ansehen und noch einmal abschließen.",
                )
            version = write(work)
            work.connection.execute(delete(_drafts).where(draft_of(document, viewer.id)))
            looked_through(work, viewer, document, version)
            return version

        return self._store.written(keep)

    def draft(self, viewer: Author, document: str) -> Draft:
        """Return what somebody has decided of a document and not yet saved."""
        with self._store.look() as work:
            row = work.connection.execute(_draft_query(viewer, document)).first()
        return _draft(row)

    def keep_draft(self, viewer: Author, document: str, change: Callable[[Draft], Draft]) -> Draft:
        """Keep what ``change`` makes of that, while nobody else decides; return what it was."""

        def keep(work: Work) -> Draft:
            own, connection = draft_of(document, viewer.id), work.connection
            _refuse_unseen(connection, viewer, document)
            before = _draft_held(connection, viewer, document)
            after = change(before)
            if not after.decisions:
                connection.execute(delete(_drafts).where(own))
            elif after != before:
                told = [{"field": key, **asdict(one)} for key, one in after.decisions.items()]
                body = {"decisions": told}
                values = {"body": body, "base": after.base, "updated_at": now()}
                connection.execute(
                    update(_drafts).where(own).values(version=_drafts.c.version + 1, **values)
                )
            return before

        return self._store.written(keep)

    def seen(self, viewer: Author, document: str) -> Seen:
        """Return a document that ``viewer`` may see; NotFoundError for any other."""
        with self._store.look() as work:
            return seen(work, viewer, document)

    @staticmethod
    def _held(connection: Connection, documents: Sequence[str]) -> dict[str, str]:
        query = select(_desk.c.document, _desk.c.user).where(
            _desk.c.document.in_(documents), _desk.c.until > now()
        )
        return {row.document: row.user for row in connection.execute(query) if row.user}

    @staticmethod
    def _taken(
        connection: Connection,
        viewer: Author,
        choice: Choice,
        place: tuple[object, ...] | None,
        besides: str | None,
        seconds: float,
    ) -> str | None:
        """Take the first that is free behind ``place``; what somebody else took is passed over."""
        passed: list[str] = [besides] if besides is not None else []
        for _ in range(_TRIES):
            found = connection.execute(_free(viewer, choice, place, passed)).scalar()
            if found is None:
                return None
            if _claimed(connection, viewer.id, found, seconds):
                return str(found)
            passed.append(found)
        return None


def _free(
    viewer: Author, choice: Choice, place: tuple[object, ...] | None, passed: Sequence[str]
) -> Select[Any]:
    """Return the query for the first behind ``place`` that nobody else has."""
    taken = exists().where(
        _desk.c.document == _documents.c.id, _desk.c.until > now(), _desk.c.user != viewer.id
    )
    further = [not_(taken), _documents.c.id.not_in(passed)]
    if place is not None:
        further.append(place < _PLACE)
    return oldest(viewer, choice, (_documents.c.id,), 1, further)


def looked_through(work: Work, viewer: Author, document: str, version: int) -> None:
    """Keep that somebody looked at all that was in doubt, inside a transaction; nobody has it."""
    connection = work.connection
    added(connection, _desk, document=document, until=0.0, done_version=0)
    done = connection.execute(
        update(_desk)
        .where(_desk.c.document == document, _desk.c.done_version < version)
        .values(done_version=version, user=None, until=0.0)
    )
    if done.rowcount:
        work.events.append(LOOKED_THROUGH, viewer, document, {"version": version})


def is_asked() -> ColumnElement[bool]:
    """Return the condition that something of a document in one of the ``STATES`` is in doubt.

    A field that somebody found unreadable keeps its finding: what was looked through in this
    version asks nobody again.
    """
    table = _documents
    in_doubt = exists().where(_findings.c.document == table.c.id, _findings.c.code.in_(_CODES))
    done = exists().where(_desk.c.document == table.c.id, _desk.c.done_version >= table.c.version)
    return and_(table.c.version > 0, in_doubt, not_(done))


def _asked(viewer: Author, choice: Choice) -> ColumnElement[bool]:
    """Return the condition that a document waits at the desk, and ``viewer`` may see it."""
    table = _documents
    conditions = [visible(viewer), is_asked()]
    if choice.form is not None:
        conditions.append(table.c.form == (choice.form or None))
    if choice.batch is not None:
        own = select(_files.c.document).where(_files.c.batch == text_of(choice.batch))
        conditions.append(or_(table.c.id.in_(own), table.c.part_of.in_(own)))
    return and_(*conditions)


def oldest(
    viewer: Author,
    choice: Choice,
    columns: Sequence[ColumnElement[Any]],
    most: int,
    further: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """Return the query for the first documents of the queue, the oldest first.

    Said state by state: each has its index in this order, so that of a hundred thousand
    documents only the first are looked at.
    """
    table, count = _documents, len(columns)
    order = [table.c[name].label(f"by_{name}") for name in _ORDER]
    firsts = [
        select(*(one.label(f"c{at}") for at, one in enumerate(columns)), *order)
        .where(table.c.state == state, _asked(viewer, choice), *further)
        .order_by(*(table.c[name] for name in _ORDER))
        .limit(most)
        .subquery()
        for state in STATES
    ]
    both = union_all(*(select(one) for one in firsts)).subquery()
    shown = [both.c[f"c{at}"] for at in range(count)]
    return select(*shown).order_by(*(both.c[f"by_{name}"] for name in _ORDER)).limit(most)


def _draft_query(viewer: Author, document: str) -> Select[Any]:
    own = draft_of(document, viewer.id)
    return select(_drafts.c.body, _drafts.c.base).where(own)


def _draft(row: Row[Any] | None) -> Draft:
    if row is None:
        return Draft(0, {})
    # A list and no mapping: PostgreSQL's JSON keeps the order, but nobody has promised that.
    told = {one["field"]: one for one in row.body.get("decisions") or ()}
    return Draft(
        row.base,
        {
            key: Decision(one["said"], one.get("value"), bool(one.get("compared")))
            for key, one in told.items()
        },
    )


def _draft_held(connection: Connection, viewer: Author, document: str) -> Draft:
    """Return a draft that nobody else changes until this transaction ends.

    ClashError if it was finished in this very moment.
    """
    # Where nothing is decided yet, there is no row to wait for: both would be the first.
    added(
        connection,
        _drafts,
        id=uuid.uuid4().hex,
        user=viewer.id,
        kind=DRAFT_KIND,
        subject=document,
        document=document,
        body={},
        version=0,
        base=0,
        updated_at=now(),
    )
    row = connection.execute(_draft_query(viewer, document).with_for_update()).first()
    if row is None:
        raise ClashError("Dieser Vorgang wurde gerade abgeschlossen.")
    return _draft(row)


def _place(connection: Connection, document: str | None) -> tuple[object, ...] | None:
    """Return where a document stands in the order of the queue."""
    if document is None:
        return None
    query = select(*_PLACE.clauses).where(_documents.c.id == text_of(document))
    row = connection.execute(query).first()
    return None if row is None else tuple(row)


def _claimed(connection: Connection, user: str, document: str, seconds: float) -> bool:
    """Take a document for somebody; False if another one has it."""
    added(connection, _desk, document=document, until=0.0, done_version=0)
    free = or_(_desk.c.until <= now(), _desk.c.user == user, _desk.c.user.is_(None))
    done = connection.execute(
        update(_desk)
        .where(_desk.c.document == document, free)
        .values(user=user, until=now() + seconds)
    )
    return done.rowcount == 1


def _refuse_unseen(connection: Connection, viewer: Author, document: str) -> None:
    query = select(_documents.c.id).where(_documents.c.id == text_of(document), visible(viewer))
    if connection.execute(query).first() is None:
        raise not_there(connection, viewer, document)
