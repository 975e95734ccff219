"""Which words of the blank form stand on a page as they were printed, told by their picture.

Recognition slips in a sentence out of ten on an honest scan; the picture of a printed word that
is still there does not. Only what is not found so must be read.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.template import Template

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Words are alike from here on: those left in place are 0.86 and up, on copies as well (0.78 where
# a signature touches them); other words in their place at most 0.6, bare paper 0.5.
_ALIKE = 0.8
# Sharpness differs between printers; so far may a word be from its place (pixels at 200 dpi).
_BLUR, _AROUND_PX, _REACH_PX = 1.2, 2, 4
# The paper is lighter than so many hundredths of the pixels around a word.
_PAPER = 90
# A word whose picture has less contrast than this (of 255) tells nothing.
_FLAT = 3.0


def same_print(page: "Grey", template: Template) -> tuple[tuple[OcrWord, ...], "Grey"]:
    """Return the words of the form that stand on a page laid on it, and the page without them."""
    import cv2

    seen, ours = (cv2.GaussianBlur(one, (0, 0), _BLUR) for one in (page, template.blank))
    left = page.copy()
    height, width = page.shape
    found = []
    for number, word in enumerate(template.words):
        x, y = int(word.left * width) - _AROUND_PX, int(word.top * height) - _AROUND_PX
        right = int(word.right * width) + _AROUND_PX + 1
        bottom = int(word.bottom * height) + _AROUND_PX + 1
        inside = _REACH_PX <= x < right < width - _REACH_PX
        if not (inside and _REACH_PX <= y < bottom < height - _REACH_PX):
            continue
        around = seen[y - _REACH_PX : bottom + _REACH_PX, x - _REACH_PX : right + _REACH_PX]
        shape = ours[y:bottom, x:right]
        if shape.std() < _FLAT:
            continue
        alike = float(cv2.matchTemplate(around, shape, cv2.TM_CCOEFF_NORMED).max())
        if alike >= _ALIKE:
            found.append(OcrWord(word.text, alike, x, y, right, bottom, (0, 0, number)))
            left[y:bottom, x:right] = _paper(page[y:bottom, x:right])
    return tuple(found), left


def _paper(piece: "Grey") -> int:
    """Return how light the paper of a piece is; ``np.percentile`` takes three times as long."""
    import numpy as np

    values = np.sort(piece, axis=None)
    place, further = divmod(_PAPER / 100 * (len(values) - 1), 1)
    below, above = values[[int(place), min(int(place) + 1, len(values) - 1)]].tolist()
    step = above - below
    # From the nearer side, as numpy does it: half a tone may make one of 255.
    return int(below + step * further if further < 0.5 else above - step * (1 - further))


def unread(words: Sequence[OcrWord], known: Sequence[OcrWord]) -> tuple[OcrWord, ...]:
    """Return the ``words`` that are not the remains of ``known`` ones."""
    return tuple(one for one in words if not any(_lies_in(one, other) for other in known))


def _lies_in(one: OcrWord, other: OcrWord) -> bool:
    x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
    return other.left <= x <= other.right and other.top <= y <= other.bottom
