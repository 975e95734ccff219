"""The data that ``read --json`` prints and the archive keeps."""

import json
from dataclasses import replace
from datetime import date
from typing import Any  # JSON

from formservice.application.identify import Identity
from formservice.application.read import ReadDocument
from formservice.application.report import document_data
from formservice.domain.deadlines import Deadline
from formservice.domain.document import Medium
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
