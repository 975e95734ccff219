"""Reads the content controls of an ordinary Word document without walking all of it.

What stands in a control depends on what is around it only in ways that are rare and easily
noticed: field codes, tracked changes, text boxes, controls around cells of a table. Where one of
these is met, or a bookmark whose control is gone, the whole document has to be walked.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import overload

from lxml import etree

from formservice.adapters.word.found import Walked, bookmark_key, number
from formservice.adapters.word.walk import MOST_PARAGRAPHS, Walk, namespace, walk
from formservice.domain.document import Block

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
    if section is None or _any(document, w + "fldChar"):
        return None
    if next(islice(document.iter(w + "p"), MOST_PARAGRAPHS, None), None) is not None:
        return None
    controls = _outermost(document, w)
    if controls is None:
        return None
    walker = Walk(w)
    for control in controls:
        walker.visit(control)
    found = walker.finished()
    tags = {control.facts.tag for control in found.controls}
    if any(
        not name.startswith("_") and bookmark_key(name) not in tags
        for start in document.iter(w + "bookmarkStart")
        if (name := start.get(w + "name", ""))
    ):
        return None
    return Walked(found.controls, sections=[section])


def _any(element: etree._Element, name: str) -> bool:
    return next(element.iter(name), None) is not None


def _last_section(document: etree._Element, w: str) -> etree._Element | None:
    """Return the properties of the last section if they stand in their usual place."""
    body = document[-1] if len(document) else None
    if body is None or body.tag != w + "body" or not len(body) or body[-1].tag != w + "sectPr":
        return None
    size = body[-1].find(w + "pgSz")
    if size is None or not (number(size.get(w + "w")) and number(size.get(w + "h"))):
        return None
    return body[-1]


def _outermost(document: etree._Element, w: str) -> list[etree._Element] | None:
    """Return the controls inside no other one, None if one depends on what is around it."""
    around = {w + name for name in _AROUND}
    inside, cell = w + "sdtContent", w + "tc"
    found: list[etree._Element] = []
    for control in document.iter(w + "sdt"):
        for outer in control.iterancestors():
            if outer.tag == inside:
                break
            if outer.tag not in around:
                return None
        else:
            if _any(control, cell):
                return None
            found.append(control)
    return found


class Blocks(Sequence[Block]):
    """The paragraphs of a document, looked for when the first of them is asked for.

    Asking may raise DocumentTooLargeError, as ``walk`` does.
    """

    def __init__(self, document: etree._Element) -> None:
        """Keep the root of a Word main document."""
        self._document = document

    @cached_property
    def _found(self) -> tuple[Block, ...]:
        return tuple(walk(self._document).blocks)

    @overload
    def __getitem__(self, index: int) -> Block: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Block, ...]: ...

    def __getitem__(self, index: int | slice) -> Block | tuple[Block, ...]:
        """Return one block or some of them."""
        return self._found[index]

    def __len__(self) -> int:
        """Return how many blocks there are."""
        return len(self._found)
