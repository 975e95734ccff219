"""Small files of our own that survive a power cut: written once, or replaced whole."""

import os
import tempfile
from pathlib import Path


def written_once(target: Path, data: bytes) -> bool:
    """Write a file unless there is one of that name; say whether there was none.

    It appears whole or not at all, and is nobody's to read but ours.
    """
    if target.exists():
        return False
    part = _part(target, data)
    try:
        os.link(part, target)  # never replaces a file
    except FileExistsError:  # another process was faster
        return False
    finally:
        part.unlink(missing_ok=True)
    sync(target.parent)
    return True


def replaced(target: Path, data: bytes) -> None:
    """Write a file in place of the one that may be there."""
    part = _part(target, data)
    try:
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(target.parent)


def settled(part: Path, target: Path) -> None:
    """Give a file that is written its name, in place of one that may have it."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(target)
    sync(target.parent)


def sync(folder: Path) -> None:
    """Make what was written, renamed or removed in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _part(target: Path, data: bytes) -> Path:
    if not target.parent.is_dir():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync(target.parent.parent)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(handle)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
