"""Plans and their goals as rows: written with each record, read without opening any."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from formservice.adapters.store import schema
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import goal_rows, no_goals
from formservice.application.goals import GoalDue, GoalsRead, PlanOf
from formservice.application.ports_store import Author
from formservice.domain.case import State

_documents, _belongs, _goals = schema.documents, schema.case_documents, schema.web.goals
_cases, _persons = schema.cases, schema.persons
# More ways of reading than change at once; if there are more, the rest is read an hour later.
_WAYS = 50
# What a changed byte makes of a record: proving it names that, nobody else can mend it.
_ODD = (TypeError, ValueError, AttributeError, LookupError)


def is_newest(viewer: Author, forms: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a document is the newest of these forms in its case.

    It is about rows of ``documents`` beside those of ``case_documents``, and of what ``viewer``
    may see: what somebody does not see hides nothing older.
    """
    later, theirs = _documents.alias("later_document"), _belongs.alias("later_belonging")
    is_later = tuple_(later.c.received, later.c.created_at, later.c.id) > tuple_(
        _documents.c.received, _documents.c.created_at, _documents.c.id
    )
    newer = (
        exists()
        .where(theirs.c.case == _belongs.c.case, later.c.id == theirs.c.document)
        .where(later.c.form.in_(forms), later.c.state != State.PREPARING, is_later)
        .where(visible(viewer, later))
    )
    return (
        _documents.c.form.in_(forms) & (_documents.c.state != State.PREPARING) & not_(newer)
    ) & visible(viewer)


def goals_due(
    connection: Connection,
    forms: Collection[str],
    viewer: Author,
    whose: ColumnElement[bool],
    days: ColumnElement[bool],
) -> Sequence[GoalDue]:
    """Return goals of the newest plans of open cases, the earliest first: one query.

    ``whose`` is a condition on rows of ``cases``, ``days`` one on the day of ``goals``.
    """
    query = (
        _of_cases(_goals.c.number, _goals.c.review, _goals.c.is_open)
        .join(_goals, _goals.c.document == _documents.c.id)
        .where(whose, days, is_newest(viewer, forms))
        .order_by(_goals.c.review, _persons.c.name, _persons.c.vorname, _belongs.c.case)
        .order_by(_goals.c.number)
    )
    return [
        GoalDue(
            row.document,
            row.form,
            row.case,
            f"{row.vorname} {row.name}",
            row.received,
            row.number,
            row.review,
            row.is_open,
        )
        for row in connection.execute(query)
    ]


def newest_plans(
    connection: Connection, forms: Collection[str], viewer: Author, whose: ColumnElement[bool]
) -> Sequence[PlanOf]:
    """Return the newest plan of every open case, the latest first: one query."""
    open_day = case((_goals.c.is_open, _goals.c.review))
    counted = (
        func.count(_goals.c.number).label("goals"),
        func.coalesce(func.sum(case((_goals.c.is_open, 1), else_=0)), 0).label("open"),
        func.min(open_day).label("next"),
    )
    query = (
        _of_cases(*counted)
        .outerjoin(_goals, _goals.c.document == _documents.c.id)
        .where(whose, is_newest(viewer, forms))
        .group_by(*_OF, _documents.c.created_at)
        .order_by(_documents.c.received.desc(), _documents.c.created_at.desc(), _documents.c.id)
    )
    return [
        PlanOf(
            row.document,
            row.case,
            f"{row.vorname} {row.name}",
            row.received,
            row.goals,
            row.open,
            _day(row.next),
        )
        for row in connection.execute(query)
    ]


_OF = (
    _documents.c.id.label("document"),
    _documents.c.form,
    _belongs.c.case,
    _persons.c.name,
    _persons.c.vorname,
    _documents.c.received,
)


def _of_cases(*more: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*_OF, *more)
        .select_from(_documents)
        .join(_belongs, _belongs.c.document == _documents.c.id)
        .join(_cases, _cases.c.id == _belongs.c.case)
        .join(_persons, _persons.c.id == _cases.c.person)
        .where(_cases.c.ended.is_(None))
    )


def _day(told: date | str | None) -> date | None:
    # SQLite gives the least of days as the text that stands there.
    return date.fromisoformat(told) if isinstance(told, str) else told


class GoalsKept:
    """Writes goals inside one transaction; whoever changes a document has it locked."""

    def __init__(self, connection: Connection, goals: GoalsRead = no_goals) -> None:
        """Write with ``connection``; ``goals`` tells those of a record."""
        self._connection = connection
        self._read = goals

    def write(self, document: str, reading: Mapping[str, Any]) -> None:
        """Keep the goals of a document as they are now, and by what they were read."""
        told, connection = self._read(reading), self._connection
        own = _documents.c.id == document
        connection.execute(update(_documents).where(own).values(goals_by=told.by))
        connection.execute(delete(_goals).where(_goals.c.document == document))
        rows = [{"document": document, **row} for row in goal_rows(told.goals)]
        if rows:
            connection.execute(insert(_goals), rows)

    def outdated(self, after: str, most: int) -> Sequence[str]:
        """Return the next documents after one whose goals would be read otherwise today."""
        columns = [_documents.c[name] for name in ("form", "edition", "goals_by")]
        rows = self._connection.execute(select(*columns).distinct()).all()
        others = [row for row in rows if self._by(row.form, row.edition) != row.goals_by]
        if not others:
            return []
        query = select(_documents.c.id).where(
            _documents.c.id > after, or_(*(_is(columns, row) for row in others[:_WAYS]))
        )
        found = self._connection.execute(query.order_by(_documents.c.id).limit(most))
        return found.scalars().all()

    def again(self, documents: Sequence[str]) -> None:
        """Write the goals of documents anew, from their newest records."""
        records = schema.records
        query = (
            select(_documents.c.id, records.c.reading)
            .outerjoin(
                records,
                (records.c.document == _documents.c.id)
                & (records.c.version == _documents.c.version),
            )
            .where(_documents.c.id.in_(documents))
            .order_by(_documents.c.id)
            .with_for_update(of=_documents)
        )
        for row in self._connection.execute(query).all():
            try:
                self._read(row.reading or {})
            except _ODD:
                continue
            self.write(row.id, row.reading or {})

    def _by(self, form: str | None, edition: str | None) -> str | None:
        return self._read({"form": {"id": form, "edition": edition}}).by


def _is(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    pairs = zip(columns, values, strict=True)
    return and_(*(one.is_not_distinct_from(value) for one, value in pairs))
