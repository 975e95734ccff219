"""What those who look at pages need: a browser, and the demo, open for one file of tests."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from formservice.bootstrap.demo_house import demo_house
from tests.chromium import engine
from tests.web.look.shop import Shop, opened_shop

__all__ = ["engine", "shop"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A demo of their own. It is made once in a run of tests, which takes half a minute."""
    first = _made_once(tmp_path_factory)
    own = tmp_path_factory.mktemp("shop") / "house"
    shutil.copytree(first, own)
    with opened_shop(own) as shop:
        yield shop
    shutil.rmtree(own)


def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo that all processes of this run share, and nobody works in."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        demo_house(folder / "demo")
    return folder / "demo"
