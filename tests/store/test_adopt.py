"""What earlier versions kept in ``archive.sqlite`` is taken over, whole and once."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from formservice.adapters.store import adopt, schema
from formservice.adapters.store.adopt import ADOPTED, OLD, TAKEN, adopted
from formservice.adapters.store.archive import filed_in
from formservice.application.report import pointing
from formservice.domain.errors import StorageError
from tests.store.test_archive import reading

# As the last version before wrote it.
_OLD = """
CREATE TABLE documents (sha256 VARCHAR(64) NOT NULL, name VARCHAR NOT NULL, medium VARCHAR(16),
  received DATE NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (sha256));
CREATE TABLE records (id INTEGER NOT NULL, document VARCHAR(64) NOT NULL, version INTEGER NOT NULL,
  position INTEGER NOT NULL, page_numbers JSON NOT NULL, form VARCHAR, edition VARCHAR,
  reading JSON NOT NULL, PRIMARY KEY (id));
"""
HASHES = [sha256(bytes([number])).hexdigest() for number in range(5)]
WHOLE = reading(
    pages=[
        {"file": "a", "sha256": HASHES[3], "page": 1},
        {"file": "b", "sha256": HASHES[1], "page": 2},
    ]
)
FILES = {
    HASHES[0]: [reading(), reading(None)],
    HASHES[1]: [pointing(WHOLE, HASHES[3], [2]), reading(None, "page.blank")],
    HASHES[2]: [reading(None, "page.separator")],
    HASHES[3]: [WHOLE],
    HASHES[4]: [],
}


def write_old(folder: Path) -> None:
    """Write the files of an earlier version."""
    with closing(sqlite3.connect(folder / OLD)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.executescript(_OLD)
        for number, (name, readings) in enumerate(FILES.items()):
            row = (name, f"{number}.pdf", "scan", f"2026-04-0{number + 1}", 7)
            old.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", row)
            for place, one in enumerate(readings):
                told = (name, 1, place, "[]", None, None, json.dumps(one))
                old.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", told)
        old.commit()


@pytest.fixture
def folder(tmp_path):
    """A data folder of an earlier version."""
    folder = tmp_path / "var"
    folder.mkdir()
    write_old(folder)
    return folder


def test_all_files_and_readings_are_there_and_the_old_file_stays_beside(store, archive, folder):
    assert adopted(store, folder) == 5
    kept = {one.sha256: (one.name, one.received, one.size) for one in archive.documents()}
    assert kept == {
        name: (f"{number}.pdf", date(2026, 4, number + 1), 7) for number, name in enumerate(FILES)
    }
    for name, readings in FILES.items():
        assert sorted(map(json.dumps, archive.readings(name))) == sorted(map(json.dumps, readings))
    assert len(archive.shared()) == 2
    assert sorted(one.name for one in folder.iterdir()) == [TAKEN]
    assert adopted(store, folder) == 0
    with store.look() as work:
        types = list(work.connection.execute(select(schema.events.c.type)).scalars())
    assert types.count("document.received") == 5


def test_who_waits_is_told_how_far_it_is(store, folder):
    told = []
    adopted(store, folder, lambda *far: told.append(far))
    assert told[-1] == (ADOPTED, 5, 5)


def test_broken_off_it_goes_on_and_takes_nothing_twice(store, archive, folder, monkeypatch):
    calls = 0

    def cut(*given):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return filed_in(*given)

    monkeypatch.setattr(adopt, "_AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(adopt, "filed_in", cut)
        with pytest.raises(KeyboardInterrupt):
            adopted(store, folder)
    assert (folder / OLD).exists()
    assert 0 < len(list(archive.documents())) < 5
    adopted(store, folder)
    assert len(list(archive.documents())) == 5
    assert not (folder / OLD).exists()


def test_a_damaged_old_file_is_told_and_left_alone(store, tmp_path):
    Path(tmp_path / OLD).write_bytes(b"this is no database" * 1000)
    with pytest.raises(StorageError, match=OLD):
        adopted(store, tmp_path)
    assert (tmp_path / OLD).exists()


def test_where_nothing_was_kept_there_is_nothing_to_take(store, tmp_path):
    assert adopted(store, tmp_path) == 0
    (tmp_path / OLD).touch()
    assert adopted(store, tmp_path) == 0
