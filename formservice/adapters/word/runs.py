"""Takes the text of Word runs, character for character, and notes what makes it less certain.

The accepted view counts: tracked insertions are text, deletions are not.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

from formservice.adapters.word.found import Ink, Stream, is_on, number
from formservice.adapters.word.symbols import TICKED, UNTICKED, symbol
from formservice.domain.document import Doubt

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}t",
    "{http://purl.oclc.org/ooxml/officeDocument/math}t",
)
_SIGNATURE_LINE = "{urn:schemas-microsoft-com:office:office}signatureline"
_RULE = "{urn:schemas-microsoft-com:office:office}hr"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SYMBOL_CODE = re.compile("[\uf020-\uf0ff]")

_FORMATTING = """tblPr tblGrid tblPrEx sdtPr sdtEndPr smartTagPr customXmlPr rubyPr
    background proofErr lastRenderedPageBreak"""
_NO_TEXT = "instrText delText delInstrText rt fldData ffData"
_WORKED_OUT = "dayShort monthShort yearShort dayLong monthLong yearLong pgNum"

# Fields inside fields, where each piece of text asks all of them; Word itself stops at 20.
_MOST_FIELDS = 50

Handler: TypeAlias = Callable[[etree._Element], None]


def blanks_change(element: etree._Element, text: str) -> bool:
    """Say whether Word drops blanks of ``text`` in w:t, or shows others than are written."""
    if "\n" in text or "\t" in text or "\r" in text:
        return True
    at_edge = text[0] <= " " or text[-1] <= " "
    return at_edge and element.get(_XML_SPACE) != "preserve"


def has_symbol_code(text: str) -> bool:
    """Say whether ``text`` holds codes that show something else in a symbol font."""
    return not text.isascii() and _SYMBOL_CODE.search(text) is not None


class Runs:
    """The state of a walk and the handlers for what stands inside a paragraph."""

    def __init__(self, w: str) -> None:
        """Prepare for a document whose WordprocessingML namespace is ``w``, in braces."""
        self.w = w
        self.stream = Stream()
        self.deletions = 0  # inside how many tracked deletions the walk is
        self.insertions = 0
        self.boxes = 0  # text boxes met so far
        self.fields: list[bool] = []  # per open field: has its result begun
        self._text = w + "t"
        self._vanish = w + "vanish"
        self.handlers: dict[str, Handler] = {
            f"{_MC}AlternateContent": self._alternatives,
            **dict.fromkeys(_MATH_TEXT, self._formula),
        }
        self.handle(
            {
                "r": self._run,
                "t": self._misplaced,
                "rPr": self._run_properties,
                "br": self._newline,
                "cr": self._newline,
                "tab": self._tab,
                "ptab": self._tab,
                "noBreakHyphen": self._hard_hyphen,
                "softHyphen": self._soft_hyphen,
                "sym": self._sym,
                "fldChar": self._field_mark,
                "ins": self._inserted,
                "moveTo": self._inserted,
                "del": self._deleted,
                "moveFrom": self._deleted,
                "drawing": self._picture,
                "pict": self._picture,
                "object": self._picture,
                "contentPart": self._picture,
                **dict.fromkeys(_WORKED_OUT.split(), self._worked_out),
                **dict.fromkeys((_FORMATTING + " " + _NO_TEXT).split(), self._skip),
            }
        )

    def handle(self, by_name: dict[str, Handler]) -> None:
        """Add handlers by the name of their element."""
        w = self.w
        for name, handler in by_name.items():
            self.handlers[w + name] = handler

    def children(self, parent: etree._Element) -> None:
        """Visit what stands in ``parent``; unknown wrappers are looked into: nothing is lost."""
        handlers, deeper = self.handlers, self.children
        for element in parent:
            handlers.get(element.tag, deeper)(element)

    def put(self, text: str) -> None:
        """Take ``text`` unless it is deleted or part of a field's code."""
        if not self.deletions and (not self.fields or all(self.fields)):
            self.stream.pieces.append(text)

    def _skip(self, element: etree._Element) -> None:
        """Do nothing: formatting, or text that does not count."""

    # -- text ------------------------------------------------------------------------------

    def _run(self, element: etree._Element) -> None:
        if self.deletions:
            return
        handlers, text_tag = self.handlers, self._text
        for child in element:
            if child.tag == text_tag:
                if child.text:
                    self._take(element, child, child.text)
            else:
                handlers.get(child.tag, self.children)(child)

    def _take(self, run: etree._Element, element: etree._Element, text: str) -> None:
        if self.fields and not all(self.fields):
            # Text in a field's code is not shown; if the field has no end, it is shown.
            self.stream.mark(Doubt.CHARACTERS)
            return
        if blanks_change(element, text):
            self.stream.mark(Doubt.WHITE_SPACE)
        if has_symbol_code(text):
            text = self._with_symbols(run, text)
        self.stream.pieces.append(text)

    def _with_symbols(self, run: etree._Element, text: str) -> str:
        """Return ``text`` with the codes of a symbol font as the characters it shows."""
        fonts = run.find(f"{self.w}rPr/{self.w}rFonts")
        if fonts is None and run.find(f"{self.w}rPr/{self.w}rStyle") is None:
            # No symbol font is chosen here, so that the code is the character somebody wrote.
            return text
        font = "" if fonts is None else fonts.get(f"{self.w}ascii", "")
        return _SYMBOL_CODE.sub(lambda found: self._symbol(font, ord(found[0])), text)

    def _misplaced(self, element: etree._Element) -> None:
        """Note text outside a run: Word does not show it, so it is not taken."""
        if element.text:
            self.stream.mark(Doubt.CHARACTERS)

    def _symbol(self, font: str, code: int) -> str:
        shown = symbol(font, code)
        if shown is None:
            self.stream.mark(Doubt.CHARACTERS)
            return "\ufffd"
        return shown

    def _sym(self, element: etree._Element) -> None:
        try:
            code = int(element.get(f"{self.w}char", ""), 16)
        except ValueError:
            code = -1
        self.put(self._symbol(element.get(f"{self.w}font", ""), code))

    def _run_properties(self, element: etree._Element) -> None:
        """Note hidden text: it is kept, for it may be an answer, but a person must look."""
        for child in element:
            if child.tag == self._vanish and is_on(child.get(f"{self.w}val")):
                self.stream.mark(Doubt.CHARACTERS)

    def _newline(self, element: etree._Element) -> None:
        self.put("\n")

    def _tab(self, element: etree._Element) -> None:
        self.put("\t")

    def _hard_hyphen(self, element: etree._Element) -> None:
        self.put("\u2011")

    def _soft_hyphen(self, element: etree._Element) -> None:
        self.put("\u00ad")

    def _formula(self, element: etree._Element) -> None:
        """Take the letters of a formula; how they stand to each other is lost."""
        self.put(element.text or "")
        self.stream.mark(Doubt.CHARACTERS)

    def _worked_out(self, element: etree._Element) -> None:
        """Note what Word works out only when it shows the text (a date, a page number)."""
        self.stream.mark(Doubt.CHARACTERS)

    # -- fields and old form fields --------------------------------------------------------

    def _field_mark(self, element: etree._Element) -> None:
        kind = element.get(f"{self.w}fldCharType")
        if kind == "begin":
            data = element.find(f"{self.w}ffData")
            if data is not None:
                self._form_field(data)
            if len(self.fields) < _MOST_FIELDS:
                self.fields.append(False)
        elif kind == "separate" and self.fields:
            self.fields[-1] = True
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _form_field(self, data: etree._Element) -> None:
        """Take the state of an old form field that has no text of its own."""
        w = self.w
        box = data.find(f"{w}checkBox")
        if box is not None:
            state = box.find(f"{w}checked")
            state = box.find(f"{w}default") if state is None else state
            ticked = state is not None and is_on(state.get(f"{w}val"))
            self.put(TICKED if ticked else UNTICKED)
        choices = data.find(f"{w}ddList")
        if choices is not None:
            chosen = choices.find(f"{w}result")
            entries = choices.findall(f"{w}listEntry")
            index = 0 if chosen is None else number(chosen.get(f"{w}val"))
            if index < len(entries):
                self.put(entries[index].get(f"{w}val", ""))

    # -- tracked changes, alternatives, pictures -------------------------------------------

    def _inserted(self, element: etree._Element) -> None:
        self.stream.mark(Doubt.TRACKED_CHANGES)
        self.insertions += 1
        self.children(element)
        self.insertions -= 1

    def _deleted(self, element: etree._Element) -> None:
        self.stream.mark(Doubt.TRACKED_CHANGES)
        self.deletions += 1
        self.children(element)
        self.deletions -= 1

    def _alternatives(self, element: etree._Element) -> None:
        """Visit one of several writings of the same thing: the first, as Word does."""
        chosen = element.find(f"{_MC}Choice")
        if chosen is None:
            chosen = element.find(f"{_MC}Fallback")
        if chosen is not None:
            self.children(chosen)

    def _picture(self, element: etree._Element) -> None:
        """Note ink, unless it is only the frame of a text box or a drawn rule."""
        if self.deletions:
            return
        boxes = self.boxes
        self.children(element)
        if next(element.iter(_SIGNATURE_LINE), None) is not None:
            self.stream.mark(Ink.SIGNATURE_LINE)
        elif self.boxes == boxes and not any(shape.get(_RULE) for shape in element):
            self.stream.mark(Ink.PICTURE)
