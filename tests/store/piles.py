"""Files that hold the forms of two people, as batches do."""

import io

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image

from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from tests.store.handed import LEAD, RECEIVED, reading

ANNA, BEN = "Adler", "Weber"
_PAPER = (200, 300)


def pile():
    """Return a PDF whose two pages share fonts and form, each with text and field of a person."""
    pdf = pikepdf.new()
    fields = Array()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    form = pdf.make_indirect(Dictionary(T=pikepdf.String("name"), Kids=Array()))
    for name, left in ((ANNA, 20), (BEN, 120)):
        page = pdf.add_blank_page(page_size=_PAPER).obj
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        text = f"{left} 20 60 90 re f BT /F1 20 Tf 30 250 Td ({name}) Tj ET".encode()
        page.Contents = pdf.make_stream(text)
        look = pdf.make_stream(f"BT /F1 20 Tf 2 8 Td ({name}) Tj ET".encode())
        look.Type, look.Subtype = Name.XObject, Name.Form
        look.BBox = Array([0, 0, 100, 30])
        look.Resources = Dictionary(Font=Dictionary(F1=font))
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=pikepdf.String(str(left)),
                V=pikepdf.String(name),
                Rect=Array([30, 180, 130, 210]),
                F=4,
                P=page,
                Parent=form,
                AP=Dictionary(N=look),
            )
        )
        form.Kids.append(widget)
        page.Annots = Array([widget])
    fields.append(form)
    pdf.Root.AcroForm = Dictionary(Fields=fields, DA=pikepdf.String("/F1 12 Tf 0 g"))
    target = io.BytesIO()
    pdf.save(target, static_id=True)
    return target.getvalue()


def scanned_pile():
    """Return a TIFF of two pages, a dark one and a light one."""
    dark, light = (Image.new("L", _PAPER, shade) for shade in (40, 220))
    target = io.BytesIO()
    dark.save(target, "TIFF", save_all=True, append_images=[light], dpi=(72, 72))
    return target.getvalue()


def piled(store, originals, data=None):
    """Keep a pile with a document of each of two people; return its hash and their ids."""
    data = pile() if data is None else data
    original = originals.put(data)
    arrival = Arrival("pile", original, len(data), "stapel.pdf", "batch", RECEIVED)
    found = [
        Found([PageOf(original, 1)], reading(ANNA)),
        Found([PageOf(original, 2)], reading(BEN)),
    ]
    with store.work() as work:
        work.documents.receive(arrival, LEAD, is_read=True)
        ids = work.documents.found("pile", found, SERVICE)
    return original, ids


def looks(data, page=0):
    """Return how a page of a PDF looks, small and in grey."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    width, height = document[page].get_size()
    picture = document[page].render(scale=200 / width).to_pil().convert("L")
    document.close()
    return np.asarray(picture.resize((100, 150)), dtype=int), (round(width), round(height))


def inside(data):
    """Return everything that is written in a PDF, unpacked; other files as they are."""
    if not data.startswith(b"%PDF"):
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        rest = [repr(one).encode() for one in pdf.objects]
    return b"\n".join([*streams, *rest])


def pages_in(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)
