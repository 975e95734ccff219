"""A worker: a small parent that holds the lease of a document while a child does the work.

All that is written is fenced. A parent that slept longer than its lease finds that out when it
wakes, and ends its child; whoever took the document over is not disturbed.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar  # what a stage returns is JSON data

from formservice.adapters.bugs import named
from formservice.adapters.store.store import Store
from formservice.adapters.work.child import Far, worked
from formservice.adapters.work.signals import Stop
from formservice.application.ports_store import Claim, Kept
from formservice.application.work import MOST_TRIES, TOO_OFTEN, Stage, failed, finished
from formservice.domain.errors import (
    AlteredError,
    EngineMissingError,
    NotFoundError,
    RefusedError,
    StorageError,
)

T = TypeVar("T")

# How often people are told how far a document is, and the database is asked again.
_TELL_S, _AGAIN_S, _DOWN_S = 2.0, 1.0, 5.0
# What a storage that was away has cost is due again after so long.
_AWAY_S = 30.0


class _LeaseLostError(Exception):
    """Another worker took the document over."""


class _StoppedError(Exception):
    """The worker was told to stop."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long a lease holds, and how often an idle worker looks for work.

    A heartbeat comes every third of the lease, so that two may fail.
    """

    lease: float = 30.0
    poll: float = 0.5


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one claim: ``done``, ``again``, ``failed``, ``lost`` or ``given-back``."""

    document: str
    stage: str
    outcome: str
    seconds: float
    error: str | None = None


class Worker:
    """Takes one document after the other."""

    def __init__(self, store: Store, stages: Sequence[Stage], pace: Pace, stop: Stop) -> None:
        """Work on ``stages`` until told to stop."""
        self._store = store
        self._stages = {stage.name: stage for stage in stages}
        self._pace = pace
        self._stop = stop
        # Why the storage was away, and how many documents had been done when it last was for one.
        self._away: StorageError | None = None
        self._done, self._done_at = 0, dict[str, int]()
        self._owner = f"{socket.gethostname()[:64]}/{os.getpid()}"

    def ends(self, *, once: bool = False) -> Iterator[Ended]:
        """Yield what becomes of every claim, until told to stop, or ``once`` until nothing is due.

        Raises:
            EngineMissingError: a program is missing that no document here can do without.
            StorageError: with ``once``, database or storage cannot be used; else both are asked
                again.
        """
        while True:
            try:
                yield from self._ends(once=once)
                return
            except StorageError:
                if once:
                    raise
                # It may have been restarted; claims of ours run out meanwhile.
                self._stop.wait(_DOWN_S)

    def _ends(self, *, once: bool) -> Iterator[Ended]:
        while not self._stop.asked:
            claim = self._store.written(
                lambda work: work.queue.claim(list(self._stages), self._owner, self._pace.lease)
            )
            if claim is not None:
                yield self._end(claim)
                away, self._away = self._away, None
                if away is not None:
                    raise away
            elif once:
                return
            else:
                self._stop.wait(self._pace.poll)

    def _end(self, claim: Claim) -> Ended:
        begun = time.monotonic()
        try:
            outcome, error = self._one(claim)
        except _LeaseLostError:
            outcome, error = "lost", None
        except _StoppedError:
            self._give_back(claim)
            outcome, error = "given-back", None
        seconds = time.monotonic() - begun
        return Ended(claim.document, claim.stage, outcome, seconds, error)

    def _one(self, claim: Claim) -> tuple[str, str | None]:
        if claim.tries > MOST_TRIES:  # it killed its worker each time
            return self._failed(claim, TOO_OFTEN)
        stage = self._stages[claim.stage]
        with self._store.look() as work:
            kept = work.documents.get(claim.document)
        try:
            self._finish(claim, kept, stage, self._worked(stage, kept, claim))
        except _LeaseLostError:
            self._forget_ended(kept, stage)
            raise
        except _StoppedError:
            raise
        except EngineMissingError:
            self._give_back(claim)  # the document is not at fault, and the next would fail as well
            raise
        except StorageError as error:
            if not self._is_away(claim, error):
                return self._failed(claim, error.code)
            self._away = error
            self._give_back(claim, _AWAY_S)
            return "given-back", error.code
        except Exception as error:  # what is wrong with one document must not cost the others
            return self._failed(claim, named(error).code)
        stage.forget(kept)
        self._done += 1
        self._done_at.pop(claim.document, None)
        return "done", None

    def _forget_ended(self, kept: Kept, stage: Stage) -> None:
        """Forget what nobody goes on with: another ended it, or we did and were not told."""
        with suppress(StorageError):  # then it is forgotten later
            try:
                with self._store.look() as work:
                    status = work.documents.get(kept.id).status
            except NotFoundError:  # it was deleted
                status = "done"
            if status not in ("ready", "running"):
                stage.forget(kept)

    def _is_away(self, claim: Claim, error: StorageError) -> bool:
        """Say whether the storage is away, and no document at fault.

        What fails again while others were done meanwhile is at fault itself.
        """
        if isinstance(error, AlteredError | RefusedError):
            return False
        before = self._done_at.setdefault(claim.document, self._done)
        return before == self._done

    def _worked(self, stage: Stage, kept: Kept, claim: Claim) -> Any:
        with _far() as far:
            return worked(
                stage, kept, far, _Holding(self._store, claim, self._pace, far, self._stop)
            )

    def _finish(self, claim: Claim, kept: Kept, stage: Stage, result: Any) -> None:
        def finish() -> bool:
            with self._store.work() as work:
                return finished(work, claim, kept, stage, result)

        if not self._tried(finish):
            raise _LeaseLostError

    def _failed(self, claim: Claim, code: str) -> tuple[str, str | None]:
        def fail() -> float | None:
            with self._store.work() as work:
                return failed(work, claim, code)

        return ("failed" if self._tried(fail) is None else "again"), code

    def _give_back(self, claim: Claim, again_in: float = 0.0) -> None:
        def give_back() -> bool:
            with self._store.work() as work:
                return work.queue.give_back(claim, again_in)

        self._tried(give_back)

    def _tried(self, write: Callable[[], T]) -> T:
        """Write; once more if the database refuses, as one does that broke a deadlock."""
        until = time.monotonic() + self._pace.lease / 3
        while True:
            try:
                return write()
            except StorageError:
                if time.monotonic() > until:
                    raise
                self._stop.wait(_AGAIN_S / 4)


class _Holding:
    """Holds a claim while its child works: called a few times a second."""

    def __init__(self, store: Store, claim: Claim, pace: Pace, far: Far, stop: Stop) -> None:
        self._store = store
        self._claim = claim
        self._lease = pace.lease
        self._far = far
        self._stop = stop
        self._told = (0, 0)
        now = time.monotonic()
        self._beaten = now
        self._next = now + self._lease / 3
        self._tell_at = now + _TELL_S

    def __call__(self) -> None:
        """Write the heartbeat if it is time, with how far the child is.

        Raises what ends the child: the claim is lost, or the worker is told to stop.
        """
        if self._stop.asked:
            raise _StoppedError
        now, far = time.monotonic(), self._far.told()
        if now >= self._next or (far != self._told and now >= self._tell_at):
            self._beat(now, far)

    def _beat(self, now: float, far: tuple[int, int]) -> None:
        try:
            with self._store.work() as work:
                holds = work.queue.heartbeat(self._claim, self._lease)
                if holds and far != self._told:
                    work.queue.tell(self._claim, "pages", *far)
        except StorageError:
            # As long as nobody else can have taken it the work is worth going on with.
            if time.monotonic() - self._beaten > self._lease:
                raise _LeaseLostError from None
            self._next = self._tell_at = now + _AGAIN_S
            return
        if not holds:
            raise _LeaseLostError
        self._beaten, self._told = now, far
        self._next, self._tell_at = now + self._lease / 3, now + _TELL_S


@contextmanager
def _far() -> Iterator[Far]:
    far = Far()
    try:
        yield far
    finally:
        far.close()
