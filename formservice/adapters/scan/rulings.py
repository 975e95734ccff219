"""Ruled lines of a page, found in its own picture and taken away without cutting the writing.

The first reading takes away whatever the blank form has printed. This one looks only at the page:
where one of them goes wrong the other need not.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Mask = npt.NDArray[np.bool_]

# Hair lines come out light grey: what counts is how much darker they are than the paper beside.
_DARKER = 22
_DARK = 170
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

    # OpenCV wants its rows in one piece.
    level, upright = _lines(picture), _lines(np.ascontiguousarray(picture.T)).T
    clean = picture.copy()
    clean[level & ~_crossed(picture, level)] = 255
    clean[upright & ~_crossed(np.ascontiguousarray(picture.T), upright.T).T] = 255
    # Where lines meet each seems to be crossed by the other.
    around = np.ones((_THICK_PX, _THICK_PX), np.uint8)
    meet = [cv2.dilate(lines.astype(np.uint8), around) for lines in (level, upright)]
    clean[(meet[0] > 0) & (meet[1] > 0)] = 255
    return clean


def _lines(picture: "Grey") -> "Mask":
    """Return the pixels of lines along the rows."""
    import cv2
    import numpy as np

    beside_it = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((_THICK_PX + 2, 1), np.uint8))
    thin = (cv2.subtract(beside_it, picture) > _DARKER).astype(np.uint8)
    along = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, _LONG_PX), np.uint8))
    # Gaps of a few pixels, where the line changes its row, belong to it.
    along = cv2.morphologyEx(along, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    return np.asarray(cv2.dilate(along, np.ones((1 + 2 * _EDGE_PX, 1), np.uint8)), dtype=bool)


def _crossed(picture: "Grey", line: "Mask") -> "Mask":
    """Return what of lines along the rows is crossed: ink directly above reaches to ink below."""
    import numpy as np

    beside = np.where(line, 0, picture < _DARK).astype(np.uint8)
    reach = np.ones((1 + 2 * (_EDGE_PX + _ACROSS_PX), 1), np.uint8)
    return line & _shifted(beside, reach, 1) & _shifted(beside, reach, -1)


def _shifted(beside: "npt.NDArray[np.uint8]", reach: "npt.NDArray[np.uint8]", down: int) -> "Mask":
    """Return what lies at most a line's thickness above (``down`` 1) or below (-1)."""
    import cv2
    import numpy as np

    anchor = (0, len(reach) - 1) if down > 0 else (0, 0)
    return np.asarray(cv2.dilate(beside, reach, anchor=anchor), dtype=bool)
