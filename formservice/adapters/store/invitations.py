"""Invitations in the database: known by the hash of their link."""

from collections.abc import Sequence
from typing import Any  # rows have the columns of their query

from sqlalchemy import Connection, Row, Select, exists, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.rows import text_of
from formservice.application.ports_invitations import Invitation
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError

_table, _accounts = schema.web.invitations, schema.web.accounts


class Invitations:
    """Works inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read and write with ``connection``."""
        self._connection = connection

    def add(self, id_: str, invitation: Invitation, author: str, seconds: float) -> None:
        """Keep an invitation, for so many seconds."""
        self._connection.execute(
            insert(_table).values(
                hash=id_,
                email=text_of(invitation.email),
                name=text_of(invitation.name),
                role=str(Role.TRAEGER),
                traeger=invitation.traeger,
                invited_by=author,
                created_at=now(),
                expires_at=now() + seconds,
            )
        )

    def good(self, id_: str) -> Invitation | None:
        """Return an invitation that can be accepted now; nobody else accepts it meanwhile."""
        query = _pending().where(_table.c.hash == text_of(id_), _table.c.expires_at > now())
        row = self._connection.execute(query).first()
        return _invitation(row) if row is not None else None

    def get(self, id_: str) -> Invitation:
        """Return one that is neither accepted nor withdrawn; NotFoundError if there is none."""
        row = self._connection.execute(_pending().where(_table.c.hash == text_of(id_))).first()
        if row is None:
            raise NotFoundError("Diese Einladung gibt es nicht (mehr).")
        return _invitation(row)

    def pending(self) -> Sequence[Invitation]:
        """Return all that are neither accepted nor withdrawn, the newest first.

        Not those to an address that is the login of an account by now.
        """
        joined = exists().where(_accounts.c.login == _table.c.email)
        query = _pending().where(~joined).order_by(_table.c.created_at.desc(), _table.c.hash)
        return [_invitation(row) for row in self._connection.execute(query)]

    def used(self, id_: str) -> None:
        """Note that it was accepted."""
        self._connection.execute(update(_table).where(_table.c.hash == id_).values(used_at=now()))

    def withdraw(self, id_: str) -> None:
        """Note that it was taken back."""
        self._connection.execute(
            update(_table).where(_table.c.hash == id_).values(withdrawn_at=now())
        )


def _pending() -> "Select[Any]":
    neither = (_table.c.used_at.is_(None), _table.c.withdrawn_at.is_(None))
    return select(_table, now().label("present")).where(*neither)


def _invitation(row: "Row[Any]") -> Invitation:
    return Invitation(
        row.hash,
        row.email,
        row.name,
        row.traeger,
        row.created_at,
        row.expires_at,
        row.expires_at <= row.present,
    )
