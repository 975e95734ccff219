"""What is drawn on the pages of a PDF, through PDFium: characters, kind of page, pictures.

PDFium must not be entered by two threads of a process at once; ``isolation.run_isolated`` gives
each document a process of its own.
"""

import ctypes
import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from formservice.adapters.pdf_read.frame import Frame, Rectangle, area
from formservice.adapters.pdf_read.intact import (
    has_pictures,
    is_written_on,
    pictures_are_lost,
    shows_nothing,
)
from formservice.adapters.pdf_read.marked import marked
from formservice.adapters.pdf_read.pictures import PICTURED, bounds, pictures_of, shows
from formservice.adapters.pdf_read.text import Run, glyph_runs, with_breaks
from formservice.domain.document import Medium
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EncryptedDocumentError,
)

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from PIL import Image

_POINTS_PER_INCH = 72
# A3 at 600 dpi. The picture is made in grey: one byte a pixel.
_MOST_PIXELS = 80_000_000
# More pixels along the page tell nothing (300 dpi on A4), as with picture files.
_LONGEST_SIDE = 3_700
_MOST_OBJECTS = 20_000
_DEPTH = 4
# A page counts as scanned when pictures cover it (``PICTURED``) and at most this many characters
# stand on top: scanners stamp a line, people type a few
# answers into a picture, while letter paper as background carries a page of text (1,500).
_FEW_CHARACTERS = 400
_KEPT = 64  # pages whose characters are kept, about 300 kB each
_BLANK = 32
_INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


# Characters that tell nothing: glyphs without a code, or with a private one.
MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a page yields: its text, what kind of page it is, values marked in it."""

    runs: Sequence[Run] = ()
    medium: Medium = Medium.TEXT
    values: Sequence[tuple[str, str]] = ()


class Drawing:
    """The drawn side of one open PDF; PDFium reads the file when it is first asked."""

    def __init__(self, data: bytes, pdf: pikepdf.Pdf) -> None:
        """Keep the file; ``pdf`` mends it should PDFium refuse the original."""
        self._data = data
        self._pdf = pdf
        self._document: pypdfium2.PdfDocument | None = None
        self._looks: dict[int, Look] = {}
        self._loaded: tuple[int, pypdfium2.PdfPage] | None = None
        self._fielded = False

    def look(self, index: int, view: Frame) -> Look:
        """Return the text of the page with this index (from 0) and what kind of page it is.

        A text layer laid invisibly over (or under) a picture is somebody's OCR and not trusted;
        such a page is a scan, and so is one lying on its side: pictures are turned upright. A
        page PDFium cannot load has no text.
        """
        found = self._looks.get(index)
        if found is None:
            found = self._look(index, view)
            if len(self._looks) >= _KEPT:
                self._looks.pop(next(iter(self._looks)))
            self._looks[index] = found
        return found

    def grey(self, index: int, dpi: float) -> "NDArray[numpy.uint8]":
        """Return the page as people see it, upright, 0 black to 255 white.

        A picture over the page comes out in its own resolution, as far as that is of use, drawn
        things at ``dpi``.
        """
        page = self._page(index)
        if page is None:
            raise DamagedDocumentError(f"Seite {index + 1} der PDF-Datei ist nicht lesbar.")
        wide, high = page.get_size()
        pixels, own = pictures_of(page)
        if pixels > _MOST_PIXELS:
            raise DocumentTooLargeError(
                f"Das Bild auf Seite {index + 1} der PDF-Datei hat mehr als"
                f" {_MOST_PIXELS // 1_000_000} Millionen Bildpunkte."
            )
        asked = dpi / _POINTS_PER_INCH
        # What is coarser than half of what is asked for is enlarged: print needs its pixels.
        scale = min(own if own > asked / 2 else asked, _LONGEST_SIDE / max(wide, high, 1.0))
        if wide * high * scale * scale > _MOST_PIXELS:
            raise DocumentTooLargeError(f"Seite {index + 1} der PDF-Datei ist zu groß.")
        if own:
            self._without_text(page)
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            grey: NDArray[numpy.uint8] = bitmap.to_numpy().copy()
            if shows_nothing(grey) and self._has_lost(index, page):
                raise DamagedDocumentError(
                    f"Das Bild auf Seite {index + 1} der PDF-Datei ist beschädigt."
                )
            return grey
        finally:
            bitmap.close()
            if own:
                self._unload()

    def is_bare(self, index: int) -> bool:
        """Say whether nothing at all is drawn on a page."""
        page = self._page(index)
        return page is not None and not pdfium.FPDFPage_CountObjects(page.raw)

    def is_lost(self, index: int) -> bool:
        """Say whether nothing is drawn on a page that has contents."""
        page = self._page(index)
        if page is None:
            return True
        return self.is_bare(index) and is_written_on(self._pdf.pages[index].obj)

    def _has_lost(self, index: int, page: pypdfium2.PdfPage) -> bool:
        if has_pictures(page):
            return pictures_are_lost(page, self._pdf.pages[index].obj)
        return is_written_on(self._pdf.pages[index].obj)

    @staticmethod
    def _without_text(page: pypdfium2.PdfPage) -> None:
        """Take the text nobody sees out of a page in memory: white text eats into the picture."""
        for item in list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1)):
            page.remove_obj(item)

    def patch(
        self,
        index: int,
        view: Frame,
        seen: Rectangle,
        size: tuple[int, int],
        *,
        fields: bool = False,
    ) -> bytes:
        """Return a piece of a page in grey, row by row; nothing if the page is unreadable.

        ``seen`` is the piece in points of the upright page, ``size`` its width and height in
        pixels: a piece of a scaled print comes out in the size of the original. With ``fields``
        form fields show what they hold.
        """
        columns, rows = size
        if fields:
            self._with_fields()
        page = self._page(index)
        if page is None:
            return b""
        # PDFium lays the whole page out in (start, size); the bitmap is the window on it.
        across = columns / (seen[2] - seen[0])
        down = rows / (seen[3] - seen[1])
        bitmap = pypdfium2.PdfBitmap.new_native(columns, rows, pdfium.FPDFBitmap_Gray)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, columns, rows)
        place = (
            -round(seen[0] * across),
            -round(seen[1] * down),
            round(view.width * across),
            round(view.height * down),
            0,
            pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE,
        )
        pdfium.FPDF_RenderPageBitmap(bitmap.raw, page.raw, *place)
        if fields and self._opened().formenv is not None:
            pdfium.FPDF_FFLDraw(self._opened().formenv.raw, bitmap.raw, page.raw, *place)
        data, stride = bytes(bitmap.buffer), bitmap.stride
        bitmap.close()
        if stride == columns:
            return data
        return b"".join(data[row * stride : row * stride + columns] for row in range(rows))

    def shown(self, index: int, longest: int) -> "Image.Image":
        """Return a page as a viewer shows it, in its colours, with what form fields hold.

        ``longest`` is the length of its longer side in pixels. DamagedDocumentError if there is
        no such page; DocumentTooLargeError if its picture has too many pixels.
        """
        self._with_fields()
        page = self._page(index)
        if page is None:
            raise DamagedDocumentError(f"Seite {index + 1} der PDF-Datei ist nicht lesbar.")
        if pictures_of(page)[0] > _MOST_PIXELS:
            raise DocumentTooLargeError(f"Das Bild auf Seite {index + 1} ist zu groß.")
        wide, high = page.get_size()
        bitmap = page.render(scale=longest / max(wide, high, 1.0))
        try:
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            return picture
        finally:
            bitmap.close()

    def _with_fields(self) -> None:
        if not self._fielded:
            self._unload()  # PDFium draws the fields of pages it loads from now on
            self._opened().init_forms()
            self._fielded = True

    def close(self) -> None:
        """Release what PDFium holds."""
        self._unload()
        if self._document is not None:
            self._document.close()
            self._document = None

    def _look(self, index: int, view: Frame) -> Look:
        page = self._page(index)
        if page is None:
            return Look()
        text = page.get_textpage()
        try:
            marks = marked(page.raw)
            runs = with_breaks(glyph_runs(text, view), marks.breaks, view)
            medium = Medium.SCAN if _lies_on_its_side(text, view) else _medium(page, text, runs)
            return Look(runs, medium, marks.values)
        finally:
            text.close()

    def _page(self, index: int) -> pypdfium2.PdfPage | None:
        """Return a page, the last one kept: parsing it takes longer than reading its text."""
        if self._loaded is not None and self._loaded[0] == index:
            return self._loaded[1]
        document = self._opened()
        self._unload()
        try:
            page = document[index]
        except (pypdfium2.PdfiumError, IndexError):
            return None
        self._loaded = (index, page)
        return page

    def _unload(self) -> None:
        if self._loaded is not None:
            self._loaded[1].close()
            self._loaded = None

    def _opened(self) -> pypdfium2.PdfDocument:
        if self._document is None:
            self._document = self._open()
        return self._document

    def _open(self) -> pypdfium2.PdfDocument:
        try:
            document = pypdfium2.PdfDocument(self._data)
            if len(document) == len(self._pdf.pages):
                return document
            document.close()
        except pypdfium2.PdfiumError:
            pass
        # qpdf mends more than PDFium does; what it read is written out afresh.
        mended = io.BytesIO()
        try:
            with warnings.catch_warnings():
                # pikepdf warns of fields that lost their form; they are of no use here.
                warnings.simplefilter("ignore")
                self._pdf.save(mended)
            return pypdfium2.PdfDocument(mended.getvalue())
        except (pypdfium2.PdfiumError, pikepdf.PdfError, RuntimeError, ValueError) as error:
            raise DamagedDocumentError("Die PDF-Datei ist beschädigt.") from error


def mended(data: bytes) -> bytes:
    """Return a broken file written out afresh by PDFium.

    Raises EncryptedDocumentError if it is locked, PdfiumError if PDFium cannot read it either.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise EncryptedDocumentError("Die PDF-Datei ist verschlüsselt.") from error
        raise
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def _medium(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, runs: list[Run]) -> Medium:
    whole = max(page.get_width() * page.get_height(), 1.0)
    order: dict[int, int] = {}
    pictures = 0.0
    last_picture = -1
    drawn = pdfium.FPDFPage_CountObjects(page.raw)
    for position in range(min(drawn, _MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page.raw, position)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            order[_address(item)] = position
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE or (
            kind == pdfium.FPDF_PAGEOBJ_FORM and _holds_picture(item, _DEPTH)
        ):
            covered = min(1.0, area(bounds(item)) / whole)
            pictures += covered
            # A logo does not cover what was drawn before it; a scan does.
            last_picture = position if covered > PICTURED / 10 else last_picture
    if pictures >= PICTURED:
        on_top = _characters_after(text, order, last_picture)
        return Medium.TEXT if on_top > _FEW_CHARACTERS else Medium.SCAN
    if not runs:
        # Drawn lines without one character: text turned into outlines, or nothing at all.
        return Medium.SCAN if drawn else Medium.TEXT
    return Medium.TEXT if _mostly_meaningful(runs) and _any_visible(page, text) else Medium.SCAN


def _characters_after(text: pypdfium2.PdfTextPage, order: dict[int, int], picture: int) -> int:
    """Return how many visible characters stand on top of the page's picture.

    Text inside a form XObject is not in ``order``; it counts, for OCR layers are drawn directly.
    """
    count = 0
    seen: dict[int, bool] = {}
    for index in range(text.count_chars()):
        item = pdfium.FPDFText_GetTextObject(text.raw, index)
        if not item:
            continue
        address = _address(item)
        if order.get(address, picture + 1) <= picture:
            continue
        if address not in seen:
            seen[address] = shows(item)
        count += seen[address]
    return count


def _lies_on_its_side(text: pypdfium2.PdfTextPage, view: Frame) -> bool:
    """Whether most of the first characters do not stand upright as people see the page."""
    count = min(text.count_chars(), _FEW_CHARACTERS)
    turned = sum(
        (round(pdfium.FPDFText_GetCharAngle(text.raw, index) / (pi / 2)) + view.quarters) % 4 != 0
        for index in range(count)
        if pdfium.FPDFText_GetUnicode(text.raw, index) > _BLANK
    )
    return bool(2 * turned > count)


def _any_visible(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> bool:
    """Whether at least one in the first characters is drawn in ink."""
    for index in range(min(text.count_chars(), _FEW_CHARACTERS)):
        item = pdfium.FPDFText_GetTextObject(text.raw, index)
        if item and pdfium.FPDFTextObj_GetTextRenderMode(item) != _INVISIBLE:
            return True
    return False


def _mostly_meaningful(runs: Sequence[Run]) -> bool:
    text = "".join(run.text for run in runs)
    return len(MEANINGLESS.findall(text)) * 2 <= len(text)


def _holds_picture(item: object, depth: int) -> bool:
    for position in range(min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
        part = pdfium.FPDFFormObj_GetObject(item, position)
        kind = pdfium.FPDFPageObj_GetType(part)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth and _holds_picture(part, depth - 1):
            return True
    return False


def _address(item: object) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0  # type: ignore[arg-type]  # a C pointer
