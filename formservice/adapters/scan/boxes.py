"""What stands in a tick box and around it, measured against the same box on the blank form.

The box is found by its printed outline, which a registration misses by a few tenths of a
millimetre. Paper and ink are taken from its own surroundings, so that a faint pencil counts on a
clean sheet and grain does not on a dirty one. What lies inside is then described as a person
would: how far do the strokes reach, do they go through the box, is there more ink beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from formservice.adapters.scan.template import DPI, POINTS_PER_INCH, Rect, Template

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Mask: TypeAlias = npt.NDArray[np.bool_]
    Dark: TypeAlias = npt.NDArray[np.float32]

_PX = DPI / POINTS_PER_INCH
_MM = 25.4 / DPI
# How far a printed box is looked for around its place: 1.3 mm, four times the usual error.
_SNAP_PX = 10
# What counts as the printed outline of a box in the blank form's picture, and as any print.
_INK, _FAINT_INK = 160, 215
# The spread of printed ink on each side.
_SPREAD_PX = 2
# The surroundings that are looked at, 14 mm on each side.
_AROUND_PT = 40.0
# What a cross reaches over the edge; where a ring around the box lies; a cross beside it.
_EDGE_PT, _RING_PT, _BESIDE_PT = 2.5, 7.0, 14.0
# A label is looked at this far, but not up to the next box.
_LABEL_PT, _NEXT_PT = 38.0, 12.0
# Grain is smoothed by this much. Ink is what is darker than paper by more than this share of the
# printed ink, and by so many times the usual difference of paper from paper.
_GRAIN_PX, _FAINT, _TIMES_GRAIN = 0.8, 0.16, 6.0
_EDGE = 0.5
# Beyond this grain there is no telling.
_MOST_INK = 0.45
# The outline is printed: it must be as dark as this.
_PRINTED = 0.35
# Smaller than this is a speck: 0.1 mm², or shorter than 0.5 mm.
_SPECK_AREA, _SPECK_PX = 6, 4
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
    how far strokes are from one straight line. ``stripe`` is the share of the inside that a long
    line of the paper covers. ``stray`` is the length in mm of the longest stroke beside the box,
    ``struck`` that of ink across its label.
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
    stripe: float = 0.0
    stray: float = 0.0
    struck: float = 0.0


def box_ink(
    page: "Grey", template: Template, rect: Rect, others: Sequence[Rect] = (), down: int = 0
) -> BoxInk:
    """Measure the tick box at ``rect`` on a page laid on its template.

    ``others`` are zones that may hold writing of their own; the box stands ``down`` rows below
    its place.
    """
    import numpy as np

    place = _Place(template, rect)
    if not place.line.any():
        return BoxInk(0.0)
    around = rect.grown(_AROUND_PT)
    dark, least = _dark(_part(page, around, down), place)
    if least > _MOST_INK:
        return BoxInk(0.0)
    dark = place.snapped(dark)
    ink = dark > least
    stripes = _stripes(ink)
    strokes = _without_specks(ink & ~stripes & (place.free | place.inside))
    inside = strokes & place.inside
    # The shape of a stroke is where it is half as dark as in its middle.
    core = inside & (dark > _EDGE * np.percentile(dark[inside], 95)) if inside.any() else inside
    area, side = max(int(place.inside.sum()), 1), max(_extent(place.inside)[0], 1)
    width, height = _extent(_largest(inside))
    patches, white = _cut(place, core)
    sides, corners = _crossings(place, strokes)
    stray, struck = _beside(place, strokes, others)
    return BoxInk(
        outline=place.outline(dark),
        dark=float(dark[inside].sum()) / area,
        width=width / side,
        height=height / side,
        patches=patches,
        white=white / area,
        sides=sides,
        corners=corners,
        reach=_reach(place, ink & ~stripes),
        bent=_bent(core),
        stripe=float((stripes & place.inside).sum()) / area,
        stray=stray,
        struck=struck,
    )


class _Place:
    """A box and its surroundings on the blank form, as masks of one small picture.

    ``line`` is the printed outline, ``box`` all within it, ``inside`` what may be written on, and
    ``free`` whatever has no print.
    """

    def __init__(self, template: Template, rect: Rect) -> None:
        import cv2
        import numpy as np

        self.rect, self.around = rect, rect.grown(_AROUND_PT)
        self.blank = _part(template.blank, self.around)
        self.line = (self.blank < _INK) & self.mask([rect.grown(0.7)])
        rows, columns = np.nonzero(self.line)
        self.box = np.zeros(self.blank.shape, dtype=bool)
        if len(rows):
            self.box[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
        thick = np.ones((2 * _SPREAD_PX + 1, 2 * _SPREAD_PX + 1), np.uint8)
        printed = (self.blank < _FAINT_INK).astype(np.uint8)
        self.free = ~np.asarray(cv2.dilate(printed, thick), dtype=bool)
        self.inside = self.box & self.free

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the box, the last two exclusive."""
        import numpy as np

        rows, columns = np.nonzero(self.box)
        return (
            int(columns.min()),
            int(rows.min()),
            int(columns.max()) + 1,
            int(rows.max()) + 1,
        )

    def mask(self, rects: Iterable[Rect]) -> "Mask":
        """Return where some rectangles of the form are."""
        import numpy as np

        mask = np.zeros(self.blank.shape, dtype=bool)
        left, top = self.around.left, self.around.top
        for rect in rects:
            moved = Rect(rect.left - left, rect.top - top, rect.right - left, rect.bottom - top)
            mask[moved.pixels(mask.shape)] = True
        return mask

    def snapped(self, dark: "Dark") -> "Dark":
        """Return the darkness moved so that the outline fits.

        The outline must be darker than the paper just outside it; what is inside does not
        count, so that a filled box is found like an empty one.
        """
        import cv2
        import numpy as np

        left, top, right, bottom = self.edges
        rows, columns = slice(top - 4, bottom + 4), slice(left - 4, right + 4)
        line = self.line[rows, columns].astype(np.float32)
        outside = (self.free & ~self.box)[rows, columns].astype(np.float32)
        pattern = line / line.sum() - outside / max(float(outside.sum()), 1.0)
        near = dark[
            rows.start - _SNAP_PX : rows.stop + _SNAP_PX,
            columns.start - _SNAP_PX : columns.stop + _SNAP_PX,
        ]
        scores = cv2.matchTemplate(np.ascontiguousarray(near), pattern, cv2.TM_CCORR)
        _, _, _, (column, row) = cv2.minMaxLoc(scores)
        moved = np.roll(dark, (_SNAP_PX - int(row), _SNAP_PX - int(column)), axis=(0, 1))
        return np.asarray(moved, dtype=np.float32)

    def outline(self, dark: "Dark") -> float:
        """Return the share of the printed outline that is dark on its poorest side."""
        import cv2
        import numpy as np

        # Half a pixel beside its place is in its place.
        seen = cv2.dilate(dark, np.ones((3, 3), np.uint8)) > _PRINTED
        left, top, right, bottom = self.edges
        strips = (
            (slice(top, top + 4), slice(left, right)),
            (slice(bottom - 4, bottom), slice(left, right)),
            (slice(top, bottom), slice(left, left + 4)),
            (slice(top, bottom), slice(right - 4, right)),
        )
        return min(
            float(seen[strip][self.line[strip]].mean()) if self.line[strip].any() else 0.0
            for strip in strips
        )


def _part(picture: "Grey", rect: Rect, down: int = 0) -> "Grey":
    """Return a part of a picture, ``down`` rows below ``rect``, white beyond the edges."""
    import numpy as np

    height, width = round(rect.height * _PX), round(rect.width * _PX)
    top, left = round(rect.top * _PX) + down, round(rect.left * _PX)
    part = np.full((height, width), 255, np.uint8)
    seen = picture[
        max(top, 0) : max(top + height, 0),
        max(left, 0) : max(left + width, 0),
    ]
    above, before = max(-top, 0), max(-left, 0)
    part[above : above + seen.shape[0], before : before + seen.shape[1]] = seen
    return part


def _dark(part: "Grey", place: _Place) -> "tuple[Dark, float]":
    """Return how dark each pixel is, 0 paper to 1 printed ink, and from where on it is ink."""
    import cv2
    import numpy as np

    # What the form shades is its paper.
    shaded = np.where(place.blank >= _FAINT_INK, 255 - place.blank, 0)
    seen = cv2.GaussianBlur(part.astype(np.float32) + shaded, (0, 0), _GRAIN_PX)
    usual = float(np.median(seen[place.free]))
    core = cv2.erode((place.blank < _INK).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    ink = float(np.percentile(seen[core], 25)) if core.any() else 0.0
    # Paper is what is not much darker than most of it, evened out over some 3 mm.
    paper = (place.free & (seen > usual - 0.25 * max(usual - ink, 1.0))).astype(np.float32)
    weight = cv2.GaussianBlur(paper, (0, 0), 12)
    light = cv2.GaussianBlur(seen * paper, (0, 0), 12) / np.maximum(weight, 1e-3)
    light = np.where(weight > 0.02, light, usual)
    dark = np.asarray((light - seen) / np.maximum(light - ink, 20.0), dtype=np.float32)
    grain = 1.48 * float(np.median(np.abs(dark[paper > 0]))) if paper.any() else 1.0
    return np.clip(dark, 0.0, 1.0), max(_FAINT, _TIMES_GRAIN * grain)


def _stripes(ink: "Mask") -> "Mask":
    """Return lines along the rows or columns as long as all that is looked at.

    Those are stripes of a roller and folds of the paper, and lines of the form; no pen is led
    as straight as that.
    """
    import cv2
    import numpy as np

    found = np.zeros(ink.shape, dtype=bool)
    height, width = ink.shape
    # A line that leans by a degree stays within three rows over that length.
    for thick, long in (((1, 3), (height * 9 // 10, 1)), ((3, 1), (1, width * 9 // 10))):
        wide = cv2.dilate(ink.astype(np.uint8), np.ones(thick, np.uint8))
        line = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(long, np.uint8))
        found |= np.asarray(line, dtype=bool)
    return found


def _without_specks(ink: "Mask") -> "Mask":
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    large = (stats[:, 4] >= _SPECK_AREA) & (stats[:, 2:4].max(axis=1) >= _SPECK_PX)
    large[0] = False
    return np.asarray(large[labels], dtype=bool)


def _largest(inside: "Mask") -> "Mask":
    """Return the piece of ink with the longest sides."""
    import cv2
    import numpy as np

    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        inside.astype(np.uint8), connectivity=8
    )
    if count < 2:
        return inside
    return np.asarray(labels == 1 + stats[1:, 2:4].sum(axis=1).argmax(), dtype=bool)


def _extent(mask: "Mask") -> tuple[int, int]:
    """Return width and height of what a mask covers."""
    import numpy as np

    rows, columns = np.nonzero(mask)
    if not len(rows):
        return 0, 0
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def _cut(place: _Place, inside: "Mask") -> tuple[int, int]:
    """Return into how many white patches strokes cut the inside, and the area of the largest."""
    import cv2
    import numpy as np

    count, _, stats, _ = cv2.connectedComponentsWithStats(
        (place.inside & ~inside).astype(np.uint8), connectivity=4
    )
    if count < 2:
        return 0, 0
    areas = stats[1:, 4]
    return int(np.count_nonzero(areas >= _PATCH_AREA)), int(areas.max())


def _crossings(place: _Place, strokes: "Mask") -> tuple[str, int]:
    """Return over which sides' middles strokes leave the box, and over how many corners."""
    left, top, right, bottom = place.edges
    near, far = _SPREAD_PX + 1, round(_EDGE_PT * _PX)
    fourth = (bottom - top) // 4
    height, width = slice(top + fourth, bottom - fourth), slice(left + fourth, right - fourth)
    bands = {
        "l": strokes[height, left - far : left - near],
        "r": strokes[height, right + near : right + far],
        "t": strokes[top - far : top - near, width],
        "b": strokes[bottom + near : bottom + far, width],
    }
    sides = "".join(name for name, band in bands.items() if band.sum() >= _ACROSS_PX)
    outside = strokes & ~place.box
    corners = [
        outside[rows, columns]
        for rows in (slice(top - far, top + fourth), slice(bottom - fourth, bottom + far))
        for columns in (slice(left - far, left + fourth), slice(right - fourth, right + far))
    ]
    return sides, sum(int(corner.sum() >= _ACROSS_PX) for corner in corners)


def _reach(place: _Place, ink: "Mask") -> float:
    """Return how far ink that is connected with ink inside goes beyond the box, in mm."""
    import cv2
    import numpy as np

    left, top, right, bottom = place.edges
    # The outline itself connects; print farther away does not.
    joined = ink & (place.free | place.mask([place.rect.grown(_EDGE_PT)]))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined.astype(np.uint8), connectivity=8)
    touching = [int(one) for one in np.unique(labels[place.inside & ink]) if one]
    beyond = [
        max(
            left - stats[one, 0],
            top - stats[one, 1],
            stats[one, 0] + stats[one, 2] - right,
            stats[one, 1] + stats[one, 3] - bottom,
        )
        for one in touching
    ]
    return float(max(beyond, default=0)) * _MM


def _bent(inside: "Mask") -> float:
    """Return how far strokes are from one straight line, as a share of their length."""
    import numpy as np

    points = np.argwhere(inside).astype(np.float64)
    if len(points) < 2 * _SPECK_PX:
        return 0.0
    across, along = np.linalg.eigvalsh(np.cov(points.T))
    return float((max(across, 0.0) / max(along, 1e-6)) ** 0.5)


def _beside(place: _Place, strokes: "Mask", others: Sequence[Rect]) -> tuple[float, float]:
    """Return the length of the longest stroke around the box, and of ink over its label, in mm."""
    import cv2
    import numpy as np

    rect, around = place.rect, place.rect.grown(_RING_PT)
    before = Rect(rect.left - _BESIDE_PT, rect.top - 2, rect.left, rect.bottom + 2)
    free = strokes & ~place.mask(one.grown(2.0) for one in others)
    free &= ~place.mask([rect.grown(_EDGE_PT)])
    ring = free & place.mask([around, before])
    _, _, stats, _ = cv2.connectedComponentsWithStats(ring.astype(np.uint8), connectivity=8)
    stray = float(np.hypot(stats[1:, 2], stats[1:, 3]).max(initial=0.0)) * _MM
    following = [
        one.left - _NEXT_PT
        for one in others
        if one.left > rect.right and one.top < rect.bottom and one.bottom > rect.top
    ]
    end = min([rect.right + _LABEL_PT, *following])
    label = Rect(rect.right + _EDGE_PT, rect.top - 1, end, rect.bottom + 1)
    columns = (free & place.mask([label])).any(axis=0)
    return stray, int(np.count_nonzero(columns)) * _MM
