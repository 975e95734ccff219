"""Folders for the temporary files of child processes, taken away also after a sudden end.

They may hold what stands in a form. Whoever made one takes it away; what was left by a process
that was killed before it could is taken away by the next one that begins. Of processes that are
numbered elsewhere, as in another container, nobody here can say whether they live: what they left
is taken away by its age.
"""

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

# What works in such a folder is ended long before: a file of 200 pages has less than an hour.
_OLD_S = 24 * 3600.0
_OURS = re.compile(r"formservice-\d+-\d+-")


def scratch_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a new folder only for us, named by our process number."""
    sweep()
    return tempfile.TemporaryDirectory(prefix=f"{_own()}{os.getpid()}-")


@cache
def sweep() -> None:
    """Take away, once in a process, what processes left that are no more, or long ago."""
    for left in Path(tempfile.gettempdir()).glob("formservice-*-*"):
        with suppress(OSError):
            if _OURS.match(left.name) and _is_left(left):
                shutil.rmtree(left, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Say whether a folder is one of this account that nobody works in any more."""
    found = folder.lstat()
    if found.st_uid != os.getuid():
        return False
    number = folder.name.removeprefix(_own()).partition("-")[0]
    if folder.name.startswith(_own()) and _is_gone(int(number)):
        return True
    return time.time() - found.st_mtime > _OLD_S


def _own() -> str:
    """Return how all folders begin that were made by processes numbered as we are.

    A container may share our folder of temporary files, but not our process numbers.
    """
    try:
        return f"formservice-{Path('/proc/self/ns/pid').stat().st_ino}-"
    except OSError:
        return "formservice-0-"


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OverflowError:
        return False
    return False
