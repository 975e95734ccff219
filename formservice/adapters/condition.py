"""How an installation is: database, originals, workers and disk, looked at now and then."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, func, select

from formservice.adapters.backup.folder import seconds_since_backup
from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.store import Store
from formservice.application.condition import Figures, Workers
from formservice.application.ports_store import Originals
from formservice.domain.errors import FormServiceError

# Whoever asks more often, as anybody may, gets what was found last.
_FRESH_S = 3.0
# Below this not even a day's post may find room.
_LEAST_FREE = 256 * 1024**2


class ConditionHere:
    """Looks at this installation from this machine."""

    def __init__(
        self,
        store: Store,
        originals: Originals,
        data: Path,
        workers: Callable[[], Workers | None],
    ) -> None:
        """Look at ``store``, ``originals``, the disk of ``data``, and the workers beside us."""
        self._store = store
        self._originals = originals
        self._data = data
        self._workers = workers
        self._lock = threading.Lock()
        self._found: Mapping[str, bool] = {}
        self._until = 0.0

    def ready(self) -> Mapping[str, bool]:
        """Return the parts without which it cannot be used, and whether each works."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = self._look()
                self._until = time.monotonic() + _FRESH_S
            return self._found

    def figures(self) -> Figures:
        """Return what is counted; StorageError if the database is away."""
        with self._store.look() as work:
            connection = work.connection
            waiting = work.queue.standing()
            return Figures(
                standing=waiting,
                waits=max((one.seconds for one in waiting if one.status == "ready"), default=0.0),
                tries=_tries(connection),
                received=_received(connection),
                free_bytes=shutil.disk_usage(self._data).free,
                sessions=_sessions(connection),
                outbox=_outbox(connection),
                backup_s=seconds_since_backup(self._data),
            )

    def workers(self) -> Workers | None:
        """Return how the workers beside the web are, None if there are to be none."""
        return self._workers()

    def _look(self) -> Mapping[str, bool]:
        workers = self._workers()
        found = {
            "datenbank": _works(self._database),
            "ablage": _works(self._originals.check),
            "platz": _works(self._room),
        }
        if workers is not None:
            found["arbeiter"] = workers.alive > 0
        return found

    def _database(self) -> None:
        with self._store.look() as work:
            work.connection.execute(select(now())).scalar_one()

    def _room(self) -> None:
        if shutil.disk_usage(self._data).free < _LEAST_FREE:
            raise OSError


def _works(look: Callable[[], object]) -> bool:
    try:
        look()
    except (FormServiceError, OSError):
        return False
    return True


def _tries(connection: Connection) -> int:
    table = schema.documents
    query = select(func.coalesce(func.sum(table.c.tries), 0))
    return int(connection.execute(query.where(table.c.status != "done")).scalar_one())


def _received(connection: Connection) -> Mapping[str, int]:
    table = schema.documents
    query = select(table.c.source, func.count()).where(table.c.part_of.is_(None))
    return {row[0]: row[1] for row in connection.execute(query.group_by(table.c.source))}


def _sessions(connection: Connection) -> int:
    table = schema.web.sessions
    query = select(func.count()).where(table.c.expires_at > now())
    return int(connection.execute(query).scalar_one())


def _outbox(connection: Connection) -> int:
    table = schema.outbox
    query = select(func.count()).where(table.c.done_at.is_(None))
    return int(connection.execute(query).scalar_one())
