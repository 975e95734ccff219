"""How a worker is told to stop, or that there may be work: by signals, which end every wait."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STOP = (signal.SIGTERM, signal.SIGINT)
_WAKE = signal.SIGUSR1


class Stop:
    """Whether to stop. Waiting ends at once when told to, or when woken."""

    def __init__(self, parent: int | None = None) -> None:
        """Go on until told otherwise, or until process ``parent`` is no longer our parent."""
        self._told = False
        self._parent = parent
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)

    @property
    def asked(self) -> bool:
        """Whether to stop."""
        return self._told or (self._parent is not None and os.getppid() != self._parent)

    def ask(self) -> None:
        """Ask to stop; every wait ends."""
        self._told = True
        self.wake()

    def wake(self) -> None:
        """End every wait: there may be something to do."""
        with suppress(BlockingIOError):
            os.write(self._write, b".")

    def wait(self, seconds: float) -> None:
        """Wait so long, or until told or woken."""
        if not self.asked and select.select([self._read], [], [], seconds)[0]:
            with suppress(BlockingIOError):
                os.read(self._read, 4096)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals: SIGTERM and SIGINT ask to stop, SIGUSR1 wakes."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.ask()

        def wake(_number: int, _frame: FrameType | None) -> None:
            self.wake()

        before = {one: signal.signal(one, stop) for one in _STOP}
        before[_WAKE] = signal.signal(_WAKE, wake)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {_WAKE})
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


@contextmanager
def unwoken() -> Iterator[None]:
    """Start processes that can be woken before they listen: it waits for them, and ends none."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {_WAKE})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def wake(process: int) -> None:
    """Wake a worker in another process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, _WAKE)
