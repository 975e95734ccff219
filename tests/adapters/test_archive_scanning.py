"""What the office says of its scanning: a YAML file, by the way that documents come in."""

from dataclasses import replace
from datetime import date

import pytest

from formservice.adapters.archive_copy.scanning_file import Scanners, load
from formservice.application.transfervermerk import Scanning
from formservice.domain.errors import DefinitionError, UsageError
from tests.adapters.archive_cases import case

WAYS = """
- source: folder
  name: "platz-2/*"
  until: 2026-06-30
  by: Poststelle, Platz 2
  organisation: Landkreis Muster
  device: Muster Scan 5
  profile: 300 dpi grau, beidseitig
- {source: folder, by: Poststelle}
- {source: mail, device: wechselnde Geräte der Träger}
"""
POST = Scanning(by="Poststelle")


def told(tmp_path, text: str) -> Scanners:
    file = tmp_path / "scannen.yaml"
    file.write_text(text, "utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("way", "name", "day", "said"),
    [
        (
            "folder",
            "platz-2/stapel.pdf",
            date(2026, 6, 30),
            Scanning(
                "Poststelle, Platz 2",
                "Landkreis Muster",
                "Muster Scan 5",
                "300 dpi grau, beidseitig",
            ),
        ),
        ("folder", "platz-2/stapel.pdf", date(2026, 7, 1), POST),
        ("folder", "stapel.pdf", date(2026, 6, 30), POST),
        ("mail", "stapel.pdf", date(2026, 6, 30), Scanning(device="wechselnde Geräte der Träger")),
        ("upload", "stapel.pdf", date(2026, 6, 30), Scanning()),
        ("folder", "stapel.pdf", None, Scanning()),
    ],
)
def test_the_first_way_that_fits_tells_who_scanned(tmp_path, way, name, day, said):
    given = replace(case(), source=way, name=name, received=day)
    assert told(tmp_path, WAYS)(given) == said


def test_without_a_file_nothing_is_said():
    assert load(None)(case()) == Scanning()


@pytest.mark.parametrize(
    ("text", "where", "sentence"),
    [
        ("- {source: fax, by: A}", "[0].source", "Erlaubt ist: upload, portal, browser, "),
        ("- {by: A}", "[0].source", "Der Schlüssel fehlt."),
        ("- {source: mail, gerät: A, by: B}", "[0].gerät", "unbekannt"),
        ("- {source: mail, by: 4711}", "[0].by", "Text"),
        ("- {source: mail, by: '  '}", "[0].by", "leer"),
        ("- {source: mail}", "[0]", "by, organisation, device oder profile"),
        ("- {source: mail, since: gestern, by: A}", "[0].since", "Tag"),
        ("- {source: mail, by: A, since: 2026-02-01, until: 2026-01-31}", "[0].until", "vor"),
        ("source: mail", "", "Liste"),
        ("- [", "", "YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, where, sentence):
    with pytest.raises(DefinitionError, match=r"scannen\.yaml") as raised:
        told(tmp_path, text)
    (problem,) = raised.value.problems
    assert sentence in problem.message
    assert where in problem.where


def test_a_file_that_is_not_there_is_named_with_its_setting(tmp_path):
    with pytest.raises(UsageError, match="nirgends") as raised:
        load(tmp_path / "nirgends.yaml")
    assert "FORMSERVICE_SCANNING" in str(raised.value.hint)
