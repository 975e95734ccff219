"""What a filled PDF shows: the same in all viewers, inside the boxes, extractable, scannable."""

import subprocess
from io import BytesIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from formservice.adapters.pdf_fill.streams import string, text_appearance
from formservice.adapters.pdf_layout import Frame, fit
from formservice.application.extract import CONTINUED
from formservice.domain.reference import payload
from tests.adapters.pdf_filled import (
    NASTY,
    PARAGRAPH,
    definitions,
    fields,
    filled,
    flattened,
    whole,
    zone_text,
)
from tests.programs import needs_poppler

HARD = {
    "q1_erwartung": NASTY["line breaks"] + PARAGRAPH,
    "q2_geaendert": NASTY["names"],
    "q3_erreicht": NASTY["arabic"],
    "q4_wodurch": NASTY["other scripts"],
    "q5_nicht_erreicht": NASTY["tabs"],
    "q6_warum_nicht": NASTY["long word"][:700],
    "q7_ressourcen": NASTY["no glyph"],
    "q8_danach": PARAGRAPH * 30,
}


def pictures(data: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def test_every_page_carries_the_code_of_this_very_document():
    texts = {"q3_erreicht": PARAGRAPH * 60}
    found = [
        [code.text for code in zxingcpp.read_barcodes(picture)]
        for picture in pictures(filled("feedbackbogen", texts, "REF7"), 150)
    ]
    form, sheet = definitions()["feedbackbogen"].ref, definitions()["beiblatt"].ref
    behind = [[payload(sheet, 1, "REF7")]] * (len(found) - 2)
    assert behind
    assert found == [[payload(form, 1, "REF7")], [payload(form, 2, "REF7")], *behind]


def test_the_mark_of_a_continuation_is_drawn_but_no_part_of_the_value():
    for key, text in {"q3_erreicht": PARAGRAPH * 60, "name": "Wolfes" * 40}.items():
        made = filled("feedbackbogen", {key: text})
        shown = zone_text(flattened(made), definitions()["feedbackbogen"], key)
        assert shown.endswith(CONTINUED)
        assert "weiter auf" not in (fields(made)[key].value or "")
        assert text.startswith(shown.removesuffix(CONTINUED))


def test_a_sheet_names_form_question_field_and_part():
    form, sheet = definitions()["feedbackbogen"], definitions()["beiblatt"]
    made = filled("feedbackbogen", {"q3_erreicht": PARAGRAPH * 30}, "REF7")
    assert zone_text(made, sheet, "formular", first=2).strip() == "Feedbackbogen · REF7"
    question = zone_text(made, sheet, "frage", first=2).rstrip()
    assert question == form.field("q3_erreicht").label
    assert zone_text(made, sheet, "feld", first=2) == "q3_erreicht"
    assert zone_text(made, sheet, "teil", first=2) == "2"


PLAIN = {
    "paragraph": PARAGRAPH.strip(),
    "paragraphs": f"{PARAGRAPH}\n\n{PARAGRAPH}\n- a\n- b\n\n\nEnde",
    "names": NASTY["names"],
    "markup": NASTY["markup"],
    "long word": NASTY["long word"][:400],
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_after_flattening_the_drawn_text_is_the_value_again(text):
    flat = flattened(filled("erwartungsbogen", {"erwartungen": text}))
    assert zone_text(flat, definitions()["erwartungsbogen"], "erwartungen") == text


def held_values(data: bytes) -> dict[str, str]:
    """Return what the marked content of drawn forms says, as a reader of flat files finds it."""
    found = {}
    with pikepdf.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            for drawn in page.resources.get("/XObject", pikepdf.Dictionary()).values():
                if drawn.get("/Subtype") != "/Form":
                    continue
                for step in pikepdf.parse_content_stream(drawn):
                    if str(step.operator) == "BDC" and step.operands[0] == "/FormserviceValue":
                        entry = step.operands[1]
                        found[str(entry.Key)] = bytes(entry.V)[2:].decode("utf-16-be")
    return found


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_after_flattening_every_value_can_be_read_exactly(text):
    values = {"q3_erreicht": text, "anlass": "abbruch", "sig_tn": True}
    held = held_values(flattened(filled("feedbackbogen", values)))
    parts = sorted(
        (key for key in held if key.startswith("q3_erreicht")),
        key=lambda key: int(key.partition("__")[2] or 1),
    )
    assert "".join(held[key] for key in parts) == text
    assert held["anlass.abbruch"] == "Ja"
    assert held["sig_tn"] == "gez."
    assert "anlass.regulaer" not in held


def test_a_character_no_font_has_is_shown_as_a_box():
    flat = flattened(filled("erwartungsbogen", {"erwartungen": "A家B 👨‍👩‍👧"}))
    assert zone_text(flat, definitions()["erwartungsbogen"], "erwartungen") == "A\ufffdB \ufffd"


def test_brackets_face_each_other_in_right_to_left_text():
    frame = Frame(400, 100, multiline=True)
    drawn = text_appearance("key", fit("مرحبا (B1) نعم", frame), frame).content
    shown = drawn.split(b"BDC", 1)[1]
    assert string("(B1)".encode("utf-16-be"))[1:-1] in shown


@pytest.mark.parametrize("values", [HARD, dict.fromkeys(HARD, PARAGRAPH * 12)])
def test_no_text_leaves_its_box(values):
    made = filled("feedbackbogen", {**whole("feedbackbogen"), **values})
    boxes = rectangles(made)
    blank = pypdfium2.PdfDocument(filled("feedbackbogen", {}))
    document = pypdfium2.PdfDocument(flattened(made))
    try:
        for number in range(len(blank)):
            printed = visible(blank[number])
            for box in visible(document[number]) - printed:
                assert any(inside(box, field) for field in boxes[number]), (number, box)
    finally:
        document.close()
        blank.close()


def visible(page: pypdfium2.PdfPage) -> set[tuple[str, float, float, float, float]]:
    """Return characters that leave ink, with their edges in points."""
    text = page.get_textpage()
    return {
        (char, *(round(edge, 2) for edge in text.get_charbox(index)))
        for index in range(text.count_chars())
        if (char := chr(pdfium.FPDFText_GetUnicode(text.raw, index))).strip()
    }


def inside(box: tuple[str, float, float, float, float], field: list[float]) -> bool:
    _, left, bottom, right, top = box
    # Half a point for letters that lean over their own width.
    return (
        field[0] - 0.5 <= left
        and field[1] - 0.5 <= bottom
        and right <= field[2] + 0.5
        and top <= field[3] + 0.5
    )


@pytest.mark.engine
@pytest.mark.slow
@needs_poppler
@pytest.mark.parametrize("form", ["erwartungsbogen", "feedbackbogen"])
def test_pdfium_and_poppler_show_the_same(form, tmp_path):
    hard = HARD if form == "feedbackbogen" else {"erwartungen": "\n".join(HARD.values())[:2500]}
    made = filled(form, {**whole(form), **hard})
    (tmp_path / "form.pdf").write_bytes(made)
    subprocess.run(
        ["pdftoppm", "-r", "100", "-gray", tmp_path / "form.pdf", tmp_path / "page"],
        check=True,
        timeout=60,
    )
    boxes = rectangles(made)
    pages = zip(pictures(made, 100), sorted(tmp_path.glob("page*.pgm")), boxes, strict=True)
    for ours, path, rects in pages:
        theirs = Image.open(path)
        assert ours.size == theirs.size
        for rect in rects:
            # 3 px inwards, where the printed lines around a field are not counted.
            left, bottom, right, top = (edge * 100 / 72 for edge in rect)
            part = (left + 3, ours.height - top + 3, right - 3, ours.height - bottom - 3)
            inks = [ink(picture.crop(part)) for picture in (ours, theirs)]
            # The same letters leave about as much ink, however a renderer smooths their edges.
            assert abs(inks[0] - inks[1]) <= 0.12 * max(inks) + 3
        # Blurred by half a millimetre, only what is missing, moved or changed remains.
        pair = [picture.filter(ImageFilter.GaussianBlur(2)) for picture in (ours, theirs)]
        assert ImageChops.difference(*pair).point(lambda v: 255 * (v > 90)).getbbox() is None


def ink(picture: Image.Image) -> float:
    """Return how many wholly black pixels would hold the ink of ``picture``."""
    return sum(count * (255 - grey) for grey, count in enumerate(picture.histogram())) / 255


def rectangles(data: bytes) -> list[list[list[float]]]:
    """Return where the fields are, in points, page by page."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return [
            [[float(edge) for edge in widget.Rect] for widget in page.Annots] for page in pdf.pages
        ]
