"""Walks a Word document once, in reading order: paragraphs, tables, controls, bookmarks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lxml import etree

from formservice.adapters.word.found import (
    PARAGRAPH_END,
    Bookmark,
    Control,
    Properties,
    Stream,
    Walked,
    number,
)
from formservice.adapters.word.runs import Runs
from formservice.adapters.word.symbols import TICKED, UNTICKED
from formservice.domain.document import Block, Cell, Doubt
from formservice.domain.errors import DocumentTooLargeError

W_TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
# A page of a form has about 100 paragraphs; a book of 1000 pages has 30,000.
MOST_PARAGRAPHS = 200_000
# Pieces of text in all controls and bookmarks together, each as often as it is enclosed: a form
# has 500. A file whose bookmarks all enclose each other is made to keep a reader busy.
_MOST_ENCLOSED = 5_000_000
# A table has at most 63 columns in Word.
_MOST_COLUMNS = 1000


def walk(document: etree._Element) -> Walked:
    """Return what stands in ``document``, the root element of a Word main document.

    Raises:
        DocumentTooLargeError: too many paragraphs, or nested too deeply.
    """
    walker = Walk(namespace(document))
    walker.visit(document)
    walker.flush()
    return walker.finished()


def namespace(document: etree._Element) -> str:
    """Return the namespace of a Word main document, in braces."""
    return f"{{{W_STRICT if etree.QName(document).namespace == W_STRICT else W_TRANSITIONAL}}}"


@dataclass(slots=True)
class _Table:
    number: int
    row: int = -1
    column: int = 0


class Walk(Runs):
    """The state of one walk; what stands inside paragraphs is handled in ``Runs``."""

    def __init__(self, w: str) -> None:
        """Prepare for a document whose WordprocessingML namespace is ``w``, in braces."""
        super().__init__(w)
        self._properties, self._content = f"{w}sdtPr", f"{w}sdtContent"
        self.found = Walked()
        self._tables: list[_Table] = []
        self._table_count = 0
        self._cell: Cell | None = None
        self._runs_on = False  # the end of the current paragraph is deleted
        self._enclosed = 0
        self._open: dict[str, tuple[str, Stream, int]] = {}
        self.handle(
            {
                "p": self._paragraph,
                "pPr": self._paragraph_properties,
                "trPr": self._columns,
                "tcPr": self._columns,
                "sectPr": self._section,
                "tbl": self._table,
                "tr": self._row,
                "tc": self._table_cell,
                "txbxContent": self._text_box,
                "sdt": self._control,
                "bookmarkStart": self._bookmark_start,
                "bookmarkEnd": self._bookmark_end,
            }
        )

    def visit(self, element: etree._Element) -> None:
        """Walk through ``element``, which stands in nothing that was visited before.

        Raises:
            DocumentTooLargeError: too many paragraphs, or nested too deeply.
        """
        try:
            self.handlers.get(element.tag, self.children)(element)
        except RecursionError as error:
            raise DocumentTooLargeError("Die Word-Datei ist zu tief verschachtelt.") from error

    def finished(self) -> Walked:
        """Return what was found; nothing can be visited after this."""
        # The handlers refer back to the walk. Without them it is freed at once, not by a search
        # for cycles through everything the process holds.
        self.handlers.clear()
        return self.found

    # -- paragraphs ------------------------------------------------------------------------

    def _paragraph(self, element: etree._Element) -> None:
        stream = self.stream
        self._runs_on = False
        self.children(element)
        if not self._runs_on:
            self._end_paragraph(stream)

    def _paragraph_properties(self, element: etree._Element) -> None:
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name == "numPr":
                # The number or bullet is drawn by Word and stands in no run.
                self.stream.mark(Doubt.CHARACTERS)
            elif name == "sectPr":
                self.found.sections.append(child)
            elif name == "rPr":
                self._paragraph_mark(child)

    def _paragraph_mark(self, properties: etree._Element) -> None:
        """Note whether the end of the paragraph was inserted or deleted as a tracked change."""
        for child in properties:
            name = child.tag.rpartition("}")[2]
            if name in ("ins", "moveTo", "del", "moveFrom"):
                self.stream.mark(Doubt.TRACKED_CHANGES)
            if name in ("del", "moveFrom"):
                self._runs_on = True

    def _end_paragraph(self, stream: Stream) -> None:
        text = "" if stream.hidden else "".join(stream.pieces[stream.paragraph :])
        self.found.blocks.append(Block(text, cell=self._cell))
        if len(self.found.blocks) > MOST_PARAGRAPHS:
            raise DocumentTooLargeError(f"Das Dokument hat mehr als {MOST_PARAGRAPHS} Absätze.")
        stream.pieces.append(PARAGRAPH_END)
        stream.paragraph = len(stream.pieces)

    def flush(self) -> None:
        """End a paragraph that nothing in the file ends."""
        stream = self.stream
        if any(stream.pieces[stream.paragraph :]):
            self._end_paragraph(stream)

    def _section(self, element: etree._Element) -> None:
        self.found.sections.append(element)

    # -- tables ----------------------------------------------------------------------------

    def _table(self, element: etree._Element) -> None:
        outer = self._cell
        self._tables.append(_Table(self._table_count))
        self._table_count += 1
        self.children(element)
        self._tables.pop()
        self._cell = outer

    def _row(self, element: etree._Element) -> None:
        if self._tables:
            table = self._tables[-1]
            table.row += 1
            table.column = 0
        self.children(element)

    def _table_cell(self, element: etree._Element) -> None:
        if not self._tables:
            self.children(element)
            return
        table, outer = self._tables[-1], self._cell
        if table.row > 0 or table.column > 0:
            # A range that goes on from one cell into the next has no character between them.
            self.stream.mark(Doubt.WHITE_SPACE)
        self._cell = Cell(table.number, max(table.row, 0), table.column)
        table.column += 1
        self.children(element)
        self.flush()
        self._cell = outer
        self.fields.clear()

    def _columns(self, element: etree._Element) -> None:
        """Count the columns that a row leaves out in front and those a cell joins."""
        if not self._tables:
            return
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name in ("gridBefore", "gridSpan"):
                count = min(number(child.get(f"{self.w}val")), _MOST_COLUMNS)
                self._tables[-1].column += count if name == "gridBefore" else max(0, count - 1)

    # -- text boxes ------------------------------------------------------------------------

    def _text_box(self, element: etree._Element) -> None:
        """Read the box as paragraphs of its own; a range around it is no longer exact."""
        self.boxes += 1
        with self._aside() as inner:
            self.children(element)
            self.flush()
        if inner.text(0):
            self.stream.mark(Doubt.CHARACTERS)

    @contextmanager
    def _aside(self) -> Iterator[Stream]:
        """Collect what follows apart from the text around it."""
        outer, fields, runs_on = self.stream, self.fields, self._runs_on
        self.stream, self.fields = Stream(), []
        yield self.stream
        self.stream, self.fields, self._runs_on = outer, fields, runs_on

    # -- anchors ---------------------------------------------------------------------------

    def _control(self, element: etree._Element) -> None:
        content = next(element.iterchildren(self._content), None)
        facts = Properties(self.w, next(element.iterchildren(self._properties), None))
        stream = self.stream
        start = stream.open()
        if self.insertions or self.deletions:
            stream.mark(Doubt.TRACKED_CHANGES)
        text = ""
        if content is not None and facts.prompt:
            text = self._prompt(content)
        elif content is not None:
            self.children(content)
            text = stream.text(start)
        if facts.checked is not None:
            text = self._tick(facts, text, start)
        if facts.tag:
            self._charge(stream, start)
            noticed = stream.noticed(start)
            self.found.controls.append(Control(facts, text, noticed))

    def _charge(self, stream: Stream, start: int) -> None:
        self._enclosed += stream.cost(start)
        if self._enclosed > _MOST_ENCLOSED:
            raise DocumentTooLargeError("Die Word-Datei hat zu viele Textmarken ineinander.")

    def _prompt(self, content: etree._Element) -> str:
        """Return the prompt of a blank control, keeping it out of blocks and ranges around it."""
        with self._aside() as inner:
            inner.hidden = True
            self.children(content)
        for _, what in inner.marks:
            if isinstance(what, Doubt):
                self.stream.mark(what)
        return inner.text(0)

    def _tick(self, facts: Properties, drawn: str, start: int) -> str:
        """Return ☐ or ☒ as drawn; in the text around it, the state of the control counts."""
        pieces = self.stream.pieces
        filled = [index for index in range(start, len(pieces)) if pieces[index]]
        if not any(pieces[index] is PARAGRAPH_END for index in filled):
            # In place, for a bookmark may begin inside the control (LibreOffice moves it there).
            state = TICKED if facts.checked else UNTICKED
            for index in filled:
                pieces[index] = state if index == filled[0] else ""
            if not filled:
                self.put(state)
        return facts.glyph(drawn)

    def _bookmark_start(self, element: etree._Element) -> None:
        name = element.get(f"{self.w}name", "")
        # Names with an underscore in front are Word's own; column bookmarks cut across cells.
        if name and not name.startswith("_") and element.get(f"{self.w}colFirst") is None:
            start = self.stream.open()
            self._open[element.get(f"{self.w}id", "")] = (name, self.stream, start)

    def _bookmark_end(self, element: etree._Element) -> None:
        opened = self._open.pop(element.get(f"{self.w}id", ""), None)
        if opened is None:
            return
        name, stream, start = opened
        self._charge(stream, start)
        noticed = stream.noticed(start)
        if stream is not self.stream and not stream.hidden:
            noticed |= {Doubt.CHARACTERS}
        prompt = stream.hidden
        self.found.bookmarks.append(Bookmark(name, stream.text(start), prompt, noticed))
