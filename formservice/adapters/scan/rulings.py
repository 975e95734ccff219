"""Ruled lines of a page, found in its own picture and taken away without cutting the writing.

The first reading takes away whatever the blank form has printed. This one looks only at the page:
where one of them goes wrong the other need not.
"""

from typing import TYPE_CHECKING

from formservice.adapters.scan.light import DARK_UNLEVELLED

if TYPE_CHECKING:
    from cv2.typing import MatLike

    from formservice.adapters.scan.ocr import Grey

# Hair lines come out light grey: what counts is how much darker they are than the paper beside.
_DARKER = 22
# A stroke of a letter is never as long as 9 mm (72 pixels at 200 dots to the inch); a line that
# leans by a third of a degree keeps its row for that long.
_LONG_PX = 72
# A line is at most this thick, 0.9 mm, with the grey at its edges; what reaches farther is writing
# on it.
_THICK_PX, _EDGE_PX, _ACROSS_PX = 7, 1, 2


def without_rulings(picture: "Grey") -> "Grey":
    """Return the picture without its lines; strokes that cross or touch one stay whole."""
    import cv2
    import numpy as np

    # Both ways along the columns, which OpenCV does in half the time that rows take.
    turned = cv2.transpose(picture)
    upright, level = _lines(picture), _lines(turned)
    gone = cv2.bitwise_or(_bare(picture, upright), cv2.transpose(_bare(turned, level)))
    # Where lines meet each seems to be crossed by the other.
    around = np.ones((_THICK_PX, _THICK_PX), np.uint8)
    meet = [cv2.dilate(lines, around) for lines in (upright, cv2.transpose(level))]
    gone = cv2.bitwise_or(gone, cv2.bitwise_and(*meet))
    _, white = cv2.threshold(gone, 0, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.bitwise_or(picture, white), dtype=np.uint8)


def _lines(picture: "MatLike") -> "MatLike":
    """Return the pixels of lines along the columns as 1."""
    import cv2
    import numpy as np

    beside_it = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((1, _THICK_PX + 2), np.uint8))
    darker = cv2.subtract(beside_it, picture)
    _, thin = cv2.threshold(darker, _DARKER, 1, cv2.THRESH_BINARY)
    along = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((_LONG_PX, 1), np.uint8))
    # Gaps of a few pixels, where the line changes its column, belong to it.
    along = cv2.morphologyEx(along, cv2.MORPH_CLOSE, np.ones((9, 1), np.uint8))
    return cv2.dilate(along, np.ones((1, 1 + 2 * _EDGE_PX), np.uint8))


def _bare(picture: "MatLike", line: "MatLike") -> "MatLike":
    """Return what of lines along the columns nothing crosses: no ink beside reaches over them."""
    import cv2
    import numpy as np

    _, dark = cv2.threshold(picture, DARK_UNLEVELLED - 1, 1, cv2.THRESH_BINARY_INV)
    beside = cv2.subtract(dark, line)
    width = 1 + 2 * (_EDGE_PX + _ACROSS_PX)
    reach = np.ones((1, width), np.uint8)
    left, right = (cv2.dilate(beside, reach, anchor=(at, 0)) for at in (width - 1, 0))
    return cv2.subtract(line, cv2.bitwise_and(left, right))
