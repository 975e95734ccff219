"""A folder that scanners and people put files into: each is taken once, and filed away after.

A file moves to ``in-arbeit`` before it is read: what others put under its old name then is another
file. Whatever ends this program, the file lies there and is taken up again.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path, PurePath

from formservice.adapters.inbox.entries import (
    DONE,
    REFUSED,
    WORKING,
    Entry,
    Looked,
    Stamp,
    content,
    is_left_alone,
    looked,
)
from formservice.domain.errors import FormServiceError, StorageError, UsageError

KNOWN = "schon-bekannt"
_REASON = ".grund.txt"
# Bytes; the number of a second one of that name and what is put behind have to fit as well.
_LONGEST = 200
_NO_FOLDER = (errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG)
_TROUBLE = {
    errno.ENOSPC: "Der überwachte Ordner ist voll.",
    errno.EDQUOT: "Der überwachte Ordner ist voll.",
    errno.EACCES: "Im überwachten Ordner darf nicht geschrieben werden.",
    errno.EPERM: "Im überwachten Ordner darf nicht geschrieben werden.",
    errno.EROFS: "Im überwachten Ordner darf nicht geschrieben werden.",
}


class Share:
    """The folder, usually a share of another machine."""

    def __init__(self, root: Path, largest: int) -> None:
        """Use ``root``; files beyond ``largest`` bytes are not read."""
        self._root = root
        self._largest = largest

    def look(self) -> Looked:
        """Return what lies there now; StorageError if the folder is not there."""
        with explained():
            return looked(self._root)

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self._root

    def left(self) -> list[PurePath]:
        """Return what was taken and not filed away: what a program that was ended left."""
        with explained():
            inner = self._root / WORKING
            if not inner.is_dir():
                return []
            found = []
            for folder, folders, names in os.walk(inner):
                folders.sort()
                here = PurePath(folder).relative_to(inner)
                found += [here / name for name in sorted(names) if not is_left_alone(name)]
            return found

    def taken(self, one: Entry) -> PurePath | None:
        """Take a file and return its name in work; None if it was changed since it was looked at.

        So is one that another program has locked, and one that a Windows machine has open.
        """
        source = self._root / one.path
        with explained():
            try:
                if Stamp.of(source.lstat()) != one.stamp or (one.is_file and _is_locked(source)):
                    return None
                target = _free(self._root / WORKING, one.path)
                source.rename(target)
            except FileNotFoundError:
                return None
            except OSError as error:
                if error.errno in (errno.EBUSY, errno.ETXTBSY):
                    return None
                raise
        return target.relative_to(self._root / WORKING)

    def read(self, name: PurePath) -> tuple[bytes, Stamp] | None:
        """Return a file in work and its stamp; None if it is no file.

        Raises PermissionError for one that we may not read, FileNotFoundError for one that is
        gone, and a StorageError.
        """
        with explained(but=(PermissionError, FileNotFoundError)):
            try:
                return content(self._root / WORKING / name, self._largest)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                    return None
                raise

    def file_away(self, name: PurePath, stamp: Stamp, day: date, *, known: bool) -> bool:
        """Move what is kept to the folder of that day; False if it was changed meanwhile."""
        with explained():
            source = self._root / WORKING / name
            try:
                if Stamp.of(source.lstat()) != stamp:
                    return False
            except FileNotFoundError:  # taken away by hand; it is kept
                return True
            target = self._root / DONE / day.isoformat()
            source.rename(_free(target / KNOWN if known else target, name))
            self._tidy(name)
            return True

    def refuse(self, name: PurePath, error: FormServiceError, when: datetime) -> PurePath:
        """Move a file aside, with the reason beside it; return where it lies in the folder."""
        with explained():
            target = _free(self._root / REFUSED, name)
            # Before the file: none may lie there without.
            reason = target.with_name(target.name + _REASON)
            reason.write_text(_reason(target.name, error, when), "utf-8")
            (self._root / WORKING / name).rename(target)
            self._tidy(name)
            return target.relative_to(self._root)

    def swept(self, until: date) -> Iterator[tuple[str, bool]]:
        """Take away what was filed away up to that day; yield each day, and whether all went.

        It is kept elsewhere: nothing comes to these folders before that. Links are not followed.
        """
        try:
            with os.scandir(self._root / DONE) as several:
                days = sorted(one.name for one in several if one.is_dir(follow_symlinks=False))
        except OSError:
            return
        for name in days:
            if _is_day(name) and date.fromisoformat(name) <= until:
                place = self._root / DONE / name
                shutil.rmtree(place, ignore_errors=True)
                yield f"{DONE}/{name}", not place.exists()

    def _tidy(self, name: PurePath) -> None:
        """Take away the folders that held a file in work, if nothing else is in them."""
        for folder in name.parents:
            try:
                (self._root / WORKING / folder).rmdir()
            except OSError:
                return


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _reason(name: str, error: FormServiceError, when: datetime) -> str:
    told = os.fsencode(name).decode("utf-8", "replace")
    lines = [
        f"Nicht angenommen: {told}",
        f"Zeit: {when:%d.%m.%Y %H:%M}",
        f"Grund: {error.message} [{error.code}]",
    ]
    if error.hint:
        lines.append(f"Was tun: {error.hint}")
    lines.append("Danach die Datei wieder in den überwachten Ordner legen; diese hier löschen.")
    return "\r\n".join(lines) + "\r\n"


def _free(folder: Path, name: PurePath) -> Path:
    """Return where ``name`` can lie below ``folder``: never over another, never too long."""
    place = folder / name.parent
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        # There is a file of that name, or the path gets too long.
        if name.parent == PurePath() or error.errno not in _NO_FOLDER:
            raise
        return _free(folder, PurePath(name.name))
    ending = name.suffix if len(os.fsencode(name.suffix)) < 16 else ""
    stem = name.name[: -len(ending)] if ending else name.name
    while len(os.fsencode(stem)) + len(os.fsencode(ending)) > _LONGEST:
        stem = stem[:-1]
    number, target = 1, place / f"{stem}{ending}"
    while os.path.lexists(target) or os.path.lexists(target.with_name(target.name + _REASON)):
        number += 1
        target = place / f"{stem} ({number}){ending}"
    return target


def _is_locked(path: Path) -> bool:
    """Say whether another program holds a lock on a file; where nobody can tell, none does."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


@contextmanager
def watched(root: Path, locks: Path) -> Iterator[None]:
    """Be the only one on this machine who watches ``root``; UsageError if somebody does."""
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
    try:
        locks.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        locks.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(locks / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError("Im Datenordner darf nicht geschrieben werden.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                "Diesen Ordner überwacht schon ein anderer Aufruf.",
                "Bitte jenen beenden; zwei zugleich bringen nichts.",
            ) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def explained(but: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    """Turn what the file system says into what somebody can do about it."""
    try:
        yield
    except OSError as error:
        if isinstance(error, but):
            raise
        hint = "Bitte Freigabe, Rechte und freien Platz prüfen. Bis dahin wird gewartet."
        told = _TROUBLE.get(error.errno or 0, "Der überwachte Ordner ist nicht erreichbar.")
        raise StorageError(told, hint) from error
