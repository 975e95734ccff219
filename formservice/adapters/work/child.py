"""The child process of a worker: does one stage of one document, tells how far it is, and ends.

It answers with JSON: whatever a hostile file makes of it, it can send nothing but data.
"""

import json
import mmap
import struct
from collections.abc import Callable
from typing import Any  # what a stage returns is JSON data

from formservice.adapters.isolation import run_isolated
from formservice.application.ports_store import Kept
from formservice.application.work import Stage

_FAR = struct.Struct("<II")


class Far:
    """How far a child is: pages done and pages in all, in memory that parent and child share."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    def tell(self, done: int, total: int) -> None:
        """Tell how far it is; called in the child."""
        _FAR.pack_into(self._memory, 0, done, total)

    def told(self) -> tuple[int, int]:
        """Return what was told last; called in the parent."""
        done, total = _FAR.unpack_from(self._memory)
        return done, total

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()


def worked(stage: Stage, kept: Kept, far: Far, meanwhile: Callable[[], None]) -> Any:
    """Return what ``stage`` makes of a document, worked out by a child process.

    ``meanwhile`` is called a few times a second; what it raises ends the child. Raises what the
    stage raises, and what ``run_isolated`` does.
    """

    def work() -> str:
        return json.dumps(stage.work(kept, far.tell), ensure_ascii=False)

    limits = stage.limits
    told = run_isolated(work, seconds=limits.seconds, memory=limits.memory, meanwhile=meanwhile)
    if not isinstance(told, str):
        raise ValueError("a stage sent no text")
    return json.loads(told)
