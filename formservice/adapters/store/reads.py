"""The log of who looked at what, in the database."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.application.exporting import Kind
from formservice.application.reads import LIST, Look
from formservice.domain.case import Author
from formservice.domain.errors import no_document

# A page loads its pictures one by one, and people go back and forth: that is one look.
_SAME_S = 300.0
_DAY = 24 * 3600.0

_table = schema.web.reads


class StoredReads:
    """Writes and shows who looked at what, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Keep the log in ``store``."""
        self._store = store

    def seen(self, user: str, document: str, what: str) -> None:
        """Write that somebody was shown something of a document, once for a few minutes."""
        self.seen_many(user, [document], what)

    def seen_many(self, user: str, documents: Sequence[str], what: str) -> None:
        """Write the same of many documents, in one transaction."""
        wanted = dict.fromkeys(text_of(one) for one in documents)
        if not wanted:
            return
        with self._store.look() as work:
            known = _seen_lately(work.connection, user, list(wanted), what)
        missing = [one for one in wanted if one not in known]
        if missing:
            with self._store.work() as work:
                _note(work.connection, user, missing, what)

    def exported(self, author: Author, which: str, kind: Kind, documents: Sequence[str]) -> None:
        """Write down that a list left the house, and that all its documents were shown."""
        body = {"list": which, "format": str(kind), "documents": len(documents)}
        with self._store.work() as work:
            work.events.append("list.exported", author, None, body)
            _note(work.connection, author.id, documents, LIST)

    def of(self, document: str, viewer: Author, most: int = 500) -> Sequence[Look]:
        """Return who looked at a document that ``viewer`` may see, the last first."""
        users, kept = schema.users, schema.documents
        seen = select(kept.c.id).where(kept.c.id == text_of(document), visible(viewer))
        query = (
            select(_table.c.document, _table.c.user, users.c.name, _table.c.what, _table.c.at)
            .outerjoin(users, users.c.id == _table.c.user)
            .where(_table.c.document == text_of(document))
            .order_by(_table.c.at.desc(), _table.c.id.desc())
            .limit(most)
        )
        with self._store.look() as work:
            if work.connection.execute(seen).first() is None:
                raise no_document()
            rows = work.connection.execute(query).all()
        return [Look(row.document, row.user, row.name, row.what, row.at) for row in rows]

    def tidied(self, days: int) -> int:
        """Forget what is older than so many days; return how many rows."""
        with self._store.work() as work:
            old = delete(_table).where(_table.c.at < now() - days * _DAY)
            return int(work.connection.execute(old).rowcount)


def _seen_lately(
    connection: Connection, user: str, documents: Sequence[str], what: str
) -> Collection[str]:
    query = select(_table.c.document).where(_table.c.user == user, _table.c.what == what)
    query = query.where(_table.c.at > now() - _SAME_S)
    found = connection.execute(query.where(_table.c.document.in_(documents)))
    return {str(one) for one in found.scalars()}


def _note(connection: Connection, user: str, documents: Sequence[str], what: str) -> None:
    """Write that somebody was shown something of documents, inside a transaction."""
    moment = connection.execute(select(now())).scalar_one()
    rows = [{"document": one, "user": user, "what": what, "at": moment} for one in documents]
    if rows:
        connection.execute(insert(_table), rows)
