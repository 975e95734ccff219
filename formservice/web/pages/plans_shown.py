"""What pages tell of Integrationsförderpläne: goals, how they stand, when they are looked at."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from fastapi import Request

from formservice.application.goals import PLAN, GoalDue, goals
from formservice.domain.form import FormDefinition

__all__ = ["PLAN", "goals", "next_reviews", "states_of"]


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
    return {
        option.key: option.label
        for field in definition.fields
        if field.key == "ziele[0].stand"
        for option in field.options
    }
