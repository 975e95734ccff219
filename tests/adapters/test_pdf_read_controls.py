"""Form fields are read exactly, whoever filled them and whatever joined the files."""

import io
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdf
import pytest

from formservice.adapters.pdf_read.controls import text_string
from formservice.domain.document import Doubt, Medium, Method
from formservice.domain.errors import UnsupportedMediaError
from tests.adapters.pdf_forms import (
    EXPECTATION,
    FEEDBACK,
    changed,
    fields,
    filled_by_pikepdf,
    full_name,
    layout,
    opened,
    page_with,
    saved,
    template,
    zones,
)

TEXTS = {
    "name": "Đặng Ģirts",
    "vorname": "Zoë 🙂 👩‍👩‍👧",
    "traeger_massnahme": "(Klammern) \\ zurück \\( [eckig] A & B <C> {x} {{ y }}",
    "q1_erwartung": "Ich möchte „alles“ – ‚schaffen‘\n\n\tEingerückt  mit  Blanks  ",
    "q2_geaendert": "مرحبا بكم\nTiếng Việt: Đường",
    "abbruch_gruende": "Umzug. " * 900,
}
OTHER = {key: f"Anders: {text}" for key, text in TEXTS.items()}


def held(data: bytes, first_page: int = 1) -> dict[str, str]:
    return {key: seen.text for key, seen in fields(data, first_page).items() if key in TEXTS}


def test_every_character_of_a_value_is_kept() -> None:
    assert held(filled_by_pikepdf(template(FEEDBACK), TEXTS)) == TEXTS


def test_a_form_filled_by_pypdf_is_read_exactly() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(template(FEEDBACK)))
    values = {**TEXTS, "anlass.abbruch": "/Ja"}
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=False)
    stream = io.BytesIO()
    writer.write(stream)
    seen = fields(stream.getvalue())
    assert {key: seen[key].text for key in TEXTS} == TEXTS
    assert [seen[f"anlass.{option}"].on for option in ("nichtantritt", "abbruch", "regulaer")] == [
        False,
        True,
        False,
    ]


def test_a_form_filled_and_saved_by_pdfjs_is_read_exactly() -> None:
    # Recorded with pdfjs-dist: values set in its annotation storage, then saveDocument().
    data = (Path(__file__).parent / "data" / "filled_by_pdfjs.pdf").read_bytes()
    seen = fields(data)
    assert {key: seen[key].text for key in TEXTS} == TEXTS
    assert seen["anlass.abbruch"].on is True
    assert not seen["anlass.abbruch"].doubts


def test_an_untouched_form_is_blank_in_every_field() -> None:
    seen = {**fields(template(FEEDBACK), 1), **fields(template(FEEDBACK), 2)}
    assert len(seen) == 19
    assert all(sighting.blank for sighting in seen.values())


def test_fields_are_seen_where_they_are_printed() -> None:
    box = fields(template(FEEDBACK))["name"].box
    zone = next(zone for zone in layout(FEEDBACK).zones if zone.key == "name")
    assert box is not None
    assert abs(box.left - zone.box.left) + abs(box.top - zone.box.top) < 0.002


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Gr\xfc\xdfe \x84 \x8d\x8c", "Grüße — “„"),
        (b"\xfe\xff" + "Łódź 🙂".encode("utf-16-be"), "Łódź 🙂"),
        (b"\xff\xfe" + "Łódź".encode("utf-16-le"), "Łódź"),
        (b"\xef\xbb\xbf" + "Łódź 🙂".encode(), "Łódź 🙂"),
        (b"\xfe\xff" + "\x1bdeDE\x1bhallo".encode("utf-16-be"), "hallo"),
        (b"eins\r\nzwei\rdrei\nvier", "eins\nzwei\ndrei\nvier"),
        (b"\xfe\xff" + "a\rb".encode("utf-16-be"), "a\nb"),
        (b"", ""),
    ],
)
def test_text_strings_are_decoded_by_their_mark(raw: bytes, text: str) -> None:
    assert text_string(raw) == text


@pytest.mark.parametrize("raw", [b"\x9f!", b"\xfe\xff\xd8\x00", b"\xef\xbb\xbf\xff"])
def test_bytes_without_meaning_raise_a_doubt(raw: bytes) -> None:
    seen = fields(filled_by_pikepdf(template(FEEDBACK), {"name": raw}))["name"]
    assert "\ufffd" in seen.text
    assert seen.doubts == {Doubt.CHARACTERS}


def _set_box(data: bytes, **entries: object) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        for widget in pdf.pages[0].Annots:
            if full_name(widget) == "anlass.abbruch":
                for key, value in entries.items():
                    if value is None:
                        del widget[f"/{key}"]
                    else:
                        widget[f"/{key}"] = value

    return changed(data, change)


@pytest.mark.parametrize(
    ("value", "shown", "on", "doubtful"),
    [
        ("Ja", "Ja", True, False),
        ("Ja", None, True, False),
        (None, "Ja", True, False),
        ("Yes", "Yes", True, False),
        ("Off", "Off", False, False),
        (None, None, False, False),
        ("Ja", "Off", True, True),
        ("Off", "Ja", True, True),
    ],
)
def test_a_box_is_ticked_if_value_or_look_say_so_and_doubtful_if_they_differ(
    value: str | None, shown: str | None, on: bool, doubtful: bool
) -> None:
    entries = {"V": value and pikepdf.Name(f"/{value}"), "AS": shown and pikepdf.Name(f"/{shown}")}
    seen = fields(_set_box(template(FEEDBACK), **entries))["anlass.abbruch"]
    assert (seen.on, seen.blank) == (on, not on)
    assert (Doubt.CONFLICT in seen.doubts) is doubtful


@pytest.mark.parametrize(("value", "on"), [("/Ja", True), ("/Off", False)])
def test_the_value_rules_where_viewers_draw_all_fields_anew(value: str, on: bool) -> None:
    data = _set_box(
        template(FEEDBACK), V=pikepdf.Name(value), AS=pikepdf.Name("/Off" if on else "/Ja")
    )
    data = changed(data, lambda pdf: setattr(pdf.Root.AcroForm, "NeedAppearances", True))
    seen = fields(data)["anlass.abbruch"]
    assert seen.on is on
    assert not seen.doubts


def test_a_string_as_value_of_a_box_counts_like_a_name() -> None:
    data = _set_box(template(FEEDBACK), V=pikepdf.String("Ja"), AS=None)
    assert fields(data)["anlass.abbruch"].on is True


def test_each_button_of_a_group_is_one_option() -> None:
    pdf = page_with(b"")
    group = pdf.make_indirect(
        pikepdf.Dictionary(
            T="anlass", FT=pikepdf.Name.Btn, Ff=1 << 15, V=pikepdf.Name.abbruch, Kids=[]
        )
    )
    annotations = pikepdf.Array()
    for index, option in enumerate(("nichtantritt", "abbruch")):
        look = pikepdf.Dictionary(
            {f"/{option}": pdf.make_stream(b""), "/Off": pdf.make_stream(b"")}
        )
        button = pdf.make_indirect(
            pikepdf.Dictionary(
                Subtype=pikepdf.Name.Widget,
                Rect=[10, 10 + 20 * index, 20, 20 + 20 * index],
                AP=pikepdf.Dictionary(N=look),
                AS=pikepdf.Name.abbruch if option == "abbruch" else pikepdf.Name.Off,
                Parent=group,
            )
        )
        group.Kids.append(button)
        annotations.append(button)
    pdf.pages[0].Annots = annotations
    seen = fields(saved(pdf))
    assert {key: each.on for key, each in seen.items()} == {
        "anlass.nichtantritt": False,
        "anlass.abbruch": True,
    }
    assert not any(each.doubts for each in seen.values())


def test_two_fields_of_one_name_that_differ_are_both_kept_and_doubtful() -> None:
    pdf = page_with(b"")
    pdf.pages[0].Annots = pikepdf.Array(
        pdf.make_indirect(
            pikepdf.Dictionary(
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="name",
                V=value,
                Rect=[10, 10, 90, 20],
            )
        )
        for value in ("Anna", "Berta")
    )
    with opened(saved(pdf)) as document:
        seen = document.pages[0].sightings
    assert [each.text for each in seen] == ["Anna", "Berta"]
    assert all(each.doubts == {Doubt.CONFLICT} for each in seen)


def test_a_loop_of_parents_ends() -> None:
    def knot(pdf: pikepdf.Pdf) -> None:
        for widget in pdf.pages[0].Annots:
            if "/Parent" in widget:
                widget.Parent.Parent = widget.Parent

    seen = fields(changed(template(FEEDBACK), knot))
    assert "name" in seen


def pypdf_append(first: bytes, second: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(first))
    writer.append(io.BytesIO(second))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pypdf_under_new_parents(first: bytes, second: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    for number, data in enumerate((first, second)):
        reader = pypdf.PdfReader(io.BytesIO(data))
        reader.add_form_topname(f"form{number}")
        writer.append(reader)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pypdf_page_by_page(first: bytes, second: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    for data in (first, second):
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            writer.add_page(page)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pikepdf_extend(first: bytes, second: bytes) -> bytes:
    joined = pikepdf.new()
    with warnings.catch_warnings():
        # It says that the fields lose their form; that they are read all the same is the point.
        warnings.simplefilter("ignore")
        for data in (first, second):
            joined.pages.extend(pikepdf.open(io.BytesIO(data)).pages)
    return saved(joined)


def _run(tmp: Path, first: bytes, second: bytes, *command: str) -> bytes:
    (tmp / "first.pdf").write_bytes(first)
    (tmp / "second.pdf").write_bytes(second)
    subprocess.run(command, cwd=tmp, check=True, timeout=60)
    return (tmp / "joined.pdf").read_bytes()


@pytest.mark.parametrize(
    "join", [pypdf_append, pypdf_under_new_parents, pypdf_page_by_page, pikepdf_extend]
)
def test_two_forms_in_one_file_keep_their_own_values(
    join: Callable[[bytes, bytes], bytes],
) -> None:
    data = join(*_two_forms())
    assert (held(data, 1), held(data, 3)) == (TEXTS, OTHER)


@pytest.mark.engine
@pytest.mark.parametrize(
    "command",
    [
        ("qpdf", "--empty", "--pages", "first.pdf", "second.pdf", "--", "joined.pdf"),
        ("qpdf", "first.pdf", "--pages", ".", "second.pdf", "--", "joined.pdf"),
        ("pdfunite", "first.pdf", "second.pdf", "joined.pdf"),
    ],
    ids=["qpdf-empty", "qpdf-append", "pdfunite"],
)
def test_two_forms_joined_by_a_program_keep_their_own_values(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    data = _run(tmp_path, *_two_forms(), *command)
    assert (held(data, 1), held(data, 3)) == (TEXTS, OTHER)
    for page, option in ((1, "abbruch"), (3, "regulaer")):
        seen = {**fields(data, page), **zones(data, FEEDBACK, page, 1)}
        ticked = [key for key, each in seen.items() if key.startswith("anlass.") and each.on]
        assert ticked == [f"anlass.{option}"]


def _two_forms() -> tuple[bytes, bytes]:
    return (
        filled_by_pikepdf(template(FEEDBACK), TEXTS, ["anlass.abbruch"]),
        filled_by_pikepdf(template(FEEDBACK), OTHER, ["anlass.regulaer"]),
    )


def test_boxes_that_lost_the_name_of_their_choice_are_told_by_their_place() -> None:
    # „ja“ of two questions: without its parent the name says nothing.
    ticked = filled_by_pikepdf(template(EXPECTATION), {}, ["fahrkosten.ja"])
    data = pypdf_page_by_page(ticked, ticked)
    seen = zones(data, EXPECTATION, 2, 1)
    assert seen["fahrkosten.ja"].on is True
    assert seen["gesetzliche_betreuung.ja"].on is False
    assert seen["fahrkosten.ja"].method is Method.CONTROL


def test_what_the_file_says_of_itself_is_not_believed_of_joined_forms() -> None:
    single = template(FEEDBACK)
    with opened(single) as document:
        assert [claim.source for page in document.pages for claim in page.claims] == ["info"] * 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        joined = changed(
            single, lambda pdf: pdf.pages.extend(pikepdf.open(io.BytesIO(single)).pages)
        )
    with opened(joined) as document:
        assert not any(page.claims for page in document.pages)


def test_a_digital_signature_counts_as_signed() -> None:
    def sign(pdf: pikepdf.Pdf) -> None:
        for widget in pdf.pages[1].Annots:
            if full_name(widget) == "sig_tn":
                widget.V = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig))

    seen = zones(changed(template(FEEDBACK), sign), FEEDBACK, 2)
    assert (seen["sig_tn"].on, seen["sig_tn"].method) == (True, Method.CONTROL)
    assert (seen["sig_traeger"].on, seen["sig_traeger"].blank) == (False, True)


def test_a_dynamic_xfa_form_is_refused_by_name() -> None:
    pdf = page_with(b"BT /F 12 Tf 50 500 Td (Please wait...) Tj ET")
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))
    with pytest.raises(UnsupportedMediaError, match="XFA"):
        opened(saved(pdf))


def test_xfa_beside_ordinary_fields_does_not_matter() -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")

    data = changed(filled_by_pikepdf(template(FEEDBACK), TEXTS), add)
    assert held(data) == TEXTS


def test_the_text_of_a_page_full_of_fields_is_read_only_on_demand() -> None:
    with opened(template(FEEDBACK)) as document:
        assert document.pages[0].medium is Medium.ACROFORM
        assert document.pages[0].blocks == ()
        assert any(block.text == "Feedbackbogen" for block in document.blocks(1))
