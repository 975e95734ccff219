"""Predicates about how something is worded: as an aim, as a limited release."""

from collections.abc import Iterator

from formservice.domain.formulierung import WEAK, releases_everything, weak_aims
from formservice.domain.predicate import WRITTEN, Breach, Demand, Predicate


def _positive_wording(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        found = list(weak_aims(demand.facts.text(key)))
        if found:
            yield Breach(key, {"reason": "; ".join(WEAK[weakness] for weakness in found)})


def _no_blanket(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if releases_everything(demand.facts.text(key)):
            yield Breach(key)


PHRASING = (
    Predicate(
        "positive_wording",
        "Every text says what is to be, without denying and without merely trying.",
        _positive_wording,
        (WRITTEN,),
        params=frozenset({"reason"}),
    ),
    Predicate(
        "no_blanket",
        "No text covers everything or everybody („alle Daten“, „sämtliche Ämter“, „usw.“).",
        _no_blanket,
        (WRITTEN,),
    ),
)
