"""Ink in a zone that no word read there explains, and lines that run through its words.

Recognition drops what it cannot read: a word under the streak of a dirty scanner, one that was
struck out, a sign beside the line. What is left looks complete. So whatever is dark in a zone must
lie in the box of a word; and no line of a scanner or a pen may run through the words, for it hides
a stroke that runs the same way.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.light import DARK
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.place import Placed
from formservice.adapters.scan.readings import Readings
from formservice.adapters.scan.template import Rect, Template
from formservice.adapters.scan.text import AROUND_PT, CleanPage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Mask = npt.NDArray[np.bool_]

Lines = Sequence[Sequence[OcrWord]]

# A piece of ink of this length and area is more than a mark of a letter or the rest of a stroke
# (pixels at 200 dpi), and part of a word if this share of it stands in its box, or so near to it:
# recognition cuts off accents, tails and the dots of a line.
_PIECE_PX, _PIECE_AREA, _EXPLAINED = 9, 20, 0.5
_NEAR_PX = (6, 9)
# No stroke of a letter is as long: upright 7.6 mm, level 6.3 mm. A line is no thicker than this.
_UPRIGHT_PX, _LEVEL_PX, _THICK_PX = 60, 50, 9
# So far above and below a zone a line must be seen (points), for zones are no higher than letters;
# and print that lies a little off is no line.
_BEYOND_PT, _OFF_PX = 22.0, 5
# Beside the first and last word of a line, as a share of its height, a sign may be hidden.
_BESIDE = 0.8
# The middle of a line of words, without what stands under it: a line there strikes it out.
_UPPER, _LOWER = 0.1, 0.8
# So much of a line may be hidden by print that it crosses (pixels), and it goes through a word if
# it is seen beside so much of its height.
_HIDDEN_PX, _ALONG = 31, 0.5


def has_more(sheet: LaidPage, place: Placed, readings: Readings) -> bool:
    """Say whether there is ink in a zone that its readings do not explain; one tells nothing.

    What only one of the first two explains must have been read by a closer look as well.
    """
    first, second = readings.first, readings.second
    if second is None:
        return False
    if not first.text:
        # Nothing is written there, but something looked like words.
        return not first.ink and second.ink and not second.text
    page, rect = sheet.clean(place.down), sheet.template.zone_rect(place.zone)
    traces = Traces(page, sheet.template, rect)
    if traces.cross(first.lines) or traces.cross(second.lines):
        return True
    seen = {word for one in readings.closely for word in one.text.split()}
    for mine, theirs in ((first, second), (second, first)):
        words = traces.unread(mine.lines, theirs.lines)
        if words is None or (readings.closely and not seen.issuperset(words)):
            return True
    return False


class Traces:
    """What is dark on a page, apart from what the form prints: words and lines."""

    def __init__(self, page: CleanPage, template: Template, rect: Rect) -> None:
        """Look at the zone ``rect``."""
        around = Rect(
            rect.left - AROUND_PT,
            rect.top - _BEYOND_PT,
            rect.right + AROUND_PT,
            rect.bottom + _BEYOND_PT,
        )
        self._zone = rect.grown(AROUND_PT).pixels(page.written.shape)
        self._ink = page.written[self._zone] < DARK
        self._whole = around.pixels(page.clear.shape)
        self._upright, self._level = _lines(page.clear[self._whole], template.printed[self._whole])

    def unread(self, mine: Lines, theirs: Lines) -> tuple[str, ...] | None:
        """Return the words of ``theirs`` that stand on ink which ``mine`` do not explain.

        None if there is ink that neither explains. Lines apart from the words are none.
        """
        found: list[str] = []
        for left, top, right, bottom in self._unexplained(mine):
            words = [
                word.text
                for line in theirs
                for word in line
                if min(word.right, right) > max(word.left, left)
                and min(word.bottom, bottom) > max(word.top, top)
            ]
            if not words:
                return None
            found.extend(words)
        return tuple(found)

    @cached_property
    def _pieces(self) -> "tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]":
        """The pieces of ink in the zone that are no lines: their numbers by pixel, their boxes."""
        import cv2
        import numpy as np

        rows, columns = self._zone
        down, over = rows.start - self._whole[0].start, columns.start - self._whole[1].start
        high, wide = self._ink.shape
        drawn = (self._upright | self._level)[down : down + high, over : over + wide]
        ink = (self._ink & ~drawn).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        return np.asarray(labels, dtype=np.int32), np.asarray(stats, dtype=np.int32)

    def _unexplained(self, lines: Lines) -> Iterator[tuple[int, int, int, int]]:
        """Yield the boxes of the pieces of ink in the zone that stand in no word."""
        import numpy as np

        rows, columns = self._zone
        labels, stats = self._pieces
        words = np.zeros(labels.shape, dtype=bool)
        across, up = _NEAR_PX
        for word in (word for line in lines for word in line):
            top, left = word.top - rows.start - up, word.left - columns.start - across
            bottom, right = word.bottom - rows.start + up, word.right - columns.start + across
            words[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
        inside = np.bincount(labels[words], minlength=len(stats))
        area = stats[:, 4]
        large = (stats[:, 2:4].max(axis=1) >= _PIECE_PX) & (area >= _PIECE_AREA)
        large[0] = False  # the paper
        for left, top, width, height, _ in stats[large & (inside < _EXPLAINED * area)].tolist():
            x, y = left + columns.start, top + rows.start
            yield x, y, x + width, y + height

    def cross(self, lines: Lines) -> bool:
        """Say whether a line that the form does not print runs through words."""
        if not (self._upright.any() or self._level.any()):
            return False
        rows, columns = self._whole
        for line in (line for line in lines if line):
            top = min(word.top for word in line) - rows.start
            high = max(word.bottom for word in line) - rows.start - top
            left = min(word.left for word in line) - columns.start
            right = max(word.right for word in line) - columns.start
            beside = round(_BESIDE * high)
            middle = slice(max(top + round(_UPPER * high), 0), max(top + round(_LOWER * high), 0))
            across = self._upright[middle, max(left - beside, 0) : right + beside].any(axis=1)
            if across.size and across.mean() > _ALONG:
                return True
            if self._level[middle, max(left, 0) : max(right, 0)].any():
                return True
        return False


def _lines(clear: "Grey", printed: "Mask") -> "tuple[Mask, Mask]":
    """Return where upright and level lines run that are not printed; gaps at print are closed."""
    import cv2
    import numpy as np

    near = cv2.dilate(printed.astype(np.uint8), np.ones((_OFF_PX, _OFF_PX), np.uint8))
    ink = np.asarray((clear < DARK) & (near == 0), dtype=np.uint8)
    upright = _upright(ink, np.asarray(near, dtype=np.uint8), _UPRIGHT_PX)
    level = _upright(ink.T, np.asarray(near.T, dtype=np.uint8), _LEVEL_PX)
    return upright, level.T


def _upright(ink: "Grey", near: "Grey", long: int) -> "Mask":
    """Return what of ``ink`` is in thin upright lines of some length; ``near`` is by print."""
    import cv2
    import numpy as np

    seen, may = np.ascontiguousarray(ink), np.ascontiguousarray(near)
    # A line that leans by two degrees changes its column.
    wide = cv2.dilate(seen, np.ones((1, 3), np.uint8))
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((_HIDDEN_PX, 1), np.uint8))
    whole = cv2.bitwise_or(wide, cv2.bitwise_and(closed, may))
    run = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    run = cv2.bitwise_and(run, seen)
    thick = cv2.morphologyEx(run, cv2.MORPH_OPEN, np.ones((1, _THICK_PX), np.uint8))
    return np.asarray(cv2.subtract(run, thick) > 0, dtype=bool)
