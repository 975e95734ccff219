"""CPU and wall time of a piece of work, the machine it ran on, tables kept in the documents."""

import os
import platform
import re
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
# One start of a program that takes seconds needs no warming up.
_FEW_RUNS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of one way of doing a thing, in milliseconds."""

    cpu: float
    wall: float


def measured(work: Callable[[], object], runs: int) -> Measured:
    """Return the medians over ``runs`` calls, after two that fill caches."""
    for _ in range(2 if runs > _FEW_RUNS else 0):
        work()
    cpu, wall = [], []
    for _ in range(runs):
        start, start_cpu = time.perf_counter(), cpu_seconds()
        work()
        cpu.append(cpu_seconds() - start_cpu)
        wall.append(time.perf_counter() - start)
    return Measured(1000 * statistics.median(cpu), 1000 * statistics.median(wall))


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def machine() -> str:
    """Return what the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    model = re.search(r"model name\s*: (.+)", text)
    name = model[1] if model else platform.processor() or platform.machine()
    return f"{os.cpu_count()} Kerne {name}, Python {platform.python_version()}"


def keep(mark: str, how: str, text: str) -> None:
    """Put a table between the marks ``mark`` in ``docs/benchmarks.md``, with day and machine."""
    page = ROOT / "docs" / "benchmarks.md"
    day = datetime.now(UTC).date().isoformat()
    block = f"<!-- {mark} -->\nGemessen am {day}: {machine()}, {how}.\n\n{text}\n"
    content = page.read_text(encoding="utf-8")
    page.write_text(
        re.sub(f"<!-- {mark} -->.*?(?=<!-- /{mark} -->)", lambda _: block, content, flags=re.S),
        encoding="utf-8",
    )
