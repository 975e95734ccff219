"""What those who look at pages need: a browser, and the demo, open for one file of tests."""

import shutil
from collections.abc import Iterator

import pytest

from tests.chromium import engine
from tests.demo_once import demo_copy
from tests.web.look.shop import Shop, opened_shop

__all__ = ["engine", "shop"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A demo of their own."""
    own = demo_copy(tmp_path_factory)
    with opened_shop(own) as shop:
        yield shop
    shutil.rmtree(own)
