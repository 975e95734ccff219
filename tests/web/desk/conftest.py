"""Received samples, kept with what was read of them, as workers leave them."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from formservice.application.aside import sorted_out
from formservice.application.ports_store import SERVICE, Arrival
from formservice.bootstrap.web import WebServices

SAMPLES = Path(__file__).parents[3] / "samples"
RECEIVED = date(2026, 11, 20)
SCAN = "feedbackbogen@2026-11/regulaer-scan"


@pytest.fixture(scope="session")
def readings(tmp_path_factory) -> Callable[[WebServices, Path], list[dict[str, Any]]]:
    """Return what reads a file once in a run of tests, whichever of its processes asks first."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    known: dict[Path, list[dict[str, Any]]] = {}

    def read(house: WebServices, file: Path) -> list[dict[str, Any]]:
        if file not in known:
            kept = folder / f"read-{hashlib.sha256(file.read_bytes()).hexdigest()}.json"
            with kept.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not kept.exists():
                    found = house.isolated_read(file.read_bytes(), file.name, received=RECEIVED)
                    kept.write_text(json.dumps(found), "utf-8")
            known[file] = json.loads(kept.read_text("utf-8"))
        return known[file]

    return read


@pytest.fixture
def keep(house: WebServices, readings) -> Callable[..., list[str]]:
    """Return what takes in a sample and returns the ids of the documents it became."""

    def kept(sample: str, name: str | None = None, traeger: str | None = None) -> list[str]:
        file = next((SAMPLES / sample).glob("input.*"))
        data = file.read_bytes()
        sha256 = house.originals.put(data)
        found = sorted_out(readings(house, file), sha256)
        arrival = Arrival(
            name or sample.replace("/", "-").replace("@", "-"),
            sha256,
            len(data),
            f"{sample.partition('/')[2]}{file.suffix}",
            "batch",
            RECEIVED,
            traeger=traeger,
        )
        with house.store.work() as work:
            document, _ = work.documents.receive(arrival, SERVICE, is_read=True)
            return list(work.documents.found(document.id, found.found, SERVICE, found.aside))

    return kept


@pytest.fixture(autouse=True)
def _tidy(tmp_path):
    yield
    shutil.rmtree(tmp_path / "var" / "ansichten", ignore_errors=True)
