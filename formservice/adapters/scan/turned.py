"""Which way up a page of print lies that no form and no code tells: lines first, then words."""

from math import atan2, degrees
from typing import TYPE_CHECKING

from formservice.adapters.scan.light import evenly_lit, softened
from formservice.adapters.scan.ocr import SPARSE, Ocr
from formservice.adapters.scan.template import A4_ROWS, DPI

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey
    from formservice.adapters.scan.pose import Matrix

# No page of print is as narrow as this (pixels).
_NARROWEST = 200
_COARSE = 800
# The part of a page that is read to see whether it is upside down.
_BAND = 0.18
# So many words of at least three letters, read so surely, are not made of print upside down …
_WORDS, _SURE = 6, 0.80
# … and with fewer than this in every turn there is no text on the page.
_FEWEST, _LIKELY = 3, 0.60


def turn_of(matrix: "Matrix") -> int:
    """Return how often a picture must be turned anticlockwise for the form in it to be upright."""
    return round(degrees(atan2(matrix[1, 0], matrix[0, 0])) / 90) % 4


def reading_turn(picture: "Grey", engine: Ocr) -> int | None:
    """Return how often the picture must be turned anticlockwise to be read, None without text."""
    import numpy as np

    if min(picture.shape) < _NARROWEST:
        return None
    page = _small(picture)
    lying = _lines_stand(page)
    best: tuple[float, int] | None = None
    for quarters in (1, 3, 0, 2) if lying else (0, 2, 1, 3):
        words = _words(np.ascontiguousarray(np.rot90(page, quarters)), engine)
        sure = [one for one in words if one >= _SURE]
        if len(sure) >= _WORDS and len(sure) > len(words) / 2:
            return quarters
        score = sum(one for one in words if one >= _LIKELY)
        if sum(one >= _LIKELY for one in words) >= _FEWEST and (best is None or score > best[0]):
            best = (score, quarters)
    return None if best is None else best[1]


def _small(picture: "Grey") -> "Grey":
    import cv2
    import numpy as np

    scale = min(1.0, A4_ROWS / max(picture.shape))
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return softened(evenly_lit(np.asarray(small, dtype=np.uint8)))


def _lines_stand(page: "Grey") -> bool:
    """Say whether the lines of print run from top to bottom."""
    import cv2
    import numpy as np

    scale = min(1.0, _COARSE / max(page.shape))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = (255.0 - small) / 255
    # Frames and edges tell nothing: what is darker than print over its whole length is left out.
    rows, columns = (np.minimum(ink.mean(axis=axis), 0.3) for axis in (1, 0))
    return bool(np.square(np.diff(columns)).mean() > np.square(np.diff(rows)).mean())


def _words(page: "Grey", engine: Ocr) -> list[float]:
    """Return how surely words are read in the fullest part of a page."""
    import numpy as np

    height = len(page)
    band = max(1, round(_BAND * height))
    ink = (page < 160).sum(axis=1).astype(np.float64)
    full = np.convolve(np.minimum(ink, 0.3 * page.shape[1]), np.ones(band), mode="valid")
    top = int(full.argmax()) if full.size else 0
    read = engine.words(np.ascontiguousarray(page[top : top + band]), SPARSE, DPI)
    return [one.confidence for one in read if sum(map(str.isalpha, one.text)) >= 3]
