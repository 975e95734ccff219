"""Shared by the tests of filled PDFs: the real forms, a renderer, nasty values, ways to look."""

import datetime
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2

from formservice.adapters.definitions.mappings import load
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.record import Value
from formservice.domain.text import clean

ROOT = Path(__file__).parents[2]

PARAGRAPH = (
    "Ich möchte wieder arbeiten können – am liebsten in einer Küche oder im Verkauf. Zuerst "
    "brauche ich Hilfe bei den Bewerbungen. Bis Ende März will ich wissen, was in Frage kommt. "
)
NASTY = {
    "umlauts": "Äußerst übermütig, öfter „groß“ ‚klein‘ – ẞ € …",
    "markup": "A & B <C> {{ x }} {% y %} (z) [q] \\n \\ %s /Name \"'",
    "tabs": "Datum:\t1.\t2.\n\tEingerückt\tdoppelt\t\tEnde",
    "blanks": "  vorn und   mitten  und hinten   ",
    "line breaks": "\n\nEins\n\nZwei\n\n\nDrei\n",
    "6000 characters": (PARAGRAPH * 40)[:6000],
    "long word": "Donaudampfschifffahrtsgesellschaft" * 60,
    "names": "Đặng Thị Ánh Nguyệt, Ģirts Bērziņš, Łukasz Żółć, İbrahim Şahin, Ñandú",
    "arabic": clean("مرحبا بالعالم، أريد أن أتعلم الألمانية (لا غير).\nUnd: Deutsch lernen."),
    "other scripts": "Ελληνικά, Українська, עברית, ქართული, ✓ ☐ ☒ → ½",
    "no glyph": "家族 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🚀",
    "invisible": "non\u00a0break soft\u00adhyphen zero\u200bwidth \u2003em \u202fnarrow",
    "combining": clean("g̃ ë́ x̂ q̇"),
}


@cache
def definitions() -> dict[str, FormDefinition]:
    forms = load(ROOT / "mappings", ROOT / "form_templates")
    return {name: forms.get(name) for name in {one.ref.form for one in forms if one.released}}


def template(ref: FormRef) -> bytes:
    return (ROOT / "form_templates" / ref.form / ref.edition / "form.pdf").read_bytes()


@cache
def renderer() -> PdfRenderer:
    return PdfRenderer(template, definitions()["beiblatt"])


def filled(form: str, values: Mapping[str, Value], reference: str = "ABC234DEF7") -> bytes:
    return renderer().render(definitions()[form], dict(values), reference)


def whole(form: str) -> dict[str, Value]:
    """Return a value for every field of a form."""
    day = datetime.date(2026, 3, 27)
    made: dict[str, Value] = {}
    for number, field in enumerate(definitions()[form].fields):
        match field.kind.value:
            case "date":
                made[field.key] = day + datetime.timedelta(days=number)
            case "choice":
                made[field.key] = field.options[-1].key
            case "tick" | "signature":
                made[field.key] = True
            case "multiline":
                made[field.key] = PARAGRAPH[: 40 + 7 * number]
            case _:
                made[field.key] = f"Özdemir {number}"
    return made


class Seen(NamedTuple):
    """What stands in one field: value, state of its box, title, contents of its widget."""

    value: str | None
    state: str
    title: str
    contents: str


def fields(data: bytes) -> dict[str, Seen]:
    """Return all fields by full name, found from the pages."""
    found = {}
    with pikepdf.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            for widget in page.get("/Annots", pikepdf.Array()):
                name = str(widget.T)
                if "/Parent" in widget:
                    name = f"{widget.Parent.T}.{name}"
                found[name] = Seen(
                    value_of(widget),
                    str(widget.get("/AS", "")),
                    str(widget.get("/TU", "")),
                    str(widget.get("/Contents", "")),
                )
    return found


def value_of(widget: pikepdf.Object) -> str | None:
    """Return /V character for character; pikepdf would leave out language marks."""
    if "/V" not in widget:
        return None
    if isinstance(widget.V, pikepdf.Name):
        return str(widget.V)
    raw = bytes(widget.V)
    assert raw.startswith(b"\xfe\xff")
    return raw[2:].decode("utf-16-be")


def joined(data: bytes, key: str) -> str:
    """Return the value of a field with all its continuations."""
    found = fields(data)
    parts = [key, *(f"{key}__{number}" for number in range(2, len(found)))]
    return "".join(found[part].value or "" for part in parts if part in found)


def flattened(data: bytes) -> bytes:
    """Return a filled PDF with the looks of its fields drawn into the pages."""
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.flatten_annotations("all")
        if "/AcroForm" in pdf.Root:
            del pdf.Root.AcroForm
        buffer = BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def zone_text(flat: bytes, definition: FormDefinition, key: str, first: int = 0) -> str:
    """Return what PDFium extracts inside the zone of a field, wrapped lines joined.

    ``first`` is the page (from 0) with which the form begins in the file.
    """
    assert definition.layout is not None
    zone = next(zone for zone in definition.layout.zones if zone.key == key)
    document = pypdfium2.PdfDocument(flat)
    try:
        page = document[first + zone.page - 1]
        width, height = page.get_size()
        text = page.get_textpage().get_text_bounded(
            zone.box.left * width,
            (1 - zone.box.bottom) * height,
            zone.box.right * width,
            (1 - zone.box.top) * height,
        )
    finally:
        document.close()
    return str(text).replace("\r\n", "")
