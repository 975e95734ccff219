"""The archive copy: the official form without fields, the record inside, the same every time."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from typing import Any  # a PDF holds whatever it holds

import numpy as np
import pikepdf
import pypdf
import pypdfium2
import pytest

from formservice.adapters.archive_copy import copies as archive_copies
from formservice.adapters.archive_copy import envelope
from formservice.adapters.archive_copy.checks import check
from formservice.adapters.archive_copy.copies import DEFINITION, PROTOCOL, RECORD
from formservice.application.pruefprotokoll import CaseFile, protocol, values_of
from formservice.domain.canonical import canonical, digest
from formservice.domain.errors import EngineError
from tests.adapters.archive_cases import (
    AT,
    FEEDBACK,
    LONG,
    RECEIVED,
    SERVICES,
    case,
    case_of,
    copies,
    copy,
)

FORMS = sorted({one.ref.form for one in SERVICES.forms} - {"beiblatt"})


def text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return "\n".join(pages).replace("\r\n", "\n")


def elements(pdf):
    def below(element):
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                yield from below(kid)

    return below(pdf.Root.StructTreeRoot)


@pytest.mark.parametrize("form", FORMS)
def test_the_copy_of_every_form_passes_our_own_checks_and_has_no_field_left(form):
    made = copy(form)
    assert check(made) == []
    with pikepdf.open(BytesIO(made)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert not any("/Annots" in page for page in pdf.pages)


@pytest.mark.parametrize("form", FORMS)
def test_the_form_looks_as_it_did_with_its_fields(form):
    definition = SERVICES.forms.get(form)
    filled = copies()._renderer.render(
        definition, values_of(definition, case(form).reading), "TEST00000001"
    )
    before, after = pypdfium2.PdfDocument(filled), pypdfium2.PdfDocument(copy(form))
    before.init_forms()
    for number in range(len(before)):
        wanted, got = (
            np.asarray(one[number].render(scale=1, grayscale=True).to_pil(), dtype=np.int16)
            for one in (before, after)
        )
        # PDFium itself colours fields that can be filled; ink is what counts.
        assert (np.abs((wanted < 128).astype(int) - (got < 128)).mean()) < 0.0005
    before.close()
    after.close()


def test_the_record_comes_back_from_the_copy_with_the_stored_hash():
    stored = case().versions[-1]
    with pikepdf.open(BytesIO(copy())) as pdf:
        by_pikepdf = {name: one.get_file().read_bytes() for name, one in pdf.attachments.items()}
    reader = pypdf.PdfReader(BytesIO(copy()))
    by_pypdf = {name: content[0] for name, content in reader.attachments.items()}
    assert by_pikepdf == by_pypdf
    assert set(by_pypdf) == {RECORD, DEFINITION, PROTOCOL}
    assert json.loads(by_pypdf[RECORD]) == json.loads(canonical(dict(stored.reading)))
    assert hashlib.sha256(by_pypdf[RECORD]).hexdigest() == stored.sha256
    assert digest(json.loads(by_pypdf[RECORD])) == stored.sha256
    assert json.loads(by_pypdf[PROTOCOL])["sha256"]["record"] == stored.sha256


def test_every_attachment_says_what_it_is_and_stands_once_among_the_associated_files():
    with pikepdf.open(BytesIO(copy())) as pdf:
        named = list(pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles).values())
        assert [one.objgen for one in pdf.Root.AF] == [one.objgen for one in named]
        for one in named:
            assert one.AFRelationship == "/Data"
            assert one.EF.F.Subtype == "/application/json"
            assert str(one.EF.F.Params.ModDate) == "D:20260420080000+00'00'"
            assert str(one.Desc)


def test_the_same_case_gives_the_same_bytes_and_its_date_is_that_of_the_record():
    case_again = case_of("feedbackbogen", FEEDBACK)
    assert copies().make(case_again, SERVICES.forms.get("feedbackbogen")).pdf == copy()
    with pikepdf.open(BytesIO(copy())) as pdf:
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260420080000+00'00'"
        assert len(pdf.trailer.ID) == 2


def test_what_was_typed_extracts_between_the_printed_words_it_stands_between():
    told = text(copy())
    order = [
        "Name",
        "Nguyễn",
        "Vorname",
        "Hòa",
        "Abbruch am",
        "17.03.2026",
        "Ich habe eine Stelle",
    ]
    places = [told.index(one) for one in order]
    assert places == sorted(places)
    assert told.count("gez.") == 1


def test_what_a_page_repeats_extracts_where_it_is_read_aloud():
    told = " ".join(text(copy("integrationsfoerderplan")).split())
    for number in range(1, 6):
        assert f"Ziel {number} : Ziel Nummer {number} " in told
    assert told.count("Leistungen Tesfay Was") == 5


def said_instead(data):
    """Yield every text that is told in place of what is drawn, page by page."""
    with pikepdf.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            for step in pikepdf.parse_content_stream(page):
                if str(step.operator) == "BDC" and "/ActualText" in step.operands[1]:
                    yield str(step.operands[1].ActualText)


def test_every_box_says_whether_it_is_ticked():
    said = [one for one in said_instead(copy()) if "angekreuzt" in one]
    assert said == ["nicht angekreuzt", "angekreuzt", "nicht angekreuzt"]


def test_text_beyond_its_field_stands_whole_on_sheets_behind_the_form():
    (read, *_) = SERVICES.read(copy(), received=RECEIVED)
    assert read.record is not None
    assert read.record.value("q3_erreicht") == LONG
    assert read.record.value("anlass") == "abbruch"


def test_letters_no_font_draws_are_told_exactly_to_those_who_cannot_see():
    assert FEEDBACK["q7_ressourcen"] in set(said_instead(copy()))


def test_thousands_of_signs_nobody_sees_break_no_limit_of_the_format():
    given = case_of("feedbackbogen", FEEDBACK | {"q7_ressourcen": "a" + "\u200b" * 20_000 + "b"})
    made = copies().make(given, SERVICES.forms.get("feedbackbogen")).pdf
    assert check(made) == []
    with pikepdf.open(BytesIO(made)) as pdf:
        kept = json.loads(pdf.attachments[RECORD].get_file().read_bytes())
    assert kept["fields"]["q7_ressourcen"]["value"] == "a" + "\u200b" * 20_000 + "b"


def test_blank_fields_leave_no_element_behind():
    with pikepdf.open(BytesIO(copy())) as pdf:
        assert not any(str(one.S) == "/Form" for one in elements(pdf))
        held = [str(one.T) for one in elements(pdf) if "/T" in one]
    assert "Name" in held
    assert "Vorlage" not in held


def test_the_protocol_names_people_reasons_findings_and_deadlines_and_no_answer():
    shown = json.dumps(protocol(case(), SERVICES.forms.get("feedbackbogen")), ensure_ascii=False)
    told = json.loads(shown)
    assert "Frau Sommerfeld" in shown
    assert "Post lief lange" in shown
    assert told["deadlines"][0]["why"]
    assert told["events"][0]["seq"] == 4
    assert told["events"][0]["told"] == "von „in Prüfung“ zu „angenommen“"
    late = next(one for one in told["findings"] if one["code"] == "deadline.missed")
    assert late["answered"]["reason"] == "Post lief lange"
    assert "Nguyễn" not in shown
    assert "Fahrräder" not in shown


def test_the_protocol_pages_can_be_read_by_people():
    told = text(copy())
    for one in ("Prüfprotokoll", "Post lief lange", "Frau Sommerfeld", "§ 187", "Leitung"):
        assert one in told
    assert case().versions[-1].sha256 in told.replace("\n", "")


def test_a_table_that_goes_on_on_a_further_page_has_its_headers_there_as_well():
    links = tuple(replace(case().links[0], seq=number) for number in range(1, 61))
    made = copies().make(replace(case(), links=links), SERVICES.forms.get("feedbackbogen")).pdf
    assert check(made) == []
    document = pypdfium2.PdfDocument(made)
    pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    listed = [page for page in pages if "„in Prüfung“ zu „angenommen“" in page]
    assert len(listed) > 2
    assert all("Nr. Wann Wer Was Hash" in page for page in listed)
    assert headers(made) == headers(copy())


def headers(made: bytes) -> int:
    """Return how many headers of columns a file has for those who cannot see."""
    with pikepdf.open(BytesIO(made)) as pdf:
        found: list[Any] = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        return sum(
            one.get("/S") == "/TH" and one.get("/A", {}).get("/Scope") == "/Column"
            for one in found
        )


def test_every_file_that_a_document_was_read_from_is_named_by_its_hash():
    several = replace(case(), originals=("a" * 64, "b" * 64))
    shown = text(copies().make(several, SERVICES.forms.get("feedbackbogen")).pdf)
    assert "Original 1" in shown
    assert "a" * 64 in shown
    assert "b" * 64 in shown
    pages = [{"sha256": "c" * 64, "page": 1}, {"sha256": "d" * 64, "page": 1}]
    told = protocol(
        CaseFile("v", {**case().reading, "pages": pages}, AT),
        SERVICES.forms.get("feedbackbogen"),
    )
    hashes: Any = told["sha256"]
    assert hashes["originals"] == ["c" * 64, "d" * 64]


def test_a_copy_of_what_nobody_accepted_says_so():
    assert "Darstellung des angenommenen Datensatzes" in " ".join(text(copy()).split())
    draft = replace(case(), state=None)
    made = copies().make(draft, SERVICES.forms.get("feedbackbogen")).pdf
    assert "gelesenen, nicht angenommenen Datensatzes" in " ".join(text(made).split())


def test_without_attachments_the_copy_is_pdf_a_2_and_the_record_lies_beside():
    made = copies(embed=False).make(case(), SERVICES.forms.get("feedbackbogen"))
    assert check(made.pdf) == []
    assert set(made.beside) == {RECORD, DEFINITION, PROTOCOL}
    with pikepdf.open(BytesIO(made.pdf)) as pdf:
        assert not pdf.attachments
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf.Root.Metadata.read_bytes()


def test_a_copy_that_fails_the_checks_is_not_made(monkeypatch):
    sealed = envelope.sealed

    def without_language(pdf, described, attachments):
        with pikepdf.open(BytesIO(sealed(pdf, described, attachments))) as made:
            del made.Root.Lang
            buffer = BytesIO()
            made.save(buffer, deterministic_id=True)
        return buffer.getvalue()

    monkeypatch.setattr(archive_copies, "sealed", without_language)
    with pytest.raises(EngineError, match=r"katalog\.sprache"):
        copies().make(case(), SERVICES.forms.get("feedbackbogen"))


def test_a_free_sheet_behind_the_form_is_part_of_the_copy():
    reading = dict(case().reading)
    told = {"reading": "read", "value": "Der Chef hat gefragt.\nJa!", "accepted": True}
    reading["sheets"] = [
        {
            "form": {"id": "beiblatt", "edition": "2026-11"},
            "pages": [3],
            "answers": "abbruch_gruende",
            "fields": {"fortsetzung": told, "datum": told | {"value": "2026-03-18"}},
        }
    ]
    changed = CaseFile("vorgang-2", reading, AT)
    shown = text(copies().make(changed, SERVICES.forms.get("feedbackbogen")).pdf)
    assert "Frei geschriebenes Beiblatt zu" in shown
    assert "Der Chef hat gefragt." in shown
    assert "18.03.2026" in shown


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("qpdf") is None, reason="the Debian package qpdf is missing")
@pytest.mark.parametrize("form", ["feedbackbogen", "integrationsfoerderplan"])
def test_qpdf_finds_nothing_wrong(form, tmp_path):
    file = tmp_path / "kopie.pdf"
    file.write_bytes(copy(form))
    run = subprocess.run(["qpdf", "--check", file], capture_output=True, timeout=60)
    assert run.returncode == 0, run.stdout


def test_letters_that_no_font_has_are_named_in_the_protocol():
    definition = SERVICES.forms.get("feedbackbogen")
    reading: Any = json.loads(json.dumps(case().reading))
    reading["fields"]["name"] |= {"value": "中文 Müller", "raw": "中文 Müller"}
    shown = text(copies().make(replace(case(), reading=reading), definition).pdf)
    assert "Was nur im eingebetteten Datensatz vollständig steht" in shown
    assert "U+4E2D, U+6587" in shown
    assert "U+4E2D" not in text(copy())
