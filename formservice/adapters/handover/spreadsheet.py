"""A small table as a file for spreadsheets: CSV as German Excel reads it, or XLSX."""

import io
import zipfile
from collections.abc import Sequence

from formservice.adapters.handover.sheets import PARTS, CsvSheet, XlsxSheet
from formservice.application.exporting import Kind


def spreadsheet(kind: Kind, rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a file; the same rows give the same bytes, and no cell is a formula."""
    file = io.BytesIO()
    if kind is Kind.CSV:
        table = CsvSheet(file)
        for row in rows:
            table.row(row)
        return file.getvalue()
    sheet = XlsxSheet(file)
    for row in rows:
        sheet.row(row)
    sheet.end()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as book:
        parts = {name: part.encode() for name, part in PARTS.items()}
        for name, part in {**parts, XlsxSheet.name: file.getvalue()}.items():
            book.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return whole.getvalue()
