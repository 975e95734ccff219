"""``formservice work`` on real files: killed at any moment, each is read exactly once."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.e2e.conftest import ROOT
from tests.programs import needs_tesseract

FILES = (
    "erwartungsbogen@2023-07-24/dang-docx/input.docx",
    "feedbackbogen@2026-11/abbruch-acroform/input.pdf",
    "feedbackbogen@2026-11/nichtantritt-foreign/input.pdf",
    "erwartungsbogen@2023-07-24/zzz-tester-flat/input.pdf",
    "feedbackbogen@2026-11/regulaer-scan/input.pdf",
)


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def database(tmp_path):
    """Ask the database of the installation."""

    def ask(statement):
        with closing(sqlite3.connect(tmp_path / "var" / "formservice.sqlite", timeout=10)) as one:
            one.isolation_level = None
            return one.execute(statement).fetchall()

    return ask


@pytest.mark.slow
def test_what_is_taken_in_for_later_is_read_by_workers(run, tmp_path):
    path = ROOT / "samples" / FILES[0]
    (told,) = json.loads(run("intake", "--later", "--json", path).stdout)
    assert not told["already_known"]
    assert json.loads(run("intake", "--later", "--json", path).stdout)[0]["already_known"]
    done = run("work", "--once", "--json")
    assert done.returncode == 0
    (end,) = lines(done)
    assert (end["document"], end["outcome"]) == (told["document"], "done")
    status = json.loads(run("work", "--status", "--json").stdout)
    assert status["standing"] == [{"stage": "done", "status": "waiting", "count": 1}]
    (known, _) = json.loads(run("intake", "--json", path).stdout)
    assert (known["form"]["id"], known["already_known"]) == ("erwartungsbogen", True)


@pytest.mark.slow
def test_a_file_nobody_can_read_waits_for_people_and_is_not_tried_again(run, tmp_path, database):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7\nno more")
    run("intake", "--later", tmp_path / "x.pdf")
    run("work", "--once")
    assert database("SELECT state, status, tries, error FROM documents") == [
        ("unidentified", "waiting", 0, "input.damaged")
    ]


@pytest.mark.slow
def test_what_fails_again_and_again_is_put_aside_and_put_back_on_demand(run, tmp_path, database):
    """The original is away: no worker can do anything about that."""
    path = ROOT / "samples" / FILES[0]
    (told,) = json.loads(run("intake", "--later", "--json", path).stdout)
    kept = next((tmp_path / "var" / "originals").rglob(told["sha256"]))
    away = kept.rename(tmp_path / "away")
    for _ in range(5):
        database("UPDATE documents SET due = 0")
        run("work", "--once")
    status = run("work", "--status", "--json")
    assert status.returncode == 1
    (failed,) = json.loads(status.stdout)["failed"]
    assert (failed["document"], failed["tries"]) == (told["document"], 5)
    assert run("work", "--once").stdout == b""
    away.rename(kept)
    assert run("work", "--retry", told["document"]).returncode == 0
    assert run("work", "--retry", told["document"]).returncode == 2
    run("work", "--once")
    assert run("work", "--status").returncode == 0


def test_a_stage_that_does_not_exist_is_refused_by_name(run):
    done = run("work", "--stages", "lesen")
    assert done.returncode == 2
    assert "lesen" in done.stderr.decode()


@pytest.mark.slow
def test_ended_in_order_it_gives_back_what_it_has_at_once(run, tmp_path, database):
    run("intake", "--later", ROOT / "samples" / FILES[4])
    worker = started(tmp_path)
    taken(database)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert database("SELECT status, tries, owner FROM documents") == [("ready", 0, None)]


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_killed_at_any_moment_every_file_is_read_exactly_once(run, tmp_path, database):
    paths = [ROOT / "samples" / name for name in FILES]
    run("intake", "--later", *paths)
    run("intake", "--later", *paths)
    for _ in range(4):
        worker = started(tmp_path)
        taken(database)
        time.sleep(random.uniform(0.0, 1.0))
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        # As if its half minute were over.
        database("UPDATE documents SET due = 0 WHERE status = 'running'")
    assert run("work", "--once", "--workers", "2").returncode == 0
    assert database("SELECT status, count(*) FROM documents GROUP BY 1") == [("waiting", 5)]
    assert database("SELECT version, count(*) FROM records GROUP BY 1") == [(1, 5)]
    ends = "SELECT count(*), count(DISTINCT document) FROM events WHERE type = 'work.done'"
    assert database(ends) == [(5, 5)]
    kept = dict(
        database("SELECT documents.name, reading FROM records JOIN documents ON id = document")
    )
    settings = {"FORMSERVICE_DATA": str(tmp_path / "other")}
    at_once = json.loads(run("intake", "--json", *paths, settings=settings).stdout)[:-1]
    assert len(kept) == len(at_once) == 5
    fields = sorted(json.dumps(json.loads(one)["fields"], sort_keys=True) for one in kept.values())
    assert fields == sorted(json.dumps(one["fields"], sort_keys=True) for one in at_once)


def started(folder):
    environment = {**os.environ, "FORMSERVICE_DATA": str(folder / "var"), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "formservice.cli.main", "work"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def taken(database):
    """Wait until a worker holds a document, or nothing is left to take."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if database("SELECT 1 FROM documents WHERE status = 'running'"):
            return
        if not database("SELECT 1 FROM documents WHERE status = 'ready'"):
            return
        time.sleep(0.02)
    raise AssertionError("nobody took anything")
