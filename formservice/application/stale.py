"""Telling somebody that a record has changed since they saw it, by the names of its fields."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.editing_record import fitting
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Documents
from formservice.domain.changes import StaleError, changed_fields, refuse_future
from formservice.domain.form import FieldKey


def stale(documents: Documents, document: str, base: int, forms: Forms) -> StaleError:
    """Return what tells somebody who saw version ``base`` which fields have changed since.

    UsageError if nobody can have seen it.
    """
    versions = {one.version: one.reading for one in documents.versions(document)}
    newest = max(versions, default=0)
    refuse_future(base, newest)
    after = versions.get(newest, {})
    changed = changed_fields(versions.get(base, {}), after)
    return StaleError(changed, newest, names_of(after, changed, forms))


def names_of(
    reading: Mapping[str, Any], keys: Sequence[FieldKey], forms: Forms
) -> tuple[str, ...]:
    """Return what people call these fields; what the form does not have keeps its key."""
    names = labels(reading, keys, forms)
    return tuple(names.get(key, key) for key in keys)


def labels(
    reading: Mapping[str, Any], keys: Collection[FieldKey], forms: Forms
) -> Mapping[FieldKey, str]:
    """Return what people call the fields of a record's form, with the items of ``keys``."""
    definition = form_read(reading, forms)
    if definition is None:
        return {}
    return {field.key: field.name for field in fitting(definition, keys).fields}
