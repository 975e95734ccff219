"""Small files of our own that survive a power cut: written once, or replaced whole."""

import os
import tempfile
from pathlib import Path


def written_once(target: Path, data: bytes) -> bool:
    """Write a file unless there is one of that name; say whether there was none.

    It appears whole or not at all, and is nobody's to read but ours.
    """
    is_new = False
    if not target.exists():
        made(target.parent)
        part = passing(target.parent, data)
        try:
            os.link(part, target)  # never replaces a file
            is_new = True
        except FileExistsError:  # another process was faster
            pass
        finally:
            part.unlink(missing_ok=True)
    # Whoever was faster may stand still before this.
    sync(target.parent)
    sync(target.parent.parent)
    return is_new


def replaced(target: Path, data: bytes) -> None:
    """Write a file in place of the one that may be there."""
    made(target.parent)
    part = passing(target.parent, data)
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


def made(folder: Path) -> None:
    """Make a folder with its parents so that they survive a power cut, if they are not there.

    They hold personal data: nobody but the service's own account may look.
    """
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        made(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync(folder.parent)


def passing(folder: Path, data: bytes) -> Path:
    """Write a file of a passing name, whose bytes survive a power cut; only we may read it."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(handle)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def sync(folder: Path) -> None:
    """Make what was written, renamed or removed in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
