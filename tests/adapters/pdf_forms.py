"""PDF files for the tests of reading: real forms filled by other programs, made-up pages."""

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pikepdf
from pikepdf.exceptions import PageCopyWarning

from formservice.adapters.definitions.layouts import load_layout
from formservice.adapters.pdf_read.reader import OpenPdf, PdfReader
from formservice.domain.document import Sighting
from formservice.domain.errors import NotFoundError
from formservice.domain.form import FormRef, Layout

TEMPLATES = Path(__file__).parents[2] / "form_templates"
FEEDBACK = FormRef("feedbackbogen", "2023-09-22")
EXPECTATION = FormRef("erwartungsbogen", "2023-07-24")


def template(ref: FormRef) -> bytes:
    path = TEMPLATES / ref.form / ref.edition / "form.pdf"
    if not path.exists():
        raise NotFoundError("Dieses Formular gibt es nicht.")
    return path.read_bytes()


def layout(ref: FormRef) -> Layout:
    found, _ = load_layout(TEMPLATES / ref.form / ref.edition / "fields.json", ref, "fields.json")
    assert found is not None
    return found


READER = PdfReader(template)


def opened(data: bytes) -> OpenPdf:
    return READER.open(data)


def fields(data: bytes, page: int = 1) -> dict[str, Sighting]:
    """What the fields of one page hold, by key."""
    with opened(data) as document:
        return {sighting.key: sighting for sighting in document.pages[page - 1].sightings}


def zones(
    data: bytes, ref: FormRef, page: int = 1, form_page: int | None = None
) -> dict[str, Sighting]:
    """What the places of a form hold on one page, by key."""
    with opened(data) as document:
        found = document.zones(page, layout(ref), form_page or page)
        return {sighting.key: sighting for sighting in found}


def saved(pdf: pikepdf.Pdf) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # Widgets outside a form are what some programs leave behind; pikepdf warns of them.
        warnings.simplefilter("ignore", PageCopyWarning)
        pdf.save(stream)
    return stream.getvalue()


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        return saved(pdf)


def full_name(widget: pikepdf.Object) -> str:
    name = str(widget.T)
    return f"{widget.Parent.T}.{name}" if "/Parent" in widget else name


def filled_by_pikepdf(
    data: bytes, texts: Mapping[str, str | bytes], ticks: Sequence[str] = ()
) -> bytes:
    """Fill a form the way a program does that only knows fields and values."""

    def fill(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            for widget in page.Annots:
                name = full_name(widget)
                if name in texts:
                    widget.V = pikepdf.String(texts[name])
                if name in ticks:
                    widget.V = widget.AS = pikepdf.Name.Ja

    return changed(data, fill)


def page_with(
    content: bytes,
    *,
    size: tuple[float, float] = (595.0, 842.0),
    images: Mapping[str, pikepdf.Stream] | None = None,
    pdf: pikepdf.Pdf | None = None,
) -> pikepdf.Pdf:
    """A PDF with one page more, which shows ``content``; ``/F`` is Helvetica."""
    pdf = pdf or pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page = pdf.add_blank_page(page_size=size)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    if images:
        page.Resources.XObject = pikepdf.Dictionary(
            {f"/{name}": pdf.make_indirect(image) for name, image in images.items()}
        )
    page.Contents = pdf.make_stream(content)
    return pdf


def line(text: str, x: float, y: float, size: float = 10) -> bytes:
    """Operators that write one line, ``y`` from the bottom of the page."""
    raw = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F %g Tf %g %g Td (%b) Tj ET\n" % (size, x, y, raw)


def grey_picture(pdf: pikepdf.Pdf, columns: int = 20, rows: int = 28) -> pikepdf.Stream:
    return pikepdf.Stream(
        pdf,
        bytes(200 + (index % 7) for index in range(columns * rows)),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=columns,
        Height=rows,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
    )
