"""Deliveries to other systems, and their place in the outbox, in the database."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    Connection,
    MappingResult,
    RowMapping,
    Select,
    and_,
    exists,
    func,
    insert,
    select,
    update,
)

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.events import Events
from formservice.adapters.store.rows import text_of
from formservice.application.delivering import REFUSED
from formservice.application.ports_delivery import Delivery, DeliveryStatus, HandedFile, Receipt
from formservice.application.ports_store import SERVICE, Author
from formservice.domain.canonical import digest

KIND = "delivery"
_table, _outbox = schema.deliveries, schema.outbox


class Deliveries:
    """Works inside one transaction; every write needs the claim, every change has its event."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def plan(
        self, document: str, version: int, zielsystem: str, author: Author | None = None
    ) -> bool:
        """Note that a version has to go to a system; False if that is known.

        What was withdrawn, or failed for another reason, begins anew.
        """
        process = _process(document, version, zielsystem)
        values = {
            "document": document,
            "zielsystem": zielsystem,
            "version": version,
            "process": process,
            "status": str(DeliveryStatus.OPEN),
            "files": [],
            "created_at": now(),
        }
        self._events.held()
        if not added(self._connection, _table, **values):
            known = (_table.c.document == document, _table.c.zielsystem == zielsystem)
            return self._again(and_(*known, _table.c.version == version), author) > 0
        self._connection.execute(
            insert(_outbox).values(
                id=process,
                kind=KIND,
                document=document,
                body={"zielsystem": zielsystem, "version": version},
                due=now(),
                tries=0,
            )
        )
        body = {"zielsystem": zielsystem, "version": version}
        self._events.append("delivery.planned", author or SERVICE, document, body)
        return True

    def claim(self, zielsysteme: Sequence[str], lease: float) -> Delivery | None:
        """Take what is due longest for these systems, for so many seconds."""
        due = (
            select(_outbox.c.id)
            .join(_table, _table.c.process == _outbox.c.id)
            .where(_outbox.c.kind == KIND, _outbox.c.done_at.is_(None))
            .where(_outbox.c.due <= now(), _table.c.zielsystem.in_(zielsysteme))
            .order_by(_outbox.c.due)
            .limit(1)
            .with_for_update(skip_locked=True, of=_outbox)
        )
        process = self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id == due.scalar_subquery())
            # Counted here and not when it fails, so that what kills its process is given up.
            .values(due=now() + lease, tries=_outbox.c.tries + 1)
            .returning(_outbox.c.id)
        ).scalar()
        if process is None:
            return None
        return _delivery(self._rows(_DELIVERY.where(_outbox.c.id == process)).one())

    def delivered(
        self, delivery: Delivery, files: Sequence[HandedFile], again_in: float | None
    ) -> bool:
        """Note that it lies there; ``again_in`` says when to look for an answer. False if lost."""
        if not self._held(delivery, again_in):
            return False
        listed = [{"name": text_of(one.name), "sha256": one.sha256} for one in files]
        self._set(
            delivery,
            status=str(DeliveryStatus.DELIVERED),
            files=listed,
            error=None,
            delivered_at=now(),
        )
        told = {
            "files": len(listed),
            # Names and contents are proved by it, and told by nothing.
            "handed": self._events.salted(delivery.document, digest(listed)),
        }
        self._event("delivery.made", delivery, told)
        return True

    def told(self, delivery: Delivery, receipt: Receipt, again_in: float | None) -> bool:
        """Note what the other side said; False if the claim is lost."""
        if not self._held(delivery, again_in):
            return False
        said = text_of(receipt.told)
        proof = {"receipt": self._events.salted(delivery.document, said)}
        if receipt.taken is None:
            if delivery.receipt != said:
                self._set(delivery, receipt=said)
                self._event("delivery.received", delivery, proof)
        elif receipt.taken:
            self._set(
                delivery,
                status=str(DeliveryStatus.CONFIRMED),
                receipt=said,
                error=None,
                confirmed_at=now(),
            )
            self._event("delivery.confirmed", delivery, proof)
        else:
            self._set(delivery, status=str(DeliveryStatus.FAILED), receipt=said, error=REFUSED)
            self._event("delivery.failed", delivery, {"error": REFUSED} | proof)
        return True

    def waits(self, delivery: Delivery, error: str | None, again_in: float) -> bool:
        """Note that there is no answer yet, or no success; False if the claim is lost."""
        if not self._held(delivery, again_in):
            return False
        self._set(delivery, error=error)
        return True

    def failed(self, delivery: Delivery, error: str) -> bool:
        """Note that people have to look at it; False if the claim is lost."""
        if not self._held(delivery, None):
            return False
        self._set(delivery, status=str(DeliveryStatus.FAILED), error=error)
        self._event("delivery.failed", delivery, {"error": error})
        return True

    def retry(self, document: str, author: Author | None = None) -> int:
        """Begin anew with what failed of a document; return how many deliveries that are.

        What the other side refused gets a process of its own: the old answer is not for it.
        """
        return self._again(_table.c.document == text_of(document), author)

    def listed(self, status: Sequence[DeliveryStatus] = (), most: int = 100) -> Sequence[Delivery]:
        """Return deliveries, the oldest first."""
        query = _DELIVERY.order_by(_table.c.created_at, _table.c.process).limit(most)
        if status:
            query = query.where(_table.c.status.in_([str(one) for one in status]))
        return [_delivery(row) for row in self._rows(query)]

    def standing(self) -> Mapping[tuple[str, str], int]:
        """Return how many deliveries stand where, by system and status."""
        columns = (_table.c.zielsystem, _table.c.status)
        query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        return {(row[0], row[1]): row[2] for row in self._connection.execute(query)}

    def due(self, zielsysteme: Sequence[str]) -> bool:
        """Say whether there is anything to hand over to these, or to look after, just now."""
        query = (
            select(_outbox.c.id)
            .join(_table, _table.c.process == _outbox.c.id)
            .where(_outbox.c.kind == KIND, _outbox.c.done_at.is_(None))
            .where(_outbox.c.due <= now(), _table.c.zielsystem.in_(zielsysteme))
            .limit(1)
        )
        return self._connection.execute(query).first() is not None

    def mixed(self, document: str, originals: Collection[str]) -> Collection[str]:
        """Return those of a document's files that hold pages of other documents."""
        page, own = schema.pages, schema.pages.alias("own")
        is_own = exists().where(
            own.c.document == document,
            own.c.original == page.c.original,
            own.c.page == page.c.page,
        )
        query = select(page.c.original).where(page.c.original.in_(originals), ~is_own).distinct()
        return set(self._connection.execute(query).scalars())

    def _again(self, which: Any, author: Author | None) -> int:  # a condition of SQLAlchemy
        """Begin anew with what failed; return how many."""
        self._events.held()
        query = _DELIVERY.where(which, _table.c.status == str(DeliveryStatus.FAILED))
        found = [_delivery(row) for row in self._rows(query)]
        for one in found:
            process = _anew(one.process) if one.error == REFUSED else one.process
            self._set(
                one, process=process, status=str(DeliveryStatus.OPEN), error=None, receipt=None
            )
            body = {"zielsystem": one.zielsystem, "version": one.version, _BEFORE: one.tries}
            self._connection.execute(
                update(_outbox)
                .where(_outbox.c.id == one.process)
                .values(id=process, due=now(), done_at=None, body=body)
            )
            self._event("delivery.retried", one, author=author or SERVICE)
        return len(found)

    def _rows(self, query: Select[Any]) -> MappingResult:
        return self._connection.execute(query).mappings()

    def _held(self, delivery: Delivery, again_in: float | None) -> bool:
        """End the claim, if it holds; it is due again in so many seconds, or never."""
        self._events.held()
        values = {"done_at": now()} if again_in is None else {"due": now() + again_in}
        ended = self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id == delivery.process, _outbox.c.tries == delivery.tries)
            .where(_outbox.c.done_at.is_(None))
            .values(**values)
        )
        return ended.rowcount == 1

    def _set(self, delivery: Delivery, **values: object) -> None:
        self._connection.execute(
            update(_table).where(_table.c.process == delivery.process).values(**values)
        )

    def _event(
        self,
        type_: str,
        delivery: Delivery,
        more: Mapping[str, object] | None = None,
        author: Author = SERVICE,
    ) -> None:
        body = {"zielsystem": delivery.zielsystem, "version": delivery.version}
        self._events.append(type_, author, delivery.document, {**body, **(more or {})})


# How often a delivery was taken up before people had it tried again.
_BEFORE = "before"
_COLUMNS = [
    _table.c[name] for name in Delivery.__dataclass_fields__ if name not in ("tries", _BEFORE)
]
_DELIVERY = select(*_COLUMNS, _outbox.c.tries, _outbox.c.body).join(
    _outbox, _outbox.c.id == _table.c.process
)


def _delivery(row: RowMapping) -> Delivery:
    told = dict(row)
    before = int(told.pop("body").get(_BEFORE, 0))
    files = [HandedFile(**one) for one in row["files"]]
    told |= {"status": DeliveryStatus(row["status"]), "files": files}
    return Delivery(**told, before=before)


def _process(document: str, version: int, zielsystem: str) -> str:
    """Return the name of a delivery, the same whoever plans it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{KIND}/{document}/{version}/{zielsystem}"))


def _anew(process: str) -> str:
    """Return the name of a delivery that follows one that was refused."""
    return str(uuid.uuid5(uuid.UUID(process), KIND))
