"""Whether text was written by hand: letters that dance, few straight strokes, unsure recognition.

Type stands on its line: all its letters end within a pixel above and below, so that ink begins and
ends in single rows. No hand writes so, and no letters need be told apart to see it. What a zone
shows is its own; its page decides only where the zone says little. A form that was typed may have
a few answers by hand, and most of one by hand may have been typed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.ocr import OcrWord

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Letters of one line that stand above or below it by this much of their height say nothing more;
# where no letters can be told apart they are taken to stand as those of a poor print do.
_MOST_WANDER, _UNKNOWN_WANDER = 0.1, 0.06
# Nor does less than this confidence; a neat hand may be read as surely as type.
_LEAST_SURE = 0.85
# Nor fewer or more straight edges: single letters (w, o) have none in any typeface.
_LEAST_STRAIGHT, _MOST_STRAIGHT = 0.15, 0.45
# How much each sign of handwriting counts, fitted to typed, written and mixed pages of our own,
# weighing both alike: above 0 a zone rather was written by hand, and 3 on either side is sure.
_FEET, _HEADS, _STRAIGHT, _WANDER, _SURE, _CONSTANT = -15.0, -11.6, -13.6, 39.5, -23.4, 42.1
# What nobody can read was rather written than typed.
_UNREAD = 1.0
# So much of what is usual on the page counts for a zone, but no more than within these limits for
# zones of so few letters: one or two are told by their page alone; the few of a date or a name
# may look typed, so that handwriting around them counts for more than type. Typed zones far from
# it stay typed on a page with more handwriting, and one written answer is told on a typed page.
_COMPANY = 0.5
_ALONE, _ALONE_LIMITS = 2, (-6.0, 8.0)
_FEW, _FEW_LIMITS = 7, (-1.0, 7.0)
_MANY_LIMITS = (0.0, 2.0)
# Beside one zone that looks as much like handwriting no other is helped by being on a typed page;
# where none looks as much like type, whoever filled the form filled all of it by hand, and the
# page counts for so much more.
_CLEAR, _CLEAR_TYPE, _ALL_BY_HAND = 1.0, -4.0, 4.0
# Edges this steep are strokes; within so many degrees of upright or level they are straight.
_STEEP, _LEANING = 200.0, 8.0
# Ink of a line: this much darker than paper. A line rises or falls by up to so much of its
# length, and is looked at in so many directions on either side; rows around it are its own, too.
_INK, _RISE, _DIRECTIONS, _ROWS = 55, 0.012, 6, 6
# So few dark pixels are no line, and make no measure.
_LEAST_INK = 20


@dataclass(frozen=True, slots=True)
class Level:
    """How level letters stand: the share of a line's ink that ends, or begins, in one row.

    Measured against its darkest row, and the line lying as it rises. Type has 0.75 to 1 at the
    feet and 0.5 to 1 at the heads of its letters; both fall with the length of a line by hand.
    """

    feet: float
    heads: float


@dataclass(frozen=True, slots=True)
class Hand:
    """What of the writing in a zone tells who or what wrote it.

    ``wander`` is how far letters stand off their line, in heights of letters, None if they cannot
    be told apart; ``straight`` the share of upright and level edges; ``sure`` the usual
    confidence of a word; ``level`` is None where nothing was read; ``letters`` how many were.
    """

    wander: float | None
    straight: float
    sure: float
    level: Level | None = None
    letters: int = 0


def handwritten(zones: Sequence[Hand | None]) -> tuple[bool, ...]:
    """Say for each text zone of a page whether it was written by hand; None is an empty zone."""
    scores = [None if zone is None else _score(zone) for zone in zones]
    told = [
        (place, _score(zone))
        for place, zone in enumerate(zones)
        if zone is not None and zone.level is not None and zone.letters > _ALONE
    ]
    return tuple(
        zone is not None
        and score is not None
        and score + _company(zone, [other for at, other in told if at != place]) > 0.0
        for place, (zone, score) in enumerate(zip(zones, scores, strict=True))
    )


def straightness(picture: "Grey") -> float:
    """Return the share of steep edges in a picture that are upright or level, 0..1."""
    import cv2
    import numpy as np

    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    steep, angle = cv2.cartToPolar(across, down, angleInDegrees=True)
    edges = steep > _STEEP
    total = float(steep[edges].sum())
    if not total:
        return 1.0
    off = np.abs((angle[edges] + 45.0) % 90.0 - 45.0)
    return float(steep[edges][off < _LEANING].sum()) / total


def level_of(picture: "Grey", lines: Sequence[Sequence[OcrWord]]) -> Level | None:
    """Return how level the letters of ``lines`` stand, long lines counting for more."""
    measured = [
        (level, line[-1].right - line[0].left)
        for line in lines
        if (level := _line(picture, line)) is not None
    ]
    total = sum(length for _, length in measured)
    if total <= 0:
        return None
    return Level(
        sum(level.feet * length for level, length in measured) / total,
        sum(level.heads * length for level, length in measured) / total,
    )


def _line(picture: "Grey", line: Sequence[OcrWord]) -> Level | None:
    """Return how level one line stands, in the direction in which its feet are most level."""
    import numpy as np

    left, right = max(min(word.left for word in line), 0), max(word.right for word in line)
    top = max(min(word.top for word in line) - _ROWS, 0)
    bottom = max(word.bottom for word in line) + _ROWS
    ink = 255 - picture[top:bottom, left:right]
    rows, columns = np.nonzero(ink > _INK)
    if len(rows) < _LEAST_INK:
        return None
    dark = ink[rows, columns].astype(np.float64)
    most = max(1, round(_RISE * (right - left)))
    count = bottom - top + 2 * most + 2
    across = columns / (right - left) - 0.5
    best = Level(0.0, 0.0)
    for rise in np.linspace(-most, most, 2 * min(most, _DIRECTIONS) + 1):
        at = rows + rise * across + most
        row = at.astype(np.intp)
        share = (at - row) * dark
        profile = np.bincount(row, dark - share, count) + np.bincount(row + 1, share, count)
        ends = profile[:-2] - profile[2:]
        foot = int(ends.argmax())
        feet = float(ends[foot] / profile.max())
        if feet > best.feet:
            best = Level(feet, float(max(-ends[:foot].min(initial=0.0), 0.0) / profile.max()))
    return best


def _score(hand: Hand) -> float:
    """Return how much a zone looks like handwriting by itself; below 0 rather like type."""
    if hand.level is None:
        return _UNREAD
    wander = _UNKNOWN_WANDER if hand.wander is None else min(hand.wander, _MOST_WANDER)
    straight = min(max(hand.straight, _LEAST_STRAIGHT), _MOST_STRAIGHT)
    return (
        _FEET * hand.level.feet
        + _HEADS * hand.level.heads
        + _STRAIGHT * straight
        + _WANDER * wander
        + _SURE * max(hand.sure, _LEAST_SURE)
        + _CONSTANT
    )


def _company(hand: Hand, others: Sequence[float]) -> float:
    """Return what the other zones of the page say about one."""
    usual = median(others) if others else 0.0
    if any(other > _CLEAR for other in others):
        usual = max(usual, 0.0)
    least, most = _MANY_LIMITS
    if hand.letters <= _ALONE:
        least, most = _ALONE_LIMITS
    elif hand.letters <= _FEW:
        least, most = _FEW_LIMITS
    company = _COMPANY * min(max(usual, least), most)
    if company > 0.0 and all(other > _CLEAR_TYPE for other in others):
        return _ALL_BY_HAND * company
    return company
