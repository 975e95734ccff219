"""A form with every awkward place a control can stand in, and its definition."""

from docx.oxml import parse_xml
from docx.shared import Mm

from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Option
from tests.adapters.word_forms import add_marks, empty_form, saved, write

_SHADE = (
    '<w:shd xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'w:val="clear" w:color="auto" w:fill="E8EEF4"/>'
)
_TEXTS = (
    "alone",
    "vorname",
    "nested",
    "inline",
    "kopf",
    "umbruch",
    "nach_tab",
    "frei",
    "verbunden",
)
_DATES = ("von", "bis", "links", "rechts")

DEFINITION = FormDefinition(
    ref=FormRef("pruefform", "2026-01"),
    title="Prüfform",
    language="de-DE",
    marks=("Prüfform",),
    fields=(
        *(Field(key, FieldKind.TEXT, key.title(), key.title()) for key in _TEXTS),
        *(Field(key, FieldKind.DATE, key.title(), key.title()) for key in _DATES),
        Field("antwort", FieldKind.MULTILINE, "Antwort", "Antwort"),
        Field("einzeln", FieldKind.TICK, "Einzeln", "Einzeln"),
        Field(
            "wahl",
            FieldKind.CHOICE,
            "Wahl",
            "Wahl",
            options=(Option("ja", "ja"), Option("nein", "nein")),
        ),
        Field("unterschrift", FieldKind.SIGNATURE, "Unterschrift", "Unterschrift"),
    ),
)


def stress_form() -> bytes:
    """Return the Word file of ``DEFINITION``."""
    document = empty_form()
    add_marks(document)
    document.add_heading("Prüfform", 0)
    document.add_heading("Angaben", 1)
    table = document.add_table(8, 2, "Table Grid")
    write(table.cell(0, 0).paragraphs[0], "Kopfzelle: ", ("kopf", "text"))
    table.cell(0, 1).text = "Kopf rechts"
    table.cell(1, 0).text = "Allein"
    table.rows[1].height = Mm(8)
    write(table.cell(1, 1).paragraphs[0], ("alone", "text"))
    write(table.cell(2, 0).paragraphs[0], "Vorname: ", ("vorname", "text"))
    write(table.cell(2, 1).paragraphs[0], "von ", ("von", "date"), " bis ", ("bis", "date"))
    _shade(table.cell(2, 1)._tc)
    table.cell(3, 0).text = "Antwort"
    table.rows[3].height = Mm(30)
    write(table.cell(3, 1).paragraphs[0], ("antwort", "multiline"))
    inner = table.cell(4, 0).add_table(1, 2)
    inner.style = "Table Grid"
    inner.cell(0, 0).text = "Innen"
    write(inner.cell(0, 1).paragraphs[0], ("nested", "text"))
    inner.rows[0].height = Mm(9)
    long = "Eine sehr lange Beschriftung, nach der das Feld auf die nächste Zeile umbricht: "
    write(table.cell(4, 1).paragraphs[0], long, ("umbruch", "text"))
    write(table.cell(5, 0).paragraphs[0], ("wahl.ja", "tick"), " ja   ", ("wahl.nein", "tick"))
    table.cell(5, 0).paragraphs[0].add_run(" nein")
    write(table.cell(5, 1).paragraphs[0], ("links", "date"))
    write(table.cell(5, 1).add_paragraph(), ("rechts", "date"))
    merged = table.cell(6, 0).merge(table.cell(7, 0))
    write(merged.paragraphs[0], ("verbunden", "text"))
    write(table.cell(6, 1).paragraphs[0], "Mit Tabulator:\t", ("nach_tab", "text"))
    write(table.cell(7, 1).paragraphs[0], "Mitten ", ("inline", "text"), " im Satz.")
    write(document.add_paragraph(), "Ohne Tabelle: ", ("frei", "text"))
    write(document.add_paragraph(), ("einzeln", "tick"), " Einzeln")
    signatures = document.add_table(1, 1)
    signatures.rows[0].height = Mm(14)
    write(signatures.cell(0, 0).paragraphs[0], ("unterschrift", "signature"))
    document.add_paragraph("Unterschrift")
    return saved(document)


def _shade(cell: object) -> None:
    cell.get_or_add_tcPr().append(parse_xml(_SHADE))  # type: ignore[attr-defined]
