"""The store of an installation: transactions in which everything holds, or nothing does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import RLock
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, update
from sqlalchemy.engine import URL

from formservice.adapters.heads import Heads
from formservice.adapters.store import schema_web
from formservice.adapters.store.accounts import Accounts
from formservice.adapters.store.copies import Copies
from formservice.adapters.store.deliveries import Deliveries
from formservice.adapters.store.desk_holds import Holds
from formservice.adapters.store.documents import Documents
from formservice.adapters.store.engine import opened, reading, tried, writing
from formservice.adapters.store.erasure import Erasure
from formservice.adapters.store.events import Events
from formservice.adapters.store.outbox import Outbox
from formservice.adapters.store.plans import GoalsKept
from formservice.adapters.store.proof import Proof, whatever_stands_there
from formservice.adapters.store.queue import Queue
from formservice.adapters.store.records import Records
from formservice.adapters.store.rows import no_goals
from formservice.adapters.store.search import Search
from formservice.adapters.store.submissions import Submissions
from formservice.adapters.store.words import Words
from formservice.application.goals import GoalsRead
from formservice.application.idempotency import RUNNING, Deed, Once, RunningError

T = TypeVar("T")
_requests = schema_web.idempotency
WRITTEN = 0
"""In place of an answer's status: there is none yet, but something of the request is written."""
_deed: ContextVar[Deed | None] = ContextVar("deed", default=None)


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction, and the connection for queries of its own."""

    connection: Connection
    documents: Documents
    queue: Queue
    events: Events
    copies: Copies
    deliveries: Deliveries
    outbox: Outbox
    words: Words
    goals: GoalsKept
    search: Search
    accounts: Accounts
    submissions: Submissions
    holds: Holds


class Store:
    """Documents, work and events in one database."""

    def __init__(
        self,
        address: URL,
        prepare: "Callable[[Store], None] | None" = None,
        heads: Heads | None = None,
        goals: GoalsRead = no_goals,
    ) -> None:
        """Use the database at ``address``; nothing is connected yet.

        ``prepare`` is called once, before the first transaction, to bring it up to date. A day's
        first event leaves the head of the chain before it in ``heads``. ``goals`` tells those of a
        record, so that they can be listed.
        """
        self._heads = heads
        self._goals = goals
        self.engine = opened(address)
        self._prepare = prepare
        self._preparing = RLock()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open a transaction that writes; StorageError if the database is not usable."""
        with self._writing() as connection:
            yield _work(connection, self._heads, self._goals)

    def written(self, do: Callable[[Work], T]) -> T:
        """Do what writes in one transaction; anew, a few times, if it clashes with another."""

        def once() -> T:
            with self.work() as work:
                return do(work)

        return tried(once)

    @contextmanager
    def look(self) -> Iterator[Work]:
        """Open a transaction that only reads, at one point in time."""
        self.prepared()
        with reading(self.engine) as connection:
            yield _work(connection)

    @contextmanager
    def proof(self) -> Iterator[Proof]:
        """Open a transaction that reads what is to be proved, whatever stands there."""
        self.prepared()
        with reading(self.engine) as connection, whatever_stands_there(connection):
            yield Proof(connection, self._goals)

    @contextmanager
    def erasing(self) -> Iterator[Erasure]:
        """Open a transaction in which documents are deleted."""
        with self._writing() as connection:
            yield Erasure(connection, Events(connection, self._heads))

    def erased(self, do: Callable[[Erasure], T]) -> T:
        """Delete in one transaction; anew, a few times, if it clashes with another."""

        def once() -> T:
            with self.erasing() as erasure:
                return do(erasure)

        return tried(once)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.prepared()
        with writing(self.engine) as connection, _noted(connection) as deed:
            yield connection
        if deed is not None:
            deed.written = True  # and not before: what did not commit may be done anew

    def prepared(self) -> None:
        """Bring the database up to date, once; others wait. StorageError if that is impossible."""
        with self._preparing:
            prepare, self._prepare = self._prepare, None  # it opens transactions itself
            try:
                if prepare is not None:
                    prepare(self)
            except BaseException:
                self._prepare = prepare
                raise

    @property
    def where(self) -> str:
        """Where the database is, as people may read it: without password."""
        url = self.engine.url
        if url.get_backend_name() == "sqlite":
            return str(url.database)
        server = url.host or url.query.get("host") or "auf diesem Rechner"
        return f"PostgreSQL {url.database} ({server})"

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _work(connection: Connection, heads: Heads | None = None, goals: GoalsRead = no_goals) -> Work:
    events, words = Events(connection, heads), Words(connection)
    kept = GoalsKept(connection, goals)
    documents = Documents(connection, events, words, Records(connection, events, words, kept))
    copies = Copies(connection, events)
    queue, search = Queue(connection), Search(connection)
    deliveries, outbox = Deliveries(connection, events), Outbox(connection)
    return Work(
        connection,
        documents,
        queue,
        events,
        copies,
        deliveries,
        outbox,
        words,
        kept,
        search,
        Accounts(connection),
        Submissions(connection, events, documents),
        Holds(connection),
    )


@contextmanager
def noting(deed: Deed) -> Iterator[None]:
    """Let every transaction of this context be one of ``deed``."""
    before = _deed.set(deed)
    try:
        yield
    finally:
        _deed.reset(before)


@contextmanager
def _noted(connection: Connection) -> Iterator[Deed | None]:
    """Note at the end of a transaction that it is of a request; yield which, if it is of one.

    The first one is enough: from then on nobody takes the request over. RunningError if somebody
    else has (this program may have slept for long): then nothing of this holds.
    """
    deed = _deed.get()
    yield deed
    if deed is None or deed.written:
        return
    mark = update(_requests).where(is_of(deed.once), _requests.c.status.is_(None))
    if not connection.execute(mark.values(status=WRITTEN)).rowcount:
        raise RunningError(RUNNING)


def is_of(once: Once) -> ColumnElement[bool]:
    """Return the condition on the row of a request."""
    return and_(_requests.c.key == once.key, _requests.c.user == once.user)
