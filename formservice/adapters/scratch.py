"""Folders for the temporary files of child processes, taken away also after a sudden end.

They may hold what stands in a form. Whoever made one takes it away; what was left by a process
that was killed before it could is taken away by the next one that begins.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path


def scratch_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a new folder only for us, named by our process number."""
    sweep()
    return tempfile.TemporaryDirectory(prefix=f"{_own()}{os.getpid()}-")


@cache
def sweep() -> None:
    """Take away, once in a process, what processes left that are no more."""
    for left in Path(tempfile.gettempdir()).glob(f"{_own()}*-*"):
        number = left.name.removeprefix(_own()).partition("-")[0]
        with suppress(OSError):
            if number.isdecimal() and left.lstat().st_uid == os.getuid() and _is_gone(int(number)):
                shutil.rmtree(left, ignore_errors=True)


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
