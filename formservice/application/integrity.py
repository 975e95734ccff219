"""The daily proof, done a while at a time so that it holds up nothing else that is due."""

import time
from collections.abc import Callable

from formservice.application.ports_proof import Places
from formservice.application.verify import EVENTS, Break, Verify

# A little less than a day: it must not come later every day.
_FRESH_S = 20 * 3600.0
_AT_A_TIME_S = 600.0


class _Enough(Exception):  # noqa: N818 - no error: the next time goes on
    """Ends a run where it is."""


class Integrity:
    """Proves everything about once a day, however often it is called."""

    def __init__(
        self,
        verify: Verify,
        places: Places,
        keep_head: Callable[[], object],
        report: Callable[[Break], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``keep_head`` keeps the day's head of the chain; ``report`` hears of a break."""
        self._verify = verify
        self._places = places
        self._keep_head = keep_head
        self._report = report
        self._clock = clock

    def __call__(self) -> None:
        """Go on with what was begun, or begin if it is time; ten minutes after the chain at most.

        Raises:
            StorageError: something cannot be read; the next call goes on.
        """
        seconds = self._places.seconds_since_whole()
        if self._places.place() is None and seconds is not None and seconds < _FRESH_S:
            return
        begun: float | None = None

        def tell(step: str, _done: int, _total: int) -> None:
            nonlocal begun
            if step == EVENTS:
                # Proved whole each time: broken off there, or for its length, nothing is gained.
                return
            if begun is None:
                begun = self._clock()
            elif self._clock() - begun > _AT_A_TIME_S:
                raise _Enough

        try:
            found = self._verify(tell)
        except _Enough:
            return
        self._keep_head()
        if found.broken is not None:
            self._report(found.broken)
