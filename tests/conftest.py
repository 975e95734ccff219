"""Options and fixtures shared by all tests."""

import gc
import os

import pytest
from hypothesis import settings

# The same examples in every run, so that a change is judged by what it changed; new ones are
# looked for by „make explore“. None fails for being slow: speed is measured in benchmarks/.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regold",
        action="store_true",
        help="write the golden files of samples/ anew; refused when CI is set",
    )
    parser.addoption(
        "--publish",
        action="store_true",
        help="add new released editions to tests/editions.json; refused when CI is set",
    )


def pytest_collection_finish() -> None:
    """Leave what stays to the end, tests and modules, out of every search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def publish(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--publish"))
    if wanted and os.environ.get("CI"):
        pytest.exit("editions are never published in CI", returncode=2)
    return wanted


@pytest.fixture(scope="session")
def regold(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--regold"))
    if wanted and os.environ.get("CI"):
        pytest.exit("golden files are never rewritten in CI", returncode=2)
    return wanted
