"""``formservice intake`` on scans: mixed piles, broken off at any moment, all pages told of."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import ROOT
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_tesseract]

# Forms of one page and of two; each with a reference of its own in its codes.
SCANS = (
    "feedbackbogen@2023-09-22/zzz-tester-scan",
    "feedbackbogen@2023-09-22/nichtantritt-scan",
    "erwartungsbogen@2023-07-24/zzz-tester-scan",
)


def scanned(name: str) -> list[Image.Image]:
    """Return the pages of a scanned sample."""
    (file,) = (ROOT / "samples" / name).glob("input.tif")
    with Image.open(file) as image:
        pages = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pages.append(image.convert("L"))
    return pages


def pile(pages: Sequence[Image.Image]) -> bytes:
    stream = io.BytesIO()
    first, *others = pages
    first.save(stream, "TIFF", save_all=True, append_images=others, dpi=(200, 200))
    return stream.getvalue()


def blank() -> Image.Image:
    return Image.new("L", (1654, 2339), 250)


def letter() -> Image.Image:
    """Return a page of no form: rows of dark words."""
    page = blank()
    for row in range(300, 2000, 60):
        for word in range(200 + row % 170, 1300, 190):
            page.paste(30, (word, row, word + 120, row + 24))
    return page


def pages_of(names: Sequence[str]) -> Iterator[Image.Image]:
    for name in names:
        yield from scanned(name)


def test_a_mixed_pile_is_accounted_for_page_by_page(run, tmp_path):
    one, two = scanned(SCANS[0]), scanned(SCANS[1])
    (tmp_path / "stapel").mkdir()
    shuffled = [one[1], blank(), two[0], one[0], letter()]
    (tmp_path / "stapel" / "a.tif").write_bytes(pile(shuffled))
    (tmp_path / "stapel" / "b.tif").write_bytes(pile(scanned(SCANS[2])))
    done = run("intake", "stapel", "--received", "2026-03-02", "--json")
    *found, last = json.loads(done.stdout)
    report = last["report"]
    assert done.returncode == 1, done.stderr.decode()
    assert report["pages_in"] == 5 + len(scanned(SCANS[2]))
    assert report["pages_in"] == report["pages_filed"] + report["pages_rejected"]
    assert report["rejected"]["page.blank"] == 1
    assert report["documents"] == 3
    (incomplete,) = report["incomplete"]
    assert (incomplete["file"], incomplete["page_numbers"]) == ("stapel/a.tif", [3])
    assert "Seite 2" in incomplete["message"]
    whole = [one for one in found if one["page_numbers"] == [1, 4]]
    assert [one["form"]["id"] for one in whole] == ["feedbackbogen"]
    assert whole[0]["fields"]["vorname"]["page"] == 4


def test_a_document_may_lie_in_several_files(run, tmp_path):
    for number, page in enumerate(reversed(scanned(SCANS[0]))):
        page.save(tmp_path / f"blatt{number}.png", dpi=(200, 200))
    done = run("intake", "blatt0.png", "blatt1.png", "--received", "2026-03-02", "--json")
    document, last = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr.decode()
    assert [(one["file"], one["page"]) for one in document["pages"]] == [
        ("blatt1.png", 1),
        ("blatt0.png", 1),
    ]
    assert (last["report"]["pages_in"], last["report"]["documents"]) == (2, 1)
    listed = run("archive", "list").stdout.decode()
    assert listed.count("Teil eines Dokuments: blatt1.png Seite 1, blatt0.png Seite 1") == 2
    again = json.loads(run("intake", "blatt0.png", "blatt1.png", "--json").stdout)
    assert [one.get("already_known") for one in again[:-1]] == [True]


def started(tmp_path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "FORMSERVICE_DATA": str(tmp_path / "var"),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "formservice.cli.main", *arguments],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Who runs the tests in the background has them ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def recognised(tmp_path: Path) -> list[Path]:
    return [one for one in (tmp_path / "var" / "intake").glob("*/*/*") if one.name.isdigit()]


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_broken_off_in_the_middle_it_goes_on_where_it_was(run, tmp_path, stop):
    (tmp_path / "stapel.tif").write_bytes(pile(list(pages_of(SCANS[1:]))))
    process = started(tmp_path, "intake", "stapel.tif", "--received", "2026-03-02")
    with process:
        while not recognised(tmp_path):
            assert process.poll() is None
            time.sleep(0.02)
        stopped = time.monotonic()
        process.send_signal(stop)
        said = process.communicate()[0].decode()
        assert time.monotonic() - stopped < 10
    kept = recognised(tmp_path)
    if stop == signal.SIGINT:
        assert "Abgebrochen: 1 Datei eingegangen, 0 erledigt, 1 Datei blieb liegen" in said
        assert f"Schon erkannt: {len(kept)} von 3 Bildseiten." in said
    assert all(one.stat().st_mode & 0o077 == 0 for one in kept)
    assert json.loads(run("archive", "list", "--json").stdout) == []
    done = run("intake", "stapel.tif", "--received", "2026-03-02", "--json")
    assert (
        f"{len(kept)} {'ist' if len(kept) == 1 else 'sind'} schon bekannt" in done.stderr.decode()
    )
    *found, last = json.loads(done.stdout)
    assert len({tuple(one["page_numbers"]) for one in found}) == len(found) == len(SCANS) - 1
    assert last["report"]["pages_in"] == last["report"]["pages_filed"]
    assert [one["name"] for one in json.loads(run("archive", "list", "--json").stdout)] == [
        "stapel.tif"
    ]
    assert recognised(tmp_path) == []


def test_people_read_what_became_of_all_pages(run, tmp_path):
    (tmp_path / "a.tif").write_bytes(pile([scanned(SCANS[0])[0], blank()]))
    done = run("intake", "a.tif")
    text = done.stdout.decode()
    assert "Seiten: 2 eingegangen = 1 abgelegt + 1 zurückgewiesen (1 leere Rückseite)" in text
    assert "a.tif, Seite 1: unvollständig. Seite 2 des Formulars „Feedbackbogen" in text
    assert done.returncode == 1


def test_the_separator_sheet_is_written_where_it_is_wanted(run, tmp_path):
    assert run("forms", "separator", "-o", "t.pdf").returncode == 0
    assert (tmp_path / "t.pdf").read_bytes().startswith(b"%PDF-")


def test_reading_many_pages_says_which_one_is_next_where_somebody_asks(run, tmp_path):
    (tmp_path / "a.tif").write_bytes(pile([scanned(SCANS[0])[0], blank()]))
    asked = run("read", "a.tif", "--json", "--progress")
    assert "Seite 1 von 2" in asked.stderr.decode()
    assert len(json.loads(asked.stdout)) == 2
    assert run("read", "a.tif", "--json").stderr == b""
