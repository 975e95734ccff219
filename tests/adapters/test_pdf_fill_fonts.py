"""The fonts inside filled forms, and QR codes."""

from io import BytesIO

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from formservice.adapters import pdf_fonts, qr
from tests.adapters.pdf_filled import NASTY


@pytest.mark.parametrize("text", [NASTY["umlauts"], NASTY["names"], NASTY["markup"]])
def test_the_font_in_every_form_has_all_letters_of_german_and_of_latin_names(text):
    assert set(text) <= pdf_fonts.faces()[0].widths.keys()


def test_no_character_is_in_two_fonts():
    known = [char for face in pdf_fonts.faces() for char in face.widths]
    assert len(known) == len(set(known))


def test_a_character_is_drawn_in_the_first_font_that_has_it():
    assert pdf_fonts.face_of("Đ")[0].name == pdf_fonts.DRAWING
    assert pdf_fonts.face_of("ж")[0].name == "FsEast"
    assert pdf_fonts.face_of("ﻼ")[0].name == "FsArabic"
    assert pdf_fonts.face_of("家")[1] == pdf_fonts.REPLACEMENT
    assert pdf_fonts.face_of("\u3000")[1] == " "


@pytest.mark.parametrize("face", pdf_fonts.faces(), ids=lambda face: face.name)
def test_the_widths_in_the_font_are_those_we_measure_with(face):
    with pikepdf.new() as pdf:
        entries = list(pdf_fonts.embed_face(pdf, face).DescendantFonts[0].W)
        widths: dict[int, int] = {}
        for first, row in zip(entries[::2], entries[1::2], strict=True):
            widths |= {int(first) + index: int(width) for index, width in enumerate(row)}
    assert widths == {
        int.from_bytes(face.encoded(char), "big"): width for char, width in face.widths.items()
    }


def test_both_fonts_of_a_form_share_one_program():
    with pikepdf.new() as pdf:
        fonts = pdf_fonts.embed(pdf)
        drawing = fonts.drawing.DescendantFonts[0].FontDescriptor.FontFile2
        assert fonts.typing.FontDescriptor.FontFile2.objgen == drawing.objgen
        assert fonts.drawing.ToUnicode.read_bytes().startswith(b"/CIDInit")


@pytest.mark.parametrize("reference", ["", "ABC234DEF7", "Z" * 26])
def test_a_code_reads_back(reference):
    text = f"FS1|feedbackbogen|2023-09-22|2|{reference}"
    picture = Image.open(BytesIO(qr.png(text)))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]
    modules = qr.matrix(text)
    side = picture.size[0] // (len(modules) + 2 * qr.QUIET_ZONE)
    assert all(len(row) == len(modules) for row in modules)
    assert picture.size[0] == side * (len(modules) + 2 * qr.QUIET_ZONE)
