"""Messages that are written again and again, in the database."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.store import Store, Work
from formservice.application.inbox_messages import Message
from formservice.application.ports_store import Author
from formservice.domain.errors import UsageError
from formservice.domain.text import name_of, typed

_messages = schema.web.messages
_LONGEST_TITLE, _LONGEST = 100, 4000


class StoredMessages:
    """Reads and writes, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Work in ``store``."""
        self._store = store

    def all(self) -> Sequence[Message]:
        """Return all messages by title."""
        query = select(_messages.c.id, _messages.c.title, _messages.c.body)
        with self._store.look() as work:
            rows = work.connection.execute(query.order_by(_messages.c.title, _messages.c.id))
            return [Message(row.id, row.title, row.body) for row in rows]

    def save(self, message: Message, author: Author) -> None:
        """Keep a message under its id; UsageError without title or text."""
        title = name_of(message.title, most=_LONGEST_TITLE)
        body = typed(message.body, lines=True, most=_LONGEST).strip()
        if not title or not body:
            raise UsageError("Eine Vorlage braucht eine Überschrift und einen Text.")

        def write(work: Work) -> None:
            work.events.held()
            values = {"title": title, "body": body, "author": author.id}
            known = update(_messages).where(_messages.c.id == message.id)
            changed = work.connection.execute(known.values(**values, updated_at=now()))
            if not changed.rowcount:
                new = insert(_messages).values(id=message.id, **values, updated_at=now())
                work.connection.execute(new)
            work.events.append("message.changed", author, None, {"message": message.id})

        self._store.written(write)

    def remove(self, id_: str, author: Author) -> None:
        """Take a message away."""

        def write(work: Work) -> None:
            work.events.held()
            gone = work.connection.execute(delete(_messages).where(_messages.c.id == id_))
            if gone.rowcount:
                work.events.append("message.changed", author, None, {"message": id_})

        self._store.written(write)
