"""Forms that grew in Word, and forms typed anew in other tables, printed and scanned."""

import io
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from formservice.application.read_document import ReadDocument
from formservice.domain.document import Doubt
from formservice.domain.record import Reading
from tests import known
from tests.adapters.scan_prints import MILD, PRINT_DPI
from tests.foreign_layouts import retyped
from tests.programs import needs_office, needs_tesseract

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_office, needs_tesseract]

SERVICES = known.services(lambda: "GEWACHSEN001")
SENTENCE = "Girts Ozols lernt jeden Tag Deutsch und fährt mit dem Bus zur Arbeit. "
FEEDBACK = {
    "traeger_massnahme": "Bildungsverein Leinetal",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
    "name": "Ozols",
    "vorname": "Girts",
    "anlass": "regulaer",
    "q1_erwartung": "Ich will Deutsch lernen.",
    "q2_geaendert": "Nein, sie sind so geblieben.",
    "q3_erreicht": "Ich kann mich im Alltag verständigen.",
    "q4_wodurch": "Durch den Kurs am Vormittag.",
    "q5_nicht_erreicht": "Die Prüfung fehlt mir noch.",
    "q6_warum_nicht": "Es gab keinen freien Platz.",
    "q7_ressourcen": "Geduld und Ausdauer.",
    "q8_danach": "Eine Ausbildung im Lager.",
}


def scanned(word: bytes, folder: Path) -> bytes:
    """Return a Word file as it comes back from printer and scanner."""
    source = folder / "form.docx"
    source.write_bytes(word)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, source],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    document = pypdfium2.PdfDocument(folder / "form.pdf")
    pages = []
    for page in document:
        print_ = page.render(scale=PRINT_DPI / 72, grayscale=True).to_pil().convert("L")
        pages.append(Image.fromarray(MILD.of(np.array(print_))[0]))
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    return out.getvalue()


def read(data: bytes) -> list[ReadDocument]:
    return SERVICES.read(data, received=date(2026, 7, 1))


def values(document: ReadDocument) -> dict[str, object]:
    assert document.record is not None
    return {
        key: " ".join(one.value.split()) if isinstance(one.value, str) else one.value
        for key, one in document.record.fields.items()
        if one.reading is Reading.READ
    }


def assert_only_right_values_are_accepted(
    document: ReadDocument, sent: Mapping[str, object]
) -> None:
    assert document.record is not None
    for key, one in document.record.fields.items():
        if one.accepted and one.reading is Reading.READ and isinstance(one.value, str):
            assert " ".join(one.value.split()) == str(sent[key]).strip(), key


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> list[ReadDocument]:
    """Return a Feedbackbogen of three pages: one answer fills a page of its own."""
    sent = FEEDBACK | {"q2_geaendert": SENTENCE * 20}
    form = SERVICES.forms.get("feedbackbogen", "2023-09-22")
    word = SERVICES.generate.one(form, sent, "docx")
    return read(scanned(word, tmp_path_factory.mktemp("grown")))


def test_pages_of_a_form_that_grew_are_one_document(grown):
    assert [one.page_numbers for one in grown] == [(1, 2, 3)]


def test_an_answer_over_two_pages_is_read_whole_and_shown(grown):
    assert values(grown[0])["q2_geaendert"] == (SENTENCE * 20).strip()
    extraction = grown[0].record.fields["q2_geaendert"]
    assert Doubt.FOREIGN_LAYOUT in extraction.doubts
    assert not extraction.accepted


def test_what_stands_behind_a_grown_answer_is_read_as_well(grown):
    seen = values(grown[0])
    for key in ("q3_erreicht", "q4_wodurch", "q7_ressourcen", "q8_danach"):
        assert seen[key] == FEEDBACK[key], key
    assert seen["anlass"] == "regulaer"


def test_no_half_of_a_grown_answer_is_accepted(grown):
    assert_only_right_values_are_accepted(grown[0], FEEDBACK | {"q2_geaendert": SENTENCE * 20})


def test_boxes_pushed_to_a_second_page_are_read_by_their_shape(tmp_path):
    form = SERVICES.forms.get("erwartungsbogen")
    sent = {
        "name": "Ozols",
        "erwartungen": SENTENCE * 55,
        "fahrkosten": "ja",
        "fahrkosten_mittel": ["oepnv"],
        "gesetzliche_betreuung": "nein",
    }
    documents = read(scanned(SERVICES.generate.one(form, sent, "docx"), tmp_path))
    assert [one.page_numbers for one in documents] == [(1, 2)]
    seen = values(documents[0])
    ticks = [seen.get(key) for key in ("fahrkosten", "fahrkosten_mittel", "gesetzliche_betreuung")]
    assert ticks == ["ja", ("oepnv",), "nein"]
    assert_only_right_values_are_accepted(documents[0], sent)


def test_a_scan_of_a_form_typed_anew_is_read_between_its_labels_and_never_accepted(tmp_path):
    form = SERVICES.forms.get("feedbackbogen", "2023-09-22")
    documents = read(scanned(retyped(form, FEEDBACK), tmp_path))
    assert [str(one.identity.ref) for one in documents] == ["feedbackbogen/2023-09-22"]
    seen = values(documents[0])
    for key in ("name", "q1_erwartung", "q5_nicht_erreicht", "q8_danach", "anlass"):
        assert seen[key] == FEEDBACK[key], key
    assert documents[0].record is not None
    assert not any(
        one.accepted for one in documents[0].record.fields.values() if one.reading is Reading.READ
    )
