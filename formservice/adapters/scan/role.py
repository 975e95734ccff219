"""What a page without a code of ours is for: an empty back, a separator, or something to read."""

from typing import TYPE_CHECKING

import zxingcpp

from formservice.adapters.scan.emptiness import Ink, ink_on, written_beside
from formservice.adapters.scan.light import evenly_lit
from formservice.adapters.scan.looks import Looked
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.sheet import straightened
from formservice.domain.document import PageRole
from formservice.domain.reference import is_separator

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

_KINDS = (
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
)
# No code is printed smaller than this many pixels on a page worth reading.
_SMALLEST_PICTURE = 150
# What shows through is as faint as this; so it is made as dark as print.
_STRETCH = 6
# How far marks of the other side spread in the paper (points).
_MARK_MARGIN = 5.0


def role_of(picture: "Grey", tools: Recognition) -> PageRole:
    """Return what a page is for on which no code of ours was found."""
    if _separates(picture):
        return PageRole.SEPARATOR
    sheet = straightened(picture)
    ink = ink_on(sheet)
    empty = ink is Ink.NONE or (ink is Ink.FAINT and _only_shown_through(sheet, tools))
    return PageRole.BLANK if empty else PageRole.CONTENT


def _separates(picture: "Grey") -> bool:
    """Say whether a barcode on the page says that it stands between documents."""
    if min(picture.shape) < _SMALLEST_PICTURE:
        return False
    kinds = zxingcpp.BarcodeFormats(_KINDS)
    return any(is_separator(one.text) for one in zxingcpp.read_barcodes(picture, formats=kinds))


def _only_shown_through(sheet: "Grey", tools: Recognition) -> bool:
    """Say whether all that is seen on a sheet is a form of ours on its other side."""
    import cv2
    import numpy as np

    darkness = 255 - np.minimum((255 - evenly_lit(sheet)).astype(np.int32) * _STRETCH, 255)
    mirrored = cv2.GaussianBlur(darkness.astype(np.uint8)[:, ::-1], (0, 0), 1.0)
    looks = Looked(np.ascontiguousarray(mirrored, dtype=np.uint8), tools).looks
    layouts = {layout.ref: layout for layout in tools.layouts()}
    for (ref, page), pose in looks.poses.items():
        template = tools.templates.page(layouts[ref], page)
        marks = template.squares if template.qr is None else (*template.squares, template.qr)
        solid = np.zeros(template.blank.shape, dtype=np.uint8)
        for rect in marks:
            solid[rect.grown(_MARK_MARGIN).pixels(solid.shape)] = 1
        shown = pose.laid_back(template.core.astype(np.uint8), sheet.shape)[:, ::-1] > 0
        marked = pose.laid_back(solid, sheet.shape)[:, ::-1] > 0
        if not written_beside(sheet, shown, marked):
            return True
    return False
