"""What stands in a tick box and around it, measured against the same box on the blank form.

The box is found by its printed outline, which a registration misses by a few tenths of a
millimetre. What lies inside is then described as a person would: how far do the strokes reach, do
they go through the box, is there more ink beside it or over its label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.scan.ink import (
    MM,
    PX,
    SPREAD_PX,
    Part,
    bent,
    part_of,
    pieces,
    sharpness,
    stripes,
    without_specks,
)
from formservice.adapters.scan.template import Rect, Template

if TYPE_CHECKING:
    from formservice.adapters.scan.ink import Mask
    from formservice.adapters.scan.ocr import Grey

# How far a printed box is looked for around its place: 1.3 mm, four times the usual error.
_SNAP_PX = 10
# The surroundings that are looked at, 14 mm on each side.
_AROUND_PT = 40.0
# What a cross reaches over the edge; where a ring around the box lies; a cross beside it.
_EDGE_PT, _RING_PT, _BESIDE_PT = 2.5, 7.0, 14.0
# A label is looked at this far, but not up to the next box.
_LABEL_PT, _NEXT_PT = 38.0, 12.0
# The edge of a stroke is where it is half as dark as in its middle.
_EDGE = 0.5
# The outline is printed: it must be as dark as this, in a strip as thick as this.
_PRINTED, _OUTLINE_PX = 0.35, 4
# White patches of fewer pixels are holes in a stroke.
_PATCH_AREA = 5
# So many pixels of ink across an edge or a corner are a stroke that goes over it.
_ACROSS_PX = 4


@dataclass(frozen=True, slots=True)
class BoxInk:
    """What was found in and around a tick box; lengths inside are shares of its inner side.

    ``outline`` is how much of the printed outline is there on its poorest side, 0..1. ``dark`` is
    the darkness of all ink inside, spread over it, ``width`` and ``height`` how far its largest
    piece reaches, ``patches`` into how many white patches the ink cuts the inside and ``white``
    the largest of them. ``sides`` names where ink goes out over the middle of an edge (``l``,
    ``r``, ``t``, ``b``), ``corners`` over how many corners, ``reach`` how far, in mm. ``bent`` is
    how far strokes are from one straight line, ``sharp`` how steep their edges are. ``stripe`` is
    the share of the inside that a long line of the paper covers, ``stripe_dark`` how dark that
    is. ``stray`` is the length in mm of the longest stroke beside the box, ``struck`` that of ink
    across its label. ``grain`` is how dark ink must be to be told from the paper.
    """

    outline: float
    dark: float = 0.0
    width: float = 0.0
    height: float = 0.0
    patches: int = 1
    white: float = 1.0
    sides: str = ""
    corners: int = 0
    reach: float = 0.0
    bent: float = 0.0
    sharp: float = 1.0
    stripe: float = 0.0
    stripe_dark: float = 0.0
    stray: float = 0.0
    struck: float = 0.0
    grain: float = 0.0


def box_ink(
    page: "Grey", template: Template, rect: Rect, others: Sequence[Rect] = (), down: int = 0
) -> BoxInk:
    """Measure the tick box at ``rect`` on a page laid on its template.

    ``others`` are zones that may hold writing of their own; the box stands ``down`` rows below
    its place.
    """
    import numpy as np

    part = part_of(page, template, rect.grown(_AROUND_PT), down)
    least = part.least
    if least is None or not (part.line & part.mask([rect])).any():
        return BoxInk(0.0)
    place = _Place(part, rect)
    part = part.moved(*place.offset(part))
    lines = stripes(part)
    strokes = without_specks(part.ink & ~lines & (part.free | place.inside))
    inside, across = strokes & place.inside, lines & place.inside
    core = inside
    if inside.any():
        core = inside & (part.dark > _EDGE * np.percentile(part.dark[inside], 95))
    area, side = max(int(place.inside.sum()), 1), max(_extent(place.inside)[0], 1)
    width, height = _extent(_largest(inside))
    patches, white = _cut(place.inside & ~core)
    sides, corners = place.crossings(strokes)
    stray, struck = _beside(part, rect, strokes, others)
    return BoxInk(
        outline=place.outline(part),
        dark=float(part.dark[inside].sum()) / area,
        width=width / side,
        height=height / side,
        patches=patches,
        white=white / area,
        sides=sides,
        corners=corners,
        reach=place.reach(part.ink & ~lines & (part.free | part.mask([rect.grown(_EDGE_PT)]))),
        bent=bent(core),
        sharp=sharpness(part, inside) if inside.any() else 1.0,
        stripe=float(across.sum()) / area,
        stripe_dark=float(np.median(part.dark[across])) if across.any() else 0.0,
        stray=stray,
        struck=struck,
        grain=least,
    )


class _Place:
    """A box on the blank form: its edges in the part, and what of it may be written on."""

    def __init__(self, part: Part, rect: Rect) -> None:
        """Find the printed outline of the box at ``rect``."""
        import numpy as np

        self._line = part.line & part.mask([rect.grown(0.7)])
        rows, columns = np.nonzero(self._line)
        self._left, self._right = int(columns.min()), int(columns.max()) + 1
        self._top, self._bottom = int(rows.min()), int(rows.max()) + 1
        self.box = np.zeros(part.line.shape, dtype=bool)
        self.box[self._top : self._bottom, self._left : self._right] = True
        self.inside = self.box & part.free

    def offset(self, part: Part) -> tuple[int, int]:
        """Return by how many rows and columns the page must be moved for its outline to fit.

        The outline must be darker than the paper just outside it; what is inside does not
        count, so that a filled box is found like an empty one.
        """
        import cv2
        import numpy as np

        near, far = 4, 4 + _SNAP_PX
        seen = part.dark[
            self._top - far : self._bottom + far, self._left - far : self._right + far
        ]
        window = (
            slice(self._top - near, self._bottom + near),
            slice(self._left - near, self._right + near),
        )
        line = self._line[window].astype(np.float32)
        outside = (part.free & ~self.box)[window].astype(np.float32)
        pattern = line / line.sum() - outside / max(float(outside.sum()), 1.0)
        scores = cv2.matchTemplate(np.ascontiguousarray(seen), pattern, cv2.TM_CCORR)
        _, _, _, (column, row) = cv2.minMaxLoc(scores)
        return _SNAP_PX - int(row), _SNAP_PX - int(column)

    def outline(self, part: Part) -> float:
        """Return the share of the printed outline that is dark on its poorest side."""
        import cv2
        import numpy as np

        # Half a pixel beside its place is in its place.
        seen = np.asarray(cv2.dilate(part.dark, np.ones((3, 3), np.uint8)) > _PRINTED)
        height, width = slice(self._top, self._bottom), slice(self._left, self._right)
        strips = (
            (slice(self._top, self._top + _OUTLINE_PX), width),
            (slice(self._bottom - _OUTLINE_PX, self._bottom), width),
            (height, slice(self._left, self._left + _OUTLINE_PX)),
            (height, slice(self._right - _OUTLINE_PX, self._right)),
        )
        return min(
            float(seen[strip][self._line[strip]].mean()) if self._line[strip].any() else 0.0
            for strip in strips
        )

    def crossings(self, strokes: "Mask") -> tuple[str, int]:
        """Return over which sides' middles strokes leave the box, and over how many corners."""
        left, top, right, bottom = self._left, self._top, self._right, self._bottom
        near, far = SPREAD_PX + 1, round(_EDGE_PT * PX)
        fourth = (bottom - top) // 4
        height, width = slice(top + fourth, bottom - fourth), slice(left + fourth, right - fourth)
        bands = {
            "l": strokes[height, left - far : left - near],
            "r": strokes[height, right + near : right + far],
            "t": strokes[top - far : top - near, width],
            "b": strokes[bottom + near : bottom + far, width],
        }
        sides = "".join(name for name, band in bands.items() if band.sum() >= _ACROSS_PX)
        outside = strokes & ~self.box
        corners = [
            outside[rows, columns]
            for rows in (slice(top - far, top + fourth), slice(bottom - fourth, bottom + far))
            for columns in (slice(left - far, left + fourth), slice(right - fourth, right + far))
        ]
        return sides, sum(int(corner.sum() >= _ACROSS_PX) for corner in corners)

    def reach(self, ink: "Mask") -> float:
        """Return how far ink that is connected with ink inside goes beyond the box, in mm."""
        import numpy as np

        labels, stats = pieces(ink)
        inside = {int(one) - 1 for one in np.unique(labels[self.inside]) if one}
        beyond = [
            max(
                self._left - left,
                self._top - top,
                left + width - self._right,
                top + height - self._bottom,
            )
            for left, top, width, height, _ in (stats[one].tolist() for one in inside)
        ]
        return float(max([0, *beyond])) * MM


def _largest(inside: "Mask") -> "Mask":
    """Return the piece of ink with the longest sides."""
    import numpy as np

    labels, stats = pieces(inside)
    if not len(stats):
        return inside
    return np.asarray(labels == 1 + stats[:, 2:4].sum(axis=1).argmax(), dtype=bool)


def _extent(mask: "Mask") -> tuple[int, int]:
    """Return width and height of what a mask covers."""
    import numpy as np

    rows, columns = np.nonzero(mask)
    if not len(rows):
        return 0, 0
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def _cut(white: "Mask") -> tuple[int, int]:
    """Return into how many patches the white is cut, and the area of the largest."""
    import cv2
    import numpy as np

    _, _, stats, _ = cv2.connectedComponentsWithStats(white.astype(np.uint8), connectivity=4)
    areas = stats[1:, 4]
    return int(np.count_nonzero(areas >= _PATCH_AREA)), int(areas.max(initial=0))


def _beside(
    part: Part, rect: Rect, strokes: "Mask", others: Sequence[Rect]
) -> tuple[float, float]:
    """Return the length of the longest stroke around the box, and of ink over its label, in mm."""
    import numpy as np

    free = strokes & ~part.mask(one.grown(2.0) for one in others)
    free &= ~part.mask([rect.grown(_EDGE_PT)])
    before = Rect(rect.left - _BESIDE_PT, rect.top - 2, rect.left, rect.bottom + 2)
    _, stats = pieces(free & part.mask([rect.grown(_RING_PT), before]))
    stray = float(np.hypot(stats[:, 2], stats[:, 3]).max(initial=0.0)) * MM
    following = [
        one.left - _NEXT_PT
        for one in others
        if one.left > rect.right and one.top < rect.bottom and one.bottom > rect.top
    ]
    end = min([rect.right + _LABEL_PT, *following])
    label = Rect(rect.right + _EDGE_PT, rect.top - 1, end, rect.bottom + 1)
    columns = (free & part.mask([label])).any(axis=0)
    return stray, int(np.count_nonzero(columns)) * MM
