"""Workers beside the web in one installation: child processes, kept running by a thread."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from formservice.adapters.work.pool import Pool, again
from formservice.adapters.work.signals import Stop

_log = logging.getLogger("formservice")

# A worker ends what it does at once; the pool itself waits a minute for it.
_PATIENCE_S = 65.0


class EmbeddedWorkers:
    """Keeps workers running as long as it is open; what it cannot do is done by a later start."""

    def __init__(
        self,
        count: int,
        further: Sequence[str],
        final: Sequence[int],
        beside: Callable[[Callable[[], None]], AbstractContextManager[Callable[[], None]]],
    ) -> None:
        """Run ``count`` workers, called with ``further`` arguments.

        Who ends with a status that is ``final`` would end the same way again. ``beside`` returns
        what goes on beside them, given what wakes them.
        """
        self._count = count
        self._stop = Stop()
        command = ["work", "--child-of", str(os.getpid()), *further]
        self._pool = Pool(lambda: again(*command), count, self._stop, final)
        self._beside = beside
        self._thread = threading.Thread(target=self._run, name="workers", daemon=True)

    def __enter__(self) -> "EmbeddedWorkers":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; workers give back what they have."""
        self._stop.ask()
        self._thread.join(_PATIENCE_S)

    def wake(self) -> None:
        """Tell all workers that there may be something to do."""
        self._pool.wake()

    @property
    def alive(self) -> int:
        """How many workers are running just now."""
        return self._pool.alive if self._thread.is_alive() else 0

    @property
    def wanted(self) -> int:
        """How many there should be."""
        return self._count

    def _run(self) -> None:
        try:
            with self._beside(self.wake) as meanwhile:
                self._pool.run(meanwhile)
        except (
            Exception
        ) as error:  # a thread has nobody to tell; readiness says that none is alive
            _log.error("the workers ended: %s", type(error).__name__)
