"""The command line as another program calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run(tmp_path):
    """Run ``formservice`` in a folder of its own and return the finished process."""

    def call(*arguments, stdin=b"", settings=None, **options):
        environment = {**os.environ, "FORMSERVICE_DATA": str(tmp_path / "var")} | (settings or {})
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "formservice.cli.main",
                *(one if isinstance(one, bytes) else str(one) for one in arguments),
            ],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            **({"input": stdin} if "stdin" not in options else {}),
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
            timeout=120,
            check=False,
        )

    return call
