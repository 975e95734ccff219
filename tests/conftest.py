"""Options and fixtures shared by all tests."""

import os

import pytest


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
