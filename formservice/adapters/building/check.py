"""Lists what stands between a built form and PDF/UA, as far as a program of ours can tell.

No validator for PDF/UA could be had, so this is a check of known points and no proof.
"""

from collections.abc import Iterator

import pikepdf

_HIDDEN_OR_PRINT = 2 | 4
_PRINT = 4
# The structure types of ISO 32000-1, 14.8.4.
_TYPES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5
H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link
Annot Ruby RB RT RP Warichu WT WP Figure Formula Form
"""
_STANDARD = frozenset(f"/{name}" for name in _TYPES.split())


def weaknesses(pdf: pikepdf.Pdf) -> list[str]:
    """Return what is wrong, in words for developers; empty means: nothing known."""
    return [
        *_document(pdf),
        *_fonts(pdf),
        *_structure(pdf),
        *(fault for page in pdf.pages for fault in _widgets(pdf, page)),
        *(
            f"page {number}: something is painted without a tag"
            for number, page in enumerate(pdf.pages, 1)
            if _paints_untagged(page)
        ),
    ]


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not str(root.get("/Lang", "")):
        yield "the document has no language"
    if not root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked"):
        yield "the document is not marked as tagged"
    if not root.get("/ViewerPreferences", pikepdf.Dictionary()).get("/DisplayDocTitle"):
        yield "the title is not shown"
    if not str(pdf.docinfo.get("/Title", "")):
        yield "the document has no title"
    if root.get("/AcroForm", pikepdf.Dictionary()).get("/NeedAppearances"):
        yield "viewers are asked to draw the fields"
    for number, page in enumerate(pdf.pages, 1):
        if page.get("/Tabs") != "/S":
            yield f"page {number}: the tab order does not follow the structure"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font":
            continue
        if item.get("/Subtype") == "/Type0":
            continue  # its descendant carries the program and is an object of its own
        descriptor = item.get("/FontDescriptor", pikepdf.Dictionary())
        if not any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")):
            yield f"font {item.get('/BaseFont')} is not embedded"


def _elements(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    kids = element.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    level = 0
    for element in _elements(pdf.Root.StructTreeRoot):
        kind = _role(pdf, str(element.S))
        if kind not in _STANDARD:
            yield f"structure type {element.S} has no meaning"
        if kind == "/Figure" and not str(element.get("/Alt", "")):
            yield "a figure has no alternative text"
        if kind[:2] == "/H" and kind[2:].isdigit():
            if int(kind[2:]) > level + 1:
                yield f"heading {kind[1:]} follows level {level}"
            level = int(kind[2:])
        if kind == "/TH" and "/Scope" not in _table_attributes(element):
            yield "a header cell has no scope"


def _role(pdf: pikepdf.Pdf, kind: str) -> str:
    roles = pdf.Root.StructTreeRoot.get("/RoleMap", pikepdf.Dictionary())
    seen: set[str] = set()
    while kind in roles and kind not in seen:
        seen.add(kind)
        kind = str(roles[kind])
    return kind


def _table_attributes(element: pikepdf.Object) -> pikepdf.Object:
    attributes = element.get("/A", pikepdf.Dictionary())
    several = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return next(
        (item for item in several if isinstance(item, pikepdf.Dictionary) and "/Scope" in item),
        pikepdf.Dictionary(),
    )


def _widgets(pdf: pikepdf.Pdf, page: pikepdf.Page) -> Iterator[str]:
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    for widget in page.get("/Annots", pikepdf.Array()):
        name = str(widget.get("/T", "?"))
        if not str(widget.get("/TU", "")):
            yield f"{name}: no spoken name"
        if int(widget.get("/F", 0)) & _HIDDEN_OR_PRINT != _PRINT:
            yield f"{name}: not printed"
        if "/N" not in widget.get("/AP", pikepdf.Dictionary()):
            yield f"{name}: no appearance"
        number = widget.get("/StructParent")
        if number is None or int(number) not in tree:
            yield f"{name}: not in the structure tree"
            continue
        element = tree[int(number)]
        target = element.get("/K", pikepdf.Dictionary())
        if element.get("/S") != "/Form" or target.get("/Obj") != widget:
            yield f"{name}: its structure element is another's"


def _paints_untagged(page: pikepdf.Page) -> bool:
    """Say whether something is painted neither as content of the tree nor as artifact."""
    depth = 0
    for step in pikepdf.parse_content_stream(page):
        name = str(step.operator)
        if name in ("BDC", "BMC"):
            depth += 1
        elif name == "EMC":
            depth -= 1
        elif depth == 0 and name in ("Tj", "TJ", "Do", "S", "f", "f*", "sh"):
            return True
    return False
