"""Characters PDFium finds on a page, put together as people see them: runs, lines, blocks.

PDFium's own blanks, the generated ones included, are trusted: rules over gaps between letters
tear words apart or glue them. Gaps decide only where PDFium says nothing: between pieces of
text that were drawn one after the other in different places.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Protocol

import pypdfium2.raw as pdfium

from formservice.adapters.pdf_read.frame import Frame, Rectangle
from formservice.domain.document import Block

BLANKS = " \u00a0\t"
REPLACEMENT = "\ufffd"
# In heights of a line (about 1.15 em). Justified text spreads words by up to 1 em; the margins
# of two neighbouring Word cells already make 1.1 em.
_COLUMN_GAP = 1.1
# Where lines agree on where a column starts, a full line may end this close before it.
_TIGHT_GAP = 0.45
# How much wider than other gaps of the same line.
_WIDER = 1.4
# Points within which starts of a column agree.
_ALIGNED = 1.0
# A gap below this is no blank between two pieces drawn separately (a blank is about 0.25 em).
_BLANK_GAP = 0.13
# Part of the height by which letters of one line may stand higher or lower (raised figures).
_SAME_LINE = 0.4
# Points: a font smaller than this is a joke, a box lower than this is that of a dash.
_LOWEST = 6.0
# Points by which kerned letters of neighbouring runs may overlap.
_OVERLAP = 1.5
# Points within which a marked line break stands at the end of a run.
_AT_END = 3.0
_LONGEST_LINE = 2_000  # characters
# Letters this far apart without a blank by PDFium were drawn out of order.
_LEAP = 0.35
_HYPHEN = 2  # PDFium's sign for a hyphen at the end of a line
# Ticks of the fonts Wingdings, Wingdings 2 and Segoe as Word writes them: private code points.
_SYMBOLS = {
    0xF06F: "☐", 0xF071: "☐", 0xF0A8: "☐", 0xF0A3: "☐", 0xF072: "☐",
    0xF078: "☒", 0xF0FD: "☒", 0xF0FE: "☒", 0xF053: "☒", 0xF054: "☒", 0xF052: "☒",
    0xF0FB: "✗", 0xF0FC: "✓", 0x25A1: "☐", 0x2751: "☐", 0x274F: "☐",
}  # fmt: skip


class Glyph(NamedTuple):
    """One character and its box, in points of the upright page from its top left.

    Boxes reach from ascent to descent where the font says what those are, and hug the letter
    where it does not; ``base`` is the line it stands on either way.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float

    @property
    def x(self) -> float:
        """Middle from left to right."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """Middle from top to bottom."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Run:
    """Characters drawn next to each other on one line, in reading order, blanks included.

    ``edges`` are the (left, top, right, bottom) around all of them; ``breaks`` counts line breaks
    that the file itself holds after them, as opposed to those PDFium saw in the layout, and
    ``goes_on`` says that a blank is drawn at their end, as many programs do where they wrap.
    """

    glyphs: Sequence[Glyph]
    text: str
    edges: Rectangle
    base: float
    breaks: int = 0
    goes_on: bool = False


class TextPage(Protocol):
    """The part of pypdfium2's text page used here."""

    raw: object

    def count_chars(self) -> int:
        """Return how many characters there are."""


def glyph_runs(page: TextPage, view: Frame) -> list[Run]:
    """Return all text of a page as runs in the order in which it was drawn."""
    runs: list[Run] = []
    current: list[Glyph] = []
    last: Glyph | None = None
    for glyph in _glyphs(page, view):
        text = glyph[0]
        if text in BLANKS:
            if last is not None:
                current.append(glyph)
            continue
        if text == _WRITTEN_BREAK:
            if last is not None:
                runs.append(run_of(current, breaks=1))
                current, last = [], None
            elif runs:
                runs[-1] = replace(runs[-1], breaks=runs[-1].breaks + 1)
            continue
        if last is not None and (text == "\n" or _apart(last, glyph, current[-1] is last)):
            runs.append(run_of(current))
            current, last = [], None
        if text != "\n":
            current.append(glyph)
            last = glyph
    if current:
        runs.append(run_of(current))
    return runs


def with_breaks(
    runs: list[Run], breaks: Sequence[tuple[float, float, int]], view: Frame
) -> list[Run]:
    """Return ``runs`` with the line breaks the file marks: (across, up, how often)."""
    for across, up, count in breaks:
        x, base = view.seen(across, up, across, up)[2:]
        for index, run in enumerate(runs):
            if abs(run.base - base) < _AT_END and abs(run.edges[2] - x) < _AT_END:
                runs[index] = replace(run, breaks=count)
    return runs


def run_of(glyphs: list[Glyph], breaks: int = 0) -> Run:
    """Return a run of these characters, blanks at its end left out."""
    drawn = len(glyphs)
    while glyphs[-1].text in BLANKS:
        glyphs.pop()
    texts, lefts, tops, rights, bottoms, bases = zip(*glyphs, strict=True)
    edges = (min(lefts), min(tops), max(rights), max(bottoms))
    return Run(glyphs, "".join(texts), edges, bases[0], breaks, len(glyphs) < drawn)


def _glyphs(page: TextPage, view: Frame) -> Iterator[Glyph]:
    unicode, loose, raw = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox, page.raw
    edges = pdfium.FS_RECTF()
    pointer = ctypes.byref(edges)
    plain = view.quarters == 0 and view.unit == 1.0
    left, top = view.left, view.top
    generated, origin = pdfium.FPDFText_IsGenerated, pdfium.FPDFText_GetCharOrigin
    x, y = ctypes.c_double(), ctypes.c_double()
    at = (ctypes.byref(x), ctypes.byref(y))
    make = tuple.__new__  # a quarter of the time of Glyph(...), for every character
    lowest, high = None, 0
    for index in range(page.count_chars()):
        code = unicode(raw, index)
        if code == 10 or code == 13:
            # Breaks that PDFium makes up are pairs of both.
            written = code == 10 and generated(raw, index) == 0
            yield _BREAK if written else _NEWLINE
            continue
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        loose(raw, index, pointer)
        text = chr(code) if 32 <= code < 0x2000 else _character(code)
        if plain:
            # Asked only when it may have changed; it takes as long as all the rest.
            if edges.bottom != lowest:
                origin(raw, index, *at)
                lowest = edges.bottom
            near, far = edges.left - left, edges.right - left
            box = (text, near, top - edges.top, far, top - edges.bottom, top - y.value)
            yield make(Glyph, box)
        else:
            origin(raw, index, *at)
            base = view.seen(x.value, y.value, x.value, y.value)[3]
            seen = view.seen(edges.left, edges.bottom, edges.right, edges.top)
            yield Glyph(text, *seen, base)


def _character(code: int) -> str:
    if code == _HYPHEN:
        return "-"
    if (code < 32 and code != 9) or code in (0xFFFE, 0xFFFF):
        return REPLACEMENT
    return _SYMBOLS.get(code, chr(code))


_NEWLINE = Glyph("\n", 0, 0, 0, 0, 0)
_WRITTEN_BREAK = "\n\n"
_BREAK = Glyph(_WRITTEN_BREAK, 0, 0, 0, 0, 0)


def _apart(last: Glyph, glyph: Glyph, touching: bool) -> bool:
    """Whether ``glyph`` cannot belong to the run that ends with ``last``.

    ``touching``: PDFium sees no blank between them.
    """
    _, left, top, right, bottom, base = last
    text, near, upper, far, lower, line = glyph
    height = max(bottom - top, lower - upper, _LOWEST)
    if abs(line - base) > _SAME_LINE * height:
        return True
    if near >= left:
        return near - right > (_LEAP if touching else _COLUMN_GAP) * height
    # Arabic and Hebrew run to the left; anything else that does was drawn out of order.
    return far < right - 0.5 * height and not ("\u0590" <= text < "\u0900" or text >= "\ufb1d")


def lines(runs: Iterable[Run]) -> list[list[Run]]:
    """Return runs as visual lines from top to bottom, each from left to right."""
    rows: list[list[Run]] = []
    height = 0.0
    for run in sorted(runs, key=lambda run: run.base):
        own = max(run.edges[3] - run.edges[1], _LOWEST)
        if rows and run.base - rows[-1][0].base <= _SAME_LINE * max(height, own):
            rows[-1].append(run)
            height = max(height, own)
        else:
            rows.append([run])
            height = own
    return [_untangled(row) for row in rows]


def _untangled(row: list[Run]) -> list[Run]:
    """Return the runs of a line from left to right, those that reach into each other as one.

    A letter that a font lacks is drawn from another one, often after the whole line.
    """
    row = sorted(row, key=lambda run: run.edges[0])
    found: list[Run] = []
    for run in row:
        if found and run.edges[0] < found[-1].edges[2] - _OVERLAP and _short(found[-1], run):
            found[-1] = _woven(found[-1], run)
        else:
            found.append(run)
    return found


def _short(one: Run, other: Run) -> bool:
    """Whether two runs are no longer than lines are: weaving takes time with each letter."""
    return len(one.glyphs) + len(other.glyphs) <= _LONGEST_LINE


def _woven(one: Run, other: Run) -> Run:
    """Return both runs as one, letter by letter from left to right."""
    ink = [glyph for run in (one, other) for glyph in run.glyphs if glyph.text not in BLANKS]
    ink.sort(key=lambda glyph: glyph.left)
    height = max(one.edges[3] - one.edges[1], other.edges[3] - other.edges[1], _LOWEST)
    glyphs: list[Glyph] = []
    for glyph in ink:
        if glyphs and _same(glyph, glyphs[-1]):
            continue
        if glyphs and glyph.left - glyphs[-1].right > _BLANK_GAP * height:
            last = glyphs[-1]
            glyphs.append(Glyph(" ", last.right, last.top, last.right, last.bottom, last.base))
        glyphs.append(glyph)
    return run_of(glyphs, max(one.breaks, other.breaks))


def _same(one: Glyph, other: Glyph) -> bool:
    """Whether a letter is drawn twice, as some programs do for bold print."""
    near = abs(one.left - other.left) < 0.25 * (one.right - one.left)
    return near and one.text == other.text


def joined(row: list[Run], columns: Sequence[float] = ()) -> Iterator[tuple[str, Rectangle]]:
    """Yield the pieces of one line: runs side by side become one text, columns stay apart.

    ``columns`` is where columns are known to start.
    """
    text, edges = "", (0.0, 0.0, 0.0, 0.0)
    for run in row:
        here = run.edges
        height = max(here[3] - here[1], edges[3] - edges[1], _LOWEST)
        gap = here[0] - edges[2]
        tight = _starts(here[0], columns) and gap > _TIGHT_GAP * height
        if text and gap <= _COLUMN_GAP * height and not tight:
            text += (" " if gap > _BLANK_GAP * height else "") + run.text
            edges = (edges[0], min(edges[1], here[1]), max(edges[2], here[2]),
                     max(edges[3], here[3]))  # fmt: skip
            continue
        if text:
            yield text, edges
        text, edges = run.text, here
    if text:
        yield text, edges


def _wide_gaps(run: Run) -> Iterator[tuple[int, float]]:
    """Yield which characters of a run stand behind a gap that may part columns, and where.

    Such a gap is wider than the narrowest of the run: justified lines and typewriter letters
    have wide blanks throughout.
    """
    glyphs, gaps = run.glyphs, list[tuple[float, int]]()
    at = run.text.find(" ")
    while at > 0:
        if glyphs[at - 1].text not in BLANKS:
            gaps.append((glyphs[at + 1].left - glyphs[at - 1].right, at + 1))
        at = run.text.find(" ", at + 1)
    if not gaps:
        return
    least = _TIGHT_GAP * max(run.edges[3] - run.edges[1], _LOWEST)
    least = max(least, _WIDER * min(gaps)[0]) if len(gaps) > 1 else _WIDER * least
    for gap, index in gaps:
        if gap > least:
            yield index, glyphs[index].left


def _column_starts(rows: Sequence[Sequence[Run]]) -> list[float]:
    """Return where columns start: gaps of two lines or more end there."""
    ends = sorted(
        [run.edges[0] for row in rows for run in row[1:]]
        + [left for row in rows for run in row for _, left in _wide_gaps(run)]
    )
    return [here for here, next_ in pairwise(ends) if next_ - here <= _ALIGNED]


def _starts(left: float, columns: Sequence[float]) -> bool:
    return any(abs(left - column) <= _ALIGNED for column in columns)


def _parted(row: Sequence[Run], columns: Sequence[float]) -> list[Run]:
    """Return the runs of a line, cut where a column starts behind a gap."""
    parts: list[Run] = []
    for run in row:
        start = 0
        for at, left in _wide_gaps(run):
            if _starts(left, columns):
                parts.append(run_of(list(run.glyphs[start:at])))
                start = at
        parts.append(run if start == 0 else run_of(list(run.glyphs[start:]), run.breaks))
    return parts


def blocks(runs: Iterable[Run], number: int, view: Frame) -> tuple[Block, ...]:
    """Return the text of a page as blocks: pieces of lines in reading order."""
    rows = lines(runs)
    columns = _column_starts(rows)
    return tuple(
        Block(text, number, view.box(edges))
        for row in rows
        for text, edges in joined(_parted(row, columns) if columns else row, columns)
        if text.strip()
    )
