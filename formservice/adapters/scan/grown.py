"""The text of a page whose layout is not ours, or grew: line by line, upright, with its boxes.

Recognition cannot tell a tick box from a letter. Boxes are found by their outline, taken out of
the picture before its words are read, and stand among them as ☐, ☒ or, where it is not clear
whether there is a mark, ▣.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, degrees
from typing import TYPE_CHECKING

from formservice.adapters.scan.guess import Code
from formservice.adapters.scan.light import DARK_UNLEVELLED, evenly_lit, softened
from formservice.adapters.scan.ocr import SPARSE, Ocr, OcrWord, lines_of
from formservice.adapters.scan.rulings import without_rulings
from formservice.adapters.scan.template import A4_ROWS, DPI
from formservice.adapters.scan.words import PageWords
from formservice.application.label_scans import UNCLEAR

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

EMPTY, TICKED = "☐", "☒"
# Crooked scans lean by up to this; what leans more was photographed.
_MOST_LEAN, _LEAN_STEPS = 4.0, (0.5, 0.1)
_LEAN_ROWS = 800
# Sides of a printed tick box: 2.3 to 5.6 mm. Few letters have a straight stroke of 1.8 mm.
_SIDES_PX, _STROKE_PX = (18, 44), 14
# Upper and lower edge of a box: their ends agree so well, and the box is so square.
_ENDS_PX, _OBLONG = 3, 1.15
# So much of each edge must be dark, and so much of each corner.
_EDGE, _CORNER = 0.9, 0.4
_ENDS = (slice(0, 4), slice(-4, None))
# Mean darkness inside, without the outline: below, no mark; above, a mark; filled is no tick.
_NO_MARK, _MARK, _FILLED = 0.07, 0.14, 0.75
# The printed outline and the grey beside it.
_INSET_PX = 3
_AROUND_PX = 3


# Of the width of a page: outside stand corner squares and what scanners see at the edge.
_EDGES = (0.065, 0.935)
# Lower than this (0.6 mm) and longer than a dash is only a line.
_FLAT_PX, _DASH_PX = 5, 26
# The lowest part of a page between its squares, and what is printed there: „Seite 3 von 4“.
_FOOT, _FOOT_WIDTH = 0.94, (0.12, 0.6)
_NUMBER = re.compile(r"Seite\s+(\d{1,2})\s+von\s+\d{1,2}(?!\d)")


@dataclass(frozen=True, slots=True)
class TickBox:
    """A box in pixels of the upright page; ``sign`` is how it stands among the words."""

    left: int
    top: int
    right: int
    bottom: int
    sign: str


def page_text(picture: "Grey", codes: Sequence[Code], engine: Ocr, quarters: int = 0) -> PageWords:
    """Return all words and tick boxes of a page; its code tells which way up it is: slow (0.7 s).

    Without a code ``quarters`` does, as in ``upright``. What stands in the code is no text.
    """
    page = evenly_lit(upright(picture, codes, quarters))
    height, width = page.shape
    boxes = tick_boxes(page)
    for box in boxes:
        rows, columns = _around(box)
        page[rows, columns] = 255
    words = [
        word
        for word in engine.words(without_rulings(softened(page)), SPARSE, DPI)
        if _is_word(word, width)
    ]
    signs = [_as_word(box, number) for number, box in enumerate(boxes)]
    return PageWords([*words, *signs], width, height)


def _is_word(word: OcrWord, width: int) -> bool:
    """Say whether it is a word, not what is left of a frame or line or stands at the edge."""
    if (
        not word.text.strip("|_")
        or not _EDGES[0] < (word.left + word.right) / 2 / width < _EDGES[1]
    ):
        return False
    # A dash is as flat as a piece of a line, but short.
    return word.bottom - word.top >= _FLAT_PX or word.right - word.left <= _DASH_PX


def printed_number(picture: "Grey", codes: Sequence[Code], engine: Ocr) -> int | None:
    """Return the number that Word counted for a page, printed at its foot; None if not legible.

    Its code is drawn once and repeated by Word on every page behind: cheap (0.05 s).
    """
    import cv2
    import numpy as np

    page = evenly_lit(upright(picture, codes))
    left, right = (round(share * page.shape[1]) for share in _FOOT_WIDTH)
    foot = page[round(_FOOT * len(page)) :, left:right]
    # Small type, read better at twice its size.
    large = cv2.resize(foot, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    words = engine.words(np.asarray(large, dtype=np.uint8), SPARSE, 2 * DPI)
    found = {
        int(match[1])
        for line in lines_of(words)
        if (match := _NUMBER.search(" ".join(word.text for word in line)))
    }
    return found.pop() if len(found) == 1 else None


def upright(picture: "Grey", codes: Sequence[Code], quarters: int = 0) -> "Grey":
    """Return the picture turned the right way up and straight, A4 at the working resolution.

    ``quarters`` is how often a picture without code is turned anticlockwise for that.
    """
    import cv2
    import numpy as np

    turned = picture
    if codes:
        turned = _without(picture, codes)
        quarters = code_turn(codes)
    turned = np.ascontiguousarray(np.rot90(turned, quarters))
    scale = A4_ROWS / max(turned.shape)
    height, width = (max(1, round(side * scale)) for side in turned.shape)
    how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
    page = np.asarray(cv2.resize(turned, (width, height), interpolation=how), dtype=np.uint8)
    lean = _lean(page)
    if abs(lean) < _LEAN_STEPS[-1]:
        return page
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    straight = cv2.warpAffine(
        page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255.0
    )
    return np.asarray(straight, dtype=np.uint8)


def code_turn(codes: Sequence[Code]) -> int:
    """Return how often a picture with these codes must be turned anticlockwise for them."""
    edge = codes[0].edge
    # Where the code runs down the page, the picture was turned clockwise.
    return round(degrees(atan2(edge.imag, edge.real)) / 90) % 4


def _without(picture: "Grey", codes: Sequence[Code]) -> "Grey":
    """Return the picture with paper where the codes are."""
    import cv2
    import numpy as np

    plain = picture.copy()
    for code in codes:
        wide = [code.middle + 1.2 * (corner - code.middle) for corner in code.corners]
        outline = np.array([(round(one.real), round(one.imag)) for one in wide], np.int32)
        cv2.fillConvexPoly(plain, outline, 255.0)
    return plain


def _lean(page: "Grey") -> float:
    """Return by how many degrees lines of text lean, those that fall to the right positive."""
    import cv2
    import numpy as np

    scale = _LEAN_ROWS / max(page.shape)
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    local = cv2.blur(small, (31, 31)).astype(np.int16)
    ink = ((local - small) > 25).astype(np.uint8)
    # Shadows at the edges have lines of their own.
    edge = _LEAN_ROWS // 20
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    best = 0.0
    reach = _MOST_LEAN
    for step in _LEAN_STEPS:
        tries = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(tries, key=lambda angle: _sharpness(ink, float(angle))))
        reach = step
    return best


def _sharpness(ink: "npt.NDArray[np.uint8]", lean: float) -> float:
    """Return how clearly rows of ink and of paper alternate once the lean is taken out."""
    import cv2
    import numpy as np

    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    turned = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST)
    rows = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel()
    return float(np.square(np.diff(rows)).sum())


def tick_boxes(page: "Grey") -> tuple[TickBox, ...]:
    """Return the tick boxes on an upright page in even light, from top to bottom."""
    import cv2
    import numpy as np

    dark = (page < DARK_UNLEVELLED).astype(np.uint8)
    strokes = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, _STROKE_PX), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    shortest, longest = _SIDES_PX
    edges = sorted(
        (int(top), int(left), int(left + width), int(height))
        for left, top, width, height, _ in stats[1:]
        if shortest - _ENDS_PX <= width <= longest + 2 * _ENDS_PX and height <= longest // 3
    )
    found: list[TickBox] = []
    for box in _squares(edges, dark):
        if not any(_overlap(box, other) for other in found):
            found.append(box)
    return tuple(_told(box, page) for box in found if _is_box(box, page))


def _squares(
    edges: Sequence[tuple[int, int, int, int]], dark: "npt.NDArray[np.uint8]"
) -> Iterator[TickBox]:
    """Yield what lies between two strokes of one length, one below the other, and two sides."""
    longest = _SIDES_PX[1]
    for place, (top, left, right, _) in enumerate(edges):
        for low, other_left, other_right, high in edges[place + 1 :]:
            if low - top > longest * _OBLONG:
                break
            if max(abs(left - other_left), abs(right - other_right)) > _ENDS_PX:
                continue
            ends = min(left, other_left), max(right, other_right)
            box = TickBox(ends[0], top, ends[1], low + high, EMPTY)
            box = _with_sides(box, dark)
            width, height = box.right - box.left, box.bottom - box.top
            oblong = max(width, height) / max(1, min(width, height))
            if min(width, height) >= _SIDES_PX[0] and oblong <= _OBLONG and _has_sides(box, dark):
                yield box


def _with_sides(box: TickBox, dark: "npt.NDArray[np.uint8]") -> TickBox:
    """Return the box as wide as its sides say: thin strokes end before them, or behind."""
    shares = dark[box.top : box.bottom].mean(axis=0)
    lefts = range(max(box.left - 2, 0), box.left + 2)
    rights = range(box.right - 2, min(box.right + 2, len(shares)))
    left = max(lefts, key=lambda column: min(shares[column], _EDGE))
    right = max(reversed(rights), key=lambda column: min(shares[column], _EDGE))
    return TickBox(left, box.top, right + 1, box.bottom, box.sign)


def _has_sides(box: TickBox, dark: "npt.NDArray[np.uint8]") -> bool:
    """Say whether there are two upright sides, and corners, which round letters lack."""
    for column in (box.left, box.right - 1):
        side = dark[box.top : box.bottom, max(column - 1, 0) : column + 2]
        if not side.size or float(side.max(axis=1).mean()) < _EDGE:
            return False
    square = dark[box.top : box.bottom, box.left : box.right]
    corners = (square[rows, columns] for rows in _ENDS for columns in _ENDS)
    return all(float(corner.mean()) > _CORNER for corner in corners)


def _overlap(one: TickBox, other: TickBox) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def _inside(box: TickBox, page: "Grey") -> float:
    """Return the mean darkness inside the outline, 0..1."""
    inner = page[
        box.top + _INSET_PX : box.bottom - _INSET_PX, box.left + _INSET_PX : box.right - _INSET_PX
    ]
    return 1.0 - float(inner.mean()) / 255 if inner.size else 0.0


def _is_box(box: TickBox, page: "Grey") -> bool:
    """Say whether it is a box with paper around: no letter, no part of a code, no square."""
    if _inside(box, page) > _FILLED:
        return False
    rows, columns = _around(box)
    ring = page[rows, columns].astype(int)
    total = ring.size - (box.bottom - box.top) * (box.right - box.left)
    inner = page[box.top : box.bottom, box.left : box.right].astype(int)
    light = (ring.sum() - inner.sum()) / max(1, total)
    # A mark may overshoot; print around it is denser.
    return bool(light > 255 * 0.6)


def _told(box: TickBox, page: "Grey") -> TickBox:
    """Return the box with the sign for what is in it."""
    inside = _inside(box, page)
    sign = EMPTY if inside < _NO_MARK else TICKED if inside > _MARK else UNCLEAR
    return TickBox(box.left, box.top, box.right, box.bottom, sign)


def _around(box: TickBox) -> tuple[slice, slice]:
    return (
        slice(max(box.top - _AROUND_PX, 0), box.bottom + _AROUND_PX),
        slice(max(box.left - _AROUND_PX, 0), box.right + _AROUND_PX),
    )


def _as_word(box: TickBox, number: int) -> OcrWord:
    # A block of its own (0 is none of Tesseract's).
    return OcrWord(box.sign, 1.0, box.left, box.top, box.right, box.bottom, (0, 0, number))
