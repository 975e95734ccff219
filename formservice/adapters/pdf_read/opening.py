"""Opens PDF files, broken ones too, whole or for one picture in them."""

import io
from typing import TYPE_CHECKING

import pikepdf

from formservice.adapters.pdf_read.drawn import Drawing, mended
from formservice.adapters.pdf_read.frame import frame
from formservice.domain.errors import DamagedDocumentError, EncryptedDocumentError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from PIL import Image

# What pikepdf and PDFium raise on broken files: PdfiumError is a RuntimeError, strange strings and
# numbers end as ValueError.
BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, ArithmeticError)


def parsed(data: bytes) -> pikepdf.Pdf:
    """Return the open file; EncryptedDocumentError, or one of ``BROKEN``, if there is no way."""
    try:
        return pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise EncryptedDocumentError("Die PDF-Datei ist mit einem Kennwort geschützt.") from error
    except BROKEN:
        # PDFium mends some files that qpdf gives up, and knows more kinds of encryption.
        return pikepdf.open(io.BytesIO(mended(data)), suppress_warnings=True)


class PagePicture:
    """One page of a PDF file as a picture file of one page."""

    count = 1

    def __init__(self, data: bytes, number: int, dpi: float) -> None:
        """Open ``data`` for its page ``number`` (from 1); an InputError says why not."""
        try:
            self._pdf = parsed(data)
            self._view = frame(self._pdf.pages[number - 1].obj)
        except (*BROKEN, IndexError) as error:
            raise DamagedDocumentError("Die PDF-Datei ist beschädigt und nicht lesbar.") from error
        self._drawing = Drawing(data, self._pdf)
        self._index, self._dpi = number - 1, dpi

    def picture(self, page: int) -> "NDArray[numpy.uint8]":
        """Return the page upright in grey; ``page`` is 1."""
        return self._drawing.grey(self._index, self._dpi)

    def shown(self, longest: int) -> "Image.Image":
        """Return the page as a viewer shows it, its longer side so many pixels long."""
        return self._drawing.shown(self._index, longest)

    def size(self, page: int) -> tuple[float, float]:
        """Return width and height in points; ``page`` is 1."""
        return self._view.width, self._view.height

    def close(self) -> None:
        """Release everything held."""
        self._drawing.close()
        self._pdf.close()
