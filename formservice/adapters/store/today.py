"""What waits for somebody, counted and listed with few queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from formservice.adapters.store import schema
from formservice.adapters.store.cases import visible_cases
from formservice.adapters.store.desk import is_asked
from formservice.adapters.store.plans import goals_due, is_newest, newest_plans
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.search import is_one
from formservice.adapters.store.store import Store
from formservice.application.goals import GoalDue, PlanOf
from formservice.application.ports_store import Author
from formservice.application.today import Counts, Plan, Urgent
from formservice.domain.case import State
from formservice.domain.findings import FindingCode

_table, _deadlines = schema.documents, schema.deadlines
_OPEN = (State.IN_REVIEW, State.UNIDENTIFIED)


class StoredToday:
    """Looks with a transaction of its own each time."""

    def __init__(self, store: Store) -> None:
        """Read from ``store``."""
        self._store = store

    def counts(self, viewer: Author) -> Counts:
        """Return how much waits: one query."""
        is_open = _table.c.state.in_(_OPEN)
        asked: Mapping[str, ColumnElement[bool]] = {
            "open": is_open,
            "late": and_(is_open, _is_late()),
            "unassigned": and_(is_open, ~_table.c.assigned, _table.c.version > 0),
            "doubtful": and_(_table.c.state == State.IN_REVIEW, is_asked()),
            "unidentified": and_(_table.c.state == State.UNIDENTIFIED, is_asked()),
            "returned": _table.c.state == State.RETURNED,
            "preparing": _table.c.state == State.PREPARING,
            "failed": _table.c.status == "failed",
        }
        counted = [func.sum(case((one, 1), else_=0)).label(name) for name, one in asked.items()]
        waits = or_(
            _table.c.state.in_((*_OPEN, State.RETURNED, State.PREPARING)),
            _table.c.status == "failed",
        )
        query = select(*counted).where(visible(viewer), is_one, waits)
        with self._store.look() as work:
            row = work.connection.execute(query).one()
        return Counts(**{name: int(row._mapping[name] or 0) for name in asked})

    def late(self, viewer: Author, most: int = 5) -> Sequence[Urgent]:
        """Return what was due the longest time ago and waits for a decision.

        What somebody answers for is late no more.
        """
        records, missed = schema.records, _deadlines.c.met.is_(False)
        due = (
            select(_deadlines.c.document, func.min(_deadlines.c.due).label("due"))
            .where(missed, _deadlines.c.due.is_not(None))
            .group_by(_deadlines.c.document)
            .subquery()
        )
        newest = and_(records.c.document == _table.c.id, records.c.version == _table.c.version)
        query = (
            select(_table.c.id, _table.c.form, due.c.due, records.c.reading)
            .join(due, due.c.document == _table.c.id)
            .join(records, newest)
            .where(visible(viewer), _table.c.state.in_(_OPEN), ~is_answered())
            .order_by(due.c.due, _table.c.id)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query.limit(most)).all()
        return [Urgent(*row) for row in rows]

    def readings(
        self, documents: Sequence[str], viewer: Author
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest records of so many documents, of those that ``viewer`` may see."""
        records = schema.records
        newest = and_(records.c.document == _table.c.id, records.c.version == _table.c.version)
        query = select(_table.c.id, records.c.reading).join(records, newest)
        query = query.where(visible(viewer), _table.c.id.in_([text_of(one) for one in documents]))
        with self._store.look() as work:
            return {row.id: row.reading for row in work.connection.execute(query)}

    def newest_plans(self, forms: Collection[str], viewer: Author) -> Sequence[PlanOf]:
        """Return the newest of these forms of every open case, without opening any."""
        with self._store.look() as work:
            return newest_plans(work.connection, forms, viewer, visible_cases(viewer))

    def reviews(self, forms: Collection[str], viewer: Author, last: date) -> Sequence[GoalDue]:
        """Return goals of these that people work on, to be looked at until then; no words."""
        goals = schema.web.goals
        with self._store.look() as work:
            days = and_(goals.c.is_open, goals.c.review <= last)
            return goals_due(work.connection, forms, viewer, visible_cases(viewer), days)

    def plans(
        self, forms: Collection[str], viewer: Author, case: str | None = None
    ) -> Sequence[Plan]:
        """Return the newest of these forms of every case of ``viewer``, or all of one case."""
        belongs, cases, persons = schema.case_documents, schema.cases, schema.persons
        records = schema.records
        newest = and_(records.c.document == _table.c.id, records.c.version == _table.c.version)
        query = (
            select(
                _table.c.id,
                cases.c.id.label("case"),
                persons.c.name,
                persons.c.vorname,
                _table.c.received,
                records.c.reading,
            )
            .join(belongs, belongs.c.document == _table.c.id)
            .join(cases, cases.c.id == belongs.c.case)
            .join(persons, persons.c.id == cases.c.person)
            .join(records, newest)
            .where(visible(viewer), visible_cases(viewer), _table.c.form.in_(forms))
            .order_by(_table.c.received.desc(), _table.c.created_at.desc(), _table.c.id)
        )
        if case is not None:
            query = query.where(cases.c.id == text_of(case))
        else:
            query = query.where(cases.c.ended.is_(None), is_newest(viewer, forms))
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
        return [
            Plan(row.id, row.case, f"{row.vorname} {row.name}", row.received, row.reading)
            for row in rows
        ]


def _is_late() -> ColumnElement[bool]:
    missed = exists().where(_deadlines.c.document == _table.c.id)
    return and_(missed.where(_deadlines.c.met.is_(False)), ~is_answered())


def is_answered() -> ColumnElement[bool]:
    """Return the condition that somebody answers for all that a document is late with."""
    answers, findings = schema.acknowledgements, schema.findings
    late = str(FindingCode.DEADLINE_MISSED)
    given = exists().where(answers.c.document == _table.c.id, answers.c.code == late)
    same = func.coalesce(answers.c.field, "") == func.coalesce(findings.c.field, "")
    told = exists().where(answers.c.document == findings.c.document, answers.c.code == late, same)
    # Said so that the database goes by the document and not by the code, which thousands have.
    is_such = func.coalesce(findings.c.code, "") == late
    still = exists().where(findings.c.document == _table.c.id, is_such, ~told)
    return and_(given.correlate(_table), ~still.correlate(_table))
