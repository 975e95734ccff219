"""Scans of the real forms, filled by our own renderers."""

import subprocess
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from formservice.adapters.definitions.mappings import Definitions, load
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.word.fill import WordRenderer
from formservice.domain.document import Claim, Doubt, Method, Sighting
from formservice.domain.form import FormRef
from formservice.domain.record import Value
from formservice.domain.values import shown
from tests.adapters.scan_prints import PRINT_DPI, Grey, Scan
from tests.programs import needs_office, needs_tesseract

_HOME = Path(__file__).parents[2]
REFERENCE = "7GK3XQ9ZP2MA"
pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_tesseract]

VALUES: dict[str, dict[str, Value]] = {
    "feedbackbogen": {
        "traeger_massnahme": "Bildungswerk Probe, Angebot XY",
        "teilnahme_von": date(2026, 3, 2),
        "teilnahme_bis": date(2026, 8, 31),
        "name": "Krause",
        "vorname": "Jürgen",
        "anlass": "abbruch",
        "abbruch_am": date(2026, 5, 11),
        "abbruch_gruende": "Ich habe eine Arbeit gefunden.\nDeshalb höre ich vorzeitig auf.",
        "q1_erwartung": "Ich möchte bis Ende März eine feste Stelle in der Pflege finden.",
        "q3_erreicht": "Ich kann wieder früh aufstehen.",
        "q8_danach": "Arbeiten und sparen.",
        "erstellt_am": date(2026, 5, 12),
        "sig_tn": True,
    },
    "erwartungsbogen": {
        "projektname": "Angebot Neustart",
        "name": "Yilmaz",
        "vorname": "Deniz",
        "geburtsdatum": date(1979, 4, 21),
        "anschrift": "Goethestraße 12a\n37073 Göttingen",
        "erwartungen": "Ich will eine Ausbildung.\n\nBis Ende Juli habe ich mich beworben.",
        "fahrkosten": "ja",
        "fahrkosten_mittel": ("oepnv",),
        "gesetzliche_betreuung": "nein",
    },
}
TICKED = {
    "feedbackbogen": {"anlass.abbruch"},
    "erwartungsbogen": {"fahrkosten.ja", "fahrkosten_mittel.oepnv", "gesetzliche_betreuung.nein"},
}
SCANS = {
    "straight": Scan(),
    "mild": Scan(turn=0.6, scale=0.98, shift_mm=(1.5, -1.0), grain=5, blur=0.5, jpeg=85),
    "300 dpi upside down": Scan(dpi=300, turn=-0.4, grain=4, jpeg=88, quarter_turns=2),
    "moderate": Scan(turn=-1.8, scale=0.96, grain=8, blur=0.8, shadow=0.25, jpeg=65),
}


@cache
def forms() -> Definitions:
    return load(_HOME / "mappings", _HOME / "form_templates")


def template(ref: FormRef, name: str) -> bytes:
    return (_HOME / "form_templates" / ref.form / ref.edition / name).read_bytes()


def blank(ref: FormRef) -> bytes:
    return template(ref, "form.pdf")


@cache
def pages_of(pdf: bytes) -> tuple[Grey, ...]:
    """Return all pages of a PDF as a printer would print them, fields included."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    bitmaps = [page.render(scale=PRINT_DPI / 72, grayscale=True) for page in document]
    pictures = [np.array(one.to_numpy()).reshape(one.height, one.width) for one in bitmaps]
    document.close()
    return tuple(pictures)


@pytest.fixture(scope="module")
def zones() -> Recognition:
    return Recognition(blank)


def read(zones: Recognition, form: str, prints: tuple[Grey, ...], scan: Scan) -> list[Sighting]:
    layout = forms().get(form).layout
    assert layout is not None
    seen: list[Sighting] = []
    for number, page in enumerate(prints, start=1):
        picture, _ = scan.of(page)
        (claim,) = PicturedPage(picture, zones).claims
        edition = layout.ref.edition
        assert claim == Claim(form, edition, "qr", number, REFERENCE)
        seen.extend(PicturedPage(picture, zones, number).zones(layout, number))
    return seen


def filled_pdf(form: str) -> bytes:
    values = VALUES[form]
    return PdfRenderer(blank).render(forms().get(form), dict(values), REFERENCE)


@pytest.fixture(scope="module", params=list(SCANS.values()), ids=list(SCANS))
def scan(request: pytest.FixtureRequest) -> Scan:
    made: Scan = request.param
    return made


@pytest.fixture(scope="module", params=list(VALUES))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def seen(zones: Recognition, form: str, scan: Scan) -> dict[str, Sighting]:
    return {one.key: one for one in read(zones, form, pages_of(filled_pdf(form)), scan)}


class TestScannedPdf:
    def test_every_zone_of_every_page_is_seen(self, form: str, seen: dict[str, Sighting]) -> None:
        layout = forms().get(form).layout
        assert layout is not None
        assert set(seen) == {zone.key for zone in layout.zones}

    def test_answers_are_read(self, form: str, seen: dict[str, Sighting]) -> None:
        definition, values = forms().get(form), VALUES[form]
        wanted = {
            key: shown(definition.field(key), value)
            for key, value in values.items()
            if not isinstance(value, tuple | bool) and key in seen
        }
        wrong = sum(seen[key].text != text for key, text in wanted.items())
        assert len(wanted) >= 6
        # One misread answer in ten is what Tesseract makes of such pages at worst.
        assert wrong <= len(wanted) // 10

    def test_empty_fields_are_blank(self, form: str, seen: dict[str, Sighting]) -> None:
        empty = [
            one
            for key, one in seen.items()
            if one.method is Method.OCR and key not in VALUES[form]
        ]
        assert empty
        assert all(one.blank for one in empty)

    def test_exactly_the_ticked_boxes_are_on(self, form: str, seen: dict[str, Sighting]) -> None:
        boxes = {key: one for key, one in seen.items() if "." in key}
        assert {key for key, one in boxes.items() if one.on} == TICKED[form]
        assert all(one.on is not None for one in boxes.values())
        assert not any(one.doubts for one in boxes.values())

    def test_a_typed_hand_is_told_from_an_empty_line(
        self, form: str, seen: dict[str, Sighting]
    ) -> None:
        signed = {key: one.on for key, one in seen.items() if key.startswith("sig_")}
        # A typed „gez.“ in a picture is no ink of a pen: a person has to say what it is worth.
        wanted = {"sig_tn": None, "sig_traeger": False} if form == "feedbackbogen" else {}
        assert signed == wanted

    def test_no_text_is_accepted_unseen(self, seen: dict[str, Sighting]) -> None:
        for one in seen.values():
            assert (Doubt.RECOGNISED in one.doubts) == (one.method is Method.OCR)


@needs_office
def test_a_form_printed_from_word_is_read_in_the_same_places(
    zones: Recognition, form: str, tmp_path: Path
) -> None:
    document = tmp_path / "print.docx"
    renderer = WordRenderer(lambda ref: template(ref, "form.docx"))
    document.write_bytes(renderer.render(forms().get(form), dict(VALUES[form]), REFERENCE))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, document],
        check=True,
        capture_output=True,
        timeout=120,
    )
    prints = pages_of(document.with_suffix(".pdf").read_bytes())
    seen = {one.key: one for one in read(zones, form, prints, SCANS["mild"])}
    layout = forms().get(form).layout
    assert layout is not None
    assert set(seen) == {zone.key for zone in layout.zones}
    assert {key for key, one in seen.items() if one.on and "." in key} == TICKED[form]
    assert seen["name"].text == VALUES[form]["name"]


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_the_two_pages_of_a_form_are_not_mistaken_for_each_other(
    zones: Recognition, first: int, second: int
) -> None:
    layout = forms().get("feedbackbogen").layout
    assert layout is not None
    page = pages_of(filled_pdf("feedbackbogen"))[first - 1].copy()
    # Without its code only the wording tells the pages apart.
    height, width = page.shape
    page[: height // 10, int(width * 0.85) :] = 255
    picture, _ = SCANS["mild"].of(page)
    assert PicturedPage(picture, zones).zones(layout, first)
    assert PicturedPage(picture, zones).zones(layout, second) == ()
