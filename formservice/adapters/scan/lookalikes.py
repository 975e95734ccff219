"""Two letters that stand so close that both models read them as one: r and n, read as m.

„Horn“ becomes „Hom“ in all readings, and surely. So each m that may be two letters is laid on the
m of its page, and on its r and n side by side; what is not clearly more like an m stays open.
Examples of m are taken only from where no German word or name has r and n, so that no pair that
was misread speaks for others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.glyphs import Glyph
from formservice.adapters.scan.letters import Letters, Line, are_at_one_place, left_of, right_of
from formservice.adapters.scan.ocr import OcrWord
from formservice.domain.characters import CharacterRules

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ink = npt.NDArray[np.float32]
    _Laid = tuple[Ink, tuple[int, ...]]

# What a sign must be like an m at least, 0..1, and how many times less unlike it than r and n: of
# 459 pairs in 40 typefaces none is taken for an m so, and 2 in a hundred m are left open. No pair
# is more like an m than 0.98, which tells where the page has no r or n.
_LIKE, _TIMES, _SAME, _LIKE_NO_PAIR = 0.92, 1.3, 1e-4, 0.985
# So many examples of each are laid on it, as wide as usual but for so much (px). So many letters
# tell the size of the type in a zone, which is that of others if it differs by no more than that.
_EXAMPLES, _OUTLIER_PX, _LEAST_OF_SIZE, _SAME_SIZE = {"m": 6, "r": 3, "n": 3}, 2.0, 15, 0.03
# How far apart r and n stand, and how much higher one is than the other (px).
_APART, _ASKEW = range(-1, 4), range(-1, 2)
# Where a letter is in its word is known that well: as a share of its width, and at least (px).
_SLACK, _LEAST_SLACK_PX, _MARGIN_PX = 0.25, 4, 5
# Widths of letters without an example, as shares of an o, and what is between two of them (px).
_NARROW, _WIDE = frozenset("ijltfrIJ.,:;'’-!()|"), frozenset("mwMWÄ@%")
_NARROW_SHARE, _WIDE_SHARE, _USUAL_PX, _BETWEEN_PX = 0.5, 1.6, 12.0, 1.5
# Names of two parts: Hornmann, Sternmeier.
_JOINED = re.compile(r"m(?=m(?:ann|ei|ai|ay|ül))")
# r and n stand behind a vowel that is no diphthong, in names behind an h as well (Ahrn); behind a
# later vowel in few syllables only (Ahorn, Luzern, Garn), and rarely before another vowel there.
_VOWELS = "aeiouyäöüáéíóúàèìòùâêîôûëïåøąęőűı"
_SYLLABLE = re.compile(rf"([^{_VOWELS}]*)([{_VOWELS}]+)(h?)$")
_DIPHTHONGS = frozenset(("au", "äu", "eu", "ei", "ai", "ey", "ay", "oi", "uy"))
_LATER = re.compile(r"(?:e|[bdfghjktz]o|[bfgtw]a|[bdfhtw]i|[bfht]u|[bdhjkst][öä])$")
# Before a b only in names of places.
_NO_PAIR = re.compile(r"p|b(?!urg|erg|ach|ruch)")


def places_of(text: str, rules: CharacterRules) -> Iterator[int]:
    """Yield where in a word an m stands that may be r and n."""
    word = text.strip('.,;:!?()„“"')
    if word in rules.m_words:
        return
    sure = {place for part in rules.m_parts for place in _within(part, text)}
    ends = [end for end in rules.m_ends if word.endswith(end)]
    sure |= {text.rindex(end) + place for end in ends for place in range(len(end))}
    joined = {part.start() for part in _JOINED.finditer(text)}
    for place, sign in enumerate(text):
        if sign == "m" and place not in sure and (place in joined or _may_be_two(text, place)):
            yield place


def _within(part: str, text: str) -> Iterator[int]:
    for found in re.finditer(re.escape(part), text):
        yield from range(*found.span())


def _may_be_two(text: str, place: int) -> bool:
    before = re.split(r"[\W_]", text[:place])[-1].casefold()
    after = re.split(r"[\W_]", text[place + 1 :])[0].casefold()
    if "m" in (before[-1:], after[:1]) or _NO_PAIR.match(after):
        return False
    if not before:
        # Nothing begins so but what somebody made up for an address.
        return text[place + 1 : place + 2] == "@"
    syllable = _SYLLABLE.search(before)
    if syllable is None:
        # Cmković and Bmo may be Crnković and Brno.
        behind_vowel = any(sign in _VOWELS for sign in before)
        return not behind_vowel and (after[:1] not in _VOWELS or before in ("b", "c"))
    onset, vowels, h = syllable.groups()
    if vowels in _DIPHTHONGS or (h and after[:1] and after[0] in _VOWELS):
        return False
    if not any(sign in _VOWELS for sign in before[: syllable.start()]):
        return True
    if after[:1] and after[0] in "aiouäöü":
        return vowels == "e" and after[0] == "a"
    return _LATER.search(onset + vowels) is not None


class Lookalikes:
    """The m of a page, and its r and n, to tell one from the other."""

    def __init__(self, letters: Letters, rules: CharacterRules) -> None:
        """Tell by these letters; ``rules`` name words with an m that are none with r and n."""
        self._letters = letters
        self._rules = rules

    def unclear(self, *readings: Sequence[Line]) -> frozenset[str]:
        """Return the words in readings of a zone with an m that may be r and n.

        One reading may have a better place of a word than another.
        """
        words = {word for lines in readings for line in lines for word in line}
        clear = {word for word in words if self._is_clear(word)}
        return frozenset(
            word.text
            for word in words - clear
            if not any(one.text == word.text and are_at_one_place(one, word) for one in clear)
        )

    def _is_clear(self, word: OcrWord) -> bool:
        return all(self._is_m(word, place) for place in places_of(word.text, self._rules))

    def _is_m(self, word: OcrWord, place: int) -> bool:
        """Say whether a letter is surely an m."""
        ink = self._ink(word, place)
        laid = {
            sign: [(_laid(ink, one), one.shape) for one in self._examples(sign, word)]
            for sign in _EXAMPLES
        }
        like = max((float(one.max()) for one, _ in laid["m"] if one.size), default=0.0)
        pairs = [_side_by_side(r, n) for r, n in product(laid["r"], laid["n"])]
        if not any(pairs):
            return like >= _LIKE_NO_PAIR
        return like >= _LIKE and 1 - max(pairs) >= _TIMES * (1 - like + _SAME)

    def _ink(self, word: OcrWord, place: int) -> "Ink":
        """Return the picture in which a letter of a word stands, with a little around it."""
        import numpy as np

        widths = [self._width(sign) + _BETWEEN_PX for sign in word.text]
        scale = (word.right - word.left + _BETWEEN_PX) / sum(widths)
        left = word.left + scale * sum(widths[:place])
        right = left + scale * widths[place]
        slack = max(_LEAST_SLACK_PX, _SLACK * (right - left))
        rows = slice(max(word.top - _MARGIN_PX, 0), word.bottom + _MARGIN_PX)
        columns = slice(max(int(left - slack), 0), int(right + slack))
        return 255 - self._letters.page[rows, columns].astype(np.float32)

    def _width(self, sign: str) -> float:
        known = self._widths.get(sign)
        if known is not None:
            return known
        share = _NARROW_SHARE if sign in _NARROW else _WIDE_SHARE if sign in _WIDE else 1.0
        return share * self._widths.get("o", _USUAL_PX)

    @cached_property
    def _widths(self) -> dict[str, float]:
        found: dict[str, list[int]] = defaultdict(list)
        for zone in self._letters.by_zone_split:
            for one in zone:
                for glyph in one.glyphs:
                    found[glyph.sign].append(glyph.width)
        return {sign: median(widths) for sign, widths in found.items()}

    def _examples(self, sign: str, word: OcrWord) -> "list[Ink]":
        """Return pictures of a sign in other words, as large as the type there.

        Pixels make a letter wider here than there: of each width there are some.
        """
        size, width = self._sizes.get(word, 1.0), self._widths.get(sign, 0.0)
        known = [
            (size / self._sizes.get(other, 1.0), glyph)
            for other, glyph in self._known[sign]
            if abs(glyph.width - width) <= _OUTLIER_PX and not are_at_one_place(other, word)
        ]
        known.sort(key=lambda one: abs(one[0] - 1))
        as_wide: Counter[int] = Counter()
        ranked: list[tuple[int, float, Glyph]] = []
        for by, glyph in known:
            as_wide[glyph.width] += 1
            ranked.append((as_wide[glyph.width], by, glyph))
        ranked.sort(key=lambda one: one[0])
        return [self._picture(glyph, by) for _, by, glyph in ranked[: _EXAMPLES[sign]]]

    @cached_property
    def _known(self) -> dict[str, list[tuple[OcrWord, Glyph]]]:
        """The letters of the page that are what was read, with their words."""
        found: dict[str, list[tuple[OcrWord, Glyph]]] = defaultdict(list)
        for zone in self._letters.by_zone_split:
            for one in zone:
                open_ = set(places_of(one.word.text, self._rules))
                for place, glyph in enumerate(one.glyphs):
                    if glyph.sign in _EXAMPLES and place not in open_:
                        found[glyph.sign].append((one.word, glyph))
        return found

    @cached_property
    def _sizes(self) -> dict[OcrWord, float]:
        """How large the type around each word is next to that of the page, by widths of words."""
        found: dict[OcrWord, float] = {}
        for words, zone in zip(self._letters.words, self._letters.by_zone_split, strict=True):
            wide = sum(right_of(one.glyphs[-1]) - left_of(one.glyphs[0]) for one in zone)
            usual = sum(self._width(g.sign) + _BETWEEN_PX for one in zone for g in one.glyphs)
            usual -= _BETWEEN_PX * len(zone)
            if sum(len(one.glyphs) for one in zone) >= _LEAST_OF_SIZE:
                found.update(dict.fromkeys(words, wide / usual))
        return found

    def _picture(self, glyph: Glyph, by: float) -> "Ink":
        """Return the ink of a letter, so many times as large."""
        import cv2
        import numpy as np

        part = glyph.body
        rows = slice(max(part.top - 2, 0), part.bottom + 2)
        columns = slice(max(part.left - 1, 0), part.right + 1)
        ink = 255 - self._letters.page[rows, columns].astype(np.float32)
        if abs(by - 1) > _SAME_SIZE:
            ink = np.asarray(cv2.resize(ink, None, fx=by, fy=by), dtype=np.float32)
        return ink


def _laid(ink: "Ink", example: "Ink") -> "Ink":
    """Return how like an example a picture is at each place, 0..1; nothing if it is smaller."""
    import cv2
    import numpy as np

    if any(one < other for one, other in zip(ink.shape, example.shape, strict=True)):
        return np.zeros((0, 0), dtype=np.float32)
    return np.asarray(cv2.matchTemplate(ink, example, cv2.TM_CCORR_NORMED), dtype=np.float32)


def _side_by_side(r: "_Laid", n: "_Laid") -> float:
    """Return how like r and n a picture is where they stand side by side best, 0..1."""
    (one, (tall, wide)), (other, (height, width)) = r, n
    best = 0.0
    for apart, askew in product(_APART, _ASKEW):
        # Their feet are on one line.
        down, across = tall - height + askew, wide - 2 + apart
        top, bottom = max(0, -down), min(one.shape[0], other.shape[0] - down)
        right = min(one.shape[1], other.shape[1] - across)
        if top < bottom and right > 0:
            left_part = one[top:bottom, :right] * wide
            right_part = other[top + down : bottom + down, across : across + right] * width
            best = max(best, float((left_part + right_part).max()) / (wide + width))
    return best
