"""Many documents of the queue at once, and what the last group check changed."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, insert, not_, select

from formservice.adapters.store import schema
from formservice.adapters.store.desk import oldest
from formservice.adapters.store.desk_seen import seen_many
from formservice.adapters.store.engine import now
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.desk import Choice
from formservice.application.desk_pictures import Seen
from formservice.application.ports_store import Author

_documents, _desk, _drafts = schema.documents, schema.web.desk, schema.web.drafts
# Further documents are looked at when these are done.
_MOST = 300
# Records of so many are read at once: most screens are full with them.
_AT_ONCE = 100
_KIND, _SUBJECT = "desk-undo", "group"


class StoredGroups:
    """Looks at many documents, each at one point in time."""

    def __init__(self, store: Store) -> None:
        """Look in ``store``."""
        self._store = store

    def pile(self, viewer: Author, choice: Choice) -> Iterator[Seen]:
        """Yield the documents that wait and that nobody else has, the oldest first."""
        taken = exists().where(
            _desk.c.document == _documents.c.id, _desk.c.until > now(), _desk.c.user != viewer.id
        )
        query = oldest(viewer, choice, (_documents.c.id,), _MOST, [not_(taken)])
        with self._store.look() as work:
            waiting = list(work.connection.execute(query).scalars())
            for start in range(0, len(waiting), _AT_ONCE):
                yield from seen_many(work, waiting[start : start + _AT_ONCE])

    def held(self, viewer: Author, documents: Sequence[str]) -> Collection[str]:
        """Return which of these documents ``viewer`` has already."""
        known = [text_of(one) for one in documents]
        query = select(_desk.c.document).where(
            _desk.c.document.in_(known), _desk.c.user == viewer.id, _desk.c.until > now()
        )
        with self._store.look() as work:
            return list(work.connection.execute(query).scalars())

    def keep_last(self, viewer: Author, before: Mapping[str, int]) -> None:
        """Keep which versions documents had before the last group was confirmed."""

        def keep(work: Work) -> None:
            work.connection.execute(delete(_drafts).where(_own(viewer)))
            work.connection.execute(
                insert(_drafts).values(
                    id=uuid.uuid4().hex,
                    user=viewer.id,
                    kind=_KIND,
                    subject=_SUBJECT,
                    body={"before": dict(before)},
                    version=1,
                    base=0,
                    updated_at=now(),
                )
            )

        self._store.written(keep)

    def last(self, viewer: Author) -> Mapping[str, int]:
        """Return that; nothing if no group was confirmed, or it is taken back."""
        with self._store.look() as work:
            return _kept(work, viewer)

    def forget_last(self, viewer: Author, before: Mapping[str, int]) -> None:
        """Forget that, unless another group was confirmed meanwhile."""

        def forget(work: Work) -> None:
            if _kept(work, viewer) == before:
                work.connection.execute(delete(_drafts).where(_own(viewer)))

        self._store.written(forget)


def _kept(work: Work, viewer: Author) -> Mapping[str, int]:
    body = work.connection.execute(select(_drafts.c.body).where(_own(viewer))).scalar() or {}
    return {str(key): int(one) for key, one in (body.get("before") or {}).items()}


def _own(viewer: Author) -> ColumnElement[bool]:
    return and_(
        _drafts.c.user == viewer.id, _drafts.c.kind == _KIND, _drafts.c.subject == _SUBJECT
    )
