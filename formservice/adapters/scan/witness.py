"""Disputes of two readings over single signs, settled by the letters of the page itself.

What differs is a sign (ß, B), a full stop at the end of a word, or a blank; each is a kind of
dispute of its own. Only where all disputes of a zone are settled are its readings the same then:
two of three witnesses, one reading and the ink. Dashes are measured (``dashes``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from formservice.adapters.scan.dashes import Dashes
from formservice.adapters.scan.glyphs import DASHES
from formservice.adapters.scan.letters import Letters, Seen, are_at_one_place
from formservice.adapters.scan.ocr import OcrWord
from formservice.adapters.scan.text import ZoneText

# Readings that differ in more places than this are of a bad print.
_MOST_DISPUTES = 5


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as the text of a zone has it, also with cases as shown, and where it stands."""

    text: str
    shown: str
    sure: float
    place: OcrWord


class Witness:
    """The letters of a page, and its dashes, which are measured once for all zones."""

    def __init__(self, letters: Letters) -> None:
        """Tell by these letters."""
        self.letters = letters

    @cached_property
    def dashes(self) -> Dashes:
        """The dashes next to the letters around them."""
        return Dashes(self.letters)


def with_dashes(read: ZoneText, witness: Witness) -> ZoneText:
    """Return a reading with its dashes as long as they are next to the letters of the page.

    The doubt about them is lifted if all can be told.
    """
    if not DASHES.intersection(read.text):
        return read
    tokens = _tokens(read)
    zone = witness.letters.seen(read.lines) if tokens else []
    known = {id(one.word): one for one in zone}
    told, all_told = [], bool(tokens)
    for token in tokens:
        dashes = [place for place, sign in enumerate(token.text) if sign in DASHES]
        one = known.get(id(token.place))
        if dashes and (one is None or len(one.glyphs) != len(token.text)):
            all_told = False
        elif dashes and one is not None:
            signs = {
                place: witness.dashes.sign(one.glyphs[place], zone, in_word=len(token.text) > 1)
                for place in dashes
            }
            all_told = all_told and None not in signs.values()
            token = _with(token, {place: sign for place, sign in signs.items() if sign})
        told.append(token)
    if not all_told:
        return read
    return replace(_told(read, told), doubtful=read.odd)


def settled(first: ZoneText, second: ZoneText, witness: Witness) -> tuple[ZoneText, ZoneText]:
    """Return two readings of a zone, the same if every dispute between them could be settled."""
    letters = witness.letters
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
                else _extra_told(witness, left or right, (second if right else first).lines)
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
    witness: Witness, extra: Sequence[_Token], lines: Sequence[Sequence[OcrWord]]
) -> bool | None:
    """Say whether words that only one reading has are there; None if that is not clear.

    It is told of dashes, which are as long as they should be, and of dirt read as full stops.
    """
    verdicts = set()
    for token in extra:
        found = _seen(witness.letters, token, lines)
        if found is None:
            return None
        if token.text in DASHES:
            zone = witness.letters.seen(lines)
            told = witness.dashes.sign(found.glyphs[0], zone) == token.text
            verdicts.add(True if told else None)
        else:
            verdicts.add(False if witness.letters.is_dirt(found) else None)
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
