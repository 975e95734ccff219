"""Notices for other programs, written with the event that they tell of."""

import uuid
from collections.abc import Mapping

from sqlalchemy import Connection, exists, insert, or_, select

from formservice.adapters.store import schema, schema_web
from formservice.application.ports_portal import SUBMITTED
from formservice.application.webhooks_types import data_of, type_of
from formservice.domain.case import OWN_SOURCES, State
from formservice.domain.chain import Link

KIND = "webhook"
"""What they are called in the outbox."""
_OWN = (State.PREPARING, State.DISCARDED)
_hooks, _outbox = schema_web.webhooks, schema.outbox


def announce(connection: Connection, link: Link) -> None:
    """Write the notices of an event, one for each webhook, in the transaction of the event.

    Their ids are told from the event: done again, nothing new is written.
    """
    type_ = None if link.document is None else type_of(link.type, link.body)
    if type_ is None or link.document is None or _is_senders(connection, link.document, type_):
        return
    hooks = connection.execute(select(_hooks.c.id, _hooks.c.types).where(_hooks.c.active)).all()
    told = {"type": type_, "at": link.at, "data": data_of(link.document, link.body)}
    # Of a document that is deleted there is no row any more that this could go with.
    document = None if type_ == "document.deleted" else link.document
    rows = [
        notice_row(_name(hook.id, link), document, {"webhook": hook.id, **told})
        for hook in hooks
        if type_ in hook.types.split()
    ]
    if rows:
        connection.execute(insert(_outbox), rows)


def _is_senders(connection: Connection, document: str, type_: str) -> bool:
    """Say whether a document is still its sender's own: nobody else is told of it.

    From ``document.submitted`` on it is the office's, and so are what was sent another way and
    what people of the office fill in. Of one that is deleted only its events are left.
    """
    if type_ == SUBMITTED:
        return False
    table, events = schema.documents, schema.events
    told = select(events.c.seq).where(events.c.document == document)
    if type_ == "document.deleted":
        own = or_(*(events.c.body.contains(f'"to": "{one}"') for one in _OWN))
        was_own = told.where(events.c.type == "document.moved", own)
        was_given = told.where(events.c.type == SUBMITTED)
        query = select(exists(was_own) & ~exists(was_given))
        return bool(connection.execute(query).scalar())
    query = select(table.c.id).where(table.c.id == document, table.c.traeger.is_not(None))
    query = query.where(
        table.c.source.in_(OWN_SOURCES), table.c.state.in_((*_OWN, State.RECEIVED))
    )
    return connection.execute(query).first() is not None


def _name(webhook: str, link: Link) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{KIND}/{webhook}/{link.hash}"))


def notice_row(name: str, document: str | None, body: Mapping[str, object]) -> dict[str, object]:
    """Return the row of a notice in the outbox; it goes when its document is deleted."""
    return {
        "id": name,
        "kind": KIND,
        "document": document,
        "body": dict(body),
        "due": 0.0,  # at once
        "tries": 0,
    }
