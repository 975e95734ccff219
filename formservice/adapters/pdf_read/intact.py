"""Whether a page of a PDF that shows nothing is empty, or has lost what stood on it.

PDFium leaves out what it cannot decode, without a word: such a page looks like an empty one.
"""

import ctypes
import io
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from formservice.adapters.scan.picture import is_fax_of

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_DEPTH = 4
# So far up the tree of pages it is looked for what a page names; a tree may be a ring.
_GENERATIONS = 50
# Paper, its grain and its shadows are within so many of 255 tones; print on it is not.
_TONES, _EDGES = 40, (1, 99)
_STEP = 4
_WHITE, _EVEN = 240, 0.2
_LONGEST_NAME = 64
_PACKED_PICTURES = ("DCTDecode", "DCT", "JPXDecode")
_FAX = ("CCITTFaxDecode", "CCF")
_BILEVEL = (*_FAX, "JBIG2Decode")
# Kinds of segments of JBIG2 (ITU-T T.88, 7.3): symbols, text, patterns, halftones, generic and
# refinement regions, pages and their ends, profiles, tables, colours, extensions.
_SEGMENTS = {0, 4, 6, 7, 16, 20, 22, 23, 36, 38, 39, 40, 42, 43, *range(48, 55), 62}
_UNKNOWN_LENGTH = 0xFFFFFFFF
_PICTURES = {"Do", "INLINE IMAGE"}
# What pikepdf raises on objects that are not what they should be.
_MALFORMED = (pikepdf.PdfError, RuntimeError, ValueError, TypeError)


def shows_nothing(grey: "NDArray[numpy.uint8]") -> bool:
    """Say whether a picture is so even that something may be lost; most pages are not."""
    import numpy as np

    some = grey[::_STEP, ::_STEP]
    low, high = np.percentile(some, _EDGES)
    # The rest of a JPEG that was cut short is of one grey.
    evenest = np.bincount(some.ravel(), minlength=256)[:_WHITE].max()
    return bool(high - low < _TONES or evenest > _EVEN * some.size)


def pictures_are_lost(page: pypdfium2.PdfPage, source: pikepdf.Object) -> bool:
    """Say whether a picture on the page cannot be decoded, or not wholly.

    ``source`` is the page as the file has it: PDFium does not tell how a fax is packed.
    """
    items = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH)
    return any(_is_lost(page, item, source) for item in items)


def is_written_on(source: pikepdf.Object) -> bool:
    """Say whether the contents of a page place pictures or cannot be read."""
    contents = source.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if contents is None or not parts:
        return False
    if not all(isinstance(part, pikepdf.Stream) for part in parts):
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            steps = pikepdf.parse_content_stream(source)
        return any(str(step.operator) in _PICTURES for step in steps)
    except _MALFORMED:
        return True


def has_pictures(page: pypdfium2.PdfPage) -> bool:
    """Say whether PDFium found a picture on the page, or a part of its own that may hold one."""
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
    return any(item.type in kinds for item in page.get_objects(max_depth=_DEPTH))


def _is_lost(page: pypdfium2.PdfPage, shown: pypdfium2.PdfObject, source: pikepdf.Object) -> bool:
    item = shown.raw
    bitmap = pdfium.FPDFImageObj_GetBitmap(item)
    if not bitmap:
        return True
    pdfium.FPDFBitmap_Destroy(bitmap)
    filters = _filters(item)
    if not filters or filters[-1] not in (*_PACKED_PICTURES, *_BILEVEL):
        return len(_data(item)) < _least_bytes(page, item)
    if filters[-1] in _FAX:
        return not _is_fax(shown, _data(item), source)
    if filters[-1] in _BILEVEL:
        return not _is_jbig2(_data(item))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(_data(item)), formats=("JPEG", "JPEG2000")) as picture:
                picture.load()
    except Exception:  # Pillow's decoders raise anything on broken data
        return True
    return False


def _is_fax(shown: pypdfium2.PdfObject, data: bytes, source: pikepdf.Object) -> bool:
    """Say whether the data of a fax make what is shown of it."""
    if not data or not isinstance(shown, pypdfium2.PdfImage):
        return False
    picture = shown.get_bitmap().to_pil().copy()
    kinds = _kinds_of_fax(bytes(shown.get_data()), source)
    return any(is_fax_of(picture, [data], two_ways=kind) for kind in kinds)


def _kinds_of_fax(packed: bytes, source: pikepdf.Object) -> set[bool]:
    """Return whether a fax is packed in two dimensions (T.6); both if nothing tells.

    ``packed`` is the fax as it stands in the file; ``source`` is the page that shows it.
    """
    try:
        own = [one for one in _named_by(source) if one.read_raw_bytes() == packed]
        return set[bool]().union(*map(_two_ways, own)) or {True, False}
    except _MALFORMED:
        return {True, False}


def _two_ways(fax: pikepdf.Object) -> set[bool]:
    how = fax.get("/DecodeParms")
    parts = list(how) if isinstance(how, pikepdf.Array) else [how]
    kinds = [part.get("/K", 0) for part in parts if isinstance(part, pikepdf.Dictionary)]
    kind = kinds[-1] if kinds else 0
    if isinstance(kind, bool) or not isinstance(kind, int | Decimal):
        return {True, False}
    return {kind < 0}


def _named_by(page: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the pictures that a page names, and those that its parts do, however deep."""
    seen, waiting = set(), [page]
    while waiting:
        names = _resources(waiting.pop()).get("/XObject")
        for one in names.as_dict().values() if isinstance(names, pikepdf.Dictionary) else ():
            if not isinstance(one, pikepdf.Stream) or one.objgen in seen:
                continue
            seen.add(one.objgen)
            if one.get("/Subtype") == pikepdf.Name.Form:
                waiting.append(one)
            else:
                yield one


def _resources(part: pikepdf.Object) -> pikepdf.Object:
    """Return what a page, or a part of one, calls its own; a page may have it from above."""
    for _ in range(_GENERATIONS):
        found = part.get("/Resources")
        above = part.get("/Parent")
        if isinstance(found, pikepdf.Dictionary) or not isinstance(above, pikepdf.Dictionary):
            break
        part = above
    return found if isinstance(found, pikepdf.Dictionary) else pikepdf.Dictionary()


def _is_jbig2(data: bytes) -> bool:
    """Say whether data are segments of JBIG2 from beginning to end: garbage decodes to paper."""
    place = 0
    while place < len(data):
        kind = data[place + 4 : place + 6]
        if len(kind) < 2 or kind[0] & 63 not in _SEGMENTS:
            return False
        number = int.from_bytes(data[place : place + 4], "big")
        each = 1 if number <= 256 else 2 if number <= 65_536 else 4
        count, head = kind[1] >> 5, 6
        if count == 7:
            count = int.from_bytes(data[place + 5 : place + 9], "big") & 0x1FFFFFFF
            head = 9 + (count + 8) // 8
        place += head + count * each + (4 if kind[0] & 64 else 1)
        length = data[place : place + 4]
        if len(length) < 4:
            return False
        if int.from_bytes(length, "big") == _UNKNOWN_LENGTH:
            return True
        place += 4 + int.from_bytes(length, "big")
    return bool(data) and place == len(data)


def _least_bytes(page: pypdfium2.PdfPage, item: object) -> int:
    """Return how many bytes an unpacked picture has at least; 0 if PDFium cannot tell."""
    about = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(item, page.raw, ctypes.byref(about)):
        return 0
    return int(about.width * about.bits_per_pixel // 8 * about.height)


def _filters(item: object) -> list[str]:
    found = []
    for index in range(pdfium.FPDFImageObj_GetImageFilterCount(item)):
        name = ctypes.create_string_buffer(_LONGEST_NAME)
        pdfium.FPDFImageObj_GetImageFilter(item, index, name, _LONGEST_NAME)
        found.append(name.value.decode("ascii", "replace"))
    return found


def _data(item: object) -> bytes:
    """Return a picture as its own packing has it, all other packings undone."""
    length = pdfium.FPDFImageObj_GetImageDataDecoded(item, None, 0)
    data = ctypes.create_string_buffer(max(length, 1))
    pdfium.FPDFImageObj_GetImageDataDecoded(item, data, length)
    return data.raw[:length]
