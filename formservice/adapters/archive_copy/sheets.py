"""Tagged pages of our own behind a form: headings, paragraphs, tables, drawn line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_fonts
from formservice.adapters.pdf_fill.streams import text_operators
from formservice.adapters.pdf_layout import (
    ASCENT,
    DESCENT,
    LEADING,
    PADDING,
    PADDING_ABOVE,
    Frame,
    Setting,
    fit,
    width_of,
)

_WIDTH, _HEIGHT = 595.28, 841.89  # A4 in points
# As the forms have it, so that the pages look like theirs.
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 545.0, 785.0, 60.0
_HEADINGS = {1: 15.0, 2: 11.0}
_TEXT, _SMALL = 9.5, 8.5
_FOOT_SIZE, _FOOT_BASE = 7.0, 34.0
_LABELS = b"0.914 0.937 0.957 rg"  # behind the labels of a table
_RULE = b"0.5 w 0.435 0.498 0.561 RG"
_MEASURED_AT = 10.0  # the size at which ``fit`` sets what has room enough
_ENDLESS = 1e6
_TAIL = 3.0


@dataclass(slots=True)
class _Element:
    """One element of the structure tree: its kind, what it holds, the header's scope."""

    kind: str
    kids: "list[_Element | tuple[int, int]]" = field(default_factory=list)
    scope: str = ""

    def below(self, kind: str, scope: str = "") -> "_Element":
        """Add an element."""
        made = _Element(kind, scope=scope)
        self.kids.append(made)
        return made


@dataclass(slots=True)
class _Page:
    content: list[bytes] = field(default_factory=list)
    marks: list[_Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A text set for a column, as far as it is not drawn yet."""

    left: float
    width: float
    size: float
    lines: tuple[str, ...]
    element: _Element
    shaded: bool

    def height(self, lines: int) -> float:
        return 2 * PADDING_ABOVE + (ASCENT + DESCENT + (lines - 1) * LEADING) * self.size


class Sheets:
    """Pages in the making; nothing is put into a file before ``add_to``."""

    def __init__(self, title: str) -> None:
        """Begin a section of the document; ``title`` is its heading."""
        self._root = _Element("Sect")
        self._pages = [_Page()]
        self._y = _TOP
        self._faces: dict[str, pdf_fonts.Face] = {}
        self.heading(title, 1)

    @property
    def count(self) -> int:
        """How many pages there are so far."""
        return len(self._pages)

    def heading(self, text: str, level: int = 2) -> None:
        """Write a heading; it never stands alone at the foot of a page."""
        size = _HEADINGS[level]
        if level > 1:
            self._y -= 8
        if self._y - 7 * size < _BOTTOM:
            self._break()
        self._flow(text, self._root.below(f"H{level}"), size)
        self._rule(self._y)
        self._y -= 4

    def paragraph(self, text: str, *, small: bool = False) -> None:
        """Write a paragraph over the whole width."""
        self._flow(text, self._root.below("P"), _SMALL if small else _TEXT)
        self._y -= 2

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write a table of two columns: what is told, and what is so."""
        table = self._root.below("Table")
        widths = (150.0, _RIGHT - _LEFT - 150.0)
        for label, value in rows:
            row = table.below("TR")
            kinds = (row.below("TH", "/Row"), row.below("TD"))
            self._row((label, value), widths, kinds)
        self._y -= 4

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]
    ) -> None:
        """Write a table; its headers stand on each page. ``shares`` are the widths of columns."""
        table = self._root.below("Table")
        widths = [(_RIGHT - _LEFT) * share / sum(shares) for share in shares]
        row = table.below("TR")
        heads = self._row(head, widths, [row.below("TH", "/Column") for _ in head])
        for texts in rows:
            row = table.below("TR")
            self._row(texts, widths, [row.below("TD") for _ in texts], heads)
        self._y -= 4

    def picture_alone(self) -> None:
        """Leave what is left of the page blank."""
        self._break()

    def add_to(self, pdf: pikepdf.Pdf, foot: str, font: pikepdf.Object | None = None) -> None:
        """Put the pages behind ``pdf``; ``foot`` stands below each, with its number.

        ``font`` is that of our forms, if the file holds it.
        """
        fonts = {f"/{pdf_fonts.DRAWING}": font or pdf_fonts.embed(pdf).drawing}
        for name, face in self._faces.items():
            fonts[f"/{name}"] = pdf_fonts.embed_face(pdf, face)
        pages = []
        for number, page in enumerate(self._pages, 1):
            told = f"{foot} · Blatt {number} von {len(self._pages)}"
            content = b"\n".join([*page.content, _foot(told)])
            pages.append(_blank(pdf, content, fonts))
        _hang(pdf, self._root, self._pages, pages)

    def _flow(self, text: str, element: _Element, size: float) -> None:
        """Write text over the whole width, over as many pages as it takes."""
        self._lay(
            [self._cell(text, (_LEFT, _RIGHT - _LEFT), size, element, shaded=False)], ruled=False
        )

    def _row(
        self,
        texts: Sequence[str],
        widths: Sequence[float],
        elements: Sequence[_Element],
        heads: "Sequence[_Cell]" = (),
    ) -> "list[_Cell]":
        """Write a row and return its cells; on a further page it stands below ``heads``."""
        left, cells = _LEFT, []
        for text, width, element in zip(texts, widths, elements, strict=True):
            shaded = element.kind == "TH"
            inner = element.below("P")
            cells.append(self._cell(text, (left, width), _SMALL, inner, shaded=shaded))
            left += width
        self._lay(cells, heads, ruled=True)
        return cells

    def _cell(
        self,
        text: str,
        place: tuple[float, float],
        size: float,
        element: _Element,
        *,
        shaded: bool,
    ) -> _Cell:
        left, width = place
        wide = (width - 2 * PADDING) * _MEASURED_AT / size + 2 * PADDING
        lines = fit(text, Frame(wide, _ENDLESS, multiline=True)).lines
        return _Cell(left, width, size, lines, element, shaded)

    def _lay(self, cells: Sequence[_Cell], heads: Sequence[_Cell] = (), *, ruled: bool) -> None:
        """Draw cells side by side; what does not fit on the page goes on on the next."""
        most = max(len(cell.lines) for cell in cells)
        whole = max(cell.height(len(cell.lines)) for cell in cells)
        if self._y - whole < _BOTTOM and (most <= _TAIL or whole < (_TOP - _BOTTOM) / 4):
            self._break(heads)
        while cells:
            room = self._y - _BOTTOM
            height, rest = 0.0, []
            for cell in cells:
                fits = Frame(cell.width, room, multiline=True).capacity(cell.size)
                lines = cell.lines[:fits]
                height = max(height, cell.height(max(1, len(lines))))
                rest.append(replace(cell, lines=cell.lines[fits:]))
            top = self._y
            for cell, left in zip(cells, rest, strict=True):
                self._draw(cell, cell.lines[: len(cell.lines) - len(left.lines)], top, height)
            self._y -= height
            if ruled:
                self._rule(self._y)
            if not any(cell.lines for cell in rest):
                break
            cells = rest
            self._break(heads)

    def _draw(self, cell: _Cell, lines: tuple[str, ...], top: float, height: float) -> None:
        page = self._pages[-1]
        if cell.shaded:
            page.content.append(
                b"/Artifact BMC q %b %.2f %.2f %.2f %.2f re f Q EMC"
                % (_LABELS, cell.left, top - height + 0.25, cell.width, height - 0.5)
            )
        if not any(line.strip() for line in lines):
            return
        drawn = self._lines(cell, lines, height)
        number = len(page.marks)
        page.marks.append(cell.element)
        cell.element.kids.append((len(self._pages) - 1, number))
        page.content.append(
            b"/%b <</MCID %d>> BDC q 1 0 0 1 %.2f %.2f cm %b Q EMC"
            % (cell.element.kind.encode(), number, cell.left, top - height, drawn)
        )

    def _lines(self, cell: _Cell, lines: tuple[str, ...], height: float) -> bytes:
        frame = Frame(cell.width, height, multiline=True)
        return text_operators(Setting(cell.size, lines), frame, self._faces)

    def _again(self, cells: Sequence[_Cell]) -> None:
        """Draw the headers of a table once more: for the eye, the table has them already."""
        height = max(cell.height(len(cell.lines)) for cell in cells)
        for cell in cells:
            self._draw(cell, (), self._y, height)
            self._pages[-1].content.append(
                b"/Artifact BMC q 1 0 0 1 %.2f %.2f cm %b Q EMC"
                % (cell.left, self._y - height, self._lines(cell, cell.lines, height))
            )
        self._y -= height
        self._rule(self._y)

    def _rule(self, y: float) -> None:
        self._pages[-1].content.append(
            b"/Artifact BMC q %b %.2f %.2f m %.2f %.2f l S Q EMC" % (_RULE, _LEFT, y, _RIGHT, y)
        )

    def _break(self, heads: Sequence[_Cell] = ()) -> None:
        self._pages.append(_Page())
        self._y = _TOP
        if heads:
            self._again(heads)


def _foot(text: str) -> bytes:
    width = width_of(text) * _FOOT_SIZE / 1000 + 2 * PADDING
    drawn = text_operators(Setting(_FOOT_SIZE, (text,)), Frame(width, 12.0, multiline=False), {})
    return b"/Artifact <</Type/Pagination>> BDC q 1 0 0 1 %.2f %.2f cm %b Q EMC" % (
        (_WIDTH - width) / 2,
        _FOOT_BASE,
        drawn,
    )


def _blank(
    pdf: pikepdf.Pdf, content: bytes, fonts: Mapping[str, pikepdf.Object]
) -> pikepdf.Object:
    """Add a page with ``content`` and return it."""
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, _WIDTH, _HEIGHT]),
        Resources=Dictionary(Font=Dictionary(fonts)),
        Contents=pdf.make_stream(content),
        Tabs=Name.S,
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf.pages[-1].obj


def _hang(
    pdf: pikepdf.Pdf, root: _Element, drawn: Sequence[_Page], pages: Sequence[pikepdf.Object]
) -> None:
    """Put the elements below the document in the structure tree."""
    tree_root = pdf.Root.StructTreeRoot
    top = tree_root.K[0] if isinstance(tree_root.K, Array) else tree_root.K
    made: dict[int, pikepdf.Object] = {}
    section = _made(pdf, root, top, pages, made)
    kids = top.get("/K")
    top.K = Array(
        [*(kids if isinstance(kids, Array) else [kids] if kids is not None else []), section]
    )
    tree = pikepdf.NumberTree(tree_root.ParentTree)
    following = int(tree_root.ParentTreeNextKey)
    for page, one in zip(pages, drawn, strict=True):
        page.StructParents = following
        tree[following] = pdf.make_indirect(Array([made[id(element)] for element in one.marks]))
        following += 1
    tree_root.ParentTreeNextKey = following


def _made(
    pdf: pikepdf.Pdf,
    element: _Element,
    above: pikepdf.Object,
    pages: Sequence[pikepdf.Object],
    known: dict[int, pikepdf.Object],
) -> pikepdf.Object:
    """Return an element as it stands in the file, with all below it."""
    entry = Dictionary(Type=Name.StructElem, S=Name(f"/{element.kind}"), P=above)
    if element.scope:
        entry.A = Dictionary(O=Name.Table, Scope=Name(element.scope))
    made = pdf.make_indirect(entry)
    known[id(element)] = made
    kids = Array()
    for kid in element.kids:
        if isinstance(kid, _Element):
            kids.append(_made(pdf, kid, made, pages, known))
        else:
            page, number = kid
            kids.append(Dictionary(Type=Name.MCR, Pg=pages[page], MCID=number))
    made.K = kids
    return made
