"""Reads content controls in which plain text stands and nothing else, as in most."""

from lxml import etree

from formservice.adapters.word.found import Control, Properties
from formservice.adapters.word.runs import blanks_change, has_symbol_code


class Plain:
    """Takes the text of controls without walking through them.

    What is taken is what a walk finds; where there may be anything to notice, nothing is.
    """

    def __init__(self, w: str) -> None:
        """Prepare for a document without hidden text; ``w`` is its namespace in braces."""
        self._w = w
        self._properties, self._content = w + "sdtPr", w + "sdtContent"
        self._ends = w + "sdtEndPr"
        self._run, self._formatting, self._text = w + "r", w + "rPr", w + "t"
        self._characters = {w + "br": "\n", w + "cr": "\n", w + "tab": "\t"}

    def control(self, element: etree._Element) -> Control | None:
        """Return the control (w:sdt), None if only a walk can tell what stands in it."""
        children = list(element)
        if len(children) == 3 and children[1].tag == self._ends:
            del children[1]
        if len(children) != 2:
            return None
        properties, content = children
        if properties.tag != self._properties or content.tag != self._content:
            return None
        pieces: list[str] = []
        for run in content:
            if run.tag != self._run or not self._take(run, pieces):
                return None
        facts, text = Properties(self._w, properties), "".join(pieces)
        shown = text if facts.checked is None else facts.glyph(text)
        return Control(facts, shown, frozenset())

    def _take(self, run: etree._Element, pieces: list[str]) -> bool:
        """Add the text of ``run`` to ``pieces``; say whether that is all there is in it."""
        for child in run:
            name = child.tag
            if name == self._text:
                text = child.text
                if text and (blanks_change(child, text) or has_symbol_code(text)):
                    return False
                pieces.append(text or "")
            elif name in self._characters:
                pieces.append(self._characters[name])
            elif name != self._formatting:
                return False
        return True
