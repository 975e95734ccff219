"""Pages of files in work that outlived the work: a worker was killed before it forgot them.

They hold form contents and lie on the machine that read them, so each machine looks after its own.
"""

import re
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.adapters.work.chores import Chore

_NAME = re.compile("[0-9a-f]{64}")
# A batch writes some page more often than this; a worker that lost its claim is ended by then.
_QUIET_S = 600.0
_ABANDONED_S = 7 * 24 * 3600.0
_AT_WORK = ("ready", "running")


def leavings(store: Store, folder: Path, resumed: Callable[[], object]) -> Sequence[Chore]:
    """Return what takes away what killed processes left: deletions half done, pages in ``folder``.

    ``resumed`` ends such deletions, for all machines; pages are each machine's own.
    """
    return (
        Chore("erase", 600.0, "*/10 * * * *", resumed),
        Chore("pages", 600.0, "", lambda: swept(store, folder)),
    )


def swept(store: Store, folder: Path) -> int:
    """Take away the pages of files that nobody works on; return of how many.

    A file that no document is may be a batch's, which keeps what was read at the end: its pages
    stay for as long as somebody may come back for them.
    """
    quiet = _quiet(folder)
    idle = _idle(store, list(quiet)) if quiet else ()
    gone = [one for one, age in quiet.items() if one in idle or age > _ABANDONED_S]
    for one in gone:
        shutil.rmtree(folder / one, ignore_errors=True)
    return len(gone)


def _quiet(folder: Path) -> dict[str, float]:
    """Return the files with pages that nothing was written of lately: seconds since then."""
    found = {}
    for one in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if _NAME.fullmatch(one.name) and one.is_dir():
                touched = max(each.stat().st_mtime for each in (one, *one.iterdir()))
                found[one.name] = time.time() - touched
    return {name: age for name, age in found.items() if age > _QUIET_S}


def _idle(store: Store, originals: Sequence[str]) -> Collection[str]:
    """Return those of so many files that are documents, and none that workers have to read."""
    table = schema.documents
    query = select(table.c.original, table.c.status).where(table.c.original.in_(originals))
    with store.look() as work:
        rows = work.connection.execute(query).all()
    return {row.original for row in rows} - {r.original for r in rows if r.status in _AT_WORK}
