"""Photos of the pages of one form as one PDF file: every picture as it came, one on each page.

A JPEG stands in the file byte for byte, without being compressed anew. Of any other kind the
picture is stored without loss, and the file it came in is attached.
"""

import io
import zlib
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from formservice.adapters.kinds import first_bytes
from formservice.adapters.scan.picture import MOST_PIXELS, with_heic
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    InputError,
    UnsupportedMediaError,
)

# A4 in points; what is wider than high lies across.
_SHORT, _LONG = 595.28, 841.89
_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}
# By what EXIF says: where the first row and column of the picture belong on an upright page.
_TURNED = {1: 0, 3: 180, 6: 90, 8: 270}
_ORIENTATION = 0x0112
_PICTURES = ("JPEG", "PNG", "TIFF", "HEIC")
# One form has far fewer pages, and each is decoded.
_MOST_PAGES = 50


def joined(photos: Sequence[bytes]) -> bytes:
    """Return a PDF file with ``photos`` as its pages, in their order.

    Raises:
        UnsupportedMediaError: one of them is no picture.
        DamagedDocumentError: one of them cannot be opened.
        DocumentTooLargeError: one of them has too many pixels, or all have too many pages.
    """
    with pikepdf.new() as pdf:
        for number, photo in enumerate(photos, 1):
            _add(pdf, photo, number)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _add(pdf: pikepdf.Pdf, photo: bytes, number: int) -> None:
    """Add the pages of one picture file; a TIFF may have several."""
    kind = first_bytes(photo)
    if kind not in _PICTURES:
        raise UnsupportedMediaError(
            f"Datei {number} ist kein Bild.",
            "Zu einem Bogen verbunden werden nur Fotos und Bilder (JPEG, PNG, TIFF, HEIC)."
            " Bitte andere Dateien einzeln hochladen.",
        )
    try:
        if kind == "JPEG":
            _add_jpeg(pdf, photo)
            return
        _add_others(pdf, photo, kind)
    except DocumentTooLargeError:
        raise
    except InputError as error:
        raise type(error)(f"Datei {number}: {error.message}", error.hint) from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise DamagedDocumentError(
            f"Das Bild in Datei {number} lässt sich nicht öffnen."
        ) from None
    pdf.attachments[f"original-{number}.{kind.lower()}"] = photo


def _add_jpeg(pdf: pikepdf.Pdf, photo: bytes) -> None:
    """Add a page that holds the bytes of a JPEG as they are; nothing is decoded."""
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as picture:
        size, mode = picture.size, picture.mode
        turn = _TURNED.get(int(picture.getexif().get(_ORIENTATION, 1)), 0)
        inverted = mode == "CMYK" and "adobe" in picture.info
    refuse_large(size)
    stored = _stored(pdf, photo, Name.DCTDecode, mode)
    if inverted:
        stored.Decode = Array([1, 0] * 4)
    _page(pdf, stored, size, turn)


def _add_others(pdf: pikepdf.Pdf, photo: bytes, kind: str) -> None:
    """Add the pictures of a file that PDF has no room for as they are: without loss."""
    if kind == "HEIC":
        with_heic()
    with Image.open(io.BytesIO(photo)) as picture:
        turn = _TURNED.get(int(picture.getexif().get(_ORIENTATION, 1)), 0)
        # Pillow has turned what a HEIC file tells to turn.
        turn = 0 if kind == "HEIC" else turn
        for page in range(_pages(picture, len(pdf.pages)) if kind == "TIFF" else 1):
            picture.seek(page)
            refuse_large(picture.size)
            shown = _plain(picture)
            packed = zlib.compress(shown.tobytes())
            stored = _stored(pdf, packed, Name.FlateDecode, shown.mode)
            _page(pdf, stored, shown.size, turn)


def _pages(picture: Image.Image, before: int) -> int:
    """Return how many pages a TIFF has; DocumentTooLargeError, with those ``before``, for many.

    Nothing is decoded for it, and no more pages are counted than there may be.
    """
    count = 1
    while before + count <= _MOST_PAGES:
        try:
            picture.seek(count)
        except EOFError:
            return count
        count += 1
    raise DocumentTooLargeError(
        f"Das sind mehr als {_MOST_PAGES} Seiten; zu einem Bogen gehören weniger.",
        "Bitte jeden Bogen für sich hochladen.",
    )


def _stored(pdf: pikepdf.Pdf, data: bytes, way: pikepdf.Object, mode: str) -> pikepdf.Stream:
    """Return the pixels of a picture, as ``data`` has them, as an object of the file."""
    return pikepdf.Stream(pdf, data, Filter=way, ColorSpace=_SPACES[mode], BitsPerComponent=8)


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture in grey or colour; what is transparent lies on white."""
    if picture.mode in ("1", "L", "I;16", "I"):
        return picture.convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return picture.convert("RGB")


def refuse_large(size: tuple[int, int]) -> None:
    """Raise DocumentTooLargeError for more pixels than are ever read."""
    if size[0] * size[1] > MOST_PIXELS:
        raise DocumentTooLargeError(
            "Ein Bild hat zu viele Bildpunkte.", "Bitte mit höchstens 600 dpi aufnehmen."
        )


def _page(pdf: pikepdf.Pdf, stored: pikepdf.Stream, size: tuple[int, int], turn: int) -> None:
    """Add a page of A4 that a picture fills as far as its shape lets it."""
    stored.Type, stored.Subtype = Name.XObject, Name.Image
    stored.Width, stored.Height = size
    across = size[0] > size[1]
    width, height = (_LONG, _SHORT) if across else (_SHORT, _LONG)
    scale = min(width / size[0], height / size[1])
    shown = (size[0] * scale, size[1] * scale)
    content = b"q %.3f 0 0 %.3f %.3f %.3f cm /Bild Do Q" % (
        *shown,
        (width - shown[0]) / 2,
        (height - shown[1]) / 2,
    )
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=Dictionary(XObject=Dictionary(Bild=pdf.make_indirect(stored))),
        Contents=pdf.make_stream(content),
        Rotate=turn,
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
