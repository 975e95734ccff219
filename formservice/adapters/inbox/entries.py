"""What lies in a folder that others write into: files, which of them are whole, and what is none.

Nothing here asks the system to tell of changes: shares of other machines do not.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from formservice.adapters.plain_files import opened

WORKING, DONE, REFUSED = "in-arbeit", "erledigt", "fehler"

# What programs call a file as long as they write it.
_PARTIAL = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp")
# What systems and storage boxes put into every folder.
_THEIRS = frozenset(
    {
        "thumbs.db",
        "desktop.ini",
        "@eadir",
        "#recycle",
        "$recycle.bin",
        "system volume information",
        "lost+found",
    }
)
# A lock that its program left behind when it crashed holds nothing up for ever.
_STALE_S = 24 * 3600.0
# What ends with its own mark may be unfinished without it, however long nothing happens: for so
# many times as long as others.
PATIENCE = 12
_TAIL = 2048
DEEPEST = 100
"""So many folders may be nested; in those further in nobody looks."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when somebody writes to a file, or puts another in its place."""

    device: int
    number: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, told: os.stat_result) -> "Stamp":
        """Return the stamp of a file as the system tells of it."""
        return cls(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in the folder: its path below it; no ``is_file`` are pipes, links, devices."""

    path: PurePath
    stamp: Stamp
    is_file: bool


@dataclass(slots=True)
class Looked:
    """What a look at the folder found; ``closed`` are folders that were not looked into.

    ``unfinished`` counts what somebody is writing or has open, as names tell.
    """

    entries: list[Entry]
    closed: list[PurePath]
    unfinished: int = 0


def looked(root: Path) -> Looked:
    """Look at all that lies in ``root``; OSError if the folder itself is not there.

    Left alone are hidden files, those being written or held open by name, and our own folders.
    Links to folders are not followed, nor are folders of other devices: nothing can be moved out
    of them at one stroke.
    """
    found = Looked([], [])
    device = root.stat().st_dev
    # A stack, for folders may be nested deeper than calls.
    open_ = [_names(root, PurePath())]
    while open_:
        below = next(open_[-1], None)
        if below is None:
            open_.pop()
            continue
        path, names = below
        try:
            inner = _seen(root, path, names, device, found)
            if inner and len(path.parts) >= DEEPEST:
                found.closed.append(path)
            elif inner:
                open_.append(_names(root, path))
        except FileNotFoundError:
            continue  # taken away meanwhile
        except OSError:
            found.closed.append(path)
    return found


_Names = dict[str, "os.DirEntry[str]"]


def _names(root: Path, below: PurePath) -> Iterator[tuple[PurePath, _Names]]:
    """Return what lies in a folder, in its order, each with all that lies beside it."""
    with os.scandir(root / below) as several:
        names = {one.name: one for one in sorted(several, key=lambda one: one.name)}
    return iter([(below / name, names) for name in names])


def _seen(root: Path, path: PurePath, names: _Names, device: int, found: Looked) -> bool:
    """Note what something is; say whether it is a folder to look into."""
    name = path.name
    if is_left_alone(name) or (len(path.parts) == 1 and _is_ours(name)):
        found.unfinished += _is_partial(name)
        return False
    told = names[name].stat(follow_symlinks=False)
    if stat.S_ISDIR(told.st_mode):
        if told.st_dev == device:
            return True
        found.closed.append(path)
    elif stat.S_ISLNK(told.st_mode) and (root / path).is_dir():
        found.closed.append(path)
    elif any(_holds(names.get(lock)) for lock in _locks(name)):
        found.unfinished += 1
    else:
        found.entries.append(Entry(path, Stamp.of(told), stat.S_ISREG(told.st_mode)))
    return False


def _is_partial(name: str) -> bool:
    return not name.startswith((".", "~")) and name.lower().endswith(_PARTIAL)


def _is_ours(name: str) -> bool:
    return name in (WORKING, DONE, REFUSED)


def is_left_alone(name: str) -> bool:
    """Say whether a file or folder of that name is none to take in."""
    low = name.lower()
    return name.startswith((".", "~")) or low.endswith((*_PARTIAL, "~")) or low in _THEIRS


def _locks(name: str) -> Iterator[str]:
    """Yield what a file is called that says that somebody has ``name`` open."""
    yield from (f"~${name}", f"~${name[1:]}", f"~${name[2:]}")  # Word, for long names
    yield f".~lock.{name}#"  # LibreOffice
    yield from (f"{name}.lock", f"{name}.lck")


def _holds(lock: "os.DirEntry[str] | None") -> bool:
    try:
        return lock is not None and time.time() - lock.stat().st_mtime < _STALE_S
    except OSError:
        return False


class Settling:
    """Tells which files nobody has changed for a while, by what was seen at every look."""

    def __init__(self, seconds: float) -> None:
        """Hold a file for whole when it stays the same for so long, by our own clock."""
        self._seconds = seconds
        self._since: dict[PurePath, tuple[Stamp, float]] = {}

    def settled(self, root: Path, found: Looked, now: float) -> list[Entry]:
        """Return what is whole; all else is forgotten that is not there any more."""
        before, self._since = self._since, {}
        whole = []
        for one in found.entries:
            stamp, since = before.get(one.path, (one.stamp, now))
            if stamp != one.stamp:
                since = now
            self._since[one.path] = (one.stamp, since)
            if now - since < self._seconds:
                continue
            patient = now - since >= PATIENCE * self._seconds or _is_old(one, self._seconds)
            if patient or not one.is_file or _has_its_end(root / one.path, one.stamp.size):
                whole.append(one)
        return whole

    @property
    def waiting(self) -> int:
        """How many files were seen with the last look."""
        return len(self._since)


def _is_old(one: Entry, seconds: float) -> bool:
    """Say whether nobody has written to a file for long, by the clock of who wrote it."""
    return time.time() - one.stamp.mtime_ns / 1e9 > PATIENCE * max(seconds, 5.0)


def _has_its_end(path: Path, size: int) -> bool:
    """Say whether a file ends as files of its kind do; of other kinds nobody can tell.

    Some scanners pause between two pages for longer than anybody would wait.
    """
    if size == 0:
        return False  # a name that was taken before there was anything to write
    try:
        with opened(path) as file:
            head = file.read(8)
            file.seek(max(0, size - _TAIL))
            tail = file.read(_TAIL)
    except OSError:
        return True  # it will be told why, when it is read
    if head.startswith(b"%PDF"):
        return b"%%EOF" in tail
    if head.startswith(b"PK\3\4"):
        return b"PK\5\6" in tail
    if head.startswith(b"\x89PNG"):
        return b"IEND" in tail
    if head.startswith(b"\xff\xd8\xff"):
        return b"\xff\xd9" in tail
    return True


def content(path: Path, largest: int) -> tuple[bytes, Stamp] | None:
    """Return the bytes of a file and its stamp before they were read; None if it is none.

    A file beyond ``largest`` gives one byte more than that.
    """
    with opened(path) as file:
        told = os.fstat(file.fileno())
        if not stat.S_ISREG(told.st_mode):
            return None
        return file.read(largest + 1), Stamp.of(told)
