"""Workers open the storage, and their children read from it."""

import pytest

from formservice.adapters.isolation import run_isolated
from formservice.adapters.originals.choice import originals
from tests.adapters.s3_server import bucket


@pytest.mark.slow
def test_a_child_reads_an_original_from_storage_that_its_parent_opened(tmp_path, monkeypatch):
    with bucket(tmp_path, monkeypatch) as name_of_bucket:
        url = f"s3://{name_of_bucket}/originale"
        name = run_isolated(lambda: originals(url, tmp_path).put(b"kept"))
        storage = originals(url, tmp_path)
        for _ in range(2):
            assert run_isolated(lambda: storage.read(name), seconds=20.0) == b"kept"
