"""The searchable copy of a scan: the picture as it came, what was read found in its place."""

import ctypes
import hashlib
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image, ImageChops, ImageDraw

from formservice.adapters.archive_copy.checks import check
from formservice.adapters.archive_copy.copies import RECORD
from formservice.adapters.archive_copy.picture_files import SourcePage, making_told
from formservice.adapters.archive_copy.scans import TRANSFER, searchable
from formservice.application.ports_store import Acknowledged
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.transfervermerk import STATEMENT, Made, Scanning
from formservice.domain.canonical import digest
from formservice.domain.case import Role
from formservice.domain.changes import FAITHFUL
from tests.adapters.archive_cases import AT, RECEIVED, SERVICES

FORM = SERVICES.forms.get("feedbackbogen")
BOX = [0.36, 0.14, 0.58, 0.165]


def field(value: object, box: list[float], method: str = "ocr", page: int = 1) -> dict[str, Any]:
    return {"reading": "read", "value": value, "page": page, "box": box, "method": method}


def case(turned: int = 0, method: str = "ocr") -> CaseFile:
    """Return a scanned Feedbackbogen with a name and a tick."""
    tick = {"key": "anlass.abbruch", "page": 1, "box": [0.117, 0.26, 0.134, 0.27], "on": True}
    reading = {
        "file": "scan.tif",
        "medium": "scan",
        "page_numbers": [1],
        "form": {"id": "feedbackbogen", "edition": FORM.ref.edition},
        "fields": {
            # Of labels the place counts on the upright page, else on the page as it came.
            "name": field("Nguyễn", BOX if method == "label" else lying(BOX, turned), method),
            "abbruch_am": field("2026-03-17", [0.3, 0.25, 0.5, 0.28]),
            "anlass": field("abbruch", [0.117, 0.26, 0.134, 0.27]) | {"places": [tick]},
            "vorname": {"reading": "blank", "value": None, "page": 1, "box": BOX},
        },
        **({"turned": {"1": turned}} if turned else {}),
    }
    return CaseFile("vorgang-3", reading, AT, name="scan.tif", received=RECEIVED)


def picture(mode: str = "RGB", size: tuple[int, int] = (827, 1169)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for step in range(40):
        pen.line((step * 20, 0, size[0], step * 28), fill=(step * 6, 90, 255 - step * 6), width=3)
    pen.rectangle((50, 60, 300, 200), fill="black")
    return image.convert(mode)


def file(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, dpi=(100, 100), **options)
    return buffer.getvalue()


def pdf_of(image: Image.Image, *, rotate: int = 0, further: bytes = b"") -> bytes:
    """Return a PDF as scanners write it: a page that is a JPEG, with hidden text over it."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[0]
        drawn = pdf.make_stream(file(image, "JPEG"))
        drawn.Type, drawn.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        drawn.Width, drawn.Height = image.size
        drawn.ColorSpace, drawn.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        drawn.Filter, drawn.Interpolate = pikepdf.Name.DCTDecode, True
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=drawn))
        content = b"q 595 0 0 842 0 0 cm /Im0 Do Q BT 3 Tr (hidden) Tj ET " + further
        page.Contents = pdf.make_stream(content)
        page.Rotate = rotate
        pdf.docinfo["/Producer"] = "Scanner 3000"
        pdf.docinfo["/CreationDate"] = "D:20260418093000+02'00'"
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def made(data: bytes, given: CaseFile | None = None, **options: Any) -> bytes:
    return searchable(given or case(), FORM, [SourcePage(1, data, 1)], **options).pdf


def kept(copy: bytes) -> Image.Image:
    """Return the picture of the first page, decoded."""
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        image = pdf.pages[0].Resources.XObject.Bild
        assert isinstance(image, pikepdf.Stream)
        return pikepdf.PdfImage(image).as_pil_image().copy()


def transfer(copy: bytes) -> dict[str, Any]:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        return dict(json.loads(pdf.attachments[TRANSFER].get_file().read_bytes()))


FILES = {
    "jpeg": (picture(), "JPEG", {}, "unverändert übernommen (JPEG)"),
    "grey jpeg": (picture("L"), "JPEG", {}, "unverändert übernommen (JPEG)"),
    "png": (picture(), "PNG", {}, "unverändert übernommen (PNG)"),
    "palette": (picture().quantize(16), "PNG", {}, "unverändert übernommen (PNG)"),
    "black and white": (picture("1"), "PNG", {}, "unverändert übernommen (PNG)"),
    "grey tiff": (picture("L"), "TIFF", {}, "verlustfrei übernommen"),
    "lzw": (picture(), "TIFF", {"compression": "tiff_lzw"}, "verlustfrei übernommen"),
    "fax": (picture("1"), "TIFF", {"compression": "group4"}, "verlustfrei übernommen"),
}


@pytest.mark.parametrize("kind", FILES)
def test_no_pixel_of_a_picture_file_changes(kind):
    image, format_, options, told = FILES[kind]
    data = file(image, format_, **options)
    copy = made(data)
    original = Image.open(io.BytesIO(data))
    assert (
        ImageChops.difference(original.convert("RGB"), kept(copy).convert("RGB")).getbbox() is None
    )
    assert transfer(copy)["pages"][0]["kept"] == told
    assert check(copy) == []


def test_a_jpeg_stays_byte_by_byte():
    data = file(picture(), "JPEG", quality=60)
    with pikepdf.open(io.BytesIO(made(data))) as pdf:
        assert pdf.pages[0].Resources.XObject.Bild.read_raw_bytes() == data


def test_the_picture_a_page_of_a_pdf_is_made_of_stays_byte_by_byte():
    data = pdf_of(picture())
    copy = made(data)
    with pikepdf.open(io.BytesIO(copy)) as pdf, pikepdf.open(io.BytesIO(data)) as original:
        image = pdf.pages[0].Resources.XObject.Bild
        assert image.read_raw_bytes() == original.pages[0].Resources.XObject.Im0.read_raw_bytes()
        assert "/Interpolate" not in image
    assert transfer(copy)["pages"][0]["dpi"] == [100, 100]


def test_the_strips_that_a_scanner_cut_a_page_into_stay_as_they_are():
    with pikepdf.open(io.BytesIO(pdf_of(picture()))) as pdf:
        page = pdf.pages[0]
        other = pdf.make_stream(file(picture("RGB", (827, 300)), "JPEG"))
        for key, value in page.Resources.XObject.Im0.items():
            if key != "/Length":
                other[key] = value
        other.Height = 300
        page.Resources.XObject.Im1 = other
        page.Contents = pdf.make_stream(
            b"q 595 0 0 642 0 200 cm /Im0 Do Q q 595 0 0 200 0 0 cm /Im1 Do Q"
        )
        buffer = io.BytesIO()
        pdf.save(buffer)
    copy = made(buffer.getvalue())
    assert check(copy) == []
    (told,) = transfer(copy)["pages"]
    assert (told["kept"], told["height"]) == ("unverändert übernommen (JPEG, 2 Streifen)", 1469)
    before, after = (pypdfium2.PdfDocument(one)[0] for one in (buffer.getvalue(), copy))
    first, second = (one.render(scale=1).to_pil() for one in (before, after))
    assert (
        ImageChops.difference(first, second).convert("L").point(lambda v: v > 40).getbbox() is None
    )


def test_a_page_of_more_than_a_picture_is_drawn_anew_and_told():
    copy = made(pdf_of(picture(), further=b"BT 0 Tr (seen) Tj ET"))
    (page,) = transfer(copy)["pages"]
    assert page["dpi"] == [300, 300]
    assert "neu gezeichnet" in page["kept"]


@pytest.mark.parametrize("kind", ["mirrored", "transparent", "deep", "cmyk"])
def test_pictures_pdf_cannot_hold_as_they_are_are_converted_and_that_is_told(kind):
    image, format_, options = {
        "mirrored": (picture(), "JPEG", {"exif": _exif(2)}),
        "transparent": (picture("RGBA"), "PNG", {}),
        "deep": (Image.fromarray(np.full((90, 70), 40_000, np.uint16)), "PNG", {}),
        "cmyk": (picture("CMYK"), "JPEG", {}),
    }[kind]
    copy = made(file(image, format_, **options))
    assert check(copy) == []
    assert "unverändert" not in transfer(copy)["pages"][0]["kept"]
    if kind == "deep":
        assert kept(copy).convert("L").getpixel((5, 5)) in (156, 157)
    if kind == "mirrored":
        turned = picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        different = np.asarray(ImageChops.difference(turned, kept(copy)))
        assert different.mean() < 3


def _exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def seen_at(copy: bytes, word: str) -> tuple[float, float]:
    """Return the middle of a word on the page as a viewer shows it, in fractions from the top."""
    document = pypdfium2.PdfDocument(copy)
    page = document[0]
    text = page.get_textpage()
    start = text.get_text_range().index(word)
    boxes = [text.get_charbox(start + place) for place in range(len(word))]
    across = (min(one[0] for one in boxes) + max(one[2] for one in boxes)) / 2
    up = (min(one[1] for one in boxes) + max(one[3] for one in boxes)) / 2
    x, y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(
        page.raw, 0, 0, 10_000, 10_000, 0, across, up, ctypes.byref(x), ctypes.byref(y)
    )
    text.close()
    document.close()
    return x.value / 10_000, y.value / 10_000


def lying(box: list[float], quarters: int) -> list[float]:
    """Return a box of the upright page as it stands on the page that came so many turns wrong."""
    for _ in range(quarters):
        left, top, right, bottom = box
        box = [top, 1 - right, bottom, 1 - left]
    return box


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("source", ["jpeg", "exif", "pdf", "lying pdf"])
@pytest.mark.parametrize("method", ["ocr", "label"])
def test_text_is_found_where_it_stands_however_the_page_came(source, quarters, method):
    data = {
        "jpeg": lambda: file(picture(), "JPEG"),
        "exif": lambda: file(picture(), "JPEG", exif=_exif(6)),
        "pdf": lambda: pdf_of(picture()),
        "lying pdf": lambda: pdf_of(picture(), rotate=270),
    }[source]()
    copy = made(data, case(quarters, method))
    left, top, right, bottom = BOX
    x, y = seen_at(copy, "Nguyễn")
    assert left - 0.02 <= x <= right + 0.02
    assert top - 0.02 <= y <= bottom + 0.02
    assert check(copy) == []


def test_what_was_read_is_there_in_words_and_nobody_sees_it():
    copy = made(file(picture(), "JPEG"))
    document = pypdfium2.PdfDocument(copy)
    told = document[0].get_textpage().get_text_bounded()
    assert "Nguyễn" in told
    assert "17.03.2026" in told
    assert "[x] Abbruch" in told
    blank = pypdfium2.PdfDocument(made(file(picture(), "JPEG"), _nothing_read()))
    first, second = (one[0].render(scale=1).to_pil().convert("L") for one in (document, blank))
    assert ImageChops.difference(first, second).getbbox() is None


def _nothing_read() -> CaseFile:
    given = case()
    return replace(given, reading={**given.reading, "fields": {}})


def test_the_record_inside_is_the_stored_one():
    given = case()
    with pikepdf.open(io.BytesIO(made(file(picture(), "JPEG"), given))) as pdf:
        inside = json.loads(pdf.attachments[RECORD].get_file().read_bytes())
    assert digest(inside) == digest(dict(given.reading))


def test_nothing_is_said_of_the_picture_that_nobody_said():
    told = transfer(made(file(picture(), "JPEG")))
    assert told["quality"] is None
    assert STATEMENT not in json.dumps(told, ensure_ascii=False)
    answer = Acknowledged(FAITHFUL, None, "alle Seiten verglichen", "u-7", Role.IFK, AT)
    given = replace(case(), acknowledged=(answer,), people={"u-7": "Frau Sommerfeld"})
    copy = made(file(picture(), "JPEG"), given)
    quality = transfer(copy)["quality"]
    assert (quality["statement"], quality["by"]) == (STATEMENT, "Frau Sommerfeld")
    document = pypdfium2.PdfDocument(copy)
    assert STATEMENT in document[1].get_textpage().get_text_bounded()


def test_what_each_file_says_of_its_making_stands_beside_what_the_office_says():
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0132] = "Muster", "Scan 5", "2026:04:18 09:30:00"
    data = file(picture(), "JPEG", exif=tags)
    sha256 = hashlib.sha256(data).hexdigest()
    assert making_told(data) == Made(sha256, "2026-04-18T09:30:00", "Muster Scan 5")
    other = pdf_of(picture())
    told = making_told(other)
    assert (told.at, told.program) == ("2026-04-18T09:30:00+02:00", "Scanner 3000")
    known = Scanning("Herr Blume", "Landkreis Muster", "Muster Scan 7, Platz 2", "200 dpi grau")
    sources = [SourcePage(1, data, 1), SourcePage(2, other, 1)]
    given = replace(case(), source="folder")
    copy = searchable(given, FORM, sources, known).pdf
    said = transfer(copy)
    assert said["source"] == "folder"
    assert said["scanning"] == {
        "by": "Herr Blume",
        "organisation": "Landkreis Muster",
        "device": "Muster Scan 7, Platz 2",
        "profile": "200 dpi grau",
    }
    assert [(one["device"], one["program"]) for one in said["files"]] == [
        ("Muster Scan 5", ""),
        ("", "Scanner 3000"),
    ]
    shown = pypdfium2.PdfDocument(copy)[2].get_textpage().get_text_bounded()
    for text in ("Eingangsordner", "Herr Blume", "Platz 2", "Scanner 3000", "1 (Datei 2)"):
        assert text in shown


def test_what_nobody_says_of_the_scanning_is_not_known():
    copy = made(file(picture(), "JPEG"))
    said = transfer(copy)
    assert not any((said["source"], *said["scanning"].values()))
    (one,) = said["files"]
    assert (one["at"], one["device"], one["program"]) == ("", "", "")
    shown = pypdfium2.PdfDocument(copy)[1].get_textpage().get_text_bounded()
    assert shown.count("nicht bekannt") == 8


def test_several_files_and_pages_become_one_copy_in_their_order():
    tiff = io.BytesIO()
    pages = [picture("1"), picture("1", (827, 600))]
    pages[0].save(tiff, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    sources = [SourcePage(1, tiff.getvalue(), 2), SourcePage(2, file(picture(), "JPEG"), 1)]
    copy = searchable(case(), FORM, sources).pdf
    told = transfer(copy)
    assert [one["height"] for one in told["pages"]] == [600, 1169]
    assert len({one["sha256"] for one in told["files"]}) == 2
    assert check(copy) == []
    assert searchable(case(), FORM, sources).pdf == copy


def test_a_form_nobody_knows_has_a_copy_as_well():
    given = replace(case(), reading={**case().reading, "form": None, "fields": {}})
    assert check(searchable(given, None, [SourcePage(1, file(picture(), "JPEG"), 1)]).pdf) == []


def test_without_attachments_record_and_transfervermerk_lie_beside():
    page = SourcePage(1, file(picture(), "JPEG"), 1)
    copy = searchable(case(), FORM, [page], embed=False)
    assert check(copy.pdf) == []
    assert set(copy.beside) == {RECORD, TRANSFER}
    with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
        assert not pdf.attachments


@pytest.mark.parametrize("kind", ["/Stamp", "/Widget"])
def test_what_was_stamped_or_filled_in_over_a_scan_is_in_its_copy(kind):
    """Somebody saw it on the page: a copy without it would be another page."""
    with pikepdf.open(io.BytesIO(pdf_of(Image.new("RGB", (827, 1169), "white")))) as pdf:
        red = pdf.make_stream(b"1 0 0 rg 0 0 200 100 re f")
        red.Type, red.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        red.BBox = pikepdf.Array([0, 0, 200, 100])
        note = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name(kind),
                Rect=pikepdf.Array([100, 100, 300, 200]),
                F=4,
                AP=pikepdf.Dictionary(N=red),
                FT=pikepdf.Name.Tx,
                T="feld",
            )
        )
        pdf.pages[0].Annots = pikepdf.Array([note])
        if kind == "/Widget":
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([note]))
        buffer = io.BytesIO()
        pdf.save(buffer)
    shown = np.asarray(kept(made(buffer.getvalue())).convert("RGB")).astype(int)
    is_red = (shown[..., 0] > 200) & (shown[..., 1] < 80)
    assert is_red.mean() == pytest.approx(200 * 100 / (595 * 842), rel=0.05)
