"""Drawn lines of one field back to the text that was written: which line ends were meant?

A line that ends although the next word would have fitted was ended by the writer; a full line was
wrapped by the program. Where the room for the next word is a close call, the text carries a doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from formservice.adapters.pdf_read_drawn import meaningless
from formservice.adapters.pdf_read_frame import Rectangle
from formservice.adapters.pdf_read_text import BLANKS, Glyph, Run, lines
from formservice.domain.document import Doubt

# In heights of a line: width of a blank where the text has none to measure.
_BLANK_WIDTH = 0.24
# Blanks drawn in a row come out of PDFium as one; from this many widths on there were more.
_SEVERAL_BLANKS = 1.7
# Points by which the edge of the text is uncertain.
_CLOSE = 2.0
_ARABIC_AND_HEBREW = ("\u0590", "\u08ff")
_SHAPES = "\ufb1d"  # presentation forms follow


@dataclass(slots=True)
class _Line:
    """One visual line: its text with all blanks, its edges, and the width of its first word."""

    text: str
    edges: Rectangle
    first_word: float
    breaks: int


def written(pieces: Sequence[Run], zone: Rectangle) -> tuple[str, frozenset[Doubt]]:
    """Return the text of ``pieces``, which stand in ``zone`` (points), and what is doubtful."""
    doubts: set[Doubt] = set()
    rows = [_line(row, doubts) for row in lines(pieces)]
    if not rows:
        return "", frozenset()
    pitch = _pitch(rows)
    right = max(row.edges[2] for row in rows)
    margin = max(0.0, min(row.edges[0] for row in rows) - zone[0])
    marked = any(row.breaks for row in rows)
    text = rows[0].text
    for above, below in pairwise(rows):
        empty = max(0, round((below.edges[3] - above.edges[3]) / pitch) - 1)
        if marked:
            # The file says itself where a line was ended; all others were wrapped.
            text += "\n" * above.breaks if above.breaks else _wrapped(text, doubts)
        elif empty:
            text += "\n" * (empty + 1)
        else:
            room = above.edges[2] + _blank(above) + below.first_word
            text += _end(text, room, (right, zone[2] - margin, zone[2]), doubts)
        text += below.text
    if any(meaningless(char) for char in text) or _runs_left(text):
        doubts.add(Doubt.CHARACTERS)
    return text, frozenset(doubts)


def _end(text: str, room: float, edges: tuple[float, float, float], doubts: set[Doubt]) -> str:
    """Return what stood between two lines: a break if the next word had had room, else a blank.

    ``edges`` are the longest line, the probable and the last possible end of a line.
    """
    longest, probable, last = edges
    if room <= longest:
        return "\n"
    if room > last:
        return _wrapped(text, doubts)
    if abs(room - probable) <= _CLOSE:
        doubts.add(Doubt.WHITE_SPACE)
    return "\n" if room <= probable else _wrapped(text, doubts)


def _wrapped(text: str, doubts: set[Doubt]) -> str:
    """Return what stood where a program wrapped: a blank, or nothing after a hyphen."""
    if text.endswith(("-", "\u2010", "\u00ad", "/")):
        doubts.add(Doubt.WHITE_SPACE)
        return ""
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
        height = run.edges[3] - run.edges[1]
        if end is not None and run.edges[0] - end > 0.13 * height:
            count = max(1, round((run.edges[0] - end) / (_BLANK_WIDTH * height)))
            if count > 1:
                doubts.add(Doubt.WHITE_SPACE)
            text += " " * count
        text += _spaced(run, doubts)
        end = run.edges[2]
    return _Line(text, edges, _first_word(row[0]), row[-1].breaks)


def _spaced(run: Run, doubts: set[Doubt]) -> str:
    """Return the text of a run with as many blanks as there is room for between its words."""
    gaps = _gaps(run.glyphs)
    if not gaps or _runs_left(run.text):
        return run.text
    height = run.edges[3] - run.edges[1]
    widths = sorted(gap for _, gap in gaps)
    usual = min(median(widths), widths[0] * 1.3) if len(widths) > 2 else _BLANK_WIDTH * height
    usual = max(usual, 0.15 * height)
    text, start = "", 0
    for index, gap in gaps:
        count = round(gap / usual) if gap > _SEVERAL_BLANKS * usual else 1
        if count > 1:
            doubts.add(Doubt.WHITE_SPACE)
            text += "".join(glyph.text for glyph in run.glyphs[start:index]) + " " * (count - 1)
            start = index
    return text + "".join(glyph.text for glyph in run.glyphs[start:])


def _gaps(glyphs: Sequence[Glyph]) -> list[tuple[int, float]]:
    """Return where single blanks stand in a run and how wide the gap there is."""
    return [
        (index, glyphs[index + 1].left - glyphs[index - 1].right)
        for index in range(1, len(glyphs) - 1)
        if glyphs[index].text == " "
        and glyphs[index - 1].text not in BLANKS
        and glyphs[index + 1].text not in BLANKS
    ]


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


def _pitch(rows: Sequence[_Line]) -> float:
    """Return the distance of neighbouring baselines."""
    steps = [below.edges[3] - above.edges[3] for above, below in pairwise(rows)]
    # Fonts are set 1.1 to 1.5 times their height apart; more means an empty line lies between.
    height = median(row.edges[3] - row.edges[1] for row in rows)
    return max(1.0, min([*(step for step in steps if step > 0.5 * height), 1.5 * height]))


def _runs_left(text: str) -> bool:
    return any(
        _ARABIC_AND_HEBREW[0] <= char <= _ARABIC_AND_HEBREW[1] or _SHAPES <= char < "\ufe00"
        or "\ufe70" <= char <= "\ufefc"
        for char in text
    )  # fmt: skip
