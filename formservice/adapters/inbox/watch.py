"""Watching a folder: what is whole is kept first, and only then moved away."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from formservice.adapters.bugs import named
from formservice.adapters.inbox.entries import Settling, Stamp
from formservice.adapters.inbox.share import Share
from formservice.adapters.work.signals import Stop
from formservice.application.receive import Sent
from formservice.application.taking import TakeIn
from formservice.domain.errors import (
    DocumentTooLargeError,
    EngineError,
    FormServiceError,
    InputError,
    StorageError,
)

# How long to wait for a share or a disk; whoever puts it right does not stand beside.
_TROUBLE_S = 10.0
_SHORTEST, _LONGEST = 0.2, 5.0
# After so many files that fail in one look it is not the files.
_MOST_FAILED = 3
_HINT = "Bitte eine gewöhnliche Datei in den Ordner legen und prüfen, wer sie lesen darf."


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a file, or what holds everything up (``trouble``, without a name).

    ``outcome`` is ``taken``, ``known``, ``refused``, ``left-alone``, ``trouble`` or ``well``: the
    trouble is over; ``swept`` or ``not-swept``: a day that was filed away went, or
    should; or ``unfinished``: so many (``count``) were left because somebody writes them.
    """

    outcome: str
    name: str = ""
    document: str | None = None
    error: FormServiceError | None = None
    count: int = 1


class Watch:
    """Looks at a folder again and again."""

    def __init__(
        self,
        share: Share,
        take: TakeIn,
        now: Callable[[], datetime],
        settle: float,
        largest: int,
        keep_days: int | None = None,
    ) -> None:
        """Take files in that stay the same for ``settle`` seconds, up to ``largest`` bytes.

        What is filed away goes after ``keep_days`` days; None keeps it.
        """
        self._keep_days = keep_days
        self._swept: set[tuple[str, bool]] = set()
        self._share = share
        self._take = take
        self._now = now
        self._settle = settle
        self._largest = largest
        self._settling = Settling(settle)
        self._told: set[PurePath] = set()
        self._unfinished = 0

    def steps(self, stop: Stop, *, once: bool = False) -> Iterator[Step]:
        """Yield what becomes of every file until told to stop.

        With ``once`` what lies there now is taken in, as far as nobody is writing it. What holds
        everything up is told once and waited for; with ``once`` it is raised as a StorageError.
        """
        trouble: str | None = None
        rounds = 0
        while not stop.asked:
            pause = min(max(self._settle / 2, _SHORTEST), _LONGEST)
            try:
                yield from self.round(stop)
                if trouble is not None:
                    yield Step("well")
                trouble = None
            except (StorageError, EngineError) as error:
                if once:
                    raise
                if trouble != error.message:
                    yield Step("trouble", error=error)
                trouble, pause = error.message, _TROUBLE_S
            rounds += 1
            if once and (rounds > 1 or not self._settling.waiting):
                if self._unfinished:
                    yield Step("unfinished", count=self._unfinished)
                return
            stop.wait(self._settle + 0.01 if once else pause)

    def round(self, stop: Stop) -> Iterator[Step]:
        """Look once, and take in what is whole.

        Raises:
            StorageError: folder, database or originals are not usable; nothing is lost by that.
        """
        failed: list[FormServiceError] = []
        for step in self._found(stop):
            if isinstance(step, Step):
                yield step
                continue
            try:
                yield from self._one(step)
            except (StorageError, EngineError) as error:
                # One file on a bad piece of a disk must not hold up the others.
                failed.append(error)
                if len(failed) == _MOST_FAILED:
                    break
        yield from self._sweep()
        if failed:
            raise failed[0]

    def _sweep(self) -> Iterator[Step]:
        if self._keep_days is None:
            return
        until = self._now().date() - timedelta(days=self._keep_days)
        for told in self._share.swept(until):
            if told not in self._swept or told[1]:
                yield Step("swept" if told[1] else "not-swept", told[0])
            self._swept.add(told)

    def _found(self, stop: Stop) -> Iterator[PurePath | Step]:
        """Yield files that are taken, one by one, and what is told of folders."""
        for name in self._share.left():
            if stop.asked:
                return
            yield name
        found = self._share.look()
        for place in found.closed:
            if place not in self._told:
                yield Step("left-alone", shown(place))
        self._told = set(found.closed)
        whole = self._settling.settled(self._share.root, found, time.monotonic())
        self._unfinished = found.unfinished + len(found.entries) - len(whole)
        for one in whole:
            if stop.asked:
                return
            taken = self._share.taken(one)
            if taken is not None:
                yield taken
            else:
                self._unfinished += 1

    def _one(self, name: PurePath) -> Iterator[Step]:
        """Take in a file in work; it stays there if nobody can say what became of it."""
        now = self._now()
        try:
            data, stamp = self._content(name)
            sent = Sent(data, shown(name), "folder", now.date(), _id(stamp))
            kept, known = self._take(sent)
        except FileNotFoundError:
            return  # taken away by hand
        except (StorageError, EngineError):
            raise
        except Exception as error:  # one file must not hold up the others
            told = named(error)
            place = self._share.refuse(name, told, now)
            yield Step("refused", shown(place), error=told)
            return
        # Changed while it was read: taken in once more, as it is then.
        if self._share.file_away(name, stamp, now.date(), known=known):
            yield Step("known" if known else "taken", shown(name), kept.id)

    def _content(self, name: PurePath) -> tuple[bytes, Stamp]:
        try:
            found = self._share.read(name)
        except PermissionError:
            raise InputError("Die Datei darf nicht gelesen werden.", _HINT) from None
        if found is None:
            raise InputError("Das ist keine gewöhnliche Datei.", _HINT)
        if len(found[0]) > self._largest:
            limit = self._largest // 1024**2
            raise DocumentTooLargeError(
                f"Die Datei ist größer als {limit} MB.", "Bitte in Teilen einreichen."
            )
        return found


def shown(path: PurePath) -> str:
    """Return a path as text, whatever bytes its names have."""
    return os.fsencode(path).decode("utf-8", "replace")


def _id(stamp: Stamp) -> str:
    """Return the id of this one file: the same after a crash, and telling nothing of its contents.

    It stays in the chain of events, so neither name nor bytes may go into it.
    """
    told = f"{stamp.device}/{stamp.number}/{stamp.size}/{stamp.mtime_ns}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"folder/{told}"))
