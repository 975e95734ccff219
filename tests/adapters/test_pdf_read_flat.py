"""Forms printed or flattened to PDF: values by their place, exact or doubted with reason."""

import io
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from formservice.adapters.definitions.mappings import load
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.adapters.word.fill import WordRenderer
from formservice.domain.document import Doubt, Medium, Method, Sighting
from formservice.domain.form import FieldKind, FormDefinition, FormRef
from formservice.domain.record import Value
from formservice.domain.values import shown, ticks
from tests.adapters.pdf_forms import (
    EXPECTATION,
    FEEDBACK,
    TEMPLATES,
    changed,
    grey_picture,
    layout,
    opened,
    saved,
    template,
    zones,
)
from tests.programs import needs_office, needs_poppler

DEFINITIONS = load(TEMPLATES.parent / "mappings", TEMPLATES)
REPORT: dict[str, Value] = {
    "traeger_massnahme": "Träger & Söhne (Göttingen)",
    "teilnahme_von": date(2023, 2, 1),
    "teilnahme_bis": date(2023, 7, 31),
    "name": "Đặng Ģirts",
    "vorname": "Zoë",
    "anlass": "abbruch",
    "abbruch_am": date(2023, 5, 3),
    "abbruch_gruende": "Umzug nach Kassel.",
    "q1_erwartung": "Ich möchte „alles“ schaffen – A & B <C> {x}\nzweite Zeile\n\n"
    "Nach einer Leerzeile geht es hier noch sehr lange weiter, so dass die Zeile sicher "
    "umbrechen muss, und dann noch einmal, damit der Test etwas taugt.",
    "q3_erreicht": "a_b@example.org",
    "erstellt_am": date(2023, 7, 30),
}
PLAN: dict[str, Value] = {
    "name": "Muster",
    "anschrift": "Musterweg 12\n37073 Göttingen",
    "formular_datum": date(2023, 7, 24),
    "erwartungen": ("Ich will bis Ende März einen Platz in der Kita finden. " * 12).strip()
    + "\n- Erstens\n- Zweitens",
    "fahrkosten": "ja",
    "fahrkosten_mittel": ("oepnv", "pkw"),
    "gesetzliche_betreuung": "nein",
}
CASES = [(FEEDBACK, REPORT), (EXPECTATION, PLAN)]


def filled(ref: FormRef, values: dict[str, Value]) -> bytes:
    sheet = DEFINITIONS.get("beiblatt")
    return PdfRenderer(template, sheet).render(definition(ref), values, "01TEST")


def definition(ref: FormRef) -> FormDefinition:
    return DEFINITIONS.get(ref.form, ref.edition)


def expected(ref: FormRef, values: dict[str, Value]) -> dict[str, str | bool]:
    wanted: dict[str, str | bool] = {}
    for field in definition(ref).fields:
        value = values.get(field.key)
        if field.kind in (FieldKind.CHOICE, FieldKind.TICK):
            on = ticks(field, value) if value is not None else {}
            wanted |= {anchor: on.get(anchor, False) for anchor in field.anchors}
        elif field.kind is FieldKind.SIGNATURE:
            wanted[field.key] = bool(value)
        else:
            wanted[field.key] = shown(field, value) if value is not None else ""
    return wanted


def read(data: bytes, ref: FormRef) -> dict[str, Sighting]:
    """What all pages say, one sighting per key: values held beside the looks go first."""
    seen: dict[str, Sighting] = {}
    with opened(data) as document:
        for page in document.pages:
            for sighting in page.sightings:
                seen.setdefault(sighting.key, sighting)
            if page.number <= len(layout(ref).pages):
                for sighting in document.zones(page.number, layout(ref), page.number):
                    seen.setdefault(sighting.key, sighting)
    return seen


def found(seen: dict[str, Sighting]) -> dict[str, str | bool | None]:
    return {key: each.text if each.on is None else each.on for key, each in seen.items()}


def flattened(data: bytes) -> bytes:
    """What Chromium does when it prints to PDF: looks of fields become part of the page."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        assert pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == 1
        page.close()
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def unmarked(data: bytes) -> bytes:
    """The same without the values our looks hold beside what they draw."""

    def change(pdf: pikepdf.Pdf) -> None:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and b"FormserviceValue" in (
                item.read_bytes() if item.get("/Subtype") == "/Form" else b""
            ):
                item.write(item.read_bytes().replace(b"FormserviceValue", b"Span"))

    return changed(data, change)


def on_other_paper(
    scale: float, right: float, up: float, size: tuple[float, float]
) -> Callable[[bytes], bytes]:
    def printed(data: bytes) -> bytes:
        writer = pypdf.PdfWriter()
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            sheet = writer.add_blank_page(*size)
            change = pypdf.Transformation().scale(scale).translate(right, up)
            sheet.merge_transformed_page(page, change)
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    return printed


LETTER = (612.0, 792.0)
A4 = (595.3, 841.89)


@pytest.mark.parametrize(("ref", "values"), CASES, ids=["feedbackbogen", "erwartungsbogen"])
def test_a_flattened_form_of_ours_is_read_exactly(ref: FormRef, values: dict[str, Value]) -> None:
    seen = read(flattened(filled(ref, values)), ref)
    assert found(seen) == expected(ref, values)
    assert not any(each.doubts for each in seen.values())


@pytest.mark.parametrize(("ref", "values"), CASES, ids=["feedbackbogen", "erwartungsbogen"])
@pytest.mark.parametrize(
    "printed",
    [
        on_other_paper(1.0, 0, 0, A4),
        on_other_paper(0.97, 8.9, 12.6, A4),
        on_other_paper(0.94, 26, 0.3, LETTER),
        on_other_paper(1.0, 14, -9, A4),
    ],
    ids=["as it is", "97 percent", "on Letter paper", "shifted"],
)
def test_drawn_values_are_read_exactly_from_any_print(
    printed: Callable[[bytes], bytes], ref: FormRef, values: dict[str, Value]
) -> None:
    seen = read(printed(unmarked(flattened(filled(ref, values)))), ref)
    assert found(seen) == expected(ref, values)
    assert {each.method for each in seen.values()} == {Method.TEXT, Method.MARK}
    doubted = {key for key, each in seen.items() if each.doubts}
    assert doubted <= {"q1_erwartung", "erwartungen"}  # long lines: a close call is a doubt


@pytest.mark.engine
@needs_poppler
@pytest.mark.parametrize(("ref", "values"), CASES, ids=["feedbackbogen", "erwartungsbogen"])
def test_a_form_printed_by_poppler_is_read_exactly(
    ref: FormRef, values: dict[str, Value], tmp_path: Path
) -> None:
    (tmp_path / "form.pdf").write_bytes(filled(ref, values))
    command = ["pdftocairo", "-pdf", "form.pdf", "print.pdf"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    seen = read((tmp_path / "print.pdf").read_bytes(), ref)
    assert found(seen) == expected(ref, values)


@pytest.mark.engine
@pytest.mark.slow
@needs_poppler
@pytest.mark.parametrize("least", [1, 9, 17])
def test_a_printed_tab_is_never_taken_for_a_blank(least: int, tmp_path: Path) -> None:
    # Wherever the next tab stop lies: just behind the word, or almost three letters away.
    keys = [field.key for field in definition(FEEDBACK).fields if field.o_ton]
    values: dict[str, Value] = {
        key: "i" * number + "\tdann" for number, key in enumerate(keys, start=least)
    }
    (tmp_path / "form.pdf").write_bytes(filled(FEEDBACK, values))
    command = ["pdftocairo", "-pdf", "form.pdf", "print.pdf"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    seen = read((tmp_path / "print.pdf").read_bytes(), FEEDBACK)
    wrong = [key for key in keys if seen[key].text != values[key]]
    assert [key for key in wrong if Doubt.WHITE_SPACE not in seen[key].doubts] == []


def turned(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        content = b"q 0 1 -1 0 841.89 0 cm\n"
        page.contents_add(pdf.make_stream(content), prepend=True)
        page.contents_add(pdf.make_stream(b"\nQ"))
        page.MediaBox = page.CropBox = [0, 0, 841.89, 595.3]
        page.Rotate = 90


def moved(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.contents_add(pdf.make_stream(b"q 1 0 0 1 100 50 cm\n"), prepend=True)
        page.contents_add(pdf.make_stream(b"\nQ"))
        page.MediaBox = [0, 0, 900, 1000]
        page.CropBox = [100, 50, 695.3, 891.89]


def stretched(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.contents_add(pdf.make_stream(b"q .5 0 0 .5 0 0 cm\n"), prepend=True)
        page.contents_add(pdf.make_stream(b"\nQ"))
        page.MediaBox = page.CropBox = [0, 0, 595.3 / 2, 841.89 / 2]
        page.UserUnit = 2


@pytest.mark.parametrize("change", [turned, moved, stretched], ids=lambda each: each.__name__)
def test_pages_are_read_as_people_see_them(change: Callable[[pikepdf.Pdf], None]) -> None:
    data = changed(unmarked(flattened(filled(EXPECTATION, PLAN))), change)
    with opened(data) as document:
        page = document.pages[0]
    assert (round(page.width), round(page.height)) == (595, 842)
    seen = read(data, EXPECTATION)
    assert found(seen) == expected(EXPECTATION, PLAN)
    box, zone = seen["name"].box, layout(EXPECTATION).zones
    place = next(each.box for each in zone if each.key == "name")
    assert box is not None
    assert abs(box.left - place.left) < 0.004
    assert abs(box.bottom - place.bottom) < 0.004


def test_a_page_of_another_form_has_no_zones() -> None:
    data = flattened(filled(FEEDBACK, REPORT))
    assert zones(data, EXPECTATION, 1) == {}
    assert zones(data, FEEDBACK, 1, 2) == {}


def test_a_form_unknown_here_has_no_zones() -> None:
    data = flattened(filled(FEEDBACK, REPORT))
    with opened(data) as document:
        unknown = type(layout(FEEDBACK))(FormRef("fremd", "2020-01"), (), layout(FEEDBACK).zones)
        assert document.zones(1, unknown, 1) == ()


def test_changed_words_in_a_flattened_form_are_reported_beside_the_value_held() -> None:
    data = flattened(filled(EXPECTATION, PLAN))

    def write_over(pdf: pikepdf.Pdf) -> None:
        box = next(each.box for each in layout(EXPECTATION).zones if each.key == "vorname")
        _write(pdf, "Heimlich", box.left * 595.3 + 3, (1 - box.bottom) * 841.89 + 4)

    seen = zones(changed(data, write_over), EXPECTATION)
    assert seen["vorname"].text == "Heimlich"
    assert "name" not in seen


def _write(pdf: pikepdf.Pdf, text: str, x: float, y: float, page: int = 0) -> None:
    """Write Helvetica on a page, over everything."""
    target = pdf.pages[page]
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )  # fmt: skip
    name = target.add_resource(font, pikepdf.Name.Font)
    raw = text.encode("cp1252")
    _draw(pdf, b"BT %b 10 Tf %g %g Td <%b> Tj ET" % (str(name).encode(), x, y, raw.hex().encode()),
          page)  # fmt: skip


def _draw(pdf: pikepdf.Pdf, content: bytes, page: int = 0) -> None:
    target = pdf.pages[page]
    target.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    target.contents_add(pdf.make_stream(b"\nQ\nq " + content + b" Q"))


def _corner(ref: FormRef, key: str) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of a zone in points, from the bottom of the page."""
    box = next(each.box for each in layout(ref).zones if each.key == key)
    width, height = layout(ref).pages[0]
    return (
        box.left * width,
        (1 - box.bottom) * height,
        (box.right - box.left) * width,
        (box.bottom - box.top) * height,
    )


def _stroke(key: str, *points: tuple[float, float]) -> Callable[[pikepdf.Pdf], None]:
    """Draw a pen line through points given as parts of a box."""
    left, low, width, height = _corner(FEEDBACK, key)
    places = [(left + x * width, low + y * height) for x, y in points]
    path = b"%g %g m " % places[0] + b"".join(b"%g %g l " % place for place in places[1:])
    return lambda pdf: _draw(pdf, b"1 w .2 .2 .6 RG " + path + b"S")


FLAT_BLANK = flattened(template(FEEDBACK))


@pytest.mark.parametrize(
    "points",
    [
        [(0.1, 0.1), (0.9, 0.9)],
        [(0.1, 0.5), (0.4, 0.1), (1.2, 1.3)],
        [(-0.1, 0.5), (1.1, 0.5), (-0.1, 0.3), (1.1, 0.3)],
    ],
    ids=["slash", "check", "scribble"],
)
def test_a_pen_stroke_in_a_box_is_a_tick(points: list[tuple[float, float]]) -> None:
    seen = zones(changed(FLAT_BLANK, _stroke("anlass.abbruch", *points)), FEEDBACK)
    marks = {key: each.on for key, each in seen.items() if key.startswith("anlass.")}
    assert marks == {
        "anlass.nichtantritt": False,
        "anlass.abbruch": True,
        "anlass.regulaer": False,
    }


@pytest.mark.parametrize("sign", ["X", "x", "•x"])
def test_a_letter_typed_into_a_box_is_a_tick(sign: str) -> None:
    left, low, width, height = _corner(FEEDBACK, "anlass.regulaer")
    data = changed(FLAT_BLANK, lambda pdf: _write(pdf, sign, left + width / 4, low + height / 4))
    assert zones(data, FEEDBACK)["anlass.regulaer"].on is True


def test_a_speck_in_a_box_is_not_decided() -> None:
    data = changed(FLAT_BLANK, _stroke("anlass.abbruch", (0.4, 0.5), (0.6, 0.5)))
    seen = zones(data, FEEDBACK)["anlass.abbruch"]
    assert (seen.on, seen.doubts) == (None, frozenset({Doubt.AMBIGUOUS_MARK}))


def test_a_blank_print_is_blank_everywhere() -> None:
    seen = read(FLAT_BLANK, FEEDBACK)
    assert len(seen) == len(layout(FEEDBACK).zones)
    assert all(each.blank for each in seen.values())


def _sign_with_pen(pdf: pikepdf.Pdf) -> None:
    left, low, _, height = _corner(FEEDBACK, "sig_tn")
    curve = b"%g %g m %g %g %g %g %g %g c S" % (
        left + 10, low + 8, left + 30, low + height, left + 50, low, left + 90, low + height / 2
    )  # fmt: skip
    _draw(pdf, b"1 w " + curve, 1)


def _sign_with_picture(pdf: pikepdf.Pdf) -> None:
    left, low, _, _ = _corner(FEEDBACK, "sig_tn")
    picture = grey_picture(pdf)
    picture.write(bytes(255 if index % 9 else 0 for index in range(20 * 28)))
    name = pdf.pages[1].add_resource(pdf.make_indirect(picture), pikepdf.Name.XObject)
    _draw(pdf, b"80 0 0 20 %g %g cm %b Do" % (left + 5, low + 5, str(name).encode()), 1)


def _sign_with_ink(pdf: pikepdf.Pdf) -> None:
    left, low, _, _ = _corner(FEEDBACK, "sig_tn")
    rect = [left + 5, low + 5, left + 85, low + 25]
    _annotate(pdf, 1, Subtype=pikepdf.Name.Ink, Rect=rect, InkList=[[*rect]])


def _annotate(pdf: pikepdf.Pdf, page: int, **entries: object) -> None:
    target = pdf.pages[page]
    if "/Annots" not in target:
        target.Annots = pikepdf.Array()
    note = pikepdf.Dictionary({f"/{key}": value for key, value in entries.items()})
    target.Annots.append(pdf.make_indirect(note))


@pytest.mark.parametrize("blank", [FLAT_BLANK, template(FEEDBACK)], ids=["flat", "fields"])
@pytest.mark.parametrize(
    "sign", [_sign_with_pen, _sign_with_picture, _sign_with_ink], ids=lambda each: each.__name__
)
def test_ink_above_the_line_is_a_signature(
    sign: Callable[[pikepdf.Pdf], None], blank: bytes
) -> None:
    with opened(changed(blank, sign)) as document:
        seen = document.zones(2, layout(FEEDBACK), 2)
    assert any(each.on is True for each in seen if each.key == "sig_tn")
    assert all(each.on is False for each in seen if each.key == "sig_traeger")


@pytest.mark.parametrize("blank", [FLAT_BLANK, template(FEEDBACK)], ids=["flat", "fields"])
def test_a_typed_name_above_the_line_is_a_doubtful_signature(blank: bytes) -> None:
    left, low, _, _ = _corner(FEEDBACK, "sig_traeger")
    data = changed(blank, lambda pdf: _write(pdf, "gez. Muster", left + 5, low + 8, 1))
    with opened(data) as document:
        seen = [each for each in document.zones(2, layout(FEEDBACK), 2) if each.on]
    assert [(each.key, each.text, each.doubts) for each in seen] == [
        ("sig_traeger", "gez. Muster", frozenset({Doubt.TYPED_NAME}))
    ]


def test_our_own_note_instead_of_a_signature_is_read_before_and_after_flattening() -> None:
    data = filled(FEEDBACK, {"sig_tn": True})
    for version in (data, flattened(data)):
        seen = zones(version, FEEDBACK, 2)["sig_tn"]
        assert (seen.on, seen.text, seen.doubts) == (True, "gez.", frozenset({Doubt.TYPED_NAME}))


def test_text_printed_over_empty_fields_is_reported() -> None:
    left, low, _, _ = _corner(FEEDBACK, "name")
    data = changed(template(FEEDBACK), lambda pdf: _write(pdf, "Muster", left + 3, low + 5))
    with opened(data) as document:
        assert document.pages[0].medium is Medium.ACROFORM
        seen = {each.key: each for each in document.zones(1, layout(FEEDBACK), 1)}
    assert list(seen) == ["name"]
    assert (seen["name"].text, seen["name"].method) == ("Muster", Method.TEXT)


def test_a_remark_typed_over_a_place_is_its_text() -> None:
    left, low, width, height = _corner(FEEDBACK, "vorname")

    def remark(pdf: pikepdf.Pdf) -> None:
        rect = [left + 2, low + 1, left + width - 2, low + height - 1]
        _annotate(pdf, 0, Subtype=pikepdf.Name.FreeText, Rect=rect, Contents="Änne")

    data = changed(FLAT_BLANK, remark)
    assert zones(data, FEEDBACK)["vorname"].text == "Änne"
    with opened(data) as document:
        assert "Änne" in [block.text for block in document.pages[0].blocks]


def test_text_that_leaves_its_place_is_kept_whole_and_doubtful() -> None:
    left, low, width, _ = _corner(FEEDBACK, "abbruch_am")
    text = "am dritten Mai zweitausenddreiundzwanzig"
    data = changed(FLAT_BLANK, lambda pdf: _write(pdf, text, left + width / 2, low + 5))
    seen = zones(data, FEEDBACK)["abbruch_am"]
    assert seen.text == text
    assert Doubt.OVERFLOW in seen.doubts


def test_a_last_line_below_its_place_is_not_lost() -> None:
    left, low, _, _ = _corner(FEEDBACK, "abbruch_gruende")

    def write(pdf: pikepdf.Pdf) -> None:
        _write(pdf, "Der Grund.", left + 3, low + 4)
        _write(pdf, "Noch einer.", left + 3, low - 8)

    seen = zones(changed(FLAT_BLANK, write), FEEDBACK)["abbruch_gruende"]
    assert seen.text.split() == ["Der", "Grund.", "Noch", "einer."]
    assert Doubt.OVERFLOW in seen.doubts


def test_scan_pages_are_left_to_others() -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=grey_picture(pdf)))
    page.Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /P Do")
    data = saved(pdf)
    with opened(data) as document:
        assert document.pages[0].medium is Medium.SCAN
        assert document.zones(1, layout(FEEDBACK), 1) == ()
        assert document.picture(1, 100).shape == (1170, 827)


@pytest.mark.engine
@pytest.mark.slow
@needs_office
def test_values_near_a_row_that_grew_in_word_are_never_accepted_wrong(tmp_path: Path) -> None:
    values: dict[str, Value] = PLAN | {
        "ifk_name": "Frau Dr. Sommerfeld-Wintermann vom Fallmanagement in Göttingen",
        "ifk_telefon": "0551 5550142",
        "projektname": "Werkstatt",
        "teilnahme_von": date(2023, 2, 1),
    }
    definition = DEFINITIONS.get("erwartungsbogen")
    word = WordRenderer(
        lambda ref: (TEMPLATES / ref.form / ref.edition / "form.docx").read_bytes()
    )
    source = tmp_path / "form.docx"
    source.write_bytes(word.render(definition, values, "PROBE"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    seen = zones((tmp_path / "form.pdf").read_bytes(), EXPECTATION)
    moved = [key for key, one in seen.items() if Doubt.FOREIGN_LAYOUT in one.doubts]
    assert "ifk_telefon" in moved
    for field in definition.fields:
        if field.kind in (FieldKind.TEXT, FieldKind.DATE) and field.key in seen:
            one, value = seen[field.key], values.get(field.key)
            true = "" if value is None else shown(field, value)
            assert one.text.strip() in (true, field.placeholder) or one.doubts, field.key


@pytest.mark.parametrize(
    ("key", "drawn", "doubtful"),
    [
        ("name", "Nguy?n", True),
        ("name", "Frau ?", True),
        ("q1_erwartung", "Das war Nguy?n.", True),
        ("q1_erwartung", "Ist das ein Ziel? Ja.", False),
    ],
)
def test_letters_that_a_font_lacked_are_a_doubt(key: str, drawn: str, doubtful: bool) -> None:
    left, low, _, height = _corner(FEEDBACK, key)
    text = changed(FLAT_BLANK, lambda pdf: _write(pdf, drawn, left + 3, low + min(5, height / 3)))
    seen = zones(text, FEEDBACK)[key]
    assert seen.text == drawn
    assert (Doubt.CHARACTERS in seen.doubts) is doubtful
