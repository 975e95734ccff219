"""Word forms that grew and were printed to PDF: nothing is taken for what it is not.

A long answer pushes down what stands below it, over the end of the page at last. What is read
from a zone must have stood in it.
"""

import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from formservice.application.read_document import ReadDocument
from formservice.application.report import plain
from formservice.domain.document import Doubt, Method
from formservice.domain.form import FieldKind
from formservice.domain.groups import numbers, pattern
from formservice.domain.record import Reading
from formservice.domain.values import values_from_data
from tests import known
from tests.programs import needs_office
from tests.sample_cases import CASES

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_office]

SERVICES = known.services(lambda: "GEWACHSEN002")
SENTENCE = "Girts Ozols lernt jeden Tag Deutsch und fährt mit dem Bus zur Arbeit. "


def sample(form: str, name: str) -> dict[str, Any]:
    return dict(next(one for one in CASES if (one.form, one.name) == (form, name)).values)


def expectation(sentences: int, **more: object) -> dict[str, Any]:
    answer = (SENTENCE * sentences).strip()
    return sample("erwartungsbogen", "vollstaendig") | {"erwartungen": answer} | more


def feedback(key: str, sentences: int) -> dict[str, Any]:
    return sample("feedbackbogen", "zzz-tester") | {key: (SENTENCE * sentences).strip()}


def plan(key: str, rows: int) -> dict[str, Any]:
    """Return the first goal of a plan of the samples with ``rows`` more in one of its lists."""
    values = sample("integrationsfoerderplan", "samira")
    goal = values["ziele"][0]
    more = [f"Amt {number} für Hilfen" for number in range(1, rows + 1)]
    if key.startswith("leistungen"):
        dated = [{"text": text, "zeitangabe": "bis 03.11.2016"} for text in more]
        return values | {"ziele": [goal | {key: [*goal[key], *dated]}]}
    return values | {"ziele": [goal | {key: [*goal[key], *more]}]}


PUSHED = {
    "erwartungsbogen over the page": ("erwartungsbogen", expectation(40)),
    "erwartungsbogen of two pages": (
        "erwartungsbogen",
        expectation(60, fahrkosten="nein", fahrkosten_mittel=[], gesetzliche_betreuung="ja"),
    ),
}
LISTS = {
    "plan with two more Einrichtungen": ("integrationsfoerderplan", plan("einrichtungen", 2)),
    "plan with one more Leistung": ("integrationsfoerderplan", plan("leistungen_jmd", 1)),
    "plan with five more Leistungen": ("integrationsfoerderplan", plan("leistungen_jmd", 5)),
    "plan with three more Teilziele": ("integrationsfoerderplan", plan("teilziele", 3)),
}
GROWN = {
    **PUSHED,
    **LISTS,
    "erwartungsbogen by little": ("erwartungsbogen", expectation(34)),
    "erwartungsbogen by one line": (
        "erwartungsbogen",
        expectation(2, anschrift="bei Ozols\nGroße Straße 14\n37073 Göttingen"),
    ),
    "feedbackbogen by one line": ("feedbackbogen", feedback("q2_geaendert", 3)),
    "feedbackbogen by a hair above the signatures": (
        "feedbackbogen",
        feedback("q7_ressourcen", 9),
    ),
    "feedbackbogen by half a page": ("feedbackbogen", feedback("q3_erreicht", 18)),
    "feedbackbogen over the page": ("feedbackbogen", feedback("q4_wodurch", 30)),
    "feedbackbogen at its end": ("feedbackbogen", feedback("q8_danach", 40)),
    "schweigepflicht by some lines": (
        "schweigepflichtentbindung",
        sample("schweigepflichtentbindung", "erteilt") | {"daten": SENTENCE * 12},
    ),
}
# Boxes and signatures nobody made a mark in.
UNMARKED = (FieldKind.TICK, FieldKind.SIGNATURE)
WHOLE = {"erwartungsbogen that did not grow": ("erwartungsbogen", expectation(1))}


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ReadDocument]:
    """Return every case as read from the PDF that LibreOffice makes of our Word file."""
    folder = tmp_path_factory.mktemp("prints")
    cases = {**GROWN, **WHOLE}
    for number, (form, values) in enumerate(cases.values()):
        data = SERVICES.generate.one(SERVICES.forms.get(form), values, "docx")
        folder.joinpath(f"{number}.docx").write_bytes(data)
    files = [str(folder / f"{number}.docx") for number in range(len(cases))]
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return {name: read(folder / f"{number}.pdf") for number, name in enumerate(cases)}


def read(file: Path) -> ReadDocument:
    (document,) = SERVICES.read(file.read_bytes(), received=date(2026, 1, 9))
    return document


def wrong(document: ReadDocument, form: str, values: Mapping[str, object]) -> list[str]:
    """Return the keys whose accepted values are not what was sent; rows that are lost as well."""
    definition = SERVICES.forms.get(form)
    truth = values_from_data(definition, values)
    assert document.record is not None
    assert document.definition is not None
    fields = document.record.fields
    bad = [
        one.key
        for one in document.definition.fields
        if fields[one.key].accepted
        and plain(fields[one.key].value)
        != plain(truth.get(one.key, False if one.kind in UNMARKED else None))
    ]
    lost = [
        key
        for key in truth.keys() - fields.keys()
        for other, one in fields.items()
        if one.accepted and row_of(other) == row_of(key)
    ]
    return bad + lost


def row_of(key: str) -> tuple[str, tuple[int, ...]]:
    """Return the list a row belongs to."""
    return pattern(key), tuple(numbers(key)[:-1])


@pytest.mark.parametrize("name", [*GROWN, *WHOLE])
def test_what_is_accepted_from_a_print_that_grew_is_what_was_sent(prints, name):
    assert wrong(prints[name], *{**GROWN, **WHOLE}[name]) == []


@pytest.mark.parametrize("name", PUSHED)
def test_boxes_pushed_to_the_next_page_are_looked_for_between_labels(prints, name):
    fields = prints[name].record.fields
    for key in ("fahrkosten", "gesetzliche_betreuung"):
        assert fields[key].method is Method.LABEL, key
        assert Doubt.FOREIGN_LAYOUT in fields[key].doubts
        assert fields[key].value == GROWN[name][1][key]


def test_an_answer_over_two_pages_is_never_accepted_in_part(prints):
    for name in PUSHED:
        assert not prints[name].record.fields["erwartungen"].accepted


@pytest.mark.parametrize("name", LISTS)
def test_rows_pushed_to_the_next_page_do_not_count_as_blank(prints, name):
    fields = prints[name].record.fields
    rows = [one for key, one in fields.items() if ".einrichtungen[" in key]
    assert [one for one in rows if one.accepted and one.reading is Reading.BLANK] == []


@pytest.mark.parametrize("name", PUSHED)
def test_what_stands_above_an_answer_that_grew_is_accepted_as_ever(prints, name):
    fields = prints[name].record.fields
    above = ("name", "vorname", "anschrift", "geburtsdatum", "projektname", "teilnahme_von")
    assert [key for key in above if not fields[key].accepted] == []


def test_everything_is_accepted_on_a_print_that_did_not_grow(prints):
    (name,) = WHOLE
    assert [key for key, one in prints[name].record.fields.items() if not one.accepted] == []
