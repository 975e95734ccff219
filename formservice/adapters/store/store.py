"""The store of an installation: transactions in which everything holds, or nothing does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from formservice.adapters.store.documents import Documents
from formservice.adapters.store.engine import opened, reading, writing
from formservice.adapters.store.events import Events
from formservice.adapters.store.queue import Queue


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction."""

    documents: Documents
    queue: Queue
    events: Events


class Store:
    """Documents, work and events in one database."""

    def __init__(self, address: URL) -> None:
        """Use the database at ``address``; nothing is connected yet."""
        self.engine = opened(address)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open a transaction that writes; StorageError if the database is not usable."""
        with writing(self.engine) as connection:
            yield _work(connection)

    @contextmanager
    def look(self) -> Iterator[Work]:
        """Open a transaction that only reads, at one point in time."""
        with reading(self.engine) as connection:
            yield _work(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _work(connection: Connection) -> Work:
    events = Events(connection)
    return Work(Documents(connection, events), Queue(connection), events)
