"""A folder that another system watches: files appear in it whole, and never over each other."""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from formservice.adapters.handover.bundle import explained, synced
from formservice.application.ports_delivery import HandedFile
from formservice.domain.errors import ConflictError, StorageError

_LARGEST_NOTE = 64 * 1024
_MOST_TEXT = 2000
# Who comes later is found with the next look, a minute after.
_FRESH_S = 5.0


class WatchedFolder:
    """The folder of a Zielsystem, usually a share of another machine."""

    def __init__(self, root: Path, marker: str | None = None) -> None:
        """Use ``root``; ``marker`` is a file that lies in it as long as the share is there."""
        self._root = root
        self._marker = marker
        self._listed: tuple[float, Sequence[str]] | None = None

    def check(self) -> None:
        """Raise StorageError unless the folder is there; it is never made here.

        Where a share is not mounted its place is an empty folder of our own: what went there
        would be handed to nobody.
        """
        with explained():
            there = self._root.is_dir()
            if there and self._marker is not None:
                there = (self._root / self._marker).exists()
        if not there:
            raise StorageError(
                "Der Ordner des Zielsystems ist nicht da.",
                "Bitte prüfen, ob die Freigabe eingebunden ist.",
            )

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[HandedFile]:
        """Write files in their order; what lies there already with these bytes stays.

        Raises:
            StorageError: the folder is away, full or must not be written.
            ConflictError: something else lies under such a name; nothing is written over.
        """
        self.check()
        handed = [HandedFile(name, hashlib.sha256(data).hexdigest()) for name, data in files]
        if len({one.name.casefold() for one in handed}) < len(handed):
            raise ConflictError(
                "Zwei Dateien derselben Übergabe hätten denselben Namen.",
                "Bitte die Muster des Zielsystems unterscheiden, zum Beispiel mit {{ number }}.",
            )
        for one, (name, data) in zip(handed, files, strict=True):
            with explained():
                self._one(self._root / name, data, one.sha256)
        return handed

    def _one(self, target: Path, data: bytes, sha256: str) -> None:
        if self._lies_there(target, sha256):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        # Told from the name: what a killed process left is written over, and never collected.
        part = target.with_name(f"{target.name}.tmp")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if self._lies_there(target, sha256):  # somebody may have been faster meanwhile
            part.unlink()
            return
        part.replace(target)
        synced(target.parent)

    def _lies_there(self, target: Path, sha256: str) -> bool:
        if not os.path.lexists(target):
            return False
        if not target.is_symlink() and target.is_file():
            with target.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    return True
        raise ConflictError(
            "Im Ordner des Zielsystems liegt unter diesem Namen schon etwas anderes.",
            "Bitte das Muster der Namen eindeutig machen, zum Beispiel mit {{ id }}.",
        )

    def note(self, name: str) -> str | None:
        """Return what a file of the other side says, None if it is not there."""
        self.check()
        with explained():
            try:
                with (self._root / name).open("rb") as file:
                    data = file.read(_LARGEST_NOTE)
            except FileNotFoundError:
                return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        return text.strip()[:_MOST_TEXT]

    def lies(self, names: Sequence[str]) -> bool:
        """Say whether any of these files is still there."""
        self.check()
        with explained():
            return any(os.path.lexists(self._root / name) for name in names)

    def found(self, folder: str, prefix: str, largest: int) -> Iterator[bytes]:
        """Yield the files of a folder below whose names begin so, the oldest names first."""
        self.check()
        place = self._root / folder
        for name in self._names(place):
            if not name.casefold().startswith(prefix.casefold()) or name.endswith(".tmp"):
                continue
            with explained(), suppress(FileNotFoundError):
                path = place / name
                if path.is_symlink() or not path.is_file() or path.stat().st_size > largest:
                    continue
                yield path.read_bytes()

    def _names(self, place: Path) -> Sequence[str]:
        """Return the names in the folder of answers, as they were a moment ago."""
        if self._listed is not None and time.monotonic() - self._listed[0] < _FRESH_S:
            return self._listed[1]
        with explained():
            names = sorted(one.name for one in os.scandir(place)) if place.is_dir() else []
        self._listed = (time.monotonic(), names)
        return names
