"""Values that our own appearance streams hold beside what they draw, after fields are gone.

A program that flattens a form turns the appearance of a field into part of the page, and with it
the marked content in which the value stands character for character (see ``pdf_fill_streams``).
"""

import ctypes
from collections.abc import Iterator

import pypdfium2.raw as pdfium

from formservice.adapters.pdf_read_controls import text_string

_TAG = "FormserviceValue"
_KEY, _VALUE = b"Key", b"V"
_DEPTH = 4
_MOST_OBJECTS = 20_000
_MOST_BYTES = 4_000_000  # of one value in UTF-16


def marked_values(page: object) -> list[tuple[str, str]]:
    """Return (field key, value) for each marked text on a PDFium page."""
    found: dict[str, str] = {}
    for mark in _marks(page):
        if _name(mark) == _TAG:
            key, value = _parameter(mark, _KEY), _parameter(mark, _VALUE)
            if key and value is not None:
                found.setdefault(key, value)
    return list(found.items())


def _marks(page: object) -> Iterator[object]:
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        yield from _marks_of(pdfium.FPDFPage_GetObject(page, index), _DEPTH)


def _marks_of(item: object, depth: int) -> Iterator[object]:
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        for index in range(max(0, pdfium.FPDFPageObj_CountMarks(item))):
            yield pdfium.FPDFPageObj_GetMark(item, index)
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
        for index in range(min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
            yield from _marks_of(pdfium.FPDFFormObj_GetObject(item, index), depth - 1)


def _name(mark: object) -> str:
    # Longer names are not ours.
    buffer = ctypes.create_string_buffer(64)
    length = ctypes.c_ulong()
    wide = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    pdfium.FPDFPageObjMark_GetName(mark, wide, 64, ctypes.byref(length))
    return buffer.raw[: min(length.value, 64)].decode("utf-16-le", "replace").rstrip("\0")


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
