"""What differs between two versions of a record, and which findings of one are still open."""

from collections.abc import Collection, Mapping
from typing import Any  # records have the shape of the JSON contract


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of the fields whose reading or value differs, in the order of the form."""
    old, new = before.get("fields") or {}, after.get("fields") or {}
    return tuple(
        key
        for key in dict.fromkeys((*new, *old))
        if _meaning(old.get(key)) != _meaning(new.get(key))
    )


def open_findings(
    record: Mapping[str, Any], answered: Collection[tuple[str, str | None]]
) -> tuple[str, ...]:
    """Return what still blocks: field or code of every such finding nobody answers for.

    ``answered`` are code and field of findings that somebody answers for; this counts only where
    the rule allows it (``overridable``).
    """
    return tuple(
        str(one.get("field") or one["code"])
        for one in record.get("findings") or ()
        if one.get("severity") == "blocks"
        and not (one.get("overridable") and (one["code"], one.get("field")) in answered)
    )


def _meaning(field: Mapping[str, Any] | None) -> tuple[object, object]:
    return (None, None) if field is None else (field.get("reading"), field.get("value"))
