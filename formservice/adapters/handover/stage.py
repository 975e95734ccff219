"""The stage ``deliver`` of this installation, and the chore that hands over what is due."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing

from formservice.adapters.store.store import Store
from formservice.application.delivering import DELIVER, Planning, Zielsystem
from formservice.application.work import Limits, Next, Stage

# It only asks which systems take a document.
_SECONDS, _MEMORY = 60.0, 1024**3
NEXT = Next(DELIVER, "ready")
"""Where a document goes whose copies are made, if there is a Zielsystem."""


def planning(store: Callable[[], Store], systems: Mapping[str, Zielsystem]) -> Stage:
    """Return the stage; ``store`` opens a connection of its own for each child process."""

    def opened() -> AbstractContextManager[Store]:
        return closing(store())

    stage = Planning(opened, systems)
    return Stage(DELIVER, stage.work, stage.keep, Limits(_SECONDS, _MEMORY))


class HandingOver:
    """Starts a program of its own that hands over what is due: a dead share holds up only that."""

    def __init__(self, store: Store, zielsysteme: Sequence[str], command: Sequence[str]) -> None:
        """Start ``command`` when in ``store`` something is due for these Zielsysteme."""
        self._store = store
        self._zielsysteme = zielsysteme
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        """Start it, unless it runs or nothing is due."""
        if self._running is not None and self._running.poll() is None:
            return
        with self._store.look() as work:
            is_due = work.deliveries.due(self._zielsysteme)
        if is_due:
            self._running = subprocess.Popen(  # noqa: S603 - our own command
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
