"""``archive copy`` and ``archive check`` as another program calls them."""

import hashlib
import io
import json

import pikepdf
import pytest
from PIL import Image

from formservice.domain.canonical import digest
from tests.adapters.archive_cases import case
from tests.adapters.test_archive_verapdf import stand_in


@pytest.fixture
def record(tmp_path):
    """A file with one record, as ``read --json`` prints it."""
    file = tmp_path / "datensatz.json"
    file.write_text(json.dumps([case().reading], ensure_ascii=False), "utf-8")
    return file


@pytest.mark.slow
def test_a_record_becomes_a_copy_that_passes_the_checks(run, record, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        done = run("archive", "copy", record, "-o", name, "--received", "2026-04-20")
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        kept = json.loads(pdf.attachments["datensatz.json"].get_file().read_bytes())
    assert digest(kept) == digest(case().reading)
    (told,) = json.loads(run("archive", "check", "a.pdf", "--json").stdout)
    assert told["passed"]
    assert told["checks"] > 25


@pytest.mark.slow
def test_without_attachments_the_record_lies_beside(run, record, tmp_path):
    settings = {"FORMSERVICE_ARCHIVE_COPY": "PDF/A-2"}
    done = run("archive", "copy", record, "-o", "kopie.pdf", settings=settings)
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "kopie-datensatz.json").read_text("utf-8"))
    assert digest(kept) == digest(case().reading)


@pytest.mark.slow
def test_verapdf_is_asked_about_the_standard_that_a_copy_follows(run, record, tmp_path):
    settings = {"FORMSERVICE_ARCHIVE_COPY": "PDF/A-2", "FORMSERVICE_VERAPDF": stand_in(tmp_path)}
    for command in (("copy", record, "-o", "kopie.pdf"), ("check", "kopie.pdf")):
        done = run("archive", *command, settings=settings)
        assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked.txt").read_text().splitlines()
    assert asked == ["--format xml --flavour 2a", "--format xml --flavour ua1"] * 2


@pytest.mark.parametrize(
    ("text", "returncode", "told"),
    [
        ("- {source: folder, by: Poststelle}", 0, "1 Eingangsweg beschrieben"),
        (
            "- {source: folder, von: Poststelle}",
            3,
            "[0].von (Zeile 1): Der Schlüssel ist unbekannt.",
        ),
    ],
)
def test_check_tells_whether_it_is_said_who_scans(run, tmp_path, text, returncode, told):
    (tmp_path / "scannen.yaml").write_text(text, "utf-8")
    done = run("check", settings={"FORMSERVICE_SCANNING": str(tmp_path / "scannen.yaml")})
    (line,) = [one for one in done.stdout.decode().splitlines() if " Scannen " in one]
    assert told in line
    assert done.returncode == returncode


@pytest.mark.slow
def test_of_a_scan_its_picture_is_kept_beside(run, tmp_path):
    picture = io.BytesIO()
    Image.new("L", (827, 1169), 255).save(picture, "PNG", dpi=(100, 100))
    (tmp_path / "scan.png").write_bytes(picture.getvalue())
    reading = {**case().reading, "medium": "scan", "page_numbers": [1]}
    reading["file"] = "/home/weber/scans/scan.png"
    reading["sha256"] = hashlib.sha256(picture.getvalue()).hexdigest()
    (tmp_path / "r.json").write_text(json.dumps(reading))
    done = run("archive", "copy", "r.json", "-o", "k.pdf", "--original", "scan.png", "--json")
    assert [one["file"] for one in json.loads(done.stdout)] == ["k.pdf", "k-abbild.pdf"]
    assert run("archive", "check", "k-abbild.pdf").returncode == 0
    with pikepdf.open(tmp_path / "k-abbild.pdf") as pdf:
        told = json.loads(pdf.attachments["transfervermerk.json"].get_file().read_bytes())
    assert told["file"] == "scan.png"
    other = run("archive", "copy", "r.json", "-o", "k.pdf", "--original", "r.json")
    assert other.returncode == 1


def test_a_file_with_faults_is_named_with_them(run, tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "leer.pdf")
    done = run("archive", "check", "leer.pdf")
    assert done.returncode == 1
    assert "[xmp.pdfa]" in done.stdout.decode()


def test_a_verapdf_that_is_not_there_is_named(run, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    done = run("archive", "check", "x.pdf", settings={"FORMSERVICE_VERAPDF": "/nowhere/verapdf"})
    assert done.returncode == 3
    assert b"engine.missing" in done.stderr


@pytest.mark.parametrize("content", ["{}", "[]", '[{"file": "x", "error": {}}]', "[1]"])
def test_what_is_no_record_is_refused(run, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    done = run("archive", "copy", "x.json", "-o", "x.pdf")
    assert done.returncode == 1
    assert b"input" in done.stderr


def test_a_setting_nobody_knows_is_refused(run, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    done = run("archive", "check", "x.pdf", settings={"FORMSERVICE_ARCHIVE_COPY": "PDF/X"})
    assert done.returncode == 2
