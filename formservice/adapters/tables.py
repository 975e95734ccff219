"""The cells of a CSV or XLSX file, row by row."""

import codecs
import csv
import io
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
    InputError,
    InvalidDataError,
    Problem,
    UnsupportedMediaError,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Sheet

# An error cell (#NV) is „not a number“: it must be refused by name, never printed.
Cell: TypeAlias = str | bool | int | float | date | datetime | time | None
Line: TypeAlias = tuple[int, Sequence[Cell]]

_LARGEST = 200 * 1024 * 1024  # bytes, unpacked: 100,000 rows of 2,000 characters
_LONGEST_CELL = 1_000_000  # characters; the csv module's own limit of 131,072 is too short
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel files and encrypted new ones
_DELIMITERS = (";", "\t", ",")  # German Excel writes „;“
# A formula without result, unless it is a text (``t="str"``): then the empty text is its result.
_NO_RESULT = re.compile(
    rb'<c(?![^<>]*\bt="str")[^<>]*>\s*<f\b(?:[^<>]*/>|[^<>]*>[^<>]*</f>)'
    rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_HINT = "Bitte die Liste neu als CSV (UTF-8) oder XLSX speichern."


def table(path: Path, sheet: str | None = None, *, whole: bool = False) -> Iterator[Line]:
    """Return all rows of ``path`` with their numbers, counted from 1 as a spreadsheet does.

    The content decides what the file is, not its name. ``sheet`` is the sheet of an XLSX file,
    None for the one last looked at; with ``whole`` no other may have rows then.

    Raises:
        InputError: the file is missing, damaged, encrypted, too large or of another kind.
        InvalidDataError: there is no such sheet, or there are several.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe might be waited for without end
            raise InputError(f"„{path.name}“ ist keine Datei.", _HINT)
        if path.stat().st_size > _LARGEST:
            raise DocumentTooLargeError(f"Die Liste „{path.name}“ ist zu groß.", _HINT)
        data = path.read_bytes()
    except OSError as error:
        message = f"Die Liste „{path.name}“ kann nicht gelesen werden."
        raise InputError(message, "Bitte Pfad, Schreibweise und Rechte prüfen.") from error
    if not data:
        raise EmptyDocumentError(f"Die Liste „{path.name}“ ist leer.")
    if len(data) > _LARGEST:
        raise DocumentTooLargeError(f"Die Liste „{path.name}“ ist zu groß.", _HINT)
    if data.startswith(b"PK"):
        return _xlsx(path.name, data, sheet, whole=whole)
    if sheet is not None:
        sentence = "Nur XLSX-Dateien haben Blätter mit Namen."
        raise InvalidDataError(f"„{path.name}“ hat kein solches Blatt.", [Problem("", sentence)])
    if data.startswith(_OLE):
        message = f"„{path.name}“ ist eine alte Excel-Datei (XLS) oder mit Kennwort geschützt."
        raise EncryptedDocumentError(message, _HINT)
    return _csv(path.name, data)


def _csv(name: str, data: bytes) -> Iterator[Line]:
    text = _decoded(name, data)
    # The limit is one for the whole process; it is only ever raised.
    csv.field_size_limit(max(_LONGEST_CELL, csv.field_size_limit()))
    delimiter = None
    if match := re.match(r"sep=(.)\r?\n", text):  # a line only Excel understands
        delimiter, text = match[1], text[match.end() :]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True
    )
    try:
        # All at once: a quotation mark left open must be known before the first form is made.
        return enumerate(list(reader), start=1)
    except csv.Error as error:
        if "field limit" in str(error):
            message = f"„{name}“ hat bei Zeile {reader.line_num} eine zu lange Zelle."
            raise DocumentTooLargeError(message, _HINT) from error
        message = f"„{name}“ hat bei Zeile {reader.line_num} ein Anführungszeichen zu viel."
        raise DamagedDocumentError(message, _HINT) from error


def _decoded(name: str, data: bytes) -> str:
    """Decode as UTF-8, UTF-16 with its mark, or what older German Excel writes (cp1252)."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnsupportedMediaError(f"„{name}“ ist weder CSV noch XLSX.", _HINT)


def _delimiter(text: str) -> str:
    """Return the delimiter that splits the first line into most cells."""
    first = text.lstrip("\r\n").splitlines()[:1]
    outside = re.sub(r'"[^"]*"', "", first[0]) if first else ""
    return max(_DELIMITERS, key=outside.count)


def _xlsx(name: str, data: bytes, chosen: str | None, *, whole: bool) -> Iterator[Line]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_odd_parts(name, data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drawings and drop-downs, which we do not need
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheet = _sheet(name, book, chosen, whole=whole)
            sheet.reset_dimensions()  # some programs write a size that is too small
            # All at once, so that a file broken further down makes no form at all.
            lines = [[_cell(cell) for cell in row] for row in sheet.iter_rows()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        SyntaxError,  # broken XML, in both parsers openpyxl may use
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
        RuntimeError,  # a part of the zip file has a password or an unknown packing
    ) as error:
        raise DamagedDocumentError(f"„{name}“ ist keine lesbare XLSX-Datei.", _HINT) from error
    return enumerate(lines, start=1)


def _sheet(name: str, book: "Workbook", chosen: str | None, *, whole: bool) -> "Sheet":
    """Return the sheet that is meant; InvalidDataError if that is not certain."""
    if chosen is not None:
        for one in book.worksheets:
            if one.title == chosen:
                return cast("Sheet", one)
        sentences = [f"Es gibt das Blatt „{one.title[:40]}“." for one in book.worksheets]
        problems = [Problem("", sentence) for sentence in sentences]
        raise InvalidDataError(f"„{name}“ hat kein solches Blatt.", problems)
    if whole:
        filled = [one.title[:40] for one in book.worksheets if _has_rows(cast("Sheet", one))]
        if len(filled) > 1:
            raise InvalidDataError(
                f"„{name}“ hat mehrere Blätter mit Zeilen; nur eines kann die Liste sein.",
                [Problem("", f"Blatt „{one}“ hat Zeilen.") for one in filled],
                "Bitte mit --sheet sagen, welches es ist, oder die anderen löschen.",
            )
    found = book.active if hasattr(book.active, "iter_rows") else book.worksheets[0]
    return cast("Sheet", found)


def _has_rows(sheet: "Sheet") -> bool:
    sheet.reset_dimensions()
    return any(cell.value is not None for row in sheet.iter_rows() for cell in row)


def _refuse_odd_parts(name: str, data: bytes) -> None:
    """Refuse what would fill the memory, and formulas whose result nobody has computed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(item.file_size for item in archive.infolist()) > _LARGEST:
            raise DocumentTooLargeError(f"„{name}“ ist ausgepackt zu groß.", _HINT)
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and _NO_RESULT.search(archive.read(part)):
                raise InvalidDataError(
                    f"„{name}“ enthält Formeln ohne Ergebnis.",
                    [Problem("", "Ein Programm hat Formeln geschrieben, aber nicht berechnet.")],
                    "Bitte die Liste in Excel oder LibreOffice öffnen und neu speichern.",
                )


def _cell(cell: "ReadOnlyCell | EmptyCell") -> Cell:
    """Return what the cell shows: text without escapes, post codes with their zeros."""
    from openpyxl.utils.escape import unescape

    value = cell.value
    if cell.data_type == "e":
        return math.nan
    if isinstance(value, str):
        return str(unescape(value)) if "_x" in value else value
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        zeros = re.fullmatch("0+", str(cell.number_format))
        return str(int(value)).zfill(len(zeros[0]) if zeros else 0)
    return cast(Cell, value)  # all types left are cells; openpyxl has no types of its own
