"""What needs somebody today: how much of each kind waits, and what of it is the most urgent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol  # records have the shape of the JSON contract

from formservice.application.goals import GoalDue, PlanOf
from formservice.application.ports_store import Author
from formservice.domain.form import Content, FormDefinition


@dataclass(frozen=True, slots=True)
class Counts:
    """How many documents that somebody may see wait for what.

    ``open`` waits for a decision, and of it ``late`` came after its deadline, ``unassigned``
    belongs to no case yet. At the desk waits what is ``doubtful``, with something to look at, and
    what is ``unidentified``, no known form. ``failed`` was put aside because no worker got
    through.
    """

    open: int = 0
    late: int = 0
    unassigned: int = 0
    doubtful: int = 0
    unidentified: int = 0
    returned: int = 0
    preparing: int = 0
    failed: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not any((self.open, self.returned, self.preparing, self.failed))


@dataclass(frozen=True, slots=True)
class Urgent:
    """A document whose deadline has passed and that nobody has decided about."""

    id: str
    form: str | None
    due: date
    reading: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The newest plan of a case: whose it is, and its record."""

    document: str
    case: str
    person: str
    received: date
    reading: Mapping[str, Any]


class TodayLists(Protocol):
    """Reads what waits; nobody is told of documents that are not theirs to see."""

    def counts(self, viewer: Author) -> Counts:
        """Return how much waits: one query."""

    def late(self, viewer: Author, most: int = 5) -> Sequence[Urgent]:
        """Return what was due the longest time ago."""

    def readings(
        self, documents: Sequence[str], viewer: Author
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest records of so many documents, of those that ``viewer`` may see."""

    def newest_plans(self, forms: Collection[str], viewer: Author) -> Sequence[PlanOf]:
        """Return the newest of these forms of every open case, without opening any."""

    def reviews(self, forms: Collection[str], viewer: Author, last: date) -> Sequence[GoalDue]:
        """Return goals of these that people work on, to be looked at until then; no words."""

    def plans(
        self, forms: Collection[str], viewer: Author, case: str | None = None
    ) -> Sequence[Plan]:
        """Return the newest of these forms of every case of ``viewer``, or all of one case."""


def names_in(reading: Mapping[str, Any], definition: FormDefinition | None) -> str:
    """Return whom a record is about, as it says: what its first fields for names hold."""
    if definition is None:
        return ""
    fields = reading.get("fields") or {}
    keys = [one.key for one in definition.fields if one.about is Content.NAME]
    said = [str(fields[key]["value"]) for key in keys[:2] if fields.get(key, {}).get("value")]
    return ", ".join(said)
