"""``formservice read --evidence``: what lies in the folder afterwards, and what does not."""

import hashlib
import io
import json
import os
import resource
import unicodedata
from pathlib import Path
from typing import Any  # JSON

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageSequence

ROOT = Path(__file__).parent.parent.parent
SCAN = ROOT / "samples" / "erwartungsbogen@2023-07-24" / "girts-betreuung-scan"
BORN_DIGITAL = ROOT / "samples" / "erwartungsbogen@2023-07-24" / "girts-betreuung-acroform"

Grey = npt.NDArray[np.uint8]


def kept(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the only evidence in a folder."""
    (one,) = folder.iterdir()
    return one, json.loads((one / "evidence.json").read_text("utf-8"))


def scanned(file: Path) -> list[Grey]:
    with Image.open(file) as image:
        return [np.asarray(page.convert("L")) for page in ImageSequence.Iterator(image)]


def likeness(one: Grey, other: Grey) -> float:
    """Return how well the smaller picture is found in the larger: 1 where it is a piece of it."""
    height, width = one.shape
    inner = one[4 : height - 4, 4 : width - 4]
    return float(cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED).max())


@pytest.fixture
def scan() -> Path:
    (file,) = SCAN.glob("input.*")
    return file


@pytest.mark.slow
@pytest.mark.engine
def test_the_evidence_of_a_scan_shows_every_field_as_it_stands_on_the_paper(run, scan, tmp_path):
    done = run("read", scan, "--evidence", "belege", "--json")
    assert done.returncode == 0, done.stderr.decode()
    (document,) = json.loads(done.stdout)
    folder, told = kept(tmp_path / "belege")
    original = hashlib.sha256(scan.read_bytes()).hexdigest()
    assert folder.name == f"{original[:12]}-1"
    assert told["original"]["sha256"] == original
    assert told["program"] == document["program"]
    pages = scanned(scan)
    for field in told["fields"]:
        printed = document["fields"][field["key"]]
        assert field["value"] == printed["value"]
        assert field["accepted"] == printed["accepted"]
        assert [one["code"] for one in field["doubts"]] == printed["doubts"]
        assert field["opinions"] == printed["opinions"]
        assert field["pictures"], field["key"]
        for cut in field["pictures"]:
            png = (folder / cut["file"]).read_bytes()
            assert hashlib.sha256(png).hexdigest() == cut["sha256"]
            picture = np.asarray(Image.open(io.BytesIO(png)))
            page = pages[cut["page"] - 1]
            left, top, right, bottom = (
                round(edge * side)
                for edge, side in zip(cut["box"], (*page.shape[::-1],) * 2, strict=True)
            )
            around = page[max(top - 40, 0) : bottom + 40, max(left - 40, 0) : right + 40]
            assert likeness(picture, around) > 0.99, field["key"]
    boxes = {cut["file"] for field in told["fields"] for cut in field["pictures"]}
    assert {"fahrkosten.ja.png", "fahrkosten.nein.png"} <= boxes
    assert b"<!DOCTYPE html>" in (folder / "index.html").read_bytes()


@pytest.mark.slow
def test_the_words_of_the_person_can_be_proved_with_any_tool(run, tmp_path):
    (pdf,) = BORN_DIGITAL.glob("input.*")
    assert run("read", pdf, "--evidence", "belege").returncode == 0
    _, told = kept(tmp_path / "belege")
    words = next(one for one in told["fields"] if one["key"] == "erwartungen")
    assert words["value"]
    exact = unicodedata.normalize("NFC", words["value"]).encode("utf-8")
    assert words["o_ton_sha256"] == hashlib.sha256(exact).hexdigest()
    assert [one["key"] for one in told["fields"] if "o_ton_sha256" in one] == ["erwartungen"]


@pytest.mark.slow
@pytest.mark.engine
def test_a_page_fed_upside_down_is_shown_upright(run, scan, tmp_path):
    upright = scanned(scan)[0]
    Image.fromarray(upright[::-1, ::-1]).save(tmp_path / "kopf.png", dpi=(200, 200))
    assert run("read", "kopf.png", "--evidence", "belege").returncode == 0
    folder, told = kept(tmp_path / "belege")
    cuts = [cut for field in told["fields"] for cut in field["pictures"]]
    assert {cut["turned"] for cut in cuts} == {2}
    name = np.asarray(Image.open(folder / "name.png"))
    assert likeness(name, upright) > 0.99


@pytest.mark.slow
def test_a_pdf_form_is_shown_as_a_viewer_shows_it_and_a_word_file_has_no_pictures(run, tmp_path):
    (pdf,) = BORN_DIGITAL.glob("input.*")
    assert run("read", pdf, "--evidence", "pdf").returncode == 0
    folder, told = kept(tmp_path / "pdf")
    filled = next(one for one in told["fields"] if one["key"] == "name")
    assert filled["value"]
    picture = np.asarray(Image.open(folder / filled["pictures"][0]["file"]))
    # More than the lines around the field: the value itself is drawn.
    assert (picture[12:-12, 12:-12] < 100).sum() > 50
    (word,) = pdf.parent.with_name(pdf.parent.name.replace("acroform", "docx")).glob("input.*")
    assert run("read", word, "--evidence", "word").returncode == 0
    folder, told = kept(tmp_path / "word")
    assert [file.name for file in folder.glob("*.png")] == []
    assert {len(field["pictures"]) for field in told["fields"]} == {0}


@pytest.mark.slow
def test_no_word_of_the_form_is_in_a_name_and_nobody_else_may_look(run, tmp_path):
    (pdf,) = BORN_DIGITAL.glob("input.*")
    assert run("read", pdf, "--evidence", "belege", umask=0).returncode == 0
    _, told = kept(tmp_path / "belege")
    written = [one for one in told["fields"] if not one["chosen"]]
    values = [one["value"] for one in written if isinstance(one["value"], str)]
    for place, folders, files in os.walk(tmp_path / "belege"):
        assert Path(place).stat().st_mode & 0o777 == 0o700
        assert {(Path(place) / file).stat().st_mode & 0o777 for file in files} <= {0o600}
        for name in (*folders, *files):
            assert not any(len(value) > 3 and value in name for value in values)


@pytest.mark.slow
def test_a_disk_without_room_is_a_named_error_and_nothing_half_done_stays(run, tmp_path):
    (pdf,) = BORN_DIGITAL.glob("input.*")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    done = run("read", pdf, pdf, "--evidence", "belege", "--json", preexec_fn=little_room)
    assert done.returncode == 3, done.stderr.decode()
    *read, error = json.loads(done.stdout)
    assert [one["form"]["id"] for one in read] == ["erwartungsbogen"]
    assert error["error"]["code"] == "storage"
    assert list((tmp_path / "belege").iterdir()) == []


@pytest.mark.slow
def test_a_place_that_is_no_folder_is_refused_before_anything_is_read(run, tmp_path):
    (tmp_path / "belege").write_text("meine Notizen", "utf-8")
    done = run("read", "gibt-es-nicht.pdf", "--evidence", "belege")
    assert done.returncode == 2, done.stderr.decode()
    assert (tmp_path / "belege").read_text("utf-8") == "meine Notizen"
    done = run("read", "gibt-es-nicht.pdf", "--evidence", "belege/darin")
    assert done.returncode == 3, done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
