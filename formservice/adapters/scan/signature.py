"""Signatures on a scan: whether somebody wrote above the line, not who.

A signature is at least one stroke longer than any typed letter, drawn with the width of a pen and
bent. What is only specks, stripes and remains of lines is nothing; typed names, dates, stamps,
stains and writing that may belong to the line above or below are for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.scan.ink import (
    MM,
    part_of,
    pieces,
    sharpness,
    stripes,
    without_specks,
)
from formservice.adapters.scan.marks import MOST_GRAIN, Mark, State, doubtful
from formservice.adapters.scan.template import Rect, Template
from formservice.domain.document import Doubt

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ink import Mask, Part
    from formservice.adapters.scan.ocr import Grey

# Around the place as much is looked at as a signature may stick out, 7 mm.
_AROUND_PT = 20.0
# Printed lines cut strokes; what is this close together (1.4 mm) is joined again.
_JOINED_PX = 11
# Lengths in mm, areas in mm². A signature has a stroke longer and taller than a letter of 14
# points, or so long that no word of type is, and the ink of a short „gez.“.
_STROKE_MM, _TALL_MM, _FLOWING_MM, _SIGNED_MM2 = 5.5, 4.6, 12.0, 1.0
# The longest speck and the longest grain of dirt, and how much of them may be there more than
# around.
_SPECK_MM, _DIRT_MM, _SPECKS_MM2 = 1.2, 2.2, 0.4
# Remains of strokes are longish: sides of this ratio, or this share of their box without ink.
_LONGISH, _COMPACT = 1.8, 0.5
# Less of the print around: the picture loses thin strokes, or most of all.
_LEAST_PRINT, _ANY_PRINT = 0.85, 0.6
_PRINT_DARK = 0.3
# What is lost with the thin lines of a form, which are no darker than a pen, is never a stroke as
# large as this (mm): where one is seen, it was drawn. That there is none proves nothing there.
_LARGE_MM, _HIGH_MM = 20.0, 6.0
# The middle of a stroke is at least this share as dark as the darkest strokes.
_CORE = 0.5
# Thicker than this is no pen (mm).
_PEN_MM = 2.0
# What leaves a straight line by less than this (mm, or the half of its own width) is a line of the
# paper or of a ruler; a faint one longer than this (mm) is of the paper.
_WAVE_MM, _LINE_MM, _FAINT_LINE = 0.3, 4.0, 0.4
# What belongs to the place has this share of its ink there; less than the second does not.
_OURS, _MOSTLY, _PARTLY = 0.5, 0.4, 0.15
# Print leaves remains along its edges, thinner than this.
_REMAINS_PX = 3
# Straight runs this long (8 mm), and so many times as long as thick, are frames of stamps and
# ruled lines.
_RUN_PX, _RUN_THICK = 63, 16
# Ink that fills this share of its box is bold type grown together; fainter than this (as a share
# of print), or less sharp, it is a stain or shines through from the back.
_DENSE, _FAINT_STROKE, _SHARP = 0.3, 0.28, 0.6
# Arcs of round stamps: ink leaves a circle by less than this share of its radius, which is no
# larger than this (mm).
_CIRCLE, _RADIUS_MM = 0.04, 30.0
# Letters of one size on one line: so many of them, so much alike (mm).
_LETTERS, _ALIKE_MM = 4, 0.35


@dataclass(frozen=True, slots=True)
class SignatureInk:
    """What was found in the place of a signature; lengths in mm, areas in mm².

    ``longest`` and ``tallest`` are of bent strokes of a pen's width, ``ink`` is all that belongs
    there, both without specks; ``partly`` is the longest piece that reaches in from outside.
    ``specks`` is the area of all that is small and longish, ``around`` what that would be if the
    place were as dirty as its surroundings. ``piece`` is the longest piece of any kind,
    ``letters`` the number of pieces that stand on one line like type. ``printed`` is how much of
    the print around is there, 0..1, ``grain`` how dark ink must be to be told from the paper, and
    ``found`` is False if nothing can be.
    """

    longest: float = 0.0
    tallest: float = 0.0
    ink: float = 0.0
    partly: float = 0.0
    specks: float = 0.0
    around: float = 0.0
    piece: float = 0.0
    letters: int = 0
    printed: float = 1.0
    grain: float = 0.0
    found: bool = True

    @property
    def written(self) -> bool:
        """Whether a stroke is there that is more than a letter."""
        tall = self.longest >= _STROKE_MM and self.tallest >= _TALL_MM
        if self.printed < _ANY_PRINT:
            return self.longest >= _LARGE_MM and self.tallest >= _HIGH_MM and not self.partly
        return self.ink >= _SIGNED_MM2 and (tall or self.longest >= _FLOWING_MM)

    @property
    def empty(self) -> bool:
        """Whether there is nothing but the dirt of the page."""
        if self.printed < _LEAST_PRINT or self.grain > MOST_GRAIN:
            return False
        if self.partly >= _STROKE_MM or self.piece >= _DIRT_MM:
            return False
        return self.specks + self.ink < _SPECKS_MM2 + self.around


def signature(
    page: "Grey", template: Template, rect: Rect, others: Sequence[Rect] = (), down: int = 0
) -> Mark:
    """Say whether there is a signature in ``rect``; ``others`` are the other zones around."""
    return judged_signature(signature_ink(page, template, rect, others, down))


def judged_signature(seen: SignatureInk) -> Mark:
    """Say what the ink above a signature line means."""
    if not seen.found:
        return doubtful(State.UNREADABLE)
    if seen.written:
        return Mark(State.ON, round(min(0.99, 0.9 + 0.005 * seen.longest), 3))
    if seen.empty:
        return Mark(State.OFF, round(0.98 - 0.05 * min(seen.specks, 1.0), 3))
    if seen.letters >= _LETTERS:
        return doubtful(State.AMBIGUOUS, Doubt.TYPED_NAME)
    return doubtful(State.AMBIGUOUS)


def signature_ink(
    page: "Grey", template: Template, rect: Rect, others: Sequence[Rect] = (), down: int = 0
) -> SignatureInk:
    """Measure what stands in the place of a signature on a page laid on its template."""
    import cv2
    import numpy as np

    part = part_of(page, template, rect.grown(_AROUND_PT), down)
    if part.least is None:
        return SignatureInk(found=False)
    strokes = without_specks(part.ink & ~stripes(part) & part.free) & ~_remains(part)
    # Pieces that a printed line has cut are one.
    joined = cv2.morphologyEx(
        strokes.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_JOINED_PX, _JOINED_PX), np.uint8)
    )
    labels, stats = pieces(np.asarray(joined, dtype=bool))
    here = _by_piece(labels, strokes & part.mask([rect]), len(stats))
    there = _by_piece(labels, strokes & part.mask(others), len(stats))
    area = _by_piece(labels, strokes, len(stats))
    width, height = stats[:, 2], stats[:, 3]
    length = np.hypot(width, height) * MM
    touching = here > _PARTLY * np.maximum(area, 1)
    # Signatures overshoot their place; what has most of its ink outside came from there.
    foreign = (here < _OURS * area) & ((there > here) | (here < _MOSTLY * area))
    longish = np.maximum(width, height) >= _LONGISH * np.minimum(width, height)
    longish |= area < _COMPACT * width * height
    speck = (length < _SPECK_MM) | ((length < _DIRT_MM) & ~longish)
    ours = [
        int(one)
        for one in np.flatnonzero(touching & ~speck & ~foreign)
        if not (length[one] > _LINE_MM and _is_crease(part, strokes & (labels == one + 1)))
    ]
    strokes_here = [_drawn(part, strokes & (labels == one + 1)) for one in ours]
    return SignatureInk(
        longest=max([0.0, *(one[0] for one in strokes_here)]),
        tallest=max([0.0, *(one[1] for one in strokes_here)]),
        ink=float(area[ours].sum()) * MM * MM,
        partly=float(length[touching & ~speck & foreign].max(initial=0.0)),
        specks=float(area[touching & speck & longish].sum()) * MM * MM,
        around=_around(part, rect, area[~touching & (length < _DIRT_MM)]),
        piece=float(length[ours].max(initial=0.0)),
        letters=_on_one_line([tuple(stats[one].tolist()) for one in ours]),
        printed=_print_share(part),
        grain=part.least,
    )


def _print_share(part: "Part") -> float:
    """Return how much of the print of the form is there."""
    import cv2
    import numpy as np

    if not part.line.any():
        return 1.0
    seen = cv2.dilate(part.dark, np.ones((5, 5), np.uint8)) > _PRINT_DARK
    return float(np.asarray(seen)[part.line].mean())


def _around(part: "Part", rect: Rect, areas: "npt.NDArray[np.int64]") -> float:
    """Return how much dirt (mm²) the place would have if it were as dirty as its surroundings."""
    share = rect.width * rect.height / (part.rect.width * part.rect.height)
    return float(areas.sum()) * MM * MM * share / max(1.0 - share, 0.1)


def _by_piece(labels: "npt.NDArray[np.int32]", ink: "Mask", count: int) -> "npt.NDArray[np.int64]":
    """Return how many pixels of ink each piece has."""
    import numpy as np

    return np.bincount(labels[ink], minlength=count + 1)[1:]


def _remains(part: "Part") -> "Mask":
    """Return thin ink along printed lines, which a registration a little off leaves behind."""
    import cv2
    import numpy as np

    near = cv2.dilate((~part.free).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ink = part.ink & part.free
    square = np.ones((_REMAINS_PX, _REMAINS_PX), np.uint8)
    thick = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, square) > 0
    return np.asarray(near & _runs(ink, 4 * _REMAINS_PX) & ~thick, dtype=bool)


def _runs(ink: "Mask", length: int) -> "Mask":
    """Return ink in straight runs along rows or columns."""
    import cv2
    import numpy as np

    found = np.zeros(ink.shape, dtype=bool)
    for shape in ((1, length), (length, 1)):
        line = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        found |= np.asarray(line, dtype=bool)
    return found


def _drawn(part: "Part", piece: "Mask") -> tuple[float, float]:
    """Return the length and height in mm of the longest and tallest stroke of a piece of ink.

    Frames of stamps and ruled lines do not count.
    """
    import cv2
    import numpy as np

    faint = float(np.percentile(part.dark[piece], 75)) < _FAINT_STROKE
    if faint or sharpness(part, piece) < _SHARP:
        return 0.0, 0.0
    # Letters that touch only by their edges are letters; a printed line cuts no stroke.
    piece = piece & (part.dark > _CORE * np.percentile(part.dark[piece], 90))
    column = np.ones((_JOINED_PX, 1), np.uint8)
    piece |= (cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, column) > 0) & ~part.free
    rows, columns = np.nonzero(piece)
    ink = np.pad(piece[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], 2)
    runs = _runs(ink, max(_RUN_PX, round(_RUN_THICK * _thick(ink)))).astype(np.uint8)
    labels, stats = pieces(ink & ~(cv2.dilate(runs, np.ones((3, 3), np.uint8)) > 0))
    longest = tallest = 0.0
    for number, (_, _, width, height, area) in enumerate(stats.tolist(), 1):
        length = float(np.hypot(width, height)) * MM
        dense = height * MM < _TALL_MM and area > _DENSE * width * height
        if length >= _STROKE_MM and not dense and _by_pen(labels == number):
            longest, tallest = max(longest, length), max(tallest, height * MM)
    return longest, tallest


def _is_crease(part: "Part", piece: "Mask") -> bool:
    """Say whether a piece of ink is a faint straight line, as a fold leaves it."""
    import numpy as np

    faint = float(np.median(part.dark[piece])) < _FAINT_LINE
    return faint and not _wavy(piece, _thick(piece))


def _by_pen(stroke: "Mask") -> bool:
    """Say whether a stroke is as thin as a pen's, and neither straight nor an arc of a circle."""
    thick = _thick(stroke)
    return thick * MM <= _PEN_MM and _wavy(stroke, thick) and not _round(stroke)


def _thick(stroke: "Mask") -> float:
    """Return how thick a stroke is where it is thickest, in pixels."""
    import cv2
    import numpy as np

    depth = cv2.distanceTransform(stroke.astype(np.uint8), cv2.DIST_L2, 3)
    return 2 * float(np.percentile(depth[stroke], 90))


def _wavy(stroke: "Mask", thick: float) -> bool:
    """Say whether a stroke leaves a straight line."""
    import numpy as np

    points = np.argwhere(stroke).astype(np.float64)
    across = max(float(np.linalg.eigvalsh(np.cov(points.T))[0]), 0.0) ** 0.5
    return bool(across >= max(_WAVE_MM / MM, thick / 2))


def _round(stroke: "Mask") -> bool:
    """Say whether a stroke is an arc of a circle (fitted by least squares)."""
    import numpy as np

    points = np.argwhere(stroke).astype(np.float64)
    points -= points.mean(axis=0)
    sides = np.column_stack([2 * points, np.ones(len(points))])
    middle_row, middle, rest = np.linalg.lstsq(sides, (points**2).sum(axis=1), rcond=None)[0]
    radius = float(max(rest + middle_row**2 + middle**2, 1.0)) ** 0.5
    away = np.hypot(points[:, 0] - middle_row, points[:, 1] - middle)
    spread = float(np.sqrt(((away - radius) ** 2).mean()))
    return bool(radius * MM < _RADIUS_MM and spread < max(_CIRCLE * radius, 1.5))


def _on_one_line(boxes: Sequence[tuple[int, ...]]) -> int:
    """Return how many pieces stand on one line."""
    feet = sorted(box[1] + box[3] for box in boxes)
    most = 0
    for foot in feet:
        most = max(most, sum(0 <= other - foot <= _ALIKE_MM / MM for other in feet))
    return most
