"""The use case „import teilnehmer“: show what a list would change, or do it, all at once."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from formservice.adapters.store.people import People
from formservice.adapters.store.store import Store
from formservice.application.participants import Answers, Plan, Row
from formservice.application.participants_plan import planned
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError


class ImportParticipants:
    """Compares lists with what is known, and follows what was shown."""

    def __init__(
        self, store: Store, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        """Work in ``store``."""
        self._store = store
        self._new_id = new_id

    def shown(self, rows: Sequence[Row], answers: Answers) -> Plan:
        """Return what would change; nothing does."""
        with self._store.look() as work:
            known = People(work.connection, work.events).known()
        return planned(rows, known, answers, self._new_id)

    def done(
        self, rows: Sequence[Row], answers: Answers, author: Author, ended: date | None = None
    ) -> Plan:
        """Change it, in one transaction; return what changed.

        ``ended`` is the day on which those ended who are in no row, None to leave them.

        Raises:
            ConflictError: people are in doubt; nothing was changed.
        """
        with self._store.work() as work:
            people = People(work.connection, work.events)
            people.hold()
            plan = planned(rows, people.known(), answers, self._new_id)
            if plan.doubts:
                raise ConflictError(
                    "Bei einigen ist offen, ob sie schon bekannt sind; nichts wurde übernommen.",
                    "Bitte mit --new oder --same und ihren Nummern sagen, wer neu ist und wer"
                    " derselbe Mensch.",
                )
            if not plan.is_empty or (ended is not None and plan.gone):
                people.apply(plan, author, ended)
        return plan
