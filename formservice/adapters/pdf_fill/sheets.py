"""Continuation sheets behind a form: one file, one field tree, one structure tree.

Done with pikepdf once per form and number of sheets; filling then works as for any template. On a
sheet only the text stays a field. The fields of its heading become places where text is drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_fonts
from formservice.adapters.pdf_fill.template import fields
from formservice.adapters.pdf_layout import Frame


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a heading field of a sheet is drawn: lower left corner, room, marked content."""

    left: float
    bottom: float
    frame: Frame
    content: int


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet in the joined template: its page (from 0), its widget, its heading by field."""

    page: int
    widget: str
    headings: Mapping[str, Heading]


def joined(form: bytes, sheet: bytes, text: str, count: int) -> tuple[bytes, list[Part]]:
    """Return ``form`` with ``count`` copies of ``sheet`` behind it, and what is where.

    ``text`` is the field of the sheet that takes the continued text.
    """
    parts: list[Part] = []
    with pikepdf.open(BytesIO(form)) as pdf:
        for number in range(count):
            # A file of its own for each copy, for one file's objects are copied only once.
            with pikepdf.open(BytesIO(sheet)) as source:
                first = parts[0].page if parts else None
                parts.append(_append(pdf, source, text, f"{text}__{number}", first))
        buffer = BytesIO()
        pdf.save(buffer, static_id=True)
    return buffer.getvalue(), parts


def _append(
    pdf: pikepdf.Pdf, source: pikepdf.Pdf, text: str, name: str, first: int | None
) -> Part:
    """Put the page of ``source`` behind ``pdf`` with its one field called ``name``.

    ``first`` is the page (from 0) of the first sheet, None while adding that one.
    """
    page = source.pages[0]
    headings = _headings_drawn(source, text)
    widget = page.obj.Annots[0]
    widget.T = name
    # Filling draws the text; the fonts of a blank look are in the form already.
    del widget.AP
    base = int(pdf.Root.StructTreeRoot.ParentTreeNextKey)
    page.obj.StructParents = int(page.obj.StructParents) + base
    widget.StructParent = int(widget.StructParent) + base
    # Otherwise copying an element would draw in the whole structure tree above it.
    kids = _listed(source.Root.StructTreeRoot.K)
    for kid in kids:
        del kid.P
    pdf.pages.append(page)
    added = pdf.pages[-1].obj
    if first is None:
        font = pdf.Root.AcroForm.DR.Font[f"/{pdf_fonts.DRAWING}"]
        added.Resources.Font[f"/{pdf_fonts.DRAWING}"] = font
    else:
        # The same file over again: one copy of its fonts is enough.
        added.Resources = pdf.pages[first].obj.Resources
    pdf.Root.AcroForm.Fields.append(added.Annots[0])
    _graft(pdf, source, kids, base)
    return Part(len(pdf.pages) - 1, name, headings)


def _headings_drawn(source: pikepdf.Pdf, text: str) -> dict[str, Heading]:
    """Turn every field but ``text`` into marked content of the page; tell where they were."""
    page = source.pages[0].obj
    tree = pikepdf.NumberTree(source.Root.StructTreeRoot.ParentTree)
    contents = tree[int(page.StructParents)]
    headings: dict[str, Heading] = {}
    for key, widget in fields(source):
        if key == text:
            page.Annots = Array([widget])
            continue
        number = int(widget.StructParent)
        element = tree[number]
        del tree[number]
        element.S, element.K = Name.Span, len(contents)
        if "/Alt" in element:
            del element.Alt
        left, bottom, right, top = (float(edge) for edge in widget.Rect)
        # Set as for one line, a heading stands level with its label even where there is more room.
        frame = Frame(right - left, top - bottom, multiline=False)
        headings[key] = Heading(left, bottom, frame, len(contents))
        contents.append(element)
    return headings


def _listed(kids: pikepdf.Object) -> list[pikepdf.Object]:
    """Return /K of a structure element as list; one kid may stand there alone."""
    return list(kids) if isinstance(kids, Array) else [kids]


def _graft(
    pdf: pikepdf.Pdf, source: pikepdf.Pdf, kids: Sequence[pikepdf.Object], base: int
) -> None:
    """Put the structure of ``source`` below the document, its keys beginning at ``base``."""
    root, other = pdf.Root.StructTreeRoot, source.Root.StructTreeRoot
    top = _listed(root.K)[0]
    above = top if str(top.S) == "/Document" else root
    below = _listed(above.K)
    for kid in kids:
        element = pdf.copy_foreign(kid)
        if str(element.S) == "/Document":
            element.S = Name.Part
        element.P = above
        below.append(element)
    above.K = Array(below)
    tree = pikepdf.NumberTree(root.ParentTree)
    last = base
    for number, entry in pikepdf.NumberTree(other.ParentTree).items():
        last = base + number
        tree[last] = pdf.copy_foreign(entry if entry.is_indirect else source.make_indirect(entry))
    root.ParentTreeNextKey = last + 1
    roles = dict(other.get("/RoleMap", Dictionary()).items())
    roles |= dict(root.get("/RoleMap", Dictionary()).items())
    root.RoleMap = Dictionary(roles)
