"""Takes over ``archive.sqlite`` of earlier versions; the file stays beside under another name."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.store.archive import Read, filed_in
from formservice.adapters.store.store import Store
from formservice.domain.errors import StorageError

OLD = "archive.sqlite"
TAKEN = "archive-uebernommen.sqlite"
ADOPTED = "adopted"
"""The step of taking over, as it is told."""
_AT_ONCE = 200


def adopted(
    store: Store,
    folder: Path,
    tell: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> int:
    """Take over what an earlier version kept in ``folder``; return how many files that were.

    Broken off at any moment, the next call goes on: what is there already is left as it is.
    ``tell`` hears the step, how many files are done, and how many there are.

    Raises:
        StorageError: the old or the new database is not usable.
    """
    old, count, seen = folder / OLD, 0, 0
    if not old.is_file():
        return 0
    try:
        with closing(sqlite3.connect(old, timeout=10)) as connection:
            # All of it in the one file, for that alone is renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
            total = _amount(connection)
            for files in _some(connection):
                with store.work() as work:
                    done = filed_in(work, files)
                count += sum(not one.already_known for one in done)
                seen += len(files)
                tell(ADOPTED, seen, max(seen, total))
    except sqlite3.Error as error:
        raise StorageError(
            f"Die Datenbank {OLD} der früheren Fassung ist nicht lesbar.",
            "Bitte aus der Datensicherung wiederherstellen. Es wurde nichts verändert.",
        ) from error
    with suppress(FileNotFoundError):  # another process has just done the same
        old.rename(folder / TAKEN)
    return count


def _some(connection: sqlite3.Connection) -> Iterator[list[Read]]:
    """Yield the kept files, many at a time: each transaction waits for the disk."""
    some: list[Read] = []
    for files in _together(connection):
        some += files
        if len(some) >= _AT_ONCE:
            yield some
            some = []
    yield some


def _together(connection: sqlite3.Connection) -> Iterator[list[Read]]:
    """Yield the kept files, those of one document together."""
    if not _is_whole(connection):
        return
    rows = connection.execute("SELECT sha256, name, received, size FROM documents ORDER BY rowid")
    files = {row[0]: row[1:] for row in rows}
    for part in _parts(connection, files):
        yield [_read(connection, one, files[one]) for one in part]


def _amount(connection: sqlite3.Connection) -> int:
    if not _is_whole(connection):
        return 0
    (count,) = connection.execute("SELECT count(*) FROM documents").fetchone()
    return int(count)


def _is_whole(connection: sqlite3.Connection) -> bool:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {"documents", "records"} <= {row[0] for row in rows}


def _read(connection: sqlite3.Connection, sha256: str, file: tuple[str, str, int]) -> Read:
    """Return a kept file with its newest readings."""
    rows = connection.execute(
        "SELECT version, reading FROM records WHERE document = ? ORDER BY version, position",
        (sha256,),
    ).fetchall()
    readings = [json.loads(text) for version, text in rows if version == rows[-1][0]]
    name, received, size = file
    return Read(sha256, size, name, date.fromisoformat(received), readings)


def _parts(connection: sqlite3.Connection, files: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield all files by hash, those that share documents in one list."""
    group = {one: [one] for one in files}
    told = connection.execute(
        "SELECT json_extract(reading, '$.pages') FROM records"
        " WHERE json_extract(reading, '$.pages') IS NOT NULL"
    )
    for (pages,) in told:
        for other in {page["sha256"] for page in json.loads(pages)} & files.keys():
            first = group[json.loads(pages)[0]["sha256"]]
            if group[other] is not first:
                first += group[other]
                group |= dict.fromkeys(group[other], first)
    seen = set[str]()
    for one in files:
        if one not in seen:
            seen.update(group[one])
            yield group[one]
