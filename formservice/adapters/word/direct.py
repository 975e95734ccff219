"""Reads the content controls of an ordinary Word document without walking all of it.

What stands in a control depends on what is around it only in ways that are rare and easily
noticed: field codes, tracked changes, text boxes, controls around cells of a table. Where one of
these is met, or a bookmark whose control is gone, the whole document has to be walked.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree

from formservice.adapters.word.found import Control, Lazy, Walked, number
from formservice.adapters.word.plain import Plain
from formservice.adapters.word.walk import MOST_PARAGRAPHS, Walk, namespace, walk
from formservice.domain.document import Block
from formservice.domain.reference import anchor_of_bookmark

# What may stand around a control without changing what stands in it.
_AROUND = ("document", "body", "tbl", "tr", "tc", "p")


def direct(document: etree._Element) -> Walked | None:
    """Return the controls of ``document`` and its last section as a walk finds them, no blocks.

    None means that only a walk can tell. ``document`` is the root of a Word main document.

    Raises:
        DocumentTooLargeError: see ``walk``.
    """
    w = namespace(document)
    section = _last_section(document, w)
    inventory = None if section is None else _inventory(document, w)
    if section is None or inventory is None:
        return None
    controls = _outermost(inventory, w)
    found = None if controls is None else _read(controls, inventory, w)
    if found is None:
        return None
    tags = {control.facts.tag for control in found}
    if not all(
        name.startswith("_") or anchor_of_bookmark(name) in tags for name in inventory.bookmarks
    ):
        return None
    return Walked(found, sections=[section])


def _last_section(document: etree._Element, w: str) -> etree._Element | None:
    """Return the properties of the last section if they stand in their usual place."""
    body = document[-1] if len(document) else None
    if body is None or body.tag != w + "body" or not len(body) or body[-1].tag != w + "sectPr":
        return None
    size = body[-1].find(w + "pgSz")
    if size is None or not (number(size.get(w + "w")) and number(size.get(w + "h"))):
        return None
    return body[-1]


class _Inventory(NamedTuple):
    """What a document has, wherever it stands."""

    controls: list[etree._Element]
    bookmarks: list[str]
    hides: bool  # some text is hidden


def _inventory(document: etree._Element, w: str) -> _Inventory | None:
    """Return what ``document`` has, None if it has field codes or too many paragraphs."""
    control, start, paragraph = w + "sdt", w + "bookmarkStart", w + "p"
    code, hidden, name = w + "fldChar", w + "vanish", w + "name"
    controls: list[etree._Element] = []
    bookmarks: list[str] = []
    paragraphs, hides = 0, False
    # One pass for all of them: libxml2 compares names quickly, and only what is met costs time.
    for element in document.iter(control, start, paragraph, code, hidden):
        tag = element.tag
        if tag == paragraph:
            paragraphs += 1
        elif tag == control:
            controls.append(element)
        elif tag == start:
            bookmarks.append(element.get(name, ""))
        elif tag == code:
            return None
        else:
            hides = True
    return None if paragraphs > MOST_PARAGRAPHS else _Inventory(controls, bookmarks, hides)


def _outermost(inventory: _Inventory, w: str) -> list[etree._Element] | None:
    """Return the controls inside no other one, None if one depends on what is around it."""
    around = {w + name for name in _AROUND}
    inside = w + "sdtContent"
    found: list[etree._Element] = []
    # Around controls of one table there is the same; it is looked at once.
    ordinary: set[etree._Element] = set()
    for control in inventory.controls:
        outer = control.getparent()
        passed = []
        while outer is not None and outer not in ordinary:
            if outer.tag == inside:
                break
            if outer.tag not in around:
                return None
            passed.append(outer)
            outer = outer.getparent()
        else:
            ordinary.update(passed)
            found.append(control)
    return found


def _read(controls: list[etree._Element], inventory: _Inventory, w: str) -> list[Control] | None:
    """Return what stands in ``controls`` and the ones inside, None if cells of a table do."""
    plain, cell = Plain(w), w + "tc"
    walker: Walk | None = None
    found: list[Control] = []
    for control in controls:
        one = None if inventory.hides else plain.control(control)
        if one is not None:
            if one.facts.tag:
                found.append(one)
            continue
        if next(control.iter(cell), None) is not None:
            return None
        walker = Walk(w) if walker is None else walker
        known = len(walker.found.controls)
        walker.visit(control)
        found += walker.found.controls[known:]
    if walker is not None:
        walker.finished()
    return found


def blocks(document: etree._Element) -> Sequence[Block]:
    """Return the paragraphs of a document, looked for when the first of them is asked for.

    Asking may raise DocumentTooLargeError, as ``walk`` does.
    """
    return Lazy(lambda: walk(document).blocks)
