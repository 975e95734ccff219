"""Sessions of browsers: the database knows only the hashes of their secrets."""

import hashlib
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.application.signed_in import Elsewhere, OpenSession, SignedIn
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError

# A working day; who does nothing for so long as IDLE has to sign in again.
LONGEST = 12 * 3600.0
IDLE = 3600.0
# How often it is written down that a session is used.
_SEEN_EVERY = 60.0
_DAY = 24 * 3600.0

_table = schema.web.sessions


class StoredSessions:
    """Opens, knows and ends sessions, each in a transaction of its own."""

    def __init__(self, store: Store, longest: float = LONGEST, idle: float = IDLE) -> None:
        """Keep sessions in ``store``, for so many seconds at most."""
        self._store = store
        self._longest = longest
        self._idle = idle

    def open(
        self,
        user: str,
        agent: str = "",
        missing: Collection[str] = (),
        seconds: float | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> str:
        """Begin a session and return its secret, which is kept nowhere."""
        secret = secrets.token_urlsafe(32)
        other = elsewhere or Elsewhere()
        with self._store.work() as work:
            moment = work.connection.execute(select(now())).scalar_one()
            work.connection.execute(
                insert(_table).values(
                    hash=hashed(secret),
                    id=secrets.token_hex(8),
                    user=user,
                    agent=text_of(agent)[:200],
                    missing=" ".join(missing),
                    created_at=moment,
                    seen_at=moment,
                    expires_at=moment + min(seconds or self._longest, self._longest),
                    sid=other.sid,
                    hint=other.hint,
                )
            )
        return secret

    def known(self, secret: str, *, touch: bool = True) -> SignedIn | None:
        """Return whose session this is; None if it has ended, or its user may no longer.

        Without ``touch`` it is not written down that somebody used it.
        """
        with self._store.look() as work:
            found, stale = self._found(work.connection, hashed(secret))
        if stale and touch:
            self._seen(hashed(secret))
        return found

    def renewed(self, secret: str, missing: Collection[str]) -> str:
        """Return a new secret for a session; it lasts as long as if it had begun so."""
        new = secrets.token_urlsafe(32)
        with self._store.work() as work:
            changed = work.connection.execute(
                update(_table)
                .where(_table.c.hash == hashed(secret), self._lasts())
                .values(
                    hash=hashed(new),
                    missing=" ".join(missing),
                    seen_at=now(),
                    expires_at=_table.c.created_at + self._longest,
                )
            )
            if changed.rowcount != 1:
                raise NotFoundError("Diese Anmeldung ist beendet.", "Bitte neu anmelden.")
        return new

    def close(self, secret: str) -> Elsewhere | None:
        """End a session; return what ends it elsewhere, if another service opened it."""
        ended = delete(_table).where(_table.c.hash == hashed(secret))
        with self._store.work() as work:
            told = ended.returning(_table.c.sid, _table.c.hint)
            row = work.connection.execute(told).first()
        return Elsewhere(row.sid, row.hint) if row and (row.sid or row.hint) else None

    def of(self, user: str) -> Sequence[OpenSession]:
        """Return the sessions of somebody that have not ended, the last used first."""
        query = select(_table).where(_table.c.user == user, self._lasts())
        with self._store.look() as work:
            rows = work.connection.execute(query.order_by(_table.c.seen_at.desc())).all()
        return [
            OpenSession(row.id, row.agent, row.created_at, row.seen_at, row.expires_at)
            for row in rows
        ]

    def end(self, user: str, session: str) -> None:
        """End a session of this user; NotFoundError if there is none of that name."""
        if not self._ended(_table.c.user == user, _table.c.id == text_of(session)):
            raise NotFoundError("Diese Anmeldung ist schon beendet.")

    def end_others(self, user: str, keep: str = "") -> int:
        """End all sessions of somebody, but one if it is named; return how many."""
        return self._ended(_table.c.user == user, _table.c.id != keep)

    def end_elsewhere(self, sid: str) -> int:
        """End the sessions that another service names so; return how many."""
        return self._ended(_table.c.sid == text_of(sid))

    def tidied(self) -> int:
        """Take away sessions that have ended, and tries to sign in that nobody asks for."""
        tries = schema.web.attempts
        over = or_(_table.c.expires_at < now(), _table.c.seen_at < now() - self._idle)
        old = delete(tries).where(tries.c.at < now() - _DAY, tries.c.locked_until < now())
        with self._store.work() as work:
            work.connection.execute(old)
            return int(work.connection.execute(delete(_table).where(over)).rowcount)

    def _lasts(self) -> ColumnElement[bool]:
        return (_table.c.expires_at > now()) & (_table.c.seen_at > now() - self._idle)

    def _ended(self, *those: ColumnElement[bool]) -> int:
        with self._store.work() as work:
            return int(work.connection.execute(delete(_table).where(*those)).rowcount)

    def _found(self, connection: Connection, hash_: str) -> tuple[SignedIn | None, bool]:
        users, theirs = schema.users, schema.user_traeger
        query = (
            select(_table, users.c.name, users.c.role, now().label("present"))
            .join(users, users.c.id == _table.c.user)
            .where(_table.c.hash == hash_, users.c.active, self._lasts())
        )
        row = connection.execute(query).first()
        if row is None:
            return None, False
        mine = select(theirs.c.traeger).where(theirs.c.user == row.user).order_by(theirs.c.traeger)
        signed_in = SignedIn(
            row.user,
            row.name,
            Role(row.role),
            tuple(connection.execute(mine).scalars()),
            row.id,
            tuple(row.missing.split()),
        )
        return signed_in, row.seen_at < row.present - _SEEN_EVERY

    def _seen(self, hash_: str) -> None:
        with self._store.work() as work:
            work.connection.execute(
                update(_table).where(_table.c.hash == hash_).values(seen_at=now())
            )


def hashed(secret: str) -> str:
    """Return the name by which the database knows a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
