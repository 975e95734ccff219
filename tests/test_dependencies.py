"""Every library has a reason, is used where it is listed, and is pinned."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
SETTINGS = tomllib.loads(PROJECT)["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# Programs and plugins of the development environment: run or loaded, never imported.
TOOLS = {"pytest-xdist", "ruff", "mypy", "import-linter", "types-pyyaml", "lxml-stubs", "ocrmypdf"}
TOOLS |= {"moto", "flask", "flask-cors"}


def named(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


RUNTIME = named(SETTINGS["dependencies"])
EXTRA = named(SETTINGS["optional-dependencies"]["s3"])
DEVELOPMENT = named(SETTINGS["optional-dependencies"]["dev"])


def imported(*folders: str) -> set[str]:
    """Return the distributions whose modules are imported anywhere below ``folders``."""
    modules = set[str]()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    owners = packages_distributions()
    return {canonicalize_name(owner) for module in modules for owner in owners.get(module, [])}


def test_the_service_imports_what_it_depends_on_and_nothing_else():
    # A stub package claims the module it describes.
    # SQLAlchemy loads the driver by its name, FastAPI what takes uploads apart.
    used = imported("formservice") | {"psycopg", "python-multipart"}
    assert used - TOOLS - {"formservice"} == RUNTIME | EXTRA


def test_what_only_tests_and_benchmarks_import_is_for_development():
    used = imported("tests", "benchmarks") - RUNTIME - EXTRA - TOOLS - {"formservice", "packaging"}
    used |= {"httpx2"}  # with which starlette's client asks
    assert used == DEVELOPMENT - TOOLS


@pytest.mark.parametrize("name", sorted(RUNTIME | EXTRA | DEVELOPMENT))
def test_each_library_says_what_for_and_is_pinned_once(name):
    reasons = re.findall(r'^ +"([\w.-]+)[^"]*", +# \S.*$', PROJECT, re.MULTILINE)
    assert [canonicalize_name(one) for one in reasons].count(name) == 1
    pinned = re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE)
    assert [canonicalize_name(one) for one in pinned].count(name) == 1


def test_what_is_pinned_satisfies_what_is_asked_for():
    found = re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)
    pinned = {str(canonicalize_name(name)): str(version) for name, version in found}
    asked = [*SETTINGS["dependencies"], *SETTINGS["optional-dependencies"]["dev"]]
    wrong = [one for one in asked if not _fits(Requirement(one), pinned)]
    assert wrong == []


def _fits(asked: Requirement, pinned: dict[str, str]) -> bool:
    return asked.specifier.contains(pinned[canonicalize_name(asked.name)])


def test_the_lock_names_no_place_to_download_from():
    assert "://" not in LOCK
