"""Sheets a person writes freely: read alone, or given to the form they belong to."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from tests import known
from tests.adapters.pdf_filled import flattened
from tests.make_samples import office
from tests.pdf_pages import joined, pages_of
from tests.programs import needs_office, needs_tesseract

ROOT = Path(__file__).parent.parent
_REFERENCES = iter(f"BLATT{number:05}" for number in range(10_000))
SERVICES = known.services(lambda: next(_REFERENCES))
RECEIVED = date(2026, 3, 20)
ABBRUCH: dict[str, object] = {
    "traeger_massnahme": "Bildungsverein Leinetal e.V., Werkstatt",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
    "name": "Krause",
    "vorname": "Jürgen",
    "anlass": "abbruch",
    "abbruch_am": "2026-03-16",
    "abbruch_gruende": "siehe Beiblatt",
    "erstellt_am": "2026-03-18",
    "sig_traeger": True,
}
SHEET: dict[str, object] = {
    "formular": "Feedbackbogen",
    "name": "Krause",
    "vorname": "Jürgen",
    "datum": "2026-03-18",
    "frage": "Abbruch",
    "fortsetzung": "Ich habe eine feste Stelle gefunden.\nDeshalb höre ich vorzeitig auf.",
}
ASKS_FOR_SHEET = {"R-FB-04-sheet", "R-FB-04-reasons"}


def made(form: str, values: Mapping[str, object], kind: str = "pdf") -> bytes:
    return SERVICES.generate.one(SERVICES.forms.get(form), values, kind)


def scanned(data: bytes) -> bytes:
    document = pypdfium2.PdfDocument(flattened(data))
    noise = np.random.default_rng(7)
    pages = []
    for page in document:
        grey = np.asarray(page.render(scale=200 / 72, grayscale=True).to_pil(), dtype=np.float64)
        grainy = np.clip(grey * 0.97 + noise.normal(0, 3, grey.shape), 0, 255)
        turned = Image.fromarray(grainy.astype(np.uint8)).rotate(0.4, fillcolor=250)
        pages.append(turned)
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    return out.getvalue()


def read(data: bytes) -> list[ReadDocument]:
    return SERVICES.read(data, received=RECEIVED)


def rules(document: ReadDocument) -> set[str]:
    assert document.result is not None
    return {one.rule for one in document.result.findings}


def names(found: list[ReadDocument]) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.definition.ref.form if one.definition else "", one.page_numbers) for one in found]


def assert_joined(found: list[ReadDocument], *, pages: tuple[int, ...] = (1, 2, 3)) -> None:
    """The form has its sheet, whose text nobody asks for any more."""
    assert names(found) == [("feedbackbogen", pages)]
    (sheet,) = found[0].sheets
    assert sheet.answers == "abbruch_gruende"
    assert sheet.record is not None
    assert sheet.record.value("fortsetzung") == SHEET["fortsetzung"]
    assert not rules(found[0]) & ASKS_FOR_SHEET


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_sheet_alone_is_a_document_of_its_own(kind):
    (found,) = read(made("beiblatt", SHEET, kind))
    assert found.definition is SERVICES.forms.get("beiblatt")
    assert found.record is not None
    values = {key: found.record.value(key) for key in SHEET}
    assert values == SHEET | {"datum": date(2026, 3, 18)}
    assert found.result is not None
    assert found.result.findings == ()
    assert found.result.archivable


def test_a_sheet_without_text_person_or_subject_says_what_is_missing():
    (found,) = read(made("beiblatt", {}))
    assert {"R-BB-01", "R-BB-02", "R-BB-03"} <= rules(found)


def test_a_long_text_goes_on_behind_the_sheet_and_is_joined():
    text = "Der Weg war mit dem Bus zu weit, und niemand konnte mich fahren. " * 120
    (found,) = read(made("beiblatt", SHEET | {"fortsetzung": text}))
    assert found.record is not None
    assert found.record.value("fortsetzung") == text
    assert len(found.page_numbers) > 1


@pytest.mark.parametrize("flat", [False, True], ids=["fields", "flat"])
@pytest.mark.parametrize(
    "order",
    [(0, 1, 2), (2, 0, 1), (0, 2, 1), (2, 1, 0)],
    ids=["behind", "before", "between", "backwards"],
)
def test_a_sheet_in_the_same_file_belongs_to_its_form(order, flat):
    parts = [made("feedbackbogen", ABBRUCH), made("beiblatt", SHEET)]
    if flat:
        parts = [flattened(part) for part in parts]
    assert_joined(read(pages_of(joined(*parts), *order)))


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)], ids=["behind", "before"])
def test_a_scanned_sheet_belongs_to_its_form_and_what_is_unsure_of_it_is_asked(order):
    data = joined(made("feedbackbogen", ABBRUCH), made("beiblatt", SHEET))
    (found,) = read(scanned(pages_of(data, *order)))
    assert_joined([found])
    (sheet,) = found.sheets
    assert found.result is not None
    assert sheet.record is not None
    asked = any("Beiblatt (Seite" in one.message for one in found.result.findings)
    assert asked is not sheet.record.fields["fortsetzung"].accepted


@pytest.mark.slow
@pytest.mark.engine
@needs_office
def test_sheets_printed_from_word_are_joined_too():
    parts = [
        office(made(form, values, "docx"), "pdf")
        for form, values in (("feedbackbogen", ABBRUCH), ("beiblatt", SHEET))
    ]
    found = read(joined(*parts))
    assert names(found) == [("feedbackbogen", (1, 2, 3))]
    assert not rules(found[0]) & ASKS_FOR_SHEET


@pytest.mark.parametrize(
    "subject",
    [
        {"frage": "Gründe/ Anlässe"},
        {"frage": "Gründe und Anlässe des Abbruchs"},
        {"frage": "", "feld": "abbruch_gruende"},
        {"frage": ""},
        {"frage": "Warum ich gehe"},
    ],
    ids=["label", "title", "key", "pointed to", "pointed to, in other words"],
)
def test_a_sheet_finds_the_field_it_answers(subject):
    data = joined(made("feedbackbogen", ABBRUCH), made("beiblatt", SHEET | subject))
    assert_joined(read(data))


def test_a_sheet_answers_an_empty_field_it_names():
    without = ABBRUCH | {"abbruch_gruende": ""}
    assert "R-FB-04-reasons" in rules(read(made("feedbackbogen", without))[0])
    assert_joined(read(joined(made("feedbackbogen", without), made("beiblatt", SHEET))))


def test_without_its_sheet_a_form_is_asked_for_it():
    (found,) = read(made("feedbackbogen", ABBRUCH))
    assert "R-FB-04-sheet" in rules(found)


@pytest.mark.parametrize(
    "other",
    [{"name": "Krämer"}, {"vorname": "Jörg"}, {"formular": "Erwartungsbogen"}],
    ids=["name", "first name", "form"],
)
@pytest.mark.parametrize("flat", [False, True], ids=["fields", "flat"])
def test_a_sheet_of_another_person_or_form_is_not_joined(other, flat):
    parts = [made("feedbackbogen", ABBRUCH), made("beiblatt", SHEET | other)]
    if flat:
        parts = [flattened(part) for part in parts]
    found = read(joined(*parts))
    assert names(found) == [("feedbackbogen", (1, 2)), ("beiblatt", (3,))]
    assert found[0].sheets == ()
    assert "R-FB-04-sheet" in rules(found[0])


def test_each_of_two_people_gets_the_sheet_with_their_name():
    ayse = {"name": "Yılmaz", "vorname": "Ayşe"}
    parts = [
        made("feedbackbogen", ABBRUCH),
        made("feedbackbogen", ABBRUCH | ayse),
        made("beiblatt", SHEET | ayse),
        made("beiblatt", SHEET),
    ]
    found = read(joined(*parts))
    assert names(found) == [("feedbackbogen", (1, 2, 6)), ("feedbackbogen", (3, 4, 5))]


def test_a_sheet_without_a_name_goes_with_the_only_form_and_a_person_is_asked():
    nameless = SHEET | {"name": "", "vorname": "", "formular": ""}
    (found,) = read(joined(made("feedbackbogen", ABBRUCH), made("beiblatt", nameless)))
    assert_joined([found])
    assert found.result is not None
    assert any("nicht sicher" in one.message for one in found.result.findings)


def test_a_sheet_without_a_name_stays_alone_between_two_forms():
    nameless = SHEET | {"name": "", "vorname": ""}
    parts = [made("feedbackbogen", ABBRUCH), made("feedbackbogen", ABBRUCH)]
    found = read(joined(*parts, made("beiblatt", nameless)))
    assert [one.sheets for one in found] == [(), (), ()]


def test_an_empty_sheet_answers_nothing():
    empty = SHEET | {"fortsetzung": ""}
    found = read(joined(made("feedbackbogen", ABBRUCH), made("beiblatt", empty)))
    assert "R-FB-04-sheet" in rules(found[0])


def test_a_continued_answer_and_a_free_sheet_do_not_meet():
    long = "Ich habe viel gelernt, und am Ende hat es doch nicht gereicht. " * 60
    data = joined(made("feedbackbogen", ABBRUCH | {"q3_erreicht": long}), made("beiblatt", SHEET))
    (found,) = read(data)
    assert found.record is not None
    assert found.record.value("q3_erreicht") == long
    assert_joined([found], pages=found.page_numbers)


def test_the_report_of_the_form_names_its_sheets():
    (found,) = read(joined(made("feedbackbogen", ABBRUCH), made("beiblatt", SHEET)))
    data = document_data(found, "x.pdf", "", 0.0)
    sheets = data["sheets"]
    assert isinstance(sheets, list)
    (sheet,) = sheets
    assert sheet["form"]["id"] == "beiblatt"
    assert sheet["pages"] == [3]
    assert sheet["answers"] == "abbruch_gruende"
    fields = data["fields"]
    assert isinstance(fields, dict)
    assert fields["name"].keys() < sheet["fields"]["fortsetzung"].keys()
    assert sheet["fields"]["fortsetzung"]["value"] == SHEET["fortsetzung"]


@pytest.mark.parametrize("flat", [False, True], ids=["fields", "flat"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_sheet_that_goes_on_is_joined_whatever_order_its_pages_come_in(order, flat):
    text = "Der Weg war mit dem Bus zu weit, und niemand konnte mich fahren. " * 230
    data = made("beiblatt", SHEET | {"fortsetzung": text})
    (found,) = read(pages_of(joined(flattened(data) if flat else data), *order))
    assert found.record is not None
    assert found.record.value("fortsetzung") == text


@pytest.mark.parametrize("flat", [False, True], ids=["fields", "flat"])
def test_where_another_field_of_a_sheet_goes_on_its_text_stays_what_it_was(flat):
    question = "eins\nzwei\ndrei\nvier\nfünf"
    data = made("beiblatt", {"frage": question})
    (found,) = read(flattened(data) if flat else data)
    assert found.record is not None
    assert found.record.value("frage") == question
    assert found.record.value("fortsetzung") is None
