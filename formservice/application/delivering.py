"""Handing accepted documents to other systems: at least once, told by name and hash, followed up.

The stage ``deliver`` only notes what has to go where. Whoever has the folders at hand then takes
one after the other from the outbox, hands it over and waits for what the other side says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol  # results have the shape of JSON

from formservice.application.dossier import Dossier, dossier
from formservice.application.ports_delivery import Delivery, DeliveryStatus, HandedFile, Receipt
from formservice.application.ports_store import SERVICE, Author, Kept, Store, Work
from formservice.application.work import DONE, Next, Tell
from formservice.domain.case import DECIDED
from formservice.domain.errors import FormServiceError, NotFoundError, StorageError, UsageError

DELIVER = "deliver"
MOST_TRIES = 10
"""After so many a delivery waits for people."""

WITHDRAWN, UNCONFIRMED, REFUSED = (
    "delivery.withdrawn",
    "delivery.unconfirmed",
    "delivery.refused",
)
UNCOPIED, BROKEN_OFF = "delivery.uncopied", "delivery.broken-off"
# A share may be away over night: the tenth try comes after about twelve hours.
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 14_400.0
# For so long a delivery is ours alone; a folder on a slow line takes minutes.
_LEASE = 900.0
# What is awaited is looked for every minute, after an hour and after a day more seldom.
_SOON, _LATER, _HOUR, _DAY = 60.0, 600.0, 3600.0, 86_400.0


class Zielsystem(Protocol):
    """Another system, as the operator describes it."""

    @property
    def awaits(self) -> float | None:
        """For how many seconds to wait for an answer; None if there is none."""

    def check(self) -> None:
        """Raise StorageError unless it can be reached."""

    def takes(self, whole: Dossier) -> bool:
        """Say whether a document is for this system."""

    def hand_over(self, whole: Dossier, delivery: Delivery) -> Sequence[HandedFile]:
        """Hand a document over; said again, nothing changes as long as it lies there.

        Raises:
            StorageError: it may go better another time.
            FormServiceError: somebody has to put something right first.
        """

    def receipt(self, delivery: Delivery) -> Receipt | None:
        """Return what the other side said, None if nothing yet; StorageError as above."""


class Planning:
    """The stage ``deliver``: notes to which systems an accepted document goes."""

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Store]],
        zielsysteme: Mapping[str, Zielsystem],
    ) -> None:
        """Keep the systems by name. ``opened`` opens a store for the process that asks."""
        self._opened = opened
        self._zielsysteme = zielsysteme

    def work(self, kept: Kept, tell: Tell) -> dict[str, Any]:
        """Return the version, and the names of the systems that take the document."""
        with self._opened() as store, store.look() as work:
            whole = dossier(work, kept.id)
        return {"version": whole.kept.version, "zielsysteme": self.takers(whole)}

    def keep(self, work: Work, kept: Kept, result: Mapping[str, Any]) -> Next:
        """Note the deliveries; people may look at the document from here on."""
        for name in result["zielsysteme"]:
            work.deliveries.plan(kept.id, int(result["version"]), name)
        return Next(DONE, "waiting")

    def takers(self, whole: Dossier) -> list[str]:
        """Return the names of the systems that take a document."""
        if not _is_accepted(whole.kept):
            return []
        return [name for name, one in sorted(self._zielsysteme.items()) if one.takes(whole)]


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a delivery just now: where it stands, and the error if there was one."""

    delivery: Delivery
    status: DeliveryStatus
    error: str | None = None


class Deliver:
    """The use case: takes up what is due, until nothing is."""

    def __init__(
        self, store: Store, zielsysteme: Mapping[str, Zielsystem], now: Callable[[], float]
    ) -> None:
        """Keep the systems by name; ``now`` is the time in seconds since 1970."""
        self._store = store
        self._zielsysteme = zielsysteme
        self._now = now

    def __call__(self) -> Iterator[Step]:
        """Yield what became of each delivery that is due."""
        names = sorted(self._zielsysteme)
        while names:
            with self._store.work() as work:
                taken = work.deliveries.claim(names, _LEASE)
            if taken is None:
                return
            yield self._one(taken)

    def plan(self, document: str, author: Author = SERVICE) -> list[str]:
        """Note an accepted document for all systems that take it; return their names.

        ``author`` is who wants that.

        Raises:
            UsageError: it is not accepted.
        """
        with self._store.work() as work:
            whole = dossier(work, document)
            if not _is_accepted(whole.kept):
                raise UsageError("Übergeben wird nur, was angenommen ist.")
            names = [name for name, one in self._zielsysteme.items() if one.takes(whole)]
            for name in names:
                work.deliveries.plan(document, whole.kept.version, name, author)
        return names

    def _one(self, taken: Delivery) -> Step:
        target = self._zielsysteme[taken.zielsystem]
        if taken.status is DeliveryStatus.OPEN and _tries(taken) > MOST_TRIES:
            return self._failed(taken, BROKEN_OFF)  # whatever ends the process each time
        try:
            if taken.status is DeliveryStatus.DELIVERED:
                return self._asked(target, taken)
            with self._store.look() as work:
                whole = dossier(work, taken.document)
            if whole.kept.version != taken.version or not _is_accepted(whole.kept):
                return self._failed(taken, WITHDRAWN)
            if not whole.is_copied:
                return self._later(taken, UNCOPIED)
            files = target.hand_over(whole, taken)
        except StorageError as error:
            return self._later(taken, error.code)
        except NotFoundError as error:  # deleted meanwhile: its deliveries went with it
            return self._failed(taken, error.code)
        except FormServiceError as error:
            return self._failed(taken, error.code)
        again_in = None if target.awaits is None else _SOON
        with self._store.work() as work:
            work.deliveries.delivered(taken, files, again_in)
        return Step(taken, DeliveryStatus.DELIVERED)

    def _asked(self, target: Zielsystem, taken: Delivery) -> Step:
        """Look for the answer to what lies there."""
        since = self._now() - (taken.delivered_at or taken.created_at)
        pause = _SOON if since < _HOUR else _LATER if since < _DAY else _HOUR
        receipt = target.receipt(taken)
        with self._store.work() as work:
            if receipt is None:
                late = target.awaits is not None and since > target.awaits
                error = UNCONFIRMED if late else None
                work.deliveries.waits(taken, error, pause)
                return Step(taken, DeliveryStatus.DELIVERED, error)
            work.deliveries.told(taken, receipt, pause if receipt.taken is None else None)
        if receipt.taken is None:
            return Step(taken, DeliveryStatus.DELIVERED)
        if receipt.taken:
            return Step(taken, DeliveryStatus.CONFIRMED)
        return Step(taken, DeliveryStatus.FAILED, REFUSED)

    def _later(self, taken: Delivery, error: str) -> Step:
        """Try again later, unless that was often enough; an answer is asked for without end."""
        tries = _tries(taken)
        if taken.status is DeliveryStatus.OPEN and tries >= MOST_TRIES:
            return self._failed(taken, error)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries, 12))
        with self._store.work() as work:
            work.deliveries.waits(taken, error, pause)
        return Step(taken, taken.status, error)

    def _failed(self, taken: Delivery, error: str) -> Step:
        with self._store.work() as work:
            work.deliveries.failed(taken, error)
        return Step(taken, DeliveryStatus.FAILED, error)


def _tries(taken: Delivery) -> int:
    """Return how often a delivery was taken up since people had it tried again."""
    return taken.tries - taken.before


def _is_accepted(kept: Kept) -> bool:
    return kept.state in DECIDED
