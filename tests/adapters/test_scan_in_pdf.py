"""Scans inside PDF files, also with a text layer of somebody else."""

import io
import resource
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from formservice.adapters.pdf_read.reader import PdfReader
from formservice.adapters.pdf_read.whole import OpenWholePdf, WholePdfReader
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import Medium, Sighting
from formservice.domain.errors import DocumentTooLargeError
from tests.adapters.scan_prints import (
    LAYOUT,
    MILD,
    REFERENCE,
    Filling,
    blank_pdf,
    needs_fonts,
    printed,
)
from tests.programs import needs_tesseract

pytestmark = needs_fonts
A4 = (595.28, 841.89)
Name, Dictionary = pikepdf.Name, pikepdf.Dictionary


@cache
def scan() -> Image.Image:
    picture, _ = MILD.of(printed(Filling({"name": "Krause, Jürgen"}, ("anlass.abbruch",))))
    return Image.fromarray(picture)


def image_pdf(image: Image.Image, dpi: float = 200) -> bytes:
    stream = io.BytesIO()
    how = {} if image.mode == "1" else {"quality": 90}
    image.save(stream, "PDF", resolution=dpi, **how)
    return stream.getvalue()


def edited(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(stream)
    return stream.getvalue()


def opened(data: bytes) -> OpenWholePdf:
    tools = Recognition(blank_pdf, layouts=lambda: (LAYOUT,))
    return WholePdfReader(PdfReader(blank_pdf), tools).open(data)


def turned_back(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 90


def in_units_of_ten(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.UserUnit = 10


def in_strips(image: Image.Image, count: int = 8) -> bytes:
    """Return a page in horizontal strips, as some scanners write it."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=A4).obj
    page.Resources = Dictionary(XObject=Dictionary())
    width, height = image.size
    drawn = ""
    for number in range(count):
        top, bottom = height * number // count, height * (number + 1) // count
        stream = io.BytesIO()
        image.crop((0, top, width, bottom)).save(stream, "JPEG", quality=90)
        page.Resources.XObject[f"/S{number}"] = picture(
            pdf, stream.getvalue(), (width, bottom - top), Name.DCTDecode
        )
        high, low = (bottom - top) / height * A4[1], (height - bottom) / height * A4[1]
        drawn += f"q {A4[0]} 0 0 {high} 0 {low} cm /S{number} Do Q\n"
    page.Contents = pdf.make_stream(drawn.encode())
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def picture(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], packed: pikepdf.Name
) -> pikepdf.Stream:
    return pikepdf.Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
        Filter=packed,
    )


def in_bits(image: Image.Image) -> Image.Image:
    return image.convert("1", dither=Image.Dither.NONE)


FILES = {
    "plain": lambda: image_pdf(scan()),
    "300 dpi": lambda: image_pdf(scan().resize((2480, 3508)), 300),
    "100 dpi": lambda: image_pdf(scan().resize((827, 1169)), 100),
    "colour": lambda: image_pdf(scan().convert("RGB")),
    "CMYK": lambda: image_pdf(scan().convert("CMYK")),
    "1 bit, 600 dpi": lambda: image_pdf(in_bits(scan().resize((4960, 7016))), 600),
    "a point a pixel": lambda: image_pdf(scan(), 72),
    "as large as a stamp": lambda: image_pdf(scan(), 2000),
    "stored on its side": lambda: edited(image_pdf(scan().rotate(90, expand=True)), turned_back),
    "other units": lambda: edited(image_pdf(scan()), in_units_of_ten),
    "strips": lambda: in_strips(scan()),
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_a_scan_in_a_pdf_is_known_however_it_is_stored(make: Callable[[], bytes]) -> None:
    with opened(make()) as document:
        (page,) = document.pages
        assert page.medium is Medium.SCAN
        assert [claim.reference for claim in page.claims] == [REFERENCE]
        assert document.pictured(1).pose(LAYOUT, 1) is not None


def test_a_picture_is_read_in_its_own_resolution() -> None:
    with opened(image_pdf(scan().resize((1241, 1754)), 150)) as document:
        assert document.pictured(1).picture.shape == pytest.approx((1754, 1241), abs=1)
    with opened(image_pdf(scan().resize((4960, 7016)), 600)) as document:
        assert max(document.pictured(1).picture.shape) <= 3_701


def with_layer(data: bytes, mode: int, *, under: bool = False, **how: float) -> bytes:
    """Return the file with a page of wrong text, in a text rendering mode, over the picture."""
    size, grey = how.get("size", 9), how.get("grey", 0)

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources.Font = Dictionary(F1=pdf.make_indirect(font))
        line = "1 0 0 1 60 {} Tm (Name der teilnehmenden Person: Mustermann, Falsch) Tj\n"
        lines = "".join(line.format(780 - 12 * number) for number in range(50))
        layer = f"q BT /F1 {size} Tf {mode} Tr {grey} g\n{lines}ET Q\n".encode()
        drawn = page.Contents.read_bytes()
        both = layer + drawn if under else b"q " + drawn + b" Q\n" + layer
        page.Contents = pdf.make_stream(both)

    return edited(data, change)


LAYERS = {
    "invisible": lambda data: with_layer(data, 3),
    "invisible, under the picture": lambda data: with_layer(data, 3, under=True),
    "in ink, under the picture": lambda data: with_layer(data, 0, under=True),
    "white": lambda data: with_layer(data, 0, grey=1),
    "of size 0": lambda data: with_layer(data, 0, size=0),
    "as small as dots": lambda data: with_layer(data, 0, size=0.01),
    "a clipping path": lambda data: with_layer(data, 7),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_hidden_text_layer_is_not_looked_at(layer: Callable[[bytes], bytes]) -> None:
    plain = image_pdf(scan())
    with opened(plain) as bare, opened(layer(plain)) as layered:
        (page,) = layered.pages
        assert page.medium is Medium.SCAN
        assert page.claims == bare.pages[0].claims
        assert not page.blocks
        ours, theirs = layered.pictured(1).picture, bare.pictured(1).picture
        assert np.array_equal(ours, theirs)


def by_tesseract(folder: Path) -> bytes:
    """Return the scan with the layer Tesseract makes."""
    scan().save(folder / "page.png", dpi=(200, 200))
    command = ["tesseract", "page.png", "page", "-l", "deu", "pdf"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return (folder / "page.pdf").read_bytes()


def by_ocrmypdf(folder: Path) -> bytes:
    """Return the scan with the layer OCRmyPDF makes."""
    (folder / "page.pdf").write_bytes(image_pdf(scan()))
    program = [sys.executable, "-m", "ocrmypdf", "-l", "deu", "-j1", "--output-type", "pdf"]
    command = [*program, "--optimize", "0", "page.pdf", "read.pdf"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=100)
    return (folder / "read.pdf").read_bytes()


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@pytest.mark.parametrize("layered", [by_tesseract, by_ocrmypdf])
def test_a_layer_of_other_programs_changes_nothing(
    tmp_path: Path, layered: Callable[[Path], bytes]
) -> None:
    if layered is by_ocrmypdf:
        pytest.importorskip("ocrmypdf", reason="OCRmyPDF fehlt")
    with opened(layered(tmp_path)) as document, opened(image_pdf(scan())) as bare:
        assert document.pages[0].medium is Medium.SCAN
        assert document.pages[0].claims == bare.pages[0].claims
        assert told(document) == told(bare)


def told(document: OpenWholePdf) -> dict[str, tuple[str, bool | None]]:
    seen: list[Sighting] = list(document.zones(1, LAYOUT, 1))
    return {one.key: (one.text, one.on) for one in seen}


def enormous(packed: str) -> bytes:
    """Return a page of A4 that holds a picture of 20,000 times 20,000 pixels."""
    size = (20_000, 20_000)
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=A4).obj
    if packed == "flate":
        held = picture(pdf, zlib.compress(bytes(4_000_000)), size, Name.FlateDecode)
    else:
        stream = io.BytesIO()
        Image.new("L", (64, 64), 255).save(stream, "JPEG")
        # What the file says of itself is enough to refuse it.
        held = picture(pdf, stream.getvalue(), size, Name.DCTDecode)
    page.Resources = Dictionary(XObject=Dictionary(P=held))
    page.Contents = pdf.make_stream(f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /P Do Q".encode())
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("packed", ["flate", "jpeg"])
def test_an_enormous_picture_in_a_pdf_is_refused_by_name(packed: str) -> None:
    data = enormous(packed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DocumentTooLargeError), opened(data) as document:
        _ = document.pages[0]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB
