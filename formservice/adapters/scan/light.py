"""The light and the grain of a picture, evened out before anything is read from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

DARK = 150
"""What is darker is ink in a page whose ink is at 0 and whose paper, with its grain, is at 255.

A little over half of the way to paper: of a pixel at the edge of a stroke more than half is ink.
"""
DARK_UNLEVELLED = 170
"""What is darker is ink in a page in even light only, whose thin lines and type are grey."""

# Thin or grey type is lighter than the form's own: darker than paper by this share of what print
# is, in pieces larger than specks, it is writing; from the second share on it is as dark as print.
_WRITING, _FULL, _PIECE_PX = 0.2, 0.85, 8
# Up to which side and shape a piece of ink may be a speck: 0.7 mm, as wide as high. A dash is
# longer, a bullet larger (pixels at 200 dpi).
_SPECK_PX, _ROUND, _ROUND_PX = 6, 1.7, 4
# Full stops, accents and quotation marks stand this near to letters (across, down), pieces of a
# broken letter this near to each other; smaller ones are grain.
_NEAR_PX, _TOGETHER_PX, _GRAIN_AREA = (18, 9), 10, 4

COARSE = 4
"""Edges of paper are looked for in pictures this many times smaller."""
# Without what is thinner than 3.5 mm; over 2 mm, and along 6 mm (pixels of the small picture).
_STROKE_PX, _PAPER_PX, _STEP_PX, _EDGE_PX = 7, 9, 2, 12


def frame(dark: "Grey") -> tuple[slice, slice]:
    """Return the rows and columns that hold all that is not 0: to number less paper.

    They begin at even ones, so that pieces are numbered in the same order.
    """
    import cv2

    left, top, width, height = cv2.boundingRect(dark)
    return slice(top & ~1, top + height), slice(left & ~1, left + width)


def boxes_of(dark: "Grey") -> "npt.NDArray[np.int32]":
    """Return the pieces of what is not 0: left, top, width, height and area of each."""
    import cv2
    import numpy as np

    rows, columns = frame(dark)
    if rows.start >= rows.stop:
        return np.zeros((0, 5), dtype=np.int32)
    stats = cv2.connectedComponentsWithStats(dark[rows, columns], connectivity=8)[2][1:]
    stats[:, :2] += (columns.start, rows.start)
    return np.asarray(stats, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Tones:
    """How dark the ink of a page in even light is, and how light its paper."""

    ink: float
    paper: float

    def levelled(self, flat: "Grey") -> "Grey":
        """Return the picture with its ink at 0 and its paper, with its grain, at 255."""
        import cv2
        import numpy as np

        deep = self.paper - self.ink
        # 0.85 keeps thin strokes; at 0.55 they were lost with the dirt.
        white, black = self.ink + 0.85 * deep, self.ink - min(0.4 * self.ink, 0.18 * deep)
        levels = (np.arange(256, dtype=np.float64) - black) * 255.0 / (white - black)
        return np.asarray(cv2.LUT(flat, np.clip(levels, 0, 255).astype(np.uint8)), dtype=np.uint8)

    def of_writing(self, flat: "Grey", printed: "npt.NDArray[np.bool_]") -> "Tones | None":
        """Return the tones of the writing in a zone, None if it has none or is as dark as print.

        ``printed`` is what belongs to the form.
        """
        import cv2
        import numpy as np

        deep = self.paper - self.ink
        dark = ((flat < self.paper - _WRITING * deep) & ~printed).astype(np.uint8)
        inked = frame(dark)
        dark = dark[inked]
        if not dark.size:
            return None
        _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
        large = stats[:, 2:4].max(axis=1) > _PIECE_PX
        large[0] = False
        if not large.any():
            return None
        # The middle of a stroke is darker than the pixels around.
        darkest = cv2.erode(flat, np.ones((3, 3), np.uint8)) == flat
        tones = flat[inked][large[labels] & darkest[inked]]
        ink = float(np.median(tones)) if tones.size else self.ink
        return Tones(ink, self.paper) if self.paper - ink < _FULL * deep else None


def evenly_lit(page: "Grey") -> "Grey":
    """Return the page divided by its paper, as a coarse, ink-free copy shows it."""
    import cv2
    import numpy as np

    height, width = page.shape
    quarter = cv2.resize(page, (max(1, width // 4), max(1, height // 4)))
    # Dilating removes thin ink, the median what is left of it.
    paper = cv2.medianBlur(cv2.dilate(quarter, np.ones((5, 5), np.uint8)), 21)
    paper = cv2.resize(paper, (width, height))
    return np.asarray(cv2.divide(page, np.maximum(paper, 1), scale=255), dtype=np.uint8)


def softened(picture: "Grey") -> "Grey":
    """Return the picture without its grain, which costs whole words when all is read at once."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), dtype=np.uint8)


def free_of_specks(page: "Grey", rows: slice, columns: slice) -> None:
    """Whiten the specks in a part of a page that stand alone, away from all writing.

    They would be read as full stops and dashes, or be taken for an answer.
    """
    import numpy as np

    top, left = max(rows.start - _NEAR_PX[1], 0), max(columns.start - _NEAR_PX[0], 0)
    around = page[top : rows.stop + _NEAR_PX[1], left : columns.stop + _NEAR_PX[0]]
    stats = boxes_of((around < DARK).astype(np.uint8))
    sides, starts = stats[:, 2:4], stats[:, :2]
    ends = starts + sides
    longest, shortest = sides.max(axis=1), sides.min(axis=1)
    small = (longest <= _SPECK_PX) & ((longest <= _ROUND_PX) | (longest <= _ROUND * shortest))
    middles = starts + sides // 2 + (left, top)
    inside = (middles >= (columns.start, rows.start)) & (middles < (columns.stop, rows.stop))
    alone = small & inside.all(axis=1)
    if not alone.any():
        return
    # How far each is from every other piece, across and down; below 0 they overlap.
    apart = np.maximum(starts[alone][:, None] - ends[None], starts[None] - ends[alone][:, None])
    by_writing = (apart[:, ~small] <= _NEAR_PX).all(axis=2).any(axis=1)
    grains = stats[:, 4] < _GRAIN_AREA
    pieces = (apart[:, small & ~grains] <= _TOGETHER_PX).all(axis=2).sum(axis=1)
    # Each is near itself.
    broken = pieces > ~grains[alone]
    for x, y, right, bottom in np.hstack([starts, ends])[alone][~by_writing & ~broken]:
        around[max(y - 2, 0) : bottom + 2, max(x - 2, 0) : right + 2] = 255


def tone_edges(picture: "Grey") -> "npt.NDArray[np.float32]":
    """Return by how much the tone of the paper changes across straight edges, as a share of it."""
    import cv2
    import numpy as np

    height, width = picture.shape
    size = (width // COARSE, height // COARSE)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    stroke = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, stroke), _PAPER_PX)
    light = cv2.dilate(paper, np.ones((_PAPER_PX, _PAPER_PX), np.uint8)).astype(np.float32)
    found = np.zeros(paper.shape, dtype=np.float32)
    for seen, along in ((paper, found), (paper.T, found.T)):
        tone = np.ascontiguousarray(seen).astype(np.float32)
        change = np.zeros_like(tone)
        change[_STEP_PX:-_STEP_PX] = tone[2 * _STEP_PX :] - tone[: -2 * _STEP_PX]
        for one in (change, -change):
            np.maximum(along, cv2.erode(one, np.ones((1, _EDGE_PX), np.uint8)), out=along)
    return np.asarray(found / np.maximum(light, 1.0), dtype=np.float32)
