"""Reading scanned pages beside the peers, in one run: CPU and wall time a page, and memory.

All get the same typed pages at 200 dpi, made by ``benchmarks.paper``. Run with ``make bench``;
``--write`` puts the table into ``docs/benchmarks.md``. Whole piles are measured by ``piles``.
"""

import argparse
import importlib.metadata
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

os.environ["OMP_THREAD_LIMIT"] = "1"

import cv2
import pytesseract
from PIL import Image

from benchmarks.measure import cpu_seconds, keep, machine
from benchmarks.paper import Scan, nth, services
from benchmarks.speed import RECEIVED
from formservice.application.read_document import ReadDocument
from formservice.bootstrap import Services
from formservice.domain.document import Method

DPI = 200
_LANGUAGE = "deu"
_OCRMYPDF = ("--rotate-pages", "--deskew", "--output-type", "pdf", "-l", _LANGUAGE)


def pages(count: int, *, signed: bool = False) -> list[Scan]:
    """Return typed pages at 200 dpi as an office scanner makes them.

    They are of forms that ask, or, if ``signed``, of those with a text people sign for.
    """
    texts = {one.ref for one in services().forms if one.fixed_text is not None}
    found: list[Scan] = []
    number = 0
    while len(found) < count:
        one = nth(number, "evaluation", "typed/office")
        if one.dpi == DPI and not one.binary and (one.ref in texts) is signed:
            found.append(one)
        number += 1
    return found


@dataclass
class Row:
    """One line of the table: the work, and what it took for all pages together, in seconds."""

    what: str
    pages: int
    cpu: float = 0.0
    wall: float = 0.0
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Add what the work inside takes, children included."""
        start, began = time.perf_counter(), cpu_seconds()
        yield
        self.cpu += cpu_seconds() - began
        self.wall += time.perf_counter() - start


def read(scan: Scan, readings: int | None = None) -> list[ReadDocument]:
    """Read a page to its record, and make sure that it was read no more often.

    One reading is made of pages whose first is poor, two of all others, and two more of the places
    that two leave open.
    """
    found = _reading(readings).read(scan.data, received=RECEIVED)
    seen = [one for document in found for one in document.sightings if one.method is Method.OCR]
    if readings and max((len(one.opinions) for one in seen), default=0) > readings:
        raise AssertionError("what is measured is not what is said")
    return found


@cache
def _reading(readings: int | None) -> Services:
    """Return an installation that reads no text more often, its blank forms loaded."""
    found = replace(services(), readings=readings)
    found.recognition.warm()
    return found


def tesseract(scan: Scan, folder: Path) -> None:
    """Let the Tesseract program read a page: one process, words with places."""
    file = folder / f"{scan.name}{scan.suffix}"
    file.write_bytes(scan.data)
    command = ["tesseract", str(file), "-", "-l", _LANGUAGE, "--dpi", str(DPI), "tsv"]
    subprocess.run(command, check=True, capture_output=True)


def words(scan: Scan) -> None:
    """Let pytesseract read a page: words with places."""
    with Image.open(io.BytesIO(scan.data)) as image:
        pytesseract.image_to_data(image, lang=_LANGUAGE)


def stapled(scans: Sequence[Scan], target: Path) -> Path:
    """Write the pages as one PDF of pictures, as scanners do."""
    first, *others = [Image.open(io.BytesIO(scan.data)).convert("L") for scan in scans]
    first.save(target, "PDF", save_all=True, append_images=others, resolution=DPI, quality=95)
    return target


def ocrmypdf(file: Path, *further: str, limit: bool = True) -> None:
    """Let OCRmyPDF turn, straighten and read all pages of a file in one go."""
    environment = dict(os.environ)
    if not limit:
        del environment["OMP_THREAD_LIMIT"]
    target = file.with_suffix(".out.pdf")
    command = [sys.executable, "-m", "ocrmypdf", "-q", *_OCRMYPDF, *further]
    done = subprocess.run(
        [*command, str(file), str(target)], check=False, capture_output=True, env=environment
    )
    if done.returncode:
        raise SystemExit(f"ocrmypdf: {done.stderr.decode()[-500:]}")


def side_by_side(scans: Sequence[Scan], folder: Path) -> list[Row]:
    """Return one row for each way of reading the same pages, page by page in turn."""
    count = len(scans)
    two = Row("formservice: zwei Lesungen, bis zum geprüften Datensatz", count)
    one = Row("formservice: eine Lesung, bis zum geprüften Datensatz", count)
    four = Row("formservice: zwei Lesungen, und zwei mehr von dem, was diese offenlassen", count)
    work: list[tuple[Row, Callable[[Scan], object]]] = [(two, partial(read, readings=2))]
    version = pytesseract.get_tesseract_version()
    program = Row(f"Programm tesseract {version}, ein Start je Seite, TSV", count)
    if shutil.which("tesseract"):
        work.append((program, partial(tesseract, folder=folder)))
        named = importlib.metadata.version("pytesseract")
        work.append((Row(f"pytesseract {named}, image_to_data", count), words))
    for readings in (1, 2, None):
        read(scans[0], readings)  # engine and definitions are loaded once per process
    for scan in scans:
        with one.measured():
            read(scan, 1)
        with four.measured():
            read(scan)
        for row, reading in work:
            with row.measured():
                reading(scan)
    peers = [*(row for row, _ in work[1:]), *_of_ocrmypdf(scans, folder)]
    return [two, one, four, *peers, _signed(count)]


def _signed(count: int) -> Row:
    """Return what pages take of which all printed text is compared as well; no peer does that."""
    row = Row("formservice: Einwilligungen, mit Vergleich des gedruckten Textes", count)
    for scan in pages(count, signed=True):
        with row.measured():
            read(scan)
    return row


def _of_ocrmypdf(scans: Sequence[Scan], folder: Path) -> Iterator[Row]:
    if importlib.util.find_spec("ocrmypdf") is None:
        print("OCRmyPDF fehlt: pip install ocrmypdf", file=sys.stderr)
        return
    file = stapled(scans, folder / "stapel.pdf")
    name = f"ocrmypdf {importlib.metadata.version('ocrmypdf')} --rotate-pages --deskew"
    single = Row(f"{name}, -j1, ein Faden", len(scans))
    with single.measured():
        ocrmypdf(file, "-j1")
    yield single
    default = Row(f"{name}, wie ausgeliefert", len(scans))
    with default.measured():
        ocrmypdf(file, limit=False)
    yield default


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table; the last columns compare CPU with ours."""
    two, one = rows[:2]
    lines = [
        "| Weg | CPU s/Seite | Uhr s/Seite | zwei Lesungen brauchen davon | eine Lesung |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = f"| {row.what} | {row.cpu / row.pages:.2f} | {row.wall / row.pages:.2f} |"
        if row.what.startswith("formservice"):
            lines.append(f"{cells} | |")
        else:
            lines.append(f"{cells} 1/{row.cpu / two.cpu:.1f} | 1/{row.cpu / one.cpu:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; with ``--write`` keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        text = table(side_by_side(pages(chosen.pages), Path(folder)))
    print(text)
    print(f"\n{machine()}; {chosen.pages} Seiten")
    if chosen.write:
        keep("scans", f"{chosen.pages} Seiten", text)


if __name__ == "__main__":
    main()
