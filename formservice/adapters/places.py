"""How far a run over everything that is kept had come, and what the last whole one found."""

import json
import time
from dataclasses import asdict
from pathlib import Path

from formservice.adapters.lasting import replaced
from formservice.application.ports_proof import Place
from formservice.domain.chain import Head
from formservice.domain.errors import StorageError

_EVERY_S = 2.0
# What was proved longer ago says too little of today.
_STALE_S = 7 * 24 * 3600.0
_PLACE, _WHOLE, _BROKEN = "stand.json", "unversehrt.json", "befund.json"


class Places:
    """A folder with one small file for each; they hold ids and hashes only."""

    def __init__(self, folder: Path) -> None:
        """Keep both in ``folder``; it is made with the first."""
        self._folder = folder
        self._kept: tuple[str, float] = ("", 0.0)

    def place(self) -> Place | None:
        """Return how far the run was that was broken off last; None if none was."""
        try:
            if time.time() - (self._folder / _PLACE).stat().st_mtime > _STALE_S:
                return None
            return Place(**json.loads((self._folder / _PLACE).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, place: Place) -> None:
        """Keep how far a run is, every few seconds; what is lost by that is proved once more."""
        step, at = self._kept
        if step != place.step or time.monotonic() - at >= _EVERY_S:
            self._write(_PLACE, asdict(place))
            self._kept = place.step, time.monotonic()

    def forget(self) -> None:
        """Forget it: the run has ended."""
        self._kept = "", 0.0
        try:
            (self._folder / _PLACE).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable() from error

    def last(self) -> Head | None:
        """Return how far the chain was when it was last found whole."""
        try:
            return Head(**json.loads((self._folder / _WHOLE).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def seconds_since_whole(self) -> float | None:
        """Return how long ago everything was found whole; None if it was not the last time."""
        if self.broken() is not None:
            return None
        try:
            return time.time() - (self._folder / _WHOLE).stat().st_mtime
        except OSError:
            return None

    def found_whole(self, head: Head) -> None:
        """Keep that everything was found whole up to ``head``."""
        self._write(_WHOLE, asdict(head))
        try:
            (self._folder / _BROKEN).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable() from error

    def found_broken(self, told: str) -> None:
        """Keep what was found broken, until everything is whole again."""
        self._write(_BROKEN, told)

    def broken(self) -> str | None:
        """Return what was found broken when everything was proved last; None if nothing was."""
        try:
            return str(json.loads((self._folder / _BROKEN).read_bytes()))
        except (OSError, ValueError):
            return None

    def _write(self, name: str, told: object) -> None:
        try:
            replaced(self._folder / name, json.dumps(told).encode())
        except OSError as error:
            raise _unusable() from error


def _unusable() -> StorageError:
    return StorageError("In den Ordner „pruefung“ ist nicht zu schreiben.")
