"""The dashes of a page: which of them are hyphens, measured by the letters around them.

Neither model knows dashes, so that what they read for one says nothing about its length.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median, pstdev

from formservice.adapters.scan.glyphs import DASHES, SMALL, Glyph
from formservice.adapters.scan.letters import Letters, Seen, left_of, right_of

# Type whose letters stand evenly apart, by their deviation within zones, which may differ in size:
# 0.04 and less, other type 0.12 and more. Its hyphens may be as long as its dashes.
_EVEN, _LEAST_PAIRS, _LEAST_OF_ZONE = 0.08, 10, 4
# Lengths of dashes as shares of the height of small letters and the width of n, their geometric
# mean: of 184 typefaces hyphens reach 0.70, dashes begin at 0.71. Next to each other a dash is
# 1.24 times as long as the hyphen at least.
_SHORTEST, _HYPHEN, _NO_HYPHEN, _DASH, _NO_DASH, _TIMES = 0.32, 0.60, 0.70, 0.78, 1.25, 1.24
# The two ways to measure a dash may differ by so much (px); its ends are paler than it by that.
# More ink than this so near to its ends, and it is broken: only part of it would be measured.
_UNLIKE_PX, _PALE, _REACH_PX, _NEAR, _PALE_INK = 1.5, 0.3, 24, 0.4, 128
_LEAST_OF_SIZE = 4


class Dashes:
    """The dashes of a page next to the letters around them."""

    def __init__(self, letters: Letters) -> None:
        """Measure by these letters."""
        self._letters = letters

    def sign(self, glyph: Glyph, zone: Sequence[Seen], *, in_word: bool = False) -> str | None:
        """Return which dash a sign is that stands in a ``zone``, None if that is not clear.

        Inside of words hyphens are usual; only next to a shorter one a longer one is believed.
        """
        length = None if self._is_even else self._length(glyph, zone)
        if length is None or not _SHORTEST <= length <= _NO_DASH:
            return None
        if length <= _HYPHEN:
            return "-"
        if length >= _DASH and not in_word:
            return "–"
        shortest = min(self._dashes, default=_NO_DASH)
        longest = max(self._dashes, default=0.0)
        if length >= _TIMES * shortest and shortest <= _NO_HYPHEN:
            return "–"
        return "-" if length <= _NO_HYPHEN and longest >= _TIMES * length else None

    @cached_property
    def _dashes(self) -> tuple[float, ...]:
        """The lengths of the dashes of the page that can be measured."""
        told = (
            self._length(glyph, zone)
            for zone in self._letters.by_zone
            for one in zone
            for glyph in one.glyphs
            if glyph.sign in DASHES
        )
        return tuple(one for one in told if one is not None and _SHORTEST <= one <= _NO_DASH)

    @cached_property
    def _is_even(self) -> bool:
        """Whether all signs have one width, or that cannot be told."""
        steps: list[float] = []
        for zone in self._letters.by_zone:
            own = [
                (left_of(b) + right_of(b) - left_of(a) - right_of(a)) / 2
                for one in zone
                for a, b in pairwise(one.glyphs)
                if a.sign.isalpha() and b.sign.isalpha()
            ]
            if len(own) >= _LEAST_OF_ZONE:
                steps.extend(step / fmean(own) for step in own)
        return len(steps) < _LEAST_PAIRS or pstdev(steps) < _EVEN

    def _length(self, glyph: Glyph, zone: Sequence[Seen]) -> float | None:
        scale, length = self._scale(zone), self._pixels(glyph)
        if scale is None or length is None or self._is_broken(glyph, zone, scale):
            return None
        return length / scale

    def _is_broken(self, glyph: Glyph, zone: Sequence[Seen], scale: float) -> bool:
        """Say whether a dash is not flat, or has more of its kind before or behind it."""
        part = glyph.body
        if part.height >= part.right - part.left or len(glyph.parts) > 1:
            return True
        reach, top, bottom = max(round(_NEAR * scale), 3), max(part.top - 2, 0), part.bottom + 2
        beside = [
            one
            for seen in zone
            for other in seen.glyphs
            for one in other.parts
            if one != part and one.bottom > top and one.top < bottom
        ]
        start = max([part.left - reach, *(p.right + 1 for p in beside if p.right <= part.left)])
        end = min([part.right + reach, *(p.left - 1 for p in beside if p.left >= part.right)])
        rows = self._letters.page[top:bottom]
        loose = [rows[:, max(start, 0) : part.left - 1], rows[:, part.right + 1 : end]]
        return any(piece.size > 0 and piece.min() < _PALE_INK for piece in loose)

    def _pixels(self, glyph: Glyph) -> float | None:
        """Return how long a dash is: thin ones that lean are cut by what counts as ink."""
        import numpy as np

        part = glyph.body
        start = max(part.left - _REACH_PX, 0)
        crop = self._letters.page[
            max(part.top - 2, 0) : part.bottom + 2, start : part.right + _REACH_PX
        ]
        ink = (255.0 - crop.astype(np.float32)).sum(axis=0)
        left, right = part.left - start, part.right - start
        full = float(np.median(ink[left:right]))
        within = float(np.minimum(ink[max(left - 2, 0) : right + 2] / full, 1.0).sum())
        while left > 0 and ink[left - 1] > _PALE * full:
            left -= 1
        while right < len(ink) and ink[right] > _PALE * full:
            right += 1
        whole = float(np.minimum(ink[left:right] / full, 1.0).sum())
        return whole if abs(whole - within) <= _UNLIKE_PX else None

    def _scale(self, zone: Sequence[Seen]) -> float | None:
        """Return the size of the type in a zone: mean of the height and the width of n."""
        small = [g.body.height for one in zone for g in one.glyphs if g.sign in SMALL]
        wide = [g.width for one in zone for g in one.glyphs if g.sign == "n"]
        if len(small) >= _LEAST_OF_SIZE and len(wide) > 1:
            return math.sqrt(median(small) * median(wide))
        # Other letters of the zone tell how large it is beside the rest of the page.
        rest = [other for other in self._letters.by_zone if other != tuple(zone)]
        heights: dict[str, list[int]] = defaultdict(list)
        for g in (g for other in rest for one in other for g in one.glyphs):
            heights[g.sign].append(g.body.height)
        times = [
            g.body.height / median(heights[g.sign])
            for one in zone
            for g in one.glyphs
            if g.sign.isalnum() and len(heights[g.sign]) > 1
        ]
        wide = [g.width for other in rest for one in other for g in one.glyphs if g.sign == "n"]
        of_small = [h for sign in SMALL for h in heights[sign]]
        if len(times) < _LEAST_OF_SIZE or len(of_small) < _LEAST_OF_SIZE or len(wide) < 2:
            return None
        return median(times) * math.sqrt(median(of_small) * median(wide))
