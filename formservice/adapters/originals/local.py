"""Received files exactly as they came, in a folder, each under the SHA-256 of its bytes."""

import errno
import fcntl
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formservice.adapters.lasting import made, passing, sync
from formservice.domain.errors import AlteredError, NotFoundError, StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_ABANDONED_S = 24 * 3600  # writing one file takes seconds
_WRITING_S = 60
_PART, _NAME = re.compile("[0-9a-f]{2}"), re.compile("[0-9a-f]{64}")
_TAKEN = re.compile("[0-9a-f]{64}-.+")  # what a deletion has taken
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class LocalOriginals:
    """A folder ``ab/cd/<sha256>`` of files that are written once and never changed.

    When ``put`` returns, the bytes survive a power cut. A crash at any moment leaves either the
    whole original or nothing under its name; what it leaves in ``neu`` belongs to nobody and is
    taken away with a later ``put``, for no form may lie about that nobody knows of. Only what a
    deletion had taken is put back, for somebody may have put it again.
    """

    def __init__(self, root: Path) -> None:
        """Keep originals below ``root``; the folder is made when the first one comes."""
        self._root = root
        self._new = root / "neu"
        self._lasting: set[str] = set()

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
            self._last(target)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the original, checked against its hash; NotFoundError if there is none."""
        with _explained():
            try:
                data = self._read(sha256)
            except FileNotFoundError:
                raise missing(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise altered(sha256)
        return data

    def _read(self, sha256: str) -> bytes:
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            self._bring_back(f"{sha256}-*")
        return self.path(sha256).read_bytes()

    def exists(self, sha256: str) -> bool:
        """Say whether there is an original, without looking at its bytes."""
        with _explained():
            if not self.path(sha256).exists():
                self._bring_back(f"{sha256}-*")
            return self.path(sha256).exists()

    def delete(self, sha256: str, older: float = 0.0) -> bool:
        """Forget an original for good; say whether there is none now.

        One that somebody put, or put again, within the last ``older`` seconds stays. What a crash
        left of it goes, too.
        """
        target = self.path(sha256)
        with _explained():
            self._bring_back(f"{sha256}-*")
            if older and 0 <= _age(target) < older:
                return False
            made(self._new)
            try:
                # Nobody brings back what is held.
                handle = os.open(target, os.O_RDWR)
            except FileNotFoundError:
                return not any(self._new.glob(f"{sha256}-*"))
            try:
                return self._taken(handle, target, older)
            finally:
                os.close(handle)

    def _taken(self, handle: int, target: Path, older: float) -> bool:
        """Take a file away that ``handle`` leads to; say whether there is none now."""
        taken = self._new / f"{target.name}-{uuid.uuid4().hex}"
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever puts it again from now on finds none, and writes it anew.
            target.rename(taken)
        except (BlockingIOError, FileNotFoundError):  # another deletion is at it
            return False
        # Between the first look at its age and now somebody may have put it again.
        if not _is_file(handle, taken) or (older and _age(taken) < older):
            with suppress(FileExistsError, FileNotFoundError):
                os.link(taken, target)
            goes = False
        else:
            self._sweep_beginnings(taken.read_bytes())
            goes = True
        taken.unlink(missing_ok=True)
        sync(target.parent)
        sync(self._new)
        return goes

    def names(self, older: float = 0.0) -> Iterator[str]:
        """Yield the SHA-256 of every original that is there, in order.

        None that somebody put, or put again, within the last ``older`` seconds.
        """
        with _explained():
            self._bring_back()
            for one in _folders(self._root):
                for two in _folders(one):
                    for file in sorted(two.iterdir()):
                        if _NAME.fullmatch(file.name) and (not older or _age(file) >= older):
                            yield file.name

    def check(self) -> None:
        """Raise a StorageError unless originals can be kept here."""
        with _explained():
            made(self._new)
            passing(self._new, b"").unlink()

    def _write(self, data: bytes, target: Path) -> None:
        for folder in (self._new, target.parent):
            made(folder)
        self._sweep()
        part = passing(self._new, data)
        try:
            with suppress(FileExistsError):  # another process kept the same bytes first
                # A link never replaces a file, and it appears whole or not at all.
                os.link(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _last(self, target: Path) -> None:
        """Let a file that is there survive a power cut, whoever wrote it or made its folders."""
        # Who did may stand still before this.
        sync(target.parent)
        name, above = target.name, (self._root.parent, self._root, target.parent.parent)
        for known, folder in zip(("", name[:2], name[:4]), above, strict=True):
            if known not in self._lasting:
                sync(folder)
                self._lasting.add(known)

    def _bring_back(self, names: str = "*-*") -> None:
        """Put back what deletions that were killed had taken: they may not have looked at it."""
        for left in self._new.glob(names):
            if _TAKEN.fullmatch(left.name):
                self._put_back(left)

    def _put_back(self, left: Path) -> None:
        try:
            handle = os.open(left, os.O_RDWR)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            target = self.path(left.name.partition("-")[0])
            with suppress(FileExistsError, FileNotFoundError):
                os.link(left, target)
                sync(target.parent)
            left.unlink(missing_ok=True)
        except BlockingIOError:  # its deletion is alive
            pass
        finally:
            os.close(handle)

    def _sweep_beginnings(self, data: bytes) -> None:
        """Take away what a crash left behind of bytes that are being deleted."""
        for left in self._new.iterdir():
            with suppress(FileNotFoundError):
                # What is being written is younger.
                old = not _TAKEN.fullmatch(left.name) and _age(left) > _WRITING_S
                if old and data.startswith(left.read_bytes()):
                    left.unlink()

    def _sweep(self) -> None:
        """Take away what a crash left behind; what others are writing now is younger."""
        self._bring_back()
        for left in self._new.iterdir():
            with suppress(FileNotFoundError):  # another process finished it, or swept first
                if not _TAKEN.fullmatch(left.name) and _age(left) > _ABANDONED_S:
                    left.unlink()


def _is_file(handle: int, file: Path) -> bool:
    """Say whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False


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
