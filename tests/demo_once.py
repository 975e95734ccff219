"""The living demo for tests: made once in a run, and copied for whoever works in it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from formservice.bootstrap.demo_house import demo_house


def demo_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo that is the caller's own.

    What it is copied from is made once in a run of tests, which takes half a minute; all processes
    of that run share it, and nobody works in it.
    """
    own = tmp_path_factory.mktemp("demo") / "house"
    shutil.copytree(_made_once(tmp_path_factory), own)
    return own


def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        demo_house(folder / "demo")
    return folder / "demo"
