"""Predicates about how old somebody is, and what is needed below and from an age."""

from collections.abc import Iterator
from datetime import date

from formservice.domain.predicate import (
    ANY,
    DATES,
    ArgumentType,
    Breach,
    Demand,
    Parameter,
    Predicate,
)


def _plausible_birth_date(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        born = demand.facts.day(key)
        if born is None or born >= demand.facts.received:
            continue
        years = age(born, demand.facts.received)
        if not demand.number("youngest") <= years <= demand.number("oldest"):
            yield Breach(key)


def age(born: date, on: date) -> int:
    """Return the age in whole years; who was born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _age_between(demand: Demand) -> Iterator[Breach]:
    key, day = demand.fields
    born, on = demand.facts.day(key), demand.facts.day(day)
    youngest, oldest = demand.number("youngest"), demand.number("oldest")
    if born and on and born <= on and not youngest <= age(born, on) <= oldest:
        yield Breach(key, {"youngest": youngest, "oldest": oldest})


def _reached_age(demand: Demand) -> Iterator[Breach]:
    key, day = demand.fields
    born, on, years = demand.facts.day(key), demand.facts.day(day), demand.number("age")
    if born and on and age(born, on) < years:
        yield Breach(key, {"age": years})


def _filled_below_age(demand: Demand) -> Iterator[Breach]:
    key, birth, day = demand.fields
    born, on, years = demand.facts.day(birth), demand.facts.day(day), demand.number("age")
    if born and on and age(born, on) < years and demand.facts.filled(key) is False:
        yield Breach(key, {"age": years})


def _filled_from_age(demand: Demand) -> Iterator[Breach]:
    key, birth, day = demand.fields
    born, on, years = demand.facts.day(birth), demand.facts.day(day), demand.number("age")
    if born and on and age(born, on) >= years and demand.facts.filled(key) is False:
        yield Breach(key, {"age": years})


_AGE = {"age": Parameter(ArgumentType.NUMBER, "age in years; the birthday itself counts", 16)}
_RANGE = {
    "youngest": Parameter(ArgumentType.NUMBER, "lowest age in years", 12),
    "oldest": Parameter(ArgumentType.NUMBER, "highest age in years", 27),
}

AGES = (
    Predicate(
        "plausible_birth_date",
        "Someone born that day has an age possible here on the day of receipt.",
        _plausible_birth_date,
        (DATES,),
        arguments={
            "youngest": Parameter(ArgumentType.NUMBER, "lowest age in years", 14),
            "oldest": Parameter(ArgumentType.NUMBER, "highest age in years", 100),
        },
        orders=True,
    ),
    Predicate(
        "age_between",
        "Someone born on the first date has an age within these years on the second.",
        _age_between,
        (DATES,),
        least=2,
        most=2,
        arguments=_RANGE,
        params=frozenset(_RANGE),
        orders=True,
    ),
    Predicate(
        "reached_age",
        "Someone born on the first date has reached the age on the second.",
        _reached_age,
        (DATES,),
        least=2,
        most=2,
        arguments=_AGE,
        params=frozenset(_AGE),
        orders=True,
    ),
    Predicate(
        "filled_below_age",
        "The first field is filled if someone born on the second was younger on the third.",
        _filled_below_age,
        (ANY, DATES),
        least=3,
        most=3,
        arguments=_AGE,
        params=frozenset(_AGE),
        requires=True,
    ),
    Predicate(
        "filled_from_age",
        "The first field is filled if someone born on the second was not younger on the third.",
        _filled_from_age,
        (ANY, DATES),
        least=3,
        most=3,
        arguments=_AGE,
        params=frozenset(_AGE),
        requires=True,
    ),
)
