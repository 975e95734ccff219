"""A returned form prints the text people signed for, or reading says where it does not.

For the PDF channels the altered text is laid out and built like a form of ours, so that it looks
as if it had always been so.
"""

import io
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from benchmarks.paper.prints import rendered
from benchmarks.paper.sheet import scanned
from formservice.adapters.building.build import build_form
from formservice.adapters.definitions import template_check
from formservice.bootstrap import Services, Settings
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import Severity
from tests import known
from tests.adapters.pdf_filled import flattened
from tests.adapters.word_packages import rewritten
from tests.make_samples import filled_by_pypdf, foreign, make, office
from tests.programs import needs_office, needs_tesseract
from tests.sample_cases import Case

ROOT = Path(__file__).parent.parent
SERVICES = known.services(lambda: "WORTLAUT")
FORMS = ["einwilligung-ich-bin-dabei", "einwilligung-daten", "schweigepflichtentbindung"]
FORM = "einwilligung-daten"
RECEIVED = date(2026, 3, 5)
COMMON: dict[str, object] = {
    "name": "Beispiel",
    "vorname": "Samira",
    "geburtsdatum": "2011-05-04",
    "name_sorge": ["Rana Beispiel", "Amir Beispiel"],
    "einrichtung": "JMD Musterstadt",
    "fachkraft": "Toni Muster",
    "sprache": "deutsch",
    "erlaeutert": True,
    "erlaeutert_am": "2026-03-02",
    "ort": "Musterstadt",
    "datum": "2026-03-02",
    "zweck": "Nur für die Lesepaten.\nSie müssen keinen Grund nennen, schrieb die Fachkraft.",
    "zustimmung_gesundheit": "nein",
}
OWN: dict[str, dict[str, object]] = {
    "einwilligung-ich-bin-dabei": {
        "zweck": "Nur für die Lesepaten.",
        "zustimmung_cm": "ja",
        "zustimmung_daten": "nein",
        "datum_daten": "2026-03-02",
    },
    "einwilligung-daten": {"zustimmung_daten": "ja"},
    "schweigepflichtentbindung": {
        "empfaenger": "Frau Berg, Beratungszentrum",
        "daten": "Termine der Gespräche im März",
        "anlass": "Beginn der Therapie",
        "gueltig_bis": "2026-06-30",
        "zustimmung_entbindung": "ja",
    },
}


@dataclass(frozen=True)
class Change:
    """What somebody did to the text, and the phrase of ours that must be named."""

    old: str
    new: str
    named: str


CHANGES = {
    "a changed word": Change(
        "gilt für die Zukunft.", "gilt für die Arbeit.", "Der Widerruf gilt für die Zukunft."
    ),
    "a deleted clause": Change(
        "Wir löschen Ihre Daten so schnell wie möglich aus Fallakte und Handakte. ",
        "",
        "Wir löschen Ihre Daten so schnell wie möglich aus Fallakte und Handakte.",
    ),
    "an added clause": Change(
        "berichtigen wir.",
        "berichtigen wir. Ihre Daten bekommt auch die Polizei, wenn sie danach fragt.",
        "",
    ),
}
EACH_CHANGE = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
EACH_FORM = pytest.mark.parametrize("form", FORMS)


def case_of(form: str) -> Case:
    return Case(form, "wortlaut", RECEIVED.isoformat(), COMMON | OWN[form])


def made(form: str, channel: str, services: Services = SERVICES) -> bytes:
    definition = services.forms.get(form)
    return make(services, definition, case_of(form), channel)[0]


def told(data: bytes) -> list[Finding]:
    """What reading says about the printed text."""
    (found,) = SERVICES.read(data, received=RECEIVED)
    assert found.result is not None
    about = [one for one in found.result.findings if one.code == FindingCode.WORDING]
    blocked = any(one.severity is Severity.BLOCKS for one in about)
    assert not (blocked and found.result.archivable)
    return about


def reworded(docx: bytes, change: Change) -> bytes:
    """The Word file with other words, as if typed into it."""
    return rewritten(docx, lambda main: main.replace(change.old, change.new))


@pytest.fixture(scope="module", params=list(CHANGES.values()), ids=list(CHANGES))
def forged(request, tmp_path_factory) -> tuple[Change, Services]:
    """Forms whose text was changed in the Word file before they were built."""
    root = tmp_path_factory.mktemp("forms")
    for part in ("mappings", "form_templates"):
        shutil.copytree(ROOT / part / FORM, root / part / FORM)
    for part in ("mappings", "form_templates"):
        shutil.copytree(ROOT / part / "beiblatt", root / part / "beiblatt")
    folder = root / "form_templates" / FORM / "2017-11"
    word = folder / "form.docx"
    word.write_bytes(reworded(word.read_bytes(), request.param))
    services = Services(
        Settings.from_environment({"FORMSERVICE_FORMS": str(root)}), new_reference=lambda: "ANDERS"
    )
    build_form(folder, services.forms.get(FORM))
    fresh = Services(services.settings, new_reference=lambda: "ANDERS")
    return request.param, fresh


def assert_names(findings: list[Finding], change: Change, severity: Severity) -> None:
    (finding,) = findings
    assert finding.severity is severity
    assert finding.overridable
    assert change.named in finding.message
    if not change.named:
        assert "nicht von uns" in finding.message
        assert "Polizei" not in finding.message  # what stands there is never quoted


@EACH_FORM
@pytest.mark.parametrize("channel", ["docx", "acroform", "flat"])
def test_our_own_text_is_recognised_around_every_answer(form, channel):
    assert told(made(form, channel)) == []


@EACH_FORM
@pytest.mark.parametrize("channel", ["docx", "acroform"])
def test_a_third_guardian_makes_a_longer_form_and_no_other_text(form, channel):
    more = {"name_sorge": ["Rana Beispiel", "Amir Beispiel", "Jo Beispiel"]}
    case = Case(form, "drei", RECEIVED.isoformat(), {**case_of(form).values, **more})
    data, _ = make(SERVICES, SERVICES.forms.get(form), case, channel)
    assert told(data) == []


@EACH_FORM
@pytest.mark.slow
@pytest.mark.engine
@needs_office
@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_text_that_another_program_laid_out_is_still_ours(form, kind):
    assert told(office(made(form, "docx"), kind)) == []


@EACH_FORM
@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_clean_scan_shows_our_text(form):
    assert told(made(form, "scan")) == []


def scanned_at(level: str, data: bytes) -> bytes:
    """A form printed, and scanned as badly as offices do."""
    pages = []
    for number, page in enumerate(rendered(flattened(data))):
        scan = scanned(page, "calibration", level, np.random.default_rng([7, number]))
        pages.append(Image.open(io.BytesIO(scan.data)).convert("L"))
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    return out.getvalue()


@EACH_FORM
@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_scan_of_an_office_shows_our_text(form):
    assert told(scanned_at("office", made(form, "acroform"))) == []


@EACH_FORM
def test_a_blank_form_filled_by_another_program_has_our_text_without_numbers(form):
    data = filled_by_pypdf(SERVICES, SERVICES.forms.get(form), case_of(form))
    assert told(data) == []


@EACH_FORM
def test_declarations_of_like_wording_are_told_apart_without_any_mark_of_ours(form):
    data, _ = foreign(SERVICES.forms.get(form), case_of(form))
    (found,) = SERVICES.read(data, received=RECEIVED)
    assert found.definition is not None
    assert found.definition.ref.form == form


def test_forms_check_names_a_text_that_changed_under_its_version(tmp_path):
    for part in ("mappings", "form_templates"):
        shutil.copytree(ROOT / part / FORM, tmp_path / part / FORM)
    layout = tmp_path / "form_templates" / FORM / "2017-11" / "fields.json"
    text = layout.read_text(encoding="utf-8")
    assert "Sie dürfen Nein sagen." in text
    layout.write_text(text.replace("Sie dürfen Nein sagen.", "Sie sagen Ja."), encoding="utf-8")
    found = [one for one in template_check.check(tmp_path) if one.where == "fixed_text.sha256"]
    assert ["Fassung 1" in one.message for one in found] == [True]


@EACH_CHANGE
def test_a_word_file_with_other_text_is_reported(change):
    data = reworded(made(FORM, "docx"), change)
    assert_names(told(data), change, Severity.BLOCKS)


def test_a_word_that_moved_to_another_sentence_is_a_change():
    change = Change(
        "Ein Case Management ist ohne Daten nicht möglich. Andere Nachteile haben Sie nicht.",
        "Ein Case Management ist ohne Daten möglich. Andere Nachteile haben Sie nicht nicht.",
        "Ein Case Management ist ohne Daten nicht möglich.",
    )
    assert_names(told(reworded(made(FORM, "docx"), change)), change, Severity.BLOCKS)


def test_the_same_words_with_other_blanks_are_no_change():
    change = Change("Sie dürfen Nein sagen.", "Sie  dürfen\u00a0Nein sagen.", "")
    assert told(reworded(made(FORM, "docx"), change)) == []


@pytest.mark.slow
@pytest.mark.engine
@needs_office
@pytest.mark.parametrize("channel", ["acroform", "flat"])
def test_a_pdf_with_other_text_is_reported(forged, channel):
    change, services = forged
    assert_names(told(made(FORM, channel, services)), change, Severity.BLOCKS)


@pytest.mark.slow
@pytest.mark.engine
@needs_office
@needs_tesseract
def test_a_scan_with_other_text_is_asked_about(forged):
    change, services = forged
    assert_names(told(made(FORM, "scan", services)), change, Severity.ASKS)


@pytest.mark.parametrize("flatten", [False, True], ids=["acroform", "flat"])
def test_text_stamped_on_a_page_is_reported(flatten):
    data = made(FORM, "acroform")
    stamped = with_text(flattened(data) if flatten else data, "Ich verzichte auf den Widerruf.")
    (finding,) = told(stamped)
    assert finding.severity is Severity.BLOCKS
    assert "verzichte" not in finding.message


def with_text(data: bytes, text: str) -> bytes:
    """A PDF with a line of text put on its first page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        name = page.add_resource(font, pikepdf.Name.Font)
        drawn = f"q BT {name} 10 Tf 1 0 0 1 72 60 Tm ({text}) Tj ET Q"
        page.contents_add(pdf.make_stream(drawn.encode("latin-1")))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
