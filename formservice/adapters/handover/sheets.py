"""Tables for spreadsheets, row by row: CSV as German Excel reads it, and XLSX.

The same rows give the same bytes, and a million rows need no more memory than one. No cell is
ever a formula, whatever somebody wrote into a form.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape

BOM = b"\xef\xbb\xbf"
# What a spreadsheet takes for the beginning of a formula, or for one behind a blank.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def csv_line(cells: Iterable[str], delimiter: str = ";") -> str:
    """Return a line of a CSV file."""
    line = io.StringIO()
    told = (harmless(one.replace("\0", "\N{REPLACEMENT CHARACTER}")) for one in cells)
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(told)
    return line.getvalue()


class CsvSheet:
    """A CSV file: UTF-8 with its mark, semicolons."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to ``file``."""
        self._file = file
        self._file.write(BOM)

    def row(self, cells: Sequence[str]) -> None:
        """Write a row."""
        self._file.write(csv_line(cells).encode("utf-8", "replace"))


class XlsxSheet:
    """The only sheet of an XLSX file; ``parts`` are what lies beside it."""

    name = "xl/worksheets/sheet1.xml"

    def __init__(self, file: BinaryIO) -> None:
        """Write to ``file``."""
        self._file = file
        self._count = 0
        self._file.write(f"{_HEAD}<worksheet {_MAIN}><sheetData>".encode())

    def row(self, cells: Sequence[str]) -> None:
        """Write a row; every cell is a text."""
        self._count += 1
        told = "".join(
            f'<c t="inlineStr"><is><t xml:space="preserve">{escape(xml_text(one))}</t></is></c>'
            for one in cells
        )
        self._file.write(f'<row r="{self._count}">{told}</row>'.encode("utf-8", "replace"))

    def end(self) -> None:
        """Write what comes after the last row."""
        self._file.write(b"</sheetData></worksheet>")


def xml_text(text: str) -> str:
    """Return a text with „\N{REPLACEMENT CHARACTER}“ for what XML cannot hold."""
    return "".join(one if is_xml(one) else "\N{REPLACEMENT CHARACTER}" for one in text)


def is_xml(one: str) -> bool:
    """Say whether a character may stand in XML."""
    code = ord(one)
    return (
        one in "\t\n\r"
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS: Mapping[str, str] = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/{XlsxSheet.name}" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship'
    f' Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Register" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}
"""What an XLSX file holds besides its sheet, by name."""
