"""``formservice intake`` and ``work`` on real files: killed at any moment, each is read once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from formservice.adapters.store.engine import opened, reading, writing
from tests.e2e.conftest import ROOT
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_tesseract]

FILES = (
    "erwartungsbogen@2023-07-24/dang-docx/input.docx",
    "feedbackbogen@2026-11/abbruch-acroform/input.pdf",
    "feedbackbogen@2026-11/nichtantritt-foreign/input.pdf",
    "erwartungsbogen@2023-07-24/zzz-tester-flat/input.pdf",
    "feedbackbogen@2026-11/regulaer-scan/input.pdf",
)


@pytest.fixture
def command(address, tmp_path):
    """How ``formservice`` is started for an installation with that database."""
    url = address.set(drivername=address.get_backend_name())
    environment = {
        **os.environ,
        "FORMSERVICE_DATA": str(tmp_path / "data"),
        "FORMSERVICE_DATABASE_URL": url.render_as_string(hide_password=False),
        "PYTHONPATH": str(ROOT),
    }

    running = []

    def started(*arguments, settings=None):
        process = subprocess.Popen(
            [sys.executable, "-m", "formservice.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env=environment | (settings or {}),
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:  # whatever became of the test, none stays
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def ask(address):
    """Ask the database of the installation."""
    engine = opened(address)

    def asked(statement):
        with reading(engine) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    yield asked
    engine.dispose()


def done(process, status=0):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == status
    return out


def lease_over(address):
    """Make it as if the half minute of whoever was killed were over."""
    engine = opened(address)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE documents SET due = 0 WHERE status = 'running'")
    engine.dispose()


def taken(ask):
    """Wait until a worker holds a document, or nothing is left to take."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        statuses = {status for (status,) in ask("SELECT status FROM documents")}
        if "running" in statuses or "ready" not in statuses:
            return
        time.sleep(0.02)
    raise AssertionError("nobody took anything")


def test_killed_at_any_moment_every_file_is_kept_and_read_exactly_once(
    command, ask, address, tmp_path
):
    paths = [ROOT / "samples" / name for name in FILES]
    done(command("migrate"))
    producer = command("intake", "--later", *paths)
    until = time.monotonic() + 60
    while not ask("SELECT 1 FROM documents") and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(producer.pid, signal.SIGKILL)
    producer.communicate()
    done(command("intake", "--later", *paths))
    for _ in range(4):
        worker = command("work")
        taken(ask)
        time.sleep(random.uniform(0.0, 1.0))
        os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
        lease_over(address)
    done(command("work", "--once", "--workers", "2"))
    assert ask("SELECT status, count(*) FROM documents GROUP BY 1") == [("waiting", 5)]
    assert ask("SELECT version, count(*) FROM records GROUP BY 1") == [(1, 5)]
    types = "SELECT type, count(*), count(DISTINCT document) FROM events GROUP BY 1"
    counts = {kind: (events, documents) for kind, events, documents in ask(types)}
    assert counts["document.received"] == counts["work.done"] == (5, 5)
    kept = [row[0] for row in ask("SELECT reading FROM records")]
    kept = [json.loads(one) if isinstance(one, str) else one for one in kept]
    other = {"FORMSERVICE_DATABASE_URL": "", "FORMSERVICE_DATA": str(tmp_path / "other")}
    at_once = json.loads(done(command("intake", "--json", *paths, settings=other)))[:-1]
    assert fields(kept) == fields(at_once)


def fields(readings):
    return sorted(json.dumps(one["fields"], sort_keys=True) for one in readings)
