"""Where Tesseract is missing: whoever runs the service has to act, and all else goes on."""

import json
from pathlib import Path

import pytest
from PIL import Image

from formservice.adapters.scan import ocr
from formservice.cli.main import main
from tests.e2e.conftest import ROOT


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a scan and the PDF file of a form, where no model of Tesseract is installed."""
    monkeypatch.setattr(ocr, "_TESSDATA", ())
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    Image.new("L", (1240, 1754), 250).save(tmp_path / "a.png")
    form = (ROOT / "form_templates/feedbackbogen/2023-09-22/form.pdf").read_bytes()
    (tmp_path / "b.pdf").write_bytes(form)
    return [str(tmp_path / "a.png"), str(tmp_path / "b.pdf")]


@pytest.mark.parametrize("command", ["read", "intake"])
def test_a_missing_engine_is_no_fault_of_the_senders_and_stops_nothing_else(
    command: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([command, *files, "--received", "2026-03-02", "--json"])
    told = {Path(one["file"]).name: one for one in json.loads(capsys.readouterr().out)
            if "file" in one}  # fmt: skip
    assert told["a.png"]["error"]["code"] == "engine.missing"
    assert told["b.pdf"]["form"]["id"] == "feedbackbogen"
    assert status == 3


def test_a_change_of_the_models_is_a_change_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "_TESSDATA", (tmp_path,))
    told = {ocr.installed()}
    for number, language in enumerate((ocr.LANGUAGE, ocr.LATIN, ocr.LATIN)):
        path = tmp_path / f"{language}.traineddata"
        path.write_bytes(bytes(number + 1))
        told.add(ocr.installed())
    assert len(told) == 4
