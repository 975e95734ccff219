"""Received files exactly as they came, in a folder, each under the SHA-256 of its bytes."""

import errno
import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formservice.domain.errors import AlteredError, NotFoundError, StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_ABANDONED_S = 24 * 3600  # writing one file takes seconds
_WRITING_S = 60
_PART, _NAME = re.compile("[0-9a-f]{2}"), re.compile("[0-9a-f]{64}")
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class LocalOriginals:
    """A folder ``ab/cd/<sha256>`` of files that are written once and never changed.

    When ``put`` returns, the bytes survive a power cut. A crash at any moment leaves either the
    whole original or nothing under its name; what it leaves in ``neu`` belongs to nobody and is
    taken away with a later ``put``, for no form may lie about that nobody knows of.
    """

    def __init__(self, root: Path) -> None:
        """Keep originals below ``root``; the folder is made when the first one comes."""
        self._root = root
        self._new = root / "neu"

    def path(self, sha256: str) -> Path:
        """Return where the original of that hash stands, whether or not it is there."""
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256; the same bytes again change nothing.

        Raises:
            StorageError: disk full, folder not writable, or a kept original has been altered.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        with _explained():
            # Also after writing: what was acknowledged has been read back once.
            while (kept := _renewed(target)) is None:
                self._write(data, target)
            if kept != data:
                raise altered(sha256)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the original, checked against its hash; NotFoundError if there is none."""
        with _explained():
            try:
                data = self.path(sha256).read_bytes()
            except FileNotFoundError:
                raise missing(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise altered(sha256)
        return data

    def delete(self, sha256: str, older: float = 0.0) -> bool:
        """Forget an original for good; say whether there is none now.

        One that somebody put, or put again, within the last ``older`` seconds stays. What a crash
        left of it goes, too.
        """
        target = self.path(sha256)
        with _explained():
            _make(self._new)
            # Whoever puts it again from now on finds none, and writes it anew.
            taken = self._new / f"{sha256}-{os.getpid()}-{threading.get_ident()}"
            try:
                target.rename(taken)
            except FileNotFoundError:
                return True
            stays = bool(older) and _age(taken) < older
            if stays:
                with suppress(FileExistsError):
                    os.link(taken, target)
            else:
                self._sweep_beginnings(taken.read_bytes(), taken)
            taken.unlink()
            _sync(target.parent)
            return not stays

    def names(self, older: float = 0.0) -> Iterator[str]:
        """Yield the SHA-256 of every original that is there, in order.

        None that somebody put, or put again, within the last ``older`` seconds.
        """
        with _explained():
            for one in _folders(self._root):
                for two in _folders(one):
                    for file in sorted(two.iterdir()):
                        if _NAME.fullmatch(file.name) and (not older or _age(file) >= older):
                            yield file.name

    def check(self) -> None:
        """Raise a StorageError unless originals can be kept here."""
        with _explained():
            _make(self._new)
            handle, name = tempfile.mkstemp(dir=self._new)
            os.close(handle)
            Path(name).unlink()

    def _write(self, data: bytes, target: Path) -> None:
        for folder in (self._new, target.parent):
            _make(folder)
        self._sweep()
        handle, name = tempfile.mkstemp(dir=self._new)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            try:
                # A link never replaces a file, and it appears whole or not at all.
                os.link(name, target)
            except FileExistsError:  # another process kept the same bytes first
                return
            _sync(target.parent)
        finally:
            Path(name).unlink(missing_ok=True)

    def _sweep_beginnings(self, data: bytes, own: Path) -> None:
        """Take away what a crash left behind of bytes that are being deleted."""
        for left in self._new.iterdir():
            with suppress(FileNotFoundError):
                # What is being written is younger.
                if left != own and _age(left) > _WRITING_S and data.startswith(left.read_bytes()):
                    left.unlink()

    def _sweep(self) -> None:
        """Take away what a crash left behind; what others are writing now is younger."""
        for left in self._new.iterdir():
            with suppress(FileNotFoundError):  # another process finished it, or swept first
                if time.time() - left.stat().st_mtime > _ABANDONED_S:
                    left.unlink()


def _renewed(file: Path) -> bytes | None:
    """Return what is kept in a file, and that it was put again now; None if there is none."""
    try:
        os.utime(file)
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _age(file: Path) -> float:
    """Return how many seconds ago a file was put, or put again; less than none if it is gone."""
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return -1.0


def _folders(folder: Path) -> list[Path]:
    """Return the folders of hashes in ``folder``, in order; none where it is not there yet."""
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if _PART.fullmatch(one.name))


def _make(folder: Path) -> None:
    """Make ``folder`` so that it survives a power cut, with all its parents."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make(folder.parent)
    # Forms hold personal data: nobody but the service's own account may look.
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the file system says into what somebody can do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError("Der Speicher für Originale ist voll.") from error
        if error.errno in _FORBIDDEN:
            raise StorageError(
                "In den Ordner der Originale darf nicht geschrieben werden."
            ) from error
        raise StorageError("Der Ordner der Originale ist nicht nutzbar.") from error


def missing(sha256: str) -> NotFoundError:
    """Return the error for an original that is not there."""
    return NotFoundError(f"Das Original {sha256[:12]}… ist nicht vorhanden.")


def altered(sha256: str) -> AlteredError:
    """Return the error for an original that is not what it was."""
    return AlteredError(
        f"Das Original {sha256[:12]}… ist verändert oder beschädigt.",
        "Bitte aus der Datensicherung wiederherstellen; das veränderte Original nicht löschen.",
    )
