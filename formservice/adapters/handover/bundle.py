"""A ZIP file that appears whole under its name or not at all, the same for the same contents."""

import errno
import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from formservice.domain.errors import EngineError, StorageError, UsageError

# Before this ZIP knows no time; and when a file was packed says nothing of its contents.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _PRIVATE = 3, 0o600
# What is that large may lie on another disk than memory has room for.
_LARGE = 1 << 31
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class Packed:
    """A file in a bundle."""

    path: str
    size: int
    sha256: str


class Bundle:
    """Takes files one after the other; it is whole when its context ends well."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to ``file``, which need not be read again."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._names: set[str] = set()

    def add(self, path: str, data: bytes, *, packed: bool = False) -> Packed:
        """Add a file; what is ``packed`` already (PDF, pictures, DOCX) is taken as it is."""
        self._zip.writestr(self._entry(path, packed=packed), data)
        return Packed(path, len(data), hashlib.sha256(data).hexdigest())

    def add_file(self, path: str, file: BinaryIO, *, packed: bool = False) -> Packed:
        """Add what ``file`` holds from its beginning, piece by piece."""
        file.seek(0)
        reading = _Hashing(file)
        with self._zip.open(self._entry(path, packed=packed), "w", force_zip64=True) as target:
            shutil.copyfileobj(reading, target, 1 << 20)
        return Packed(path, reading.size, reading.hash.hexdigest())

    def _entry(self, path: str, *, packed: bool) -> zipfile.ZipInfo:
        """Return a new entry; who unpacks gets only one of two files of the same name."""
        if path in self._names:
            raise EngineError("Zwei Dateien der ZIP-Datei hätten denselben Namen.")
        self._names.add(path)
        return _entry(path, packed=packed)

    def __enter__(self) -> "Bundle":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the table of contents; after an error nobody needs it, but it must be over."""
        if kind is None:
            self._zip.close()
            return
        with suppress(OSError, ValueError):
            self._zip.close()


class _Hashing:
    """Reads a file and hashes what is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.hash.update(piece)
        self.size += len(piece)
        return piece


def _entry(path: str, *, packed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _TIME)
    info.create_system = _UNIX
    info.external_attr = _PRIVATE << 16
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return info


@contextmanager
def written(target: Path) -> Iterator[BinaryIO]:
    """Open what becomes ``target`` when this ends well; until then, and else, nothing is there.

    Broken off, started again, it begins anew; two at once is refused.

    Raises:
        StorageError: disk full, or the folder cannot be written.
        UsageError: the name is a folder's, or somebody writes it just now.
    """
    if target.is_dir():
        raise UsageError("Das Ziel ist ein Ordner.", "Bitte den Namen der Datei angeben.")
    part = target.with_name(f".{target.name}.teil")
    with explained():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _PRIVATE)
        with os.fdopen(handle, "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = "Diese Datei wird gerade von einem anderen Aufruf geschrieben."
                raise UsageError(message, "Bitte warten, bis er fertig ist.") from None
            try:
                file.truncate()
                yield file
                file.flush()
                os.fsync(file.fileno())
                part.replace(target)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise
        synced(target.parent)


def synced(folder: Path) -> None:
    """Make what was named in a folder survive a power cut; some shares cannot promise that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the system says into a StorageError; names of files may tell of people."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError("Der Datenträger des Ziels ist voll.") from error
        if error.errno in _FORBIDDEN:
            raise StorageError("In das Ziel darf nicht geschrieben werden.") from error
        reason = errno.errorcode.get(error.errno or 0, "unbekannt")
        hint = "Bitte Ordner, Netz und Rechte prüfen."
        raise StorageError(f"Das Ziel ist nicht nutzbar ({reason}).", hint) from error
