"""The data that ``read --json`` prints and the archive keeps."""

import json
from dataclasses import replace
from datetime import date
from typing import Any  # JSON

from formservice.application.identify import Identity
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from formservice.domain.deadlines import Deadline
from formservice.domain.document import Medium
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group
from formservice.domain.groups import flat
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.rules import CheckResult

UNKNOWN = ReadDocument(Medium.SCAN, (3,), Identity(None, None, 0.0, 0.0))
LATE = Deadline(
    key="vorlage",
    start=date(2026, 3, 27),
    due=date(2026, 4, 7),
    met=False,
    why=("Der 06.04.2026 ist Ostermontag.",),
    title="Vorlage",
    calendar="holidays 0.108, NI",
)


def data(document: ReadDocument) -> dict[str, Any]:
    """Return the report as it comes back from JSON."""
    found = document_data(document, "bogen.pdf", "ab" * 32, 0.5)
    return dict(json.loads(json.dumps(found)))


def test_a_document_of_no_known_form_has_no_fields_and_asks_a_person() -> None:
    found = data(UNKNOWN)
    assert (found["form"], found["fields"], found["archivable"]) == (None, {}, False)
    assert [one["code"] for one in found["findings"]] == ["form.unidentified"]


def test_a_deadline_tells_which_holidays_were_counted() -> None:
    """A later edition of the holidays must not change an old result unnoticed."""
    result = CheckResult((), (LATE,), archivable=False)
    assert data(replace(UNKNOWN, result=result))["deadlines"] == [
        {
            "key": "vorlage",
            "rule": None,
            "title": "Vorlage",
            "start": "2026-03-27",
            "due": "2026-04-07",
            "met": False,
            "why": ["Der 06.04.2026 ist Ostermontag."],
            "calendar": "holidays 0.108, NI",
        }
    ]


PLAN = FormRef("plan", "2026-01")
MEMBERS = (
    Field("tag", FieldKind.DATE, "Tag"),
    Field("frage", FieldKind.TEXT, "Frage"),
    Group("hilfen", "Hilfe", 1, (Field("hilfen[]", FieldKind.TEXT, "x", zeitangabe=True),), True),
)


def times(values: dict[str, Value], received: date) -> dict[str, object]:
    """Return what the report adds to fields that ask for a time, as JSON."""
    fields = {
        key: Extraction(key, Reading.READ, str(value), value, 1.0, None)
        for key, value in values.items()
    }
    document = replace(
        UNKNOWN,
        definition=FormDefinition(PLAN, "Plan", "de-DE", (), flat(MEMBERS, {}), members=MEMBERS),
        record=Record(PLAN, fields),
        received=received,
    )
    found = data(document)["fields"]
    return {key: one["zeitangabe"] for key, one in found.items() if "zeitangabe" in one}


def test_a_time_in_words_is_told_beside_the_words_in_every_item() -> None:
    values: dict[str, Value] = {
        "hilfen[0]": "bis 12.10.2016",
        "hilfen[1]": "ab sofort",
        "hilfen[2]": "Therapie beginnen (bis 02.12.2016)",
        "hilfen[3]": "bald",
        "frage": "bis 12.10.2016",
    }
    assert times(values, date(2026, 1, 5)) == {
        "hilfen[0]": {"art": "bis", "datum": "2016-10-12"},
        "hilfen[1]": {"art": "ab", "datum": None},
        "hilfen[2]": {"art": "bis", "datum": "2016-12-02"},
        "hilfen[3]": None,
    }


def test_a_time_without_a_year_counts_from_the_day_on_the_form() -> None:
    values: dict[str, Value] = {"tag": date(2016, 10, 5), "hilfen[0]": "bis 12.10."}
    assert times(values, date(2026, 1, 5)) == {"hilfen[0]": {"art": "bis", "datum": "2016-10-12"}}
    del values["tag"]
    assert times(values, date(2026, 1, 5)) == {"hilfen[0]": {"art": "bis", "datum": "2026-10-12"}}
