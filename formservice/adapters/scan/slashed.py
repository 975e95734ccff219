"""The Polish ł, which both models read as t: as tall as the l of its page, which no t is.

„Michał“ becomes „Michat“ in all readings, and surely. A t ends below the top of l, h and k in
nearly all typefaces; one that does not leaves its word open. Only words that begin with a capital
are looked at: names do, and few other words with a t as tall as that.
"""

from collections.abc import Sequence
from functools import cached_property
from statistics import median

from formservice.adapters.scan.letters import Letters, Line, Seen

_SLASHED = "ł"
# Letters as tall as a ł.
_TALL = frozenset("bdhkl")
# A t ends at least so far below them (px): of 1,133 t one in a hundred does not.
_BELOW_PX = 0.75


class Slashed:
    """The t of a page next to its tall letters."""

    def __init__(self, letters: Letters) -> None:
        """Tell by these letters."""
        self._letters = letters

    def unclear(self, first: Sequence[Line], second: Sequence[Line]) -> frozenset[str]:
        """Return the words in two readings of a zone with a t or l that may be ł.

        A reading that has one is right more often than others that know no such letter.
        """
        words = [word for line in first for word in line]
        own = {id(word) for word in words}
        found = {text for word, text in self._found if word in own}
        slashed = [word.text for line in second for word in line if _SLASHED in word.text]
        for word in words:
            if any(word.text in (one.replace(_SLASHED, sign) for sign in "tl") for one in slashed):
                found.add(word.text)
        return frozenset(found)

    @cached_property
    def _found(self) -> list[tuple[int, str]]:
        """The words of the page that may have a ł, by what they are."""
        usual = [rise for zone in self._letters.by_zone_split for rise in _rises(zone, _TALL)]
        found = []
        for zone in self._letters.by_zone_split:
            tall = list(_rises(zone, _TALL)) or usual
            if not tall:
                continue
            least = median(tall) - _BELOW_PX
            found += [
                (id(one.word), one.word.text)
                for one in zone
                if any(sign.isupper() for sign in one.word.text)
                and any(rise > least for rise in _rises([one], frozenset("t")))
            ]
        return found


def _rises(words: Sequence[Seen], signs: frozenset[str]) -> list[float]:
    """Return how high above their line letters end."""
    return [
        one.foot - glyph.body.top for one in words for glyph in one.glyphs if glyph.sign in signs
    ]
