"""Makes the marked PDF of a form the tagged, fillable, blank form.pdf."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pikepdf

from formservice.adapters import pdf_fonts, pdf_names
from formservice.adapters.building.check import weaknesses
from formservice.adapters.building.paint import clean, forget_pictures
from formservice.adapters.building.tags import tag_fields
from formservice.adapters.building.variants import ECHO_KIND, MarkedCopy
from formservice.adapters.building.zones import Place
from formservice.adapters.pdf_tree import FieldTree
from formservice.adapters.word.names import titles
from formservice.domain.form import Field, FormDefinition
from formservice.domain.reference import identifier

ON_STATE, OFF_STATE = "/Ja", "/Off"

_MULTILINE = 1 << 12
_PRINT = 4
# 0 lets the viewer choose and shrink: with a fixed size, what does not fit is cut off in print.
_TYPING_SIZE = 0


@dataclass(frozen=True, slots=True)
class _Control:
    """What one widget is: a control of a field, with its spoken name."""

    field: Field
    spoken: str


def fillable(
    marked: bytes, copy: MarkedCopy, places: Sequence[Place], definition: FormDefinition
) -> bytes:
    """Return ``marked`` without its marks and with a field at every place.

    The same input gives the same bytes: no dates, and an /ID computed from the content.
    """
    controls = _controls(definition)
    with pikepdf.open(io.BytesIO(marked)) as pdf:
        artifacts = {
            number: clean(pdf, page, copy, [place for place in places if place.page == number + 1])
            for number, page in enumerate(pdf.pages)
        }
        forget_pictures(pdf, copy)
        fonts = pdf_fonts.embed(pdf).resources()
        widgets = [
            (place, _widget(pdf, place, controls[place.mark.key], fonts))
            for place in places
            if place.mark.kind != ECHO_KIND
        ]
        _add_fields(pdf, widgets, controls, fonts)
        echoes = [place for place in places if place.mark.kind == ECHO_KIND]
        tag_fields(pdf, widgets, echoes, artifacts)
        _describe(pdf, definition)
        stream = io.BytesIO()
        pdf.remove_unreferenced_resources()
        pdf.save(
            stream,
            min_version="1.7",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
        )
    return stream.getvalue()


def _controls(definition: FormDefinition) -> dict[str, _Control]:
    spoken = titles(definition)
    return {
        anchor: _Control(field, spoken[anchor])
        for field in definition.fields
        for anchor in field.anchors
    }


def _widget(
    pdf: pikepdf.Pdf, place: Place, control: _Control, fonts: pikepdf.Dictionary
) -> pikepdf.Object:
    """Put an empty field widget on its page and return it; its name and parent come later."""
    page = pdf.pages[place.page - 1]
    height = float(page.mediabox[3])
    left, top, right, bottom = place.box
    rect = [round(left, 2), round(height - bottom, 2), round(right, 2), round(height - top, 2)]
    widget = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        Rect=pikepdf.Array(rect),
        F=_PRINT,
        P=page.obj,
        TU=control.spoken,
    )
    width, tall = rect[2] - rect[0], rect[3] - rect[1]
    if place.mark.kind == "tick":
        widget.FT = pikepdf.Name.Btn
        widget.V = widget.AS = pikepdf.Name(OFF_STATE)
        # How viewers redraw it; 8 is the cross among ZapfDingbats.
        widget.MK = pikepdf.Dictionary(CA="8")
        on = _appearance(pdf, width, tall, _cross(width, tall), pikepdf.Dictionary())
        off = _appearance(pdf, width, tall, b"", pikepdf.Dictionary())
        widget.AP = pikepdf.Dictionary(N=pikepdf.Dictionary({ON_STATE: on, OFF_STATE: off}))
    elif place.mark.kind == "signature":
        widget.FT = pikepdf.Name.Sig
        empty = _appearance(pdf, width, tall, b"", pikepdf.Dictionary())
        widget.AP = pikepdf.Dictionary(N=empty)
    else:
        widget.FT = pikepdf.Name.Tx
        widget.DA = pdf_fonts.default_appearance(_TYPING_SIZE)
        widget.Q = 0
        widget.Ff = _MULTILINE if place.mark.kind == "multiline" else 0
        blank = _appearance(pdf, width, tall, b"/Tx BMC\nEMC\n", pikepdf.Dictionary(Font=fonts))
        widget.AP = pikepdf.Dictionary(N=blank)
    return pdf.make_indirect(widget)


def _appearance(
    pdf: pikepdf.Pdf, width: float, height: float, content: bytes, resources: pikepdf.Dictionary
) -> pikepdf.Object:
    return pdf.make_indirect(
        pikepdf.Stream(
            pdf,
            content,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, round(width, 2), round(height, 2)],
            Resources=resources,
        )
    )


def _cross(width: float, height: float) -> bytes:
    """Return strokes from corner to corner, inside the printed box."""
    inset = 0.2 * min(width, height)
    left, low, right, high = inset, inset, width - inset, height - inset
    return (
        f"q 0 G 1.1 w 1 J {left:.2f} {low:.2f} m {right:.2f} {high:.2f} l "
        f"{left:.2f} {high:.2f} m {right:.2f} {low:.2f} l S Q\n"
    ).encode("ascii")


def _add_fields(
    pdf: pikepdf.Pdf,
    widgets: Sequence[tuple[Place, pikepdf.Object]],
    controls: Mapping[str, _Control],
    fonts: pikepdf.Dictionary,
) -> None:
    """Name the fields and hang them into the pages and the form."""
    top = pikepdf.Array()
    choices = {one.field.key: one.field.name for one in controls.values() if one.field.options}
    tree = FieldTree(pdf, top, choices)
    for place, widget in widgets:
        page = pdf.pages[place.page - 1]
        if "/Annots" not in page:
            page.Annots = pdf.make_indirect(pikepdf.Array())
        page.Annots.append(widget)
        page.Tabs = pikepdf.Name.S
        tree.hang(widget, place.mark.key)
    pdf.Root.AcroForm = pdf.make_indirect(
        pikepdf.Dictionary(
            Fields=top,
            DR=pikepdf.Dictionary(Font=fonts),
            DA=pdf_fonts.default_appearance(_TYPING_SIZE),
        )
    )


def _describe(pdf: pikepdf.Pdf, definition: FormDefinition) -> None:
    """Write language, title and identity; take out everything that differs from run to run."""
    ref = definition.ref
    producer = str(pdf.docinfo.get("/Producer", ""))
    pdf.Root.Lang = definition.language
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    for page in pdf.pages:
        page.Tabs = pikepdf.Name.S
    for stale in ("/OpenAction", "/Metadata"):
        if stale in pdf.Root:
            del pdf.Root[stale]
    for stale in ("/DocChecksum", "/ID"):
        if stale in pdf.trailer:
            del pdf.trailer[stale]
    for key in list(pdf.docinfo.keys()):
        del pdf.docinfo[key]
    pdf.docinfo["/Title"] = definition.title
    pdf.docinfo["/Producer"] = producer
    pdf.docinfo[pdf_names.FORM] = ref.form
    pdf.docinfo[pdf_names.EDITION] = ref.edition
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = definition.title
        metadata["dc:language"] = {definition.language}
        metadata["dc:identifier"] = identifier(ref)
        metadata["pdf:Producer"] = producer
    # The mark of PDF/UA is a promise; it is given only where nothing known speaks against it.
    if not weaknesses(pdf):
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["pdfuaid:part"] = "1"
