"""Predicates about dates: their order, past and future, and times named in free text."""

import re
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


def _after(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    day, earlier = demand.facts.day(key), demand.facts.day(bound)
    if day and earlier and day <= earlier:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _within_months(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    day, start = demand.facts.day(key), demand.facts.day(bound)
    months = demand.number("months")
    if day and start and _months(start, day) > months:
        yield Breach(key, {"other": demand.facts.name(bound), "months": months})


def _months(start: date, day: date) -> int:
    """Return how many months, begun ones included, lie between two days."""
    whole = (day.year - start.year) * 12 + day.month - start.month
    # A month from 31 January ends on the last of February (§ 188 Abs. 3 BGB), which has no 31st.
    return whole + (day.day > start.day)


def _not_past(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        day = demand.facts.day(key)
        if day and day < demand.facts.received:
            yield Breach(key)


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


def _time_expression(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if demand.facts.text(key) and not demand.facts.tells_when(key):
            yield Breach(key)


def _any_time(demand: Demand) -> Iterator[Breach]:
    facts = demand.facts
    for key in demand.fields:
        if facts.filled(key) is None or facts.tells_when(key):
            return
        if facts.filled(key) and not facts.text(key):
            return  # a date, or what was meant to be one
    yield Breach(demand.fields[0])


def _time_not_before(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    earliest = demand.facts.day(bound)
    named = _days_named(demand.facts, key, earliest, until=demand.truth("until"))
    # An early date may belong to the story told; only if no later one is named it is a slip.
    if earliest and named and max(named) < earliest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _time_not_after(demand: Demand) -> Iterator[Breach]:
    key, bound = demand.fields
    latest = demand.facts.day(bound)
    named = _days_named(demand.facts, key, latest)
    if latest and named and max(named) > latest:
        yield Breach(key, {"other": demand.facts.name(bound)})


def _days_named(
    facts: Facts, key: FieldKey, reference: date | None, *, until: bool = False
) -> list[date]:
    """Return the days that stand in the text with their year, so that they can be compared."""
    if reference is None:
        return []
    found = facts.times(key, reference)
    text = " ".join(facts.text(key).split())
    due = [one for one in found if not until or _is_due(one.raw, text)]
    return [one.day for one in due if one.day and one.absolute and not one.past]


def _is_due(day: str, text: str) -> bool:
    """Whether something is to be done by ``day``; other days may only be told about."""
    pattern = rf"\b(?:bis|spätestens)(?: zum| am)? {re.escape(day)}"
    return re.search(pattern, text, re.IGNORECASE) is not None


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
        orders=True,
    ),
    Predicate(
        "not_after",
        "The first date is not after the second.",
        _not_after,
        (DATES,),
        least=2,
        most=2,
        params=_PAIR,
        orders=True,
    ),
    Predicate(
        "after",
        "The first date is later than the second.",
        _after,
        (DATES,),
        least=2,
        most=2,
        params=_PAIR,
        orders=True,
    ),
    Predicate(
        "within_months",
        "The first date is no more than so many months after the second.",
        _within_months,
        (DATES,),
        least=2,
        most=2,
        arguments={"months": Parameter(ArgumentType.NUMBER, "most months", 12)},
        params=frozenset({"other", "months"}),
        orders=True,
    ),
    Predicate(
        "not_past",
        "No date is before the day of receipt.",
        _not_past,
        (DATES,),
        orders=True,
    ),
    Predicate(
        "in_the_past",
        "Every date is before the day of receipt.",
        _in_the_past,
        (DATES,),
        orders=True,
    ),
    Predicate(
        "not_future",
        "No date is after the day of receipt.",
        _not_future,
        (DATES,),
        orders=True,
    ),
    Predicate(
        "time_expression",
        "The text says until when (a date, „in 3 Monaten“, „KW 20“, „sofort“ …).",
        _time_expression,
        (WRITTEN,),
    ),
    Predicate(
        "any_time",
        "One of the fields is a date, or a text that says until when, from when or that it goes "
        "on.",
        _any_time,
        (WRITTEN | DATES,),
    ),
    Predicate(
        "time_not_before",
        "The latest day named in the text, with its year, is not before the date.",
        _time_not_before,
        (WRITTEN, DATES),
        least=2,
        most=2,
        arguments={
            "until": Parameter(
                ArgumentType.TRUTH, "count only days that something is to be done by", False
            )
        },
        params=_PAIR,
        orders=True,
    ),
    Predicate(
        "time_not_after",
        "The latest day named in the text, with its year, is not after the date.",
        _time_not_after,
        (WRITTEN, DATES),
        least=2,
        most=2,
        params=_PAIR,
        orders=True,
    ),
)
