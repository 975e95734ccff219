"""Goals of plans: how they stand, and when they are looked at again, as their definitions say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeAlias  # records have the shape of the JSON contract

from formservice.application.known_forms import form_read, newest
from formservice.application.ports import Forms
from formservice.domain.canonical import digest
from formservice.domain.errors import NotFoundError
from formservice.domain.form import FormDefinition
from formservice.domain.form_uses import Goals


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a plan: its number and words, how it stands, when it is looked at again.

    ``is_open`` says that somebody works on it; without a tick it counts as open.
    """

    number: int
    text: str
    state: str
    review: date | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class GoalsTold:
    """The goals of a record; ``by`` is a digest of what a definition says of them, if it does.

    Two records are read alike if it is the same. None is what is no plan, or of a form that is
    not known.
    """

    goals: Sequence[Goal] = ()
    by: str | None = None


GoalsRead: TypeAlias = Callable[[Mapping[str, Any]], GoalsTold]
"""Tells the goals of a record; DefinitionError where the definitions are damaged."""

# Raised when this program reads goals otherwise: then those that are kept are read anew.
_READING = 1


@dataclass(frozen=True, slots=True)
class GoalDue:
    """A goal of the newest plan of a case, by its number: its words stand in the plan only."""

    document: str
    form: str
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


def plan_forms(forms: Forms) -> dict[str, FormDefinition]:
    """Return the newest editions of forms that have goals, by their ids, in order of titles."""
    return {form: one for form, one in newest(forms).items() if one.goals is not None}


def plan_form(forms: Forms, reading: Mapping[str, Any] | None = None) -> FormDefinition:
    """Return the form in which a plan goes on, or the first; NotFoundError if there is none."""
    found = plan_forms(forms)
    read = found.get(_form(reading or {})) or next(iter(found.values()), None)
    if read is None:
        raise NotFoundError("Ein Formular für Pläne gibt es hier nicht.")
    return read


def goals(reading: Mapping[str, Any], forms: Forms) -> list[Goal]:
    """Return the goals of a record in which something stands, as its own edition has them.

    Of an edition that is not known here they are read as the newest one says.
    """
    return list(goals_told(reading, forms).goals)


def goals_told(reading: Mapping[str, Any], forms: Forms) -> GoalsTold:
    """Return the goals of a record as ``goals`` does, and by what they were read."""
    read = form_read(reading, forms) or newest(forms).get(_form(reading))
    if read is None or read.goals is None:
        return GoalsTold()
    by = digest({"reading": _READING, **asdict(read.goals)})
    return GoalsTold(list(_goals(read.goals, reading.get("fields") or {})), by)


def _goals(said: Goals, fields: Mapping[str, Mapping[str, Any]]) -> Iterator[Goal]:
    number = 0
    while said.field(said.text, number) in fields:
        text, state, review = (
            (fields.get(said.field(name, number)) or {}).get("value")
            for name in (said.text, said.state, said.review)
        )
        number += 1
        if text or review:
            state = state if isinstance(state, str) else said.open
            yield Goal(number, str(text or ""), state, _day(review), state not in said.done)


def _form(reading: Mapping[str, Any]) -> str:
    form = reading.get("form")
    return str(form.get("id")) if isinstance(form, Mapping) else ""


def _day(told: object) -> date | None:
    """Return a day; None for what is none: a record may hold whatever somebody corrected."""
    try:
        return date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
