"""Draws one page of a received file in several sizes; to be called in a process of its own."""

import io
from collections.abc import Sequence

from PIL import Image, ImageChops

from formservice.adapters.pdf_read.opening import PagePicture
from formservice.adapters.scan.picture import PictureFile, is_picture
from formservice.domain.errors import DamagedDocumentError, NotFoundError

# Of 255: a scanner's lamp and JPEG give grey paper a tinge below this.
_TINGE = 40
# Of a page, what a stamp or a signature in blue ink covers at least.
_COLOURED = 0.0004
_QUALITY = 82
_PDF = b"%PDF-"
# Viewers accept junk before the header; ISO 32000 has it within the first 1,024 bytes.
_HEADER_WITHIN = 1_024
_LOOKED_AT = 600  # pixels; enough to tell whether there is colour


def drawn(data: bytes, page: int, quarters: int, longest: Sequence[int]) -> list[bytes]:
    """Return page ``page`` (from 1) of a file as JPEG files, one for each of ``longest``.

    ``quarters`` are the clockwise quarter turns that show it upright; ``longest`` are lengths of
    the longer side in pixels, which no picture is enlarged to.

    Raises:
        InputError: the file or the page cannot be read.
        NotFoundError: files of this kind have no pages that could be drawn, or not so many.
    """
    image = _turned(_page(data, page, max(longest)), quarters)
    if not _has_colours(image):
        image = image.convert("L")
    return [_packed(image, length) for length in longest]


def _page(data: bytes, page: int, longest: int) -> Image.Image:
    if is_picture(data):
        file = PictureFile(data)
        try:
            if not 0 < page <= file.count:
                raise NotFoundError("Diese Seite gibt es in der Datei nicht.")
            return file.shown(page)
        finally:
            file.close()
    if _PDF not in data[:_HEADER_WITHIN]:
        raise NotFoundError("Von dieser Art von Datei gibt es kein Bild.")
    pdf = PagePicture(data, page, 0.0)
    try:
        return pdf.shown(longest)
    except (RuntimeError, ValueError) as error:  # PDFium, and Pillow over what it gives
        raise DamagedDocumentError("Die Seite kann nicht gezeichnet werden.") from error
    finally:
        pdf.close()


def _turned(image: Image.Image, quarters: int) -> Image.Image:
    turns = {
        1: Image.Transpose.ROTATE_270,  # Pillow counts against the clock
        2: Image.Transpose.ROTATE_180,
        3: Image.Transpose.ROTATE_90,
    }
    turn = turns.get(quarters % 4)
    return image if turn is None else image.transpose(turn)


def _has_colours(image: Image.Image) -> bool:
    """Say whether there is more on a page than grey: blue ink, a stamp, a coloured form."""
    if image.mode == "L":
        return False
    small = image.copy()
    small.thumbnail((_LOOKED_AT, _LOOKED_AT))
    red, green, blue = small.split()
    apart = ImageChops.lighter(
        ImageChops.difference(red, blue), ImageChops.difference(red, green)
    ).histogram()
    return sum(apart[_TINGE:]) > _COLOURED * small.width * small.height


def _packed(image: Image.Image, longest: int) -> bytes:
    small = image
    scale = longest / max(image.size)
    if scale < 1:
        size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
        small = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
