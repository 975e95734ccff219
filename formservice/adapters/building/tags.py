"""Puts the fields of a built form into its structure tree, each where its stand-in was."""

from collections.abc import Iterator, Mapping, Sequence

import pikepdf

from formservice.adapters.building.zones import Place

_CELLS = ("/TD", "/TH")


def tag_fields(
    pdf: pikepdf.Pdf,
    widgets: Sequence[tuple[Place, pikepdf.Object]],
    echoes: Sequence[Place],
    artifacts: Mapping[int, set[int]],
) -> None:
    """Give every widget its Form element and every label cell its role.

    ``widgets`` holds place and widget annotation; ``echoes`` are the places where something is
    printed again: an empty element titled with their tag waits there for it. ``artifacts`` are the
    marked contents of each page (counted from 0) that are artifacts now and leave the tree. Form
    elements have no /Alt: screen readers would say it in addition to the name the field has in
    /TU.
    """
    root = pdf.Root.StructTreeRoot
    tree = pikepdf.NumberTree(root.ParentTree)
    following = max(tree.keys(), default=-1) + 1
    for place, widget in widgets:
        page = pdf.pages[place.page - 1]
        parent, index = _spot(pdf, tree, place)
        widget.StructParent = following
        element = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem,
                S=pikepdf.Name.Form,
                P=parent,
                Pg=page.obj,
                K=pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=widget, Pg=page.obj),
            )
        )
        parent.K.insert(index, element)
        tree[following] = element
        following += 1
    for place in echoes:
        parent, index = _spot(pdf, tree, place)
        waiting = pikepdf.Dictionary(
            Type=pikepdf.Name.StructElem,
            S=pikepdf.Name.Span,
            P=parent,
            Pg=pdf.pages[place.page - 1].obj,
            T=place.mark.key,
            K=pikepdf.Array(),
        )
        parent.K.insert(index, pdf.make_indirect(waiting))
    for number, gone in artifacts.items():
        _forget(tree[int(pdf.pages[number].obj.StructParents)], gone)
    root.ParentTreeNextKey = following
    _name_headings(root)
    for table in _elements(root, ("/Table",)):
        _mark_labels(table)


def _spot(pdf: pikepdf.Pdf, tree: pikepdf.NumberTree, place: Place) -> tuple[pikepdf.Object, int]:
    """Return the element that held the stand-in, and the index of its marked content there."""
    page = pdf.pages[place.page - 1].obj
    parent = tree[int(page.StructParents)][place.mcid]
    kids = parent.K
    if not isinstance(kids, pikepdf.Array):
        parent.K = pikepdf.Array([kids])
    for index, kid in enumerate(parent.K):
        if _content(kid) == place.mcid:
            return parent, index
    raise ValueError(f"the structure tree does not hold the stand-in of {place.mark.key}")


def _content(kid: object) -> int | None:
    """Return the number of the marked content a kid refers to, None for elements."""
    if isinstance(kid, int):
        return kid
    if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
        return int(kid.MCID)
    return None


def _forget(parents: pikepdf.Object, gone: set[int]) -> None:
    """Take marked contents out of the tree and leave their place in the parent tree empty."""
    for number in gone:
        element = parents[number]
        for index in reversed(range(len(element.K))):
            if _content(element.K[index]) == number:
                del element.K[index]
        parents[number] = None


def _elements(element: pikepdf.Object, kinds: Sequence[str]) -> Iterator[pikepdf.Object]:
    """Yield all elements of the given kinds below ``element``, in reading order."""
    kids = element.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            if str(kid.S) in kinds:
                yield kid
            yield from _elements(kid, kinds)


def _has(element: pikepdf.Object, kind: str) -> bool:
    return next(_elements(element, (kind,)), None) is not None


def _name_headings(root: pikepdf.Object) -> None:
    """Make Word's „Titel“ the first heading, and what follows one level lower.

    PDF 1.7 has no element for the title of a document, so LibreOffice exports a paragraph.
    """
    titles = list(_elements(root, ("/Title",)))
    if not titles:
        return
    for level in (5, 4, 3, 2, 1):
        for heading in _elements(root, (f"/H{level}",)):
            heading.S = pikepdf.Name(f"/H{level + 1}")
    for title in titles:
        title.S = pikepdf.Name.H1


def _mark_labels(table: pikepdf.Object) -> None:
    """Make cells with text TH where a field stands beside them, or below in the same column."""
    rows = [
        [cell for cell in row.K if str(cell.get("/S")) in _CELLS]
        for row in _elements(table, ("/TR",))
        if isinstance(row.K, pikepdf.Array) and _owner(row) == table
    ]
    for number, row in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else []
        for index, cell in enumerate(row):
            if _has(cell, "/Form") or not _has_text(cell):
                continue
            if index + 1 < len(row) and _has(row[index + 1], "/Form"):
                _make_header(cell, "/Row")
            elif len(below) == len(row) and _has(below[index], "/Form"):
                _make_header(cell, "/Column")


def _owner(row: pikepdf.Object) -> pikepdf.Object:
    """Return the table a row belongs to, past THead and TBody."""
    owner = row.P
    while str(owner.S) != "/Table":
        owner = owner.P
    return owner


def _has_text(element: pikepdf.Object) -> bool:
    kids = element.get("/K")
    return any(
        _has_text(kid) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid else kid is not None
        for kid in (kids if isinstance(kids, pikepdf.Array) else [kids])
    )


def _make_header(cell: pikepdf.Object, scope: str) -> None:
    """Make a cell the heading of its row or column; over how many it reaches it keeps."""
    cell.S = pikepdf.Name.TH
    old = cell.get("/A")
    attributes = list(old) if isinstance(old, pikepdf.Array) else [] if old is None else [old]
    table = pikepdf.Dictionary(O=pikepdf.Name.Table)
    for item in attributes:
        if item.get("/O") == "/Table":
            table.update(dict(item.items()))
    table.Scope = pikepdf.Name(scope)
    cell.A = pikepdf.Array([*(item for item in attributes if item.get("/O") != "/Table"), table])
