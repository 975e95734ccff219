"""Characters PDFium finds on a page, put together as people see them: runs, lines, blocks.

PDFium's own blanks, the generated ones included, are trusted: rules over gaps between letters
tear words apart or glue them. Gaps decide only where PDFium says nothing: between pieces of
text that were drawn one after the other in different places.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import pypdfium2.raw as pdfium

from formservice.adapters.pdf_read_frame import Frame, Rectangle
from formservice.domain.document import Block

BLANKS = " \u00a0"
REPLACEMENT = "\ufffd"
# In heights of a line (about 1.15 em). Justified text spreads words by up to 1 em; the margins
# of two neighbouring Word cells already make 1.1 em.
_COLUMN_GAP = 1.1
# A gap below this is no blank between two pieces drawn separately (a blank is about 0.25 em).
_BLANK_GAP = 0.13
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
    """One character and its loose box, in points of the upright page from its top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

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
    that the file itself holds after them, as opposed to those PDFium saw in the layout.
    """

    glyphs: Sequence[Glyph]
    text: str
    edges: Rectangle
    breaks: int = 0


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
        if text == " " or text == "\u00a0":
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


def run_of(glyphs: list[Glyph], breaks: int = 0) -> Run:
    """Return a run of these characters, blanks at its end left out."""
    while glyphs[-1].text in BLANKS:
        glyphs.pop()
    texts, lefts, tops, rights, bottoms = zip(*glyphs, strict=True)
    return Run(glyphs, "".join(texts), (min(lefts), min(tops), max(rights), max(bottoms)), breaks)


def _glyphs(page: TextPage, view: Frame) -> Iterator[Glyph]:
    unicode, loose, raw = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox, page.raw
    edges = pdfium.FS_RECTF()
    pointer = ctypes.byref(edges)
    plain = view.quarters == 0 and view.unit == 1.0
    left, top = view.left, view.top
    generated = pdfium.FPDFText_IsGenerated
    high = 0
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
            yield Glyph(
                text, edges.left - left, top - edges.top, edges.right - left, top - edges.bottom
            )
        else:
            yield Glyph(text, *view.seen(edges.left, edges.bottom, edges.right, edges.top))


def _character(code: int) -> str:
    if code == _HYPHEN:
        return "-"
    if code == 9:
        return " "
    if code < 32 or code in (0xFFFE, 0xFFFF):
        return REPLACEMENT
    return _SYMBOLS.get(code, chr(code))


_NEWLINE = Glyph("\n", 0, 0, 0, 0)
_WRITTEN_BREAK = "\n\n"
_BREAK = Glyph(_WRITTEN_BREAK, 0, 0, 0, 0)


def _apart(last: Glyph, glyph: Glyph, touching: bool) -> bool:
    """Whether ``glyph`` cannot belong to the run that ends with ``last``.

    ``touching``: PDFium sees no blank between them.
    """
    _, left, top, right, bottom = last
    text, near, upper, far, lower = glyph
    height = bottom - top
    middle = (upper + lower) / 2
    if not (top < middle < bottom or upper < (top + bottom) / 2 < lower):
        return True
    if near >= left:
        return near - right > (_LEAP if touching else _COLUMN_GAP) * height
    # Arabic and Hebrew run to the left; anything else that does was drawn out of order.
    return far < right - 0.5 * height and not ("\u0590" <= text < "\u0900" or text >= "\ufb1d")


def lines(runs: Iterable[Run]) -> list[list[Run]]:
    """Return runs as visual lines from top to bottom, each from left to right."""
    rows: list[tuple[float, float, list[Run]]] = []
    for edges, run in sorted(((run.edges, run) for run in runs), key=_by_middle):
        middle = (edges[1] + edges[3]) / 2
        if rows:
            top, bottom, row = rows[-1]
            reach = 0.5 * min(bottom - top, edges[3] - edges[1])
            if abs((top + bottom) / 2 - middle) <= reach:
                row.append(run)
                continue
        rows.append((edges[1], edges[3], [run]))
    return [sorted(row, key=lambda run: run.edges[0]) for _, _, row in rows]


def _by_middle(item: tuple[Rectangle, Run]) -> float:
    return item[0][1] + item[0][3]


def joined(row: list[Run]) -> Iterator[tuple[str, Rectangle]]:
    """Yield the pieces of one line: runs side by side become one text, columns stay apart."""
    text, edges = "", (0.0, 0.0, 0.0, 0.0)
    for run in row:
        here = run.edges
        gap, height = here[0] - edges[2], max(here[3] - here[1], 1.0)
        if text and -0.5 * height <= gap <= _COLUMN_GAP * height:
            text += (" " if gap > _BLANK_GAP * height else "") + run.text
            edges = (edges[0], min(edges[1], here[1]), max(edges[2], here[2]),
                     max(edges[3], here[3]))  # fmt: skip
            continue
        if text:
            yield text, edges
        text, edges = run.text, here
    if text:
        yield text, edges


def blocks(runs: Iterable[Run], number: int, view: Frame) -> tuple[Block, ...]:
    """Return the text of a page as blocks: pieces of lines in reading order."""
    return tuple(
        Block(text, number, view.box(edges))
        for row in lines(runs)
        for text, edges in joined(row)
        if text.strip()
    )
