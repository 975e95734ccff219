"""Answers in the middle of printed sentences leave the sentences ours."""

from dataclasses import replace

import pytest

from formservice.application.extract import CONTINUED
from formservice.application.wording_exact import differences
from formservice.domain.document import Block, Box, Method
from formservice.domain.form import (
    Field,
    FieldKind,
    FixedText,
    FlowItem,
    FormDefinition,
    FormRef,
    Layout,
    PageCopy,
)
from formservice.domain.record import Extraction, Reading, Record

REF = FormRef("reisegeld", "2026-01")
FIELDS = tuple(
    Field(key, FieldKind.TEXT, key, placeholder="Angabe") for key in ("name", "ort", "ziel")
)
FLOW = (
    FlowItem(text="Reisegeld"),
    FlowItem(text="Ich,"),
    FlowItem(anchor="name"),
    FlowItem(text=", wohnhaft in ("),
    FlowItem(anchor="ort"),
    FlowItem(text="), fahre nach"),
    FlowItem(anchor="ziel"),
    FlowItem(text="."),
    FlowItem(text="Ich zahle zu viel Gezahltes zurück."),
)
PAGE = (595.0, 842.0)
FORM = FormDefinition(
    REF,
    "Reisegeld",
    "de-DE",
    ("Ich zahle zu viel Gezahltes zurück.",),
    FIELDS,
    layout=Layout(REF, (PAGE,), (), FLOW),
    fixed_text=FixedText("1", "0" * 64),
)
PROMISE = "Ich zahle zu viel Gezahltes zurück."


def record(**values: str) -> Record:
    fields = {
        key: Extraction(key, Reading.READ, value, value, 1.0, Method.CONTROL)
        for key, value in values.items()
    }
    return Record(REF, fields)


def blocks(*texts: str) -> list[Block]:
    return [Block(text) for text in ("Reisegeld", *texts)]


@pytest.mark.parametrize(
    ("name", "ort", "ziel"),
    [
        ("Mira Muster", "Bad Muster", "Neustadt"),
        ("Mira B.", "Halle (Saale)", "z.B."),
        ("in", "wohnhaft", "Ich"),
        ("„Mira“", "a/b", "Ulm, Bonn"),
    ],
)
def test_an_answer_that_touches_printed_signs_changes_no_text(name, ort, ziel):
    line = f"Ich, {name}, wohnhaft in ({ort}), fahre nach {ziel}."
    read = record(name=name, ort=ort, ziel=ziel)
    assert differences(FORM, read, blocks(line, PROMISE)) == ()


def test_a_prompt_that_was_saved_as_text_changes_no_text():
    line = "Ich, Angabe, wohnhaft in (Angabe), fahre nach Angabe."
    assert differences(FORM, record(), blocks(line, PROMISE)) == ()


@pytest.mark.parametrize(
    "promise",
    [
        "Ich zahle zu viel Gezahltes nicht zurück.",
        "Ich zahle zu viel Gezahltes, Muster, zurück.",
        "Ich zahle nichts zurück.",
    ],
)
def test_other_text_is_still_found_beside_an_answer(promise):
    line = "Ich, Muster, wohnhaft in (Ort), fahre nach Ulm."
    read = record(name="Muster", ort="Ort", ziel="Ulm")
    assert len(differences(FORM, read, blocks(line, promise))) == 1


def test_a_word_glued_to_an_answer_is_not_ours():
    line = "Ich, Muster,/verzichte, wohnhaft in (Ort), fahre nach Ulm."
    read = record(name="Muster", ort="Ort", ziel="Ulm")
    assert len(differences(FORM, read, blocks(line, PROMISE))) == 1


def test_every_answer_shown_on_a_copied_page_may_go_on_elsewhere():
    layout = FORM.layout
    assert layout is not None
    copied = replace(
        FORM, layout=replace(layout, pages=(PAGE, PAGE), copies=(PageCopy(1, "gruppe", 1, 0),))
    )
    box = Box(0.1, 0.1, 0.9, 0.12)
    cut = [Block(f"Wort {CONTINUED}", page=2, box=box) for _ in FIELDS]
    first = blocks("Ich,", ", wohnhaft in (", "), fahre nach", ".", PROMISE)
    read = record(name="Wort und mehr", ort="Wort und mehr", ziel="Wort und mehr")
    assert differences(copied, read, [*first, *cut]) == ()
