"""A reading in the shape of the JSON contract, as rows that can be counted and searched."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

_Row = dict[str, object]


def form_of(reading: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return form and edition of a reading, nothing if no form was recognised."""
    form = reading.get("form")
    return (form.get("id"), form.get("edition")) if isinstance(form, dict) else (None, None)


def finding_rows(reading: Mapping[str, Any]) -> Sequence[_Row]:
    """Return the findings of a reading, each with its place among them."""
    return [
        {
            "position": place,
            "code": one["code"],
            "severity": one.get("severity", "notes"),
            "field": one.get("field"),
        }
        for place, one in enumerate(reading.get("findings") or ())
    ]


def deadline_rows(reading: Mapping[str, Any]) -> Sequence[_Row]:
    """Return the deadlines of a reading."""
    rows = {
        one["key"]: {
            "key": one["key"],
            "start": _day(one.get("start")),
            "due": _day(one.get("due")),
            "met": one.get("met"),
        }
        for one in reading.get("deadlines") or ()
    }
    return list(rows.values())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
