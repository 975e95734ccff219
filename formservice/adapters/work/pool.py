"""Several workers side by side, each a process of its own, started again when one dies."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from formservice.adapters.work.signals import Stop, unwoken, wake

_PATIENCE_S = 60.0  # a child at work is ended at once; the database may be slow
_CALM_S = 30.0


class Pool:
    """Keeps so many workers running."""

    def __init__(self, command: Callable[[], Sequence[str]], count: int, stop: Stop) -> None:
        """Run ``command`` so often. It has to end on SIGTERM, and with its parent."""
        self._command = command
        self._count = count
        self._stop = stop
        self._running: list[subprocess.Popen[bytes]] = []
        self._deaths: list[float] = []

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Keep workers running until told to stop, or all of them ended by themselves.

        Returns the worst status they ended with. ``meanwhile`` is called about once a second.
        """
        self._running = [self._started() for _ in range(self._count)]
        worst = 0
        try:
            while self._running and not self._stop.asked:
                self._stop.wait(1.0)
                meanwhile()
                worst = max(worst, *(self._looked_after(one) for one in [*self._running]), 0)
        finally:
            worst = max(worst, self._ended())
        return worst

    def wake(self) -> None:
        """Tell all workers that there may be something to do."""
        for one in self._running:
            wake(one.pid)

    def _looked_after(self, one: "subprocess.Popen[bytes]") -> int:
        """Start a worker again that was killed; return the status of one that ended by itself."""
        status = one.poll()
        if status is None:
            return 0
        self._running.remove(one)
        if status >= 0:
            return status
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death < _CALM_S] + [now]
        # What dies at once and again, whatever it is, must not take the whole machine.
        self._stop.wait(min(10.0, 0.2 * 2 ** (len(self._deaths) // self._count)))
        if not self._stop.asked:
            self._running.append(self._started())
        return 0

    def _started(self) -> "subprocess.Popen[bytes]":
        with unwoken():
            return subprocess.Popen([*self._command()], stdin=subprocess.DEVNULL)  # noqa: S603 (ours)

    def _ended(self) -> int:
        """Stop all workers; they give back what they have."""
        for one in self._running:
            one.terminate()
        until = time.monotonic() + _PATIENCE_S
        worst = 0
        for one in self._running:
            try:
                worst = max(worst, one.wait(max(0.1, until - time.monotonic())))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        return worst


def again(*arguments: str) -> list[str]:
    """Return the command that runs this program with other arguments."""
    return [sys.executable, "-m", "formservice.cli.main", *arguments]
