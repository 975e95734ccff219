"""The pictures of scanned pages, put into another PDF without changing a pixel.

A JPEG, and pictures (one, or strips of one) that alone make a page of a PDF, stay byte by byte;
other picture files are unpacked and packed again without loss. Only a page of a PDF on which more
is drawn, or which is coloured for a press, is drawn anew; what was done is told.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary

from formservice.adapters.archive_copy.picture_files import (
    COLOURS,
    Matrix,
    PagePicture,
    SourcePage,
    fingerprint,
    from_file,
    packed,
)
from formservice.adapters.scan.picture import MOST_PIXELS, is_picture
from formservice.application.transfervermerk import Pictured
from formservice.domain.errors import DamagedDocumentError, DocumentTooLargeError

# What may stand on a page that is nothing but a picture; text there is a hidden layer.
_BESIDE = """
q Q cm Do gs g G rg RG w J j M d i ri BMC BDC EMC MP DP BX EX
BT ET Tf Tr Tm Td TD T* Tc Tw Tz TL Ts Tj TJ ' "
"""
_HARMLESS = frozenset(_BESIDE.split())
_SHOWS = frozenset(("Tj", "TJ", "'", '"'))
_COLOURING = frozenset(("g", "rg"))
_UNSEEN = 3
_KEPT_FILTERS = {
    "/DCTDecode": "JPEG",
    "/FlateDecode": "Flate",
    "/CCITTFaxDecode": "CCITT",
    "/JBIG2Decode": "JBIG2",
    "/RunLengthDecode": "RunLength",
}
_DRAWN_DPI = 300
# Flags of an annotation (ISO 32000-2, 12.5.3): hidden, and not viewed.
_NOT_SHOWN = 0b100010
_POINTS_PER_INCH = 72


def taken_over(pdf: pikepdf.Pdf, source: SourcePage) -> PagePicture:
    """Put the picture of a page into ``pdf``.

    Raises:
        InputError: the file is damaged or too large, or no picture and no PDF.
    """
    if is_picture(source.data):
        return from_file(pdf, source)
    with pikepdf.open(io.BytesIO(source.data)) as other:
        if not 0 < source.page <= len(other.pages):
            raise DamagedDocumentError(f"Seite {source.page} gibt es in der Datei nicht.")
        page = other.pages[source.page - 1]
        found = () if _is_written_on(page) else _only_pictures(page)
        if found:
            return _copied(pdf, other, page, found, source)
        return _drawn(pdf, page, source)


@dataclass(frozen=True, slots=True)
class _Found:
    """The picture a page of a PDF is made of, and how it is laid on the paper."""

    image: pikepdf.Object
    matrix: Matrix


class _Follower:
    """Follows the operators of a page as long as it can be one picture."""

    def __init__(self, resources: pikepdf.Object) -> None:
        self._pictures = resources.get("/XObject", Dictionary())
        self._stack: list[tuple[pikepdf.Matrix, int]] = [(pikepdf.Matrix(), 0)]
        self._is_coloured = False
        self.laid: list[_Found] = []

    def takes(self, name: str, operands: Sequence[object]) -> bool:
        """Take one operator; False if the page is more than a picture."""
        matrix, mode = self._stack[-1]
        if name == "q":
            self._stack.append((matrix, mode))
        elif name == "Q":
            self._stack.pop()
            return bool(self._stack)
        elif name == "cm":
            numbers = [float(str(one)) for one in operands]
            self._stack[-1] = (pikepdf.Matrix(*numbers) @ matrix, mode)
        elif name == "Tr":
            self._stack[-1] = (matrix, int(str(operands[0])))
        elif name == "Do":
            return self._lays(str(operands[0]), matrix)
        elif name in _COLOURING:
            self._is_coloured = True
        return name in _HARMLESS and (name not in _SHOWS or mode == _UNSEEN)

    def _lays(self, name: str, matrix: pikepdf.Matrix) -> bool:
        image = self._pictures.get(name)
        if image is None or not _stays(image) or (self._is_coloured and image.get("/ImageMask")):
            return False
        place = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
        self.laid.append(_Found(image, place))
        return True


def _is_written_on(page: pikepdf.Page) -> bool:
    """Say whether stamps, notes or fields are shown over what a page is made of."""
    listed = page.obj.get("/Annots", Array())
    try:
        return any(
            "/AP" in one and not int(one.get("/F", 0)) & _NOT_SHOWN
            for one in (listed if isinstance(listed, Array) else ())
            if isinstance(one, Dictionary)
        )
    except (pikepdf.PdfError, ValueError, TypeError):
        return True


def _only_pictures(page: pikepdf.Page) -> Sequence[_Found]:
    """Return the picture, or its strips, if that is all of a page, and may stay as it is."""
    follower = _Follower(page.obj.get("/Resources", Dictionary()))
    try:
        for step in pikepdf.parse_content_stream(page):
            if not follower.takes(str(step.operator), list(step.operands)):
                return ()
    except (pikepdf.PdfError, ValueError, TypeError):
        return ()
    return follower.laid


def _stays(image: pikepdf.Object) -> bool:
    """Say whether PDF/A lets a picture stay as it is."""
    if str(image.get("/Subtype")) != "/Image" or "/Alternates" in image or "/OPI" in image:
        return False
    filters = image.get("/Filter", Array())
    listed = list(filters) if isinstance(filters, Array) else [filters]
    if len(listed) != 1 or str(listed[0]) not in _KEPT_FILTERS:
        return False
    return bool(image.get("/ImageMask")) or _simple(image.get("/ColorSpace"))


def _simple(space: pikepdf.Object | None) -> bool:
    if space is None:
        return False
    if isinstance(space, Array):
        kind = str(space[0])
        if kind == "/ICCBased":
            return int(space[1].get("/N", 0)) in (1, 3)
        if kind == "/Indexed":
            return _simple(space[1])
        return kind in ("/CalGray", "/CalRGB")
    return str(space) in ("/DeviceGray", "/DeviceRGB")


def _copied(
    pdf: pikepdf.Pdf,
    other: pikepdf.Pdf,
    page: pikepdf.Page,
    found: Sequence[_Found],
    source: SourcePage,
) -> PagePicture:
    laid = []
    for one in found:
        image = one.image if one.image.is_indirect else other.make_indirect(one.image)
        copied = pdf.copy_foreign(image)
        for gone in ("/Interpolate", "/Metadata", "/StructParent", "/OC", "/Name"):
            if gone in copied:
                del copied[gone]
        laid.append((copied, one.matrix))
    largest, matrix = max(laid, key=lambda one: int(one[0].Width) * int(one[0].Height))
    strips = "" if len(laid) == 1 else f", {len(laid)} Streifen"
    width, height = int(largest.Width), int(largest.Height)
    told = Pictured(
        source.page,
        fingerprint(source.data),
        width,
        height if len(laid) == 1 else sum(int(one.Height) for one, _ in laid),
        _dpi(matrix, width, height),
        _colours(largest),
        f"unverändert übernommen ({_filter(largest)}{strips})",
    )
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    turn = int(page.obj.get("/Rotate", 0)) % 360
    return PagePicture(tuple(laid), (left, bottom, right, top), turn, told)


def _dpi(matrix: Matrix, width: int, height: int) -> tuple[int, int] | None:
    a, b, c, d, _, _ = matrix
    across, down = (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5
    if not across or not down:
        return None
    inch = _POINTS_PER_INCH
    return round(width * inch / across), round(height * inch / down)


def _filter(image: pikepdf.Object) -> str:
    filters = image.Filter
    return _KEPT_FILTERS[str(filters[0] if isinstance(filters, Array) else filters)]


def _colours(image: pikepdf.Object) -> str:
    if image.get("/ImageMask") or int(image.get("/BitsPerComponent", 8)) == 1:
        return COLOURS["1"]
    space = image.ColorSpace
    name = str(space[0]) if isinstance(space, Array) else str(space)
    if name == "/ICCBased":
        return COLOURS["L" if int(space[1].N) == 1 else "RGB"]
    return COLOURS["L" if "Gray" in name else "RGB"]


def _drawn(pdf: pikepdf.Pdf, page: pikepdf.Page, source: SourcePage) -> PagePicture:
    """Draw a page of several parts anew."""
    import pypdfium2  # noqa: PLC0415 (only pages of several parts need it)

    document = pypdfium2.PdfDocument(source.data)
    try:
        document.init_forms()  # else fields are not drawn
        shown = document[source.page - 1]
        width, height = shown.get_size()
        scale = _DRAWN_DPI / _POINTS_PER_INCH
        if width * height * scale * scale > MOST_PIXELS:
            raise DocumentTooLargeError(f"Seite {source.page} der PDF-Datei ist zu groß.")
        image = shown.render(scale=scale).to_pil().convert("RGB")
    finally:
        document.close()
    if all(one == image.getchannel(0) for one in image.split()):
        image = image.getchannel(0)
    stream = packed(pdf, image)
    kept = (
        f"mit {_DRAWN_DPI} dpi neu gezeichnet, weil die Seite nicht nur aus Bildern besteht,"
        " die PDF/A so zulässt"
    )
    across, down = image.size
    dpi = (_DRAWN_DPI, _DRAWN_DPI)
    colours = COLOURS[image.mode]
    told = Pictured(source.page, fingerprint(source.data), across, down, dpi, colours, kept)
    return PagePicture(((stream, (width, 0, 0, height, 0, 0)),), (0, 0, width, height), 0, told)


def originals(sources: Sequence[SourcePage]) -> tuple[bytes, ...]:
    """Return the files that pages come from, each once, in their order."""
    return tuple(dict.fromkeys(one.data for one in sources))
