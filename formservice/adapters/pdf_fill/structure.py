"""The structure tree of pages that are added behind a form, and of text drawn on them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters.word.names import ECHO


def contents(pdf: pikepdf.Pdf, number: int) -> pikepdf.Object:
    """Return the elements of the marked contents of a page (from 0), by their numbers."""
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    return tree[int(pdf.pages[number].obj.StructParents)]


def following(pdf: pikepdf.Pdf) -> int:
    """Return the first number that is free in the parent tree."""
    return int(pdf.Root.StructTreeRoot.ParentTreeNextKey)


def as_text(pdf: pikepdf.Pdf, widget: pikepdf.Object, content: int) -> pikepdf.Object:
    """Turn the element of a field into one of text, with marked content number ``content``."""
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    number = int(widget.StructParent)
    element = tree[number]
    del tree[number]
    element.S, element.K = Name.Span, content
    if "/Alt" in element:
        del element.Alt
    return element


def echo_elements(pdf: pikepdf.Pdf, number: int) -> dict[str, list[pikepdf.Object]]:
    """Return the empty elements a built form keeps for the echoes of a page, by source."""
    page = pdf.pages[number].obj
    found: dict[str, list[pikepdf.Object]] = defaultdict(list)
    for element in _elements(pdf.Root.StructTreeRoot):
        title = str(element.get("/T", ""))
        if title.startswith(ECHO) and "/Pg" in element and element.Pg.objgen == page.objgen:
            found[title.removeprefix(ECHO)].append(element)
    return found


def echo_element(
    pdf: pikepdf.Pdf, number: int, content: int, waiting: list[pikepdf.Object]
) -> pikepdf.Object:
    """Return the element that holds an echo; one behind all others if none was kept for it."""
    page = pdf.pages[number].obj
    if waiting:
        element = waiting.pop(0)
        del element["/T"]
        element.K = content
        return element
    above = _top(pdf)
    element = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Span, P=above, Pg=page, K=content)
    )
    above.K = Array([*_listed(above.get("/K")), element])
    return element


def cut(pdf: pikepdf.Pdf, number: int) -> None:
    """Take out of the structure tree what belongs to other pages than ``number`` (from 0)."""
    page = pdf.pages[number].obj
    root = pdf.Root.StructTreeRoot
    kept = [kid for kid in _listed(root.K) if _stays(kid, page, None)]
    root.K = Array(kept)


def _stays(kid: object, page: pikepdf.Object, inherited: pikepdf.Object | None) -> bool | None:
    """Say whether something in the tree belongs to ``page``; None: to no page.

    What is below it and belongs to other pages is taken out.
    """
    if not isinstance(kid, Dictionary):
        return inherited is not None and inherited.objgen == page.objgen
    own = kid.get("/Pg", inherited)
    if "/S" not in kid:
        return own is not None and own.objgen == page.objgen
    states = [(below, _stays(below, page, own)) for below in _listed(kid.get("/K"))]
    if not any(state for _, state in states):
        return False if any(state is False for _, state in states) else None
    if isinstance(kid.K, Array):
        kid.K = Array([below for below, state in states if state is not False])
    if "/Pg" in kid and kid.Pg.objgen != page.objgen:
        del kid.Pg
    return True


def numbered(pdf: pikepdf.Pdf, number: int, start: int) -> Mapping[int, pikepdf.Object]:
    """Number the page and its annotations anew from ``start``; return the parent tree's part."""
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    page = pdf.pages[number].obj
    entries = {start: tree[int(page.StructParents)]}
    page.StructParents = start
    for item in page.get("/Annots", Array()):
        if "/StructParent" in item:
            here = start + len(entries)
            entries[here] = tree[int(item.StructParent)]
            item.StructParent = here
    return entries


def graft(pdf: pikepdf.Pdf, other: pikepdf.Pdf, entries: Mapping[int, pikepdf.Object]) -> None:
    """Put the structure of ``other`` below the document; its page was added already.

    ``entries`` are its part of the parent tree, by the numbers they get.
    """
    root, source = pdf.Root.StructTreeRoot, other.Root.StructTreeRoot
    kids = _listed(source.K)
    for kid in kids:
        # Otherwise copying an element would draw in the whole structure tree above it.
        del kid.P
    above = _top(pdf)
    below = _listed(above.K)
    for kid in kids:
        element = pdf.copy_foreign(kid)
        if str(element.S) == "/Document":
            element.S = Name.Part
        element.P = above
        below.append(element)
    above.K = Array(below)
    tree = pikepdf.NumberTree(root.ParentTree)
    for number, entry in entries.items():
        tree[number] = pdf.copy_foreign(entry if entry.is_indirect else other.make_indirect(entry))
    root.ParentTreeNextKey = max(entries) + 1
    roles = dict(source.get("/RoleMap", Dictionary()).items())
    roles |= dict(root.get("/RoleMap", Dictionary()).items())
    root.RoleMap = Dictionary(roles)


def _top(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Return the element all others stand below, the root itself where there is none."""
    root = pdf.Root.StructTreeRoot
    first = _listed(root.K)[0]
    return first if str(first.S) == "/Document" else root


def _listed(kids: object) -> list[pikepdf.Object]:
    """Return /K of a structure element as list; one kid may stand there alone, or none."""
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]  # type: ignore[list-item]  # MCID


def _elements(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for kid in _listed(element.get("/K")):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)
