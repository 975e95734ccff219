"""Work on documents: taken with a lease, and written back only by who still holds it.

A worker that was frozen longer than its lease finds its fence outdated: what it did is dropped.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.application.ports_store import Claim

_table = schema.documents


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

    def finish(self, claim: Claim, stage: str, status: str) -> bool:
        """End the claim and send the document on; False, with nothing done, if it is lost."""
        return self._fenced(
            claim, stage=stage, status=status, due=now(), owner=None, tries=0, error=None
        )

    def fail(self, claim: Claim, error: str, again_in: float | None) -> bool:
        """End the claim with an error; due again in so many seconds, or for people if None."""
        if again_in is None:
            return self._fenced(claim, status="failed", owner=None, error=error)
        return self._fenced(claim, status="ready", due=now() + again_in, owner=None, error=error)

    def give_back(self, claim: Claim) -> bool:
        """End the claim as if it had never been, for another worker to take at once."""
        return self._fenced(claim, status="ready", due=now(), owner=None, tries=_table.c.tries - 1)

    def _fenced(self, claim: Claim, **values: object) -> bool:
        done = self._connection.execute(
            update(_table)
            .where(_table.c.id == claim.document, _table.c.fence == claim.fence)
            .where(_table.c.status == "running")
            .values(**values)
        )
        return done.rowcount == 1
