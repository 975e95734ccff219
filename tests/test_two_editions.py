"""Two editions of one form side by side: both are generated, sent around and told apart."""

import io
from datetime import date
from pathlib import Path

import docx
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from formservice.adapters import pdf_names
from formservice.adapters.pdf_read.reader import PdfReader
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from formservice.domain.document import Page
from formservice.domain.form import FormDefinition
from formservice.domain.values import values_from_data
from tests import known
from tests.adapters.pdf_filled import flattened
from tests.make_samples import foreign, make, office
from tests.programs import needs_office, needs_tesseract
from tests.sample_cases import Case

ROOT = Path(__file__).parent.parent
SERVICES = known.services(lambda: "PROBE2")
OLD = SERVICES.forms.get("feedbackbogen", "2023-09-22")
NEW = SERVICES.forms.get("feedbackbogen", "2026-11")
BOTH = pytest.mark.parametrize("definition", [OLD, NEW], ids=lambda one: one.ref.edition)
RECEIVED = date(2026, 7, 2)
IN_BOTH: dict[str, object] = {
    "traeger_massnahme": "Bildungsverein Leinetal e.V., Werkstatt",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
    "name": "Öztürk",
    "vorname": "Nele",
    "anlass": "regulaer",
    "q1_erwartung": "Ich will Köchin werden.",
    "q2_geaendert": "Nein.",
    "q3_erreicht": "Ich habe einen Platz für die Ausbildung.",
    "q4_wodurch": "Mit dem Praktikum in der Kantine.",
    "q5_nicht_erreicht": "Den Führerschein habe ich nicht geschafft.",
    "q6_warum_nicht": "Mir hat das Geld gefehlt.",
    "q7_ressourcen": "Ich traue mir mehr zu.",
    "q8_danach": "Ich fange im August an.",
    "erstellt_am": "2026-06-30",
}
ONLY_NEW = {"geburtsdatum": "2001-02-28", "gespraech_am": "2026-06-29"}


def case_of(definition: FormDefinition) -> Case:
    values = IN_BOTH | (ONLY_NEW if definition is NEW else {})
    return Case("feedbackbogen", "zwei-ausgaben", RECEIVED.isoformat(), values)


def read(data: bytes) -> list[ReadDocument]:
    return SERVICES.read(data, received=RECEIVED)


def opened(data: bytes) -> list[Page]:
    with PdfReader(lambda ref: SERVICES.template(ref, "form.pdf")).open(data) as document:
        return list(document.pages)


def assert_read(definition: FormDefinition, data: bytes, *, exact: bool) -> ReadDocument:
    """The file is one document of this very edition; what was written is in its fields."""
    (found,) = read(data)
    assert found.definition is definition
    assert found.record is not None
    truth = values_from_data(definition, case_of(definition).values)
    wrong: list[str] = []
    for key, extraction in found.record.fields.items():
        same = (extraction.value or None) == truth.get(key)
        if not same and (exact or extraction.accepted):
            wrong.append(key)
    assert wrong == []
    return found


@BOTH
@pytest.mark.parametrize("channel", ["docx", "acroform", "flat"])
def test_an_edition_is_read_back_from_what_was_generated_of_it(definition, channel):
    data, _ = make(SERVICES, definition, case_of(definition), channel)
    assert_read(definition, data, exact=True)


@BOTH
@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_scan_is_read_as_the_edition_its_codes_name(definition):
    data, _ = make(SERVICES, definition, case_of(definition), "scan")
    found = assert_read(definition, data, exact=False)
    assert found.record is not None
    assert found.record.value("anlass") == "regulaer"
    if definition is NEW:
        assert found.record.value("gespraech_am") == date(2026, 6, 29)


@BOTH
@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_scan_without_codes_is_known_by_the_page_that_differs(definition):
    data, _ = make(SERVICES, definition, case_of(definition), "acroform")
    assert_read(definition, _without_codes(definition, data), exact=False)


@BOTH
@pytest.mark.slow
@pytest.mark.engine
@needs_office
def test_a_file_saved_again_without_tags_is_read_as_its_edition(definition):
    data, _ = make(SERVICES, definition, case_of(definition), "docx")
    assert_read(definition, office(data, "docx"), exact=False)


@BOTH
def test_a_foreign_layout_is_known_by_the_wording_that_differs(definition):
    data, suffix = foreign(definition, case_of(definition))
    assert suffix == "docx"
    found = assert_read(definition, data, exact=False)
    assert found.record is not None
    assert found.record.value("q3_erreicht") == IN_BOTH["q3_erreicht"]


def test_a_foreign_layout_with_the_wording_of_both_is_left_to_a_person_who_is_told_which_form():
    data, _ = foreign(NEW, case_of(NEW))
    document = docx.Document(io.BytesIO(data))
    document.add_paragraph("☐ Nichtantritt eLb")
    out = io.BytesIO()
    document.save(out)
    (found,) = read(out.getvalue())
    assert found.definition is None
    said = str(document_data(found, "x.docx", "", 0.0)["findings"])
    assert "„Feedbackbogen (2023-09-22)“ oder „Feedbackbogen (2026-11)“" in said


@BOTH
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "last page first"])
def test_drawn_pages_without_a_footer_stay_one_document(definition, order):
    data, _ = make(SERVICES, definition, case_of(definition), "flat")
    bare = _anonymous(data, order)
    assert not any(page.claims for page in opened(bare))
    (found,) = read(bare)
    assert found.definition is definition
    assert found.page_numbers == (1, 2)


def test_two_editions_in_one_file_are_two_documents():
    parts = [make(SERVICES, one, case_of(one), "flat")[0] for one in (OLD, NEW)]
    with pikepdf.new() as joined:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as pdf:
                joined.pages.extend(pdf.pages)
        out = io.BytesIO()
        joined.save(out)
    found = read(out.getvalue())
    assert [(one.definition, one.page_numbers) for one in found] == [(OLD, (1, 2)), (NEW, (3, 4))]


def test_a_chosen_edition_that_is_not_that_of_the_document_is_objected_to():
    data, _ = make(SERVICES, OLD, case_of(OLD), "acroform")
    (found,) = SERVICES.read(data, received=RECEIVED, form=NEW)
    assert found.result is not None
    first = found.result.findings[0]
    assert first.code == "form.other"
    assert "Formular „Feedbackbogen (2023-09-22)“ gleich" in first.message
    assert "Gewählt ist „Feedbackbogen (2026-11)“" in first.message


def test_without_an_edition_the_newest_released_one_is_meant():
    assert OLD.released
    assert not NEW.released
    assert SERVICES.forms.get("feedbackbogen") is OLD
    assert SERVICES.forms.get("feedbackbogen/2026-11") is NEW


def test_the_new_edition_has_every_field_of_the_old_and_three_dates_more():
    old, new = [{field.key for field in one.fields} for one in (OLD, NEW)]
    assert new - old == {"geburtsdatum", "gespraech_am", "nichtantritt_am"}
    assert old <= new


def _without_codes(definition: FormDefinition, data: bytes) -> bytes:
    """Return the pages as pictures whose QR codes somebody covered."""
    assert definition.layout is not None
    pages = []
    document = pypdfium2.PdfDocument(flattened(data))
    for number, page in enumerate(document, 1):
        picture = np.array(page.render(scale=200 / 72, grayscale=True).to_pil())
        height, width = picture.shape
        for on, box in definition.layout.qr:
            if on == number:
                rows = slice(int(box.top * height), int(box.bottom * height) + 1)
                picture[rows, int(box.left * width) : int(box.right * width) + 1] = 255
        pages.append(Image.fromarray(picture))
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    return out.getvalue()


def _anonymous(data: bytes, order: tuple[int, ...]) -> bytes:
    """Return the pages in this order, without footers, in a file that says nothing."""
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.new() as bare:
        for number in order:
            page = pdf.pages[number]
            kept, depth, hidden = [], 0, 0
            for step in pikepdf.parse_content_stream(page):
                operands, operator = step.operands, step.operator
                if str(operator) in ("BDC", "BMC"):
                    depth += 1
                    if not hidden and str(operands[0]) == "/Artifact":
                        hidden = depth
                elif str(operator) == "EMC":
                    hidden = 0 if hidden == depth else hidden
                    depth -= 1
                elif not hidden or str(operator) in ("q", "Q", "cm"):
                    kept.append(step)
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
            if pdf_names.CODE in page.obj:
                del page.obj[pdf_names.CODE]
            bare.pages.append(page)
        out = io.BytesIO()
        bare.save(out)
    return out.getvalue()
