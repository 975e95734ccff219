"""Which other programs are told of what happens, and what waits to be told, in the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any  # rows have the columns of their query

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from formservice.adapters.identity.sealing import Seal
from formservice.adapters.store import schema, schema_web
from formservice.adapters.store.engine import now
from formservice.adapters.store.events import Events
from formservice.adapters.store.notices import KIND, notice_row
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.application.webhooks_ports import (
    Delivery,
    Notice,
    Outcome,
    Standing,
    Webhook,
)
from formservice.application.webhooks_types import TEST
from formservice.domain.errors import NotFoundError

_hooks, _outbox = schema_web.webhooks, schema.outbox
_RECENT_S = 24 * 3600.0
_DUE = (_outbox.c.kind == KIND, _outbox.c.done_at.is_(None), _outbox.c.due <= now())
_OF = _outbox.c.body["webhook"].as_string()


@dataclass(frozen=True, slots=True)
class Unit:
    """One transaction, as far as telling others goes."""

    events: Events
    webhooks: "Webhooks"
    notices: "Notices"


class StoredWebhooks:
    """Webhooks and their notices in the database of a store."""

    def __init__(self, store: Store, key: Callable[[], bytes]) -> None:
        """Keep them in ``store``, their secrets sealed with the ``key`` of the installation.

        It is asked for when there is a secret: who has no webhooks needs none.
        """
        self._store = store
        self._key = key

    @contextmanager
    def work(self) -> Iterator[Unit]:
        """Open a transaction that writes."""
        with self._store.work() as work:
            yield Unit(work.events, self._hooks(work.connection), Notices(work.connection))

    @contextmanager
    def look(self) -> Iterator[Unit]:
        """Open a transaction that only reads."""
        with self._store.look() as work:
            yield Unit(work.events, self._hooks(work.connection), Notices(work.connection))

    def _hooks(self, connection: Connection) -> "Webhooks":
        return Webhooks(connection, self._key)


class Webhooks:
    """Works inside one transaction."""

    def __init__(self, connection: Connection, key: Callable[[], bytes]) -> None:
        """Read and write with ``connection``; secrets are sealed with ``key``."""
        self._connection = connection
        self._key = key

    def all(self) -> Sequence[Webhook]:
        """Return all, the first registered first."""
        query = select(_hooks).order_by(_hooks.c.created_at, _hooks.c.id)
        return [_webhook(row) for row in self._connection.execute(query)]

    def get(self, webhook: str) -> Webhook:
        """Return one; NotFoundError if there is none of that id."""
        query = select(_hooks).where(_hooks.c.id == text_of(webhook))
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFoundError("Diesen Webhook gibt es nicht (mehr).")
        return _webhook(row)

    def add(self, webhook: Webhook, secret: str) -> None:
        """Register one."""
        self._connection.execute(
            insert(_hooks).values(
                id=webhook.id,
                user=webhook.user,
                url=webhook.url,
                secret=self._seal().sealed(secret, webhook.id),
                types=" ".join(webhook.types),
                active=webhook.active,
                created_at=webhook.since,
            )
        )

    def remove(self, webhook: str) -> None:
        """Forget one, and what waits for it or was told to it."""
        self._connection.execute(delete(_outbox).where(_outbox.c.kind == KIND, webhook == _OF))
        self._connection.execute(delete(_hooks).where(_hooks.c.id == webhook))

    def turn(self, webhook: str, *, active: bool) -> None:
        """Let one be told, or not."""
        self._set(webhook, active=active)

    def renew(self, webhook: str, secret: str, overlap: float) -> None:
        """Give one a new secret; the former counts for so many seconds more."""
        sealed = self._seal().sealed(secret, webhook)
        self._set(webhook, previous=_hooks.c.secret, secret=sealed, previous_until=now() + overlap)

    def secrets(self, webhook: str) -> Sequence[str]:
        """Return the secrets that count now, the newest first; none if the key is not this one."""
        still = (_hooks.c.previous_until > now()).label("still")
        query = select(_hooks.c.secret, _hooks.c.previous, still).where(_hooks.c.id == webhook)
        row = self._connection.execute(query).one()
        sealed = [row.secret, *([row.previous] if row.still else [])]
        seal = self._seal()
        return [one for one in (seal.opened(each, webhook) for each in sealed) if one is not None]

    def _seal(self) -> Seal:
        return Seal(self._key(), "webhook")

    def _set(self, webhook: str, **values: object) -> None:
        self._connection.execute(update(_hooks).where(_hooks.c.id == webhook).values(**values))


class Notices:
    """What waits to be told, in the outbox; works inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection

    def put(self, name: str, webhook: str, type_: str, at: str) -> None:
        """Write a notice about no document, to be told at once."""
        body = {"webhook": webhook, "type": type_, "at": at, "data": {}}
        self._connection.execute(insert(_outbox).values(notice_row(name, None, body)))

    def is_due(self) -> bool:
        """Say whether anything is due."""
        return (
            self._connection.execute(select(_outbox.c.id).where(*_DUE).limit(1)).first()
            is not None
        )

    def claim(self, lease: float, most: int) -> Sequence[Notice]:
        """Take what is due, for so many seconds."""
        query = (
            select(_outbox)
            .where(*_DUE)
            .order_by(_outbox.c.due, _outbox.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return self._taken(self._connection.execute(query).all(), lease)

    def claim_one(self, name: str, lease: float) -> Notice | None:
        """Take this one, due or not; None if it is told or being told."""
        query = select(_outbox).where(
            _outbox.c.id == name,
            _outbox.c.kind == KIND,
            _outbox.c.done_at.is_(None),
            _outbox.c.receipt.is_(None),
        )
        rows = self._connection.execute(query.with_for_update(skip_locked=True)).all()
        taken = self._taken(rows, lease)
        return taken[0] if taken else None

    def _taken(self, rows: Sequence[Row[Any]], lease: float) -> Sequence[Notice]:
        self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_([row.id for row in rows]))
            .values(due=now() + lease, tries=_outbox.c.tries + 1, receipt=str(Outcome.SENDING))
        )
        return [
            Notice(
                row.id,
                row.body["webhook"],
                row.body["type"],
                row.body["at"],
                row.body["data"],
                row.tries + 1,
            )
            for row in rows
        ]

    def done(self, notice: Notice, outcome: Outcome, told: str) -> None:
        """Note what became of it."""
        self._end(notice, told, done_at=now(), receipt=str(outcome))

    def later(self, notice: Notice, seconds: float, told: str) -> None:
        """Give it back after a try, due in so many seconds."""
        self._end(notice, told, due=now() + seconds, receipt=None)

    def postponed(self, notice: Notice, seconds: float) -> None:
        """Give it back without a try."""
        tries = _outbox.c.tries - 1
        self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id == notice.id, _outbox.c.tries == notice.tries)
            .where(_outbox.c.done_at.is_(None))
            .values(due=now() + seconds, receipt=None, tries=tries)
        )

    def _end(self, notice: Notice, told: str, **values: object) -> None:
        body: dict[str, object] = {"webhook": notice.webhook, "type": notice.type}
        body |= {"at": notice.at, "data": dict(notice.data), "told": told}
        self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id == notice.id, _outbox.c.tries == notice.tries)
            .where(_outbox.c.done_at.is_(None))
            .values(body=body, **values)
        )

    def log(self, webhook: str, most: int) -> Sequence[Delivery]:
        """Return the last notices of a webhook, the newest first."""
        at = _outbox.c.body["at"].as_string()
        query = select(_outbox).where(_outbox.c.kind == KIND, webhook == _OF)
        rows = self._connection.execute(query.order_by(at.desc(), _outbox.c.id).limit(most))
        return [
            Delivery(
                row.id,
                row.body["type"],
                row.body["at"],
                row.body["data"].get("document"),
                Outcome(row.receipt or ""),
                row.tries,
                row.body.get("told", ""),
                row.due,
                row.done_at,
            )
            for row in rows
        ]

    def standing(self) -> Mapping[str, Standing]:
        """Return how many notices there are, by webhook; of those sent the last day's.

        What was sent to see whether it arrives does not count.
        """
        old = (_outbox.c.receipt == str(Outcome.SENT)) & (_outbox.c.done_at < now() - _RECENT_S)
        query = (
            select(_OF.label("webhook"), _outbox.c.receipt, func.count())
            .where(_outbox.c.kind == KIND, func.coalesce(old, False).is_(False))
            .where(_outbox.c.body["type"].as_string() != TEST)
            .group_by(_OF, _outbox.c.receipt)
        )
        counts: dict[str, dict[str | None, int]] = {}
        for webhook, receipt, count in self._connection.execute(query):
            counts.setdefault(webhook, {})[receipt] = count
        return {
            webhook: Standing(
                many.get(None, 0) + many.get(Outcome.SENDING, 0),
                many.get(Outcome.SENT, 0),
                many.get(Outcome.GIVEN_UP, 0),
            )
            for webhook, many in counts.items()
        }

    def tidied(self, older: float) -> int:
        """Forget what was settled more than so many seconds ago; return how many."""
        gone = self._connection.execute(
            delete(_outbox).where(_outbox.c.kind == KIND, _outbox.c.done_at < now() - older)
        )
        return int(gone.rowcount)


def _webhook(row: Row[Any]) -> Webhook:
    types = tuple(row.types.split())
    return Webhook(row.id, row.url, types, bool(row.active), row.created_at, row.user)
