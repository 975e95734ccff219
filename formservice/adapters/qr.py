"""QR codes, as modules to be drawn and as picture for Word."""

from collections.abc import Sequence
from math import isqrt

import zxingcpp

from formservice.adapters.png import GREY, png_file

QUIET_ZONE = 4  # modules of white around a code, ISO/IEC 18004
_PIXELS = 8  # per module in a picture: sharp at 400 dpi in a box of 18 mm
# 15 % of the code may be lost to a fold or a stamp. „Q“ would bear 25 %, with smaller modules.
_LEVEL = "M"


def matrix(text: str) -> list[list[bool]]:
    """Return the modules of the code for ``text`` row by row, dark is True, no quiet zone."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=_LEVEL)
    picture = code.to_image(scale=1, add_quiet_zones=False)
    # The stubs of zxing-cpp leave out that a picture is a buffer: one byte of grey per pixel.
    grey = memoryview(picture).tobytes()  # type: ignore[arg-type]
    side = isqrt(len(grey))
    return [[value < 128 for value in grey[y : y + side]] for y in range(0, len(grey), side)]


def png(text: str) -> bytes:
    """Return the code for ``text`` with its quiet zone as black and white PNG."""
    modules = matrix(text)
    side = (len(modules) + 2 * QUIET_ZONE) * _PIXELS
    white = b"\x00" + b"\xff" * (side // 8)  # every line begins with its filter: none
    quiet = white * (QUIET_ZONE * _PIXELS)
    lines = b"".join(_line(row) * _PIXELS for row in modules)
    return png_file(side, side, quiet + lines + quiet, depth=1, colour=GREY)


def _line(row: Sequence[bool]) -> bytes:
    """Return one line of pixels. A module is eight pixels wide, that is one byte."""
    quiet = b"\xff" * QUIET_ZONE
    return b"\x00" + quiet + bytes(0 if dark else 0xFF for dark in row) + quiet
