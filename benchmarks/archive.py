"""What an archive takes: forms from a list, files taken in, backups, the start of a command.

``python -m benchmarks.archive`` prints three tables; ``--write`` keeps them in
``docs/benchmarks.md``. What waiting workers take is measured by ``benchmarks.work``.
"""

import argparse
import csv
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from benchmarks.measure import ROOT, keep
from formservice.adapters.store.engine import embedded
from tests.store import postgres

_NAMES = ("Nguyen", "Kowalska", "Haddad", "Öztürk", "Müller-Lüdenscheidt", "Demir", "Șerban")
_FIRST = ("Ana", "Bo", "Chinwe", "Dilan", "Élodie", "Farid")
_WORDS = ("Bewerbungen", "geschrieben", "Termine", "eingehalten", "Deutsch", "geübt", "und")
_FORM = "feedbackbogen"
_STARTS = 7


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took; memory is the most that it itself held."""

    seconds: float
    cpu: float
    megabytes: float


def main() -> None:
    """Measure everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep the tables in the documents")
    options.add_argument("--forms", type=int, default=10_000, help="how many forms are made")
    options.add_argument("--files", type=int, default=300, help="how many of them are taken in")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _made(folder, given.forms)
        files = sorted((folder / "forms").glob("*.pdf"))[: given.files]
        tables = (
            ("liste", f"{_FORM}, ein Prozess", made),
            ("annahme", f"{given.files} ausgefüllte PDF-Formulare", _taken_in(folder, files)),
            ("start", f"Median aus {_STARTS} Starts", _started(folder)),
        )
    for mark, how, table in tables:
        print(f"{table}\n")
        if given.write:
            keep(mark, how, table)


def _made(folder: Path, count: int) -> str:
    """Make PDFs from lists of a tenth and of the whole length."""
    rows = ["| PDF aus einer Liste | Sekunden | CPU s | CPU ms je PDF | Speicher |"]
    rows += ["|---:|---:|---:|---:|---:|"]
    for some in (count // 10, count):
        _invented(folder / "list.csv", some)
        shutil.rmtree(folder / "forms", ignore_errors=True)
        asked = ("--list", "list.csv", "--format", "pdf", "-o", "forms")
        done = _run(folder, "generate", _FORM, *asked)
        assert sum(1 for _ in (folder / "forms").iterdir()) == some
        numbers = f"{done.seconds:.1f} | {done.cpu:.1f} | {1000 * done.cpu / some:.1f}"
        rows.append(f"| {some} | {numbers} | {done.megabytes:.0f} MB |")
    return "\n".join(rows)


def _invented(file: Path, count: int) -> None:
    """Write a list of people who are not."""
    chance = random.Random(7)  # noqa: S311 - no secrets
    with file.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, delimiter=";")
        lines.writerow(["name", "vorname", "q3_erreicht"])
        for number in range(count):
            told = " ".join(chance.choices(_WORDS, k=chance.randint(5, 60)))
            name = f"{chance.choice(_NAMES)} {number}"
            lines.writerow([name, chance.choice(_FIRST), told])


def _taken_in(folder: Path, files: Sequence[Path]) -> str:
    rows = [
        "| Datenbank | angenommen/s | gelesen/s, 1 Arbeiter | 2 Arbeiter"
        " | sichern | noch einmal | prüfen | wiederherstellen |"
    ]
    rows += ["|---|---:|---:|---:|---:|---:|---:|---:|"]
    for name in ("SQLite", "PostgreSQL"):
        if name == "PostgreSQL" and postgres.programs() is None:
            continue
        rates: list[float] = []
        kept: list[float] = []
        for workers in (1, 2):
            with _installed(name, folder) as settings:
                received = _run(folder, "intake", "--later", *map(str, files), settings=settings)
                count = ("--workers", str(workers))
                work = _run(folder, "work", "--once", *count, settings=settings)
                rates.append(len(files) / work.seconds)
                kept = kept or _kept(name, folder, settings)
        told = f"{len(files) / received.seconds:.0f} | {rates[0]:.1f} | {rates[1]:.1f}"
        rows.append(f"| {name} | {told} | " + " | ".join(f"{one:.1f} s" for one in kept) + " |")
    return "\n".join(rows)


def _kept(name: str, folder: Path, settings: dict[str, str]) -> list[float]:
    """Return how long backing up, the same again, proving and restoring took."""
    target = str(folder / "backups")
    try:
        done = [_run(folder, "backup", target, settings=settings) for _ in range(2)]
        done.append(_run(folder, "backup", "--check", target, settings=settings))
        with _installed(name, folder, migrate=False) as empty:
            done.append(_run(folder, "restore", target, settings=empty))
    finally:
        shutil.rmtree(target, ignore_errors=True)
    return [one.seconds for one in done]


def _started(folder: Path) -> str:
    rows = ["| Befehl | Sekunden | CPU s | Speicher |", "|---|---:|---:|---:|"]
    with _installed("SQLite", folder) as settings:
        for arguments in (("--version",), ("archive", "list"), ("work", "--once")):
            runs = [_run(folder, *arguments, settings=settings) for _ in range(_STARTS)]
            seconds, cpu, memory = (
                statistics.median(values)
                for values in zip(*((r.seconds, r.cpu, r.megabytes) for r in runs), strict=True)
            )
            told = f"{seconds:.2f} | {cpu:.2f} | {memory:.0f} MB"
            rows.append(f"| `formservice {' '.join(arguments)}` | {told} |")
    return "\n".join(rows)


@contextmanager
def _installed(name: str, folder: Path, *, migrate: bool = True) -> Iterator[dict[str, str]]:
    """Yield the settings of an installation of its own with nothing in it."""
    with tempfile.TemporaryDirectory(dir=folder) as own, _database(name, folder, own) as url:
        address = url.set(drivername=url.get_backend_name())
        settings = {
            "FORMSERVICE_DATA": f"{own}/data",
            "FORMSERVICE_DATABASE_URL": address.render_as_string(hide_password=False),
        }
        if migrate:
            _run(folder, "migrate", settings=settings)
        yield settings


@contextmanager
def _database(name: str, folder: Path, own: str) -> Iterator[URL]:
    if name == "SQLite":
        yield embedded(Path(own) / "data")
    else:
        with postgres.database(folder) as url:
            yield url


def _run(folder: Path, *arguments: str, settings: dict[str, str] | None = None) -> Run:
    """Run a command to its end, which must be a good one."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "formservice.cli.main", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(settings or {})},
        stdout=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (arguments[0], process.returncode)
    return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
