"""Fields of a filled form become printed text, each in its place of the structure tree.

What was typed into a field is drawn in the page from then on, behind the printed words it follows
when read aloud, so that programs that know no structure extract it in that order too. A box says
in words whether it is ticked. Blank fields leave the tree.
"""

from collections.abc import Mapping
from typing import TypeAlias

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_fonts, pdf_names
from formservice.adapters.archive_copy.painted import LONGEST_STRING
from formservice.adapters.archive_copy.tree import kids, leaves
from formservice.adapters.pdf_fill.streams import text_string

_Step: TypeAlias = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage

# What is read aloud: a marked content by its number, a field by that of its object.
_Item: TypeAlias = int | tuple[int, int]

TICKED, NOT_TICKED = "angekreuzt", "nicht angekreuzt"
_RESOURCE = "/FormserviceField"
# What stands behind a box for programs that extract text; nobody sees it.
_SIGNS = {True: "[x]", False: "[ ]"}
# How ``pdf_fill.joining`` draws what is no field.
_PLACE = ("BDC", "q", "cm", "Do", "Q", "EMC")
_UNSEEN = 3  # text rendering mode „neither fill nor stroke“
# A text in letters of the first font, from left to right, extracts as itself.
_PLAIN = frozenset(pdf_fonts.faces()[0].widths) - {"\t"}


def flatten(pdf: pikepdf.Pdf) -> None:
    """Draw the fields of ``pdf``, a form of ours, into its pages and take the form away."""
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    font = pdf.Root.AcroForm.DR.Font[f"/{pdf_fonts.DRAWING}"]
    order = _reading_order(pdf)
    for page in pdf.pages:
        drawn = _drawn(page, tree, font)
        _insert(pdf, page, drawn, order.get(page.obj.objgen, []))
    del pdf.Root.AcroForm


def _drawn(
    page: pikepdf.Page, tree: pikepdf.NumberTree, font: pikepdf.Object
) -> dict[tuple[int, int], bytes]:
    """Take the fields off a page; return what is drawn for each that shows something."""
    contents = tree[int(page.obj.StructParents)]
    resources = Dictionary(dict(page.obj.Resources.items()))
    pictures = dict(resources.get("/XObject", Dictionary()).items())
    fonts = dict(resources.get("/Font", Dictionary()).items())
    drawn: dict[tuple[int, int], bytes] = {}
    for widget in page.obj.get("/Annots", Array()):
        number = len(contents)
        element = tree[int(widget.StructParent)]
        del tree[int(widget.StructParent)]
        look = _look(widget)
        if look is None:
            _taken_out(element)
            continue
        name = f"{_RESOURCE}{len(drawn)}"
        pictures[name] = look
        if str(widget.FT) == "/Btn":
            fonts[f"/{pdf_fonts.DRAWING}"] = font
        element.S, element.K = Name.Span, number
        for gone in ("/Alt", "/ActualText"):
            if gone in element:
                del element[gone]
        if "/TU" in widget:
            element.T = widget.TU
        contents.append(element)
        drawn[widget.objgen] = _operators(widget, number, name)
    resources.XObject, resources.Font = Dictionary(pictures), Dictionary(fonts)
    page.obj.Resources = resources
    if "/Annots" in page.obj:
        del page.obj.Annots
    return drawn


def _look(widget: pikepdf.Object) -> pikepdf.Object | None:
    """Return what a field shows, None for one that is blank; a box shows something always."""
    look = widget.AP.N
    if str(widget.FT) == "/Btn":
        state = str(widget.get("/AS", "/Off"))
        return look[state]
    if "/V" in widget and len(bytes(widget.V)) > LONGEST_STRING:
        # Thousands of signs that draw nothing: the record has them, PDF/A takes no such string.
        _without_value(look)
    return look if "/V" in widget or "/Contents" in widget else None


def _without_value(look: pikepdf.Object) -> None:
    """Take the exact value out of what a field shows."""
    kept: list[_Step] = []
    inside: list[bool] = []
    for step in pikepdf.parse_content_stream(look):
        name = str(step.operator)
        if name in ("BDC", "BMC"):
            inside.append(str(step.operands[0]) == f"/{pdf_names.VALUE}")
            if inside[-1]:
                continue
        elif name == "EMC" and inside and inside.pop():
            continue
        kept.append(step)
    look.write(pikepdf.unparse_content_stream(kept))


def _operators(widget: pikepdf.Object, number: int, name: str) -> bytes:
    left, bottom = (float(edge) for edge in list(widget.Rect)[:2])
    said, sign = b"", b""
    if str(widget.FT) == "/Btn":
        is_on = str(widget.get("/AS", "/Off")) != "/Off"
        said = b"/ActualText" + text_string(TICKED if is_on else NOT_TICKED)
        # As wide as the box, or extraction puts it apart from its label.
        sign = b"BT %d Tr /%b 6 Tf %.2f %.2f Td <%b> Tj ET " % (
            _UNSEEN,
            pdf_fonts.DRAWING.encode(),
            left,
            bottom + 2,
            _SIGNS[is_on].encode("utf-16-be").hex().encode(),
        )
    elif "/V" in widget and not _PLAIN.issuperset(text := _value(widget)):
        told = text_string(text)
        said = b"/ActualText" + told if len(told) < LONGEST_STRING else b""
    return (
        b"/Span <</MCID %d%b>> BDC q 0 Tc 0 Tw 0 Ts 100 Tz %bq 1 0 0 1 %.2f %.2f cm"
        b" %b Do Q Q EMC\n" % (number, said, sign, left, bottom, name.encode())
    )


def _value(widget: pikepdf.Object) -> str:
    """Return /V character for character; pikepdf leaves out language marks."""
    raw = bytes(widget.V)
    return raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else str(widget.V)


def _taken_out(element: pikepdf.Object) -> None:
    """Take a blank field's element out of the tree."""
    parent = element.P
    parent.K = Array([kid for kid in kids(parent) if not _is(kid, element)])


def _is(kid: object, element: pikepdf.Object) -> bool:
    return isinstance(kid, Dictionary) and kid.is_indirect and kid.objgen == element.objgen


def _reading_order(pdf: pikepdf.Pdf) -> Mapping[tuple[int, int], list[_Item]]:
    """Return for each page its marked contents and fields in the order they are read aloud."""
    found: dict[tuple[int, int], list[_Item]] = {}
    for page, item in leaves(pdf.Root.StructTreeRoot):
        found.setdefault(page, []).append(item)
    return found


def _insert(
    pdf: pikepdf.Pdf,
    page: pikepdf.Page,
    drawn: Mapping[tuple[int, int], bytes],
    order: list[_Item],
) -> None:
    """Put the operators of each field behind the printed content it follows."""
    steps, repeated = _without_places(list(pikepdf.parse_content_stream(page)))
    moving = repeated | {one: drawn[one] for one in drawn}
    printed = {number for step in steps if (number := _marked(step)) is not None}
    waiting: dict[int | None, list[bytes]] = {}
    before: int | None = None
    for item in order:
        if item in moving:
            waiting.setdefault(before, []).append(moving[item])
        elif isinstance(item, int) and item in printed:
            before = item
    pieces: list[bytes] = []
    ready: list[bytes] = []
    start, pen = 0, _Pen()
    for index, step in enumerate(steps):
        number = _marked(step)
        if number is not None and None in waiting:
            ready += waiting.pop(None)
        if ready and pen.is_free:
            # Not earlier: what is drawn behind it, a coloured cell, would cover it.
            pieces += [pikepdf.unparse_content_stream(steps[start:index]), b"\n", *ready]
            start, ready = index, []
        ended = pen.take(step, number)
        if ended in waiting:
            ready += waiting.pop(ended)
    rest = [one for group in waiting.values() for one in group]
    pieces += [pikepdf.unparse_content_stream(steps[start:]), b"\n", *ready, *rest]
    page.obj.Contents = pdf.make_stream(b"".join(pieces))


def _without_places(steps: list[_Step]) -> tuple[list[_Step], dict[_Item, bytes]]:
    """Take what a page repeats (echoes, fields of a copy) out of what is drawn last on it.

    Returns the other operators, and those of each such place by its marked content.
    """
    kept: list[_Step] = []
    found: dict[_Item, bytes] = {}
    index = 0
    while index < len(steps):
        piece = steps[index : index + len(_PLACE)]
        number = _marked(steps[index])
        if (
            number is not None
            and tuple(str(step.operator) for step in piece) == _PLACE
            and str(piece[3].operands[0]).startswith(pdf_names.PLACE)
        ):
            found[number] = pikepdf.unparse_content_stream(piece) + b"\n"
            index += len(_PLACE)
        else:
            kept.append(steps[index])
            index += 1
    return kept, found


def _marked(
    step: _Step,
) -> int | None:
    """Return the number of the marked content that begins with ``step``."""
    if str(step.operator) != "BDC" or not isinstance(step.operands[1], Dictionary):
        return None
    number = step.operands[1].get("/MCID")
    return None if number is None else int(number)


class _Pen:
    """Where a content stream stands: whether something may be drawn there as on a blank page."""

    def __init__(self) -> None:
        self._moved = [False]  # whether the axes are others than the page's, for every „q“
        self._marks: list[int | None] = []
        self._in_text = False

    @property
    def is_free(self) -> bool:
        return not (self._moved[-1] or self._marks or self._in_text)

    def take(self, step: _Step, number: int | None) -> int | None:
        """Follow one operator; return the number of the marked content that ends with it."""
        name = str(step.operator)
        if name == "q":
            self._moved.append(self._moved[-1])
        elif name == "Q" and len(self._moved) > 1:
            self._moved.pop()
        elif name == "cm":
            self._moved[-1] = True
        elif name in ("BT", "ET"):
            self._in_text = name == "BT"
        elif name in ("BDC", "BMC"):
            self._marks.append(number)
        elif name == "EMC" and self._marks:
            return self._marks.pop()
        return None
