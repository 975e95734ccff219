"""The letters of a page: what each sign looks like in its type, and how far apart they stand.

They are taken from words that two readings read the same, so that a sign which is disputed, or
looks the same in many typefaces, can be laid on signs of its own page. Nothing needs to be known
of typefaces for that. What has no example on the page is not told.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING

from formservice.adapters.scan.glyphs import (
    ON_LINE,
    SMALL,
    Glyph,
    glyphs_of,
    parts_of,
)
from formservice.adapters.scan.ocr import OcrWord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Ink = npt.NDArray[np.float32]

Line = Sequence[OcrWord]

# Of each sign so many examples are laid on a disputed one. With this likeness it may be one, and
# is if it is by so much less like the other sign: of 10,856 signs read surely none but one that
# was read wrong was told wrong so. Fewer examples than these prove nothing.
_EXAMPLES, _LIKE, _AHEAD = 12, 0.92, 0.08
_LEAST_OWN, _LEAST_OTHER = 3, 2
# With this likeness it is one also if the page has no example of the other: no two signs are more
# like each other (B and 8: 0.92), but strokes and letters that differ in a mark or their case.
_SAME, _STROKES = 0.95, frozenset("lI1i|!ı[]/\\jtfrł")
# Of 3,000 signs 5 in a hundred are less than 0.89 like their own examples; signs that are like no
# other letter or digit need no example if it is not the other sign.
_OTHER, _UNIQUE = 0.80, frozenset("§@")
# Full stops that must be known before one is told by them; it may be larger or smaller than they
# are by so much, and off their place by that (px).
_LEAST_STOPS, _SIZE_PX, _SIZE, _OFF_PX = 3, 1, 0.25, 1.5
# More specks like full stops than this away from all words, and any may be dirt.
_MOST_SPECKS = 20
# Gaps inside of words and between them that must be known before one is told by them, and how
# clearly these differ (px).
_LEAST_GAPS, _LEAST_BLANKS, _APART_PX = 20, 5, 2
# What is too pale for ink joins the pieces of a broken letter; without what is nearly too pale
# letters are apart that touch (grey values).
_PALE, _SPLIT = (-50, -75), (40, 75)
# Ink around words that may belong to them (px).
_MARGIN_PX = 14


@dataclass(frozen=True, slots=True)
class Seen:
    """A word with the ink of its signs; ``foot`` is the row they stand on."""

    word: OcrWord
    glyphs: tuple[Glyph, ...]
    foot: float


@dataclass(frozen=True, slots=True)
class Stop:
    """The size of a full stop, how deep it is, and how far from the letter before it."""

    width: int
    height: int
    depth: float
    gap: int


class Letters:
    """The signs of a page that both readings of its zones read the same."""

    def __init__(
        self, page: "Grey", zones: Sequence[tuple[Sequence[Line], Sequence[Line]]]
    ) -> None:
        """Keep a cleaned ``page`` without its printed ink, and words in its pixels."""
        self.page = page
        self._zones = [(first, second) for first, second in zones if first and second]

    def seen(self, lines: Sequence[Line]) -> list[Seen]:
        """Return those of the words of a zone whose signs can be told apart."""
        words = [word for line in lines for word in line]
        left = max(min(word.left for word in words) - 2 * _MARGIN_PX, 0)
        top = max(min(word.top for word in words) - _MARGIN_PX, 0)
        right = max(word.right for word in words) + 2 * _MARGIN_PX
        bottom = max(word.bottom for word in words) + _MARGIN_PX
        parts = parts_of(self.page[top:bottom, left:right], left, top)
        starts = [part.left for part in parts]
        return [
            one for line in lines for one in _seen((w, glyphs_of(w, parts, starts)) for w in line)
        ]

    @cached_property
    def same(self) -> tuple[tuple[Line, ...], ...]:
        """The words that both readings of a zone have, zone by zone."""
        found = []
        for first, second in self._zones:
            other = [word for line in second for word in line]
            same = [[w for w in line if any(_is_same(w, one) for one in other)] for line in first]
            found.append(tuple(line for line in same if line))
        return tuple(found)

    @cached_property
    def by_zone(self) -> tuple[tuple[Seen, ...], ...]:
        """Those of them whose signs can be told apart."""
        return tuple(tuple(self.seen(lines)) if lines else () for lines in self.same)

    @cached_property
    def by_zone_pale(self) -> tuple[tuple[Seen, ...], ...]:
        """The same, with those whose broken letters are whole if what is pale is ink as well."""
        return self._told_apart(self.by_zone, _PALE)

    @cached_property
    def by_zone_split(self) -> tuple[tuple[Seen, ...], ...]:
        """The same, with those whose letters do not touch if what is nearly pale is no ink."""
        return self._told_apart(self.by_zone_pale, _SPLIT)

    def _told_apart(
        self, told: Sequence[Sequence[Seen]], tones: Sequence[int]
    ) -> tuple[tuple[Seen, ...], ...]:
        """Return words told apart, and those that can be on pages lighter by these tones."""
        found = [list(zone) for zone in told]
        for by in tones:
            page = None
            for lines, zone in zip(self.same, found, strict=True):
                known = {id(one.word) for one in zone}
                rest = [[word for word in line if id(word) not in known] for line in lines]
                rest = [line for line in rest if line]
                if rest:
                    page = page or Letters(_lighter(self.page, by), ())
                    zone.extend(page.seen(rest))
        return tuple(tuple(zone) for zone in found)

    @cached_property
    def words(self) -> tuple[tuple[OcrWord, ...], ...]:
        """All words of either reading, zone by zone."""
        return tuple(
            tuple(word for lines in zone for line in lines for word in line)
            for zone in self._zones
        )

    @cached_property
    def agreed(self) -> tuple[Seen, ...]:
        """The words that both readings of their zone have."""
        return tuple(one for zone in self.by_zone for one in zone)

    # Signs ----------------------------------------------------------------------------------

    @cached_property
    def _pictures(self) -> "dict[str, list[Ink]]":
        found: dict[str, list[Ink]] = defaultdict(list)
        for one in self.agreed:
            for glyph in one.glyphs:
                if len(found[glyph.sign]) < _EXAMPLES:
                    found[glyph.sign].append(self._picture(glyph, one.foot))
        return found

    @cached_property
    def small(self) -> float:
        """How tall small letters are."""
        heights = [g.body.height for one in self.agreed for g in one.glyphs if g.sign in SMALL]
        return median(heights) if heights else 14.0

    def _picture(self, glyph: Glyph, foot: float) -> "Ink":
        """Return the ink of a sign, on rows that are the same for all signs of the page."""
        import numpy as np

        rise, fall = round(2 * self.small), round(0.9 * self.small)
        left, right, top = left_of(glyph) - 1, right_of(glyph) + 1, round(foot) - rise
        canvas = np.zeros((rise + fall, right - left), dtype=np.float32)
        for part in glyph.parts:
            rows = slice(max(part.top - 1, top, 0), min(part.bottom + 1, top + rise + fall))
            columns = slice(max(part.left - 1, 0), part.right + 1)
            piece = self.page[rows, columns]
            if piece.size:
                down, across = rows.start - top, columns.start - left
                where = np.s_[down : down + piece.shape[0], across : across + piece.shape[1]]
                canvas[where] = 255.0 - piece
        return canvas

    def _likeness(self, picture: "Ink", sign: str) -> float:
        """Return how like a picture is to the two most like examples of a sign."""
        values = sorted(_overlap(picture, one) for one in self._pictures.get(sign, ()))[-2:]
        return fmean(values) if values else 0.0

    def is_first(self, glyph: Glyph, foot: float, signs: tuple[str, str]) -> bool | None:
        """Say whether a sign is the first of two; None if that is not clear."""
        picture = self._picture(glyph, foot)
        like = [self._likeness(picture, sign) for sign in signs]
        winner = 0 if like[0] > like[1] else 1
        counts = [len(self._pictures.get(sign, ())) for sign in signs]
        for place in range(2):
            # No sign is much less like its own examples: what is so unlike one is the other.
            if counts[place] >= _LEAST_OTHER and like[place] < _OTHER and not counts[1 - place]:
                return place == 1 if signs[1 - place] in _UNIQUE else None
        if counts[winner] < _LEAST_OWN:
            return None
        known = counts[1 - winner] >= _LEAST_OTHER
        least = _LIKE if known else _SAME
        if not known and _are_alike(*signs):
            return None
        if like[winner] < least or like[winner] - like[1 - winner] < _AHEAD:
            return None
        return winner == 0

    # Full stops -----------------------------------------------------------------------------

    def ends_in_stop(self, one: Seen) -> bool:
        """Say whether the full stop read at the end of a word is surely one, and no dirt."""
        stop, known = _stop(one), self._stops
        if stop is None or len(known) < _LEAST_STOPS:
            return False
        gaps = [other.gap for other in known]
        return (
            _is_near(stop.width, median(other.width for other in known))
            and _is_near(stop.height, median(other.height for other in known))
            and abs(stop.depth - median(other.depth for other in known)) <= _OFF_PX
            and min(gaps) - _OFF_PX <= stop.gap <= max(gaps) + _OFF_PX
            and self._specks <= _MOST_SPECKS
        )

    def is_dirt(self, one: Seen) -> bool:
        """Say whether what was read as a full stop that stands alone is surely none."""
        known = self._stops
        if len(known) < _LEAST_STOPS or {glyph.sign for glyph in one.glyphs} != {"."}:
            return False
        width = median(stop.width for stop in known)
        height = median(stop.height for stop in known)
        depth = median(stop.depth for stop in known)
        return not any(
            _is_near(part.right - part.left, width)
            and _is_near(part.height, height)
            and abs(part.bottom - one.foot - depth) <= 2 * _OFF_PX
            for glyph in one.glyphs
            for part in glyph.parts
        )

    @cached_property
    def _stops(self) -> tuple[Stop, ...]:
        told = (_stop(one) for one in self.agreed)
        return tuple(one for one in told if one is not None)

    @cached_property
    def _specks(self) -> int:
        """How many pieces of ink of the size of full stops stand away from all words."""
        rest = self.page.copy()
        for word in (w for zone in self._zones for lines in zone for line in lines for w in line):
            rows = slice(max(word.top - _MARGIN_PX, 0), word.bottom + _MARGIN_PX)
            rest[rows, max(word.left - _MARGIN_PX, 0) : word.right + _MARGIN_PX] = 255
        width = median(stop.width for stop in self._stops)
        height = median(stop.height for stop in self._stops)
        return sum(
            _is_near(part.right - part.left, width) and _is_near(part.height, height)
            for part in parts_of(rest)
        )

    # Blanks ---------------------------------------------------------------------------------

    def is_blank(self, before: Glyph, after: Glyph) -> bool | None:
        """Say whether a blank stands between two signs; None if that is not clear."""
        inside, between = self._gaps
        if len(inside) < _LEAST_GAPS or len(between) < _LEAST_BLANKS:
            return None
        gap, most, least = left_of(after) - right_of(before), max(inside), min(between)
        if least - most < _APART_PX:
            return None
        return True if gap >= least - 1 else False if gap <= most else None

    @cached_property
    def _gaps(self) -> tuple[list[int], list[int]]:
        inside: list[int] = []
        between: list[int] = []
        for zone in self.by_zone:
            for one in zone:
                inside.extend(left_of(b) - right_of(a) for a, b in pairwise(one.glyphs))
            between.extend(
                left_of(after.glyphs[0]) - right_of(one.glyphs[-1])
                for one, after in pairwise(zone)
                if _are_neighbours(one, after)
            )
        return inside, [gap for gap in between if gap > 0]


def _lighter(page: "Grey", tones: int) -> "Grey":
    """Return a page lighter by so many tones, or darker."""
    import cv2
    import numpy as np

    table = np.clip(np.arange(256) + tones, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(page, table), dtype=np.uint8)


def _seen(line: Iterable[tuple[OcrWord, Sequence[Glyph]]]) -> Iterator[Seen]:
    found = list(line)
    signs = [glyph for _, glyphs in found for glyph in glyphs]
    feet = [g.body.bottom for g in signs if g.sign in ON_LINE]
    # Digits of some typefaces hang below the line: they tell where nothing else does.
    feet = feet or [g.body.bottom for g in signs if g.sign.isdigit()]
    for word, glyphs in found:
        own = [g.body.bottom for g in glyphs if g.sign in ON_LINE]
        if glyphs and feet:
            yield Seen(word, tuple(glyphs), median(own if len(own) > 1 else feet))


def left_of(glyph: Glyph) -> int:
    """Return where the ink of a sign begins."""
    return min(part.left for part in glyph.parts)


def right_of(glyph: Glyph) -> int:
    """Return where the ink of a sign ends."""
    return max(part.right for part in glyph.parts)


def _stop(one: Seen) -> Stop | None:
    if len(one.glyphs) < 2 or one.glyphs[-1].sign != "." or len(one.glyphs[-1].parts) > 1:
        return None
    part = one.glyphs[-1].body
    gap = part.left - right_of(one.glyphs[-2])
    return Stop(part.right - part.left, part.height, part.bottom - one.foot, gap)


def _is_near(size: float, usual: float) -> bool:
    return abs(size - usual) <= max(_SIZE_PX, _SIZE * usual)


def _is_same(one: OcrWord, other: OcrWord) -> bool:
    return one.text == other.text and are_at_one_place(one, other)


def are_at_one_place(one: OcrWord, other: OcrWord) -> bool:
    """Say whether two words stand at the same place."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    width = min(one.right - one.left, other.right - other.left)
    height = min(one.bottom - one.top, other.bottom - other.top)
    return across >= 0.6 * width and down >= 0.5 * height


def _are_neighbours(one: Seen, after: Seen) -> bool:
    """Say whether nothing but a blank stands between two words."""
    height = one.word.bottom - one.word.top
    return one.word.line == after.word.line and 0 < after.word.left - one.word.right < height


def _are_alike(one: str, other: str) -> bool:
    """Say whether two signs differ in next to nothing, so that both must be seen to be told."""
    if one in _STROKES and other in _STROKES:
        return True
    left, right = (unicodedata.normalize("NFD", sign.casefold())[:1] for sign in (one, other))
    return (
        left == right
        or not (one.isalnum() or one in "§@€")
        or not (other.isalnum() or other in "§@€")
    )


def _overlap(one: "Ink", other: "Ink") -> float:
    """Return how alike two pictures of signs are, 0..1, moved a pixel where that is better."""
    import cv2
    import numpy as np

    height, width = one.shape[0], max(one.shape[1], other.shape[1])
    base = np.zeros((height + 2, width + 4), dtype=np.float32)
    start = 1 + (width + 2 - one.shape[1]) // 2
    base[1:-1, start : start + one.shape[1]] = one
    piece = np.zeros((height, width + 2), dtype=np.float32)
    start = (width + 2 - other.shape[1]) // 2
    piece[:, start : start + other.shape[1]] = other
    return float(cv2.matchTemplate(base, piece, cv2.TM_CCORR_NORMED).max())
