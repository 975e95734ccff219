"""Records that people made versions of, document by document."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.ports_store import Version

_SOME = 50


class StoredDecided:
    """Looks at some documents at a time, each time at one point in time."""

    def __init__(self, store: Store) -> None:
        """Look in ``store``."""
        self._store = store

    def decided(self) -> Iterator[Sequence[Version]]:
        """Yield the versions of every document that has more than one, oldest first."""
        table, last = schema.documents, ""
        while True:
            query = select(table.c.id).where(table.c.version > 1, table.c.id > last)
            with self._store.look() as work:
                ids = list(
                    work.connection.execute(query.order_by(table.c.id).limit(_SOME)).scalars()
                )
                found = [work.documents.versions(one) for one in ids]
            if not ids:
                return
            yield from found
            last = ids[-1]
