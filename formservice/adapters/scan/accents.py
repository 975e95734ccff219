"""Marks above letters: those nobody read, and those that were read but are not there.

Both models may lose the dots of an ö that a copier left as grey specks, or read a mark that is
none. So the place above each letter is looked at in the picture as it came, before anything was
taken for dirt. How dark it is above letters that bear no mark in any language tells what the
noise of the page is.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.glyphs import SMALL, Part
from formservice.adapters.scan.letters import Letters, Line, Seen

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# Letters that bear marks in names and words, and those that never do. Those with dots are no
# examples of noise, and what is tall leaves no room to tell.
_BARE, _NEVER = frozenset("aceınorsuyzACEGNOSUYZ"), frozenset("mpqvwx")
# Those that bear one below, touching or by itself, and letters whose end hangs over the next one.
_BARE_BELOW, _COMMA_BELOW = frozenset("acenstACEST"), frozenset("cnstST")
_OVERHANG = frozenset("fFPTVWY")
# Nothing is asked about what stands above these.
_ASCENDING = frozenset("bdfghjkltBDFHIJKLMPQRTVWX")
_CAPITALS, _CAPITAL = frozenset("ABDEFGHKLMNRSTUVWZ"), 1.4
# Where the marks of a letter stand, by Unicode's classes.
_ABOVE, _BELOW = frozenset({230}), frozenset({202, 220})
# How dark a mark is next to the ink of its word, and how much darker than noise; less than the
# first share of the darkest noise that is usual, of so many letters at least.
# Marks below are as large as commas, and darker therefore.
_MARK, _OVER_NOISE, _USUAL, _LEAST, _MARK_BELOW = 0.2, 0.12, 0.9, 8, 0.3
# Where noise is as dark as this, nothing is told.
_MOST_NOISE = 0.35
# Between a letter and its mark the paper is lighter than this share of the mark.
_VALLEY = 0.6
# A mark stands this far above its letter at most, in heights of small letters, capitals nearer;
# all of it is within the second, and a little beside its letter at most.
# The dots of i stand as high as the middle of most marks. No mark is above or below the outermost
# eighth of its letter.
_FAR, _FAR_OF_CAPITAL, _REACH, _ASIDE, _HIGHER, _EDGE = 0.6, 0.45, 0.9, 0.3, 0.15, 8
# A letter that touches its mark is so much taller than others of its size.
_TALLER = 1.12
# What reaches below the line by so much is a mark that touches its letter; a letter that was read
# with one reaches at least so far.
_DEEP, _SOME_DEPTH = 0.3, 0.1
# What is darker than this may be a mark if one was read. Where fewer dots of i are seen, they get
# lost, and an ı may be one.
_SOME_MARK, _DOTTED = 0.1, 0.9
_AROUND_PX = 6
# Of the pixels around a word so many are darker than its paper, and than its ink.
_PAPER_AND_INK = (0.75, 0.03)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stands above or below a letter.

    ``dark`` is how dark it is if it is a piece by itself, else 0; ``some`` how dark anything is;
    ``far`` how far from the letter, in heights of small letters.
    """

    dark: float
    some: float
    far: float


_NOTHING = _Mark(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter and its marks; ``height`` and ``depth``, below the line, are of all its ink.

    They are in heights of such letters.
    """

    sign: str
    above: _Mark
    below: _Mark
    height: float
    depth: float


class Accents:
    """The marks above the letters of a page that both readings of its zones read the same."""

    def __init__(self, letters: Letters, grey: "Grey", printed: "npt.NDArray[np.bool_]") -> None:
        """Look at ``grey``, the page of ``letters`` as it came, but at what is ``printed``."""
        self._letters = letters
        self._grey = grey
        self._printed = printed

    def contradict(self, lines: Sequence[Line]) -> bool:
        """Say whether a letter of these words has another mark than was read."""
        if self._noise is None:
            return False
        own = {id(word) for line in lines for word in line}
        return any(
            self._is_unlike(letter)
            for word, letters in self._found
            if word in own
            for letter in letters
        )

    def _is_unlike(self, letter: _Letter) -> bool:
        """Say whether a letter has a mark nobody read, or lacks the one that was read."""
        sign, above, below = letter.sign, letter.above, letter.below
        least = max(_MARK, (self._noise or 0.0) + _OVER_NOISE)
        if sign == "ı" and not self._has_dots:
            return True
        high = _FAR if sign.isupper() else self._dots + _HIGHER
        if sign in _BARE and above.dark >= least and above.far <= high:
            return True
        if sign in _BARE_BELOW and letter.depth >= _DEEP:
            return True
        if sign in _COMMA_BELOW and below.dark >= max(least, _MARK_BELOW):
            return True
        marks = {unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", sign)[1:]}
        if not _ABOVE.isdisjoint(marks):
            return above.some < _MARK and letter.height < _TALLER
        if not _BELOW.isdisjoint(marks):
            return below.some < _MARK and letter.depth < _SOME_DEPTH
        return False

    @cached_property
    def _noise(self) -> float | None:
        """How dark it is above letters that bear no mark; None if that may be anything."""
        dark = sorted(
            one.above.dark for _, found in self._found for one in found if one.sign in _NEVER
        )
        if len(dark) < _LEAST:
            return 0.0
        noise = dark[int(_USUAL * len(dark))]
        return noise if noise < _MOST_NOISE else None

    @cached_property
    def _dotted(self) -> list[_Mark]:
        """What stands above each i."""
        return [one.above for _, found in self._found for one in found if one.sign == "i"]

    @cached_property
    def _has_dots(self) -> bool:
        """Whether the dots of i are seen on this page."""
        return sum(one.some >= _MARK for one in self._dotted) >= _DOTTED * len(self._dotted)

    @cached_property
    def _dots(self) -> float:
        """How far above the letter the dots of i are darkest."""
        far = [one.far for one in self._dotted if one.dark >= _MARK]
        return median(far) if far else _FAR

    @cached_property
    def _found(self) -> list[tuple[int, list[_Letter]]]:
        """The letters that can be told apart, word by word."""
        return [
            (id(one.word), list(self._of_word(one, small)))
            for zone in self._letters.by_zone_pale
            for small in [_small(zone)]
            for one in zone
        ]

    @cached_property
    def _capital(self) -> float:
        """How tall capitals are, in heights of small letters."""
        tall = [
            glyph.body.height / small
            for zone in self._letters.by_zone_pale
            for small in [_small(zone)]
            for one in zone
            for glyph in one.glyphs
            if glyph.sign in _CAPITALS
        ]
        return median(tall) if tall else _CAPITAL

    def _of_word(self, one: Seen, small: float) -> Iterator[_Letter]:
        """Yield the letters of a word."""
        import numpy as np

        up = round(_REACH * small) + _AROUND_PX
        top, left = max(one.word.top - up, 0), max(one.word.left - up, 0)
        rows, columns = slice(top, one.word.bottom + up), slice(left, one.word.right + up)
        crop = self._grey[rows, columns]
        paper, ink = _tones(crop)
        dark = (np.float32(paper) - crop) / np.float32(max(paper - ink, 1.0))
        dark[self._printed[rows, columns]] = 0.0
        before = ""
        for glyph in one.glyphs:
            if glyph.sign.isalpha():
                body, capital = glyph.body, glyph.sign.isupper()
                far = _FAR_OF_CAPITAL if capital else _FAR
                aside = (body.right - body.left) // _EDGE
                start, end = body.left - left + aside, body.right - left - aside
                # The end of an f hangs over half of the next letter.
                over = (start + end) // 2 if before in _OVERHANG else start
                ends = (body.top - top, body.bottom - top)
                turned = (len(dark) - ends[1], len(dark) - ends[0])
                deep = max(part.bottom for part in glyph.parts)
                height = deep - min(part.top for part in glyph.parts)
                above = _NOTHING
                if glyph.sign not in _ASCENDING:
                    above = _mark(dark, Part(over, ends[0], end, ends[1], 0), small, far)
                below = _NOTHING
                if glyph.sign in _COMMA_BELOW or not glyph.sign.isascii():
                    below = _mark(
                        dark[::-1], Part(start, turned[0], end, turned[1], 0), small, far
                    )
                yield _Letter(
                    glyph.sign,
                    above,
                    below,
                    height / (self._capital * small if capital else small),
                    (deep - one.foot) / small,
                )
            before = glyph.sign


def _tones(crop: "Grey") -> tuple[float, float]:
    """Return the tones of paper and ink: ``np.percentile`` of many small crops takes long."""
    import numpy as np

    below = np.bincount(crop.ravel(), minlength=256).cumsum()
    places = [round((crop.size - 1) * share) for share in _PAPER_AND_INK]
    paper, ink = np.searchsorted(below, places, side="right").tolist()
    return paper, ink


def _mark(dark: "npt.NDArray[np.float32]", body: Part, small: float, far: float) -> _Mark:
    """Return what stands above a letter by itself."""
    import cv2
    import numpy as np

    reach, aside = round(_REACH * small), round(_ASIDE * small)
    up = max(body.top - round(far * small), 0)
    strip = dark[up : body.top, body.left : body.right]
    if body.top < 2 or body.left < 0 or min(strip.shape) < 2:
        return _NOTHING
    rows = strip.max(axis=1)[::-1]
    some = float(rows[1:].max())
    valley = np.minimum.accumulate(rows)
    rise = rows - valley
    row = int(rise.argmax())
    if rise[row] < _SOME_MARK or valley[row] > _VALLEY * rows[row]:
        return _Mark(0.0, some, 0.0)
    # What reaches out of the place of a mark is a letter beside or above.
    first, start = max(body.top - reach, 0), max(body.left - aside, 0)
    window = dark[first : body.top + 2, start : body.right + aside]
    level = (float(rows[row]) + float(valley[row])) / 2
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (window >= level).astype(np.uint8), connectivity=8
    )
    y, x = body.top - 1 - row, body.left + int(strip[body.top - 1 - row - up].argmax())
    left, top, width, height, _ = stats[labels[y - first, x - start]]
    right, bottom = left + width, top + height
    inside = left > 0 < top and right < window.shape[1] and bottom < window.shape[0] - 2
    return _Mark(float(rise[row]) if inside else 0.0, some, (row + 1) / small)


def _small(zone: Iterable[Seen]) -> float:
    heights = [g.body.height for one in zone for g in one.glyphs if g.sign in SMALL]
    return median(heights) if heights else 14.0
