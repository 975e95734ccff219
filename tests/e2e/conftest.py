"""The command line as another program calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.loaded import Loaded

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def loaded():
    """The program, loaded once and waiting for calls."""
    program = Loaded()
    yield program
    program.close()


@pytest.fixture
def run(tmp_path, loaded):
    """Run ``formservice`` in a folder of its own and return the finished process."""

    def call(*arguments, stdin=b"", settings=None, **options):
        environment = {**os.environ, "FORMSERVICE_DATA": str(tmp_path / "var")} | (settings or {})
        given = [one if isinstance(one, bytes) else os.fsencode(str(one)) for one in arguments]
        # The interpreter itself looks at these when it starts.
        is_odd = any(name.startswith(("PYTHON", "LC_", "LANG")) for name in settings or ())
        if not is_odd and options.keys() <= {"stdout", "stderr"}:
            return loaded.call(given, tmp_path, environment, stdin, options)
        return subprocess.run(
            [sys.executable, "-m", "formservice.cli.main", *given],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            **({"input": stdin} if "stdin" not in options else {}),
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
            timeout=120,
            check=False,
        )

    return call
