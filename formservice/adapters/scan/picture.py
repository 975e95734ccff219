"""Received picture files as grey pictures: whatever a scanner or telephone sends, bounded.

A picture is an upright grey array with square pixels and at most about 300 dpi; every other
property of the file (colour, alpha, palette, 16 bit, EXIF turn, oblong fax pixels) ends here.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, TiffImagePlugin

from formservice.adapters.kinds import first_bytes, is_heic
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    UnsupportedMediaError,
)

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

POINTS_PER_INCH = 72
# 80 million pixels are A3 at 600 dpi and take 240 MB in colour while being decoded.
MOST_PIXELS = 80_000_000
MOST_PAGES = 500
# A4 is 11.69 inches long; more than 300 dpi tells Tesseract nothing and costs time.
A4_POINTS = (595.28, 841.89)
_LONGEST_SIDE = 3_700
# Of pages kept decoded at the same time; a page at 300 dpi is 9 MB.
_MOST_KEPT_BYTES = 64_000_000
# A resolution in the file is believed if it makes the page between A6 and A2 or so: cameras
# write 72 dpi into pictures of any size.
_BELIEVABLE_POINTS = (200.0, 1_800.0)
_ORIENTATION = 0x0112  # EXIF: how the camera was held
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_QUARTER_TURNED = (5, 6, 7, 8)
_FORMATS = ("PNG", "JPEG", "TIFF", "HEIF")
# Faxes: the mark at the end of a line (two end a page), bytes written from their low end, and the
# share of dark pixels of a page that is next to empty.
_END_OF_LINE = "000000000001"
_LOW_BIT_FIRST = 2
_TURNED_BYTES = bytes(int(f"{one:08b}"[::-1], 2) for one in range(256))
_FEW_DARK = 0.02
# What Pillow's decoders raise on broken files, besides its own UnidentifiedImageError (OSError).
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


def is_picture(data: bytes) -> bool:
    """Say from the first bytes whether ``data`` is a PNG, JPEG, TIFF or HEIC file."""
    return first_bytes(data) in ("PNG", "JPEG", "TIFF", "HEIC")


def with_heic() -> None:
    """Teach Pillow to read HEIC."""
    try:
        import pi_heif
    except ImportError as error:
        raise UnsupportedMediaError(
            "HEIC-Bilder können auf dieser Anlage nicht gelesen werden.",
            "Bitte das Bild als JPEG senden, oder das Python-Paket „pi-heif“ installieren.",
        ) from error
    pi_heif.register_heif_opener()


class PictureFile:
    """The pages of a picture file, decoded when they are needed."""

    def __init__(self, data: bytes) -> None:
        """Open the file and count its pages; raises an InputError if that is impossible."""
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        if is_heic(data):
            with_heic()
        self._data = data
        with _named_errors():
            self._image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
            self.count = self._counted()
        self._kept: dict[int, Grey] = {}
        self._sizes: dict[int, tuple[float, float]] = {}

    def picture(self, page: int) -> "Grey":
        """Return page ``page`` (from 1) as an upright grey picture."""
        if page not in self._kept:
            grey = self._decoded(page)
            if sum(kept.nbytes for kept in self._kept.values()) + grey.nbytes > _MOST_KEPT_BYTES:
                self._kept.clear()
            self._kept[page] = grey
        return self._kept[page]

    def size(self, page: int) -> tuple[float, float]:
        """Return width and height of a page in points, as the file says or as A4."""
        if page not in self._sizes:
            self.picture(page)
        return self._sizes[page]

    def close(self) -> None:
        """Release the pictures."""
        self._kept.clear()
        self._image.close()

    def _counted(self) -> int:
        """Return the number of pages; animated PNG and the pictures of an MPO count as one."""
        if self._image.format != "TIFF":
            return 1
        count = 1
        while count <= MOST_PAGES:
            try:
                self._image.seek(count)
            except EOFError:
                return count
            count += 1
        raise DocumentTooLargeError(f"Die Datei hat mehr als {MOST_PAGES} Seiten.")

    def shown(self, page: int) -> Image.Image:
        """Return the same picture for people: in its colours, where it has any (``RGB``)."""
        return self._upright(page, _in_colour, "RGB")

    def _decoded(self, page: int) -> "Grey":
        import numpy as np

        # JPEG then decodes its brightness alone, which is all that is read.
        return np.asarray(self._upright(page, _flattened, "L"), dtype=np.uint8)

    def _upright(
        self, page: int, flattened: Callable[[Image.Image], Image.Image], mode: str
    ) -> Image.Image:
        with _named_errors():
            self._image.seek(page - 1)
            width, height = self._image.size
            if min(width, height) < 1:
                raise DamagedDocumentError("Das Bild hat keine Fläche.")
            if width * height > MOST_PIXELS:
                raise DocumentTooLargeError(
                    f"Das Bild hat {width} × {height} Bildpunkte; mehr als "
                    f"{MOST_PIXELS // 1_000_000} Millionen sind nicht möglich."
                )
            across, down = _resolution(self._image)
            # JPEG decodes a picture far larger than needed at a half or a quarter of its size.
            shrink = min(1.0, _LONGEST_SIDE / max(width, height))
            self._image.draft(mode, (round(width * shrink), round(height * shrink)))
            self._image.load()
            if _lost_fax(self._image, self._data):
                raise DamagedDocumentError("Das Bild ist beschädigt oder unvollständig.")
            flat = flattened(self._image)
            orientation = self._image.getexif().get(_ORIENTATION, 1)
            if orientation in _QUARTER_TURNED:
                width, height, across, down = height, width, down, across
            if orientation in _TURNS:
                flat = flat.transpose(_TURNS[orientation])
        self._sizes[page] = _points((width, height), across, down)
        return _square(flat, across, down)


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn what Pillow raises into an InputError; its warnings mean nothing to the sender."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (MemoryError, Image.DecompressionBombError) as error:
        raise DocumentTooLargeError("Das Bild hat zu viele Bildpunkte, um es zu lesen.") from error
    except _BROKEN as error:
        raise DamagedDocumentError("Das Bild ist beschädigt oder unvollständig.") from error


def _flattened(image: Image.Image) -> Image.Image:
    """Return the image as 8-bit grey (mode ``L``)."""
    if image.mode in ("L", "1"):
        return image.convert("L")
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if {"A", "a"} & set(image.getbands()) or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("L", image.size, "white")
        paper.paste(coloured.convert("L"), mask=coloured.getchannel("A"))
        return paper
    return image.convert("RGB").convert("L")


def _in_colour(image: Image.Image) -> Image.Image:
    """Return the image as ``RGB``, or as 8-bit grey where it has no colours."""
    if image.mode in ("L", "1") or image.mode.startswith(("I", "F", "LA")):
        return _flattened(image)
    if {"A", "a"} & set(image.getbands()) or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(coloured.convert("RGB"), mask=coloured.getchannel("A"))
        return paper
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Return an image of 16 or 32 bit or floating point as 8-bit grey."""
    import numpy as np

    values = np.asarray(image)
    if values.dtype == np.uint16:
        return Image.fromarray((values >> 8).astype(np.uint8))
    values = values.astype(np.float32)
    np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)
    # Neither mode says what is white; these are the three usual answers.
    highest = float(values.max(initial=0.0))
    white = next((usual for usual in (1.0, 255.0, 65_535.0) if highest <= usual), highest)
    values *= 255.0 / white
    return Image.fromarray(np.clip(values, 0.0, 255.0, out=values).astype(np.uint8))


def is_fax_of(picture: Image.Image, strips: Sequence[bytes], *, two_ways: bool) -> bool:
    """Say whether fax packing (T.6 if ``two_ways``, else T.4) is that of this picture.

    Decoders go on with paper where they meet garbage or the end too soon. But a picture has one
    length in T.6, and few in T.4: what is shorter or longer is the packing of another one.
    """
    bits = picture.convert("1", dither=Image.Dither.NONE)
    rows, length = bits.height, sum(map(len, strips))
    usual = [_faxed(one, two_ways=two_ways) for one in (bits, ImageChops.invert(bits))]
    share, more = 0.03, 16 + 8 * len(strips)
    if not two_ways:
        if _bits(b"".join(strips)).count(_END_OF_LINE) >= rows / 2:
            return True
        usual = [one - rows * len(_END_OF_LINE) // 8 for one in usual]
    elif all(_bits(one[-8:]).rstrip("0").endswith(2 * _END_OF_LINE) for one in strips):
        share, more = 0.25, more + 64
    # Each row may begin with a byte of its own.
    whole = [one + rows * (7 if two_ways else 4) // 8 for one in usual]
    return any(abs(length - one) <= share * one + more for one in (*usual, *whole))


def _bits(data: bytes) -> str:
    return "".join(f"{one:08b}" for one in data)


def _faxed(bits: Image.Image, *, two_ways: bool) -> int:
    """Return how many bytes a picture takes in one strip."""
    stream = io.BytesIO()
    rows = {TiffImagePlugin.ROWSPERSTRIP: bits.height}
    bits.save(stream, "TIFF", compression="group4" if two_ways else "group3", tiffinfo=rows)
    stream.seek(0)
    with TiffImagePlugin.TiffImageFile(stream) as packed:
        return int(sum(packed.tag_v2[TiffImagePlugin.STRIPBYTECOUNTS]))


def _lost_fax(image: Image.Image, data: bytes) -> bool:
    """Say whether a page of a TIFF file, next to empty, is what remains of a broken fax."""
    packing = image.info.get("compression")
    if packing not in ("group3", "group4") or not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    dark = image.convert("L").histogram()[0] / max(image.width * image.height, 1)
    if _FEW_DARK < dark < 1 - _FEW_DARK:
        return False
    tags = image.tag_v2
    places = zip(
        tags.get(TiffImagePlugin.STRIPOFFSETS, ()),
        tags.get(TiffImagePlugin.STRIPBYTECOUNTS, ()),
        strict=False,
    )
    strips = [data[start : start + length] for start, length in places]
    if tags.get(TiffImagePlugin.FILLORDER) == _LOW_BIT_FIRST:
        strips = [one.translate(_TURNED_BYTES) for one in strips]
    return not is_fax_of(image, strips, two_ways=packing == "group4")


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Return what the file says about its dots per inch, (0, 0) if nothing usable."""
    dots = image.info.get("dpi", (0, 0))
    try:
        across, down = float(dots[0]), float(dots[1])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 0.0, 0.0
    lowest, highest = 20.0, 5_000.0
    if lowest < across < highest and lowest < down < highest:
        return across, down
    return 0.0, 0.0


def _points(size: tuple[int, int], across: float, down: float) -> tuple[float, float]:
    """Return the size of the paper in points: as the file says if that is believable, else A4."""
    width, height = size
    if across and down:
        paper = (width / across * POINTS_PER_INCH, height / down * POINTS_PER_INCH)
        if _BELIEVABLE_POINTS[0] <= min(paper) and max(paper) <= _BELIEVABLE_POINTS[1]:
            return paper
    longest = max(width, height)
    scale = A4_POINTS[1] / longest
    return max(width * scale, 1.0), max(height * scale, 1.0)


def _square(image: Image.Image, across: float, down: float) -> Image.Image:
    """Return the image with square pixels (fax has half as many lines) and a bounded length."""
    width, height = image.size
    most_oblong = 4.0
    if across and down and 1.1 < max(across, down) / min(across, down) < most_oblong:
        finest = max(across, down)
        width, height = round(width * finest / across), round(height * finest / down)
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
    return image
