"""What the page of a form changes of the record it was made from."""

from collections.abc import Mapping
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from formservice.application.editing import AS_READ, UNREADABLE
from formservice.application.editing_items import Items
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import flat, shape_of
from formservice.domain.record import Reading
from formservice.domain.text import clean
from formservice.web.form_page_posted import Posted, value_of
from formservice.web.form_page_read import as_read, origin_of


def changes(
    definition: FormDefinition, said: Posted, reading: Mapping[str, Any], received: date
) -> dict[FieldKey, object]:
    """Return what a page changes of the record it was made from, as ``Edit`` takes it.

    What nobody touched is no change; a doubtful value that stays as it is stays doubtful, unless
    somebody says that it is right.
    """
    fields = reading.get("fields") or {}
    shape = shape_of(definition, said.typed)
    kinds = {one.key: one for one in flat(definition.members or definition.fields, shape)}
    found: dict[FieldKey, object] = {}
    for group, order in said.items.items():
        wanted = _order(group, order, said)
        if not _is_as_before(group, wanted, said, fields):
            found[group] = Items(wanted)
    for key, typed in said.typed.items():
        one, known = kinds.get(key), fields.get(origin_of(key, said)) or {}
        if one is None:
            continue
        if key in said.unreadable:
            found[key] = UNREADABLE
        elif _meant(one, typed) != _meant(one, as_read(one, known)):
            found[key] = value_of(one, typed, received)
        elif key in said.right and not known.get("accepted"):
            found[key] = AS_READ
    return found


def _meant(one: Field, typed: tuple[str, ...]) -> object:
    """Return what was typed so that the same thing is the same."""
    if one.kind is FieldKind.CHOICE:
        return frozenset(option for option in typed if option)
    first = clean(typed[0]) if typed else ""
    return first == "ja" if one.kind is FieldKind.TICK else first


def _order(group: FieldKey, order: tuple[int | None, ...], said: Posted) -> tuple[int | None, ...]:
    """Return the items of a list without new ones at its end in which nothing stands."""
    while order and order[-1] is None:
        item = f"{group}[{len(order) - 1}]"
        if any(any(typed) for key, typed in said.typed.items() if key.startswith(item)):
            break
        order = order[:-1]
    return order


def _is_as_before(
    group: FieldKey,
    order: tuple[int | None, ...],
    said: Posted,
    fields: Mapping[FieldKey, Mapping[str, Any]],
) -> bool:
    """Say whether a list has the items it had, but for blank ones that a page does not show.

    New items at its end need no order: their fields name them.
    """
    known = tuple(one for one in order if one is not None)
    if known != tuple(range(len(known))) or order[: len(known)] != known:
        return False
    before = origin_of(f"{group}[0]", said) if known else origin_of(group, said)
    start = before.removesuffix("[0]") + "["
    gone = (
        one
        for key, one in fields.items()
        if before
        and key.startswith(start)
        and int(key[len(start) :].partition("]")[0]) >= len(known)
    )
    return all(one.get("reading") == Reading.BLANK and one.get("accepted") for one in gone)
