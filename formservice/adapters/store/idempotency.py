"""Answers to requests that were done once, in the database."""

from contextlib import AbstractContextManager
from typing import Any  # rows have the columns of their query

from sqlalchemy import ColumnElement, Row, delete, or_, select, update

from formservice.adapters.store import schema_web
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.store import WRITTEN, Store, is_of, noting
from formservice.application.idempotency import Answer, Begun, Deed, Once

_table = schema_web.idempotency
# Each time somebody else has begun it and given up between two statements.
_TIMES = 3


class StoredAnswers:
    """Each call is a transaction of its own: the request itself may take long."""

    def __init__(self, store: Store) -> None:
        """Keep answers in ``store``."""
        self._store = store

    def begin(self, once: Once) -> Begun | None:
        """Note that a request is being done; or return that it was begun before."""
        values = {"request": once.request, "created_at": now()}
        query = select(_table, (now() - _table.c.created_at).label("age")).where(is_of(once))
        for _ in range(_TIMES):
            with self._store.work() as work:
                if added(work.connection, _table, key=once.key, user=once.user, **values):
                    return None
                row = work.connection.execute(query).first()
            # Whoever began it may have dropped it since: then it is anybody's to begin.
            if row is not None:
                return _begun(row)
        # Somebody was at it each time.
        return Begun(once.request, 0.0, None)

    def again(self, once: Once, longer: float) -> bool:
        """Begin one anew that has run for longer than so many seconds; False if it is not so."""
        with self._store.work() as work:
            done = work.connection.execute(
                update(_table)
                .where(is_of(once), _table.c.status.is_(None))
                .where(_table.c.created_at < now() - longer)
                .values(created_at=now())
            )
        return bool(done.rowcount)

    def goes_on(self, once: Once) -> None:
        """Note that a request is still being done."""
        with self._store.work() as work:
            work.connection.execute(
                update(_table).where(is_of(once), _undone()).values(created_at=now())
            )

    def within(self, deed: Deed) -> AbstractContextManager[None]:
        """Let every transaction of this context note that it wrote; RunningError as the port."""
        return noting(deed)

    def end(self, once: Once, answer: Answer) -> None:
        """Keep the answer of a request that is done."""
        told = {"status": answer.status, "answer": answer.body, "media_type": answer.media_type}
        with self._store.work() as work:
            work.connection.execute(update(_table).where(is_of(once)).values(**told))

    def drop(self, deed: Deed) -> None:
        """Forget a request that was not done, so that it may be sent again."""
        which = _undone() if deed.written else _table.c.status.is_(None)
        with self._store.work() as work:
            work.connection.execute(delete(_table).where(is_of(deed.once), which))

    def tidied(self, older: float) -> int:
        """Forget what was begun more than so many seconds ago; return how many."""
        with self._store.work() as work:
            gone = work.connection.execute(
                delete(_table).where(_table.c.created_at < now() - older)
            )
        return int(gone.rowcount)


def _begun(row: Row[Any]) -> Begun:
    answer = None
    if row.status:
        answer = Answer(row.status, row.answer or b"", row.media_type or "")
    return Begun(row.request, float(row.age), answer, written=row.status == WRITTEN)


def _undone() -> ColumnElement[bool]:
    return or_(_table.c.status.is_(None), _table.c.status == WRITTEN)
