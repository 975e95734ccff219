"""The heads of the chain of events, one file a day beside the database; none is ever rewritten.

Whoever cuts the last events off, or writes the whole chain anew, would have to change these files
as well: a copy of them elsewhere, or on paper, is what nobody here can change.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from formservice.adapters.lasting import written_once
from formservice.domain.chain import Head
from formservice.domain.errors import AlteredError, StorageError

_log = logging.getLogger("formservice")

_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXT = """Kopf der Ereigniskette vom {day}
Ereignis: {seq}
Anzahl:   {count}
Prüfwert: {hash}
"""
_READ = re.compile(
    _TEXT.format(day=r"(\S{10})", seq=r"(\d{1,18})", count=r"(\d{1,18})", hash="([0-9a-f]{64})")
)


def told(head: Head) -> str:
    """Return a head as it is written down, for people and for us."""
    return _TEXT.format(day=head.day, seq=head.seq, count=head.count, hash=head.hash)


class Heads:
    """A folder of files ``JJJJ-MM-TT.txt``."""

    def __init__(self, folder: Path) -> None:
        """Keep heads in ``folder``; it is made with the first."""
        self._folder = folder
        self._last = ""

    def has(self, day: str) -> bool:
        """Say whether there is a head of that day."""
        if self._last != day and self._file(day).exists():
            self._last = day
        return self._last == day

    def any(self) -> bool:
        """Say whether there is a head at all, whatever it says."""
        return next(self._folder.glob("*.txt"), None) is not None

    def keep(self, head: Head) -> bool:
        """Write a head unless there is one of its day; say whether there was none.

        Raises:
            StorageError: the folder cannot be written.
        """
        try:
            return written_once(self._file(head.day), told(head).encode())
        except OSError as error:
            raise StorageError(
                "In den Ordner der Köpfe (koepfe) ist nicht zu schreiben."
            ) from error

    def tried(self, head: Head) -> None:
        """Write a head if that is possible: what is being done must not fail because of it."""
        with suppress(StorageError):
            self.keep(head)
            self._last = head.day
            return
        _log.warning("no head of the chain: the folder cannot be written")

    def all(self) -> Iterator[Head]:
        """Yield all heads, the oldest first.

        Raises:
            AlteredError: a file is not as it was written.
            StorageError: the folder cannot be read.
        """
        try:
            files = sorted(self._folder.glob("*.txt")) if self._folder.is_dir() else []
            for file in files:
                if _NAME.fullmatch(file.stem):
                    yield _head(file)
        except OSError as error:
            raise StorageError("Der Ordner der Köpfe (koepfe) ist nicht zu lesen.") from error

    def _file(self, day: str) -> Path:
        return self._folder / f"{day}.txt"


def _head(file: Path) -> Head:
    found = _READ.fullmatch(file.read_bytes().decode("utf-8", "replace"))
    if found is None or found[1] != file.stem:
        raise AlteredError(f"Der Kopf vom {file.stem} ist verändert.")
    return Head(found[1], int(found[2]), found[4], int(found[3]))
