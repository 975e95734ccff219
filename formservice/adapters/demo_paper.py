"""What people would send, for the demo: forms signed by hand, scanned, or photographed."""

import io
import math
import random
from collections.abc import Collection, Iterator, Sequence

import docx
import pikepdf
import pypdfium2
from docx.shared import Cm
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from formservice.adapters.pdf_fonts import sans
from formservice.domain.form import Layout

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DPI, _FAX_DPI = 200, 150
_INK = (0, 0, 153)
_A4 = (1654, 2339)


def signed_word(data: bytes, keys: Collection[str], chance: random.Random) -> bytes:
    """Return a Word form with pictures of signatures in the controls of these keys."""
    document = docx.Document(io.BytesIO(data))
    for control in list(document.element.body.iter(f"{_WORD}sdt")):
        tag = control.find(f"{_WORD}sdtPr/{_WORD}tag")
        if tag is None or tag.get(f"{_WORD}val") not in keys:
            continue
        picture = io.BytesIO()
        _scribble(chance, 300, 90).save(picture, "PNG")
        paragraph = document.add_paragraph()
        paragraph.add_run().add_picture(picture, width=Cm(3.2))
        run = paragraph.runs[0]._r
        document.element.body.remove(paragraph._p)
        properties = control.find(f"{_WORD}sdtPr")
        for prompt in properties.findall(f"{_WORD}showingPlcHdr"):
            properties.remove(prompt)
        content = control.find(f"{_WORD}sdtContent")
        runs = list(content.iter(f"{_WORD}r"))
        home = runs[0].getparent() if runs else content
        for old in runs:
            old.getparent().remove(old)
        home.append(run)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def signed_pdf(data: bytes, layout: Layout, keys: Collection[str], chance: random.Random) -> bytes:
    """Return a PDF form with ink above the signature lines of these keys."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for zone in layout.zones:
            if zone.key not in keys:
                continue
            page = pdf.pages[zone.page - 1]
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
            width, height = right - left, top - bottom
            x, y = zone.box.left * width + 8, height * (1 - zone.box.bottom) + 4
            drawn_by_hand = strokes(chance, 0.7 * (zone.box.right - zone.box.left) * width, 24)
            path = [(x + px, y + py) for px, py in drawn_by_hand]
            drawn = " ".join(
                f"{px:.1f} {py:.1f} {'l' if number else 'm'}"
                for number, (px, py) in enumerate(path)
            )
            page.contents_add(f"q 0 0 0.6 RG 1.2 w {drawn} S Q".encode())
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def scanned(papers: Sequence[bytes], chance: random.Random) -> bytes:
    """Return printed PDF files as an office scanner sends them, in one PDF of pictures."""
    pages = [_scan(page, chance) for paper in papers for page in _printed(paper)]
    out = io.BytesIO()
    more = pages[1:]
    pages[0].save(out, "PDF", save_all=True, append_images=more, resolution=_DPI, quality=70)
    return out.getvalue()


def faxed(paper: bytes, chance: random.Random) -> bytes:
    """Return a printed PDF as a worn copier sends it: few dots, black and white, with specks."""
    pages = [_fax(page, chance) for page in _printed(paper)]
    out, more = io.BytesIO(), pages[1:]
    pages[0].save(out, "PDF", save_all=True, append_images=more, resolution=_FAX_DPI)
    return out.getvalue()


def photographed(paper: bytes, chance: random.Random) -> bytes:
    """Return the first page of a printed PDF as somebody photographs it on a table (JPEG)."""
    page = next(iter(_printed(paper))).convert("RGB")
    width, height = page.size
    table = Image.new("RGB", (width + 240, height + 260), (118, 96, 78))
    table.paste(page, (120, 130))
    light = Image.linear_gradient("L").rotate(90).resize(table.size)
    lit = ImageChops.multiply(table, Image.merge("RGB", [light.point(_dimmed)] * 3))
    askew = lit.rotate(chance.uniform(1.0, 2.0), Image.Resampling.BICUBIC, fillcolor=(90, 74, 60))
    out = io.BytesIO()
    askew.filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=82, dpi=(_DPI, _DPI))
    return out.getvalue()


def letter(text: str) -> bytes:
    """Return a page that is no form, as a scanner sends it."""
    page = Image.new("L", _A4, 255)
    # Pillow's own font has no umlauts: these would be boxes.
    font = ImageFont.truetype(io.BytesIO(sans()), 40)
    ImageDraw.Draw(page).multiline_text((220, 320), text, fill=20, font=font, spacing=18)
    out = io.BytesIO()
    page.save(out, "PDF", resolution=_DPI, quality=70)
    return out.getvalue()


def _dimmed(light: int) -> int:
    return 205 + light * 50 // 255


def _printed(paper: bytes) -> Iterator[Image.Image]:
    """Yield the pages of a PDF as they are printed, with what stands in its fields."""
    document = pypdfium2.PdfDocument(paper)
    try:
        document.init_forms()
        for page in document:
            picture: Image.Image = page.render(scale=_DPI / 72, grayscale=True).to_pil()
            yield picture
    finally:
        document.close()


def _scan(page: Image.Image, chance: random.Random) -> Image.Image:
    """Return a page slightly askew, soft and grainy."""
    grey = page.convert("L")
    turned = grey.rotate(chance.uniform(-0.5, 0.5), Image.Resampling.BICUBIC, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(0.5))
    grain = Image.frombytes("L", (256, 256), chance.randbytes(256 * 256)).resize(soft.size)
    return Image.blend(soft, grain, 0.04)


def _fax(page: Image.Image, chance: random.Random) -> Image.Image:
    small = page.convert("L").resize(
        [round(side * _FAX_DPI / _DPI) for side in page.size], Image.Resampling.BILINEAR
    )
    soft = small.rotate(chance.uniform(-0.8, 0.8), fillcolor=255).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    grain = Image.frombytes("L", soft.size, chance.randbytes(soft.width * soft.height))
    bits = Image.blend(soft, grain, 0.22).point(lambda grey: 255 * (grey > 150))
    return bits.convert("1")


def strokes(chance: random.Random, width: float, height: float) -> list[tuple[float, float]]:
    """Return the points of something that looks like a hurried signature."""
    phase = chance.uniform(0, 3)
    return [
        (
            width * t / 60 + 3 * math.sin(t / 2 + phase),
            height * (0.5 + 0.45 * math.sin(t / 3.1 + phase) * math.cos(t / 7)),
        )
        for t in range(61)
    ]


def _scribble(chance: random.Random, width: int, height: int) -> Image.Image:
    picture = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    points = [(x, height - y) for x, y in strokes(chance, width * 0.9, height * 0.9)]
    ImageDraw.Draw(picture).line(points, fill=(*_INK, 255), width=4, joint="curve")
    return picture
