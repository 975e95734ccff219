"""Speed side by side with the peers, in one run: CPU and wall, medians, as a Markdown table.

Run with ``make bench``; ``--write`` puts the table into ``docs/benchmarks.md`` with machine and
date. Every pair does the same work on the same form and values; peers are used as their own
documentation shows.
"""

import argparse
import io
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import docxtpl
import pdfplumber
import pypdf
from lxml import etree

from formservice.bootstrap import Services, Settings
from tests.make_samples import flattened

ROOT = Path(__file__).parent.parent
FORM = "erwartungsbogen"
RECEIVED = date(2026, 3, 27)
VALUES: dict[str, object] = {
    "name": "Özdemir-Müller",
    "vorname": "Ayşe",
    "geschlecht": "W",
    "anschrift": "Seibigstraße 2\n37133 Friedland",
    "geburtsdatum": "1986-05-21",
    "telefon": "0551 18888",
    "email": "ayse@example.org",
    "ifk_name": "Frau Sommer",
    "ifk_telefon": "0551 5550100",
    "ifk_email": "sommer@example.org",
    "projektname": "Werkstatt für alle",
    "traeger": "Träger „Neue Wege“ & Söhne",
    "teilnahme_von": "2026-01-05",
    "teilnahme_bis": "2026-06-30",
    "formular_datum": "2026-01-02",
    "erwartungen": "Ich möchte bis Ende Mai meinen Führerschein machen.\n" * 6,
    "fahrkosten": "ja",
    "fahrkosten_mittel": ["oepnv"],
    "gesetzliche_betreuung": "nein",
}
# One LibreOffice start takes seconds; three are enough to see that it is not milliseconds.
_OFFICE_RUNS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of one way of doing a thing, in milliseconds."""

    cpu: float
    wall: float


def measured(work: Callable[[], object], runs: int) -> Measured:
    """Return the medians over ``runs`` calls, after two that fill caches."""
    for _ in range(2 if runs > _OFFICE_RUNS else 0):
        work()
    cpu, wall = [], []
    for _ in range(runs):
        start, start_cpu = time.perf_counter(), _cpu()
        work()
        cpu.append(_cpu() - start_cpu)
        wall.append(time.perf_counter() - start)
    return Measured(1000 * statistics.median(cpu), 1000 * statistics.median(wall))


def _cpu() -> float:
    """Return the CPU seconds of this process and its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def jinja_template(form: bytes) -> bytes:
    """Return the Word form as docxtpl wants it: every text control replaced by ``{{ key }}``."""
    document = docx.Document(io.BytesIO(form))
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    for control in list(document.element.body.iter(f"{word}sdt")):
        tag = control.find(f"{word}sdtPr/{word}tag").get(f"{word}val")
        content = control.find(f"{word}sdtContent")
        texts = list(content.iter(f"{word}t"))
        for text in texts[1:]:
            text.text = ""
        if texts:
            texts[0].text = "{{ " + tag.replace(".", "_") + " }}"
        for child in list(content):
            control.addprevious(child)
        control.getparent().remove(control)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pairs(services: Services, runs: int) -> Iterator[tuple[str, str, Measured, Measured]]:
    """Yield (what, peer, ours, theirs) for everything compared."""
    definition = services.forms.get(FORM)
    make = services.generate

    word = make.one(definition, VALUES, "docx")
    fillable = make.one(definition, VALUES, "pdf")
    flat = flattened(fillable)
    with tempfile.TemporaryDirectory() as folder:
        yield (
            "DOCX erzeugen",
            f"docxtpl {docxtpl.__version__}",
            measured(lambda: make.one(definition, VALUES, "docx"), runs),
            measured(_docxtpl(services.template(definition.ref, "form.docx"), Path(folder)), runs),
        )
        blank = services.template(definition.ref, "form.pdf")
        ours = measured(lambda: make.one(definition, VALUES, "pdf"), runs)
        yield (
            "PDF erzeugen",
            f"pypdf {pypdf.__version__}",
            ours,
            measured(_pypdf_fill(blank, fillable), runs),
        )
        if shutil.which("soffice"):
            office = measured(_office(word, Path(folder)), _OFFICE_RUNS)
            yield "PDF erzeugen", "LibreOffice aus DOCX", ours, office
    yield (
        "DOCX lesen",
        "python-docx",
        measured(lambda: services.read(word, received=RECEIVED), runs),
        measured(lambda: _walk(word), runs),
    )
    yield (
        "PDF-Formular lesen",
        "pypdf",
        measured(lambda: services.read(fillable, received=RECEIVED), runs),
        measured(lambda: pypdf.PdfReader(io.BytesIO(fillable)).get_fields(), runs),
    )
    yield (
        "flaches PDF lesen",
        f"pdfplumber {pdfplumber.__version__}",
        measured(lambda: services.read(flat, received=RECEIVED), runs),
        measured(lambda: _words(flat), runs),
    )


def _docxtpl(form: bytes, folder: Path) -> Callable[[], object]:
    """Return docxtpl's work: load, render, save, with the escaping it needs to be right."""
    template = jinja_template(form)
    context = {key.replace(".", "_"): str(value) for key, value in VALUES.items()}

    def work() -> None:
        document = docxtpl.DocxTemplate(io.BytesIO(template))
        document.render(context, autoescape=True)
        document.save(folder / "peer.docx")

    return work


def _pypdf_fill(blank: bytes, fillable: bytes) -> Callable[[], object]:
    """Return pypdf's work: clone, fill every page, make appearances."""
    fields = pypdf.PdfReader(io.BytesIO(fillable)).get_fields() or {}
    values = {name: field["/V"] for name, field in fields.items() if field.get("/V") is not None}

    def work() -> None:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
        for page in writer.pages:
            writer.update_page_form_field_values(page, values, auto_regenerate=False)
        writer.write(io.BytesIO())

    return work


def _office(word: bytes, folder: Path) -> Callable[[], object]:
    """Return LibreOffice's work: the filled Word file to PDF, one start per document."""
    source = folder / "office.docx"
    source.write_bytes(word)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    return lambda: subprocess.run([*command, str(source)], check=True, capture_output=True)


def _walk(word: bytes) -> int:
    """Read all text of a Word file with python-docx, paragraphs and tables."""
    document = docx.Document(io.BytesIO(word))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return sum(map(len, texts))


def _words(flat: bytes) -> int:
    with pdfplumber.open(io.BytesIO(flat)) as document:
        return sum(len(page.extract_words()) for page in document.pages)


def table(rows: list[tuple[str, str, Measured, Measured]]) -> str:
    """Return the rows as a Markdown table; the last column is CPU, ours to theirs."""
    lines = [
        "| Arbeit | wir CPU ms | wir Uhr ms | Vergleich | CPU ms | Uhr ms | Anteil CPU |",
        "|---|---:|---:|---|---:|---:|---:|",
    ]
    for what, peer, ours, theirs in rows:
        lines.append(
            f"| {what} | {ours.cpu:.2f} | {ours.wall:.2f} | {peer} | {theirs.cpu:.1f}"
            f" | {theirs.wall:.1f} | 1/{theirs.cpu / ours.cpu:.1f} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Return what the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    model = re.search(r"model name\s*: (.+)", text)
    name = model[1] if model else platform.processor() or platform.machine()
    return f"{os.cpu_count()} Kerne {name}, Python {platform.python_version()}"


def main() -> None:
    """Measure, print, and with ``--write`` keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    services = Services(Settings.from_environment())
    text = table(list(pairs(services, chosen.runs)))
    print(text)
    print(f"\n{machine()}; lxml {etree.__version__}; Mediane aus {chosen.runs} Läufen")
    if chosen.write:
        write(text, chosen.runs)


def write(text: str, runs: int) -> None:
    """Put the table between the marks in ``docs/benchmarks.md``."""
    page = ROOT / "docs" / "benchmarks.md"
    day = datetime.now(UTC).date().isoformat()
    block = (
        f"<!-- speed -->\nGemessen am {day}: {machine()}, Mediane aus {runs} Läufen.\n\n{text}\n"
    )
    content = page.read_text(encoding="utf-8")
    page.write_text(
        re.sub(r"<!-- speed -->.*?(?=<!-- /speed -->)", lambda _: block, content, flags=re.S),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
