"""Work on documents: taken with a lease, and written back only by who still holds it.

A worker that was frozen longer than its lease finds its fence outdated: what it did is dropped.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.application.ports_store import Claim, Standing, Stuck

_table = schema.documents
_progress = schema.progress


class Queue:
    """Works inside one transaction; every write is fenced."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection

    def claim(self, stages: Sequence[str], owner: str, lease: float) -> Claim | None:
        """Take the document that is due longest, for ``lease`` seconds; None if none is.

        A try is counted here and not when it fails: what kills its worker must not loop.
        """
        due = (
            select(_table.c.id)
            # Running and due means that the lease is over.
            .where(_table.c.status.in_(("ready", "running")))
            .where(_table.c.due <= now(), _table.c.stage.in_(stages))
            .order_by(_table.c.due)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        # „= (one)“ and not „IN“: PostgreSQL may look at a list again and take more than one.
        row = self._connection.execute(
            update(_table)
            .where(_table.c.id == due.scalar_subquery())
            .values(
                status="running",
                owner=owner,
                due=now() + lease,
                tries=_table.c.tries + 1,
                fence=_table.c.fence + 1,
            )
            .returning(_table.c.id, _table.c.stage, _table.c.tries, _table.c.fence)
        ).first()
        return None if row is None else Claim(row.id, row.stage, row.tries, row.fence)

    def heartbeat(self, claim: Claim, lease: float) -> bool:
        """Hold a claim for longer; False if it is lost."""
        return self._fenced(claim, due=now() + lease)

    def held(self, claim: Claim) -> bool:
        """Say whether a claim still holds; if so, nobody takes it until this transaction ends."""
        query = select(_table.c.id).where(_table.c.id == claim.document)
        query = query.where(_table.c.fence == claim.fence, _table.c.status == "running")
        return self._connection.execute(query.with_for_update()).first() is not None

    def finish(self, claim: Claim, stage: str, status: str, error: str | None = None) -> bool:
        """End the claim and send the document on; False, with nothing done, if it is lost.

        ``error`` says why its sender was refused, where that is what the work was to find out.
        """
        return self._fenced(
            claim, stage=stage, status=status, due=now(), owner=None, tries=0, error=error
        )

    def fail(self, claim: Claim, error: str, again_in: float | None) -> bool:
        """End the claim with an error; due again in so many seconds, or for people if None."""
        if again_in is None:
            return self._fenced(claim, status="failed", owner=None, error=error)
        return self._fenced(claim, status="ready", due=now() + again_in, owner=None, error=error)

    def give_back(self, claim: Claim, again_in: float = 0.0) -> bool:
        """End the claim as if it had never been, for workers to take after so many seconds."""
        due = now() + again_in
        return self._fenced(claim, status="ready", due=due, owner=None, tries=_table.c.tries - 1)

    def tell(self, claim: Claim, code: str, done: int | None, total: int | None) -> bool:
        """Write how far the work is, for people to see; False if the claim is lost."""
        if not self.held(claim):
            return False
        own = _progress.c.document == claim.document
        query = select(func.coalesce(func.max(_progress.c.seq), 0)).where(own)
        self._connection.execute(
            insert(_progress).values(
                document=claim.document,
                seq=self._connection.execute(query).scalar_one() + 1,
                at=now(),
                stage=claim.stage,
                code=code,
                done=done,
                total=total,
            )
        )
        return True

    def send(self, document: str, stage: str) -> bool:
        """Give a document that waits for people or was put aside to workers; False if neither."""
        done = self._connection.execute(
            update(_table)
            .where(_table.c.id == document, _table.c.status.in_(("waiting", "failed")))
            .values(stage=stage, status="ready", due=now(), tries=0, error=None)
        )
        return done.rowcount == 1

    def retry(self, document: str) -> bool:
        """Give a document that was put aside to workers once more; False if it was not."""
        done = self._connection.execute(
            update(_table)
            .where(_table.c.id == document, _table.c.status == "failed")
            .values(status="ready", due=now(), tries=0, error=None)
        )
        return done.rowcount == 1

    def retry_some(self, most: int = 500) -> Sequence[tuple[str, str]]:
        """Give so many of what was put aside to workers once more; return ids and stages."""
        table = _table.alias()
        some = (
            select(table.c.id).where(table.c.status == "failed").order_by(table.c.id).limit(most)
        )
        done = self._connection.execute(
            update(_table)
            .where(_table.c.id.in_(some), _table.c.status == "failed")
            .values(status="ready", due=now(), tries=0, error=None)
            .returning(_table.c.id, _table.c.stage)
        )
        return [(row.id, row.stage) for row in done]

    def standing(self) -> Sequence[Standing]:
        """Return how many documents stand where, and for how many seconds the oldest is due."""
        columns = (_table.c.stage, _table.c.status)
        waits = now() - func.min(_table.c.due)
        query = select(*columns, func.count(), waits).group_by(*columns).order_by(*columns)
        return [Standing(*row) for row in self._connection.execute(query)]

    def stuck(self, most: int = 100) -> Sequence[Stuck]:
        """Return documents that were put aside, the earliest received first."""
        query = (
            select(_table.c.id, _table.c.name, _table.c.stage, _table.c.error, _table.c.tries)
            .where(_table.c.status == "failed")
            .order_by(_table.c.created_at, _table.c.id)
            .limit(most)
        )
        return [Stuck(*row) for row in self._connection.execute(query)]

    def overlooked(self, longer: float, most: int = 1000) -> Sequence[str]:
        """Return what has been due for longer than so many seconds, and nobody took."""
        query = (
            select(_table.c.id)
            .where(_table.c.status.in_(("ready", "running")), _table.c.due <= now() - longer)
            .order_by(_table.c.due)
            .limit(most)
        )
        return list(self._connection.execute(query).scalars())

    def _fenced(self, claim: Claim, **values: object) -> bool:
        done = self._connection.execute(
            update(_table)
            .where(_table.c.id == claim.document, _table.c.fence == claim.fence)
            .where(_table.c.status == "running")
            .values(**values)
        )
        return done.rowcount == 1
