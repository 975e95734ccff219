"""Disputes of two readings over single signs, settled by the letters of the page itself.

What differs is a sign (ß, B), a full stop at the end of a word, or a blank; each is a kind of
dispute of its own. Only where all disputes of a zone are settled are its readings the same then:
two of three witnesses, one reading and the ink. Dashes, which neither model knows, are measured.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median, pstdev

from formservice.adapters.scan.glyphs import DASHES, SMALL, Glyph
from formservice.adapters.scan.letters import Letters, Seen, are_at_one_place, left_of, right_of
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.text import ZoneText

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
# Readings that differ in more places than this are of a bad print.
_MOST_DISPUTES = 5


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as the text of a zone has it, also with cases as shown, and where it stands."""

    text: str
    shown: str
    sure: float
    place: OcrWord


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


def with_dashes(read: ZoneText, letters: Letters) -> ZoneText:
    """Return a reading with its dashes as long as they are next to the letters of the page.

    The doubt about them is lifted if all can be told.
    """
    if not DASHES.intersection(read.text):
        return read
    tokens = _tokens(read)
    zone, measured = letters.seen(read.lines) if tokens else [], Dashes(letters)
    known = {id(one.word): one for one in zone}
    told, all_told = [], bool(tokens)
    for token in tokens:
        dashes = [place for place, sign in enumerate(token.text) if sign in DASHES]
        one = known.get(id(token.place))
        if dashes and (one is None or len(one.glyphs) != len(token.text)):
            all_told = False
        elif dashes and one is not None:
            signs = {
                place: measured.sign(one.glyphs[place], zone, in_word=len(token.text) > 1)
                for place in dashes
            }
            all_told = all_told and None not in signs.values()
            token = _with(token, {place: sign for place, sign in signs.items() if sign})
        told.append(token)
    if not all_told:
        return read
    return replace(_told(read, told), doubtful=read.odd)


def settled(first: ZoneText, second: ZoneText, letters: Letters) -> tuple[ZoneText, ZoneText]:
    """Return two readings of a zone, the same if every dispute between them could be settled."""
    one, other = _tokens(first), _tokens(second)
    if first.text == second.text or not one or not other:
        return first, second
    matcher = SequenceMatcher(
        None, [token.text for token in one], [token.text for token in other], autojunk=False
    )
    steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    if len(steps) > _MOST_DISPUTES:
        return first, second
    won: list[tuple[slice, slice, bool]] = []
    for _, start, end, begin, stop in steps:
        left, right = one[start:end], other[begin:stop]
        if len(left) == len(right):
            for place, (mine, yours) in enumerate(zip(left, right, strict=True)):
                here, there = start + place, begin + place
                verdict = _words_told(letters, mine, yours, first.lines, second.lines)
                if verdict is None:
                    return first, second
                won.append((slice(here, here + 1), slice(there, there + 1), verdict))
        else:
            verdict = (
                _blanks_told(letters, left, right)
                if left and right
                else _extra_told(letters, left or right, (second if right else first).lines)
            )
            verdict = verdict if left or verdict is None else not verdict
            if verdict is None:
                return first, second
            won.append((slice(start, end), slice(begin, stop), verdict))
    return _as_won(first, second, won)


def _as_won(
    first: ZoneText, second: ZoneText, won: Sequence[tuple[slice, slice, bool]]
) -> tuple[ZoneText, ZoneText]:
    """Return both readings with the words that won."""
    one, other = _tokens(first), _tokens(second)
    if all(verdict for _, _, verdict in won):
        return first, _taken(second, first)
    if not any(verdict for _, _, verdict in won):
        return _taken(first, second), second
    if len(one) != len(other):
        return first, second
    for here, there, verdict in won:
        if verdict:
            other[there] = [_kept(a, b) for a, b in zip(one[here], other[there], strict=True)]
        else:
            one[here] = [_kept(b, a) for a, b in zip(one[here], other[there], strict=True)]
    return _told(first, one), _told(second, other)


def _taken(loser: ZoneText, winner: ZoneText) -> ZoneText:
    """Return a reading with the text of another one that proved right wherever they differed.

    Words that both have keep their own confidence.
    """
    mine = {token.text: token.sure for token in _tokens(loser)}
    sure = [min(token.sure, mine.get(token.text, token.sure)) for token in _tokens(winner)]
    return replace(
        loser,
        text=winner.text,
        shown=winner.shown,
        confidence=min(sure),
        sure=tuple(sure),
        lines=winner.lines,
    )


def _kept(winner: _Token, loser: _Token) -> _Token:
    return replace(loser, text=winner.text, shown=winner.shown, sure=winner.sure)


def _words_told(
    letters: Letters,
    one: _Token,
    other: _Token,
    lines: Sequence[Sequence[OcrWord]],
    others: Sequence[Sequence[OcrWord]],
) -> bool | None:
    """Say whether the first of two words that differ is right; None if that is not clear."""
    if one.text == other.text:
        return True
    if not are_at_one_place(one.place, other.place):
        return None
    longer = len(one.text) > len(other.text)
    if one.text == other.text + "." or other.text == one.text + ".":
        found = _seen(letters, one, lines) if longer else _seen(letters, other, others)
        # That there is none is never told: it may be too pale.
        return longer if found is not None and letters.ends_in_stop(found) else None
    if len(one.text) != len(other.text):
        return None
    found = _seen(letters, one, lines) or _seen(letters, other, others)
    if found is None:
        return None
    verdicts = {
        letters.is_first(glyph, found.foot, (mine, yours))
        for glyph, mine, yours in zip(found.glyphs, one.text, other.text, strict=True)
        if mine != yours
    }
    return verdicts.pop() if len(verdicts) == 1 else None


def _blanks_told(letters: Letters, one: Sequence[_Token], other: Sequence[_Token]) -> bool | None:
    """Say whether the first of two rows of words has its blanks right; None if not clear."""
    if "".join(token.text for token in one) != "".join(token.text for token in other):
        return None
    parted, whole = (one, other) if len(one) > len(other) else (other, one)
    here, there = _ends(parted), _ends(whole)
    if not there < here:
        return None
    row = [token.place for token in parted]
    seen = {id(found.word): found for found in letters.seen([row])}
    if not all(id(word) in seen for word in row) or len({word.line for word in row}) > 1:
        return None
    verdicts, end = set(), 0
    for before, after in pairwise(row):
        end += len(before.text)
        if end not in there:
            verdicts.add(letters.is_blank(seen[id(before)].glyphs[-1], seen[id(after)].glyphs[0]))
    verdict = verdicts.pop() if len(verdicts) == 1 else None
    return None if verdict is None else verdict == (parted is one)


def _extra_told(
    letters: Letters, extra: Sequence[_Token], lines: Sequence[Sequence[OcrWord]]
) -> bool | None:
    """Say whether words that only one reading has are there; None if that is not clear.

    It is told of dashes, which are as long as they should be, and of dirt read as full stops.
    """
    verdicts = set()
    for token in extra:
        found = _seen(letters, token, lines)
        if found is None:
            return None
        if token.text in DASHES:
            zone = letters.seen(lines)
            told = Dashes(letters).sign(found.glyphs[0], zone) == token.text
            verdicts.add(True if told else None)
        else:
            verdicts.add(False if letters.is_dirt(found) else None)
    return verdicts.pop() if len(verdicts) == 1 else None


def _ends(tokens: Sequence[_Token]) -> set[int]:
    """Return after how many signs a blank stands."""
    ends, end = set(), 0
    for token in tokens[:-1]:
        end += len(token.text)
        ends.add(end)
    return ends


def _seen(letters: Letters, token: _Token, lines: Sequence[Sequence[OcrWord]]) -> Seen | None:
    """Return the ink of a word, found beside the words of its line."""
    line = [word for row in lines if token.place in row for word in row]
    row = [replace(w, text=token.text) if w is token.place else w for w in line]
    found = (one for one in letters.seen([row]) if one.word.text == token.text)
    return next((one for one in found if are_at_one_place(one.word, token.place)), None)


def _tokens(read: ZoneText) -> list[_Token]:
    """Return the words of a reading; none if its text is not that of its places word by word."""
    places = [word for line in read.lines for word in line]
    text, shown = read.text.split(), read.shown.split()
    if not len(text) == len(shown) == len(places) == len(read.sure):
        return []
    return [_Token(*one) for one in zip(text, shown, read.sure, places, strict=True)]


def _with(token: _Token, signs: dict[int, str]) -> _Token:
    text, shown = (
        "".join(signs.get(place, sign) for place, sign in enumerate(word))
        for word in (token.text, token.shown)
    )
    return replace(token, text=text, shown=shown)


def _told(read: ZoneText, tokens: Sequence[_Token]) -> ZoneText:
    """Return a reading with other words, at the places of its own."""
    return replace(
        read,
        text=_filled(read.text, (token.text for token in tokens)),
        shown=_filled(read.shown, (token.shown for token in tokens)),
        confidence=min(token.sure for token in tokens),
        sure=tuple(token.sure for token in tokens),
    )


def _filled(text: str, words: Iterator[str]) -> str:
    """Return ``text`` with other words between its white space."""
    return re.sub(r"\S+", lambda _: next(words), text)
