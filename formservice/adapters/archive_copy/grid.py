"""Tables of the structure tree as grids: how wide each row is, with cells that span others."""

from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters.archive_copy.tree import elements, kids

_CELLS = ("/TD", "/TH")


def tables(pdf: pikepdf.Pdf) -> Sequence[pikepdf.Object]:
    """Return the tables of a file."""
    return [one for one in elements(pdf.Root.StructTreeRoot) if str(one.S) == "/Table"]


def attribute(element: pikepdf.Object, name: str) -> object:
    """Return an attribute of an element, None if it has none of that name."""
    attributes = element.get("/A", Dictionary())
    for item in attributes if isinstance(attributes, Array) else [attributes]:
        if isinstance(item, Dictionary) and name in item:
            return item[name]
    return None


def widths(table: pikepdf.Object) -> list[int]:
    """Return how many columns each row fills."""
    filled: list[set[int]] = []
    rows = [one for one in elements(table) if str(one.S) == "/TR"]
    for number, row in enumerate(rows):
        while len(filled) <= number:
            filled.append(set())
        column = 0
        for cell in cells(row):
            while column in filled[number]:
                column += 1
            wide, high = _span(cell, "/ColSpan"), _span(cell, "/RowSpan")
            for below in range(number, min(number + high, len(rows))):
                while len(filled) <= below:
                    filled.append(set())
                filled[below] |= set(range(column, column + wide))
            column += wide
    return [len(one) for one in filled]


def cells(row: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the cells of a row."""
    return [
        one for one in kids(row) if isinstance(one, Dictionary) and str(one.get("/S")) in _CELLS
    ]


def completed(pdf: pikepdf.Pdf) -> None:
    """Give label cells the width back that they lost when they were made header cells.

    The one header cell of a row that is too narrow takes the columns that are missing.
    """
    for table in tables(pdf):
        found = widths(table)
        rows = [one for one in elements(table) if str(one.S) == "/TR"]
        for row, width in zip(rows, found, strict=True):
            missing = max(found) - width
            heads = [
                one
                for one in cells(row)
                if str(one.S) == "/TH" and attribute(one, "/ColSpan") is None
            ]
            if missing and len(heads) == 1:
                _widened(heads[0], missing + 1)


def _widened(cell: pikepdf.Object, columns: int) -> None:
    old = cell.get("/A", Array())
    attributes = list(old) if isinstance(old, Array) else [old]
    table = next((one for one in attributes if one.get("/O") == "/Table"), None)
    if table is None:
        table = Dictionary(O=Name.Table)
        attributes.append(table)
    table.ColSpan = columns
    cell.A = Array(attributes)


def _span(cell: pikepdf.Object, name: str) -> int:
    told = attribute(cell, name)
    return 1 if told is None else int(told)  # type: ignore[call-overload]  # a number in PDF
