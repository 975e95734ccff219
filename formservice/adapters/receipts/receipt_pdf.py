"""The receipt of what was handed in: a tagged PDF/A of one or two pages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any  # findings have the shape of the JSON contract

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters.archive_copy.envelope import Described, sealed
from formservice.adapters.archive_copy.sheets import Sheets
from formservice.application.submitting import Receipt
from formservice.application.terms import MET, UNKNOWN
from formservice.domain.form import Severity
from formservice.domain.frist import OFFICE_TIME, shown

_TITLE = "Eingangsbestätigung"
_LATER = "Eingangsbestätigung über eine Berichtigung"
_SAYS = (
    "Diese Bestätigung sagt, dass {authority} den unten genannten Bogen elektronisch erhalten hat."
    " Über den Inhalt ist damit nicht entschieden."
)
_HOW = (
    "Die Prüfsummen (SHA-256) beweisen, welche Datei und welcher Stand der Angaben eingereicht"
    " wurden: Jede Änderung ergäbe eine andere Prüfsumme. Bitte heben Sie diese Bestätigung auf."
)
_OPEN = {
    Severity.BLOCKS: "fehlt oder ist zu berichtigen",
    Severity.ASKS: "bitte prüfen",
    Severity.NOTES: "Hinweis",
}


class ReceiptPdf:
    """Makes receipts in the name of an office."""

    def __init__(self, authority: str, titles: Mapping[str, str]) -> None:
        """Write in the name of ``authority``; ``titles`` says what forms are called."""
        self._authority = authority
        self._titles = titles

    def __call__(self, receipt: Receipt) -> bytes:
        """Return the receipt, the same bytes for the same submission."""
        made, kept = receipt.submission, receipt.kept
        title = _TITLE if receipt.number == 1 else _LATER
        sheets = Sheets(title)
        sheets.paragraph(_SAYS.format(authority=self._authority))
        form = receipt.reading.get("form") or {}
        named = self._titles.get(str(form.get("id")), "nicht erkannt")
        at = datetime.fromtimestamp(made.at, OFFICE_TIME)
        sheets.facts(
            [
                ("Empfänger", self._authority),
                ("Eingereicht am", at.strftime("%d.%m.%Y um %H:%M:%S Uhr")),
                ("Tag des Eingangs", shown(kept.received)),
                ("Eingereicht von", receipt.person),
                ("Formular", f"{named}, Ausgabe {form['edition']}" if form else named),
                ("Datei", kept.name or UNKNOWN),
                ("Kennung des Vorgangs", kept.id),
                ("Kennung der Einreichung", made.id),
                ("Fassung der Angaben", str(made.version)),
            ]
        )
        sheets.heading("Prüfsummen (SHA-256)")
        sheets.facts([("Eingereichte Datei", made.original or UNKNOWN), ("Angaben", made.sha256)])
        sheets.paragraph(_HOW, small=True)
        _findings(sheets, receipt.reading.get("findings") or ())
        _deadlines(sheets, receipt.reading.get("deadlines") or ())
        return _sealed(sheets, title, made.id, made.at)


def _findings(sheets: Sheets, findings: Sequence[Mapping[str, Any]]) -> None:
    sheets.heading("Was bei der Einreichung offen war")
    rows = [
        (_OPEN[Severity(one["severity"])], str(one.get("message") or one["code"]))
        for one in findings
        if one.get("severity") in set(Severity)
    ]
    if rows:
        sheets.table(("Art", "Befund"), rows, (24, 76))
    else:
        sheets.paragraph("Nichts: Der Bogen war vollständig.")


def _deadlines(sheets: Sheets, deadlines: Sequence[Mapping[str, Any]]) -> None:
    if not deadlines:
        return
    sheets.heading("Fristen")
    rows = [
        (
            str(one.get("title") or one["key"]),
            shown(date.fromisoformat(one["due"])),
            MET[one.get("met")],
        )
        for one in deadlines
    ]
    sheets.table(("Frist", "Ende", "Ergebnis"), rows, (60, 20, 20))


def _sealed(sheets: Sheets, title: str, identifier: str, at: float) -> bytes:
    with pikepdf.new() as pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, ParentTreeNextKey=0))
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array()))
        root.K = Array(
            [pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))]
        )
        pdf.Root.StructTreeRoot = root
        sheets.add_to(pdf, f"{title} · {identifier}")
        described = Described(title, "Einreichung über das Portal", identifier, at, part=2)
        return sealed(pdf, described, [])
