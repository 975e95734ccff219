"""Documents as somebody at the desk sees them."""

from collections.abc import Sequence
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import func, select, tuple_

from formservice.adapters.store import schema
from formservice.adapters.store.desk_holds import not_there
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.desk_pictures import Seen, has_pictures
from formservice.application.ports_store import Author, PageOf


class StoredDocuments:
    """Looks at documents, each time at one point in time."""

    def __init__(self, store: Store) -> None:
        """Look in ``store``."""
        self._store = store

    def seen(self, viewer: Author, document: str) -> Seen:
        """Return a document that ``viewer`` may see; NotFoundError for any other."""
        with self._store.look() as work:
            return seen(work, viewer, document)


def seen(work: Work, viewer: Author, document: str) -> Seen:
    """Return a document that ``viewer`` may see; NotFoundError for any other.

    GoneOnError: it is decided, and was ``viewer``'s at the desk.
    """
    table, records = schema.documents, schema.records
    newest = (records.c.document == table.c.id) & (records.c.version == table.c.version)
    query = select(table.c.id, records.c.reading).outerjoin(records, newest)
    row = work.connection.execute(
        query.where(table.c.id == text_of(document), visible(viewer))
    ).first()
    if row is None:
        raise not_there(work.connection, viewer, document)
    reading: dict[str, Any] = row.reading or {}
    kept, pages = work.documents.get(row.id), work.documents.pages(row.id)
    return Seen(kept, pages, reading, _is_mixed(work, viewer, Seen(kept, pages, reading)))


def _is_mixed(work: Work, viewer: Author, one: Seen) -> bool:
    """Say whether what is shown of whole files shows pages that ``viewer`` may not see."""
    if one.pages and has_pictures(one.reading):
        return False  # page by page, its own
    whole = {page.original for page in one.pages} or {one.kept.original} - {None}
    return any(work.search.holds_unseen(one.kept.id, str(file), viewer) for file in whole)


def part_of(work: Work, viewer: Author, document: str) -> str:
    """Return the received file that a document is part of, or itself; NotFoundError if unseen."""
    table = schema.documents
    query = select(func.coalesce(table.c.part_of, table.c.id))
    query = query.where(table.c.id == text_of(document), visible(viewer))
    found: str | None = work.connection.execute(query).scalar()
    if found is None:
        raise not_there(work.connection, viewer, document)
    return found


def seen_many(work: Work, documents: Sequence[str]) -> list[Seen]:
    """Return documents that somebody may see, in this order: by as many queries as for one."""
    records, pages = schema.records, schema.pages
    kept = work.documents.many(documents)
    newest = tuple_(records.c.document, records.c.version).in_(
        [(one.id, one.version) for one in kept]
    )
    query = select(records.c.document, records.c.reading).where(newest)
    readings = {row.document: row.reading for row in work.connection.execute(query)}
    stand = select(pages).where(pages.c.document.in_(documents)).order_by(pages.c.position)
    found: dict[str, list[PageOf]] = {one.id: [] for one in kept}
    for row in work.connection.execute(stand):
        found[row.document].append(PageOf(row.original, row.page))
    return [Seen(one, found[one.id], readings.get(one.id, {})) for one in kept]
