"""Backups and restores on the command line, and killed at any moment."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival

ROOT = Path(__file__).parent.parent.parent
FILES, DAY = 150, date(2026, 11, 21)


@pytest.fixture
def filled(tmp_path):
    """A data folder with many small files."""
    data = tmp_path / "var"
    store, originals = Store(embedded(data)), LocalOriginals(data / "originals")
    migrated(store.engine)
    for number in range(FILES):
        content = b"file %d" % number
        sha256 = originals.put(content)
        arrival = Arrival(f"d{number}", sha256, len(content), "x", "batch", DAY)
        with store.work() as work:
            work.documents.receive(arrival, SERVICE)
    store.close()
    return data


def kill(tmp_path, folder, *arguments):
    """Start a command and kill it when a third of the files are in ``folder``."""
    environment = {"FORMSERVICE_DATA": str(tmp_path / "var"), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "formservice.cli.main", *arguments],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None and sum(1 for _ in folder.glob("*/*/*")) < FILES // 3:
            time.sleep(0.005)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert sum(1 for _ in folder.glob("*/*/*")) < FILES


@pytest.mark.slow
def test_a_killed_backup_does_not_look_whole_and_a_killed_restore_goes_on(run, filled, tmp_path):
    target, new = tmp_path / "ziel", tmp_path / "neu"
    kill(tmp_path, target / "originale", "backup", "ziel")
    told = run("backup", "--check", "ziel")
    assert told.returncode == 2
    assert "Dort ist keine vollständige Sicherung" in told.stderr.decode()
    made = json.loads(run("backup", "ziel", "--json").stdout)
    assert (made["documents"], made["originals"], made["lost"]) == (FILES, FILES, [])
    assert 0 < made["copied"] < FILES
    assert [one.name for one in (target / "sicherungen").iterdir()] == [made["name"]]
    assert list((target / "originale").glob(".*")) == []
    checked = json.loads(run("backup", "--check", "ziel", "--json").stdout)
    assert (checked["whole"], checked["originals"]) == (True, FILES)
    kill(tmp_path, new / "originals", "restore", "ziel", "--data", "neu")
    settings = {"FORMSERVICE_DATA": str(new)}
    refused = run("archive", "list", settings=settings)
    assert refused.returncode == 3
    assert "Wiederherstellung nicht zu Ende" in refused.stderr.decode()
    done = json.loads(run("restore", "ziel", "--data", "neu", "--json").stdout)
    assert (done["whole"], done["documents"], done["originals"]) == (True, FILES, FILES)
    assert done["resumed"]
    again = run("restore", "ziel", "--data", "neu")
    assert again.returncode == 2
    assert "Der Datenordner ist nicht leer." in again.stderr.decode()
    assert len(json.loads(run("archive", "list", "--json", settings=settings).stdout)) == FILES


@pytest.mark.slow
def test_settings_are_kept_without_secrets_and_a_damaged_backup_is_named(run, filled, tmp_path):
    (tmp_path / "listen.yaml").write_text('traeger: ["Werkstatt Nord"]\n', "utf-8")
    made = run("backup", "ziel", settings={"FORMSERVICE_KNOWN": "listen.yaml"})
    assert made.returncode == 0
    (backup,) = (tmp_path / "ziel" / "sicherungen").iterdir()
    kept = json.loads((backup / "einstellungen" / "einstellungen.json").read_bytes())
    assert kept["land"] == "NI"
    assert not {"database", "storage"} & set(kept)
    assert "Werkstatt" in (backup / "einstellungen" / "listen.yaml").read_text("utf-8")
    assert (tmp_path / "ziel").stat().st_mode & 0o077 == 0
    (backup / "formservice.sqlite").write_bytes(b"x")
    told = run("backup", "--check", "ziel")
    assert told.returncode == 1
    assert "formservice.sqlite ist verändert oder beschädigt." in told.stdout.decode()
    refused = run("restore", "ziel", "--data", "neu")
    assert refused.returncode == 3
    assert not (tmp_path / "neu").exists()
    assert run("backup", "var/sicherung").returncode == 2
