"""Folders of the service itself: what lies there is kept, and never comes in or goes out."""

import os
import pwd
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from formservice.adapters.backup.folder import BACKED_UP, SNAPSHOT
from formservice.bootstrap import Settings
from formservice.domain.errors import RootError, UsageError


class OwnFolders:
    """Where this installation keeps something, and what looks like another one or a backup."""

    def __init__(self, settings: Settings) -> None:
        """Know data folder and originals of ``settings``."""
        storage = urlsplit(settings.storage or "")
        self._own = {_real(settings.data)}
        if storage.scheme == "file":
            self._own.add(_real(unquote(storage.path)))

    def has(self, folder: str | Path) -> bool:
        """Say whether a folder is one of them; what lies in it is for the caller to ask."""
        real = _real(folder)
        # What a data folder and a single backup have, and what all backups lie in.
        return real in self._own or SNAPSHOT in _names(real) or _names(real) >= BACKED_UP

    def refuse(self, path: str | Path) -> None:
        """Raise UsageError if a path is one of them or lies within, by whatever links."""
        real = _real(path)
        if any(map(self.has, (real, *real.parents))):
            raise UsageError(
                "Dort liegt, was formservice selbst aufbewahrt oder gesichert hat.",
                "Bitte einen Ort außerhalb von Datenordnern und Sicherungen nennen.",
            )


def refuse_root() -> None:
    """Raise RootError for root where the data folder belongs to another account.

    Root may write anywhere, so nothing else would say that the service cannot go on with it.
    """
    folder = Path(os.environ.get("FORMSERVICE_DATA") or "var")
    try:
        owner = folder.stat().st_uid
    except OSError:  # there is none yet, or none at all: the command tells it
        return
    if os.geteuid() != 0 or owner == 0:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"#{owner}"
    raise RootError(
        f"Der Datenordner {folder} gehört dem Konto „{name}“, und was root darin anlegt, kann der"
        " Dienst nicht lesen. Es ist nichts geschehen.",
        f"Bitte als dieses Konto ausführen, mit denselben Einstellungen: „sudo -u {name} …“"
        " (der ganze Befehl steht in docs/betrieb.md, „Dauerhaft betreiben“).",
    )


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _names(folder: Path) -> set[str]:
    """Return which of our names stand in a folder; none where nobody may look."""
    with suppress(OSError):
        return {one for one in (SNAPSHOT, *BACKED_UP) if (folder / one).exists()}
    return set()
