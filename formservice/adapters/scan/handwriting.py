"""Whether text was written by hand: letters that dance, few straight strokes, unsure recognition.

None of it tells in a word or two, so that a page is judged as a whole: whoever fills a form by
hand fills all of it. A single zone must look far more like handwriting to be told from its page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Letters of one line that stand above or below it by this much of their height say nothing more;
# where no letters can be told apart they are taken to stand as those of a poor print do.
_MOST_WANDER, _UNKNOWN_WANDER = 0.1, 0.06
# Nor does less than this confidence.
_LEAST_SURE = 0.85
# How much each sign of handwriting counts, fitted to typed and handwriting-like pages of the
# benchmark's calibration set; a page is written by hand from -0.4 on: there no such page was
# missed, and of typed ones as a scanner in an office gives them none was mistaken.
_WANDER, _STRAIGHT, _SURE, _CONSTANT = 55.0, -46.0, -41.0, 50.5
_PAGE, _ZONE = -0.4, 5.0
# Edges this steep are strokes; within so many degrees of upright or level they are straight.
_STEEP, _LEANING = 200.0, 8.0


@dataclass(frozen=True, slots=True)
class Hand:
    """What of the writing in a zone tells who or what wrote it.

    ``wander`` is how far letters stand off their line, in heights of letters, None if they cannot
    be told apart; ``straight`` the share of upright and level edges; ``sure`` the usual
    confidence of a word.
    """

    wander: float | None
    straight: float
    sure: float


def handwritten(zones: Sequence[Hand | None]) -> tuple[bool, ...]:
    """Say for each text zone of a page whether it was written by hand; None is an empty zone."""
    written = [zone for zone in zones if zone is not None]
    if not written:
        return (False,) * len(zones)
    told = [zone.wander for zone in written if zone.wander is not None]
    page = Hand(
        median(told) if told else None,
        median(zone.straight for zone in written),
        median(zone.sure for zone in written),
    )
    whole = _score(page) > _PAGE
    return tuple(zone is not None and (whole or _score(zone) > _ZONE) for zone in zones)


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


def _score(hand: Hand) -> float:
    wander = _UNKNOWN_WANDER if hand.wander is None else min(hand.wander, _MOST_WANDER)
    sure = max(hand.sure, _LEAST_SURE)
    return _WANDER * wander + _STRAIGHT * hand.straight + _SURE * sure + _CONSTANT
