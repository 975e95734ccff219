"""All named predicates: what a rule of a definition may demand."""

from collections.abc import Mapping
from types import MappingProxyType

from formservice.domain.predicate import Predicate
from formservice.domain.predicates_ages import AGES
from formservice.domain.predicates_answers import ANSWERS
from formservice.domain.predicates_dates import DAYS
from formservice.domain.predicates_groups import ITEMS
from formservice.domain.predicates_phrasing import PHRASING
from formservice.domain.predicates_presence import PRESENCE

_ALL = (*PRESENCE, *ITEMS, *DAYS, *AGES, *ANSWERS, *PHRASING)

PREDICATES: Mapping[str, Predicate] = MappingProxyType(
    {predicate.name: predicate for predicate in _ALL}
)
