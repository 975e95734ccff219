"""Predicates about what is there: filled, left empty, ticked once, attached."""

from collections.abc import Iterator

from formservice.domain.answers import says_all_reached, says_none
from formservice.domain.predicate import (
    ANY,
    CHOICES,
    WRITTEN,
    ArgumentType,
    Breach,
    Demand,
    Parameter,
    Predicate,
)


def _filled(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if demand.facts.filled(key) is False:
            yield Breach(key)


def _empty(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if demand.facts.filled(key):
            yield Breach(key)


def _exactly_one(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        chosen = demand.facts.chosen(key)
        if chosen is not None and len(chosen) != 1:
            yield Breach(key)


def _at_most_one(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if len(demand.facts.chosen(key) or ()) > 1:
            yield Breach(key)


def _any_filled(demand: Demand) -> Iterator[Breach]:
    if all(demand.facts.filled(key) is False for key in demand.fields):
        yield Breach(demand.fields[0])


def _not_chosen(demand: Demand) -> Iterator[Breach]:
    options = demand.texts("options")
    for key in demand.fields:
        # Both boxes of „ja“ and „nein“ say neither; that has a finding of its own.
        if demand.facts.chosen(key) and demand.facts.holds({key: options}):
            yield Breach(key)


def _only_with(demand: Demand) -> Iterator[Breach]:
    field, condition = demand.fields
    chosen = demand.facts.chosen(condition)
    if chosen is None or not demand.facts.filled(field):
        return
    if not set(chosen) & set(demand.texts("options")):
        yield Breach(field, {"other": demand.facts.name(condition)})


def _answered_unless(demand: Demand) -> Iterator[Breach]:
    """Let the first field be empty only if the second says that there is nothing to tell."""
    field, other = demand.fields
    facts = demand.facts
    if facts.filled(field) is not False or facts.filled(other) is None:
        return
    said = facts.text(other)
    spared = says_none(said) or (demand.truth("all_spares") and says_all_reached(said))
    if not spared:
        yield Breach(field, {"other": facts.name(other)})


def _attached(demand: Demand) -> Iterator[Breach]:
    # One document on its own cannot hold another one, so that a person has to confirm it.
    yield Breach(demand.fields[0])


PRESENCE = (
    Predicate("filled", "Something meaningful stands in every field.", _filled, requires=True),
    Predicate(
        "any_filled",
        "Something meaningful stands in one of the fields.",
        _any_filled,
        requires=True,
    ),
    Predicate("empty", "Nothing stands in any of the fields.", _empty),
    Predicate(
        "exactly_one", "Exactly one box of each choice is ticked.", _exactly_one, (CHOICES,)
    ),
    Predicate("at_most_one", "No choice has more than one box ticked.", _at_most_one, (CHOICES,)),
    Predicate(
        "not_chosen",
        "No choice holds one of the options.",
        _not_chosen,
        (CHOICES,),
        arguments={
            "options": Parameter(ArgumentType.OPTIONS, "options of the choices that must not be")
        },
    ),
    Predicate(
        "only_with",
        "The first field is filled only if the choice holds one of the options.",
        _only_with,
        (ANY, CHOICES),
        least=2,
        most=2,
        arguments={
            "options": Parameter(
                ArgumentType.OPTIONS, "options of the choice that allow the field"
            )
        },
        params=frozenset({"other"}),
    ),
    Predicate(
        "answered_unless",
        "The first field is filled, unless the second answers „keine“ or „nichts“.",
        _answered_unless,
        (ANY, WRITTEN),
        least=2,
        most=2,
        arguments={
            "all_spares": Parameter(
                ArgumentType.TRUTH, "„alle erreicht“ in the second field spares the first", False
            )
        },
        params=frozenset({"other"}),
        requires=True,
    ),
    Predicate(
        "attached",
        "A further document is attached; one document alone never shows it, a person confirms.",
        _attached,
        most=1,
    ),
)
