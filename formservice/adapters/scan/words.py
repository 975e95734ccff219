"""All words on a page, read in one go, wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.light import evenly_lit, softened
from formservice.adapters.scan.ocr import LANGUAGE, LATIN, SPARSE, Ocr, OcrWord, lines_of
from formservice.adapters.scan.rulings import without_rulings
from formservice.adapters.scan.same_print import unread
from formservice.adapters.scan.template import A4_ROWS, DPI, Template
from formservice.domain.document import Block, Box

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Words farther apart than this many line heights stand in different columns.
_COLUMN_GAP = 1.5
# Small type that is missed at the working resolution is found larger.
_ENLARGED = 1.5


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a picture of ``width`` times ``height`` pixels, which their boxes count."""

    words: Sequence[OcrWord]
    width: int
    height: int

    def by_word(self, page: int) -> tuple[Block, ...]:
        """Return every word as a block of its own."""
        return tuple(self._block([word], page) for word in self.words)

    def by_line(self, page: int) -> tuple[Block, ...]:
        """Return the words by visual line, parted where a gap is as wide as a column."""
        return tuple(
            self._block(segment, page)
            for line in lines_of(self.words)
            for segment in _segments(line)
        )

    def beside(self, known: Sequence[OcrWord], shape: tuple[int, ...]) -> "PageWords":
        """Return these words with ``known`` ones of the same page in a picture of ``shape``.

        Of these words those are left out that are remains of known ones.
        """
        if not known:
            return self
        height, width = shape
        across, down = width / self.width, height / self.height
        moved = (
            replace(
                one,
                left=round(one.left * across),
                right=round(one.right * across),
                top=round(one.top * down),
                bottom=round(one.bottom * down),
            )
            for one in self.words
        )
        return PageWords((*known, *unread(tuple(moved), known)), width, height)

    def _block(self, words: Sequence[OcrWord], page: int) -> Block:
        left, top = min(word.left for word in words), min(word.top for word in words)
        right, bottom = max(word.right for word in words), max(word.bottom for word in words)
        box = Box(
            left / self.width,
            top / self.height,
            min(right / self.width, 1.0),
            min(bottom / self.height, 1.0),
        )
        return Block(" ".join(word.text for word in words), page, box)


def words_on(picture: "Grey", engine: Ocr, *, enlarged: bool = False) -> PageWords:
    """Return all words on an upright page: slow (0.6 s)."""
    import cv2
    import numpy as np

    factor = _ENLARGED if enlarged else 1.0
    scale = min(1.0, A4_ROWS / max(picture.shape)) * factor
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
    small = cv2.resize(picture, (width, height), interpolation=how)
    flat = evenly_lit(np.asarray(small, dtype=np.uint8))
    return PageWords(engine.words(flat, SPARSE, round(DPI * factor)), width, height)


def page_words(flat: "Grey", template: Template, engine: Ocr, *, in_place: bool) -> PageWords:
    """Return the words of a page laid on its form in even light, but those far from its zones.

    This second reading of the zones shall share no mistake with the first: the page is taken as
    it is, but for its lines, and read in one go, by the model for Latin script if there is one.
    If all zones are ``in_place`` so is the print; what of it is away from the zones is not read
    again, for that takes more time than all answers.
    """
    import cv2
    import numpy as np

    plain = without_rulings(softened(flat))
    if in_place:
        covering = template.elsewhere.astype(np.uint8) * np.uint8(255)
        plain = np.asarray(cv2.bitwise_or(plain, covering), dtype=np.uint8)
    language = LATIN if engine.has(LATIN) else LANGUAGE
    height, width = plain.shape
    return PageWords(engine.words(plain, SPARSE, DPI, language), width, height)


def _segments(line: Sequence[OcrWord]) -> list[list[OcrWord]]:
    """Return the words of a visual line, parted where a gap is as wide as a column."""
    height = median(word.bottom - word.top for word in line)
    segments = [[line[0]]]
    for word in line[1:]:
        if word.left - segments[-1][-1].right > _COLUMN_GAP * height:
            segments.append([word])
        else:
            segments[-1].append(word)
    return segments
