"""Goals of Integrationsförderpläne: how they stand, and when they are looked at again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any  # records have the shape of the JSON contract

PLAN = "integrationsfoerderplan"
"""The form whose records have goals."""
_DONE = ("erreicht", "zurueckgestellt")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a plan: its number and words, how it stands, when it is looked at again."""

    number: int
    text: str
    state: str
    review: date | None

    @property
    def is_open(self) -> bool:
        """Whether somebody works on it; without a tick it counts as open."""
        return self.state not in _DONE


@dataclass(frozen=True, slots=True)
class GoalDue:
    """A goal of the newest plan of a case, by its number: its words stand in the plan only."""

    document: str
    case: str
    person: str
    received: date
    number: int
    review: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class PlanOf:
    """The newest plan of a case: how many goals it has, of how many people work on, what is next.

    ``next`` is the earliest day on which one of those is looked at again.
    """

    document: str
    case: str
    person: str
    received: date
    goals: int
    open: int
    next: date | None


def goals(reading: Mapping[str, Any]) -> list[Goal]:
    """Return the goals of a record in which something stands."""
    return list(_goals(reading.get("fields") or {}))


def _goals(fields: Mapping[str, Mapping[str, Any]]) -> Iterator[Goal]:
    number = 0
    while f"ziele[{number}].text" in fields:
        start = f"ziele[{number}]."
        value = {key: (fields.get(start + key) or {}).get("value") for key in _KEYS}
        number += 1
        if value["text"] or value["wiedervorlage"]:
            state = value["stand"] if isinstance(value["stand"], str) else "offen"
            day = value["wiedervorlage"]
            yield Goal(
                number,
                str(value["text"] or ""),
                state,
                _day(day),
            )


def _day(told: object) -> date | None:
    """Return a day; None for what is none: a record may hold whatever somebody corrected."""
    try:
        return date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None


_KEYS = ("text", "stand", "wiedervorlage")
