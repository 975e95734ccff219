"""A database that was lost is told, and nothing that belonged to it is taken away."""

import json
import os
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival

DAY = date(2026, 11, 21)


@pytest.fixture
def filled(tmp_path):
    """A data folder with three files that were received two days ago."""
    data = tmp_path / "var"
    store, originals = Store(embedded(data)), LocalOriginals(data / "originals")
    migrated(store.engine)
    _receive(store, originals, 3)
    store.close()
    _aged(data)
    return data


def _receive(store: Store, originals: LocalOriginals, count: int) -> None:
    for number in range(count):
        content = b"file %d" % number
        sha256 = originals.put(content)
        with store.work() as work:
            arrival = Arrival(f"d{number}", sha256, len(content), "x", "batch", DAY)
            work.documents.receive(arrival, SERVICE)


def _aged(data: Path) -> None:
    for one in (data / "originals").rglob("*"):
        os.utime(one, (time.time() - 50 * 3600,) * 2)


def _originals(data: Path) -> int:
    return sum(1 for one in (data / "originals").glob("??/??/*"))


@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "missing"])
def test_an_empty_database_beside_originals_is_no_new_one(run, filled, tmp_path, is_there):
    for one in filled.glob("formservice.sqlite*"):
        one.unlink()
    if is_there:
        (filled / "formservice.sqlite").touch()
    for command in (["archive", "list"], ["backup", str(tmp_path / "ziel")], ["work", "--once"]):
        told = run(*command)
        assert told.returncode == 3, command
        assert "Die Datenbank ist leer oder fehlt, aber Originale" in told.stderr.decode()
        assert "formservice restore" in told.stderr.decode()
    assert _originals(filled) == 3


def test_originals_without_a_document_are_shown_and_go_when_somebody_says_so(run, filled):
    assert b"Zu jedem Original gibt es einen Vorgang" in run("archive", "orphans").stdout
    sha256 = LocalOriginals(filled / "originals").put(b"of a database that was lost")
    _aged(filled)
    told = run("archive", "orphans")
    assert told.returncode == 1
    count = "1 Original ohne Vorgang, davon 1 älter als die Datenbank."
    assert told.stdout.decode() == f"{sha256}\n{count}\n"
    assert json.loads(run("archive", "orphans", "--json").stdout) == {
        "before": [sha256],
        "since": [],
        "deleted": False,
    }
    assert run("archive", "orphans", "--yes").returncode == 0
    assert _originals(filled) == 3
    assert run("archive", "verify").returncode == 0


def test_a_database_whose_rows_are_gone_is_none_that_is_new_either(run, filled):
    with closing(sqlite3.connect(filled / "formservice.sqlite")) as file, file:
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if not name.startswith(("search_index", "sqlite", "alembic")):
                file.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the names of tables
    told = run("backup", filled.parent / "ziel")
    assert told.returncode == 3
    assert "Die Datenbank ist leer oder fehlt" in told.stderr.decode()
