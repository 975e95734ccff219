"""Filled PDFs: values exact, fields alive, files the same for the same input."""

import ctypes
import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.adapters.building.check import weaknesses
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.domain.errors import DefinitionError
from formservice.domain.form import Field, FieldKind
from formservice.domain.record import Value
from formservice.domain.text import clean
from tests.adapters.pdf_filled import (
    NASTY,
    PARAGRAPH,
    definitions,
    fields,
    filled,
    joined,
    template,
    whole,
)

BOTH = ["erwartungsbogen", "feedbackbogen"]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("key", ["erwartungen", "anschrift", "email"])
def test_a_value_is_in_the_file_character_for_character(key, text):
    assert joined(filled("erwartungsbogen", {key: text}), key) == text


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_another_library_reads_the_same_value(text):
    made = pypdf.PdfReader(BytesIO(filled("erwartungsbogen", {"erwartungen": text})))
    found = made.get_fields() or {}
    parts = [found[name].get("/V") for name in found if name.startswith("erwartungen")]
    assert "".join(str(part) for part in parts) == text


@settings(max_examples=150)
@given(st.text(max_size=400).map(clean), st.sampled_from(["q3_erreicht", "name"]))
def test_any_text_survives(text, key):
    made = filled("feedbackbogen", {key: text})
    assert joined(made, key) == text


@pytest.mark.parametrize("form", BOTH)
def test_every_field_takes_its_value_and_no_other(form):
    definition, values = definitions()[form], whole(form)
    found = fields(filled(form, values))
    for field in definition.fields:
        if field.kind is FieldKind.CHOICE:
            for option in field.options:
                box = found[f"{field.key}.{option.key}"]
                state = "/Ja" if option.key == values[field.key] else "/Off"
                assert (box.value, box.state) == (state, state)
        elif field.kind is FieldKind.DATE:
            assert "2026" in (found[field.key].value or "")
        elif field.kind is not FieldKind.SIGNATURE:
            assert found[field.key].value == values[field.key]


@pytest.mark.parametrize("form", BOTH)
def test_a_blank_form_has_no_values(form):
    for name, seen in fields(filled(form, {})).items():
        assert seen.value == ("/Off" if "." in name else None)
        assert seen.state == ("/Off" if "." in name else "")


def test_a_date_is_written_as_the_form_shows_it():
    day = datetime.date(2023, 7, 24)
    found = fields(filled("erwartungsbogen", {"geburtsdatum": day, "formular_datum": day}))
    assert found["geburtsdatum"].value == "24.07.2023"
    assert found["formular_datum"].value == "24. Juli 2023"


def test_a_known_signature_is_noted_and_the_field_can_still_be_signed():
    found = fields(filled("feedbackbogen", {"sig_tn": True, "sig_traeger": False}))
    assert found["sig_tn"].contents == "gez."
    assert found["sig_tn"].value is None
    assert found["sig_traeger"].contents == ""


def test_overlong_text_goes_on_on_a_sheet_behind_the_form():
    text = (PARAGRAPH * 60)[:9000]
    made = filled("feedbackbogen", {"q3_erreicht": text, "q8_danach": "Arbeiten."})
    found = fields(made)
    assert joined(made, "q3_erreicht") == text
    assert len(found["q3_erreicht"].value or "") > 500
    assert found["q3_erreicht__2"].title.endswith("(Teil 2)")
    with pikepdf.open(BytesIO(made)) as pdf:
        sheets = len([name for name in found if "__" in name])
        assert sheets >= 1
        assert len(pdf.pages) == 2 + sheets
        assert weaknesses(pdf) == []


def test_a_text_is_parted_after_white_space_where_it_has_any():
    text = PARAGRAPH * 60
    found = fields(filled("feedbackbogen", {"q3_erreicht": text}))
    assert (found["q3_erreicht"].value or "").endswith(" ")


def test_every_overlong_field_has_sheets_of_its_own_in_the_order_of_the_form():
    texts = {"q5_nicht_erreicht": PARAGRAPH * 20, "q1_erwartung": PARAGRAPH * 90, "name": "N" * 99}
    made = filled("feedbackbogen", texts)
    for key, text in texts.items():
        assert joined(made, key) == text
    order = [name.partition("__")[0] for name in fields(made) if "__" in name]
    assert list(dict.fromkeys(order)) == ["name", "q1_erwartung", "q5_nicht_erreicht"]


def test_without_a_sheet_overlong_text_is_refused_not_cut():
    alone = PdfRenderer(template)
    with pytest.raises(DefinitionError):
        alone.render(definitions()["feedbackbogen"], {"name": "N" * 500}, "")


def test_a_value_without_a_field_in_the_built_form_is_refused_not_lost():
    definition = definitions()["feedbackbogen"]
    added = Field("neu", FieldKind.TEXT, "Neu:")
    newer = dataclasses.replace(definition, fields=(*definition.fields, added))
    with pytest.raises(DefinitionError) as caught:
        PdfRenderer(template).render(newer, {"neu": "x"}, "")
    assert [problem.where for problem in caught.value.problems] == ["neu"]


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize("values", [{}, None], ids=["blank", "whole"])
def test_the_file_stays_tagged_and_accessible(form, values):
    made = filled(form, whole(form) if values is None else values)
    with pikepdf.open(BytesIO(made)) as pdf:
        assert weaknesses(pdf) == []
        assert pdf.check_pdf_syntax() == []
        assert pdf.Root.Lang == "de-DE"
        assert "/NeedAppearances" not in pdf.Root.AcroForm


def test_the_same_input_gives_the_same_bytes():
    values: dict[str, Value] = {
        "q3_erreicht": NASTY["arabic"] + NASTY["other scripts"] + PARAGRAPH * 40
    }
    first = filled("feedbackbogen", values)
    again = PdfRenderer(template, definitions()["beiblatt"])
    assert again.render(definitions()["feedbackbogen"], values, "ABC234DEF7") == first


def test_many_threads_make_the_same_files_as_one():
    texts = [PARAGRAPH * count for count in (1, 30, 2, 60, 3, 1, 30, 2)]
    alone = [filled("feedbackbogen", {"q3_erreicht": text}) for text in texts]
    shared = PdfRenderer(template, definitions()["beiblatt"])

    def make(text):
        return shared.render(definitions()["feedbackbogen"], {"q3_erreicht": text}, "ABC234DEF7")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(make, texts)) == alone


def test_the_file_says_form_edition_and_reference():
    with pikepdf.open(BytesIO(filled("feedbackbogen", {}, "REF7"))) as pdf:
        assert pdf.docinfo["/FormserviceForm"] == "feedbackbogen"
        assert pdf.docinfo["/FormserviceEdition"] == "2023-09-22"
        assert pdf.docinfo["/FormserviceReference"] == "REF7"
        assert pdf.docinfo["/Title"] == "Feedbackbogen"
        assert b"formservice:feedbackbogen/2023-09-22#REF7" in pdf.Root.Metadata.read_bytes()


def ids(data: bytes) -> tuple[bytes, bytes]:
    with pikepdf.open(BytesIO(data)) as pdf:
        return bytes(pdf.trailer.ID[0]), bytes(pdf.trailer.ID[1])


def test_the_permanent_id_follows_the_reference_and_the_changing_one_the_content():
    first = ids(filled("feedbackbogen", {"name": "A"}, "REF7"))
    other_value = ids(filled("feedbackbogen", {"name": "B"}, "REF7"))
    other_reference = ids(filled("feedbackbogen", {"name": "A"}, "REF8"))
    assert first[0] == other_value[0] != other_reference[0]
    assert first[1] != other_value[1]


def test_a_filled_form_can_be_filled_again_by_others():
    values = whole("feedbackbogen")
    writer = pypdf.PdfWriter(clone_from=BytesIO(filled("feedbackbogen", values)))
    for page in writer.pages:
        writer.update_page_form_field_values(page, {"name": "Neu"}, auto_regenerate=False)
    buffer = BytesIO()
    writer.write(buffer)
    found = pypdf.PdfReader(buffer).get_fields() or {}
    assert found["name"]["/V"] == "Neu"
    assert found["vorname"]["/V"] == values["vorname"]
    assert found["q8_danach"]["/V"] == values["q8_danach"]


def test_a_file_needs_other_fonts_only_for_other_scripts():
    def fonts(text: str) -> list[str]:
        with pikepdf.open(BytesIO(filled("feedbackbogen", {"q3_erreicht": text}))) as pdf:
            widget = next(w for w in pdf.pages[0].Annots if str(w.get("/T")) == "q3_erreicht")
            return sorted(widget.AP.N.Resources.Font.keys())

    assert fonts(NASTY["names"]) == ["/FsSans"]
    assert fonts(NASTY["arabic"]) == ["/FsArabic", "/FsSans"]


def test_a_person_can_still_type_into_a_filled_form():
    definition = definitions()["feedbackbogen"]
    assert definition.layout is not None
    zone = next(zone for zone in definition.layout.zones if zone.key == "q1_erwartung")
    document = pypdfium2.PdfDocument(filled("feedbackbogen", whole("feedbackbogen")))
    document.init_forms()
    form = document.formenv.raw
    page = document[zone.page - 1]
    width, height = page.get_size()
    x, y = (zone.box.left + 0.05) * width, (1 - zone.box.top - 0.01) * height
    pdfium.FORM_OnLButtonDown(form, page.raw, 0, x, y)
    pdfium.FORM_OnLButtonUp(form, page.raw, 0, x, y)
    pdfium.FORM_SelectAllText(form, page.raw)
    typed = "Größer werden.\0".encode("utf-16-le")
    wide = (ctypes.c_ushort * (len(typed) // 2)).from_buffer_copy(typed)
    pdfium.FORM_ReplaceSelection(form, page.raw, wide)
    pdfium.FORM_ForceToKillFocus(form)
    buffer = BytesIO()
    document.save(buffer)
    document.close()
    found = pypdf.PdfReader(buffer).get_fields() or {}
    assert found["q1_erwartung"]["/V"] == "Größer werden."
    assert found["vorname"]["/V"] == whole("feedbackbogen")["vorname"]
