"""Predicates about what repeats: how many items there are, and what tells them apart."""

from collections.abc import Iterator

from formservice.domain.facts import Facts
from formservice.domain.form import FieldKey
from formservice.domain.groups import items_of
from formservice.domain.predicate import (
    CHOICES,
    DATES,
    GROUPS,
    WRITTEN,
    ArgumentType,
    Breach,
    Demand,
    Parameter,
    Predicate,
)
from formservice.domain.predicates_ages import age


def _at_least_items(demand: Demand) -> Iterator[Breach]:
    facts, least = demand.facts, demand.number("items")
    if sum(len(facts.items.of(group)) for group in demand.fields) < least:
        first = demand.fields[0]
        yield Breach(first, {"items": least})


def _at_most_items(demand: Demand) -> Iterator[Breach]:
    """Count the items that are there for sure and that the choice does not set aside."""
    facts, most = demand.facts, demand.number("items")
    counted = [
        item
        for group in demand.places[0]
        for item in facts.items.of(group)
        if facts.items.exists(item) and _counts(demand, item)
    ]
    if len(counted) > most:
        yield Breach(facts.place(counted[most]), {"items": most, "count": len(counted)})


def _different(demand: Demand) -> Iterator[Breach]:
    facts = demand.facts
    first: dict[object, FieldKey] = {}
    for key in demand.places[0]:
        said = _said(facts, key)
        if said is not None and _counts(demand, items_of(key)[-1] if items_of(key) else key):
            earlier = first.setdefault(said, key)
            if earlier != key:
                yield Breach(key, {"other": facts.name(earlier)})


def _counts(demand: Demand, item: str) -> bool:
    """Whether ``item`` holds none of the options of the rule's second field."""
    if len(demand.places) < 2:
        return True
    own = [key for key in demand.places[1] if items_of(key)[-1] == item]
    held = [demand.facts.chosen(key) for key in own]
    return all(one is not None and not set(one) & set(demand.texts("without")) for one in held)


def _said(facts: Facts, key: FieldKey) -> object:
    """Return what stands in a field so that it can be compared, None if that is no one thing."""
    chosen, text = facts.chosen(key), facts.text(key)
    if facts.day(key):
        return facts.day(key)
    if chosen and len(chosen) > 1:
        return None
    return " ".join(text.split()).casefold() or (chosen or None)


def _paired(demand: Demand) -> Iterator[Breach]:
    facts = demand.facts
    first, second, *of_age = demand.fields
    if of_age and not _younger(demand, *of_age):
        return
    for item in facts.items.of(first):
        other = second + item[len(first) :]
        if facts.items.exists(item) and facts.filled(other) is False:
            yield Breach(other, {"other": facts.name(item)})


def _younger(demand: Demand, birth: FieldKey, day: FieldKey | None = None) -> bool:
    """Whether someone born on ``birth`` was for sure below the age on ``day``."""
    born, on = demand.facts.day(birth), demand.facts.day(day) if day else demand.facts.received
    return born is not None and on is not None and age(born, on) < demand.number("age")


_WITHOUT = Parameter(ArgumentType.OPTIONS, "options of the choice that leave an item out", ())

ITEMS = (
    Predicate(
        "at_least_items",
        "The groups have at least so many items, counted together.",
        _at_least_items,
        (GROUPS,),
        arguments={"items": Parameter(ArgumentType.NUMBER, "fewest items", 1)},
        params=frozenset({"items"}),
    ),
    Predicate(
        "at_most_items",
        "The group has no more than so many items, not counting those whose choice, the second "
        "field, holds one of the options left out.",
        _at_most_items,
        (GROUPS, CHOICES),
        most=2,
        arguments={
            "items": Parameter(ArgumentType.NUMBER, "most items"),
            "without": _WITHOUT,
        },
        params=frozenset({"items", "count"}),
        lists=True,
    ),
    Predicate(
        "different",
        "No two items have the same in the first field, not counting those whose choice, the "
        "second field, holds one of the options left out.",
        _different,
        (WRITTEN | DATES | CHOICES, CHOICES),
        most=2,
        arguments={"without": _WITHOUT},
        params=frozenset({"other"}),
        lists=True,
    ),
    Predicate(
        "paired",
        "Where an item of the first group is filled, that of the same number in the second is, "
        "too. With two dates more: only if someone born on the first was younger on the second.",
        _paired,
        (GROUPS, GROUPS, DATES),
        least=2,
        most=4,
        arguments={
            "age": Parameter(ArgumentType.NUMBER, "age in years; the birthday itself counts", 16)
        },
        params=frozenset({"other"}),
    ),
)
