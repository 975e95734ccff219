"""Pages of PDF files that show nothing: empty ones, and those that lost what stood on them."""

import io
from collections.abc import Callable

import numpy as np
import pikepdf
import pytest
from PIL import Image, TiffImagePlugin

from formservice.adapters.pdf_read.reader import PdfReader
from formservice.adapters.pdf_read.whole import OpenWholePdf, WholePdfReader
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import PageRole
from formservice.domain.errors import DamagedDocumentError
from tests.adapters.scan_prints import LAYOUT, blank_pdf

A4 = (595.28, 841.89)
SIZE = (827, 1169)
Name, Dictionary = pikepdf.Name, pikepdf.Dictionary
PLACED = f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /P Do Q".encode()
OUTLINE = f"q 0 0 {A4[0]} {A4[1]} re W n Q".encode()


def page_with(contents: Callable[[pikepdf.Pdf, pikepdf.Object], None]) -> bytes:
    pdf = pikepdf.new()
    contents(pdf, pdf.add_blank_page(page_size=A4).obj)
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def opened(data: bytes) -> OpenWholePdf:
    tools = Recognition(blank_pdf, layouts=lambda: (LAYOUT,))
    return WholePdfReader(PdfReader(blank_pdf), tools).open(data)


def with_picture(data: bytes, packed: str, contents: bytes = PLACED, **how: object) -> bytes:
    def fill(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
        bits = 1 if packed in ("/CCITTFaxDecode", "/JBIG2Decode") else 8
        held = pikepdf.Stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=SIZE[0],
            Height=SIZE[1],
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=bits,
            Filter=Name(packed),
            **how,
        )
        page.Resources = Dictionary(XObject=Dictionary(P=held))
        page.Contents = pdf.make_stream(contents)

    return page_with(fill)


def jpeg(tone: int = 250) -> bytes:
    grain = np.random.default_rng(4).normal(tone, 1.0, SIZE[::-1]).clip(0, 255)
    stream = io.BytesIO()
    Image.fromarray(grain.astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def fax(data: bytes, kind: object = -1) -> bytes:
    """Return a page of a fax whose light is 1, so that what is not there looks like paper."""
    how = Dictionary(K=kind, Columns=SIZE[0], Rows=SIZE[1], BlackIs1=True)
    # Inverted once more: what the decoder leaves at 0 is shown as paper.
    return with_picture(data, "/CCITTFaxDecode", DecodeParms=how, Decode=[1, 0])


def faxed(image: Image.Image, packing: str) -> bytes:
    """Return the packed rows of a picture, without a file around them."""
    stream = io.BytesIO()
    rows = {TiffImagePlugin.ROWSPERSTRIP: image.height}
    image.save(stream, "TIFF", compression=packing, tiffinfo=rows)
    stream.seek(0)
    with TiffImagePlugin.TiffImageFile(stream) as file:
        (start,), (length,) = (
            file.tag_v2[tag]
            for tag in (TiffImagePlugin.STRIPOFFSETS, TiffImagePlugin.STRIPBYTECOUNTS)
        )
    return stream.getvalue()[start : start + length]


def faxes(shown: bytes, kind: int, other: int) -> bytes:
    """Return a page with a fax in a part of its own, and an empty one that is not shown."""

    def fill(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
        def picture(data: bytes, kind: int) -> pikepdf.Object:
            return pdf.make_stream(
                data,
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=SIZE[0],
                Height=SIZE[1],
                ColorSpace=Name.DeviceGray,
                BitsPerComponent=1,
                Filter=Name.CCITTFaxDecode,
                DecodeParms=Dictionary(K=kind, Columns=SIZE[0], Rows=SIZE[1], BlackIs1=True),
                Decode=[1, 0],
            )

        names = Dictionary(P=picture(shown, kind))
        part = pdf.make_stream(
            PLACED,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, *A4],
            Resources=Dictionary(XObject=names),
        )
        names.Ring = part
        unseen = picture(faxed(WHITE, "group4" if other else "group3"), other)
        page.Resources = Dictionary(XObject=Dictionary(Unseen=unseen, Part=part))
        page.Contents = pdf.make_stream(b"/Part Do")

    return page_with(fill)


def beside(data: bytes, parts: object) -> bytes:
    """Return the same page, which also names what is no picture, and a part that names ``parts``.

    All this is said of the pages above it.
    """
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0].obj
        part = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, Resources=parts)
        page.Resources.XObject.Part, page.Resources.XObject.Odd = part, 7
        page.Parent.Resources = page.Resources
        del page.Resources
        stream = io.BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def noise(length: int) -> bytes:
    return np.random.default_rng(length).bytes(length)


# An empty page of JBIG2: what a page is, and its end.
PAGE_OF_JBIG2 = (
    b"\0\0\0\0\x30\0\1\0\0\0\x13"
    + SIZE[0].to_bytes(4, "big")
    + SIZE[1].to_bytes(4, "big")
    + bytes(11)
    + b"\0\0\0\1\x31\0\1\0\0\0\0"
)
WHITE, SPECKED = Image.new("1", SIZE, 0), Image.new("1", SIZE, 0)
SPECKED.paste(1, (300, 300, 302, 303))


def contents_of(data: bytes) -> bytes:
    def fill(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
        page.Contents = pdf.make_stream(data)

    return page_with(fill)


def contents_that_are_none() -> bytes:
    def fill(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
        page.Contents = Dictionary()

    return page_with(fill)


LOST = {
    "a picture of garbage": lambda: with_picture(b"\xff\xd8garbage", "/DCTDecode"),
    "a picture cut short": lambda: with_picture(jpeg()[:900], "/DCTDecode"),
    "a packed picture of garbage": lambda: with_picture(b"garbage", "/FlateDecode"),
    "a fax of nothing": lambda: with_picture(b"", "/CCITTFaxDecode"),
    "a fax of garbage": lambda: fax(b"garbage"),
    "a fax of another size": lambda: fax(b"\xff" * 2_000),
    "a fax of few rows": lambda: fax(faxed(WHITE, "group4")[:40]),
    "an older fax of garbage": lambda: fax(b"garbage", 0),
    "a fax of garbage in no known way": lambda: fax(b"garbage", Name.X),
    "a fax of garbage in a part": lambda: faxes(b"garbage", -1, 0),
    "an older fax as short as newer ones": lambda: faxes(
        bytes(len(faxed(WHITE, "group4"))), 0, -1
    ),
    "JBIG2 of garbage": lambda: with_picture(b"garbage", "/JBIG2Decode"),
    "JBIG2 of long garbage": lambda: with_picture(noise(50_000), "/JBIG2Decode"),
    "JBIG2 cut short": lambda: with_picture(PAGE_OF_JBIG2[:-5], "/JBIG2Decode"),
    "a picture that is not there": lambda: contents_of(PLACED),
    "contents that are none": contents_that_are_none,
}
EMPTY = {
    "a picture of paper": lambda: with_picture(jpeg(), "/DCTDecode"),
    "an empty fax": lambda: fax(faxed(WHITE, "group4")),
    "an empty older fax": lambda: fax(faxed(WHITE, "group3"), 0),
    "an empty fax in no known way": lambda: fax(faxed(WHITE, "group3"), Name.X),
    "an empty fax in a way of many": lambda: fax(faxed(WHITE, "group3"), [0, Name.X]),
    "an empty fax in a way that is true": lambda: fax(faxed(WHITE, "group3"), True),
    "an empty fax in a part": lambda: faxes(faxed(WHITE, "group4"), -1, 0),
    "an empty fax beside odd things": lambda: beside(fax(faxed(WHITE, "group4")), 7),
    "an empty fax beside a list": lambda: beside(
        fax(faxed(WHITE, "group4")), Dictionary(XObject=[1, Name.X])
    ),
    "a fax of a speck": lambda: fax(faxed(SPECKED, "group4")),
    "empty JBIG2": lambda: with_picture(PAGE_OF_JBIG2, "/JBIG2Decode"),
    "no contents": lambda: page_with(lambda pdf, page: None),
    "contents without anything": lambda: contents_of(b""),
    "only an outline": lambda: contents_of(OUTLINE),
    "another page's lost picture": lambda: with_picture(b"garbage", "/DCTDecode", OUTLINE),
}


@pytest.mark.parametrize("make", LOST.values(), ids=LOST)
def test_a_page_that_lost_what_stood_on_it_is_not_empty_but_refused(
    make: Callable[[], bytes],
) -> None:
    with pytest.raises(DamagedDocumentError), opened(make()) as document:
        _ = document.pages[0]


@pytest.mark.parametrize("make", EMPTY.values(), ids=EMPTY)
def test_a_page_on_which_nothing_was_ever_drawn_is_empty(make: Callable[[], bytes]) -> None:
    with opened(make()) as document:
        assert document.pages[0].role is PageRole.BLANK
