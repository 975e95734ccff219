"""Those who write to an embedded database take turns: who came first goes first."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

# SQLite has no queue: who finds it locked sleeps longer each time and tries again, so that of many
# the last may be somebody who came first. So the threads of one process queue here, and only one
# of them at a time asks SQLite, which it does often: it competes with few other processes.
_ASK_MS = 20


class NoTurnError(Exception):
    """Others wrote all the time that somebody was ready to wait."""


class Turns:
    """A lock that is given in the order in which it was asked for."""

    def __init__(self) -> None:
        self._own = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def held(self, patience_s: float) -> Iterator[None]:
        """Wait for the turn and keep it.

        Raises:
            NoTurnError: it did not come in so many seconds.
        """
        self._take(patience_s)
        try:
            yield
        finally:
            with self._own:
                self._next()

    def _take(self, patience_s: float) -> None:
        mine = threading.Event()
        with self._own:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(mine)
        came = False
        try:
            came = mine.wait(patience_s)
        finally:
            if not came:
                self._leave(mine)
        if not came:
            raise NoTurnError

    def _leave(self, mine: threading.Event) -> None:
        with self._own:
            if mine.is_set():  # it came at the last moment
                self._next()
            else:
                self._waiting.remove(mine)

    def _next(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._taken = False


_turns: dict[tuple[int, str], Turns] = {}


def of(database: str) -> Turns:
    """Return the turns of a database of this name (its path), the same for the whole process."""
    # By process: in one that forks while a thread has the turn there will be no such thread.
    return _turns.setdefault((os.getpid(), database), Turns())


def begin(connection: sqlite3.Connection, patience_s: float, usual_ms: int) -> None:
    """Begin to write: ask the database often, for as long as ``patience_s``.

    ``usual_ms`` is how long other statements wait on this connection.

    Raises:
        OperationalError: another process held it all the time, or what else failed.
    """
    until = time.monotonic() + patience_s
    connection.execute(f"PRAGMA busy_timeout = {_ASK_MS}")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                # The lowest byte says what it is, the others why: also one who repairs is busy.
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or time.monotonic() > until:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual_ms}")
