"""Accounts in the database: who may use the service, and how they show who they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any  # rows have the columns of their query

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.invitations import Invitations
from formservice.adapters.store.rows import text_of
from formservice.application.ports_accounts import Account
from formservice.domain.accounts import wait_seconds
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, NotFoundError

_users, _accounts, _theirs = schema.users, schema.web.accounts, schema.user_traeger
_NAMES = """
login email password must_change totp issuer subject acknowledged acknowledged_at confirmed_at
last_login_at created_at
"""
_OF_ACCOUNT = _NAMES.split()


class Accounts:
    """Works inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self.invitations = Invitations(connection)

    def by_login(self, login: str) -> Account | None:
        """Return whose login this is, active or not."""
        return self._one(_query().where(_accounts.c.login == text_of(login)))

    def by_subject(self, issuer: str, subject: str) -> Account | None:
        """Return whom another service names so."""
        named = (_accounts.c.issuer == issuer, _accounts.c.subject == text_of(subject))
        return self._one(_query().where(*named))

    def linked(self, issuer: str, email: str) -> Sequence[Account]:
        """Return whom somebody has linked to this address there, and who has not come yet."""
        waiting = (_accounts.c.issuer == issuer, _accounts.c.subject.is_(None))
        rows = self._connection.execute(
            _query().where(*waiting, _accounts.c.email == text_of(email)).order_by(_users.c.id)
        )
        return [self._of(row) for row in rows]

    def get(self, user: str) -> Account:
        """Return an account; NotFoundError if there is none."""
        found = self._one(_query().where(_users.c.id == text_of(user)))
        if found is None:
            raise NotFoundError("Dieses Konto gibt es nicht.")
        return found

    def all(self) -> Sequence[Account]:
        """Return everybody, by name."""
        theirs: dict[str, list[str]] = defaultdict(list)
        for row in self._connection.execute(select(_theirs).order_by(_theirs.c.traeger)):
            theirs[row.user].append(row.traeger)
        rows = self._connection.execute(_query().order_by(_users.c.name, _users.c.id))
        return [_account(row, theirs[row.id]) for row in rows]

    def traeger(self) -> Mapping[str, str]:
        """Return the names of all Träger by their ids."""
        table = schema.traeger
        rows = self._connection.execute(select(table.c.id, table.c.name).order_by(table.c.name))
        return {row.id: row.name for row in rows}

    def add(self, user: str, name: str, role: Role, traeger: Collection[str] = ()) -> None:
        """Add somebody who may use the service; they cannot sign in yet."""
        row = {"id": user, "name": text_of(name), "role": str(role), "active": True}
        self._connection.execute(insert(_users).values(**row))
        self.works_for(user, traeger)

    def person(self, user: str, **values: object) -> None:
        """Change name, role or whether somebody is active."""
        self._connection.execute(update(_users).where(_users.c.id == user).values(**values))

    def works_for(self, user: str, traeger: Collection[str]) -> None:
        """Say for which Träger somebody works."""
        self._connection.execute(delete(_theirs).where(_theirs.c.user == user))
        known = set(self.traeger())
        if not known.issuperset(traeger):
            raise NotFoundError("Diesen Träger gibt es nicht.")
        for one in sorted(set(traeger)):
            self._connection.execute(insert(_theirs).values(user=user, traeger=one))

    def credentials(self, user: str, **values: object) -> None:
        """Change how somebody signs in; ConflictError if the login is somebody else's."""
        login = values.get("login")
        if isinstance(login, str):
            owner = self.by_login(login)
            if owner is not None and owner.user != user:
                raise ConflictError(
                    "Dieser Anmeldename ist schon vergeben.", "Bitte einen anderen wählen."
                )
        added(self._connection, _accounts, user=user, must_change=False, created_at=now())
        self._connection.execute(
            update(_accounts).where(_accounts.c.user == user).values(**values)
        )

    def happened(self, user: str, *columns: str) -> None:
        """Write that something happened now (``last_login_at``, …)."""
        self.credentials(user, **dict.fromkeys(columns, now()))

    def step_used(self, user: str, step: int) -> bool:
        """Note that a code of that step was used; False if that or a later one was before."""
        earlier = or_(_accounts.c.totp_step.is_(None), _accounts.c.totp_step < step)
        noted = self._connection.execute(
            update(_accounts).where(_accounts.c.user == user, earlier).values(totp_step=step)
        )
        return noted.rowcount == 1

    def codes(self, user: str, hashes: Collection[str]) -> None:
        """Keep these recovery codes, and no others."""
        table = schema.web.recovery_codes
        self._connection.execute(delete(table).where(table.c.user == user))
        for one in hashes:
            self._connection.execute(insert(table).values(hash=one, user=user))

    def code_used(self, user: str, hash_: str) -> bool:
        """Use up a recovery code; False if there is no such one left."""
        table = schema.web.recovery_codes
        mine = (table.c.hash == hash_, table.c.user == user, table.c.used_at.is_(None))
        used = self._connection.execute(update(table).where(*mine).values(used_at=now()))
        return used.rowcount == 1

    def codes_left(self, user: str) -> int:
        """Return how many recovery codes are left."""
        table = schema.web.recovery_codes
        query = select(func.count()).where(table.c.user == user, table.c.used_at.is_(None))
        return self._connection.execute(query).scalar_one()

    def tried(self, key: str) -> float:
        """Count a try; return for how many seconds it is too early for one, 0 if it is not."""
        table = schema.web.attempts
        added(self._connection, table, key=key, failures=0, locked_until=0.0, at=now())
        row = self._connection.execute(
            select(table.c.failures, table.c.locked_until, now().label("present"))
            .where(table.c.key == key)
            .with_for_update()
        ).one()
        if row.locked_until > row.present:
            return float(row.locked_until - row.present)
        failures = row.failures + 1
        until = row.present + wait_seconds(failures)
        self._connection.execute(
            update(table)
            .where(table.c.key == key)
            .values(failures=failures, locked_until=until, at=row.present)
        )
        return 0.0

    def forgiven(self, key: str) -> None:
        """Forget the tries."""
        table = schema.web.attempts
        self._connection.execute(delete(table).where(table.c.key == key))

    def waiting(self, key: str) -> float:
        """Return for how many seconds nobody may try."""
        table = schema.web.attempts
        query = select(table.c.locked_until - now()).where(table.c.key == key)
        return max(0.0, float(self._connection.execute(query).scalar() or 0.0))

    def ended(self, user: str, keep: str = "") -> int:
        """End all sessions of somebody but one; return how many."""
        table = schema.web.sessions
        those = delete(table).where(table.c.user == user, table.c.id != keep)
        return int(self._connection.execute(those).rowcount)

    def revoked(self, user: str) -> int:
        """Revoke all tokens of somebody; return how many."""
        table = schema.web.tokens
        mine = (table.c.user == user, table.c.revoked_at.is_(None))
        those = update(table).where(*mine).values(revoked_at=now())
        return int(self._connection.execute(those).rowcount)

    def _one(self, query: "Select[Any]") -> Account | None:
        row = self._connection.execute(query).first()
        return None if row is None else self._of(row)

    def _of(self, row: "Row[Any]") -> Account:
        mine = select(_theirs.c.traeger).where(_theirs.c.user == row.id)
        theirs = self._connection.execute(mine.order_by(_theirs.c.traeger)).scalars()
        return _account(row, list(theirs))


def _query() -> "Select[Any]":
    """Return what asks for users with their accounts, if they have one."""
    columns = [_accounts.c[name] for name in _OF_ACCOUNT]
    return select(_users, *columns).outerjoin(_accounts, _accounts.c.user == _users.c.id)


def _account(row: "Row[Any]", traeger: Sequence[str]) -> Account:
    values = {name: getattr(row, name) for name in _OF_ACCOUNT}
    values["must_change"] = bool(values["must_change"])
    return Account(row.id, row.name, Role(row.role), row.active, **values, traeger=tuple(traeger))
