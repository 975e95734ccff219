"""Whether a picture of a page shows an empty sheet: nobody printed or wrote anything on it.

What the other side shows through, holes, folds, dirt and the edges of the scanner are nothing;
a faint pencil stroke or a single letter is something. In doubt a page is not empty: a person who
looks at an empty back loses a moment, an answer that nobody sees is lost for good.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Depth = npt.NDArray[np.float32]
    Mask = npt.NDArray[np.bool_]

# A4 at 100 dpi: a pencil line is a pixel or two wide.
_LENGTH = 1_170
_MM = _LENGTH / 297
# Paper darker than this is no paper (0..255), but a wall or a table that somebody pictured:
# recycled paper is 185, and in a shadow 160.
_DARKEST_PAPER = 150
# Darker than its surroundings by so much, of 255, is ink. The other side shows through at up to
# 30; pencil that a person can read without tilting the sheet reaches 40.
_INK, _FAINT = 36, 16
# Grain of this many standard deviations is still grain.
_GRAIN = 6.0
_COARSEST_GRAIN = 12.0
# Paper lies in a shadow at times; where more than this share of a picture is so dark, it is not
# paper that is seen.
_DARK_GROUND, _MOST_DARK = 0.5, 0.02
# Paper is of one tone, but for shadows: its light parts are no lighter than so many times its dark
# ones. What changes more smoothly than print does is a photo of something else.
_MOST_TONES, _TONE_EDGES = 1.32, (5, 95)
# Nothing as light as this is read, but where it covers so much of a sheet somebody printed there.
_PALE, _MOST_PALE = 4, 0.01
# Less than this is dirt (mm), a hole or staple this near the edge is no answer, and longer than
# this share of the page is a fold, a ruled line or a stripe of a dirty roller.
_SPECK_MM, _RIM_MM, _LINE_SHARE, _LINE_MM = 1.4, 5.0, 0.4, 1.3
_PUNCHED_MM, _HOLE_MM = 22.0, (3.5, 9.0)
_ROUND = 0.62
# The edge of a scanner is dark and thick.
_EDGE_MM = 2.5
# Marks of the other side are no darker than this where they show through.
_SHOWN_THROUGH = 62
_MOST_LINES = 200
# Ink is what is clearly darker than shown-through print; if that is darker than the faintest
# pencil, nothing is certain.
_DARKER_THAN_PRINT, _FAINTEST_PENCIL = 1.25, 52


class Ink(StrEnum):
    """What a sheet bears."""

    NONE = "none"
    FAINT = "faint"  # no darker than what the other side shows through, or faint pencil
    STRONG = "strong"


def ink_on(sheet: "Grey") -> Ink:
    """Return what a sheet bears, apart from dirt and the traces of machines."""
    depth = _depth(sheet)
    if depth is None:
        return Ink.STRONG
    if _strokes(depth > _SHOWN_THROUGH).any():
        return Ink.STRONG
    pale = float((depth > _PALE).mean()) > _MOST_PALE
    return Ink.FAINT if pale or _strokes(depth > _FAINT).any() else Ink.NONE


def written_beside(picture: "Grey", shown: "Mask", solid: "Mask") -> bool:
    """Say whether there is ink that the other side does not explain.

    ``shown`` is where its print shows through, ``solid`` where its marks do, which are as dark as
    pencil. What was written there shows through as well, no darker than its print.
    """
    import cv2
    import numpy as np

    depth = _depth(picture)
    if depth is None:
        return True
    size = depth.shape[::-1]
    print_ = cv2.resize(shown.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    marks = cv2.resize(solid.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    depth[np.asarray(marks, dtype=bool)] = 0
    level = float(np.percentile(depth[print_], 99.5)) if print_.any() else 0.0
    least = max(_INK, _DARKER_THAN_PRINT * level)
    return least > _FAINTEST_PENCIL or bool(_strokes(depth > least).any())


def _depth(picture: "Grey") -> "Depth | None":
    """Return how much darker than the paper each place is; None if there is no paper."""
    import cv2
    import numpy as np

    height, width = picture.shape
    scale = _LENGTH / max(height, width)
    if min(height, width) * scale < _LENGTH / 4:
        return None
    size = (round(width * scale), round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, size, interpolation=how)
    soft: Grey = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.6), dtype=np.uint8)
    paper = float(np.percentile(soft[::4, ::4], 60))
    if paper < _DARKEST_PAPER:
        return None
    ground, off = _ground(soft), _off_the_sheet(soft, paper)
    if float((ground[~off] < _DARK_GROUND * paper).mean()) > _MOST_DARK:
        return None
    if off.all() or _has_tones(ground[~off]):
        return None
    depth = cv2.subtract(ground, soft).astype(np.float32) * (255.0 / paper)
    # The ground is that of the lightest grains.
    depth -= np.median(depth)
    depth[off] = 0
    # Grain is no ink, however coarse.
    grain = 1.4826 * float(np.median(np.abs(depth - np.median(depth))))
    if grain > _COARSEST_GRAIN:
        return None
    depth[depth < _GRAIN * grain] = 0
    return np.asarray(depth, dtype=np.float32)


def _has_tones(ground: "Grey") -> bool:
    import numpy as np

    dark, light = np.percentile(ground, _TONE_EDGES)
    return bool(light > _MOST_TONES * dark)


def _ground(soft: "Grey") -> "Grey":
    """Return the paper without what stands on it."""
    import cv2
    import numpy as np

    # Wider than a punched hole, which else would be its own ground.
    reach = round(_HOLE_MM[1] * _MM)
    closed = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.asarray(cv2.medianBlur(np.asarray(closed, dtype=np.uint8), 25), dtype=np.uint8)


def _off_the_sheet(soft: "Grey", paper: float) -> "Mask":
    """Return what is no paper: the rim, and what is dark and thick and comes in from the edge."""
    import cv2
    import numpy as np

    dark = (soft < 0.55 * paper).astype(np.uint8)
    side = round(_EDGE_MM * _MM)
    thick = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(thick, dtype=np.uint8))
    height, width = soft.shape
    at_edge = [
        number
        for number, (left, top, wide, high, _) in enumerate(stats)
        if number
        and (left <= 1 or top <= 1 or left + wide >= width - 1 or top + high >= height - 1)
    ]
    off = np.isin(labels, at_edge).astype(np.uint8)
    reach = 2 * side + 1
    off = np.asarray(cv2.dilate(off, np.ones((reach, reach), np.uint8)))
    rim = round(_RIM_MM * _MM)
    off[:rim], off[-rim:], off[:, :rim], off[:, -rim:] = 1, 1, 1, 1
    return np.asarray(off, dtype=bool)


def _strokes(ink: "Mask") -> "Mask":
    """Return the ink without specks, holes, folds and ruled lines."""
    import cv2
    import numpy as np

    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    joined = _without_lines(np.asarray(joined, dtype=np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    height, width = ink.shape
    kept = np.zeros(len(stats), dtype=bool)
    for number, (left, top, wide, high, area) in enumerate(stats):
        place = (int(left), int(top), int(wide), int(high))
        large = number > 0 and max(wide, high) >= _SPECK_MM * _MM
        kept[number] = large and not _is_hole(place, int(area), (height, width))
    return np.asarray(kept[labels], dtype=bool)


def _without_lines(ink: "Grey") -> "Grey":
    """Return the ink without what is as long as a fold and as thin as one, whole or in pieces."""
    import cv2
    import numpy as np

    height, width = ink.shape
    shortest = _LINE_SHARE * min(height, width)
    lines = cv2.HoughLinesP(
        ink, 1, np.pi / 720, round(shortest / 3), minLineLength=shortest, maxLineGap=40
    )
    if lines is None:
        return ink
    cleared = ink.copy()
    for x, y, to_x, to_y in np.asarray(lines).reshape(-1, 4)[:_MOST_LINES]:
        cv2.line(cleared, (int(x), int(y)), (int(to_x), int(to_y)), 0, round(_LINE_MM * _MM))
    return cleared


def _is_hole(place: tuple[int, int, int, int], area: int, shape: tuple[int, int]) -> bool:
    """Say whether a blob near the edge is as round and large as a punched hole, or its rim."""
    left, top, wide, high = place
    middle = (left + wide / 2, top + high / 2)
    inwards = min(middle[0], middle[1], shape[1] - middle[0], shape[0] - middle[1])
    smallest, largest = (size * _MM for size in _HOLE_MM)
    return (
        inwards < _PUNCHED_MM * _MM
        and smallest < max(wide, high) < largest
        and min(wide, high) > 0.75 * max(wide, high)
        and area > _ROUND * wide * high
    )
