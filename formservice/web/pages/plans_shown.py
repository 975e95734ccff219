"""What pages tell of plans: goals, how they stand, when they are looked at."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from fastapi import Request

from formservice.application.goals import GoalDue
from formservice.domain.form import FormDefinition


def next_reviews(request: Request, due: Sequence[GoalDue], today: date) -> list[dict[str, Any]]:
    """Return the goals that are to be looked at; their words stand behind the link."""
    return [
        {
            "title": one.person,
            "number": one.number,
            "day": one.review,
            "late": one.review < today,
            "href": str(request.app.url_path_for("plan", case=one.case)),
        }
        for one in due
    ]


def states_of(definition: FormDefinition) -> Mapping[str, str]:
    """Return what the states of goals are called, as the form has them."""
    said = definition.goals
    if said is None:
        return {}
    options = definition.field(said.field(said.state, 0)).options
    return {option.key: option.label for option in options}
