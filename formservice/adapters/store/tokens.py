"""Tokens of programs and calendars: the database knows only the hashes of their secrets."""

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.sessions import hashed
from formservice.adapters.store.store import Store
from formservice.application.signed_in import SignedIn
from formservice.application.tokens import LONGEST_DAYS, NewToken, Token, is_lasting
from formservice.domain.accounts import ACKNOWLEDGE, needs_acknowledgement
from formservice.domain.case import Author, Role
from formservice.domain.errors import NotFoundError, UsageError

_DAY = 24 * 3600.0
# How often it is written down that a token is used.
_USED_EVERY = 60.0

_table = schema.web.tokens


class StoredTokens:
    """Makes, knows and revokes tokens, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Keep tokens in ``store``."""
        self._store = store

    def made(self, user: str, kind: str, name: str, days: int | None) -> NewToken:
        """Make a token; one knows by the beginning of its secret what it is.

        Raises:
            UsageError: so long no token of this kind lasts.
        """
        if not is_lasting(kind, days):
            raise UsageError("So lange gilt kein Zugang.", f"Bitte 1 bis {LONGEST_DAYS} Tage.")
        secret = f"fs_{kind}_{secrets.token_urlsafe(32)}"
        id_ = secrets.token_hex(12)
        with self._store.work() as work:
            work.events.held()
            role = work.connection.execute(
                select(schema.users.c.role).where(schema.users.c.id == user)
            ).scalar_one()
            work.connection.execute(
                insert(_table).values(
                    id=id_,
                    hash=hashed(secret),
                    user=user,
                    kind=kind,
                    name=text_of(name)[:100],
                    created_at=now(),
                    expires_at=None if days is None else now() + days * _DAY,
                )
            )
            body = {"token": id_, "kind": kind, "user": user}
            work.events.append("token.made", Author(user, Role(role)), None, body)
        return NewToken(id_, secret)

    def known(self, secret: str, kind: str) -> SignedIn | None:
        """Return whose token this is; None if it is of another kind, revoked or over."""
        users, accounts, theirs = schema.users, schema.web.accounts, schema.user_traeger
        query = (
            select(_table, users.c.name.label("person"), users.c.role, accounts.c.acknowledged)
            .add_columns(now().label("present"))
            .join(users, users.c.id == _table.c.user)
            .outerjoin(accounts, accounts.c.user == users.c.id)
            .where(_table.c.hash == hashed(secret), _table.c.kind == kind)
            .where(users.c.active, self._good())
        )
        with self._store.look() as work:
            row = work.connection.execute(query).first()
            if row is None:
                return None
            mine = select(theirs.c.traeger).where(theirs.c.user == row.user)
            traeger = tuple(work.connection.execute(mine.order_by(theirs.c.traeger)).scalars())
        if row.used_at is None or row.used_at < row.present - _USED_EVERY:
            self._used(row.id)
        role = Role(row.role)
        missing = (ACKNOWLEDGE,) if needs_acknowledgement(role, row.acknowledged) else ()
        return SignedIn(row.user, row.person, role, traeger, "", missing)

    def of(self, user: str) -> Sequence[Token]:
        """Return the tokens of somebody that are still good, the newest first."""
        query = select(_table).where(_table.c.user == user, self._good())
        with self._store.look() as work:
            rows = work.connection.execute(query.order_by(_table.c.created_at.desc())).all()
        return [
            Token(row.id, row.kind, row.name, row.created_at, row.expires_at, row.used_at)
            for row in rows
        ]

    def revoke(self, user: str, token: str, author: Author) -> None:
        """Revoke a token of this user; of somebody else, NotFoundError."""
        mine = (_table.c.id == text_of(token), _table.c.user == user)
        with self._store.work() as work:
            work.events.held()
            revoked = work.connection.execute(
                update(_table).where(*mine, _table.c.revoked_at.is_(None)).values(revoked_at=now())
            )
            if revoked.rowcount != 1:
                raise NotFoundError("Diesen Zugang gibt es nicht (mehr).")
            body = {"token": token, "user": user}
            work.events.append("token.revoked", author, None, body)

    def _good(self) -> ColumnElement[bool]:
        in_time = or_(_table.c.expires_at.is_(None), _table.c.expires_at > now())
        return _table.c.revoked_at.is_(None) & in_time

    def _used(self, token: str) -> None:
        with self._store.work() as work:
            work.connection.execute(
                update(_table).where(_table.c.id == token).values(used_at=now())
            )
