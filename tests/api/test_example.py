"""The example for developers of a Träger does what it says, against a real server."""

import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from formservice.application.idempotency import DoOnce, RunningError
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

    def do(*more: str, token: str | None = known, file: Path = SAMPLE, at: str = ""):
        told = {} if token is None else {"FORMSERVICE_TOKEN": token}
        with serving(app) as url:
            return subprocess.run(
                [sys.executable, SCRIPT, at or url, file, "--quittung", tmp_path / "q.pdf", *more],
                capture_output=True,
                text=True,
                env={**os.environ, **told},
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


def test_what_is_missing_is_told_in_one_sentence_and_no_traceback(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    wrong = [
        (run(token=None), "FORMSERVICE_TOKEN"),
        (run(file=tmp_path / "keine.pdf"), "keine.pdf"),
        (run(at=closed), "nicht zu erreichen"),
        (run(at="formulare"), "keine Adresse"),
    ]
    for done, sentence in wrong:
        assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
        assert done.stderr.count("\n") == 1


def test_it_waits_while_the_same_request_still_runs(run, monkeypatch, tmp_path):
    begun, left = DoOnce.begun, [2]

    def busy(self, once):
        left[0] -= 1
        if left[0] >= 0:
            raise RunningError("Dieselbe Anfrage wird gerade bearbeitet.")
        return begun(self, once)

    monkeypatch.setattr(DoOnce, "begun", busy)
    done = run("--bewusst")
    assert done.returncode == 0, done.stderr
    assert left[0] < 0


def test_one_finding_is_told_as_one(capsys):
    module = runpy.run_path(str(SCRIPT))
    one = {"severity": "asks", "field": None, "message": "Bitte ansehen."}

    def answered(_request):
        return httpx.Response(200, json={"items": [one]})

    with httpx.Client(transport=httpx.MockTransport(answered), base_url="http://a") as api:
        module["show"](api, "D")
    assert "1 Befund\n" in capsys.readouterr().out
