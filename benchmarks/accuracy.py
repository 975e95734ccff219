"""Risk and coverage: how much of a scan is accepted without a look, and how much of that is wrong.

``python -m benchmarks.accuracy`` reads scans made by ``benchmarks.paper`` the way ``formservice
read`` does and compares every field with the truth. With ``--truth`` it compares scans of an
office with what two people typed from them: one JSON object per line, ``{"file", "key",
"value"}``, files beside the list; ``value`` is text, a date as it is written, ``true`` or
``false``, or the options that hold. With ``--decided`` it takes what people decided at the desk
(``formservice archive calibration``): only what somebody looked at, so the share of accepted
values that are wrong is that of those. Thresholds are chosen on ``--split calibration`` only.
"""

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import NamedTuple

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import cv2

from benchmarks.paper import fonts
from benchmarks.paper.crops import crop_of
from benchmarks.paper.levels import LEVELS
from benchmarks.paper.pages import Scan, nth, services
from benchmarks.paper.real import given
from benchmarks.paper.score import Outcome, bound, outcome
from formservice.adapters.acceptance import STANDARD
from formservice.application.read_document import ReadDocument
from formservice.domain.errors import FormServiceError

ROOT = Path(__file__).parent.parent
RECEIVED = date(2026, 11, 20)
KINDS = ("date", "name", "phone", "e-mail", "address", "short", "free")
MARKS = ("tick", "choice", "signature")
LIMITS = (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95)


class Measured(NamedTuple):
    """One scan read: which form was found, its fields, and the processor time in seconds."""

    scan: str
    how: str
    level: str
    identified: str  # right, none or wrong
    seconds: float
    outcomes: list[Outcome]


class Task(NamedTuple):
    """Which scans to make."""

    split: str
    stratum: str | None
    seed: int
    keep: Path | None


def measured(scan: Scan, keep: Path | None = None) -> Measured:
    """Read one scan and compare every field on it."""
    began = time.process_time()
    try:
        documents = services().read(scan.data, received=RECEIVED)
    except FormServiceError:
        documents = []
    spent = time.process_time() - began
    names = (scan.name, scan.how, scan.level)
    found = next((one for one in documents if one.definition is not None), None)
    if found is None or found.definition is None or found.record is None:
        return Measured(*names, "none", spent, [])
    if found.definition.ref != scan.ref:
        return Measured(*names, "wrong", spent, [])
    rows = []
    for answer in scan.answers:
        read = found.record.fields[answer.key]
        row = outcome(names, answer, read)
        rows.append(row)
        if keep is not None and row.accepted and not row.right:
            kept(keep, scan, answer.key, found)
    return Measured(*names, "right", spent, rows)


def kept(folder: Path, scan: Scan, key: str, found: ReadDocument) -> None:
    """Write a wrong value that was accepted: the scan, the truth, the reading, its place."""
    if found.record is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{scan.name}{scan.suffix}").write_bytes(scan.data)
    read, answer = found.record.fields[key], scan.truth[key]
    told = {
        "scan": asdict_of(scan),
        "key": key,
        "kind": answer.kind,
        "state": answer.state,
        "truth": answer.text or list(answer.on) or answer.signed,
        "read": read.raw,
        "value": str(read.value),
        "opinions": [[one.by, one.text, one.confidence] for one in read.opinions],
        "decided": read.decided,
        "box": asdict(answer.box),
    }
    safe = re.sub(r"[^a-z0-9_]+", "-", key)
    path = folder / f"{scan.name}-{safe}.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    crop(folder / f"{scan.name}-{safe}.png", scan, key)


def asdict_of(scan: Scan) -> dict[str, object]:
    """Return what a scan is, without its bytes."""
    return {
        "name": scan.name,
        "form": str(scan.ref),
        "page": scan.page,
        "stratum": scan.stratum,
        "font": scan.font,
        "dpi": scan.dpi,
        "binary": scan.binary,
    }


def crop(path: Path, scan: Scan, key: str) -> None:
    """Write the place of a field, cut from the page as recognition lays it on the blank."""
    picture = crop_of(scan, scan.truth[key].box)
    if picture is not None:
        path.write_bytes(picture)


def one(number: int, task: Task) -> Measured:
    """Make a scan and measure it."""
    cv2.setNumThreads(1)
    return measured(nth(number, task.split, task.stratum, task.seed), task.keep)


def run(task: Task, pages: int, jobs: int) -> Iterator[Measured]:
    """Measure so many scans, in several processes."""
    work = partial(one, task=task)
    if jobs <= 1:
        yield from map(work, range(pages))
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(work, range(pages))


def share(part: int, whole: int) -> str:
    """Return a percentage, or a dash where there is nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def risk(rows: Sequence[Outcome]) -> tuple[str, str, str, str, str, str, str]:
    """Return n, right, exact, accepted, wrong of accepted, and its bound, as cells."""
    taken = [row for row in rows if row.accepted]
    wrong = sum(not row.right for row in taken)
    return (
        str(len(rows)),
        share(sum(row.right for row in rows), len(rows)),
        share(sum(row.exact for row in rows), len(rows)),
        share(len(taken), len(rows)),
        str(len(taken)),
        str(wrong),
        f"{100 * bound(wrong, len(taken)):.2f} %" if taken else "–",
    )


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is text, the others are figures."""
    lines = [f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


_COLUMNS = ("n", "right", "exact", "accepted", "accepted n", "wrong", "wrong at most (95 %)")


def strata_table(rows: Sequence[Outcome], kinds: Sequence[str], what: str) -> str:
    """Return one row per hand and level for some kinds of field together."""
    lines = []
    for how in ("typed", "hand", "real"):
        for level in (*LEVELS, "real"):
            here = [r for r in rows if (r.how, r.level) == (how, level) and r.kind in kinds]
            if here:
                lines.append((f"{how}, {level}", *risk(here)))
    return markdown((what, *_COLUMNS), lines)


def kinds_table(rows: Sequence[Outcome]) -> str:
    """Return accepted share and wrong of accepted per kind of field and level, none by hand.

    Scans of an office have a column, for nobody knows how each was treated.
    """
    printed = [row for row in rows if row.how != "hand"]
    levels = [one for one in (*LEVELS, "real") if any(row.level == one for row in printed)]
    lines = []
    for kind in (*KINDS, *MARKS):
        cells = [kind]
        for level in levels:
            here = [r for r in printed if (r.level, r.kind) == (level, kind)]
            taken = [r for r in here if r.accepted]
            wrong = sum(not r.right for r in taken)
            cells.append(f"{share(len(taken), len(here))} · {wrong}/{len(taken)}")
        lines.append(cells)
    return markdown(("accepted · wrong", *levels), lines)


def curve_table(rows: Sequence[Outcome]) -> str:
    """Return coverage and risk by limit of confidence, where both readings agree."""
    text = [row for row in rows if row.kind in KINDS and not row.blank]
    groups: tuple[tuple[str, Callable[[Outcome], bool]], ...] = (
        ("typed, clean and office", lambda r: r.how == "typed" and r.level in LEVELS[:2]),
        ("typed, copier", lambda r: r.how == "typed" and r.level == "copier"),
        ("typed, photo and heavy", lambda r: r.how == "typed" and r.level in LEVELS[3:]),
        ("hand", lambda r: r.how == "hand"),
        ("real", lambda r: r.how == "real"),
    )
    groups = tuple(one for one in groups if any(map(one[1], text)))
    lines = []
    for limit in LIMITS:
        cells = [f"{limit:.2f}"]
        for _, belongs in groups:
            here = [row for row in text if belongs(row)]
            taken = [r for r in here if r.agreed and r.confidence >= limit]
            wrong = sum(not r.right for r in taken)
            cells.append(f"{share(len(taken), len(here))} · {wrong}/{len(taken)}")
        lines.append(cells)
    return markdown(("agreed, least confidence from", *(name for name, _ in groups)), lines)


def pages_table(results: Sequence[Measured]) -> str:
    """Return per level how many pages were identified, and the processor time."""
    lines = []
    for level in dict.fromkeys(one.level for one in results):
        here = [one for one in results if one.level == level]
        told = [one.identified for one in here]
        seconds = [one.seconds for one in here if one.how != "hand"]
        lines.append(
            (
                level,
                str(len(here)),
                *(str(told.count(what)) for what in ("right", "none", "wrong")),
                f"{median(seconds):.2f}" if seconds else "–",
            )
        )
    return markdown(("pages", "n", "right", "none", "wrong", "CPU-s a typed page"), lines)


def report(results: Sequence[Measured]) -> str:
    """Return all tables."""
    rows = [row for one in results for row in one.outcomes]
    return "\n\n".join(
        [
            strata_table(rows, KINDS, "text"),
            strata_table(rows, MARKS[:2], "ticks and choices"),
            strata_table(rows, MARKS[2:], "signatures"),
            kinds_table(rows),
            curve_table(rows),
            pages_table(results),
        ]
    )


def calibrated(results: Sequence[Measured], task: Task, day: date) -> str:
    """Return what was measured in one German sentence, as the rule names it."""
    printed = [one for one in results if one.how == "typed"]
    rows = [row for one in printed for row in one.outcomes if row.kind in KINDS]
    taken = [row for row in rows if row.accepted]
    wrong = sum(not row.right for row in taken)
    most = f"{100 * bound(wrong, len(taken)):.1f}".replace(".", ",")
    return (
        f"am {day:%d.%m.%Y} an {len(printed)} erzeugten, getippten Seiten gemessen"
        f" ({task.split}, Satz {task.seed}): von {len(rows)} Texten und Tagen {len(taken)}"
        f" angenommen, davon {wrong} falsch, das heißt höchstens {most} % (95 %)"
    )


def write(results: Sequence[Measured], task: Task, text: str) -> None:
    """Put the tables between the marks in ``docs/benchmarks.md``, their sum into the rule."""
    told = calibrated(results, task, datetime.now(UTC).date())
    page = ROOT / "docs" / "benchmarks.md"
    block = f"<!-- accuracy -->\n{told}.\n\n{text}\n"
    content = page.read_text(encoding="utf-8")
    page.write_text(
        re.sub(
            r"<!-- accuracy -->.*?(?=<!-- /accuracy -->)", lambda _: block, content, flags=re.S
        ),
        encoding="utf-8",
    )
    rule = STANDARD.read_text(encoding="utf-8")
    line = re.sub(r'(?m)^calibrated: "[^"]*"$', lambda _: f'calibrated: "{told}"', rule)
    STANDARD.write_text(line, encoding="utf-8")


def decided(path: Path) -> list[Measured]:
    """Return what people decided at the desk, document by document."""
    rows: dict[str, list[Outcome]] = {}
    for line in path.read_text("utf-8").splitlines():
        told = json.loads(line)
        row = Outcome(**{**told, "doubts": tuple(told["doubts"])})
        rows.setdefault(row.scan, []).append(row)
    return [Measured(name, "real", "real", "right", 0.0, own) for name, own in rows.items()]


def main() -> None:
    """Measure and print; with ``--write`` keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--split", choices=("calibration", "evaluation"), default="evaluation")
    parser.add_argument("--stratum", help="typed, hand, a level, or typed/office …")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="write every wrong value that was accepted")
    parser.add_argument("--save", type=Path, help="write what came of every field (JSON lines)")
    parser.add_argument("--truth", type=Path, help="own scans: {file, key, value} per line")
    parser.add_argument("--decided", type=Path, help="what people decided, without values")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    task = Task(chosen.split, chosen.stratum, chosen.seed, chosen.keep)
    if chosen.decided:
        results = decided(chosen.decided)
    elif chosen.truth:
        results = [measured(scan, chosen.keep) for scan in given(chosen.truth, services())]
    else:
        gone = fonts.missing(chosen.split)
        if gone:
            named = ", ".join(f"{font.name} ({font.package})" for font in gone)
            raise SystemExit(f"Fonts missing, the figures would not compare: {named}")
        results = list(run(task, chosen.pages, chosen.jobs))
    if chosen.save:
        rows = (json.dumps(asdict(row)) for one in results for row in one.outcomes)
        chosen.save.write_text("\n".join(rows), encoding="utf-8")
    text = report(results)
    print(text)
    if chosen.write:
        write(results, task, text)


if __name__ == "__main__":
    main()
