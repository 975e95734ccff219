"""Lists what is printed in the body of a form's Word file, in reading order."""

import io
from collections.abc import Iterator

import docx
from lxml import etree

from formservice.domain.form import FlowItem

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_PRINTED = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "\u2011", "ptab": " "}
# Deleted text, field codes, and the second copy of a drawing that old programs are given.
_UNPRINTED = frozenset({"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "sdtPr"})
_END = "\f"


def flow(source: bytes) -> tuple[FlowItem, ...]:
    """Return the printed phrases and the controls of the body, in reading order.

    A phrase is what stands in one paragraph between two controls, without blanks at its ends;
    tabs and line breaks inside become a blank.
    """
    items: list[FlowItem] = []
    body = docx.Document(io.BytesIO(source)).element.body
    text = ""

    def close() -> None:
        nonlocal text
        if phrase := " ".join(text.split()):
            items.append(FlowItem(text=phrase))
        text = ""

    for piece in _reading_order(body):
        if isinstance(piece, FlowItem):
            close()
            items.append(piece)
        elif piece == _END:
            close()
        else:
            text += piece
    close()
    return tuple(items)


def _reading_order(element: etree._Element) -> Iterator[str | FlowItem]:
    """Yield pieces of text, anchors, and a form feed wherever a paragraph ends."""
    for child in element.iterchildren("*"):
        name = child.tag.rpartition("}")[2]
        if name in _UNPRINTED:
            continue
        if name == "sdt" and (tag := _tag(child)):
            yield FlowItem(anchor=tag)
        elif child.tag == _W + "t":
            yield child.text or ""
        elif child.tag.startswith(_W) and name in _PRINTED:
            yield _PRINTED[name]
        else:
            yield from _reading_order(child)
            if child.tag == _W + "p":
                yield _END


def _tag(sdt: etree._Element) -> str:
    tag = sdt.find(f"{_W}sdtPr/{_W}tag")
    return "" if tag is None else tag.get(_W + "val", "")
