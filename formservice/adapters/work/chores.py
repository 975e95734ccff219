"""What has to be done now and then, whoever does it; each may be done twice without harm."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from formservice.adapters.handover.stage import HandingOver
from formservice.adapters.store.renewed import goals_renewed, renewed
from formservice.adapters.store.retention import expired, tidied
from formservice.adapters.store.store import Store
from formservice.adapters.work.pool import again
from formservice.adapters.work.reminders import reminded
from formservice.application.orphans import Orphans, swept
from formservice.application.ports_store import Originals
from formservice.application.verify import Break

_log = logging.getLogger("formservice")

# What nobody took for so long is told to everybody once more.
_OVERLOOKED_S = 60.0


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so many seconds; ``cron`` is when, where one clock is for all.

    Without it every machine does it, by its own clock.

    ``long`` may take minutes: one of these is done at a time.
    """

    name: str
    every: float
    cron: str
    do: Callable[[], object]
    long: bool = False


def chores(
    store: Store, originals: Originals, today: Callable[[], date], wake: Callable[[], None]
) -> Sequence[Chore]:
    """Return all chores; ``wake`` tells workers that there is something to do."""

    def sweep() -> None:
        with store.look() as work:
            overlooked = work.queue.overlooked(_OVERLOOKED_S, 1)
        if overlooked:
            wake()

    return (
        Chore("sweep", 60.0, "* * * * *", sweep),
        Chore("reminders", 3600.0, "5 * * * *", lambda: reminded(store, today())),
        Chore("words", 3600.0, "35 * * * *", lambda: renewed(store), long=True),
        Chore("goals", 3600.0, "40 * * * *", lambda: goals_renewed(store), long=True),
        Chore("orphans", 24 * 3600.0, "45 2 * * *", lambda: _swept(store, originals), long=True),
    )


def retention(
    store: Store, today: Callable[[], date], years: int | None, sweep: Callable[[], object]
) -> Chore:
    """Return the chore that takes away what only work needed; ``sweep`` does so with its files.

    It logs how many documents have been kept for ``years``, None for no such period.
    """

    def do() -> None:
        tidied(store)
        sweep()
        with store.look() as work:
            count = expired(work, years, today())
        if count:
            _log.warning("retention: %d documents have been kept for %d years", count, years)

    return Chore("retention", 24 * 3600.0, "30 2 * * *", do)


def handing_over(store: Store, zielsysteme: Sequence[str]) -> Chore:
    """Return the chore that hands over to these systems what is due."""
    do = HandingOver(store, zielsysteme, again("deliver", "--once"))
    return Chore("deliver", 30.0, "* * * * *", do)


def integrity(prove: Callable[[], object]) -> Chore:
    """Return the chore that proves all that is kept: asked every hour, begun once a day."""
    return Chore("integrity", 3600.0, "45 * * * *", prove, long=True)


def _swept(store: Store, originals: Originals) -> int:
    return swept(store, originals, time.time(), _left)


def _left(found: Orphans) -> None:
    """Log that originals without a document were left for a person to decide."""
    _log.error(
        "orphans: %d originals belong to no document, %d of them older than the database; nothing"
        " was deleted (formservice archive orphans)",
        len(found.since) + len(found.before),
        len(found.before),
    )


def reported(broken: Break) -> None:
    """Log the first thing that is not what it was; „formservice check“ tells it as well."""
    _log.error("integrity: %s %s is not what was kept", broken.part, broken.id)


class Clockwork:
    """Does chores by its own clock: for one machine with an embedded database."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        """Do each soon, and then whenever it is time; none waits for another that is not long."""
        begun = time.monotonic()
        self._next = {chore.name: begun + min(5.0, chore.every) for chore in chores}
        self._chores = chores
        self._threads: dict[str, threading.Thread] = {}

    def __call__(self) -> None:
        """Begin what is due, unless it is still being done; what goes wrong comes again."""
        now = time.monotonic()
        # Those that have waited longest first, for the long ones take turns.
        for chore in sorted(self._chores, key=lambda one: self._next[one.name]):
            lane = "" if chore.long else chore.name
            thread = self._threads.get(lane)
            if now < self._next[chore.name] or (thread is not None and thread.is_alive()):
                continue
            self._next[chore.name] = now + chore.every
            # Not here: who calls has workers to look after, and may be told to stop.
            self._threads[lane] = threading.Thread(target=done, args=(chore,), daemon=True)
            self._threads[lane].start()


def done(chore: Chore) -> None:
    """Do a chore; log what goes wrong, without a value."""
    try:
        chore.do()
    except Exception as error:  # the others have to be done, and this one comes again
        _log.error("chore %s: %s", chore.name, type(error).__name__)
