"""What somebody saw a list of participants change, told apart from what it would change now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from formservice.application.participants import Answers, Plan
from formservice.domain.canonical import digest
from formservice.domain.errors import ConflictError


class ListChangedError(ConflictError):
    """A list would change something else by now than what was shown; nothing was changed."""

    code = "conflict.list"
    default_hint = "Bitte die Liste noch einmal ansehen und erst dann übernehmen."


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """The imprints of what was shown: before anything was answered, and with these answers."""

    first: str = ""
    answers: str = ""
    plan: str = ""

    def refuse_other(self, first: Plan, answers: Answers, plan: Plan) -> None:
        """Raise ListChangedError unless this is what was seen.

        Who answers only as they take it over has seen what is without answers.
        """
        now = seen_plan(first, answers, plan)
        if now.first != self.first or (now.answers == self.answers and now.plan != self.plan):
            raise ListChangedError(
                "Inzwischen hat jemand etwas geändert, das in dieser Liste vorkommt; nichts wurde"
                " übernommen."
            )


def seen_plan(first: Plan, answers: Answers, plan: Plan) -> SeenPlan:
    """Return what tells a plan: ``first`` is the one without the answers."""
    said = digest([sorted(answers.new), sorted(answers.same), answers.ifk])
    return SeenPlan(imprint(first), said, imprint(plan))


def imprint(plan: Plan) -> str:
    """Return a hash of all that a plan does and shows; what is new has other ids each time."""
    new = (
        *plan.new_persons,
        *plan.new_cases,
        *plan.new_participations,
        *plan.new_traeger,
        *plan.new_massnahmen,
    )
    names = {one: f"new-{place}" for place, one in enumerate(new)}
    # A database tells in any order what a plan only lists.
    return digest(
        {
            one.name: sorted(told, key=repr) if isinstance(told, list) else told
            for one in fields(plan)
            for told in [_told(getattr(plan, one.name), names)]
        }
    )


def _told(value: object, names: Mapping[str, str]) -> object:
    """Return a value as JSON holds it, with ``names`` for the ids of what is new."""
    if is_dataclass(value):
        return [_told(getattr(value, one.name), names) for one in fields(value)]
    if isinstance(value, Mapping):
        return [[_told(key, names), _told(one, names)] for key, one in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_told(one, names) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return names.get(value, value) if isinstance(value, str) else value
