"""A folder that another system watches: files appear in it whole, and never over each other."""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from formservice.adapters.handover.bundle import explained
from formservice.adapters.plain_files import opened
from formservice.application.ports_delivery import HandedFile
from formservice.domain.errors import ConflictError, StorageError

_LARGEST_NOTE = 64 * 1024
_MOST_TEXT = 2000
# Who comes later is found with the next look, a minute after.
_FRESH_S = 5.0
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


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
            ConflictError: something else lies under such a name, or a link leads elsewhere;
                nothing is written over.
        """
        self.check()
        handed = [HandedFile(name, hashlib.sha256(data).hexdigest()) for name, data in files]
        if len({one.name.casefold() for one in handed}) < len(handed):
            raise ConflictError(
                "Zwei Dateien derselben Übergabe hätten denselben Namen.",
                "Bitte die Muster des Zielsystems unterscheiden, zum Beispiel mit {{ number }}.",
            )
        for one, (name, data) in zip(handed, files, strict=True):
            with explained(), self._parent(name, make=True) as (folder, last):
                _put(folder, last, data, one.sha256)
        return handed

    def note(self, name: str) -> str | None:
        """Return what a file of the other side says, None if no plain file is there."""
        self.check()
        with explained():
            try:
                with self._parent(name) as (folder, last):
                    data = _content(folder, last, _LARGEST_NOTE)
            except FileNotFoundError:
                return None
        if data is None:
            return None
        data = data[:_LARGEST_NOTE]
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        return text.strip()[:_MOST_TEXT]

    def lies(self, names: Sequence[str]) -> bool:
        """Say whether any of these files is still there."""
        self.check()
        with explained():
            return any(map(self._lies, names))

    def found(self, folder: str, prefix: str, largest: int) -> Iterator[bytes]:
        """Yield the files of a folder below whose names begin so, the oldest names first."""
        self.check()
        for name in self._names(folder):
            if not name.casefold().startswith(prefix.casefold()) or name.endswith(".tmp"):
                continue
            data = None
            place = self._parent(f"{folder}/{name}")
            with explained(), suppress(FileNotFoundError), place as (below, last):
                data = _content(below, last, largest)
            if data is not None and len(data) <= largest:
                yield data

    def _names(self, folder: str) -> Sequence[str]:
        """Return the names in the folder of answers, as they were a moment ago."""
        if self._listed is not None and time.monotonic() - self._listed[0] < _FRESH_S:
            return self._listed[1]
        names: list[str] = []
        place = self._parent(f"{folder}/x")
        with explained(), suppress(FileNotFoundError), place as (below, _):
            names = sorted(os.listdir(below))  # noqa: PTH208 - of an open folder
        self._listed = (time.monotonic(), names)
        return names

    def _lies(self, name: str) -> bool:
        try:
            with self._parent(name) as (folder, last):
                os.stat(last, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def _parent(self, name: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that a name below lies in; yield it, and what the file is called there.

        Who may write into the share could put a link there that leads out of it, while we look:
        folders are held open, one below the other, and no link is followed.
        """
        *parents, last = PurePath(name).parts
        folder = os.open(self._root, _FOLDER)
        try:
            for part in parents:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=folder)
                below = _opened_below(part, folder, make=make)
                os.close(folder)
                folder = below
            yield folder, last
        finally:
            os.close(folder)


def _opened_below(name: str, folder: int, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        kind = ConflictError if make else StorageError
        raise kind(
            "Ein Unterordner beim Zielsystem ist eine Datei oder eine Verknüpfung.",
            "Verknüpfungen werden dort nicht verfolgt.",
        ) from error


def _put(folder: int, name: str, data: bytes, sha256: str) -> None:
    if _lies_there(folder, name, sha256):
        return
    # Told from the name: what a killed process left is taken away, and never collected.
    part = f"{name}.tmp"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o666, dir_fd=folder), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if _lies_there(folder, name, sha256):  # somebody may have been faster meanwhile
        os.unlink(part, dir_fd=folder)
        return
    os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    with suppress(OSError):  # some shares cannot promise that it survives a power cut
        os.fsync(folder)


def _lies_there(folder: int, name: str, sha256: str) -> bool:
    try:
        told = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if stat.S_ISREG(told.st_mode):
        with opened(name, folder) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return True
    raise ConflictError(
        "Im Ordner des Zielsystems liegt unter diesem Namen schon etwas anderes.",
        "Bitte das Muster der Namen eindeutig machen, zum Beispiel mit {{ process }}.",
    )


def _content(folder: int, name: str, largest: int) -> bytes | None:
    """Return the bytes of a plain file, one more if it is larger; None for anything else."""
    told = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(told.st_mode):
        return None
    with opened(name, folder) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        return file.read(largest + 1)
