"""Whole piles through ``formservice intake``: pages a second with all cores, and memory.

``python -m benchmarks.piles`` takes in 60 mixed documents; ``--pages 1000`` as many piles as make
1,000 pages, to see that memory does not grow with them. ``--write`` keeps the table in
``docs/benchmarks.md``. The scans are made before; ``--made`` takes a folder of those made earlier.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.measure import keep, machine

_DOCUMENTS = 20  # of one file
_MARKS = (100, 250, 500, 750, 1_000)
_MEGABYTE = 1024**2
_DONE = re.compile(r"(\d+) von \d+ Seiten")


def made(seed: int, folder: Path, documents: int) -> int:
    """Write one pile of documents and return its number of pages."""
    from benchmarks.paper.batch import Pile, batch  # noqa: PLC0415 - in the child, which ends

    pile = Pile(duplex=seed % 3 == 2, shuffled=seed % 2 == 1)
    result = batch(documents, pile, split="evaluation", seed=seed)
    (folder / f"stapel-{seed:03}.pdf").write_bytes(result.data)
    return len(result.leaves)


def make(folder: Path, pages: int, documents: int) -> int:
    """Write piles until there are so many pages or documents; return the number of pages."""
    count = seed = 0
    with get_context("spawn").Pool(os.cpu_count() or 1, maxtasksperchild=1) as pool:
        while count < pages if pages else not seed:
            each = _DOCUMENTS if pages else documents
            seeds = range(seed, seed + (4 if pages else 1))
            count += sum(pool.map(partial(made, folder=folder, documents=each), seeds))
            seed = seeds.stop
    return count


def counted(folder: Path) -> int:
    """Return how many pages the piles in a folder have."""
    from pypdfium2 import PdfDocument  # noqa: PLC0415 - with --made only

    count = 0
    for file in sorted(folder.glob("stapel-*.pdf")):
        with PdfDocument(file) as document:
            count += len(document)
    return count


@dataclass
class Watch:
    """What a process and its children hold, in bytes, and how many pages were done by then."""

    seen: list[tuple[int, int, int]] = field(default_factory=list)
    done: int = 0
    over: bool = False

    def errors(self, stream: list[str], pipe: object) -> None:
        """Read what the program tells of its progress."""
        for line in iter(pipe.readline, ""):  # type: ignore[attr-defined]  # a text pipe
            stream.append(line)
            found = _DONE.search(line)
            self.done = int(found[1]) if found else self.done

    def memory(self, process: int) -> None:
        """Look every half second until it is over."""
        while not self.over:
            own, children = resident(process), [resident(one) for one in children_of(process)]
            self.seen.append((self.done, own, max(children, default=0)))
            time.sleep(0.5)

    def by(self, first: int, last: int) -> tuple[int, int]:
        """Return the most the process, and one child, held from page ``first`` to ``last``."""
        here = [one for one in self.seen if first <= one[0] <= last]
        return max((one[1] for one in here), default=0), max((one[2] for one in here), default=0)


def resident(process: int) -> int:
    """Return the resident memory of a process without what it shares with files, in bytes."""
    try:
        for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def children_of(process: int) -> list[int]:
    """Return the processes a process has started and that still run."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8")
    except OSError:
        return []
    return [int(one) for one in told.split()]


def taken_in(folder: Path) -> tuple[Watch, float, float, dict[str, int]]:
    """Take in a folder; return what was watched, CPU and wall seconds, and the account."""
    watch = Watch()
    told: list[str] = []
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile("w+") as answer:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        program = subprocess.Popen(
            [sys.executable, "-m", "formservice.cli.main", "intake", str(folder), "--json"],
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "FORMSERVICE_DATA": data, "OMP_THREAD_LIMIT": "1"},
        )
        watchers = (
            threading.Thread(target=watch.errors, args=(told, program.stderr)),
            threading.Thread(target=watch.memory, args=(program.pid,)),
        )
        for one in watchers:
            one.start()
        status = program.wait()
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        watch.over = True
        for one in watchers:
            one.join()
        if status > 1:
            raise SystemExit(f"intake: {''.join(told)[-800:]}")
        answer.seek(0)
        report = json.load(answer)[-1]["report"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return watch, cpu, wall, report


def table(watch: Watch, pages: int, cpu: float, wall: float) -> str:
    """Return what a batch took as a Markdown table."""
    lines = [
        "| Seiten | Seiten je Sekunde | CPU s/Seite | Hauptprozess | größter Kindprozess |",
        "|---:|---:|---:|---:|---:|",
    ]
    first = 0
    for mark in (one for one in _MARKS if one < pages):
        own, child = watch.by(first, mark)
        lines.append(f"| bis {mark} | | | {own // _MEGABYTE} MB | {child // _MEGABYTE} MB |")
        first = mark
    own, child = watch.by(first, pages)
    lines.append(
        f"| {pages}, zusammengefügt und abgelegt | {pages / wall:.2f} | {cpu / pages:.2f} |"
        f" {own // _MEGABYTE} MB | {child // _MEGABYTE} MB |"
    )
    return "\n".join(lines)


def main() -> None:
    """Make piles, take them in, print; with ``--write`` keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=60, help="in one file")
    parser.add_argument("--pages", type=int, default=0, help="in many files")
    parser.add_argument("--made", type=Path, help="folder with piles of many files")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.made or Path(temporary)
        count = counted(folder) or make(folder, chosen.pages, chosen.documents)
        watch, cpu, wall, report = taken_in(folder)
    if report["pages_in"] != count:
        raise SystemExit(f"{count} Seiten gegeben, {report['pages_in']} gezählt")
    text = table(watch, count, cpu, wall)
    account = (
        f"{report['pages_in']} Seiten = {report['pages_filed']} abgelegt"
        f" + {report['pages_rejected']} nicht abgelegt, {report['documents']} Dokumente"
    )
    print(f"{text}\n\n{account}\n{machine()}")
    if chosen.write:
        mark = "piles-memory" if chosen.pages or chosen.made else "piles"
        keep(mark, account, text)


if __name__ == "__main__":
    main()
