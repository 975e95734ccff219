"""Items of groups added, taken away and put in another order, with all that is known of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any  # records have the shape of the JSON contract

from formservice.application.editing_record import group_keys
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKey, FormDefinition
from formservice.domain.groups import (
    MOST_ITEMS,
    Shape,
    flat,
    groups,
    items_of,
    numbered,
    numbers,
    pattern,
    shape_of,
)

_NOTHING: Mapping[str, Any] = {
    "reading": "blank",
    "value": None,
    "raw": "",
    "confidence": 1.0,
    "accepted": True,
    "method": None,
    "page": None,
    "box": None,
    "doubts": [],
}


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a group as they are to be: for each the number it had, None for a new one.

    Lists inside an item are named by the item's new number (``ziele[0].teilziele``), and their
    numbers are those they had in that item before.
    """

    order: tuple[int | None, ...]


def wrong_orders(
    definition: FormDefinition, fields: Collection[FieldKey], orders: Mapping[FieldKey, Items]
) -> list[Problem]:
    """Return what is wrong with the orders somebody wants."""
    known = {group.key for group in groups(definition.members)}
    before = shape_of(definition, fields)
    found: list[Problem] = []
    for key, wanted in orders.items():
        taken = [one for one in wanted.order if one is not None]
        if pattern(key) not in known or len(numbers(key)) != pattern(key).count("[]"):
            found.append(Problem(key, "Diese Liste gibt es im Formular nicht."))
        elif len(wanted.order) > MOST_ITEMS:
            found.append(Problem(key, f"Höchstens {MOST_ITEMS} Einträge sind möglich."))
        elif len(set(taken)) < len(taken) or any(
            not 0 <= one < _count(key, orders, before) for one in taken
        ):
            found.append(Problem(key, "Einen dieser Einträge gibt es nicht (mehr)."))
    return found


def _count(key: FieldKey, orders: Mapping[FieldKey, Items], before: Shape) -> int:
    """Return how many items the list ``key`` (with new numbers) had before."""
    old = _before(f"{key}[0]", orders)
    return 0 if old is None else before.get(old[: -len("[0]")], 0)


def rearranged(
    definition: FormDefinition,
    fields: Mapping[FieldKey, Mapping[str, Any]],
    orders: Mapping[FieldKey, Items],
    wanted: Collection[FieldKey],
) -> dict[FieldKey, dict[str, Any]]:
    """Return the fields of a record with its items in another order.

    There are as many items as stand in the order, or were there before, and those that ``wanted``
    names; new ones are blank. What was read of an item goes with it.
    """
    before = shape_of(definition, fields)
    if not orders and all(key in fields for key in wanted):
        return {key: dict(one) for key, one in fields.items()}
    shape = _shape(definition, before, orders, shape_of(definition, wanted))
    moved: dict[FieldKey, dict[str, Any]] = {}
    for field in flat(definition.members or definition.fields, shape):
        old = _before(field.key, orders)
        found = None if old is None else fields.get(old)
        moved[field.key] = {**_NOTHING, "corrected": True} if found is None else dict(found)
    return moved


def _shape(
    definition: FormDefinition, before: Shape, orders: Mapping[FieldKey, Items], least: Shape
) -> dict[str, int]:
    """Return how many items each group has then."""
    shape: dict[str, int] = {}
    for group in groups(definition.members):
        for key in group_keys(group, shape):
            known = orders.get(key)
            count = _count(key, orders, before) if known is None else len(known.order)
            shape[key] = max(count, least.get(key, 0))
    return shape


def _before(key: FieldKey, orders: Mapping[FieldKey, Items]) -> FieldKey | None:
    """Return what a field was called before, None for one that was not there."""
    indices = list(numbers(key))
    for place, item in enumerate(items_of(key)):
        wanted = orders.get(item.rpartition("[")[0])
        if wanted is None:
            continue
        number = indices[place]
        origin = wanted.order[number] if number < len(wanted.order) else None
        if origin is None:
            return None
        indices[place] = origin
    return numbered(pattern(key), indices)
