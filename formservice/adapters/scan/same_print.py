"""Which words of the blank form stand on a page as they were printed, told by their picture.

Recognition slips in a sentence out of ten on an honest scan; the picture of a printed word that
is still there does not. Only what is not found so must be read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2

from formservice.adapters.scan.ocr import OcrWord

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey
    from formservice.adapters.scan.template import Template

# Words are alike from here on: those left in place are 0.86 and up, on copies as well (0.78 where
# a signature touches them); other words in their place at most 0.6, bare paper 0.5.
_ALIKE = 0.8
# Sharpness differs between printers; so far may a word be from its place (pixels at 200 dpi).
_BLUR, _AROUND_PX, _REACH_PX = 1.2, 2, 4
# A word whose picture has less contrast than this (of 255) tells nothing.
_FLAT = 3.0


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word of the blank form; its edges are fractions of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def printed_words(pdf: bytes, page: int) -> tuple[PrintedWord, ...]:
    """Return the words printed on page ``page`` (from 1) of a blank form."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        leaf = document[page - 1]
        width, height = leaf.get_size()
        return tuple(_words(leaf.get_textpage(), width, height))
    finally:
        document.close()


def _words(text: pypdfium2.PdfTextPage, width: float, height: float) -> Iterator[PrintedWord]:
    letters, boxes = "", list[tuple[float, float, float, float]]()
    for place, letter in enumerate([*_letters(text), " "]):
        if not letter.isspace():
            box = text.get_charbox(place)
            if not boxes or box[1] < boxes[-1][3]:
                letters += letter
                boxes.append(box)
                continue
        if boxes:
            left, bottom = min(one[0] for one in boxes), min(one[1] for one in boxes)
            right, top = max(one[2] for one in boxes), max(one[3] for one in boxes)
            yield PrintedWord(
                letters, left / width, 1 - top / height, right / width, 1 - bottom / height
            )
        letters, boxes = "", []


def _letters(text: pypdfium2.PdfTextPage) -> Iterator[str]:
    for place in range(text.count_chars()):
        yield text.get_text_range(place, 1) or " "


def same_print(page: "Grey", template: "Template") -> tuple[tuple[OcrWord, ...], "Grey"]:
    """Return the words of the form that stand on a page laid on it, and the page without them."""
    import cv2
    import numpy as np

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
            left[y:bottom, x:right] = np.percentile(page[y:bottom, x:right], 90)
    return tuple(found), left


def unread(words: Sequence[OcrWord], known: Sequence[OcrWord]) -> tuple[OcrWord, ...]:
    """Return the ``words`` that are not the remains of ``known`` ones."""
    return tuple(one for one in words if not any(_lies_in(one, other) for other in known))


def _lies_in(one: OcrWord, other: OcrWord) -> bool:
    x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
    return other.left <= x <= other.right and other.top <= y <= other.bottom
