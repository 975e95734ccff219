"""A kept record as domain values, so that all checks can be put to it anew."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from formservice.domain.copies import reshaped
from formservice.domain.document import Doubt
from formservice.domain.form import FieldKey, FieldKind, FormDefinition, Group
from formservice.domain.groups import Shape, groups, numbered, shape_of
from formservice.domain.record import Extraction, Reading, Record, Value

_READINGS = {str(one): one for one in Reading}
_DOUBTS = {str(one): one for one in Doubt}


def fitting(definition: FormDefinition, fields: Collection[FieldKey]) -> FormDefinition:
    """Return ``definition`` with as many items of its groups as ``fields`` has, not one more.

    In a foreign layout there may be fewer than our form prints, and none of some list.
    """
    found = shape_of(definition, fields)
    shape: dict[str, int] = {}
    for group in groups(definition.members):
        for key in group_keys(group, shape):
            shape[key] = found.get(key, 0)
    return reshaped(definition, shape)


def group_keys(group: Group, shape: Shape) -> list[str]:
    """Return what a group is called in each item around it; ``shape`` says how many there are."""
    if "[]" not in group.key:
        return [group.key]
    outer = group.key.partition("[].")[0]
    return [numbered(group.key, (index,)) for index in range(shape[outer])]


def record_of(definition: FormDefinition, reading: Mapping[str, Any]) -> Record:
    """Return what a kept reading says; ``definition`` is as wide as it (``fitting``).

    What somebody has looked at has no doubts, and was not recognised: a person answers for it.
    Where nobody had to sign (``online``), the sending counts.
    """
    kinds = {field.key: field.kind for field in definition.fields}
    given = reading.get("fields") or {}
    fields = {key: _extraction(key, one, kinds.get(key)) for key, one in given.items()}
    sheets = reading.get("sheets") or ()
    elsewhere = {one["answers"] for one in sheets if one.get("answers")}
    elsewhere |= {key for key, one in given.items() if one.get("online")}
    return Record(definition.ref, fields, elsewhere=frozenset(elsewhere))


def is_looked_at(field: Mapping[str, Any]) -> bool:
    """Say whether a person has decided what stands in a field."""
    return bool(field.get("corrected") or field.get("confirmed"))


def _extraction(key: FieldKey, one: Mapping[str, Any], kind: FieldKind | None) -> Extraction:
    reading = _READINGS.get(str(one.get("reading")), Reading.UNREADABLE)
    value = _value(one.get("value"), kind)
    if is_looked_at(one):
        raw = value if isinstance(value, str) else ""
        return Extraction(key, reading, raw, value, 1.0, None)
    named = (_DOUBTS.get(str(doubt)) for doubt in one.get("doubts") or ())
    return Extraction(
        key=key,
        reading=reading,
        raw=str(one.get("raw") or ""),
        value=value,
        confidence=float(one.get("confidence") or 0.0),
        method=None,
        doubts=frozenset(doubt for doubt in named if doubt is not None),
    )


def _value(value: object, kind: FieldKind | None) -> Value | None:
    """Return a value as the domain has it, from JSON."""
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if kind is FieldKind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, str | bool) else None
