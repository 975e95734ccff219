"""Whether a picture of a page shows an empty sheet: nobody printed or wrote anything on it.

What the other side shows through, holes, folds, dirt and the edges of the scanner are nothing;
a faint pencil stroke or a single letter is something. In doubt a page is not empty: a person who
looks at an empty back loses a moment, an answer that nobody sees is lost for good.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.scan.sheet import straightened

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Mask = npt.NDArray[np.bool_]

# A4 at 100 dpi: a pencil line is a pixel or two wide.
_LENGTH = 1_170
_MM = _LENGTH / 297
# Paper darker than this is no paper, or nothing could be seen on it (0..255).
_DARKEST_PAPER = 90
# Darker than its surroundings by so much, of 255, is ink. The other side shows through at up to
# 30; pencil that a person can read without tilting the sheet reaches 40.
_INK, _FAINT = 36, 16
# Grain of this many standard deviations is still grain.
_GRAIN = 6.0
# Less than this is dirt (mm), a hole or staple this near the edge is no answer, and longer than
# this share of the page is a fold, a ruled line or a stripe of a dirty roller.
_SPECK_MM, _RIM_MM, _LINE_SHARE, _LINE_MM = 1.4, 5.0, 0.4, 1.3
_PUNCHED_MM, _HOLE_MM = 22.0, (3.5, 9.0)
_ROUND = 0.62
# The edge of a scanner is dark and thick.
_EDGE_MM = 2.5
# Faint strokes that are as few as this are rather written than shown through (share of page).
_FEW = 0.004


@dataclass(frozen=True, slots=True)
class Emptiness:
    """What a look at a sheet tells: whether it bears ink, and whether it may only be the back's.

    ``faint`` means that there is much on it, all of it no darker than what shows through.
    """

    empty: bool
    faint: bool = False


def emptiness(picture: "Grey") -> Emptiness:
    """Return whether the sheet in the picture is empty."""
    import cv2
    import numpy as np

    small = straightened(picture, _LENGTH)
    if min(small.shape) < _LENGTH / 4:
        return Emptiness(empty=False)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.6), dtype=np.uint8)
    paper = float(np.percentile(soft[::4, ::4], 60))
    if paper < _DARKEST_PAPER:
        return Emptiness(empty=False)
    wide = round(6 * _MM) | 1
    ground = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((wide // 2, wide // 2), np.uint8))
    ground = cv2.medianBlur(np.asarray(ground, dtype=np.uint8), min(wide, 25))
    depth = cv2.subtract(ground, soft).astype(np.float32) * (255.0 / max(paper, 1.0))
    off = _off_the_sheet(soft, paper)
    depth[off] = 0
    grain = 1.4826 * float(np.median(np.abs(depth - np.median(depth))))
    ink = depth > max(_INK, _GRAIN * grain)
    if _written(ink, off):
        return Emptiness(empty=False)
    weak = depth > max(_FAINT, _GRAIN * grain)
    if not _written(weak, off):
        return Emptiness(empty=True)
    # Little of it, and faint, is pencil; a whole page of it may be the other side.
    much = float(weak.mean()) > _FEW
    return Emptiness(empty=False, faint=much)


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


def _written(ink: "Mask", off: "Mask") -> bool:
    """Say whether some of the ink is a stroke: no speck, hole, fold or ruled line."""
    import cv2
    import numpy as np

    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, dtype=np.uint8))
    height, width = ink.shape
    for left, top, wide, high, area in stats[1:]:
        place = (int(left), int(top), int(wide), int(high))
        if max(place[2:]) < _SPECK_MM * _MM or _is_line(place, int(area), ink.shape):
            continue
        if not _is_hole(place, int(area), (height, width)):
            return True
    return False


def _is_line(place: tuple[int, int, int, int], area: int, shape: tuple[int, ...]) -> bool:
    """Say whether a blob is as long as a fold and as thin as one."""
    _, _, wide, high = place
    length = max(wide / shape[1], high / shape[0])
    return length > _LINE_SHARE and area / max(wide, high) < _LINE_MM * _MM


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
