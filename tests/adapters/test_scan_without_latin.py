"""An installation without Tesseract's model for Latin script: scans are read, nothing is sure."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from formservice.adapters.acceptance import load_rule
from formservice.adapters.scan import ocr as scan_ocr
from formservice.adapters.scan.ocr import LATIN_PACKAGE, CommandOcr, InProcessOcr, Ocr
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.cli import main
from formservice.domain.acceptance import Evidence, decided
from formservice.domain.document import Doubt, Method, ReadingBy, Sighting
from formservice.domain.form import Content
from tests.adapters.scan_prints import CLEAN, LAYOUT, Filling, blank_pdf, needs_fonts, printed
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_tesseract, needs_fonts]

# The first has a letter that the German model lacks, the second is what it reads well.
TEXTS = {"name": "Şahin, Jürgen", "erwartung": "Ich möchte wieder eine feste Arbeit finden."}


@pytest.fixture
def only_german(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = scan_ocr.tessdata()
    (tmp_path / "deu.traineddata").symlink_to(whole / "deu.traineddata")
    if (whole / "configs").is_dir():
        shutil.copytree(whole / "configs", tmp_path / "configs")
    monkeypatch.setattr(scan_ocr, "_TESSDATA", (tmp_path,))


def read(engine: type[Ocr]) -> Sequence[Sighting]:
    picture, _ = CLEAN.of(printed(Filling(TEXTS)))
    return PicturedPage(picture, Recognition(blank_pdf, engine)).zones(LAYOUT, 1)


@pytest.mark.usefixtures("only_german")
@pytest.mark.parametrize("engine_class", [InProcessOcr, CommandOcr])
def test_scans_are_read_but_no_text_passes_for_read_twice(engine_class: type[Ocr]) -> None:
    texts = {one.key: one for one in read(engine_class) if one.method is Method.OCR}
    assert texts["erwartung"].text == TEXTS["erwartung"]
    rule = load_rule()
    for key, one in texts.items():
        by = [opinion.by for opinion in one.opinions]
        assert by in ([ReadingBy.ZONE], [ReadingBy.ZONE, ReadingBy.PAGE]), key
        if key in TEXTS:
            sure = [replace(opinion, confidence=1.0) for opinion in one.opinions]
            decision = decided(Evidence(Content.FREE, sure, trusted=True), rule)
            assert Doubt.ONE_READING in decision.doubts, key


@pytest.mark.usefixtures("only_german")
def test_the_check_names_the_package_and_what_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["check", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    (one,) = [one for one in checks if one["part"] == "Texterkennung"]
    assert not one["ok"]
    assert not one["needed"]
    assert LATIN_PACKAGE in one["message"]
    assert "ohne Blick" in one["message"]
