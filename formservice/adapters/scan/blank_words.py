"""The words printed on a blank form, and where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2


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
