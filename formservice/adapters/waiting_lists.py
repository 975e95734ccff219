"""Lists of participants that were shown in a browser and wait to be taken over."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path

from formservice.adapters.handover import participant_lists
from formservice.application.participants import Row
from formservice.application.participants_seen import SeenPlan
from formservice.domain.errors import DocumentTooLargeError, FormServiceError, NotFoundError

FOLDER = "listen"
"""The folder in the data folder where lists wait."""
_KEPT_S = 3600.0
_SEEN = ".seen"
_LARGEST = 20 * 1024 * 1024


class WaitingLists:
    """Keeps lists in a folder of the installation, an hour at most, one for each person."""

    def __init__(self, folder: Path) -> None:
        """Keep lists in ``folder``."""
        self._folder = folder

    def keep(self, data: bytes, user: str) -> str:
        """Keep a list and return its name; the one before is forgotten.

        Raises:
            DocumentTooLargeError: no list of participants is so large.
        """
        if len(data) > _LARGEST:
            raise DocumentTooLargeError("Diese Liste ist zu groß.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget(lambda file: file.name.startswith(_of(user)))
        self.tidied()
        name = secrets.token_hex(16)
        file = self._file(name, user)
        file.touch(mode=0o600)
        file.write_bytes(data)
        return name

    def rows(self, name: str, user: str, profile: str, day: date) -> Sequence[Row]:
        """Return the rows of a list as a profile of ours reads it; NotFoundError after an hour."""
        file = self._file(name, user)
        if not name.isalnum() or not file.is_file() or _is_old(file):
            raise NotFoundError(
                "Diese Liste liegt nicht mehr bereit.", "Bitte die Datei noch einmal auswählen."
            )
        chosen = participant_lists.profile(profile)
        try:
            return participant_lists.rows(file, chosen, day)
        except FormServiceError as error:
            # How we call it while it waits is no name that anybody knows.
            own = f"„{file.name}“"
            told = error.message.replace(f"Die Liste {own}", "Die Liste")
            error.message = told.replace(own, "Die Liste")
            error.args = (error.message,)
            raise

    def show(self, name: str, user: str, seen: SeenPlan) -> None:
        """Keep with a list what somebody was shown of it last."""
        if name.isalnum():
            file = self._seen(name, user)
            file.touch(mode=0o600)
            file.write_text(json.dumps(asdict(seen)))

    def seen(self, name: str, user: str) -> SeenPlan:
        """Return what somebody was shown of a list; an empty one if nothing was."""
        file = self._seen(name, user)
        if not name.isalnum() or not file.is_file():
            return SeenPlan()
        return SeenPlan(**json.loads(file.read_text()))

    def forget(self, name: str, user: str) -> None:
        """Forget a list."""
        if name.isalnum():
            self._file(name, user).unlink(missing_ok=True)
            self._seen(name, user).unlink(missing_ok=True)

    def _file(self, name: str, user: str) -> Path:
        return self._folder / f"{_of(user)}-{name}"

    def _seen(self, name: str, user: str) -> Path:
        return self._folder / f"{_of(user)}-{name}{_SEEN}"

    def tidied(self) -> int:
        """Take away what people forgot; return how many lists."""
        return self._forget(_is_old)

    def _forget(self, those: Callable[[Path], bool]) -> int:
        gone = 0
        for file in list(self._folder.iterdir()) if self._folder.is_dir() else ():
            if those(file):
                with suppress(OSError):
                    file.unlink()
                    gone += file.suffix != _SEEN
        return gone


def _of(user: str) -> str:
    return hashlib.sha256(user.encode()).hexdigest()[:16]


def _is_old(file: Path) -> bool:
    try:
        return file.stat().st_mtime < time.time() - _KEPT_S
    except OSError:  # somebody was faster
        return True
