"""Workers open the storage, and their children read from it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.s3_server import bucket

# In a process of its own: this one may have asked the storage itself, and then cannot fork.
_PARENT = """
import sys
from pathlib import Path

from formservice.adapters.isolation import run_isolated
from formservice.adapters.originals.choice import originals

url, folder = sys.argv[1], Path(sys.argv[2])
name = run_isolated(lambda: originals(url, folder).put(b"kept"))
storage = originals(url, folder)
for _ in range(2):
    assert run_isolated(lambda: storage.read(name)) == b"kept"
storage.read(name)
try:
    run_isolated(lambda: storage.read(name))
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.slow
def test_children_read_from_storage_their_parent_opened_but_not_once_it_asked(
    tmp_path, monkeypatch
):
    with bucket(tmp_path, monkeypatch) as name_of_bucket:
        url = f"s3://{name_of_bucket}/originale"
        done = subprocess.run(
            [sys.executable, "-c", _PARENT, url, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    assert (done.returncode, done.stdout.strip()) == (0, "RuntimeError"), done.stderr
