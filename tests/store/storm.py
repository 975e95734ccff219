"""The kill storm: workers killed and frozen at any moment, and every document ends exactly once.

The tests run a small one, ``make storm`` one of full size. What the stages keep goes to a table
that has no unique key on purpose.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, update
from sqlalchemy.engine import URL, make_url

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import engine, schema
from formservice.adapters.store.engine import now, writing
from formservice.adapters.store.store import Store
from formservice.adapters.work.signals import Stop
from formservice.adapters.work.supervisor import Pace, Worker
from formservice.application.ports_store import Kept
from formservice.application.receive import Receive, Sent
from formservice.application.work import Limits, Next, Stage
from formservice.domain.chain import FIRST, Link, is_sound
from formservice.domain.errors import StorageError

STAGES = ("read", "sort", "copy", "deliver")

effects = Table(
    "storm",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("document", String(64), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("result", String(64), nullable=False),
    Column("writer", Integer, nullable=False),
    Column("holder", String(128)),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a storm is: documents, workers, kills, frozen workers; seconds of a lease."""

    documents: int
    kills: int
    zombies: int
    workers: int = 3
    lease: float = 1.0
    seconds: float = 180.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a storm came to; ``faults`` is what must not be."""

    kills: int
    zombies: int
    claims: int
    ends: int
    effects: int
    seconds: float
    faults: tuple[str, ...]


def expected(document: str, stage: str) -> str:
    return hashlib.sha256(f"{document}/{stage}".encode()).hexdigest()


def _stage(index: int) -> Stage:
    name = STAGES[index]
    last = index + 1 == len(STAGES)

    def work(kept: Kept, tell: object) -> str:
        until = time.process_time() + 0.01
        while time.process_time() < until:
            pass
        time.sleep(random.uniform(0.0, 0.3))
        return expected(kept.id, name)

    def keep(work: object, kept: Kept, result: object) -> Next:
        table = schema.documents
        held = select(table.c.owner).where(table.c.id == kept.id)
        row = {"document": kept.id, "stage": name, "result": result, "writer": os.getpid()}
        row["holder"] = work.connection.execute(held).scalar()  # type: ignore[attr-defined]
        work.connection.execute(insert(effects).values(row))  # type: ignore[attr-defined]
        return Next("done", "done") if last else Next(STAGES[index + 1], "ready")

    return Stage(name, work, keep, Limits(20.0, 1 << 30))


def run_worker(url: str, lease: float) -> None:
    """Work until told to stop: what the storm kills."""
    stop = Stop(os.getppid())
    stages = [_stage(index) for index in range(len(STAGES))]
    with stop.listening():
        for _ in Worker(Store(make_url(url)), stages, Pace(lease, 0.1), stop).ends():
            pass


def run_producer(url: str, folder: str, documents: int) -> None:
    """Receive all documents, those that were received before once more."""
    receive = Receive(Store(make_url(url)), LocalOriginals(Path(folder)))
    day = date(2026, 11, 21)
    for number in range(documents):
        receive(Sent(b"file %d" % number, f"{number}.pdf", "batch", day, f"d{number}"))


class Storm:
    """One storm over one database with empty tables."""

    def __init__(self, url: URL, folder: Path, size: Size) -> None:
        self._url = url.render_as_string(hide_password=False)
        self._folder = folder
        self._size = size
        self._store = Store(url)
        self._workers: list[subprocess.Popen[bytes]] = []
        self._kills = self._zombies = 0
        self._until = time.monotonic() + size.seconds

    def __call__(self) -> Told:
        begun = time.monotonic()
        with writing(self._store.engine) as connection:
            effects.create(connection)
        try:
            producer = self._start("producer", str(self._folder), str(self._size.documents))
            self._workers = [self._worker() for _ in range(self._size.workers)]
            self._wait_for(self._size.documents // 2)
            self._kill(producer)
            producer = self._start("producer", str(self._folder), str(self._size.documents))
            self._rage()
            producer.wait(max(1.0, self._until - time.monotonic()))
            while self._open() and time.monotonic() < self._until:
                time.sleep(0.1)
            self._stop_workers()
            return self._told(time.monotonic() - begun)
        finally:
            for one in self._workers:
                self._kill(one)
            self._store.close()

    def _start(self, what: str, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.store.storm", what, self._url, *arguments],
            start_new_session=True,
        )

    def _worker(self) -> "subprocess.Popen[bytes]":
        return self._start("worker", str(self._size.lease))

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _rage(self) -> None:
        """Kill and freeze workers who are at work, until there were enough of both."""
        size = self._size
        every = max(1, size.kills // max(1, size.zombies))
        while (self._kills < size.kills or self._zombies < size.zombies) and self._open():
            if time.monotonic() > self._until:
                return
            busy = self._busy()
            if not busy:
                time.sleep(0.05)
                continue
            time.sleep(random.uniform(0.0, 0.1))
            victim = random.choice(busy)
            if self._zombies < size.zombies and self._kills >= every * self._zombies:
                self._freeze(victim)
            else:
                self._kill(victim)
                self._kills += 1
                self._workers[self._workers.index(victim)] = self._worker()

    def _freeze(self, victim: "subprocess.Popen[bytes]") -> None:
        """Freeze a worker with its child until another took its document; it wakes as a zombie."""
        frozen = [victim.pid, *_children(victim.pid)]
        _signal(frozen, signal.SIGSTOP)
        held = self._held(victim)
        # Frozen in the midst of a transaction it holds up the others; that is no zombie.
        until, taken = time.monotonic() + 4 * self._size.lease, False
        if held and self._overdue(held):
            while not taken and time.monotonic() < until:
                time.sleep(0.01)
                taken = self._fence(held[0]) != held[1]
        _signal(frozen, signal.SIGCONT)
        self._zombies += taken

    def _overdue(self, held: tuple[str, int]) -> bool:
        """Wait until a lease is over, and have the document taken before others that are due."""
        time.sleep(self._size.lease + 0.1)
        table = schema.documents
        try:
            # Whom it froze in the midst of a transaction holds up everybody: not for long.
            with patch.object(engine, "_BUSY_MS", 1000), self._store.work() as work:
                if work.connection.dialect.name == "postgresql":
                    work.connection.exec_driver_sql("SET LOCAL lock_timeout = 1000")
                work.connection.execute(
                    update(table)
                    .where(table.c.id == held[0], table.c.fence == held[1])
                    .where(table.c.status == "running", table.c.due <= now())
                    .values(due=0.0)
                )
        except StorageError:
            return False
        return True

    def _held(self, worker: "subprocess.Popen[bytes]") -> tuple[str, int] | None:
        """Return the document a worker holds, and its fence."""
        table = schema.documents
        query = select(table.c.id, table.c.fence, table.c.owner).where(table.c.status == "running")
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
        found = [(one.id, one.fence) for one in rows if one.owner.endswith(f"/{worker.pid}")]
        return found[0] if found else None

    def _fence(self, document: str) -> int:
        query = select(schema.documents.c.fence).where(schema.documents.c.id == document)
        with self._store.look() as work:
            return int(work.connection.execute(query).scalar_one())

    def _busy(self) -> "list[subprocess.Popen[bytes]]":
        """Return the workers that hold a claim."""
        return [one for one in self._workers if self._held(one)]

    def _open(self) -> int:
        """Return how many documents are not done, or not there yet."""
        table = schema.documents
        done = select(func.count()).where(table.c.status.in_(("done", "failed")))
        with self._store.look() as work:
            return self._size.documents - work.connection.execute(done).scalar_one()

    def _wait_for(self, documents: int) -> None:
        while time.monotonic() < self._until:
            with self._store.look() as work:
                query = select(func.count()).select_from(schema.documents)
                if work.connection.execute(query).scalar_one() >= documents:
                    return
            time.sleep(0.02)

    def _stop_workers(self) -> None:
        for one in self._workers:
            one.terminate()
        for one in self._workers:
            one.wait(30)

    def _told(self, seconds: float) -> Told:
        with self._store.look() as work:
            connection = work.connection
            documents = connection.execute(select(schema.documents)).all()
            kept = connection.execute(select(effects)).all()
            events = connection.execute(select(schema.events).order_by(schema.events.c.seq)).all()
        faults = []
        wanted = {f"d{number}" for number in range(self._size.documents)}
        if sorted(one.id for one in documents) != sorted(wanted):
            faults.append(f"{len(documents)} documents of {len(wanted)}")
        left = [f"{one.id} {one.stage} {one.status} {one.error}" for one in documents
                if (one.stage, one.status) != ("done", "done")]  # fmt: skip
        faults += left
        found = sorted((one.document, one.stage, one.result) for one in kept)
        faults += [f"double {a[:2]}" for a, b in pairwise(found) if a[:2] == b[:2]]
        faults += [f"{one.document} {one.stage} written by a zombie" for one in kept
                   if not str(one.holder).endswith(f"/{one.writer}")]  # fmt: skip
        right = sorted((one, stage, expected(one, stage)) for one in wanted for stage in STAGES)
        if found != right:
            faults.append(f"{len(found)} effects, expected were {len(right)}, or others")
        ends = [one for one in events if one.type == "work.done"]
        faults += _broken_chain([dict(one._mapping) for one in events])
        if len(ends) != len(right):
            faults.append(f"{len(ends)} ends in the chain")
        claims = sum(one.fence for one in documents)
        return Told(
            self._kills, self._zombies, claims, len(ends), len(kept), seconds, tuple(faults)
        )  # fmt: skip


def _broken_chain(rows: list[dict[str, object]]) -> list[str]:
    previous, faults = FIRST, []
    for place, row in enumerate(rows, start=1):
        body: Mapping[str, object] = json.loads(str(row["body"]))
        link = Link(**{**row, "body": body})  # type: ignore[arg-type]
        if link.seq != place or not is_sound(link, previous):
            faults.append(f"the chain is broken at {link.seq}")
            break
        previous = link.hash
    return faults


def _signal(processes: list[int], number: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _children(process: int) -> list[int]:
    with suppress(OSError):
        told = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8")
        return [int(one) for one in told.split()]
    return []


def storm(url: URL, folder: Path, size: Size) -> Told:
    """Run a storm over an empty database."""
    store = Store(url)
    with writing(store.engine) as connection:
        schema.metadata.create_all(connection)
    store.close()
    return Storm(url, folder / "originals", size)()


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        run_worker(sys.argv[2], float(sys.argv[3]))
    else:
        run_producer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
