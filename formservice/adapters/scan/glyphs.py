"""Shapes of single signs: what the models cannot tell from what they were trained on.

Both models take W for w where a typeface makes them alike, and know no dash but the hyphen. How
tall or long a sign is, measured against its neighbours, tells; and a mark above a letter that was
read without one is seen, whatever the letter is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from statistics import fmean, median
from typing import TYPE_CHECKING

from formservice.adapters.scan.light import DARK, boxes_of
from formservice.adapters.scan.ocr import OcrWord

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

_SPECK_AREA = 3
# Parts of one sign stand above each other: dots, accents, colons.
_ABOVE = 0.5
# Signs made of two parts side by side; words with a sign of more parts are left alone.
_DOUBLE, _MANY = frozenset('„“”"«»'), frozenset("%½¼¾…")
# Letters that are alike in both cases, and those that show how tall small and capital ones are.
_ALIKE = frozenset("cosuvwxzöü")
SMALL, _TALL, _DIGITS = (
    frozenset("aemnr"),
    frozenset("ABDEFGHKLMNRTbdhkl"),
    frozenset("023456789"),
)
# Small letters are this tall where only digits tell.
_OF_DIGITS = 0.73
# How far a letter is from small to capital, 0..1: up to the first it is small, from the last on
# capital; one that is not clearly other than it was read may stay. These must be apart (px).
_SURELY_SMALL, _MAY_BE_TALL, _MAY_BE_SMALL, _SURELY_TALL = 0.2, 0.4, 0.5, 0.8
_LEAST_STEP_PX = 3
# Lengths of dashes in heights of small letters. Typefaces differ: hyphens reach 0.8, dashes begin
# at 0.55. What stands between two blanks is a hyphen only if it is short.
DASHES = frozenset("-–—")
_IN_WORD, _ALONE, _LONG_DASH = (0.8, 1.0), (0.5, 0.8), 1.5
# No dash is taller than this, in the same measure, skew and blur included.
_FLAT = 0.32
# Full stops are not taller than this, commas not lower than that, in heights of small letters,
# unless they reach so far below the line. What is taller than a comma can be is a letter, and the
# signs of the word were not told apart rightly.
_STOP, _COMMA, _BELOW, _NO_COMMA = 0.45, 0.24, 0.15, 0.85
# Pieces as low as a full stop in each sign; how tall one is at most, how far from the line, and
# how tall letters are that show where it is, in heights of the tallest sign of the word.
_STOPS = {".": 1, ",": 1, ":": 1, ";": 1, "_": 1, "‚": 1, "„": 2}
_LOW, _ON_FOOT, _LETTER = 0.3, 0.17, 0.6
# Letters that stand on the line (digits of some typefaces do not), and how many show where it is.
ON_LINE = frozenset("abcdehiklmnorstuvwxzABCDEFGHIKLMNOPRSTUVWXZ")
_LETTERS_OF_LINE = 4
# Two letters that look like one: m, d, w, ü.
_LIKE_ONE = ("rn", "cl", "vv", "ii")
# A word this sure has them; where one was read as two, or two as one, no reading was.
_SURE_PAIR = 0.95
# Taller than this, in heights of small letters, an i without dot is another letter.
_TALL_I = 1.2
# Letters that bear no mark above, and how much taller than it a letter with one is: pieces of a
# letter that broke are no taller together than it is.
_UNMARKED = frozenset("acemnorsuvwxzCGNOSUZAER")
_MARKED = 1.12
# What stands farther from it, in heights of small letters, is dirt, or of another letter or line.
_FAR_MARK = 0.42


@dataclass(frozen=True, slots=True)
class Part:
    """A connected piece of ink, in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    area: int

    @property
    def height(self) -> int:
        """Return how tall it is."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Glyph:
    """The ink of one sign; ``body`` is its tallest part."""

    sign: str
    parts: tuple[Part, ...]

    @property
    def body(self) -> Part:
        """Return the tallest part."""
        if len(self.parts) == 1:  # that of most signs: this is asked thousands of times a page
            return self.parts[0]
        return max(self.parts, key=lambda part: part.height)

    @property
    def width(self) -> int:
        """Return how wide the sign is."""
        return max(part.right for part in self.parts) - min(part.left for part in self.parts)


@dataclass(frozen=True, slots=True)
class Shaped:
    """Lines of words as they were read, with dashes as long as they are.

    ``shown`` are the same with small and capital letters as their heights show. ``doubtful`` says
    that some shape fits no sign that was read, ``odd`` that it is not only the length of a dash.
    ``wander`` is how far letters stand off their line on average, in heights of letters, None if
    too few can be told apart. ``pieces`` counts pieces of ink that stand beside each other.
    """

    lines: tuple[tuple[OcrWord, ...], ...]
    shown: tuple[tuple[OcrWord, ...], ...]
    doubtful: bool = False
    odd: bool = False
    wander: float | None = None
    pieces: int = 0


def parts_of(picture: "Grey", left: int = 0, top: int = 0) -> tuple[Part, ...]:
    """Return the pieces of ink in a picture cut out at a place, from left to right."""
    import numpy as np

    stats = boxes_of((picture < DARK).astype(np.uint8))
    stats = stats[stats[:, 4] >= _SPECK_AREA]
    stats[:, :2] += (left, top)
    stats[:, 2:4] += stats[:, :2]
    order = np.argsort(stats[:, 0], kind="stable")
    return tuple(Part(*one) for one in stats[order].tolist())


def shaped(lines: Sequence[Sequence[OcrWord]], parts: Sequence[Part]) -> Shaped:
    """Return ``lines`` with the signs that ``parts``, the ink they were read from, show.

    ``parts`` come from left to right.
    """
    starts = [part.left for part in parts]
    ink = [[_pieces(word, parts, starts) for word in line] for line in lines]
    glyphs = [
        [_glyphs(word, pieces) for word, pieces in zip(line, inked, strict=True)]
        for line, inked in zip(lines, ink, strict=True)
    ]
    scale = _scale(glyph for line in glyphs for word in line for glyph in word)
    read: list[tuple[OcrWord, ...]] = []
    shown: list[tuple[OcrWord, ...]] = []
    unfit: set[_Unfit] = set()
    for line, found, inked in zip(lines, glyphs, ink, strict=True):
        words = [_word(word, signs, scale) for word, signs in zip(line, found, strict=True)]
        read.append(tuple(word for word, _, _ in words))
        shown.append(tuple(word for _, word, _ in words))
        unfit.update(*(doubts for _, _, doubts in words))
        if any(map(_lacks_stop, line, inked)):
            unfit.add(_Unfit.SHAPE)
    odd = _Unfit.SHAPE in unfit
    pieces = sum(len(one) for inked in ink for one in inked)
    return Shaped(tuple(read), tuple(shown), bool(unfit), odd, _wander(glyphs), pieces)


class _Unfit(Enum):
    """What does not fit the signs that were read."""

    LENGTH = auto()
    SHAPE = auto()


def _word(
    word: OcrWord, signs: Sequence[Glyph], scale: "_Scale | None"
) -> tuple[OcrWord, OcrWord, set[_Unfit]]:
    """Return a word with its dashes measured, also with its cases, and what does not fit."""
    if scale is None or not signs:
        # A dash between blanks that was not measured may be any; letters that together look like
        # one other (rn, m) are told by the count of strokes, or by a reading that is sure of them.
        alike = word.confidence < _SURE_PAIR and any(pair in word.text for pair in _LIKE_ONE)
        unknown = {_Unfit.LENGTH} if word.text in DASHES else set()
        return word, word, unknown | ({_Unfit.SHAPE} if alike else set())
    feet = [glyph.body.bottom for glyph in signs if glyph.sign in ON_LINE]
    foot = median(feet) if feet else None
    alone = len(signs) == 1
    verdicts = [
        _stop(glyph, scale, foot)
        if glyph.sign in ".,"
        else _sign(glyph, scale, alone=alone, first=not place)
        for place, glyph in enumerate(signs)
    ]
    pairs = list(zip(verdicts, signs, strict=True))
    read = "".join(one if one and glyph.sign in DASHES else glyph.sign for one, glyph in pairs)
    shown = "".join(one or glyph.sign for one, glyph in pairs)
    unfit = {
        _Unfit.LENGTH if glyph.sign in DASHES and _is_flat(glyph, scale) else _Unfit.SHAPE
        for one, glyph in pairs
        if one is None
    }
    return replace(word, text=read), replace(word, text=shown), unfit


def glyphs_of(word: OcrWord, parts: Sequence[Part], starts: Sequence[int]) -> list[Glyph]:
    """Return the signs of a word with their ink; nothing if they cannot be told apart."""
    return _glyphs(word, _pieces(word, parts, starts))


def _glyphs(word: OcrWord, clusters: Sequence[Sequence[Part]]) -> list[Glyph]:
    if not _MANY.isdisjoint(word.text):
        return []
    wanted = _wanted(word.text)
    if len(clusters) != sum(wanted):
        return []
    glyphs, place = [], 0
    for sign, count in zip(word.text, wanted, strict=True):
        glyphs.append(
            Glyph(sign, tuple(p for one in clusters[place : place + count] for p in one))
        )
        place += count
    return glyphs


def _wanted(text: str) -> list[int]:
    """Return of how many parts side by side each sign is."""
    return [2 if sign in _DOUBLE else 1 for sign in text]


def _lacks_stop(word: OcrWord, pieces: Sequence[Sequence[Part]]) -> bool:
    """Say whether a word has full stops that were not read: „e.V.“, read „eV.“.

    As many pieces more than signs are full stops by their shape, or one stands where a letter is.
    """
    wanted = _wanted(word.text)
    surplus = len(pieces) - sum(wanted)
    if surplus < 0 or not _MANY.isdisjoint(word.text) or not pieces:
        return False
    bodies = [max(piece, key=lambda part: part.height) for piece in pieces]
    tallest = max(body.height for body in bodies)
    line = median(body.bottom for body in bodies if body.height > _LETTER * tallest)
    low = [
        max(part.bottom for part in piece) - min(part.top for part in piece) <= _LOW * tallest
        and abs(body.bottom - line) <= _ON_FOOT * tallest
        for piece, body in zip(pieces, bodies, strict=True)
    ]
    # No word begins with one: it is a foot of its first letter.
    low[0] = low[0] and word.text[0] in _STOPS
    if surplus:
        return sum(low) - sum(_STOPS.get(sign, 0) for sign in word.text) == surplus
    signs = list(zip(word.text, low, strict=False))
    return any(sign.isalnum() and is_low for sign, is_low in signs) and (".", False) in signs


def _pieces(word: OcrWord, parts: Sequence[Part], starts: Sequence[int]) -> list[list[Part]]:
    """Return the ink of a word in pieces that stand beside each other: one for a whole sign."""
    height = word.bottom - word.top
    top, bottom = word.top - 0.4 * height, word.bottom + 0.25 * height
    first = bisect_left(starts, word.left - 2 * height)
    last = bisect_right(starts, word.right + 2)
    own = [
        part
        for part in parts[first:last]
        if word.left - 2 <= (part.left + part.right) / 2 <= word.right + 2
        and top <= (part.top + part.bottom) / 2 <= bottom
        and part.height <= 2 * height
    ]
    return list(_clusters(own))


def _clusters(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield parts that stand above each other, from left to right."""
    open_: list[Part] = []
    left = right = 0
    for part in parts:
        if open_:
            shared = min(right, part.right) - max(left, part.left)
            if shared < _ABOVE * min(right - left, part.right - part.left):
                yield open_
                open_ = []
        if open_:
            left, right = min(left, part.left), max(right, part.right)
        else:
            left, right = part.left, part.right
        open_.append(part)
    if open_:
        yield open_


@dataclass(frozen=True, slots=True)
class _Scale:
    """How tall small and capital letters are, None where nothing tells."""

    small: float
    tall: float | None


def _scale(glyphs: Iterable[Glyph]) -> _Scale | None:
    heights: dict[str, list[int]] = {"small": [], "tall": [], "digits": []}
    for glyph in glyphs:
        for name, signs in (("small", SMALL), ("tall", _TALL), ("digits", _DIGITS)):
            if glyph.sign in signs:
                heights[name].append(glyph.body.height)
    tall = heights["tall"] or heights["digits"]
    if len(heights["small"]) > 1:
        return _Scale(median(heights["small"]), median(tall) if tall else None)
    return _Scale(_OF_DIGITS * median(tall), None) if tall else None


def _sign(glyph: Glyph, scale: _Scale, *, alone: bool, first: bool) -> str | None:
    """Return what sign the shape shows, None if it fits none well."""
    sign = glyph.sign
    if sign in DASHES:
        if not _is_flat(glyph, scale):
            return None  # an arrow, an equals sign grown together
        told = _dash(glyph.width / scale.small, *(_ALONE if alone else _IN_WORD))
        # The hyphens of a typewriter are as long as dashes.
        return None if told != sign == "-" and not alone else told
    # Dots that touch their letter make it taller.
    whole = sign.lower() not in "öü" or len(glyph.parts) > 1
    if sign in _UNMARKED and _has_mark(glyph, scale):
        return None
    if (
        sign == "i"
        and len(glyph.parts) == 1
        and first
        and glyph.body.height > _TALL_I * scale.small
    ):
        return None  # a stroke as tall as with its dot, but in one piece, may be I or l
    if sign.lower() in _ALIKE and whole and scale.tall:
        step = scale.tall - scale.small
        if step >= _LEAST_STEP_PX:
            return _in_case(sign, (glyph.body.height - scale.small) / step)
    return sign


def _is_flat(glyph: Glyph, scale: _Scale) -> bool:
    return glyph.body.height <= _FLAT * scale.small


def _stop(glyph: Glyph, scale: _Scale, foot: float | None) -> str | None:
    """Return a full stop or comma if it looks like one; ``foot`` is where the line is."""
    height = glyph.body.height / scale.small
    if glyph.sign == ".":
        return None if _STOP < height < _NO_COMMA else "."
    deep = foot is not None and glyph.body.bottom - foot >= _BELOW * scale.small
    return None if height < _COMMA and not deep else ","


def _dash(length: float, hyphen: float, dash: float) -> str | None:
    if length < hyphen:
        return "-"
    if length < dash:
        return None
    return "–" if length < _LONG_DASH else "—"


def _in_case(sign: str, share: float) -> str | None:
    if sign.islower():
        if share < _MAY_BE_SMALL:
            return sign
        return sign.upper() if share >= _SURELY_TALL else None
    if share > _MAY_BE_TALL:
        return sign
    return sign.lower() if share <= _SURELY_SMALL else None


def _wander(lines: Sequence[Sequence[Sequence[Glyph]]]) -> float | None:
    """Return the mean distance of letters from the line they stand on, in heights of letters."""
    off: list[float] = []
    heights: list[int] = []
    for line in lines:
        bodies = [glyph.body for word in line for glyph in word if glyph.sign in ON_LINE]
        if len(bodies) >= _LETTERS_OF_LINE:
            off.extend(_off_line([((one.left + one.right) / 2, one.bottom) for one in bodies]))
            heights.extend(one.height for one in bodies)
    return fmean(off) / max(median(heights), 1) if off else None


def _off_line(feet: Sequence[tuple[float, float]]) -> Iterator[float]:
    """Yield how far points are above or below the straight line that fits them best."""
    middle, level = fmean(x for x, _ in feet), fmean(y for _, y in feet)
    spread = sum((x - middle) ** 2 for x, _ in feet)
    slope = sum((x - middle) * (y - level) for x, y in feet) / spread if spread else 0.0
    for x, y in feet:
        yield abs(y - level - slope * (x - middle))


def _has_mark(glyph: Glyph, scale: _Scale) -> bool:
    """Say whether a sign has ink above or below it that its letter has not."""
    body = glyph.body
    top, bottom = min(part.top for part in glyph.parts), max(part.bottom for part in glyph.parts)
    letter = scale.tall if glyph.sign.isupper() else scale.small
    if letter and bottom - top < _MARKED * letter:
        return False
    far = _FAR_MARK * scale.small
    return any(
        (-1 <= body.top - part.bottom <= far or -1 <= part.top - body.bottom <= far)
        and part.height >= 0.12 * scale.small
        for part in glyph.parts
        if part is not body
    )
