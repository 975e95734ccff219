"""What happens to forms on their way: joined, taken apart, put in another order, printed.

The one rule for all of them: a value that was changed on the way is never accepted.
"""

import io
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import docx
import pikepdf
import pypdf
import pytest

from formservice.application.read_document import ReadDocument
from formservice.application.report import plain
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.values import values_from_data
from tests import known
from tests.adapters.pdf_filled import flattened
from tests.pdf_pages import pages_of
from tests.programs import needs_office, needs_tesseract
from tests.properties.records import unmarked

ROOT = Path(__file__).parent.parent.parent
SERVICES = known.services(lambda: "PROBE")
FEEDBACK = SERVICES.forms.get("feedbackbogen")
LONG: dict[str, object] = {
    "name": "Bis",
    "vorname": "Name:",
    "anlass": "abbruch",
    "abbruch_gruende": "Der Weg war mit dem Bus zu weit. " * 50,
    "q1_erwartung": "Was will ich nach der Teilnahme an dem Angebot machen?\n☒ Abbruch am 3.",
    "q4_wodurch": "Mit Geduld und Spucke. " * 160,
    "erstellt_am": "2026-03-18",
}


def read(data: bytes) -> list[ReadDocument]:
    return SERVICES.read(data, received=date(2026, 3, 27))


def wrong(
    definition: FormDefinition, true: Mapping[str, object], found: ReadDocument
) -> list[str]:
    """Return the keys of fields that do not have their true value."""
    assert found.definition is definition
    assert found.record is not None
    values = values_from_data(definition, true)
    return [
        field.key
        for field in definition.fields
        if field.kind is not FieldKind.SIGNATURE
        and plain(found.record.fields[field.key].value) != plain(values.get(field.key))
    ]


def accepted(found: ReadDocument, key: str) -> bool:
    assert found.record is not None
    return found.record.fields[key].accepted


@pytest.fixture(scope="module", params=["fields", "flat"])
def sent(request: pytest.FixtureRequest) -> bytes:
    data = SERVICES.generate.one(FEEDBACK, LONG, "pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 4
    return data if request.param == "fields" else flattened(data)


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (2, 0, 1, 3), (1, 0, 2, 3), (0, 3, 1, 2)])
def test_pages_in_another_order_are_the_same_document(sent, order):
    (found,) = read(pages_of(sent, *order))
    assert wrong(FEEDBACK, LONG, found) == []


@pytest.mark.parametrize(
    ("order", "cut"), [((0, 1, 2), "q4_wodurch"), ((0, 1, 3), "abbruch_gruende")]
)
def test_an_answer_whose_sheet_is_lost_is_never_accepted(sent, order, cut):
    (found,) = read(pages_of(sent, *order))
    assert wrong(FEEDBACK, LONG, found) == [cut]
    assert not accepted(found, cut)


def test_fields_of_a_lost_page_are_not_found_rather_than_blank(sent):
    (found,) = read(pages_of(sent, 0, 2))
    assert found.record is not None
    assert found.record.fields["q8_danach"].reading == "not-found"
    assert "q4_wodurch" in wrong(FEEDBACK, LONG, found)
    assert not accepted(found, "q4_wodurch")


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_drawn_page_lying_on_its_side_is_read_like_a_scan(turn):
    true = {"name": "Klein", "vorname": "Robin", "anlass": "abbruch", "abbruch_am": "2026-03-17"}
    data = flattened(SERVICES.generate.one(FEEDBACK, true, "pdf"))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.rotate(turn, relative=True)
        out = io.BytesIO()
        pdf.save(out)
    (found,) = read(out.getvalue())
    assert wrong(FEEDBACK, true, found) == []
    assert accepted(found, "name")
    assert not accepted(found, "anlass") or found.medium == "scan"


@pytest.mark.engine
@pytest.mark.slow
@needs_office
def test_answers_in_tables_of_others_are_found_in_word_and_in_print(tmp_path):
    true = {
        "traeger_massnahme": "Bildungsverein Leinetal e.V., Werkstatt",
        "teilnahme_von": "2026-01-12",
        "teilnahme_bis": "2026-06-30",
        "name": "Meyer-Lüdenscheidt",
        "vorname": "Thị Hồng",
        "anlass": "regulaer",
        "q3_erreicht": "Bis Ende März habe ich vier Bewerbungen geschrieben.",
        "q5_nicht_erreicht": "Nein, den Führerschein habe ich noch nicht.",
        "q8_danach": "Ich fange im August eine Ausbildung an.",
        "erstellt_am": "2026-06-29",
    }
    document = docx.Document()
    document.add_paragraph("Teilnahme von 12.01.2026 bis 30.06.2026")
    document.add_paragraph("Name: Meyer-Lüdenscheidt, Vorname: Thị Hồng")
    table = document.add_table(rows=0, cols=2, style="Table Grid")

    def row(left: str, right: str) -> None:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = left, right

    row("Auftragnehmer und Maßnahme", str(true["traeger_massnahme"]))
    row("Anlass", "")
    for key, mark in (("nichtantritt", "[ ]"), ("abbruch", "[ ]"), ("regulaer", "[x]")):
        options = {option.key: option.label for option in FEEDBACK.field("anlass").options}
        row(mark, options[key])
    row("Gründe/ Anlässe:", "")
    questions = [field for field in FEEDBACK.fields if field.kind is FieldKind.MULTILINE]
    for number, field in enumerate(questions[1:], 1):
        row(f"{number}. {field.label}", str(true.get(field.key, "")))
    row("Erstellt am:", "29.06.2026")
    document.save(tmp_path / "form.docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    source = tmp_path / "form.docx"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for suffix in ("docx", "pdf"):
        (found,) = read((tmp_path / f"form.{suffix}").read_bytes())
        assert wrong(FEEDBACK, true, found) == [], suffix
        assert found.record is not None
        assert not any(one.accepted for one in found.record.fields.values())


def test_a_first_part_overwritten_by_another_program_is_not_joined_unseen():
    data = SERVICES.generate.one(FEEDBACK, LONG, "pdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    changed = {"q4_wodurch": "Ganz anders.", "name": "Klein"}
    for page in writer.pages:
        writer.update_page_form_field_values(page, changed, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    (found,) = read(out.getvalue())
    assert found.record is not None
    assert (found.record.value("name"), accepted(found, "name")) == ("Klein", True)
    assert not accepted(found, "q4_wodurch")
    assert accepted(found, "abbruch_gruende")


def test_a_signature_is_seen_on_a_copied_page_that_has_no_other_fields():
    consent = SERVICES.forms.get("schweigepflichtentbindung")
    true: dict[str, object] = {"sig_sorge": [True, False, True]}
    (found,) = read(SERVICES.generate.one(consent, true, "pdf"))
    assert found.record is not None
    signed = [key for key, one in found.record.fields.items() if one.value is True]
    assert signed == ["sig_sorge[0]", "sig_sorge[2]"]


@pytest.mark.parametrize("order", [(0, 1, 3, 2), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_copied_pages_in_another_order_are_the_same_document(order):
    consent = SERVICES.forms.get("schweigepflichtentbindung")
    true: dict[str, object] = {"name_sorge": ["Eins", "Zwei", "Drei"], "sig_sorge": [True] * 3}
    (found,) = read(pages_of(SERVICES.generate.one(consent, true, "pdf"), *order))
    assert found.record is not None
    assert found.record.value("name_sorge[2]") == "Drei"
    assert found.record.value("sig_sorge[2]") is True


def test_a_bracket_that_arabic_before_it_may_have_turned_is_not_accepted():
    consent = SERVICES.forms.get("schweigepflichtentbindung")
    true: dict[str, object] = {"name_sorge": ["مرحبا بالعالم 123", "(weiter) 100 %"]}
    data = unmarked(flattened(SERVICES.generate.one(consent, true, "pdf")))
    (found,) = read(data)
    assert found.record is not None
    second = found.record.fields["name_sorge[1]"]
    assert second.value == "(weiter) 100 %" or not second.accepted


# On the line of the name; PDFium takes what it reads first for the direction of all of it.
ARABIC: dict[str, object] = {"name": "محمد يريد"}
BEHIND_DATES = ARABIC | {"teilnahme_von": "1960-07-24", "teilnahme_bis": "1962-06-20"}


@pytest.mark.parametrize("line", [ARABIC, BEHIND_DATES], ids=["first", "behind dates"])
@pytest.mark.parametrize("beside", ["½ Straße", "9a", "3. Stock", "Nr. 7 – links"])
def test_signs_that_arabic_on_their_line_may_have_moved_are_not_accepted(line, beside):
    data = unmarked(flattened(SERVICES.generate.one(FEEDBACK, line | {"vorname": beside}, "pdf")))
    (found,) = read(data)
    assert found.record is not None
    assert found.record.value("vorname") == beside or not accepted(found, "vorname")


def test_letters_on_a_line_with_arabic_are_accepted_as_before():
    true = BEHIND_DATES | {"vorname": "Anna Müller"}
    (found,) = read(unmarked(flattened(SERVICES.generate.one(FEEDBACK, true, "pdf"))))
    assert found.record is not None
    assert (found.record.value("vorname"), accepted(found, "vorname")) == ("Anna Müller", True)


def test_a_fraction_beside_arabic_is_no_second_value_of_a_flattened_form_of_ours():
    true = BEHIND_DATES | {"vorname": "½ Straße"}
    (found,) = read(flattened(SERVICES.generate.one(FEEDBACK, true, "pdf")))
    assert found.record is not None
    assert (found.record.value("vorname"), accepted(found, "vorname")) == ("½ Straße", True)
