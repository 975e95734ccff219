"""Ink on a part of a scan, seen beside the same part of the blank form.

Paper and ink are taken from the surroundings of the place that is looked at, so that a faint
pencil counts on a clean sheet and grain does not on a dirty one. Specks are told from strokes,
and stripes and folds, which are straight over the whole part, from what a pen draws.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from formservice.adapters.scan.template import DPI, POINTS_PER_INCH, Rect, Template

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Mask: TypeAlias = npt.NDArray[np.bool_]
    Dark: TypeAlias = npt.NDArray[np.float32]
    Stats: TypeAlias = npt.NDArray[np.int32]

PX = DPI / POINTS_PER_INCH
MM = 25.4 / DPI
# What counts as printed ink in the blank form's picture, and as any print.
_INK, _FAINT_INK = 160, 215
# The spread of printed ink on each side.
SPREAD_PX = 2
# Grain is smoothed by this much. Ink is what is darker than paper by more than this share of the
# printed ink, and by so many times the usual difference of paper from paper.
_GRAIN_PX, _FAINT, _TIMES_GRAIN = 0.8, 0.16, 5.5
# Beyond this grain there is no telling.
_MOST_GRAIN = 0.45
# Light changes over some 3 mm, strokes faster.
_LIGHT_PX, _COARSE = 12, 4
# Smaller than this is a speck: 0.1 mm², or shorter than 0.5 mm.
_SPECK_AREA, _SPECK_PX = 6, 4
# A stripe crosses nine tenths of the part that is looked at, with gaps of a pixel or two; it may
# be fainter than what counts as ink, for no word and no stroke is as long.
_STRIPE, _GAP_PX, _FAINTER = 0.9, 3, 0.6


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page: how dark it is, 0 paper to 1 printed ink, and the blank form there.

    ``line`` is what the form has printed, ``free`` where it has nothing near; ``least`` is from
    where on a pixel is ink, None if the grain of the paper is as dark.
    """

    rect: Rect
    dark: "Dark"
    line: "Mask"
    free: "Mask"
    least: float | None

    def mask(self, rects: Iterable[Rect]) -> "Mask":
        """Return where some rectangles of the form are."""
        import numpy as np

        mask = np.zeros(self.line.shape, dtype=bool)
        left, top = self.rect.left, self.rect.top
        for rect in rects:
            moved = Rect(rect.left - left, rect.top - top, rect.right - left, rect.bottom - top)
            mask[moved.pixels(mask.shape)] = True
        return mask

    def moved(self, down: int, right: int) -> "Part":
        """Return the part with what is seen on the page moved against the blank form."""
        import numpy as np

        dark = np.roll(self.dark, (down, right), axis=(0, 1))
        return replace(self, dark=np.asarray(dark, dtype=np.float32))

    @property
    def ink(self) -> "Mask":
        """Whatever is darker than paper, print and dirt included."""
        import numpy as np

        return np.asarray(self.dark > (1.0 if self.least is None else self.least), dtype=bool)


def part_of(page: "Grey", template: Template, rect: Rect, down: int = 0) -> Part:
    """Return a part of a page laid on its template, ``down`` rows below its place.

    Beyond the edges of the page it is white.
    """
    import cv2
    import numpy as np

    blank = _cut(template.blank, rect)
    thick = np.ones((2 * SPREAD_PX + 1, 2 * SPREAD_PX + 1), np.uint8)
    free = cv2.dilate((blank < _FAINT_INK).astype(np.uint8), thick) == 0
    # What the form shades is its paper.
    shaded = np.where(blank >= _FAINT_INK, 255 - blank, 0)
    evened = _cut(page, rect, down).astype(np.float32) + shaded.astype(np.float32)
    seen = np.asarray(cv2.GaussianBlur(evened, (0, 0), _GRAIN_PX), dtype=np.float32)
    usual = float(np.median(seen[free])) if free.any() else 255.0
    core = cv2.erode((blank < _INK).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    black = float(np.percentile(seen[core], 25)) if core.any() else 0.0
    paper = free & (seen > usual - 0.25 * max(usual - black, 1.0))
    light = _light(seen, np.asarray(paper, dtype=bool), usual)
    dark = np.asarray((light - seen) / np.maximum(light - black, 20.0), dtype=np.float32)
    grain = 1.48 * float(np.median(np.abs(dark[paper]))) if paper.any() else 1.0
    least = max(_FAINT, _TIMES_GRAIN * grain)
    return Part(
        rect,
        np.clip(dark, 0.0, 1.0),
        np.asarray(blank < _INK, dtype=bool),
        np.asarray(free, dtype=bool),
        least if least < _MOST_GRAIN else None,
    )


def stripes(part: Part) -> "Mask":
    """Return lines along the rows or columns over all that is looked at.

    Those are stripes of a roller and folds of the paper, and lines of the form; no pen is led
    as straight as that.
    """
    import cv2
    import numpy as np

    ink = part.dark > (1.0 if part.least is None else _FAINTER * part.least)
    found = np.zeros(ink.shape, dtype=bool)
    height, width = (int(_STRIPE * side) for side in ink.shape)
    # A line that leans by a degree stays within three rows over that length.
    for seen, lines, long in ((ink.T, found.T, height), (ink, found, width)):
        wide = cv2.dilate(seen.astype(np.uint8, order="C"), np.ones((3, 1), np.uint8))
        whole = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((1, _GAP_PX), np.uint8))
        # At the edge of what is looked at half a line is enough; few rows have that much ink.
        rows = np.flatnonzero(np.count_nonzero(whole, axis=1) >= long // 2)
        if len(rows):
            line = cv2.morphologyEx(whole[rows], cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
            lines[rows] |= line > 0
    return found


def without_specks(ink: "Mask") -> "Mask":
    """Return ink without what is too small for a stroke."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    large = (stats[:, 4] >= _SPECK_AREA) & (stats[:, 2:4].max(axis=1) >= _SPECK_PX)
    large[0] = False
    return np.asarray(large[labels], dtype=bool)


def pieces(ink: "Mask") -> "tuple[npt.NDArray[np.int32], Stats]":
    """Return the connected pieces of ink: their numbers from 1 by pixel, and boxes and areas."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    return np.asarray(labels, dtype=np.int32), np.asarray(stats[1:], dtype=np.int32)


def sharpness(part: Part, ink: "Mask") -> float:
    """Return how steeply ink becomes paper, as a share of its darkness from pixel to pixel.

    Strokes of a pen have 0.7 and more, stains, shadows and what shines through 0.5 and less.
    """
    import cv2
    import numpy as np

    if not ink.any():
        return 0.0
    steps = cv2.morphologyEx(part.dark, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return float(np.percentile(steps[ink], 75) / np.percentile(part.dark[ink], 90))


def bent(ink: "Mask") -> float:
    """Return how far ink is from one straight line, as a share of its length."""
    import numpy as np

    points = np.argwhere(ink).astype(np.float64)
    if len(points) < 2 * _SPECK_PX:
        return 0.0
    across, along = np.linalg.eigvalsh(np.cov(points.T))
    return float((max(across, 0.0) / max(along, 1e-6)) ** 0.5)


def _cut(picture: "Grey", rect: Rect, down: int = 0) -> "Grey":
    """Return a part of a picture, ``down`` rows below ``rect``, white beyond the edges."""
    import numpy as np

    height, width = round(rect.height * PX), round(rect.width * PX)
    top, left = round(rect.top * PX) + down, round(rect.left * PX)
    part = np.full((height, width), 255, np.uint8)
    seen = picture[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
    above, before = max(-top, 0), max(-left, 0)
    part[above : above + seen.shape[0], before : before + seen.shape[1]] = seen
    return part


def _light(seen: "Dark", paper: "Mask", usual: float) -> "Dark":
    """Return how bright the paper is at every pixel, the usual where there is none near."""
    import cv2
    import numpy as np

    here = paper.astype(np.float32)
    height, width = here.shape
    # Light changes so slowly that every fourth pixel tells it.
    size = (max(1, width // _COARSE), max(1, height // _COARSE))
    spread = _LIGHT_PX / _COARSE
    weight, bright = (
        cv2.GaussianBlur(cv2.resize(one, size, interpolation=cv2.INTER_AREA), (0, 0), spread)
        for one in (here, seen * here)
    )
    light = np.where(weight > 0.02, bright / np.maximum(weight, 1e-3), usual)
    return np.asarray(cv2.resize(light.astype(np.float32), (width, height)), dtype=np.float32)
