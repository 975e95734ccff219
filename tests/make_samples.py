"""Writes ``samples/`` from the cases in ``sample_cases``: every case in every channel.

``python -m tests.make_samples`` makes the inputs anew (it needs LibreOffice), all or those whose
folder begins with one of its arguments (``feedbackbogen@2026-11``); the golden files are written
by ``pytest tests/test_samples.py --regold`` and read by a person before they are kept.
"""

import io
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
import numpy as np
import pikepdf
import pypdf
import pypdfium2
from PIL import Image, ImageFilter

from formservice.adapters.demo_paper import signed_word, strokes
from formservice.bootstrap import Services, Settings
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.values import shown, ticks, values_from_data
from tests.adapters.pdf_filled import flattened
from tests.foreign_layouts import retyped
from tests.pdf_pages import joined
from tests.sample_cases import CASES, Case

ROOT = Path(__file__).parent.parent
# Filled by another program's hands; their items fit into the rows of the blank form.
BY_PYPDF = ("vollstaendig", "ostern-verspaetet", "samira", "abbruch", "abgelehnt")
BEHIND_A_LETTER = ("dang", "dang-und-girts", "fuenf-ziele", "unter-16")
PRINTED_FROM_WORD = ("girts-betreuung", "nichtantritt", "viele-leistungen", "widerrufen")
FOREIGN_PDF = ("dang", "zzz-tester", "nichtantritt", "langer-o-ton", "samira", "zugestimmt")
# Grey scans weigh ten times as much as black and white ones; a few will do.
FIRST_FORMS = ("erwartungsbogen", "feedbackbogen")
GREY = ("regulaer", "erteilt", "teile-verschieden")


def main() -> None:
    """Write all samples, or those whose folder begins with an argument."""
    number = 0
    services = Services(Settings.from_environment({}), new_reference=lambda: f"SAMPLE{number:06}")
    for case in CASES:
        definition = services.forms.get(case.form)
        folder = ROOT / "samples" / f"{definition.ref.form}@{definition.ref.edition}"
        for channel in case.channels:
            number += 1
            target = folder / f"{case.name}-{channel}"
            name = str(target.relative_to(ROOT / "samples"))
            if sys.argv[1:] and not name.startswith(tuple(sys.argv[1:])):
                continue
            data, suffix = make(services, definition, case, channel)
            for old in target.glob("input.*"):
                old.unlink()
            target.mkdir(parents=True, exist_ok=True)
            target.joinpath(f"input.{suffix}").write_bytes(data)
            print(name, len(data))


def make(
    services: Services, definition: FormDefinition, case: Case, channel: str
) -> tuple[bytes, str]:
    """Return the file of one case in one channel, and its suffix."""
    chance = random.Random(f"{case.name}/{channel}")
    if channel == "docx":
        return word(services, definition, case, chance), "docx"
    if channel == "resaved":
        return office(word(services, definition, case, chance), "docx"), "docx"
    if channel == "acroform":
        return acroform(services, definition, case, chance), "pdf"
    if channel == "flat":
        return flat(services, definition, case, chance), "pdf"
    if channel == "foreign":
        return foreign(definition, case)
    return scan(services, definition, case, chance)


def word(
    services: Services, definition: FormDefinition, case: Case, chance: random.Random
) -> bytes:
    """Return our Word form with pictures of signatures in its signature controls."""
    data = services.generate.one(definition, case.values, "docx")
    return signed_word(data, case.signed, chance) if case.signed else data


def acroform(services, definition, case, chance) -> bytes:
    """Return our fillable PDF: filled by us, by pypdf, or merged behind a letter."""
    if case.name in BY_PYPDF:
        data = filled_by_pypdf(services, definition, case)
    else:
        data = services.generate.one(definition, case.values, "pdf")
    data = signed(data, definition, case, chance, annotation=True)
    data = with_sheet(services, case, data, "acroform")
    if case.name in BEHIND_A_LETTER:
        data = behind_a_letter(data)
    return data


def with_sheet(services, case, data: bytes, channel: str) -> bytes:
    """Return a PDF with the free Beiblatt that was sent in the same file, if one was."""
    if case.sheet is None:
        return data
    form = services.forms.get("beiblatt")
    own = Case("beiblatt", case.name, case.received, case.sheet)
    sheet, _ = make(services, form, own, channel)
    return joined(data, sheet)


def filled_by_pypdf(services, definition, case) -> bytes:
    """Return the blank form filled by pypdf, as a Träger's own program might."""
    blank = services.template(definition.ref, "form.pdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
    values = values_from_data(definition, case.values)
    fields: dict[str, str] = {}
    for field in definition.fields:
        value = values.get(field.key)
        if field.kind in (FieldKind.CHOICE, FieldKind.TICK):
            on = ticks(field, value)
            fields.update({key: "/Ja" for key, ticked in on.items() if ticked})
        elif value is not None:
            fields[field.key] = shown(field, value)
    for page in writer.pages:
        writer.update_page_form_field_values(page, fields, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def behind_a_letter(data: bytes) -> bytes:
    """Return ``data`` merged behind one page of a covering letter."""
    letter = docx.Document()
    letter.add_paragraph("Sehr geehrte Damen und Herren,")
    letter.add_paragraph("anbei erhalten Sie den ausgefüllten Bogen. Mit freundlichen Grüßen")
    out = io.BytesIO()
    letter.save(out)
    return joined(office(out.getvalue(), "pdf"), data)


def flat(services, definition, case, chance) -> bytes:
    """Return the form without fields: flattened, or printed from Word."""
    if case.name in PRINTED_FROM_WORD:
        return office(word(services, definition, case, chance), "pdf")
    data = services.generate.one(definition, case.values, "pdf")
    data = signed(flattened(data), definition, case, chance, annotation=False)
    return with_sheet(services, case, data, "flat")


def signed(
    data: bytes,
    definition: FormDefinition,
    case: Case,
    chance: random.Random,
    *,
    annotation: bool,
) -> bytes:
    """Return a PDF with ink above its signature lines, as annotation or in the page itself."""
    if not case.signed or definition.layout is None:
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for zone in definition.layout.zones:
            if zone.key not in case.signed:
                continue
            page = pdf.pages[zone.page - 1]
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
            width, height = right - left, top - bottom
            x, y = zone.box.left * width, height * (1 - zone.box.bottom)
            points = strokes(chance, 0.7 * (zone.box.right - zone.box.left) * width, 24)
            path = [(x + 8 + px, y + 4 + py) for px, py in points]
            if annotation:
                _ink(pdf, page, path)
            else:
                drawn = " ".join(
                    f"{px:.1f} {py:.1f} {'m' if number == 0 else 'l'}"
                    for number, (px, py) in enumerate(path)
                )
                page.contents_add(f"q 0 0 0.6 RG 1.2 w {drawn} S Q".encode())
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _ink(pdf, page, path) -> None:
    xs, ys = [p[0] for p in path], [p[1] for p in path]
    flatted = [coordinate for point in path for coordinate in point]
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Ink,
        Rect=[min(xs), min(ys), max(xs), max(ys)],
        InkList=[flatted],
        C=[0, 0, 0.6],
        F=4,
    )
    annotations = page.get("/Annots", pikepdf.Array())
    annotations.append(pdf.make_indirect(annotation))
    page.Annots = annotations


def foreign(definition: FormDefinition, case: Case) -> tuple[bytes, str]:
    """Return the same wording in other tables without any control, as DOCX or PDF."""
    data = retyped(definition, case.values)
    return (office(data, "pdf"), "pdf") if case.name in FOREIGN_PDF else (data, "docx")


def scan(services, definition, case, chance) -> tuple[bytes, str]:
    """Return the printed and signed form as a clean scan: PNG, TIFF or PDF of pictures."""
    data = services.generate.one(definition, case.values, "pdf")
    paper = signed(flattened(data), definition, case, chance, annotation=False)
    paper = with_sheet(services, case, paper, "flat")
    if case.sheet or (case.form not in FIRST_FORMS and case.name not in GREY):
        return black_and_white([_scanned(page, chance) for page in rendered(paper, 300)], 300)
    dpi = 300 if case.name.startswith("dang") else 200
    pages = [_scanned(page, chance) for page in rendered(paper, dpi)]
    out = io.BytesIO()
    if case.name == "vollstaendig":
        # Sixteen greys: the same picture to the eye and to Tesseract, a fifth of the bytes.
        pages[0].quantize(16).save(out, "PNG", dpi=(dpi, dpi), optimize=True)
        return out.getvalue(), "png"
    kind, suffix = chance.choice((("PDF", "pdf"), ("TIFF", "tif")))
    options = (
        {"resolution": dpi, "quality": 70}
        if kind == "PDF"
        else {"compression": "jpeg", "quality": 70, "dpi": (dpi, dpi)}
    )
    pages[0].save(out, kind, save_all=True, append_images=pages[1:], **options)
    return out.getvalue(), suffix


def black_and_white(pages: Sequence[Image.Image], dpi: int) -> tuple[bytes, str]:
    """Return pages as an office copier sends them by default: one bit per dot, fax compression."""
    bits = [page.point(lambda grey: 255 * (grey > 160)).convert("1") for page in pages]
    out = io.BytesIO()
    options = {"compression": "group4", "dpi": (dpi, dpi)}
    bits[0].save(out, "TIFF", save_all=True, append_images=bits[1:], **options)
    return out.getvalue(), "tif"


def rendered(data: bytes, dpi: int) -> Iterator[Image.Image]:
    """Yield the pages of a PDF in grey."""
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            yield page.render(scale=dpi / 72, grayscale=True, may_draw_forms=False).to_pil()
    finally:
        document.close()


def _scanned(page: Image.Image, chance: random.Random) -> Image.Image:
    """Return a page as a good office scanner delivers it: slightly askew, soft and grainy."""
    turned = page.convert("L").rotate(
        chance.uniform(-0.6, 0.6), resample=Image.Resampling.BICUBIC, fillcolor=250
    )
    soft = turned.filter(ImageFilter.GaussianBlur(0.5))
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, 2, (soft.height, soft.width))
    noisy = np.clip(np.asarray(soft, dtype=np.float64) * 0.96 + 6 + grain, 0, 255)
    out = io.BytesIO()
    Image.fromarray(noisy.astype(np.uint8)).save(out, "JPEG", quality=82)
    return Image.open(io.BytesIO(out.getvalue())).copy()


def office(data: bytes, suffix: str) -> bytes:
    """Return a Word file opened by LibreOffice and saved or exported as ``suffix``."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.docx"
        source.write_bytes(data)
        out = Path(folder) / "out"
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        kind = "docx:MS Word 2007 XML" if suffix == "docx" else suffix
        subprocess.run(
            [*command, "--convert-to", kind, "--outdir", str(out), str(source)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (out / f"source.{suffix}").read_bytes()


if __name__ == "__main__":
    main()
