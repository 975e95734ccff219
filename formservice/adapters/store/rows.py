"""A reading in the shape of the JSON contract, as rows that can be counted and searched."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.application.goals import Goal, GoalsTold
from formservice.application.ports_store import Arrival, Kept
from formservice.domain.case import State
from formservice.domain.errors import UsageError

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


def goal_rows(goals: Sequence[Goal]) -> Sequence[_Row]:
    """Return the goals of a plan, by number and without their words."""
    return [{"number": one.number, "review": one.review, "is_open": one.is_open} for one in goals]


def no_goals(reading: Mapping[str, Any]) -> GoalsTold:  # as its type has it
    """Return no goals of any record, where no definitions are known."""
    return GoalsTold()


def part_row(received: Kept, part: str, place: int) -> _Row:
    """Return the row of a form found in a received file."""
    return {
        "id": part,
        "part_of": received.id,
        "name": received.name,
        "source": received.source,
        "state": State.RECEIVED,
        "traeger": received.traeger,
        "received": received.received,
        # In their order, a millisecond apart.
        "created_at": now() + place / 1000,
        "version": 0,
        "stage": "done",
        "status": "waiting",
        "due": 0.0,
        "tries": 0,
        "fence": 0,
    }


def storable(value: Any) -> Any:  # any JSON, and the same back
    """Return JSON data with „?“ for what no text in UTF-8 can hold, as file names on Linux may."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(one) for one in value]
    return value


def text_of(given: str) -> str:
    """Return a text as every database takes it: PostgreSQL has no NUL."""
    return str(storable(given)).replace("\0", "?")


def escaped(text: str) -> str:
    """Return a text as ``LIKE … ESCAPE '/'`` takes it for itself and not for a pattern."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def is_code(text: str) -> bool:
    """Say whether a text can be the code of a finding, as the tables have room for it."""
    return _ID.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Say whether a text can be the key of a field, as the tables have room for it."""
    return _KEY.fullmatch(text) is not None


def refuse_odd(arrival: Arrival) -> None:
    """Raise UsageError for an id that senders may not choose."""
    if not _ID.fullmatch(arrival.id):
        raise UsageError(
            "Diese Kennung eines Vorgangs ist nicht möglich.",
            "Erlaubt sind 1 bis 64 Buchstaben (ohne Umlaute), Ziffern und . _ : -",
        )


_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_KEY = re.compile(r"[0-9A-Za-z._:\[\]-]{1,128}")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def named(connection: Connection, originals: Sequence[str]) -> Collection[str]:
    """Return those of so many originals that something names, wherever that stands."""
    columns = (
        schema.originals.c.sha256,
        schema.documents.c.original,
        schema.pages.c.original,
        schema.copies.c.sha256,
    )
    queries = [select(one).where(one.in_(originals)) for one in columns]
    return {str(one) for query in queries for one in connection.execute(query).scalars()}
