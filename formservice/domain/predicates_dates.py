"""Predicates about dates: their order, past and future, and times named in free text."""

from collections.abc import Iterator
from datetime import date

from formservice.domain.facts import Facts
from formservice.domain.form import FieldKey
from formservice.domain.predicate import (
    DATES,
    WRITTEN,
    ArgumentType,
    Breach,
    Demand,
    Parameter,
    Predicate,
)


def _not_before(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    day, earliest = demand.facts.day(key), demand.facts.day(bound)
    if day and earliest and day < earliest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _not_after(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    day, latest = demand.facts.day(key), demand.facts.day(bound)
    if day and latest and day > latest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _in_the_past(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        day = demand.facts.day(key)
        if day and day >= demand.facts.received:
            yield Breach(key)


def _not_future(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        day = demand.facts.day(key)
        if day and day > demand.facts.received:
            yield Breach(key)


def _plausible_birth_date(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        born = demand.facts.day(key)
        if born is None or born >= demand.facts.received:
            continue
        age = _age(born, demand.facts.received)
        if not demand.number("youngest") <= age <= demand.number("oldest"):
            yield Breach(key)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _time_expression(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        text = demand.facts.text(key)
        if text and all(found.past for found in demand.facts.times(key, demand.facts.received)):
            yield Breach(key)


def _time_not_before(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    earliest = demand.facts.day(bound)
    named = _days_named(demand.facts, key, earliest)
    # An early date may belong to the story told; only if no later one is named it is a slip.
    if earliest and named and max(named) < earliest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _time_not_after(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    latest = demand.facts.day(bound)
    named = _days_named(demand.facts, key, latest)
    if latest and named and max(named) > latest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _days_named(facts: Facts, key: FieldKey, reference: date | None) -> list[date]:
    """Return the days that stand in the text with their year, so that they can be compared."""
    if reference is None:
        return []
    found = facts.times(key, reference)
    return [one.day for one in found if one.day and one.absolute and not one.past]


_PAIR = frozenset({"other"})

DAYS = (
    Predicate(
        "not_before",
        "The first date is not before the second.",
        _not_before,
        (DATES,),
        least=2,
        most=2,
        params=_PAIR,
    ),
    Predicate(
        "not_after",
        "The first date is not after the second.",
        _not_after,
        (DATES,),
        least=2,
        most=2,
        params=_PAIR,
    ),
    Predicate("in_the_past", "Every date is before the day of receipt.", _in_the_past, (DATES,)),
    Predicate("not_future", "No date is after the day of receipt.", _not_future, (DATES,)),
    Predicate(
        "plausible_birth_date",
        "Someone born that day has an age possible here on the day of receipt.",
        _plausible_birth_date,
        (DATES,),
        arguments={
            "youngest": Parameter(ArgumentType.NUMBER, "lowest age in years", 14),
            "oldest": Parameter(ArgumentType.NUMBER, "highest age in years", 100),
        },
    ),
    Predicate(
        "time_expression",
        "The text says until when (a date, „in 3 Monaten“, „KW 20“, „sofort“ …).",
        _time_expression,
        (WRITTEN,),
    ),
    Predicate(
        "time_not_before",
        "The latest day named in the text, with its year, is not before the date.",
        _time_not_before,
        (WRITTEN, DATES),
        least=2,
        most=2,
        params=_PAIR,
    ),
    Predicate(
        "time_not_after",
        "The latest day named in the text, with its year, is not after the date.",
        _time_not_after,
        (WRITTEN, DATES),
        least=2,
        most=2,
        params=_PAIR,
    ),
)
