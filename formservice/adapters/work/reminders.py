"""Reminders of deadlines, written into the outbox: once for each, whoever writes them."""

import uuid
from datetime import date, timedelta

from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.ports_mail import REMINDER
from formservice.domain.case import WAITING

# People are reminded so many days before a deadline ends.
_BEFORE = timedelta(days=7)
# So many are asked for at once.
_MOST = 500


def reminded(store: Store, today: date) -> int:
    """Write a reminder for every deadline that ends soon and is not decided; return how many.

    It goes to the outbox, once for every document, deadline and day on which it ends. What is
    there for longer than anybody asks for it is taken away, sent or not.
    """
    table, kept = schema.deadlines, schema.documents
    query = (
        select(table.c.document, table.c.key, table.c.due)
        .join(kept, kept.c.id == table.c.document)
        .where(table.c.due >= today, table.c.due <= today + _BEFORE)
        .where(kept.c.state.in_(WAITING))
        .order_by(table.c.document, table.c.key)
    )
    store.written(lambda work: work.outbox.tidied())
    with store.look() as work:
        soon = {_id(*row): row for row in work.connection.execute(query)}
        names = list(soon)
        for start in range(0, len(names), _MOST):
            for known in work.outbox.known(names[start : start + _MOST]):
                del soon[known]
    count = 0
    for name, (document, key, due) in soon.items():
        body = {"key": key, "due": due.isoformat()}
        # One by one: a document that is deleted meanwhile holds up no other.
        with store.work() as unit:
            count += unit.outbox.put(name, REMINDER, body, document=document)
    return count


def _id(document: str, key: str, due: date) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{REMINDER}/{document}/{key}/{due}"))
