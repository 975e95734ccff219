"""Pictures on a page of a PDF, and whether people see text that stands on them."""

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium

from formservice.adapters.pdf_read.frame import Rectangle, area

# A page counts as scanned when pictures cover this part of it.
PICTURED = 0.5
_DEPTH = 4
_UNSEEN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
# Lighter, more transparent (of 255) or smaller than this, text on a picture is not seen.
_WHITE, _TRANSPARENT, _SMALLEST_PT = 235, 25, 1.0
# Of a page, what no logo covers, but a strip of a scan does.
_STRIP = 0.02


def pictures_of(page: pypdfium2.PdfPage) -> tuple[int, float]:
    """Return how many pixels the largest picture on a page has, and pixels per point of the page.

    The latter is that of the finest picture in a page that is nothing but pictures, else 0.
    """
    whole = max(page.get_width() * page.get_height(), 1.0)
    most, finest, together, drawn = 0, 0.0, 0.0, False
    for item in page.get_objects(max_depth=_DEPTH):
        if item.type != pdfium.FPDF_PAGEOBJ_IMAGE:
            drawn = drawn or _is_seen(item)
            continue
        across, down = ctypes.c_uint(), ctypes.c_uint()
        pdfium.FPDFImageObj_GetImagePixelSize(item.raw, ctypes.byref(across), ctypes.byref(down))
        pixels, covered = across.value * down.value, area(bounds(item.raw))
        most = max(most, pixels)
        together += covered
        # Scanners cut pages into strips; each has the resolution of the whole.
        if covered > _STRIP * whole:
            finest = max(finest, (pixels / covered) ** 0.5)
    alone = together >= PICTURED * whole and not drawn
    return most, finest if alone else 0.0


def _is_seen(item: pypdfium2.PdfObject) -> bool:
    """Say whether something that is no picture shows on the page."""
    if item.type == pdfium.FPDF_PAGEOBJ_TEXT:
        return shows(item.raw)
    return bool(item.type != pdfium.FPDF_PAGEOBJ_FORM)


def shows(item: object) -> bool:
    """Say whether people see a piece of text on a picture: OCR layers hide theirs in many ways.

    It has no ink, or is a clipping path only; it is white on white, or as small as a dot.
    """
    mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
    if mode in _UNSEEN:
        return False
    left, bottom, right, top = bounds(item)
    if min(right - left, top - bottom) < _SMALLEST_PT:
        # One line of full stops is as flat; nobody fills a page with them.
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    told = pdfium.FPDFPageObj_GetFillColor(
        item, ctypes.byref(red), ctypes.byref(green), ctypes.byref(blue), ctypes.byref(alpha)
    )
    if not told or mode != pdfium.FPDF_TEXTRENDERMODE_FILL:
        return True
    lightest = min(red.value, green.value, blue.value)
    return lightest < _WHITE and alpha.value > _TRANSPARENT


def bounds(item: object) -> Rectangle:
    """Return left, bottom, right and top of something drawn, in points; zeros if it has none."""
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *(ctypes.byref(edge) for edge in edges)):
        return (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = (edge.value for edge in edges)
    return (left, bottom, right, top)
