"""Ticks and signatures on a scan: ink where the blank form has none.

A box is measured after snapping to its printed outline. Boxes that belong together are judged
against each other, single ones against fixed limits with a wide band for a person between.
A mark filled and struck out again looks like any other filled one: whatever is unusually dark,
or dark around the box as well, goes to a person.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formservice.adapters.scan.template import DPI, POINTS_PER_INCH, Rect, Template
from formservice.adapters.scan.text import CleanPage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# How far a printed box is looked for around its place: 1 mm, three times the usual error.
_SNAP_PT = 2.8
# Below this correlation the outline was not recognised: filled over, or another place.
_LEAST_SNAP = 0.35
# Mean darkness inside a box, 0..1: below, nothing; above, a mark; between, a person looks.
_EMPTY, _MARKED = 0.06, 0.20
# In a group: the darkest is the choice if it stands out from the next by this much.
_STANDS_OUT, _CHOSEN = 0.08, 0.09
# Scribbled over rather than ticked: darker than this inside, or this dark around the box.
_SCRIBBLED, _AROUND = 0.60, 0.12
_AROUND_PT = 2.5
# Two marks of one hand differ less than this in darkness.
_ALIKE = 1.5
# Signature: as little ink as in a short „gez.“ counts (mm²); less than a tenth of it is dirt.
_SIGNED_MM2, _DIRT_MM2 = 1.0, 0.1
_SIGNATURE_INSET_PT = 1.5
_DARK = 150
_SPECK_AREA = 8
# What counts as the printed outline of a box in the blank form's picture.
_FAINT_INK = 215


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick or signature: ``on`` is None if a person must look.

    ``doubtful`` may also go with True: two boxes of a group, both clearly ticked.
    """

    on: bool | None
    confidence: float
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Darkness:
    """How dark a box is inside and around, 0 (as on the blank form) to 1.

    ``found`` is False if its printed outline was not recognised.
    """

    inside: float
    around: float
    found: bool = True

    @property
    def scribbled(self) -> bool:
        """Whether the mark looks struck out or filled rather than ticked, or is no box at all."""
        return (
            not self.found
            or self.inside > _SCRIBBLED
            or (self.inside > _EMPTY and self.around > _AROUND)
        )


def darkness(page: CleanPage, template: Template, rect: Rect) -> Darkness:
    """Measure a tick box."""
    import numpy as np

    here = _snapped(page.clear, template.blank, rect)
    if here is None:
        return Darkness(1.0, 1.0, found=False)
    wide = rect.grown(_AROUND_PT)
    blank = wide.cut(template.blank)
    seen = _shifted(page.clear, wide, here)
    if seen.shape != blank.shape or not seen.size:
        return Darkness(1.0, 1.0, found=False)
    free = ~_printed(blank)
    rows, columns = np.indices(blank.shape)
    edge = round(_AROUND_PT * DPI / POINTS_PER_INCH)
    height, width = blank.shape
    inner = (rows >= edge) & (rows < height - edge) & (columns >= edge) & (columns < width - edge)
    return Darkness(_mean_dark(seen, free & inner), _mean_dark(seen, free & ~inner))


def judged(boxes: Mapping[str, Darkness]) -> dict[str, Mark]:
    """Return what each box says; boxes whose keys agree before the dot are one group."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key in boxes:
        prefix, dot, _ = key.rpartition(".")
        groups[prefix if dot else key].append(key)
    marks: dict[str, Mark] = {}
    for keys in groups.values():
        if len(keys) == 1:
            marks[keys[0]] = _alone(boxes[keys[0]])
        else:
            marks |= _group({key: boxes[key] for key in keys})
    return marks


def signature(page: CleanPage, rect: Rect) -> Mark:
    """Say whether there is ink above a signature line, not whose."""
    import cv2
    import numpy as np

    crop = rect.grown(-_SIGNATURE_INSET_PT).cut(page.written)
    if not crop.size:
        return Mark(None, 0.0, doubtful=True)
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        (crop < _DARK).astype(np.uint8), connectivity=8
    )
    blobs = stats[1:]
    # Long and flat is a fold or what is left of the line, not writing.
    flat = (blobs[:, 3] <= 3) & (blobs[:, 2] > 8 * blobs[:, 3])
    ink = float(blobs[(blobs[:, 4] >= _SPECK_AREA) & ~flat][:, 4].sum())
    square_mm = ink * (25.4 / DPI) ** 2
    if square_mm >= _SIGNED_MM2:
        return Mark(True, min(0.99, 0.8 + 0.02 * square_mm))
    if square_mm <= _DIRT_MM2:
        return Mark(False, 0.98)
    return Mark(None, 0.5, doubtful=True)


def doubted(mark: Mark) -> Mark:
    """Return the mark as one that a person must look at: the page is too bad to be sure."""
    return replace(mark, on=None, confidence=min(mark.confidence, 0.5), doubtful=True)


def _alone(box: Darkness) -> Mark:
    if box.scribbled or _EMPTY < box.inside < _MARKED:
        return Mark(None, 0.5, doubtful=True)
    return Mark(box.inside >= _MARKED, _sure(abs(box.inside - (_EMPTY + _MARKED) / 2)))


def _group(boxes: Mapping[str, Darkness]) -> dict[str, Mark]:
    """Judge boxes that belong together."""
    ranked = sorted(boxes, key=lambda key: boxes[key].inside, reverse=True)
    best, second = boxes[ranked[0]], boxes[ranked[1]]
    if best.inside < _EMPTY:
        return {key: Mark(False, _sure(_EMPTY - best.inside)) for key in ranked}
    if best.inside <= _CHOSEN or any(box.scribbled for box in boxes.values()):
        return _unsure(ranked)
    if second.inside > _MARKED:
        return _several(ranked, boxes)
    stands_out = best.inside - second.inside
    if stands_out <= _STANDS_OUT or second.inside > _CHOSEN:
        return _unsure(ranked)
    return {key: Mark(key == ranked[0], _sure(stands_out - _STANDS_OUT)) for key in ranked}


def _several(ranked: Sequence[str], boxes: Mapping[str, Darkness]) -> dict[str, Mark]:
    """Judge a group with two dark boxes: several options, or one of them revoked."""
    dark = [key for key in ranked if boxes[key].inside > _MARKED]
    rest = [key for key in ranked if key not in dark]
    alike = boxes[dark[0]].inside < _ALIKE * boxes[dark[-1]].inside
    if not alike or any(boxes[key].inside > _EMPTY for key in rest):
        return _unsure(ranked)
    return {key: Mark(key in dark, 0.5, doubtful=True) for key in ranked}


def _unsure(keys: Sequence[str]) -> dict[str, Mark]:
    return dict.fromkeys(keys, Mark(None, 0.5, doubtful=True))


def _sure(distance: float) -> float:
    """Return a confidence that grows with the distance from the limit; 0.1 away is sure."""
    return round(min(0.99, 0.9 + max(distance, 0.0)), 3)


def _mean_dark(seen: "Grey", where: "npt.NDArray[np.bool_]") -> float:
    """Return the mean darkness of some pixels, 0..1."""
    values = seen[where]
    return 1.0 - float(values.mean()) / 255 if values.size else 0.0


def _printed(blank: "Grey") -> "npt.NDArray[np.bool_]":
    """Return the printed pixels of a cut of the blank form and their neighbours."""
    import cv2
    import numpy as np

    dark = (blank < _FAINT_INK).astype(np.uint8)
    return np.asarray(cv2.dilate(dark, np.ones((5, 5), np.uint8)), dtype=bool)


def _snapped(clear: "Grey", blank: "Grey", rect: Rect) -> tuple[int, int] | None:
    """Return by how many rows and columns the printed box lies beside its place, None if lost."""
    import cv2

    pattern = rect.grown(1.0).cut(blank)
    around = rect.grown(1.0 + _SNAP_PT).cut(clear)
    if pattern.std() < 1.0 or any(
        large <= small for large, small in zip(around.shape, pattern.shape, strict=True)
    ):
        return None
    scores = cv2.matchTemplate(around, pattern, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    if best < _LEAST_SNAP:
        return None
    rows, columns = scores.shape
    return int(row) - rows // 2, int(column) - columns // 2


def _shifted(clear: "Grey", rect: Rect, by: tuple[int, int]) -> "Grey":
    """Return the cut of a page at ``rect`` moved by some rows and columns."""
    rows, columns = rect.pixels(clear.shape)
    down, right = by
    top, left = max(rows.start + down, 0), max(columns.start + right, 0)
    return clear[top : rows.stop + down, left : columns.stop + right]
