"""How far work on many documents is, with few queries: people wait and look on."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, and_, func, select

from formservice.adapters.store import schema
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.application.live import Glimpse
from formservice.application.ports_store import Author

# As many as a query may name on either database.
_MOST = 500


class StoredGlimpses:
    """Looks at documents in the store, each time anew."""

    def __init__(self, store: Store) -> None:
        """Look into ``store``."""
        self._store = store

    def visible(self, documents: Collection[str], viewer: Author) -> Collection[str]:
        """Return those of so many documents that ``viewer`` may see."""
        table = schema.documents
        found: set[str] = set()
        with self._store.look() as work:
            for some in _portions(documents):
                query = select(table.c.id).where(table.c.id.in_(some), visible(viewer))
                found.update(work.connection.execute(query).scalars())
        return found

    def now(self, documents: Collection[str]) -> Mapping[str, Glimpse]:
        """Return where so many documents stand, by their ids; none for what is not there."""
        found: dict[str, Glimpse] = {}
        with self._store.look() as work:
            for some in _portions(documents):
                found.update((one.document, one) for one in _glimpses(work.connection, some))
        return found


def _glimpses(connection: Connection, some: Sequence[str]) -> Iterator[Glimpse]:
    table, told, part = schema.documents, schema.progress, schema.documents.alias("part")
    last = (
        select(told.c.document, func.max(told.c.seq).label("seq"))
        .where(told.c.document.in_(some))
        .group_by(told.c.document)
        .subquery()
    )
    parts = (
        select(part.c.part_of, func.count().label("parts"))
        .where(part.c.part_of.in_(some))
        .group_by(part.c.part_of)
        .subquery()
    )
    is_last = and_(told.c.document == last.c.document, told.c.seq == last.c.seq)
    # What was told about an earlier stage says nothing about this one.
    of_stage = and_(told.c.document == table.c.id, told.c.stage == table.c.stage)
    columns = (table.c.id, table.c.stage, table.c.status, table.c.state, table.c.version)
    query = (
        select(*columns, told.c.code, told.c.done, told.c.total, parts.c.parts)
        .outerjoin(last, last.c.document == table.c.id)
        .outerjoin(told, and_(is_last, of_stage))
        .outerjoin(parts, parts.c.part_of == table.c.id)
        .where(table.c.id.in_(some))
    )
    for row in connection.execute(query):
        yield Glimpse(*row[:-1], parts=row.parts or 0)


def _portions(documents: Collection[str]) -> Iterator[Sequence[str]]:
    """Yield the ids in portions that one query may name; what no id can be names nothing."""
    every = sorted({text_of(one) for one in documents})
    for start in range(0, len(every), _MOST):
        yield every[start : start + _MOST]
