"""Drawn lines of one field back to the text that was written: which line ends were meant?

A line that ends although the next word would have fitted was ended by the writer; a full line was
wrapped by the program. Where the room for the next word is a close call, the text carries a doubt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from formservice.adapters.pdf_read.drawn import MEANINGLESS
from formservice.adapters.pdf_read.frame import Rectangle
from formservice.adapters.pdf_read.text import BLANKS, Run, lines
from formservice.domain.document import Doubt

# In heights of a line: width of a blank where the text has none to measure.
_BLANK_WIDTH = 0.24
# Blanks drawn in a row come out of PDFium as one; from this many widths on there were more.
_SEVERAL_BLANKS = 1.7
# Lines up to so many single spacings apart are neighbours („1,5 Zeilen“ is common in letters).
_NEIGHBOURS = 1.6
# The first line of a place begins within so many lines of its top.
_FIRST_LINE = 2.2
# Points by which the edge of the text is uncertain.
_CLOSE = 2.5
# The same for a drawn blank, which ends where its program says.
_NARROW = 0.5
# The part of a place by which its right margin may be wider than its left one.
_UNCERTAIN_PART = 0.08
# Hebrew, Arabic and their neighbours; their presentation forms.
_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


# The sign before an item of a list, which seldom comes to the start of a line by chance.
_ITEM = re.compile(r"[-•*·]\s")


_SENTENCE_ENDS = (".", "!", "?", ":")
# The end of a line of prose and the beginning of the next.
_PROSE = re.compile(r"[\w.,;:!?…)“”\"'’»«][\w(„“\"'‚»«–•*-]")

# Where such blanks are drawn, others without any width may be lost beside them.
_ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000]")
# How the sign begins that our forms draw where a text goes on elsewhere.
_CONTINUED = re.compile(r"… \(weiter auf ")


@dataclass(slots=True)
class _Line:
    """One visual line: its text with all blanks, its edges, the widths of its outer words."""

    text: str
    edges: Rectangle
    base: float
    first_word: float
    last_word: float
    loose: bool
    breaks: int
    goes_on: bool


def written(pieces: Sequence[Run], zone: Rectangle) -> tuple[str, frozenset[Doubt]]:
    """Return the text of ``pieces``, which stand in ``zone`` (points), and what is doubtful."""
    doubts: set[Doubt] = set()
    rows = [_line(row, doubts) for row in lines(pieces)]
    if not rows:
        return "", frozenset()
    setting = _setting(rows, zone, doubts)
    text = rows[0].text
    for above, below in pairwise(rows):
        text += _between(above, below, setting, doubts) + below.text
    if setting.guessed and "\n" in text:
        # The writer used line breaks; one more at the end of a full line looks like a wrap.
        doubts.add(Doubt.WHITE_SPACE)
    if _CONTINUED.search(text) or _ODD_BLANKS.search(text):
        doubts.add(Doubt.WHITE_SPACE)
    if MEANINGLESS.search(text) or runs_left(text):
        doubts.add(Doubt.CHARACTERS)
    return text, frozenset(doubts)


@dataclass(slots=True)
class _Setting:
    """How a text is set: what all its lines together tell about each of them.

    ``longest`` is where the longest line ends, ``probable`` where full lines end if both margins
    are alike, ``uncertain`` by how much they may differ. ``marked``: the file says itself where
    lines were ended. ``told``: some lines end with a drawn blank, so those were wrapped.
    ``guessed`` becomes true when only the room for the next word spoke for a wrap.
    """

    pitch: float
    longest: float
    probable: float
    uncertain: float
    full: float
    marked: bool
    told: bool
    guessed: bool = False


def _setting(rows: Sequence[_Line], zone: Rectangle, doubts: set[Doubt]) -> _Setting:
    left = min(row.edges[0] for row in rows)
    probable = zone[2] - max(0.0, left - zone[0])
    pitch = _pitch(rows, doubts)
    lowered = rows[0].base - zone[1] > _FIRST_LINE * pitch
    if lowered and len(rows) * pitch < 0.5 * (zone[3] - zone[1]):
        # Empty lines at the start look like text set lower.
        doubts.add(Doubt.WHITE_SPACE)
    going_on = [row.goes_on for row in rows[:-1]]
    return _Setting(
        pitch=pitch,
        longest=max(row.edges[2] for row in rows),
        probable=probable,
        uncertain=max(_UNCERTAIN_PART * (zone[2] - zone[0]), 4 * _CLOSE),
        full=probable - left,
        marked=any(row.breaks for row in rows),
        told=any(going_on) and not all(going_on),
    )


def _between(above: _Line, below: _Line, setting: _Setting, doubts: set[Doubt]) -> str:
    """Return what was written between two lines."""
    empty = max(0, round((below.base - above.base) / setting.pitch) - 1)
    if setting.marked:
        if above.breaks:
            return "\n" * max(above.breaks, empty + 1)
        return _wrapped(above, below, setting, doubts)
    if empty:
        return "\n" * (empty + 1)
    if _CONTINUED.match(below.text):
        # The part before the sign was cut after white space, which cannot be seen.
        return " "
    ended = _ended(above, below, setting)
    if not ended and setting.told and not above.goes_on and not _blank_fits(above, setting):
        # A blank that finds no room at the end of a full line is drawn by no program.
        doubts.add(Doubt.WHITE_SPACE)
    elif not ended and setting.told:
        full, ended = ended is False, not above.goes_on
        if ended and (full or not _PROSE.fullmatch(above.text[-1:] + below.text[:1])):
            # Lines are wrapped behind a slash or a bracket as well, without any blank; and some
            # prints lose the blank of a wrap.
            doubts.add(Doubt.WHITE_SPACE)
    elif ended is None:
        # Programs wrap at different widths, some count the blank behind a word as part of it.
        doubts.add(Doubt.WHITE_SPACE)
        ended = _ITEM.match(below.text) is not None
    if ended:
        return "\n"
    setting.guessed |= not setting.told
    return _wrapped(above, below, setting, doubts)


def _ended(above: _Line, below: _Line, setting: _Setting) -> bool | None:
    """Say whether a line was ended although there was room, None if that is a close call."""
    room = above.edges[2] + _blank(above) + below.first_word
    if room <= setting.longest or room <= setting.probable - setting.uncertain:
        return True
    return False if room > setting.probable + _CLOSE else None


def _blank_fits(row: _Line, setting: _Setting) -> bool:
    return row.edges[2] + _blank(row) <= setting.probable - _NARROW


def _wrapped(above: _Line, below: _Line, setting: _Setting, doubts: set[Doubt]) -> str:
    """Return what stood where a program wrapped: a blank, or nothing inside a word.

    A word is broken where it has a hyphen, or anywhere if it is longer than a full line.
    """
    hyphen = above.text.endswith(("-", "\u2010", "\u00ad", "/"))
    if hyphen or above.last_word + below.first_word > setting.full:
        doubts.add(Doubt.WHITE_SPACE)
        return ""
    if not above.goes_on and not _PROSE.fullmatch(above.text[-1:] + below.text[:1]):
        doubts.add(Doubt.WHITE_SPACE)
    silent = not (setting.told or setting.marked or above.goes_on)
    if silent and above.text.endswith(_SENTENCE_ENDS):
        # A full line that ends a sentence may end a paragraph as well.
        doubts.add(Doubt.WHITE_SPACE)
    return " "


def _line(row: Sequence[Run], doubts: set[Doubt]) -> _Line:
    edges = (
        min(run.edges[0] for run in row),
        min(run.edges[1] for run in row),
        max(run.edges[2] for run in row),
        max(run.edges[3] for run in row),
    )
    text = ""
    end: float | None = None
    for run in row:
        height = edges[3] - edges[1]
        if end is not None and run.edges[0] - end > 0.13 * height:
            count = max(1, round((run.edges[0] - end) / (_BLANK_WIDTH * height)))
            if count > 1:
                doubts.add(Doubt.WHITE_SPACE)
            text += " " * count
        text += _spaced(run, doubts)
        end = run.edges[2]
    tops = {round(glyph.top) for run in row for glyph in run.glyphs if glyph.text not in BLANKS}
    return _Line(
        text,
        edges,
        row[0].base,
        _first_word(row[0]),
        _last_word(row[-1]),
        len(tops) == 1,
        row[-1].breaks,
        row[-1].goes_on,
    )


def _spaced(run: Run, doubts: set[Doubt]) -> str:
    """Return the text of a run with as many blanks as there is room for between its words."""
    if runs_left(run.text):
        return run.text
    text, start = "", 0
    for index, gap, blank in _gaps(run):
        count = round(gap / blank) if gap > _SEVERAL_BLANKS * blank else 1
        if count > 1:
            doubts.add(Doubt.WHITE_SPACE)
            text += "".join(glyph.text for glyph in run.glyphs[start:index]) + " " * (count - 1)
            start = index
    return text + "".join(glyph.text for glyph in run.glyphs[start:])


def _gaps(run: Run) -> Iterator[tuple[int, float, float]]:
    """Yield where single blanks stand in a run, how wide the gap and a blank of it is."""
    usual = _BLANK_WIDTH * (run.edges[3] - run.edges[1])
    glyphs = run.glyphs
    for index in range(1, len(glyphs) - 1):
        before, here, after = glyphs[index - 1 : index + 2]
        if here.text == " " and before.text not in BLANKS and after.text not in BLANKS:
            # A blank that PDFium made up has no width of its own.
            own = here.right - here.left
            yield index, after.left - before.right, own if own > 0.5 * usual else usual


def _first_word(run: Run) -> float:
    """Return the width of what a wrapping program would have moved as a whole."""
    word = run.glyphs[0]
    right = word.right
    for glyph in run.glyphs[1:]:
        if glyph.text in BLANKS:
            break
        right = max(right, glyph.right)
        if glyph.text == "-":
            break
    return right - run.edges[0]


def _blank(row: _Line) -> float:
    return _BLANK_WIDTH * (row.edges[3] - row.edges[1])


def _last_word(run: Run) -> float:
    left = run.glyphs[-1].left
    for glyph in reversed(run.glyphs):
        if glyph.text in BLANKS:
            break
        left = min(left, glyph.left)
    return run.edges[2] - left


def _pitch(rows: Sequence[_Line], doubts: set[Doubt]) -> float:
    """Return the distance of neighbouring base lines.

    If every two lines may have empty ones between them, it is guessed from the height of the
    letters, and that is a doubt.
    """
    height = max(row.edges[3] - row.edges[1] for row in rows)
    # Single spacing is about 1.15 em; boxes from ascent to descent are 1.1 em high, those that
    # hug the letters 0.7 to 0.95.
    single = height * (1.1 if any(row.loose for row in rows) else 1.35)
    nearest = min((below.base - above.base for above, below in pairwise(rows)), default=single)
    if nearest < _NEIGHBOURS * single:
        return max(1.0, nearest)
    doubts.add(Doubt.WHITE_SPACE)
    return max(1.0, single)


def runs_left(text: str) -> bool:
    """Say whether there are Hebrew or Arabic letters in ``text``."""
    return _LEFTWARDS.search(text) is not None
