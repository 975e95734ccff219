"""A new form needs a Word file and a YAML file: no line of Python knows the call-back slip."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from formservice.adapters.definitions.template_check import check
from formservice.bootstrap import Services, Settings
from formservice.domain.document import Medium, Page
from formservice.domain.form import FormDefinition
from formservice.domain.values import values_from_data

TINY = Path(__file__).parent / "tiny_form"
SLIP = {
    "name": "Jürgen Özdemir-Großkopf",
    "angerufen_am": "2026-11-02",
    "dringend": True,
    "erreichbar": "nachmittags",
    "anliegen": "Meine Heizung „spinnt“ –\nbitte noch heute, 3 < 4 & 5.",
    "notiert": True,
}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return Services(Settings(forms=TINY, data=tmp_path), new_reference=lambda: "TEST00000001")


@pytest.fixture
def slip(services: Services) -> FormDefinition:
    return services.forms.get("rueckruf")


def test_a_form_made_of_two_files_has_nothing_wrong() -> None:
    assert check(TINY) == []


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_a_form_made_of_two_files_comes_back_as_it_was_filled(
    services: Services, slip: FormDefinition, format_: str
) -> None:
    document = services.generate.one(slip, SLIP, format_)
    [read] = services.read(document, received=date(2026, 11, 20))
    assert read.definition == slip
    assert read.record is not None
    wanted = values_from_data(slip, SLIP)
    assert {key: read.record.value(key) for key in SLIP} == wanted
    assert read.reference == "TEST00000001"


def test_a_form_made_of_two_files_has_its_rule_and_its_deadline(
    services: Services, slip: FormDefinition
) -> None:
    document = services.generate.one(slip, SLIP | {"name": ""}, "docx")
    [read] = services.read(document, received=date(2026, 11, 20))
    assert read.result is not None
    assert {(f.field, f.rule) for f in read.result.findings} >= {("name", "R-RR-01")}
    [deadline] = read.result.deadlines
    assert (deadline.due, deadline.met) == (date(2026, 11, 9), False)


def test_what_was_recognised_with_another_blank_form_is_recognised_anew(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "forms")
    settings = Settings(forms=tmp_path / "forms", data=tmp_path)
    kept = Services(settings).work_in_hand
    with kept.held(lambda: None):
        kept.keep_pages("a" * 64, [Page(1, Medium.SCAN, 595, 842)])
    assert Services(settings).work_in_hand.pages("a" * 64)
    (blank,) = (tmp_path / "forms").rglob("form.pdf")
    blank.write_bytes(blank.read_bytes() + b"%")
    assert not Services(settings).work_in_hand.pages("a" * 64)
    blank.unlink()
    assert not Services(settings).work_in_hand.pages("a" * 64)
