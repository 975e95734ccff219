"""Pages drawn for people: upright, in their colours, bounded, and nothing of broken files."""

import io

import pytest
from PIL import Image

from formservice.adapters.page_views.drawing import drawn
from formservice.adapters.page_views.kept import KeptPictures
from formservice.domain.errors import DamagedDocumentError, NotFoundError

_HELD = 0x0112  # EXIF: how the camera was held


def _file(picture: Image.Image, kind: str, **how) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **how)
    return stream.getvalue()


def _shown(data: bytes, page: int = 1, quarters: int = 0, longest: int = 400) -> Image.Image:
    (told,) = drawn(data, page, quarters, [longest])
    return Image.open(io.BytesIO(told))


def test_blue_ink_stays_blue_and_a_grey_page_is_grey():
    page = Image.new("RGB", (300, 400), "white")
    assert _shown(_file(page, "PNG")).mode == "L"
    page.paste((20, 30, 200), (50, 50, 200, 120))
    assert _shown(_file(page, "PNG")).mode == "RGB"


def test_a_photo_is_shown_as_the_camera_was_held():
    page = Image.new("L", (400, 200), "white")
    exif = Image.Exif()
    exif[_HELD] = 6
    shown = _shown(_file(page, "JPEG", exif=exif))
    assert shown.size == (200, 400)


def test_each_page_of_a_fax_is_drawn_by_itself():
    pages = [Image.new("1", (300, 400), one) for one in (1, 0)]
    data = _file(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert _shown(data, 1).getextrema() == (255, 255)
    assert _shown(data, 2).getextrema() == (0, 0)
    with pytest.raises(NotFoundError):
        drawn(data, 3, 0, [400])


def test_nothing_is_enlarged_and_large_pages_get_smaller():
    small, large = Image.new("L", (100, 50), "white"), Image.new("L", (3000, 1500), "white")
    assert _shown(_file(small, "PNG")).size == (100, 50)
    assert _shown(_file(large, "PNG")).size == (400, 200)


def test_what_is_no_picture_and_what_is_broken_is_not_drawn():
    with pytest.raises(NotFoundError):
        drawn(b"PK\x03\x04 a word file", 1, 0, [400])
    with pytest.raises(DamagedDocumentError):
        drawn(b"%PDF-1.7 nothing", 1, 0, [400])


def test_kept_pictures_are_bounded_and_the_longest_unused_go_first(tmp_path):
    kept = KeptPictures(tmp_path / "p", most=250)
    for name in ("a", "b", "c"):
        kept.put("0" * 64, name, b"x" * 100)
        (tmp_path / "p" / ("0" * 64) / name).touch()
    kept.get("0" * 64, "a")
    kept.bound()
    assert kept.get("0" * 64, "a") is not None
    assert kept.get("0" * 64, "b") is None


def test_pictures_of_an_original_are_forgotten_together(tmp_path):
    kept = KeptPictures(tmp_path)
    kept.put("1" * 64, "a", b"x")
    kept.put("2" * 64, "a", b"y")
    kept.forget("1" * 64)
    assert kept.get("1" * 64, "a") is None
    assert kept.get("2" * 64, "a") == b"y"
