"""How an installation is: what has to work for it to be used, and figures for who runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from formservice.application.ports_store import Standing


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers there should be beside the web, and how many are running."""

    wanted: int
    alive: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted for who runs the service: numbers only, about nobody.

    ``waits`` is for how many seconds the oldest has been due that nobody took; ``tries`` how often
    workers have begun what is not done yet; ``received`` what has come, by its way;
    ``free_bytes`` what is free where the data lies; ``sessions`` how many are signed in;
    ``backup_s`` how old the newest backup is, None if there is none; ``outbox`` how much waits to
    be sent.
    """

    standing: Sequence[Standing]
    waits: float
    tries: int
    received: Mapping[str, int]
    free_bytes: int
    sessions: int
    outbox: int
    backup_s: float | None


class Condition(Protocol):
    """Looks at an installation; what it costs is bounded, however often somebody asks."""

    def ready(self) -> Mapping[str, bool]:
        """Return the parts without which it cannot be used, and whether each works."""

    def figures(self) -> Figures:
        """Return what is counted; StorageError if the database is away."""

    def workers(self) -> Workers | None:
        """Return how the workers beside the web are, None if there are to be none."""
