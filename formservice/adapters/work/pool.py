"""Several workers side by side, each a process of its own, started again when one dies."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from formservice.adapters.work.signals import Stop, unwoken, wake

_log = logging.getLogger("formservice")

_PATIENCE_S = 60.0  # a child at work is ended at once; the database may be slow
# Who lived for so long did not die of what it is.
_CALM_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 60.0


@dataclass(slots=True)
class _Place:
    """One worker of the pool; ``process`` is None while it waits to be started again."""

    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    deaths: int = 0
    due: float = 0.0


class Pool:
    """Keeps so many workers running."""

    def __init__(
        self,
        command: Callable[[], Sequence[str]],
        count: int,
        stop: Stop,
        final: Collection[int] = range(256),
    ) -> None:
        """Run ``command`` so often. It has to end on SIGTERM, and with its parent.

        Who ends with a status that is ``final`` is not started again; everybody else is.
        """
        self._command = command
        self._stop = stop
        self._final = final
        self._places = [_Place() for _ in range(count)]

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Keep workers running until told to stop, or all of them ended for good.

        Returns the worst status they ended with. ``meanwhile`` is called about once a second.
        """
        worst = 0
        try:
            for place in self._places:
                self._start(place)
            while self._places and not self._stop.asked:
                self._stop.wait(1.0)
                meanwhile()
                worst = max(worst, *(self._looked_after(one) for one in [*self._places]), 0)
        finally:
            worst = max(worst, self._ended())
        return worst

    @property
    def alive(self) -> int:
        """How many workers are running just now."""
        running = [one.process for one in self._places if one.process is not None]
        return sum(process.poll() is None for process in running)

    def wake(self) -> None:
        """Tell all workers that there may be something to do."""
        for place in self._places:
            if place.process is not None:
                wake(place.process.pid)

    def _looked_after(self, place: _Place) -> int:
        """Start a worker again that ended; return the status of one that ended for good."""
        now = time.monotonic()
        if place.process is None:
            if now >= place.due and not self._stop.asked:
                self._start(place)
            return 0
        status = place.process.poll()
        if status is None:
            return 0
        if status in self._final:
            self._places.remove(place)
            return status
        place.process = None
        place.deaths = 1 if now - place.begun >= _CALM_S else place.deaths + 1
        # What dies at once and again, whatever it is, must not take the whole machine.
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(place.deaths - 1, 16))
        place.due = now + pause
        _log.error("a worker ended with status %d, another starts in %.1f s", status, pause)
        return 0

    def _start(self, place: _Place) -> None:
        place.begun = time.monotonic()
        with unwoken():
            place.process = subprocess.Popen([*self._command()], stdin=subprocess.DEVNULL)  # noqa: S603 (ours)

    def _ended(self) -> int:
        """Stop all workers; they give back what they have."""
        running = [one.process for one in self._places if one.process is not None]
        for one in running:
            one.terminate()
        until = time.monotonic() + _PATIENCE_S
        worst = 0
        for one in running:
            try:
                worst = max(worst, one.wait(max(0.1, until - time.monotonic())))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        return worst


def again(*arguments: str) -> list[str]:
    """Return the command that runs this program with other arguments."""
    return [sys.executable, "-m", "formservice.cli.main", *arguments]
