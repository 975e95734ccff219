"""The example for developers of a Träger does what it says, against a real server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.serving import serving
from tests.api.tokens import token_of

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "feedbackbogen_hochladen.py"
SAMPLE = ROOT / "samples/feedbackbogen@2023-09-22/abbruch-mit-beiblatt-acroform/input.pdf"
pytestmark = pytest.mark.slow


@pytest.fixture
def run(app, house, tmp_path):
    """What runs the script as a program of its own, for anna's Träger."""
    known = token_of(house, "anna")

    def do(*more: str, token: str = known, file: Path = SAMPLE):
        with serving(app) as url:
            return subprocess.run(
                [sys.executable, SCRIPT, url, file, "--quittung", tmp_path / "q.pdf", *more],
                capture_output=True,
                text=True,
                env={**os.environ, "FORMSERVICE_TOKEN": token},
                timeout=120,
                check=False,
            )

    return do


def test_it_shows_findings_submits_and_saves_the_receipt(run, tmp_path, browser):
    done = run("--bewusst")
    assert done.returncode == 0, done.stderr
    assert "Befunde" in done.stdout
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF")
    (item,) = browser("frank").get("/api/v1/documents").json()["items"]
    assert item["state"] == "in-review"


def test_what_is_not_complete_is_not_submitted_by_itself(run, house, tmp_path, browser):
    file = tmp_path / "bogen.pdf"
    definition = house.forms.get("feedbackbogen", "2023-09-22")
    file.write_bytes(house.generate.one(definition, {"name": "Beispiel"}, "pdf"))
    done = run(file=file)
    assert (done.returncode, (tmp_path / "q.pdf").exists()) == (1, False), done.stdout
    assert "Nicht eingereicht" in done.stdout
    assert browser("frank").get("/api/v1/documents").json()["items"] == []


def test_a_wrong_token_is_told_in_one_sentence(run):
    done = run(token="wrong")  # noqa: S106 - it is none
    assert done.returncode == 2
    assert done.stderr.startswith("Sie sind nicht")
    assert "Traceback" not in done.stderr
