"""Whether two pictures of one page of a form show the same sheet: the same ink in the same places.

Each piece of ink of one is laid on the other and must be like what is there. Of two scans of one
sheet every piece is alike by 0.99; a letter or digit that differs makes its piece unlike.
"""

from typing import TYPE_CHECKING

from formservice.adapters.scan.template import DPI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from formservice.adapters.scan.ocr import Grey

# Fine enough for a letter; pieces are looked for so far away (pixels): 0.7 mm.
_COARSE_DPI, _REACH_PX = 150, 4
# Darker than this is ink (of 255); with fewer pixels of it (0.6 mm²) a piece is
# dust.
_INK, _DUST = 60, 20
# Ink is joined over the gaps between letters and cut into pieces as wide and high as this: with
# more in it, a letter that differs would not tell.
_GAPS_PX, _WIDE_PX, _HIGH_PX = (9, 5), 24, 40
# The correlation of a piece with what is in its place, -1..1.
_ALIKE = 0.95


def ink_of(written: "Grey") -> bytes:
    """Return how dark a page is without the print of its form, as a PNG file."""
    import cv2
    import numpy as np

    height, width = (round(side * _COARSE_DPI / DPI) for side in written.shape)
    small = cv2.resize(written, (width, height), interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".png", 255 - np.asarray(small, dtype=np.uint8))
    return packed.tobytes()


def is_same_sheet(one: bytes, other: bytes) -> bool:
    """Say whether two pages that ``ink_of`` told of hold the same."""
    first, second = _unpacked(one), _unpacked(other)
    if first.shape != second.shape:
        return False
    return _holds(first, second) and _holds(second, first)


def _unpacked(data: bytes) -> "Grey":
    import cv2
    import numpy as np

    packed = np.frombuffer(data, np.uint8)
    dark = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    # Scanners differ in how sharp they are.
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 1.0), dtype=np.uint8)


def _holds(page: "Grey", other: "Grey") -> bool:
    """Say whether every piece of ink on one page is on the other, too."""
    import cv2

    for rows, columns in _pieces(page):
        piece = page[rows, columns]
        if int((piece > _INK).sum()) < _DUST:
            continue
        there = other[
            max(rows.start - _REACH_PX, 0) : rows.stop + _REACH_PX,
            max(columns.start - _REACH_PX, 0) : columns.stop + _REACH_PX,
        ]
        if int(there.max()) <= _INK:
            return False
        if float(cv2.matchTemplate(there, piece, cv2.TM_CCOEFF_NORMED).max()) < _ALIKE:
            return False
    return True


def _pieces(page: "Grey") -> "Iterator[tuple[slice, slice]]":
    """Yield the rows and columns of all pieces of ink."""
    import cv2
    import numpy as np

    joined = cv2.dilate((page > _INK).astype(np.uint8), np.ones(_GAPS_PX[::-1], np.uint8))
    stats = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:]
    for left, top, width, height, _ in stats.tolist():
        across, down = max(1, round(width / _WIDE_PX)), max(1, round(height / _HIGH_PX))
        for row in range(down):
            rows = slice(top + height * row // down, top + height * (row + 1) // down)
            for column in range(across):
                begin, end = (left + width * (column + step) // across for step in (0, 1))
                yield rows, slice(begin, end)
