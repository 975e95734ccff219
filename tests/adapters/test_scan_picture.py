"""Picture files of every kind, sound and hostile."""

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from formservice.adapters.png import GREY, png_file
from formservice.adapters.scan import picture as scan_picture
from formservice.adapters.scan.picture import PictureFile, is_picture
from formservice.adapters.scan.reader import ScanReader
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import Medium, Page
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    InputError,
    UnsupportedMediaError,
)
from tests.adapters.scan_prints import blank_pdf

A4_PX = (827, 1169)


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **how)
    return stream.getvalue()


def half_black(mode: str = "L") -> Image.Image:
    """Return a page whose left half is black, the right one white."""
    grey = Image.new("L", A4_PX, 255)
    grey.paste(0, (0, 0, A4_PX[0] // 2, A4_PX[1]))
    return grey.convert(mode)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    return png_file(width, height, b"\0" * 100, depth=8, colour=GREY)


def first_page(data: bytes) -> Page:
    with ScanReader(Recognition(blank_pdf)).open(data) as document:
        return document.pages[0]


def deep(kind: type[np.generic], white: float) -> Image.Image:
    values = np.full((A4_PX[1], A4_PX[0]), white, dtype=kind)
    values[:, : A4_PX[0] // 2] = 0
    return Image.fromarray(values)


PICTURES = {
    "grey PNG": encoded(half_black(), "PNG"),
    "1-bit PNG": encoded(half_black("1"), "PNG"),
    "palette PNG": encoded(half_black("P"), "PNG"),
    "colour PNG": encoded(half_black("RGB"), "PNG"),
    "16-bit PNG": encoded(deep(np.uint16, 65535), "PNG"),
    "colour JPEG": encoded(half_black("RGB"), "JPEG"),
    "CMYK JPEG": encoded(half_black("CMYK"), "JPEG"),
    "1-bit TIFF": encoded(half_black("1"), "TIFF", compression="group4"),
    "CMYK TIFF": encoded(half_black("CMYK"), "TIFF"),
    "palette TIFF": encoded(half_black("P"), "TIFF"),
    "16-bit TIFF": encoded(deep(np.uint16, 65535), "TIFF"),
    "floating point TIFF": encoded(deep(np.float32, 1.0), "TIFF"),
    "32-bit TIFF": encoded(deep(np.int32, 65535), "TIFF"),
    "LZW TIFF": encoded(half_black("RGB"), "TIFF", compression="tiff_lzw"),
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)
def test_every_kind_of_picture_becomes_the_same_grey_page(data: bytes) -> None:
    assert is_picture(data)
    picture = PictureFile(data).picture(1)
    assert picture.dtype == np.uint8
    assert picture.shape == (A4_PX[1], A4_PX[0])
    assert picture[:, :400].mean() < 12
    assert picture[:, -400:].mean() > 243


def test_what_is_transparent_is_paper() -> None:
    page = Image.new("RGBA", A4_PX, (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), (0, 0, A4_PX[0] // 2, A4_PX[1]))
    picture = PictureFile(encoded(page, "PNG")).picture(1)
    assert picture[:, -400:].min() == 255
    assert picture[:, :400].max() == 0


def test_a_telephone_held_sideways_gives_an_upright_page() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    lying = half_black().rotate(90, expand=True)
    data = encoded(lying, "JPEG", exif=exif, quality=90, dpi=(100, 100))
    file = PictureFile(data)
    assert file.picture(1).shape == (A4_PX[1], A4_PX[0])
    assert file.picture(1)[:, :400].mean() < 12
    assert file.size(1)[1] > file.size(1)[0]


def test_the_paper_is_as_large_as_the_file_says() -> None:
    width, height = PictureFile(encoded(half_black(), "PNG", dpi=(100, 100))).size(1)
    assert width == pytest.approx(595.4, abs=1)
    assert height == pytest.approx(841.7, abs=1)


@pytest.mark.parametrize("dpi", [(72, 72), (1, 1), (9600, 9600)])
def test_an_unbelievable_resolution_means_a4(dpi: tuple[int, int]) -> None:
    big = half_black().resize((1654, 2339))
    width, height = PictureFile(encoded(big, "PNG", dpi=dpi)).size(1)
    assert height == pytest.approx(841.9, abs=1)
    assert width == pytest.approx(595.4, abs=1)


def test_oblong_pixels_of_a_fax_become_square() -> None:
    fax = half_black("1").resize((1728, 1145))
    data = encoded(fax, "TIFF", dpi=(204, 98), compression="group3")
    height, width = PictureFile(data).picture(1).shape
    assert height / width == pytest.approx(1145 * 204 / 98 / 1728, rel=0.01)


def test_pictures_finer_than_needed_are_reduced() -> None:
    data = encoded(half_black().resize((4960, 7016)), "PNG", dpi=(600, 600))
    file = PictureFile(data)
    assert max(file.picture(1).shape) <= 3700
    assert file.size(1)[1] == pytest.approx(841.9, abs=1)


def test_every_page_of_a_tiff_is_a_page() -> None:
    pages = [half_black(mode) for mode in ("L", "RGB", "1")]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with ScanReader(Recognition(blank_pdf)).open(data) as document:
        assert [page.number for page in document.pages] == [1, 2, 3]
        assert {page.medium for page in document.pages} == {Medium.SCAN}
        assert all(page.claims == () for page in document.pages)


HEIC = Path(__file__).parent / "data" / "half_black.heic"


def test_a_picture_of_a_telephone_is_a_page() -> None:
    data = HEIC.read_bytes()
    assert is_picture(data)
    file = PictureFile(data)
    picture = file.picture(1)
    assert (file.count, picture.shape) == (1, (350, 248))
    assert picture[:, :100].mean() < 12
    assert picture[:, -100:].mean() > 243


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_picture_of_a_telephone_is_damaged(share: float) -> None:
    data = HEIC.read_bytes()
    with pytest.raises(DamagedDocumentError):
        PictureFile(data[: int(len(data) * share)]).picture(1)


def test_without_its_library_a_picture_of_a_telephone_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(UnsupportedMediaError) as refused:
        PictureFile(HEIC.read_bytes())
    assert "JPEG" in refused.value.hint


def test_the_small_copy_beside_a_photograph_is_no_page() -> None:
    page = half_black("RGB")
    data = encoded(page, "MPO", save_all=True, append_images=[page.resize((200, 280))])
    file = PictureFile(data)
    assert file.count == 1
    assert file.picture(1).shape == (A4_PX[1], A4_PX[0])


def test_pages_of_a_tiff_may_differ_in_size_and_depth() -> None:
    pages = [half_black(), half_black("RGB").resize((413, 585)), half_black("1")]
    file = PictureFile(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    shapes = [file.picture(number).shape for number in (1, 2, 3)]
    assert shapes == [(A4_PX[1], A4_PX[0]), (585, 413), (A4_PX[1], A4_PX[0])]


def test_an_animation_is_one_page() -> None:
    frames = [half_black(), Image.new("L", A4_PX, 255)]
    data = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    assert PictureFile(data).count == 1


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 60_000), (100_000, 2_000)])
def test_gigantic_pictures_are_refused_by_name(size: tuple[int, int]) -> None:
    with pytest.raises(DocumentTooLargeError):
        first_page(png_header(*size))


def test_a_tiff_of_endless_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_picture, "MOST_PAGES", 3)
    pages = [Image.new("1", (50, 70), 1) for _ in range(5)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(DocumentTooLargeError):
        PictureFile(data)


def test_no_bytes_are_an_empty_document() -> None:
    with pytest.raises(EmptyDocumentError):
        PictureFile(b"")


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_picture_is_damaged(name: str, share: float) -> None:
    data = PICTURES[name]
    with pytest.raises(DamagedDocumentError):
        first_page(data[: 12 + int((len(data) - 12) * share)])


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_a_picture_without_area_is_damaged(size: tuple[int, int]) -> None:
    with pytest.raises(DamagedDocumentError):
        first_page(png_header(*size))


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (30, 30)])
def test_tiny_pictures_are_pages_that_claim_nothing(size: tuple[int, int]) -> None:
    data = encoded(Image.new("L", size, 90), "PNG")
    with ScanReader(Recognition(blank_pdf)).open(data) as document:
        (page,) = document.pages
        assert page.claims == ()
        assert page.width > 0
        assert page.height > 0


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"PK\x03\x04", b"GIF89a", b"", b"RIFF"])
def test_other_kinds_of_files_are_left_to_other_readers(data: bytes) -> None:
    assert not ScanReader(Recognition(blank_pdf)).reads(data)


@given(
    name=st.sampled_from(sorted(PICTURES)),
    place=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=40),
)
@settings(max_examples=60)
def test_any_bytes_give_pages_or_a_named_error(name: str, place: float, junk: bytes) -> None:
    data = bytearray(PICTURES[name])
    start = int(place * len(data))
    data[start : start + len(junk)] = junk
    try:
        with ScanReader(Recognition(blank_pdf)).open(bytes(data)) as document:
            assert list(document.pages)
    except InputError:
        pass


def a_fax(image: Image.Image, packing: str, spoilt: bytes = b"") -> bytes:
    """Return a TIFF file whose 0 is paper, as faxes have it, with other data if ``spoilt``."""
    data = bytearray(encoded(image, "TIFF", compression=packing))
    with TiffImagePlugin.TiffImageFile(io.BytesIO(data)) as file:
        tags = file.tag_v2
        starts, lengths = tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS]
    for start, length in zip(starts, lengths, strict=True):
        if spoilt:
            data[start : start + length] = (spoilt * length)[:length]
    place = data.index(struct.pack("<HHI", TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, 3, 1))
    data[place + 8] = 0
    return bytes(data)


@pytest.mark.parametrize("packing", ["group3", "group4"])
def test_an_empty_fax_is_a_white_picture(packing: str) -> None:
    picture = PictureFile(a_fax(Image.new("1", A4_PX, 0), packing)).picture(1)
    assert picture.min() == 255


@pytest.mark.parametrize("packing", ["group3", "group4"])
@pytest.mark.parametrize("spoilt", [b"\0", b"garbage "], ids=["zeros", "garbage"])
def test_a_fax_of_garbage_is_no_white_picture(packing: str, spoilt: bytes) -> None:
    with pytest.raises(DamagedDocumentError):
        PictureFile(a_fax(Image.new("1", A4_PX, 0), packing, spoilt)).picture(1)


def test_a_fax_of_a_line_is_read() -> None:
    page = Image.new("1", A4_PX, 0)
    page.paste(1, (100, 300, 500, 303))
    assert (PictureFile(a_fax(page, "group4")).picture(1) == 0).sum() == 1200
