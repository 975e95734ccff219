"""Lists what is printed in the body of a form's Word file, in reading order."""

import io
from collections.abc import Iterable, Iterator, Mapping

import docx

from formservice.adapters.word.markers import Element, Marker, Step, is_number, markers, tag_of
from formservice.adapters.word.names import ECHO
from formservice.domain.form import FlowItem, FormDefinition
from formservice.domain.groups import numbers

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_PRINTED = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "\u2011", "ptab": " "}
# Deleted text, field codes, and the second copy of a drawing that old programs are given.
_UNPRINTED = frozenset({"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "sdtPr"})
_END = "\f"


def flow(source: bytes) -> tuple[FlowItem, ...]:
    """Return the printed phrases and the controls of the body, in reading order.

    A phrase is what stands in one paragraph between two controls, without blanks at its ends;
    tabs and line breaks inside become a blank. Numbers of items are part of the phrase; another
    value that is only repeated ends it.
    """
    body = docx.Document(io.BytesIO(source)).element.body
    return tuple(_phrases(_unconditional(_reading_order(body, {}))))


def template_flow(source: bytes, definition: FormDefinition) -> tuple[FlowItem, ...]:
    """Return the flow of a template whose loops are not unrolled.

    What only some items have (``{%p if … %}``) is left out.
    """
    body = docx.Document(io.BytesIO(source)).element.body
    steering = {marker.element: marker for marker in markers(body, definition).found}
    return tuple(_phrases(_unconditional(_reading_order(body, steering))))


def _phrases(pieces: Iterable[str | FlowItem]) -> Iterator[FlowItem]:
    """Yield phrases put together from ``pieces`` of text, and what stands between them."""
    text = ""
    for piece in (*pieces, _END):
        if isinstance(piece, str) and piece != _END:
            text += piece
            continue
        if phrase := " ".join(text.split()):
            yield FlowItem(text=phrase)
        text = ""
        if isinstance(piece, FlowItem):
            yield piece


def _unconditional(pieces: Iterable[str | FlowItem | Marker]) -> Iterator[str | FlowItem]:
    depth = 0
    for piece in pieces:
        if not isinstance(piece, Marker):
            if depth == 0:
                yield piece
        elif piece.step is Step.FOR:
            yield FlowItem(begin=piece.group)
        elif piece.step is Step.END_FOR:
            yield FlowItem(end=piece.group)
        else:
            depth += 1 if piece.step is Step.IF else -1


def _reading_order(
    element: Element, steering: Mapping[Element, Marker]
) -> Iterator[str | FlowItem | Marker]:
    """Yield pieces of text, anchors, and a form feed wherever a paragraph ends.

    ``steering`` are the elements that are markers and yield themselves.
    """
    for child in element.iterchildren("*"):
        name = child.tag.rpartition("}")[2]
        if name in _UNPRINTED:
            continue
        if child in steering:
            yield steering[child]
        elif name == "sdt" and (tag := tag_of(child)):
            yield _control(tag)
        elif child.tag == _W + "t":
            yield child.text or ""
        elif child.tag.startswith(_W) and name in _PRINTED:
            yield _PRINTED[name]
        else:
            yield from _reading_order(child, steering)
            if child.tag == _W + "p":
                yield _END


def _control(tag: str) -> str | FlowItem:
    """Return what stands in the place of a control: where a value is repeated, nobody knows."""
    if is_number(tag):
        held = numbers(tag)
        return str(held[-1] + 1) if held else "{n}"
    return _END if tag.startswith(ECHO) else FlowItem(anchor=tag)
