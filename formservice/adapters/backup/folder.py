"""Where backups lie: each in a folder of its own, beside them the originals of all, each once.

A backup appears under its name when it is whole and survives a power cut, or never. Besides its
own files it has their hashes as ``sha256sum -c`` reads them, so that it can be proved without us.
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

from formservice.adapters.lasting import sync
from formservice.adapters.plain_files import opened
from formservice.domain.errors import ConflictError, FormServiceError, NotFoundError, StorageError

SNAPSHOT, MANIFEST, LIST, SUMS = "formservice.sqlite", "manifest.json", "ORIGINALE", "SHA256SUMS"
NEWEST = "sicherung.txt"
"""In a data folder: the name of the backup that was made last."""
MARK = ".wiederherstellung"
"""What stands in a data folder while a restore into it is not done."""
HEADS, SETTINGS = "koepfe", "einstellungen"
DATABASE, ORIGINALS = "database", "originals"
"""The steps of backing up and restoring, as they are told."""
_BACKUPS, _ORIGINALS, _LOCK = "sicherungen", "originale", ".sperre"
BACKED_UP = frozenset({_BACKUPS, _ORIGINALS})
"""What a folder with backups holds."""
_UNFINISHED = ".neu-"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class BackupFolder:
    """A folder with backups; it may lie on a share or a disk that knows no links."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made with the first backup."""
        self._root = root
        self._touched: set[Path] = set()

    def names(self) -> list[str]:
        """Return the names of all whole backups in their order; ``newest`` knows the newest."""
        folder = self._root / _BACKUPS
        with explained():
            if not folder.is_dir():
                return []
            found = (one for one in folder.iterdir() if not one.name.startswith("."))
            return sorted(one.name for one in found if one.is_dir())

    def wanted(self, name: str | None) -> list[str]:
        """Return the names of all whole backups, or ``name`` alone if there is such a one.

        NotFoundError if there is none.
        """
        names = self.names()
        if name is not None and name not in names:
            raise NotFoundError(
                "Eine Sicherung dieses Namens gibt es dort nicht.",
                f"Vorhanden: {', '.join(names) or 'keine'}.",
            )
        if not names:
            raise NotFoundError(
                "Dort ist keine vollständige Sicherung.",
                "Bitte den Ordner nennen, der auch „formservice backup“ genannt wurde.",
            )
        return names if name is None else [name]

    def of(self, name: str) -> Path:
        """Return the folder of a backup."""
        return self._root / _BACKUPS / name

    def original(self, sha256: str) -> Path:
        """Return where an original stands, whether or not it is there."""
        return self._root / _ORIGINALS / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        """Say whether an original is there, and as it was."""
        with explained():
            try:
                return hashed(self.original(sha256)) == sha256
            except FileNotFoundError:
                return False

    def put(self, sha256: str, data: bytes) -> None:
        """Keep an original; what stands there and is not it is replaced."""
        target = self.original(sha256)
        with explained():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._root / _ORIGINALS, prefix=_UNFINISHED)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(handle)
            Path(name).replace(target)
            self._touched |= {target.parent, target.parent.parent}

    @contextmanager
    def begun(self) -> Iterator[Path]:
        """Yield an empty folder for a new backup; what others left unfinished goes.

        ConflictError if another backup is being made here.
        """
        with explained():
            for folder in (self._root, self._root / _BACKUPS, self._root / _ORIGINALS):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._root / _LOCK).open("w") as lock:
                _lock(lock.fileno())
                self._sweep()
                folder = self.of(f"{_UNFINISHED}{os.getpid()}")
                folder.mkdir(mode=0o700)
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)

    def finish(self, folder: Path, wanted: str) -> str:
        """Give a backup its name, now that it is whole; return the name, with its place if taken.

        Everything it consists of is on the disk before.
        """
        with explained():
            files = [one for one in sorted(folder.rglob("*")) if one.is_file()]
            lines = [f"{hashed(one)}  {one.relative_to(folder).as_posix()}\n" for one in files]
            (folder / SUMS).write_text("".join(lines), "utf-8")
            for one in (*files, folder / SUMS):
                one.chmod(0o600)
                with one.open("rb") as stream:
                    os.fsync(stream.fileno())
            folders = [one for one in folder.rglob("*") if one.is_dir()]
            for one in (*folders, folder, *self._touched, self._root / _ORIGINALS):
                _synced(one)
            self._touched.clear()
            name, number = wanted, 1
            while self.of(name).exists():
                number += 1
                name = f"{wanted}-{number}"
            folder.rename(self.of(name))
            for one in (self._root / _BACKUPS, self._root):
                _synced(one)
            return name

    def _sweep(self) -> None:
        for left in (self._root / _BACKUPS).glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in (self._root / _ORIGINALS).glob(f"{_UNFINISHED}*"):
            left.unlink(missing_ok=True)


def refuse_unfinished(data: Path) -> None:
    """Raise a StorageError while a restore into a data folder is not done."""
    if (data / MARK).exists():
        raise StorageError(
            "Hier ist eine Wiederherstellung nicht zu Ende.",
            "Bitte „formservice restore“ noch einmal aufrufen; es geht dort weiter.",
        )


def seconds_since_backup(data: Path) -> float | None:
    """Return how long ago the data folder was backed up; None if never, or nobody can tell."""
    try:
        return max(0.0, time.time() - (data / NEWEST).stat().st_mtime)
    except OSError:
        return None


def hashed(file: Path) -> str:
    """Return the SHA-256 of a file; FileNotFoundError for what is none, as a pipe."""
    with _plain(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content(file: Path) -> bytes:
    """Return the bytes of a file; FileNotFoundError for what is none, as a pipe."""
    with _plain(file) as stream:
        return stream.read()


@contextmanager
def _plain(file: Path) -> Iterator[BufferedReader]:
    with opened(file) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise FileNotFoundError(file)
        yield stream


def sums(text: str) -> dict[str, str]:
    """Return the hashes by the names they belong to; empty if the text is no list of hashes."""
    found = [_LINE.fullmatch(line) for line in text.splitlines()]
    return {one[2]: one[1] for one in found if one} if all(found) else {}


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConflictError(
            "Dorthin wird gerade schon gesichert.", "Bitte warten, bis das beendet ist."
        ) from None
    except OSError:
        return  # a share without locks


def _synced(folder: Path) -> None:
    # Shares may know nothing of that; what they write they write when they like.
    with suppress(OSError):
        sync(folder)


@contextmanager
def explained(what: str = "Ordner der Sicherungen") -> Iterator[None]:
    """Turn what the file system says of a folder into what somebody can do about it."""
    try:
        yield
    except FormServiceError:
        raise
    except OSError as error:
        hint = f"Bitte Datenträger und Rechte prüfen: {what}."
        said = "ist nicht nutzbar"
        if error.errno in _FULL:
            said = "hat keinen Platz mehr"
        elif error.errno in _FORBIDDEN:
            said = "lässt sich nicht lesen oder beschreiben"
        raise StorageError(f"Der {what} {said}.", hint) from error
