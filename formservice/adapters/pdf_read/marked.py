"""Values that our own appearance streams hold beside what they draw, after fields are gone.

A program that flattens a form turns the appearance of a field into part of the page, and with it
the marked content in which the value stands character for character (see ``pdf_fill.streams``).
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from formservice.adapters import pdf_names
from formservice.adapters.pdf_read.controls import text_string
from formservice.application.extract import CONTINUED

_KEY, _VALUE, _GOES_ON = b"Key", b"V", b"GoesOn"
_DEPTH = 4
_MOST_OBJECTS = 20_000
_MOST_BYTES = 4_000_000  # of one value in UTF-16


@dataclass(frozen=True, slots=True)
class Marked:
    """What the marked content of a page tells.

    ``values`` are (field key, value), with the sign of a continuation where a sheet holds more;
    ``breaks`` say where a line was ended on purpose, as
    (across, up, how often) in units of the file.
    """

    values: Sequence[tuple[str, str]] = ()
    breaks: Sequence[tuple[float, float, int]] = ()


def marked(page: object) -> Marked:
    """Return the values and line breaks that the texts of a PDFium page are marked with."""
    values: dict[str, str] = {}
    breaks: list[tuple[float, float, int]] = []
    for item in _texts(page):
        for index in range(max(0, pdfium.FPDFPageObj_CountMarks(item))):
            mark = pdfium.FPDFPageObj_GetMark(item, index)
            name = _name(mark)
            if name == pdf_names.VALUE:
                key, value = _parameter(mark, _KEY), _parameter(mark, _VALUE)
                if key and value is not None:
                    sign = CONTINUED if _is_set(mark, _GOES_ON) else ""
                    values.setdefault(key, f"{value}{sign}")
            elif name == "Span":
                # A break drawn as an empty glyph; poppler keeps it so when it prints.
                text = _parameter(mark, b"ActualText")
                if text and not text.strip("\n"):
                    breaks.append((*_origin(item), len(text)))
    return Marked(tuple(values.items()), breaks)


def _texts(page: object) -> Iterator[object]:
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        yield from _texts_of(pdfium.FPDFPage_GetObject(page, index), _DEPTH)


def _texts_of(item: object, depth: int) -> Iterator[object]:
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        yield item
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
        for index in range(min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
            yield from _texts_of(pdfium.FPDFFormObj_GetObject(item, index), depth - 1)


def _origin(item: object) -> tuple[float, float]:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
    return matrix.e, matrix.f


def _name(mark: object) -> str:
    # Longer names are not ours.
    buffer = ctypes.create_string_buffer(64)
    length = ctypes.c_ulong()
    wide = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    pdfium.FPDFPageObjMark_GetName(mark, wide, 64, ctypes.byref(length))
    return buffer.raw[: min(length.value, 64)].decode("utf-16-le", "replace").rstrip("\0")


def _is_set(mark: object, key: bytes) -> bool:
    number = ctypes.c_int()
    read = pdfium.FPDFPageObjMark_GetParamIntValue
    return bool(read(mark, key, ctypes.byref(number))) and number.value != 0


def _parameter(mark: object, key: bytes) -> str | None:
    length = ctypes.c_ulong()
    # As bytes: PDFium's own decoding of these strings loses what is not ASCII.
    read = pdfium.FPDFPageObjMark_GetParamBlobValue
    if not read(mark, key, None, 0, ctypes.byref(length)) or length.value > _MOST_BYTES:
        return None
    buffer = (ctypes.c_ubyte * length.value)()
    if not read(mark, key, buffer, length.value, ctypes.byref(length)):
        return None
    return text_string(bytes(buffer))
