"""veraPDF is asked by its command line; a small program that answers like it stands in."""

import io
import sys
from pathlib import Path

import pikepdf
import pytest

from formservice.adapters.archive_copy.copies import ArchiveCopies
from formservice.adapters.archive_copy.picture_files import SourcePage
from formservice.adapters.archive_copy.scans import searchable
from formservice.adapters.archive_copy.verapdf import VeraPdf, claimed
from formservice.domain.errors import EngineError, EngineMissingError
from tests.adapters import test_archive_scans as scans
from tests.adapters.archive_cases import SERVICES, case, copies, copy

_REPORT = """<?xml version="1.0" encoding="utf-8"?>
<report><jobs><job><item size="1"><name>kopie.pdf</name></item>
<validationReport jobEndStatus="normal" profileName="PDF/{flavour} validation profile"
 isCompliant="{compliant}"><details passedRules="1" failedRules="0">
<rule specification="ISO 19005-3:2012" clause="6.1.3" testNumber="1" status="{status}">
<description>The file trailer dictionary shall contain the ID keyword</description></rule>
</details></validationReport></job></jobs></report>"""


def stand_in(folder: Path, *, compliant: bool = True, status: int | None = None) -> str:
    """Return a command that answers as veraPDF does, and keeps what it was asked."""
    report = _REPORT.replace("{compliant}", str(compliant).lower())
    report = report.replace("{status}", "passed" if compliant else "failed")
    script = folder / "verapdf.py"
    script.write_text(
        "import pathlib, sys\n"
        f"asked = pathlib.Path({str(folder / 'asked.txt')!r})\n"
        "with asked.open('a') as file: file.write(' '.join(sys.argv[1:-1]) + chr(10))\n"
        "assert pathlib.Path(sys.argv[-1]).read_bytes().startswith(b'%PDF')\n"
        f"print({report!r}.replace('{{flavour}}', sys.argv[4]))\n"
        f"sys.exit({(0 if compliant else 1) if status is None else status})\n"
    )
    return f"{sys.executable} '{script}'"


def test_the_verdict_and_the_rules_broken_come_from_its_report(tmp_path):
    (first, second) = VeraPdf(stand_in(tmp_path)).judged(b"%PDF-1.7", ("3a", "ua1"))
    assert (first.compliant, first.profile, first.failures) == (
        True,
        "PDF/3a validation profile",
        (),
    )
    assert second.flavour == "ua1"
    asked = (tmp_path / "asked.txt").read_text().splitlines()
    assert asked == ["--format xml --flavour 3a", "--format xml --flavour ua1"]
    (refused,) = VeraPdf(stand_in(tmp_path, compliant=False)).judged(b"%PDF-1.7", ("3a",))
    assert not refused.compliant
    assert refused.failures[0].startswith("6.1.3-1: The file trailer")


def test_a_command_that_is_not_there_is_refused_by_name():
    with pytest.raises(EngineMissingError):
        VeraPdf("/nowhere/verapdf").judged(b"%PDF-1.7", ("3a",))


def test_a_command_that_fails_or_says_nothing_is_no_verdict(tmp_path):
    with pytest.raises(EngineError, match="gescheitert"):
        VeraPdf(stand_in(tmp_path, status=7)).judged(b"%PDF-1.7", ("3a",))
    for said in ("", "<report/>", "no report"):
        command = f"{sys.executable} -c 'print(\"{said}\")'"
        with pytest.raises(EngineError):
            VeraPdf(command).judged(b"%PDF-1.7", ("3a",))


def test_a_copy_that_verapdf_refuses_is_not_made(tmp_path):
    definition = SERVICES.forms.get("einwilligung-daten")
    renderer = copies()._renderer
    made = ArchiveCopies(renderer, SERVICES.forms, VeraPdf(stand_in(tmp_path)))
    assert made.make(case("einwilligung-daten"), definition).pdf
    strict = VeraPdf(stand_in(tmp_path, compliant=False))
    with pytest.raises(EngineError, match=r"6\.1\.3"):
        ArchiveCopies(renderer, SERVICES.forms, strict).make(
            case("einwilligung-daten"), definition
        )


def test_the_copy_of_a_picture_is_judged_as_well(tmp_path):
    page = SourcePage(1, scans.file(scans.picture(), "JPEG"), 1)
    validator = VeraPdf(stand_in(tmp_path))
    searchable(scans.case(), scans.FORM, [page], embed=False, validator=validator)
    asked = (tmp_path / "asked.txt").read_text().splitlines()
    assert asked == ["--format xml --flavour 2a", "--format xml --flavour ua1"]
    strict = VeraPdf(stand_in(tmp_path, compliant=False))
    with pytest.raises(EngineError, match=r"6\.1\.3"):
        searchable(scans.case(), scans.FORM, [page], validator=strict)


def test_a_file_is_judged_by_the_standard_it_says_it_follows():
    assert claimed(copy("einwilligung-daten")) == ("3a", "ua1")
    assert claimed(copy("einwilligung-daten", embed=False)) == ("2a", "ua1")
    assert claimed(_saying("<rdf:Description pdfaid:part='2' pdfaid:conformance='B'/>")) == (
        "2b",
        "ua1",
    )
    for said in ("", "<pdfaid:part>9</pdfaid:part>", "<broken"):
        assert claimed(_saying(said)) == ("3a", "ua1")
    assert claimed(b"no PDF") == ("3a", "ua1")


def _saying(said: str) -> bytes:
    spaces = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    spaces += " xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/'"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Metadata = pdf.make_stream(f"<rdf:RDF {spaces}>{said}</rdf:RDF>".encode())
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()
