"""Text that people typed into a Word form outside its fields."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from lxml import etree

from formservice.bootstrap import Services
from tests import known
from tests.adapters.test_word_copied_rows import changed, tags

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TYPED = "Geheimnisvolles"
PLAN = {
    "vorname": "Samira",
    "ziele": [{"text": "Wohnung finden", "leistungen_klient": [{"text": "Anrufen"}]}],
}


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


def control(root: etree._Element, tag: str) -> etree._Element:
    return next(one for one in root.iter(f"{W}sdt") if tag in tags(one))


def around(element: etree._Element, name: str) -> etree._Element:
    return next(element.iterancestors(f"{W}{name}"))


def write(into: etree._Element, text: str) -> None:
    run = etree.SubElement(into, f"{W}r")
    etree.SubElement(run, f"{W}t").text = text


def a_row_without_controls(root: etree._Element) -> None:
    """Insert a row as Word does: cells without anything in them."""
    row = around(control(root, "ziele[0].leistungen_klient[0].text"), "tr")
    new = etree.Element(f"{W}tr")
    for text in (TYPED, "bis 12.10.2026"):
        write(etree.SubElement(etree.SubElement(new, f"{W}tc"), f"{W}p"), text)
    row.addnext(new)


def a_sentence_between_tables(root: etree._Element) -> None:
    table = around(control(root, "ziele[0].angebot_vorhanden.ja"), "tbl")
    paragraph = etree.Element(f"{W}p")
    write(paragraph, f"{TYPED} steht dazwischen.")
    table.addnext(paragraph)


def behind_the_control(root: etree._Element) -> None:
    write(around(control(root, "ziele[0].text"), "p"), f" und {TYPED}")


def in_a_new_paragraph_of_its_cell(root: etree._Element) -> None:
    cell = around(control(root, "ziele[0].text"), "tc")
    write(etree.SubElement(cell, f"{W}p"), TYPED)


def read(services: Services, change: Callable[[etree._Element], None]) -> dict[str, Any]:
    plan = services.generate.one(services.forms.get("integrationsfoerderplan"), PLAN, "docx")
    data = changed(plan, change)
    (document,) = services.isolated_read(data, "plan.docx", received=date(2026, 3, 2))
    assert not any(TYPED in finding["message"] for finding in document["findings"])
    return document


def outside(document: dict[str, Any]) -> list[str]:
    return [one["message"] for one in document["findings"] if one["code"] == "form.outside"]


@pytest.mark.parametrize("change", [a_row_without_controls, a_sentence_between_tables])
def test_text_where_no_field_is_makes_a_person_look(services: Services, change):
    document = read(services, change)
    assert len(outside(document)) == 1
    assert not document["archivable"]


@pytest.mark.parametrize("change", [behind_the_control, in_a_new_paragraph_of_its_cell])
def test_text_beside_a_control_makes_its_field_doubtful_and_no_other(services: Services, change):
    document = read(services, change)
    assert [key for key, one in document["fields"].items() if not one["accepted"]] == [
        "ziele[0].text"
    ]
    assert not outside(document)


def test_what_a_form_prints_itself_is_nothing_to_say(services: Services):
    for definition in services.forms:
        data = services.generate.one(definition, {}, "docx")
        (document,) = services.isolated_read(data, "leer.docx", received=date(2026, 3, 2))
        assert not outside(document)
        assert not any("overflow" in one["doubts"] for one in document["fields"].values())
