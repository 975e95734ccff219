"""What stands in a record, as somebody would have typed it into the page of its form."""

from collections.abc import Mapping
from typing import Any  # records have the shape of the JSON contract

from formservice.domain.form import Field, FieldKey, FieldKind
from formservice.domain.groups import items_of, numbered, numbers, pattern
from formservice.domain.record import Reading
from formservice.domain.values import parse_date
from formservice.web.form_page_posted import Posted
from formservice.web.texts import text


def as_typed(one: Field, value: object) -> tuple[str, ...]:
    """Return a value (as JSON) as somebody would have typed or ticked it."""
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("ja" if value else "nein",)
    if isinstance(value, list | tuple):
        return tuple(str(option) for option in value)
    if one.kind is FieldKind.DATE:
        try:
            day = parse_date(str(value))
            return (f"{day.day:02}.{day.month:02}.{day.year:04}",)
        except ValueError:
            pass
    return (str(value),)


def as_read(one: Field, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what stands in a field of a record; a day that is none as it was written."""
    value = known.get("value")
    if value is None and one.kind is FieldKind.DATE and known.get("reading") != Reading.BLANK:
        return (str(known["raw"]),) if known.get("raw") else ()
    if one.kind is FieldKind.SIGNATURE and not known.get("accepted", True) and value is None:
        return ()
    return as_typed(one, value)


def shown_as(one: Field, typed: tuple[str, ...]) -> str:
    """Return what stands in a field as a page without fields tells it."""
    if one.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return text(f"form.{one.kind}.{typed[0]}") if typed and typed[0] in ("ja", "nein") else ""
    if one.kind is FieldKind.CHOICE:
        labels = {option.key: option.label for option in one.options}
        return ", ".join(labels[key] for key in typed if key in labels)
    return typed[0] if typed else ""


def origin_of(key: FieldKey, said: Posted | None) -> FieldKey:
    """Return what a field of the page is called in the record; empty for one of a new item."""
    if said is None or not said.items:
        return key
    indices = list(numbers(key))
    for place, item in enumerate(items_of(key)):
        origins = said.items.get(item.rpartition("[")[0])
        if origins is None:
            continue
        if indices[place] >= len(origins):
            return ""
        before = origins[indices[place]]
        if before is None:
            return ""
        indices[place] = before
    return numbered(pattern(key), indices)
