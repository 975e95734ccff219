"""What handing out work costs: claims a second, and what waiting workers take of a core.

``python -m benchmarks.work`` prints a table; ``--write`` keeps it in ``docs/benchmarks.md``. To
take a document and to end its stage are two commits, the second with its event and progress.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy.engine import URL

from benchmarks.measure import keep
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival, Claim, Kept, Work
from formservice.application.work import Limits, Next, Stage, finished
from tests.store import postgres

_DOCUMENTS = 200
_IDLE_S = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure both databases."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep the table in the documents")
    write = options.parse_args().write
    rows = [
        "| Datenbank | angenommen/s | geholt und beendet/s | ruhend, 1 Arbeiter | 2 Arbeiter |"
    ]
    rows += ["|---|---|---|---|---|"]
    for name in ("SQLite", "PostgreSQL"):
        if name == "PostgreSQL" and postgres.programs() is None:
            continue
        with tempfile.TemporaryDirectory() as folder, _database(name, Path(folder)) as url:
            _migrated(url, folder)
            received, ended = _rates(url)
            idle = [_idle(url, folder, workers) for workers in (1, 2)]
        cells = [f"{received:.0f}", f"{ended:.0f}", *(f"{100 * one:.1f} %" for one in idle)]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    table = "\n".join(rows)
    print(table)
    if write:
        keep("arbeit", "ein Prozess, jede Änderung mit fsync; ruhend: Anteil eines Kerns", table)


@contextmanager
def _database(name: str, folder: Path) -> Iterator[URL]:
    if name == "SQLite":
        yield embedded(folder)
    else:
        with postgres.database(folder, durable=True) as url:
            yield url


def _formservice(url: URL, folder: str, *arguments: str) -> list[str]:
    """Return a command; its settings are in the environment then."""
    os.environ["FORMSERVICE_DATA"] = folder
    os.environ["FORMSERVICE_DATABASE_URL"] = url.set(
        drivername=url.get_backend_name()
    ).render_as_string(hide_password=False)
    return [sys.executable, "-m", "formservice.cli.main", *arguments]


def _migrated(url: URL, folder: str) -> None:
    subprocess.run(_formservice(url, folder, "migrate"), check=True, stdout=subprocess.DEVNULL)


def _rates(url: URL) -> tuple[float, float]:
    """Return how many documents are received, and claimed and ended, a second."""
    store = Store(url)
    begun = time.perf_counter()
    for number in range(_DOCUMENTS):
        arrival = Arrival(f"d{number}", f"{number:064x}", 1, "x", "batch", date(2026, 11, 21))
        with store.work() as work:
            work.documents.receive(arrival, SERVICE)
    between = time.perf_counter()
    stage = Stage("read", _nothing, _next, Limits(1.0, 1))
    for _ in range(_DOCUMENTS):
        with store.work() as work:
            claim = work.queue.claim(["read"], "bench", 30.0)
        assert isinstance(claim, Claim)
        with store.look() as work:
            kept = work.documents.get(claim.document)
        with store.work() as work:
            finished(work, claim, kept, stage, None)
    end = time.perf_counter()
    store.close()
    return _DOCUMENTS / (between - begun), _DOCUMENTS / (end - between)


def _nothing(kept: Kept, tell: object) -> None:
    """Do nothing."""


def _next(work: Work, kept: Kept, result: object) -> Next:
    return Next("done", "done")


def _idle(url: URL, folder: str, workers: int) -> float:
    """Return what part of a core ``formservice work`` takes while there is nothing to do."""
    command = _formservice(url, folder, "work", "--workers", str(workers))
    with subprocess.Popen(command) as process:
        try:
            time.sleep(15.0)  # everything is loaded
            before = _ticks(process.pid)
            time.sleep(_IDLE_S)
            return (_ticks(process.pid) - before) / _TICKS / _IDLE_S
        finally:
            process.terminate()


def _ticks(process: int) -> int:
    """Return the processor time of a process and its children, in ticks."""
    folder = Path(f"/proc/{process}")
    fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
    children = (folder / "task" / str(process) / "children").read_text("utf-8").split()
    return int(fields[11]) + int(fields[12]) + sum(_ticks(int(one)) for one in children)


if __name__ == "__main__":
    main()
