"""Building a form: what is refused, what is written, and that it can be repeated."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from formservice.adapters.building import office
from formservice.adapters.building.build import as_json, build, build_form
from formservice.adapters.building.flow import flow
from formservice.domain.document import Box
from formservice.domain.errors import (
    DefinitionError,
    EngineError,
    EngineMissingError,
    EngineTimeoutError,
)
from formservice.domain.form import Field, FieldKind, FlowItem
from tests.adapters.stress_form import DEFINITION, stress_form
from tests.adapters.word_forms import add_marks, empty_form, saved, write
from tests.programs import needs_office


def _never(_: bytes) -> bytes:
    raise AssertionError("LibreOffice must not be started for an unfit Word file")


def _with(*fields: Field):
    return replace(DEFINITION, fields=fields)


def test_every_missing_doubled_and_unknown_control_is_named_at_once():
    document = empty_form()
    write(document.add_paragraph(), ("doppelt", "text"), ("doppelt", "text"), ("vornahme", "text"))
    definition = _with(
        *(Field(key, FieldKind.TEXT, key) for key in ("doppelt", "vorname", "fehlt"))
    )
    with pytest.raises(DefinitionError) as caught:
        build(definition, saved(document), convert=_never)
    problems = {problem.where: problem for problem in caught.value.problems}
    assert set(problems) == {"doppelt", "vorname", "fehlt", "vornahme"}
    assert problems["vornahme"].nearest == "vorname"


def test_printed_phrases_and_controls_come_in_reading_order():
    document = empty_form()
    document.sections[0].header.paragraphs[0].text = "Kopfzeile"
    write(document.add_paragraph(), "Von\t", ("von", "date"), "  bis ", ("bis", "date"))
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Antwort\nzweite Zeile"
    write(table.cell(0, 1).paragraphs[0], ("antwort", "multiline"))
    assert flow(saved(document)) == (
        FlowItem(text="Von"),
        FlowItem(anchor="von"),
        FlowItem(text="bis"),
        FlowItem(anchor="bis"),
        FlowItem(text="Antwort zweite Zeile"),
        FlowItem(anchor="antwort"),
    )


def test_a_folder_without_word_file_says_which_file_is_missing(tmp_path: Path):
    with pytest.raises(DefinitionError) as caught:
        build_form(tmp_path, DEFINITION)
    assert caught.value.problems[0].file == str(tmp_path / "form.docx")


def test_nothing_is_written_when_the_build_is_refused(tmp_path: Path):
    (tmp_path / "form.docx").write_bytes(saved(empty_form()))
    with pytest.raises(DefinitionError):
        build_form(tmp_path, DEFINITION)
    assert [path.name for path in tmp_path.iterdir()] == ["form.docx"]


def test_without_libreoffice_the_error_names_the_debian_package(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineMissingError) as caught:
        office.convert(b"")
    assert "libreoffice-writer" in caught.value.hint


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_a_conversion_that_takes_too_long_is_ended():
    with pytest.raises(EngineTimeoutError):
        office.convert(stress_form(), limit_s=0.05)


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_what_is_no_word_file_ends_in_an_engine_error():
    with pytest.raises(EngineError):
        office.convert(b"PK\x03\x04 no Word file")


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_two_builds_of_one_word_file_are_the_same_to_the_byte(tmp_path: Path):
    (tmp_path / "form.docx").write_bytes(stress_form())
    first = build_form(tmp_path, DEFINITION)
    docx = (tmp_path / "form.docx").read_bytes()  # with all that was missing in it
    written = {name: (tmp_path / name).read_bytes() for name in ("form.pdf", "fields.json")}
    second = build(DEFINITION, docx)
    assert written == {"form.pdf": second.pdf, "fields.json": as_json(second.fields)}
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "fields.json",
        "form.docx",
        "form.pdf",
    ]


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_a_control_on_every_page_is_refused():
    document = empty_form()
    write(document.sections[0].header.paragraphs[0], ("oben", "text"))
    write(document.add_paragraph(), ("unten", "text"))
    document.add_paragraph("Seite 2").paragraph_format.page_break_before = True
    fields = (Field(key, FieldKind.TEXT, key) for key in ("oben", "unten"))
    with pytest.raises(DefinitionError) as caught:
        build(_with(*fields), saved(document))
    assert [problem.where for problem in caught.value.problems] == ["oben"]


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_a_control_in_the_header_is_refused_for_screen_readers_do_not_find_it():
    document = empty_form()
    write(document.sections[0].header.paragraphs[0], ("oben", "text"))
    with pytest.raises(DefinitionError) as caught:
        build(_with(Field("oben", FieldKind.TEXT, "oben")), saved(document))
    assert [problem.where for problem in caught.value.problems] == ["oben"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip file at all"])
def test_what_is_no_word_file_is_named_before_libreoffice_is_started(content: bytes):
    with pytest.raises(DefinitionError) as caught:
        build(DEFINITION, content, convert=_never)
    assert caught.value.problems[0].file == "form.docx"


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_fields_without_room_and_pages_without_marks_are_all_named():
    document = empty_form()
    add_marks(document, qr=False)
    write(document.add_paragraph(), "Grund: ", ("grund", "multiline"))
    long = "Wort " * 16
    write(document.add_paragraph(), long, ("eng", "text"), " und mehr")
    fields = (
        Field("grund", FieldKind.MULTILINE, "Grund"),
        Field("eng", FieldKind.TEXT, "eng"),
    )
    with pytest.raises(DefinitionError) as caught:
        build(_with(*fields), saved(document))
    assert {problem.where for problem in caught.value.problems} >= {"grund", "formservice-qr-1"}


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_boxes_and_sizes_in_fields_json_fit_the_contract():
    fields = json.loads(as_json(build(DEFINITION, stress_form()).fields))
    assert (fields["form"], fields["edition"]) == ("pruefform", "2026-01")
    anchors = [anchor for field in DEFINITION.fields for anchor in field.anchors]
    assert sorted(zone["key"] for zone in fields["fields"]) == sorted(anchors)
    assert [item["anchor"] for item in fields["flow"] if "anchor" in item] == [
        zone["key"] for zone in fields["fields"]
    ]
    for zone in fields["fields"] + fields["qr"] + fields["squares"]:
        assert 1 <= zone["page"] <= len(fields["pages"])
        Box(*zone["box"])
    assert len(fields["qr"]) == 1
    assert len(fields["squares"]) == 3
