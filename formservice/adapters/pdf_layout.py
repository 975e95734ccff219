"""Text → the lines that fit a box on paper, and the rest that does not.

Lengths are thousandths of the font size („units“), as in font metrics, until a size is chosen:
wrapping at half the size is wrapping in twice the width. The lines of a setting, put together,
are the text itself, character for character: a soft wrap leaves its blank at the end of the line
and a line break stays in the line it ends.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from arabic_reshaper import ArabicReshaper

from formservice.adapters import pdf_fonts
from formservice.application.extract import CONTINUED

# Sizes in points, tried in turn. Below 8 pt long text is hard to read on paper and for OCR.
_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0)
# In a box of one or two lines a short answer may be smaller before it is continued elsewhere;
# 7 pt is the smallest type that survives a 200 dpi scan legibly.
_LAST_RESORT = (7.5, 7.0)
_SHORT = 2
# And what is only a little too long for one line is drawn narrower, as Arial Narrow is (82 %).
_NARROW = 80

LEADING = 1.15  # line distance in font sizes, as Liberation Sans has it
ASCENT = 0.905  # of Liberation Sans, in font sizes
DESCENT = 0.212
# Points between the box and its text. Sideways as much as LibreOffice leaves in the label cells.
PADDING = 4.0
PADDING_ABOVE = 2.0

_CUT = "…"
# No letter is narrower; so many of them are more than a line holds.
_NARROW_LETTER = 150

_SKIN = range(0x1F3FB, 0x1F400)
_TAB = 3000  # distance of tab stops in units
# A tab is drawn wider than the three blanks (278 units each) that stand for it on lines from
# right to left: on paper it must not pass for one blank.
_NARROWEST_TAB = 900

# White space at which a line may break. No-break spaces are not among them.
_BLANKS = frozenset(" \n\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u3000")
_TOKENS = re.compile("[{0}]|[^{0}]+".format("".join(sorted(_BLANKS | {"\t"}))))
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class _Advances(dict[str, int]):
    """Advance of every character in units; what no font has is measured when first asked for."""

    def __missing__(self, char: str) -> int:
        """Return 0 for what draws nothing, a blank's width for white space, else of the sign □."""
        like = " " if unicodedata.category(char) == "Zs" else pdf_fonts.REPLACEMENT
        self[char] = width = 0 if is_invisible(char) else self[like]
        return width


@lru_cache(maxsize=1)
def _advances() -> _Advances:
    advances = _Advances()
    for face in reversed(pdf_fonts.faces()):
        advances.update(face.widths)
    # In a field of one line a line break is drawn as a blank.
    advances["\n"] = advances[" "]
    return advances


@lru_cache(maxsize=1)
def _reshaper() -> ArabicReshaper:
    return ArabicReshaper({"delete_harakat": False, "support_zwj": True})


def is_invisible(char: str) -> bool:
    """Say whether a character only changes others: joiners, direction marks, variants."""
    return (
        unicodedata.category(char) in ("Cf", "Cc", "Zl", "Zp")
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0000" <= char <= "\U000e01ef"
    )


def is_right_to_left(text: str) -> bool:
    """Say whether ``text`` holds letters written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def shaped(text: str) -> str:
    """Return ``text`` with Arabic letters in their joined shapes, in logical order."""
    return str(_reshaper().reshape(text))


def tab_stop(x: int) -> int:
    """Return where the text behind a tab at ``x`` goes on, in units from the left."""
    return -(-(x + _NARROWEST_TAB) // _TAB) * _TAB


def width_of(text: str) -> int:
    """Return the width of ``text`` without tabs, in units."""
    if is_right_to_left(text):
        text = shaped(text)
    return sum(map(_advances().__getitem__, text))


@dataclass(frozen=True, slots=True)
class Frame:
    """The inside of a field: width and height in points, and whether it is one line only."""

    width: float
    height: float
    multiline: bool

    def capacity(self, size: float) -> int:
        """Return how many lines of ``size`` fit, at least one."""
        room = self.height - 2 * PADDING_ABOVE - (ASCENT + DESCENT) * size
        return max(1, int(room / (LEADING * size) + 1e-6) + 1)

    def units(self, size: float) -> int:
        """Return the width of a line at ``size`` in units."""
        return max(1, int((self.width - 2 * PADDING) * 1000 / size))


@dataclass(frozen=True, slots=True)
class Setting:
    """Text set for a frame: ``lines`` hold the part that is drawn there, ``rest`` what is not.

    Where there is a rest, the frame has room left for the mark that says so: ``mark_room`` units
    at the end of its only line, or a line of its own (0). ``narrowed`` is the width of the
    letters in percent.
    """

    size: float
    lines: tuple[str, ...]
    rest: str = ""
    mark_room: int = 0
    narrowed: int = 100


def fit(text: str, frame: Frame) -> Setting:
    """Set ``text`` in the largest size that fits; else as much as fits in the smallest."""
    if width_of(text) <= frame.units(_SIZES[0]) and "\n" not in text and "\t" not in text:
        return Setting(_SIZES[0], (text,))
    tokens = _measured(text)
    sizes = _SIZES + _LAST_RESORT if frame.capacity(_SIZES[-1]) <= _SHORT else _SIZES
    total = sum(width for _, width in tokens)
    for size in sizes:
        units, capacity = frame.units(size), frame.capacity(size)
        if total > units * capacity:
            continue
        lines = _wrapped(tokens, units, breaks=frame.multiline, most=capacity)
        if len(lines) <= capacity:
            return Setting(size, lines)
    room = 100 * frame.units(sizes[-1])
    if frame.capacity(sizes[-1]) == 1 and _NARROW * total <= room and "\t" not in text:
        return Setting(sizes[-1], (text,), narrowed=room // total)
    return _split(text, tokens, frame, sizes[-1])


def _split(text: str, tokens: list[tuple[str, int]], frame: Frame, size: float) -> Setting:
    """Fill the frame in the smallest size and leave room for the mark."""
    units, capacity = frame.units(size), frame.capacity(size)
    if capacity > 1:
        kept = _wrapped(tokens, units, breaks=frame.multiline, most=capacity)[: capacity - 1]
        return Setting(size, kept, text[sum(map(len, kept)) :])
    # On a very narrow line the mark is squeezed into two thirds: the reader must find it whole.
    room = min(width_of(CONTINUED), units * 2 // 3)
    kept = _wrapped(tokens, max(units - room, 1), breaks=frame.multiline, most=1)[:1]
    return Setting(size, kept, text[len(kept[0]) :], room)


def shortened(text: str, frame: Frame) -> Setting:
    """Set ``text`` that goes on nowhere: what does not fit is left out, and „…“ says so."""
    setting = fit(text, frame)
    if not setting.rest:
        return setting
    units, capacity = frame.units(setting.size), frame.capacity(setting.size)
    lines = _wrapped(_measured(text), units, breaks=frame.multiline, most=capacity)
    kept = lines[: capacity - 1]
    last = " ".join(text[sum(map(len, kept)) :].split())
    return Setting(setting.size, (*kept, cut(last, units)))


def cut(line: str, limit: int) -> str:
    """Return as much of ``line`` as fits in ``limit`` units; „…“ ends it if that is not all."""
    if width_of(line) <= limit:
        return line
    end = min(len(line) - 1, limit // _NARROW_LETTER)
    while end and (width_of(f"{line[:end]}{_CUT}") > limit or _clings(line, end)):
        end -= 1
    return f"{line[:end].rstrip()}{_CUT}"


def _measured(text: str) -> list[tuple[str, int]]:
    """Return the words and white space characters of ``text`` with their widths."""
    advances = _advances()
    if is_right_to_left(text):
        return [(token, width_of(token)) for token in _TOKENS.findall(text)]
    return [(token, sum(map(advances.__getitem__, token))) for token in _TOKENS.findall(text)]


def _wrapped(
    tokens: list[tuple[str, int]], limit: int, *, breaks: bool, most: int
) -> tuple[str, ...]:
    r"""Return the lines of at most ``limit`` units; ``breaks`` tells whether ``\n`` ends a line.

    Text for more than ``most`` lines is not wrapped to its end. A word needs room for the blank
    after it as well, so that the blank stays inside the frame; further blanks may hang over
    the edge.
    """
    blank = _advances()[" "]
    lines: list[str] = []
    line: list[str] = []
    x = 0
    for word, width in tokens:
        if len(lines) > most:
            return tuple(lines)
        if word == "\n" and breaks:
            lines.append("".join(line) + word)
            line, x = [], 0
        elif word == "\t":
            line.append(word)
            x = tab_stop(x)
        elif word in _BLANKS:
            line.append(word)
            x += width
        else:
            if x + width + blank > limit and line:
                lines.append("".join(line))
                line, x = [], 0
            if width + blank > limit:
                *full, word = _pieces(word, limit - blank)
                lines += full
                width = width_of(word)
            line.append(word)
            x += width
    lines.append("".join(line))
    return tuple(lines)


def _pieces(word: str, limit: int) -> Iterator[str]:
    """Cut a word that is wider than a line, never between a letter and its marks."""
    advances = _advances()
    start = width = 0
    for index, char in enumerate(word):
        advance = advances[char]
        if width + advance > limit and index > start and not _clings(word, index):
            yield word[start:index]
            start, width = index, 0
        width += advance
    yield word[start:]


def _clings(word: str, index: int) -> bool:
    """Say whether the character at ``index`` belongs to the one before it."""
    char = word[index]
    return (
        unicodedata.combining(char) != 0
        or is_invisible(char)
        or ord(char) in _SKIN
        or word[index - 1] == "\u200d"
    )
