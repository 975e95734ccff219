"""What goes on beside the workers of a machine: by its own clock, or delivered on PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from formservice.adapters.store.engine import explained
from formservice.adapters.store.store import Store
from formservice.adapters.work.chores import Chore, Clockwork, chores
from formservice.adapters.work.supervisor import Pace
from formservice.application.ports_store import Originals
from formservice.domain.errors import StorageError

if TYPE_CHECKING:
    from formservice.adapters.work.procrastinate_app import Sender


@contextmanager
def beside(
    store: Store,
    originals: Originals,
    today: Callable[[], date],
    wake: Callable[[], None],
    further: Sequence[Chore] = (),
) -> Iterator[Callable[[], None]]:
    """Do chores and take what is delivered, as long as this is open.

    ``wake`` tells the workers of this machine that there is something to do; ``further`` is what
    else is due now and then. What is yielded has to be called about once a second.
    """
    due = (*chores(store, originals, today, wake), *further)
    if not _is_server(store):
        yield Clockwork(due)
        return
    from formservice.adapters.work.procrastinate_app import Delivery  # noqa: PLC0415 - slow

    # What has no time of all clocks is done by every machine.
    own = [one for one in due if not one.cron]
    with Delivery(store.engine.url, wake, [one for one in due if one.cron]):
        yield Clockwork(own) if own else lambda: None


# Woken on PostgreSQL, an idle worker looks by itself only in case nobody told it.
_IDLE_S = 3.0


def is_ready(store: Store) -> bool:
    """Say whether what is due now and then will be done: a server needs tables for that."""
    if not _is_server(store):
        return True
    from formservice.adapters.work import procrastinate_app  # noqa: PLC0415 - slow to import

    with explained():
        return procrastinate_app.is_installed(store.engine)


def pace(store: Store) -> Pace:
    """Return how often workers at this database look for work."""
    try:
        return Pace(poll=_IDLE_S) if _is_server(store) and is_ready(store) else Pace()
    except StorageError:  # it is away; workers wait for it
        return Pace()


def installed(store: Store) -> bool:
    """Make what delivery needs in the database; say whether there was anything to make."""
    if not _is_server(store):
        return False
    from formservice.adapters.work import procrastinate_app  # noqa: PLC0415 - slow to import

    return procrastinate_app.installed(store.engine)


class Delivering:
    """Tells workers of documents where there is delivery; elsewhere they look by themselves."""

    def __init__(self, store: Store) -> None:
        """Use the database of ``store``, when there is something to tell."""
        self._store = store
        self._sender: Sender | None = None

    def __call__(self, document: str) -> None:
        """Tell of a document; nothing is lost if that fails."""
        if not _is_server(self._store):
            return
        if self._sender is None:
            from formservice.adapters.work.procrastinate_app import Sender  # noqa: PLC0415 - slow

            self._sender = Sender(self._store.engine.url)
        self._sender(document)


def _is_server(store: Store) -> bool:
    return store.engine.dialect.name == "postgresql"
