"""``formservice work`` as people and service managers start, ask and end it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

WORD = "erwartungsbogen@2023-07-24/dang-docx/input.docx"
SCAN = "feedbackbogen@2026-11/regulaer-scan/input.pdf"


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


@pytest.fixture
def started(tmp_path):
    """Start workers in the background; whatever becomes of the test, none stays."""
    environment = {
        **os.environ,
        "FORMSERVICE_DATA": str(tmp_path / "var"),
        "PYTHONPATH": str(ROOT),
    }
    running = []

    def start():
        worker = subprocess.Popen(
            [sys.executable, "-m", "formservice.cli.main", "work"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        running.append(worker)
        return worker

    yield start
    for worker in running:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.mark.slow
def test_what_is_taken_in_for_later_is_read_by_workers(run, tmp_path):
    path = ROOT / "samples" / WORD
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
    path = ROOT / "samples" / WORD
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
def test_ended_in_order_it_gives_back_what_it_has_at_once(run, started, database):
    run("intake", "--later", ROOT / "samples" / SCAN)
    worker = started()
    taken(database)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert database("SELECT status, tries, owner FROM documents") == [("ready", 0, None)]


@pytest.mark.slow
def test_a_worker_that_dies_is_started_again_and_one_without_its_parent_ends(
    run, started, database
):
    run("intake", "--later", ROOT / "samples" / SCAN)
    pool = started()
    taken(database)
    (first,) = children(pool.pid)
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + 30
    while (not children(pool.pid) or children(pool.pid) == [first]) and time.monotonic() < until:
        time.sleep(0.05)
    (second,) = children(pool.pid)
    database("UPDATE documents SET due = 0 WHERE status = 'running'")
    owned(database, second)
    pool.kill()
    pool.wait()
    until = time.monotonic() + 30
    while alive(second) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(second)
    assert database("SELECT status, tries, owner FROM documents") == [("ready", 1, None)]


def children(process):
    told = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8")
    return [int(one) for one in told.split()]


def alive(process):
    try:
        return (
            Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
        )
    except FileNotFoundError:
        return False


def owned(database, process):
    """Wait until that worker holds a document."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        owners = [str(owner) for (owner,) in database("SELECT owner FROM documents")]
        if owners[0].endswith(f"/{process}"):
            return
        time.sleep(0.02)
    raise AssertionError("nobody took it over")


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
