"""Delivery and schedule on PostgreSQL, by Procrastinate: „look at document X“, and chores.

A job only says that there is something to do. What is done, and by whom, the documents table
decides; a job that is lost or comes twice changes nothing. Its tables have a schema of their own.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any  # what a pool of connections takes

import procrastinate
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.engine import URL

from formservice.adapters.store.engine import writing
from formservice.adapters.work.chores import Chore, done

_log = logging.getLogger("formservice")

_SCHEMA = "procrastinate"
_LOCK = 0x70726F63
_LOOK = "look"
_QUEUE = "formservice"
# Its worker tells every ten seconds that it lives.
_DEAD_S = 60.0
_AGAIN_S = 5.0
# Who could not tell of a document does not try with each that follows: telling takes its time.
_SILENT_S = 30.0


def installed(engine: Engine) -> bool:
    """Make Procrastinate's tables unless they are there; say whether they were not."""
    with writing(engine) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if is_installed(engine):
            return False
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {_SCHEMA}")
        # Many statements at once: only the driver itself takes them.
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 (it is in use)
        raw.execute(SchemaManager.get_schema())
    return True


def is_installed(engine: Engine) -> bool:
    """Say whether Procrastinate's tables are there."""
    return inspect(engine).has_table("procrastinate_jobs", schema=_SCHEMA)


class Sender:
    """Tells all workers of a document; the connection is made with the first."""

    def __init__(self, url: URL) -> None:
        """Use the database at ``url``."""
        self._connector = procrastinate.SyncPsycopgConnector(
            min_size=1, max_size=1, **_connection(url)
        )
        self._app = procrastinate.App(connector=self._connector)
        self._open = False
        self._silent_until = 0.0

    def __call__(self, document: str) -> None:
        """Tell of a document; if that fails a worker finds it a little later."""
        if time.monotonic() < self._silent_until:
            return
        try:
            if not self._open:
                self._app.open()
                self._open = True
            self._app.configure_task(_LOOK, queue=_QUEUE).defer(document=document)
        except Exception as error:  # whatever a database or library says: nothing is lost
            self._silent_until = time.monotonic() + _SILENT_S
            _log.warning("no delivery: %s", type(error).__name__)

    def close(self) -> None:
        """Close the connection."""
        if self._open:
            self._open = False
            self._app.close()


class Delivery:
    """Takes what is delivered, and does chores when it is time, in a thread of its own.

    Of all machines at one database one does a chore at a time. Another may begin once its machine
    has been dead for a minute or two.
    """

    def __init__(self, url: URL, wake: Callable[[], None], chores: Sequence[Chore]) -> None:
        """Use the database at ``url``; ``wake`` tells the workers of this machine."""
        self._url = url
        self._wake = wake
        self._chores = chores
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def __enter__(self) -> "Delivery":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what is being done is done first."""
        self._ending.set()
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(self._cancel)
        self._thread.join(10.0)

    def _cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                asyncio.run(self._worker())
            except asyncio.CancelledError:
                return
            except Exception as error:  # the database may have been restarted
                _log.warning("no delivery: %s", type(error).__name__)
            self._ending.wait(_AGAIN_S)

    async def _worker(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                min_size=1, max_size=4, **_connection(self._url)
            )
        )
        self._tasks(app)
        async with app.open_async():
            self._running = asyncio.current_task()
            if self._ending.is_set():
                return
            await app.run_worker_async(
                queues=[_QUEUE],
                concurrency=4,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=5.0,
            )

    def _tasks(self, app: procrastinate.App) -> None:
        wake = self._wake

        @app.task(name=_LOOK, queue=_QUEUE)
        async def look(document: str) -> None:
            wake()

        for chore in self._chores:
            app.periodic(cron=chore.cron)(
                app.task(
                    name=chore.name,
                    queue=_QUEUE,
                    # One waits at most, and waits as long as one is being done.
                    queueing_lock=chore.name,
                    lock=chore.name,
                )(_task(chore))
            )

        # No lock of its own: it would wait for one that died.
        @app.periodic(cron="*/2 * * * *")
        @app.task(name="stalled", queue=_QUEUE, queueing_lock="stalled")
        async def stalled(timestamp: int) -> None:
            await _revived(app)


async def _revived(app: procrastinate.App) -> None:
    """Give jobs of dead machines to the living."""
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_DEAD_S):
        try:
            await jobs.retry_job(job)
        except procrastinate.exceptions.ConnectorException:
            # The next of its kind waits already, and would wait for it without end.
            await jobs.finish_job(job, status=Status.FAILED, delete_job=True)


def _task(chore: Chore) -> Callable[[int], object]:
    async def do(timestamp: int) -> None:
        await asyncio.to_thread(partial(done, chore))

    return do


def _connection(url: URL) -> dict[str, Any]:
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return {"conninfo": text, "kwargs": {"options": f"-c search_path={_SCHEMA}"}}
