"""Speed side by side with the peers, in one run: CPU and wall, medians, as a Markdown table.

Run with ``make bench``; ``--write`` puts the table into ``docs/benchmarks.md`` with machine and
date. Every pair does the same work on the same form and values; peers are used as their own
documentation shows.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from lxml import etree

from benchmarks import peers
from benchmarks.measure import Measured, keep, machine, measured
from formservice.adapters.pdf_read.reader import PdfReader
from formservice.adapters.word.loops import grown
from formservice.adapters.word.package import Package
from formservice.adapters.word.read import WordReader
from formservice.application.documents import documents
from formservice.application.extract import extract
from formservice.application.identify import candidate
from formservice.application.ports import OpenDocument, Reader
from formservice.application.seen import seen_on
from formservice.bootstrap import Services, Settings
from formservice.domain.copies import reshaped
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.record import Record
from formservice.domain.values import shown, ticks, values_from_data
from tests.adapters.pdf_filled import flattened
from tests.sample_cases import FEEDBACKBOGEN, INTEGRATIONSFOERDERPLAN

RECEIVED = date(2026, 3, 27)
_ERWARTUNGEN: dict[str, object] = {
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
_FEEDBACK = next(case for case in FEEDBACKBOGEN if case.name == "zzz-tester").values
# (title, form, values); a form with hardly anything in it is read, too.
CASES: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("Erwartungsbogen", "erwartungsbogen", _ERWARTUNGEN),
    ("Feedbackbogen", "feedbackbogen", _FEEDBACK),
    ("fast leerer Feedbackbogen", "feedbackbogen", {"name": "Özdemir"}),
)
_PLAN = next(case for case in INTEGRATIONSFOERDERPLAN if case.name == "fuenf-ziele").values
_GOALS = 5
PLAN = ("Plan mit fünf Zielen", "integrationsfoerderplan", _PLAN)
# One LibreOffice start takes seconds; three are enough to see that it is not milliseconds.
_OFFICE_RUNS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a piece of work, ours, and a peer's if there is one."""

    what: str
    ours: Measured
    peer: str = ""
    theirs: Measured | None = None


class Bench:
    """The comparisons, each over the same number of runs."""

    def __init__(self, services: Services, runs: int) -> None:
        """Build what is built once per process: readers, definitions as candidates."""
        self._services = services
        self._runs = runs
        self._candidates = [candidate(one) for one in services.forms]
        self._word = WordReader()
        self._pdf = PdfReader(lambda ref: services.template(ref, "form.pdf"))

    def rows(self) -> Iterator[Row]:
        """Yield every comparison."""
        yield from self.generating()
        for title, form, values in (*CASES, PLAN):
            yield from self.reading(title, form, values)

    def generating(self) -> Iterator[Row]:
        """Yield the rows about writing one form, and one whose groups repeat."""
        services, runs = self._services, self._runs
        make = services.generate
        for title, form, values in (CASES[0], PLAN):
            definition = services.forms.get(form)
            fillable = make.one(definition, values, "pdf")
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                word = services.template(definition.ref, "form.docx")
                context = peers.context_of(_texts(definition, values))
                yield Row(
                    f"DOCX erzeugen, {title}",
                    measured(partial(make.one, definition, values, "docx"), runs),
                    _named("docxtpl"),
                    measured(peers.docxtpl_fill(word, context, folder), runs),
                )
                ours = measured(partial(make.one, definition, values, "pdf"), runs)
                theirs = measured(peers.pypdf_fill(self._blank(definition), fillable), runs)
                yield Row(f"PDF erzeugen, {title}", ours, _named("pypdf"), theirs)
                if shutil.which("soffice"):
                    filled = make.one(definition, values, "docx")
                    theirs = measured(peers.office(filled, folder), _OFFICE_RUNS)
                    yield Row(f"PDF erzeugen, {title}", ours, "LibreOffice aus DOCX", theirs)

    def _blank(self, definition: FormDefinition) -> bytes:
        """Return the blank form as pypdf finds it, with room for all items of the plan.

        pypdf copies no pages for further items: it is given a print that has them.
        """
        if not definition.members:
            return self._services.template(definition.ref, "form.pdf")
        last = {f"ziele[{_GOALS - 1}].wiedervorlage": "2026-12-14"}
        return self._services.generate.one(definition, last, "pdf")

    def reading(self, title: str, form: str, values: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows about reading one filled form in three media."""
        definition, make = self._services.forms.get(form), self._services.generate
        word = make.one(definition, values, "docx")
        fillable = make.one(definition, values, "pdf")
        flat = flattened(fillable)
        work: tuple[tuple[str, Reader, bytes, str, Callable[[bytes], object]], ...] = (
            ("DOCX", self._word, word, "python-docx", peers.docx_values),
            ("PDF-Formular", self._pdf, fillable, "pypdf", peers.pypdf_values),
            ("flaches PDF", self._pdf, flat, "pdfplumber", peers.pdfplumber_words),
        )
        for medium, reader, data, peer, read in work:
            yield Row(
                f"{medium} lesen, {title}",
                measured(partial(self.values, reader, data), self._runs),
                _named(peer),
                measured(partial(read, data), self._runs),
            )
        yield Row(
            f"DOCX nur auspacken und parsen, {title}", measured(lambda: parsed(word), self._runs)
        )
        ours = measured(partial(self.values, self._word, word), self._runs)
        text = measured(partial(self.everything, word), self._runs)
        theirs = measured(partial(peers.docx_everything, word), self._runs)
        peer = f"{_named('python-docx')}, aller Text"
        yield Row(f"DOCX lesen, {title}", ours, peer, theirs)
        yield Row(f"DOCX lesen mit allem Text, {title}", text, peer, theirs)
        for medium, _, data, _, _ in work:
            whole = partial(self._services.read, data, received=RECEIVED)
            yield Row(f"{medium} lesen und prüfen, {title}", measured(whole, self._runs))

    def values(self, reader: Reader, data: bytes) -> Record:
        """Read to values, as ``formservice read`` does before it checks them."""
        with reader.open(data) as opened:
            return self._record(opened)

    def everything(self, word: bytes) -> tuple[Record, str]:
        """Read to values and take out all other text as well."""
        with self._word.open(word) as opened:
            text = "\n".join(block.text for page in opened.pages for block in page.blocks)
            return self._record(opened), text

    def _record(self, opened: OpenDocument) -> Record:
        found = documents(opened.pages, self._candidates)[0]
        definition = self._services.forms.get(str(found.identity.ref))
        return extract(*seen_on(opened, found.pages, definition))

    def agrees(self) -> bool:
        """Say whether what is measured as reading gives what the use case gives."""
        for _, form, values in (*CASES, PLAN):
            definition, make = self._services.forms.get(form), self._services.generate
            word = make.one(definition, values, "docx")
            fillable = make.one(definition, values, "pdf")
            for reader, data in (
                (self._word, word),
                (self._pdf, fillable),
                (self._pdf, flattened(fillable)),
            ):
                whole = self._services.read(data, received=RECEIVED)[0]
                if self.values(reader, data) != whole.record:
                    return False
        return True


def _texts(definition: FormDefinition, data: Mapping[str, object]) -> dict[str, str]:
    """Return what stands in every control of a Word form, blank rows of lists included."""
    values = values_from_data(definition, data)
    texts: dict[str, str] = {}
    for field in reshaped(definition, grown(definition, values)).fields:
        value = values.get(field.key)
        if field.kind in (FieldKind.CHOICE, FieldKind.TICK):
            texts |= {key: "☒" if on else "☐" for key, on in ticks(field, value).items()}
        else:
            texts[field.key] = "" if value is None else shown(field, value)
    return texts


def parsed(word: bytes) -> object:
    """Unpack the main document and parse it: no reading of a Word file can do with less."""
    package = Package(word)
    return package.parse(package.main)


def _named(peer: str) -> str:
    return f"{peer} {peers.VERSIONS[peer]}"


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table; the last column is CPU, ours to theirs."""
    lines = [
        "| Arbeit | wir CPU ms | wir Uhr ms | Vergleich | CPU ms | Uhr ms | Anteil CPU |",
        "|---|---:|---:|---|---:|---:|---:|",
    ]
    for row in rows:
        ours = f"| {row.what} | {row.ours.cpu:.2f} | {row.ours.wall:.2f} |"
        if row.theirs is None:
            lines.append(f"{ours} – | | | |")
        else:
            theirs = f"{row.peer} | {row.theirs.cpu:.1f} | {row.theirs.wall:.1f}"
            lines.append(f"{ours} {theirs} | 1/{row.theirs.cpu / row.ours.cpu:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and with ``--write`` keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    bench = Bench(Services(Settings.from_environment()), chosen.runs)
    if not bench.agrees():
        raise SystemExit("Das gemessene Lesen liest anders als „formservice read“.")
    text = table(bench.rows())
    print(text)
    print(f"\n{machine()}; lxml {etree.__version__}; Mediane aus {chosen.runs} Läufen")
    if chosen.write:
        keep("speed", f"Mediane aus {chosen.runs} Läufen", text)


if __name__ == "__main__":
    main()
