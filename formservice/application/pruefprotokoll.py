"""The Prüfprotokoll of an accepted document: who did what and when, what was found, what was said.

It is plain data, so that it can be kept beside the record and drawn on paper alike. It names
fields, never their contents; the reasons people gave are part of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any  # a reading has the shape of the JSON contract

from formservice import __version__
from formservice.application.ports_store import Acknowledged, Version
from formservice.application.terms import person_of, told_of
from formservice.domain.canonical import digest
from formservice.domain.case import State
from formservice.domain.chain import Link
from formservice.domain.changes import changed_fields, finding_id
from formservice.domain.copies import reshaped
from formservice.domain.form import FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading, Value
from formservice.domain.values import is_date, parse_date

FORMAT = 1
"""Which shape the data have; it rises when a key is lost or changes its meaning."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that is known of one document when its copy is made.

    ``reading`` is the newest record, as ``read --json`` prints it; ``at`` when it was settled, in
    seconds since 1970; ``source`` which way it came; ``originals`` the files that its pages stand
    in, each once, in their order; ``people`` are names by user id.
    ``links`` are the events of this document.
    """

    document: str
    reading: Mapping[str, Any]
    at: float
    name: str = ""
    source: str = ""
    originals: Sequence[str] = ()
    received: date | None = None
    state: State | None = None
    versions: Sequence[Version] = ()
    acknowledged: Sequence[Acknowledged] = ()
    links: Sequence[Link] = ()
    people: Mapping[str, str] = field(default_factory=dict)


def values_of(definition: FormDefinition, reading: Mapping[str, Any]) -> dict[FieldKey, Value]:
    """Return the values of a record as they are printed; what was not read has none."""
    fields = reading.get("fields") or {}
    kinds = {one.key: one.kind for one in _whole(definition, fields).fields}
    values: dict[FieldKey, Value] = {}
    for key, told in fields.items():
        value = _value(kinds.get(key), told)
        if value is not None:
            values[key] = value
    return values


def _value(kind: FieldKind | None, told: Mapping[str, Any]) -> Value | None:
    value = told.get("value")
    if kind is None or value is None or told.get("reading") != Reading.READ:
        return None
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if isinstance(value, bool):
        return value
    if kind is FieldKind.DATE and is_date(str(value)):
        return parse_date(str(value))
    return str(value)


def protocol(case: CaseFile, definition: FormDefinition) -> dict[str, object]:
    """Return the protocol as JSON-ready data."""
    reading = case.reading
    names = {one.key: one.name for one in _whole(definition, reading.get("fields") or {}).fields}
    return {
        "format": FORMAT,
        "document": case.document,
        "form": {
            "id": definition.ref.form,
            "edition": definition.ref.edition,
            "title": definition.title,
        },
        "reference": reading.get("reference"),
        "received": None if case.received is None else case.received.isoformat(),
        "state": None if case.state is None else str(case.state),
        "settled": moment(case.at),
        "file": {
            "name": case.name,
            "medium": reading.get("medium"),
            "pages": list(reading.get("page_numbers") or ()),
        },
        "sha256": {
            "originals": _originals(case),
            "record": digest(dict(reading)),
        },
        "versions": list(_versions(case, names)),
        "findings": list(_findings(case, names)),
        "reasons": list(_reasons(case, names)),
        "deadlines": [dict(one) for one in reading.get("deadlines") or ()],
        "not_read": list(_not_read(reading, names)),
        "doubtful": list(_doubtful(reading, names)),
        "not_printed": [key for key in reading.get("fields") or () if key not in names],
        "events": [_event(link, case.people) for link in case.links],
        "program": {"read": reading.get("program"), "copied": __version__},
    }


def _originals(case: CaseFile) -> list[str]:
    """Return the files it was read from, as the record names them where nobody knows better."""
    reading = case.reading
    told = [one["sha256"] for one in reading.get("pages") or ()] or [reading.get("sha256")]
    return list(dict.fromkeys(case.originals or [one for one in told if one]))


def moment(at: float) -> str:
    """Return a point in time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def _whole(definition: FormDefinition, fields: Mapping[str, object]) -> FormDefinition:
    return reshaped(definition, shape_of(definition, fields))


def _versions(case: CaseFile, names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    before: Mapping[str, Any] | None = None
    for one in case.versions:
        changed = () if before is None else changed_fields(before, one.reading)
        before = one.reading
        yield {
            "version": one.version,
            "at": moment(one.created_at),
            "author": person_of(one.author, case.people),
            "reason": one.reason,
            "sha256": one.sha256,
            "changed": [{"field": key, "name": names.get(key, key)} for key in changed],
        }


def _findings(case: CaseFile, names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    answers = {one.finding: one for one in case.acknowledged}
    for one in case.reading.get("findings") or ():
        answer = answers.get(finding_id(one))
        key = one.get("field")
        yield {
            "code": one["code"],
            "severity": one.get("severity"),
            "field": key,
            "name": None if key is None else names.get(key, key),
            "rule": one.get("rule"),
            "message": one.get("message"),
            "answered": None if answer is None else _answer(answer, case.people),
        }


def _reasons(case: CaseFile, names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Yield every reason given, those for moves from state to state among them."""
    for one in case.acknowledged:
        name = None if one.field is None else names.get(one.field, one.field)
        yield {"code": one.code, "field": one.field, "name": name} | _answer(one, case.people)


def _answer(one: Acknowledged, people: Mapping[str, str]) -> dict[str, object]:
    return {
        "reason": one.reason,
        "author": person_of(one.author, people),
        "role": str(one.role),
        "at": moment(one.created_at),
    }


def _not_read(reading: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for key, one in (reading.get("fields") or {}).items():
        if one.get("reading") in (Reading.UNREADABLE, Reading.NOT_FOUND):
            yield {"field": key, "name": names.get(key, key), "reading": one["reading"]}


def _doubtful(reading: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for key, one in (reading.get("fields") or {}).items():
        if one.get("reading") == Reading.READ and one.get("doubts"):
            yield {"field": key, "name": names.get(key, key), "doubts": list(one["doubts"])}


def _event(link: Link, people: Mapping[str, str]) -> dict[str, object]:
    return {
        "seq": link.seq,
        "at": link.at,
        "type": link.type,
        "author": person_of(link.author, people),
        "told": told_of(link),
        "hash": link.hash,
    }
