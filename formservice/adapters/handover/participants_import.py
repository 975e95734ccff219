"""The use case „import teilnehmer“: show what a list would change, or do it, all at once."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from formservice.adapters.store.people import People
from formservice.adapters.store.store import Store
from formservice.application.participants import Answers, Plan, Row
from formservice.application.participants_plan import planned
from formservice.application.participants_seen import SeenPlan
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError, UsageError


class ImportParticipants:
    """Compares lists with what is known, and follows what was shown."""

    def __init__(
        self, store: Store, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        """Work in ``store``."""
        self._store = store
        self._new_id = new_id

    def shown(self, rows: Sequence[Row], answers: Answers, viewer: Author, day: date) -> Plan:
        """Return what would change on ``day`` of what ``viewer`` may see; nothing does.

        Raises:
            UsageError: an answer is about nobody in the list, or says both.
        """
        _refuse_idle(rows, answers)
        with self._store.look() as work:
            known = People(work.connection, work.events).known(viewer)
        return planned(rows, known, answers, self._new_id, day)

    def done(  # noqa: PLR0913 - a list, and how it is taken over
        self,
        rows: Sequence[Row],
        answers: Answers,
        author: Author,
        day: date,
        *,
        end_gone: bool = False,
        viewer: Author | None = None,
        seen: SeenPlan | None = None,
    ) -> Plan:
        """Change it, in one transaction; return what changed.

        ``end_gone`` says that those who are in no row ended on ``day``; else they stay. ``viewer``
        is with whose eyes it is done, where that is not the author; ``seen`` is what was shown,
        where somebody looked at it first.

        Raises:
            ListChangedError: by now it is something else than what was ``seen``.
            ConflictError: people are in doubt, or somebody else was faster; nothing was changed.
            UsageError: an answer is about nobody in the list, or says both.
        """
        _refuse_idle(rows, answers)
        viewer = viewer or author
        with self._store.work() as work:
            people = People(work.connection, work.events)
            people.hold()
            known = people.known(viewer)
            plan = first = planned(rows, known, answers, self._new_id, day)
            if seen is not None:
                if not answers.is_empty:
                    first = planned(rows, known, Answers(), self._new_id, day)
                seen.refuse_other(first, answers, plan)
            if plan.doubts:
                raise ConflictError(
                    "Bei einigen ist offen, ob sie schon bekannt sind; nichts wurde übernommen.",
                    "Bitte mit --new oder --same und ihren Nummern sagen, wer neu ist und wer"
                    " derselbe Mensch.",
                )
            if not plan.is_empty or (end_gone and plan.gone):
                people.apply(plan, author, viewer, day if end_gone else None)
        return plan


def _refuse_idle(rows: Sequence[Row], answers: Answers) -> None:
    """Raise UsageError for answers that change nothing: a number mistyped is an answer lost."""
    listed = {row.number for row in rows}
    for option, numbers in (("--new", answers.new), ("--same", answers.same)):
        for place, number in enumerate(numbers, start=1):
            if number not in listed:
                raise UsageError(f"Die {place}. Nummer bei {option} steht nicht in der Liste.")
    if {*answers.new} & {*answers.same}:
        raise UsageError("Eine Nummer steht bei --new und bei --same.")
