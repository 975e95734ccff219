"""Drafts in the database: each of one person, and of one thing."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any  # rows have the columns of their query
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.issued import visible_issued
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import storable, text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.drafts import (
    EDIT,
    FILL,
    KEPT_DAYS,
    SEARCH,
    About,
    Draft,
    OtherWindowError,
)
from formservice.application.ports_store import Author
from formservice.domain.case import Role

_DAY_S = 24 * 3600.0
_OFFICE = ZoneInfo("Europe/Berlin")
# Nobody reads a longer list of what they have begun.
_MOST = 200

_table = schema.web.drafts


class StoredDrafts:
    """Keeps drafts; every call is a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Keep them in ``store``."""
        self._store = store

    def get(self, user: Author, kind: str, subject: str) -> Draft | None:
        """Return a draft that is not discarded; None if there is none that they may still see."""
        own = _own(user, kind, subject)
        query = select(_table).where(own, _table.c.discarded_at.is_(None), *_seen(user))
        with self._store.look() as work:
            row = work.connection.execute(query).first()
        return None if row is None else _draft(row)

    def mine(self, user: Author) -> Sequence[Draft]:
        """Return all drafts of somebody, the newest first, of what they may still see."""
        query = (
            select(_table)
            .where(_table.c.user == user.id, _table.c.discarded_at.is_(None))
            .where(_table.c.kind.in_((FILL, EDIT)))
            .where(*_seen(user))
            .order_by(_table.c.updated_at.desc(), _table.c.id)
            .limit(_MOST)
        )
        with self._store.look() as work:
            return [_draft(row) for row in work.connection.execute(query)]

    def save(
        self, user: Author, about: About, body: Mapping[str, Any], base: int, seen: int | None
    ) -> Draft:
        """Keep a draft; OtherWindowError if its version is not the one ``seen``."""

        def do(work: Work) -> Draft:
            own = _own(user, about.kind, about.subject)
            query = select(_table).where(own).with_for_update()
            row = work.connection.execute(query).first()
            values = {"body": storable(dict(body)), "updated_at": now(), "discarded_at": None}
            if row is None:
                is_new = added(
                    work.connection,
                    _table,
                    id=uuid.uuid4().hex,
                    user=user.id,
                    kind=about.kind,
                    subject=text_of(about.subject),
                    document=about.document,
                    case=about.case,
                    version=1,
                    base=base,
                    **values,
                )
                if not is_new:  # another window was faster, in this very moment
                    row = work.connection.execute(query).one()
                    raise OtherWindowError(row.version, _moment(row.updated_at))
            else:
                if seen is not None and row.version != seen and row.discarded_at is None:
                    raise OtherWindowError(row.version, _moment(row.updated_at))
                change = update(_table).where(own)
                work.connection.execute(
                    change.values(version=_table.c.version + 1, base=base, **values)
                )
            return _draft(work.connection.execute(select(_table).where(own)).one())

        return self._store.written(do)

    def discard(self, user: Author, kind: str, subject: str) -> bool:
        """Put a draft aside; False if there is none."""
        change = update(_table).where(_own(user, kind, subject), _table.c.discarded_at.is_(None))
        return self._changed(change.values(discarded_at=now()))

    def restore(self, user: Author, kind: str, subject: str) -> bool:
        """Take back that a draft was put aside; False if that is not possible any more."""
        own = _own(user, kind, subject)
        change = update(_table).where(own, _table.c.discarded_at.is_not(None))
        return self._changed(change.values(discarded_at=None))

    def done(self, user: Author, kind: str, subject: str) -> None:
        """Delete a draft."""
        self._changed(delete(_table).where(_own(user, kind, subject)))

    def _changed(self, change: Any) -> bool:  # an update or a delete
        return self._store.written(lambda work: work.connection.execute(change).rowcount > 0)


def outdated(work: Work) -> int:
    """Take away drafts that nobody came back to; after a day discarded ones and searches."""
    old = or_(
        _table.c.updated_at < now() - KEPT_DAYS * _DAY_S,
        _table.c.discarded_at < now() - _DAY_S,
        and_(_table.c.kind == SEARCH, _table.c.updated_at < now() - _DAY_S),
    )
    return int(work.connection.execute(delete(_table).where(old)).rowcount)


def _own(user: Author, kind: str, subject: str) -> ColumnElement[bool]:
    is_own: ColumnElement[bool] = _table.c.user == user.id
    return is_own & (_table.c.kind == kind) & (_table.c.subject == text_of(subject))


def _seen(user: Author) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on drafts of somebody: of what they may see now, or of nothing.

    Their own words say names of persons, too: they go out of sight with what they are about.
    """
    documents = select(schema.documents.c.id).where(visible(user))
    of_document = or_(_table.c.document.is_(None), _table.c.document.in_(documents))
    return of_document, or_(_table.c.case.is_(None), _is_of_theirs(user))


def _is_of_theirs(user: Author) -> ColumnElement[bool]:
    """Return the condition that a draft is for a case, for a Träger a participation, of theirs."""
    parts, massnahmen = schema.participations, schema.massnahmen
    if user.role is Role.TRAEGER:
        theirs = select(parts.c.id).join(massnahmen, massnahmen.c.id == parts.c.massnahme)
        part = _table.c.body["teilnahme"].as_string()
        is_theirs: ColumnElement[bool] = part.in_(theirs.where(visible_issued(user)))
        return is_theirs
    return _table.c.case.in_(select(schema.cases.c.id).where(visible_issued(user)))


def _draft(row: Row[Any]) -> Draft:
    about = About(row.kind, row.subject, row.document, row.case)
    return Draft(about, row.body, row.version, row.base, _moment(row.updated_at))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, _OFFICE)
