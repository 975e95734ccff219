"""What is due: deadlines of documents, and participations of which no form has come yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import ColumnElement, Select, exists, or_, select, true

from formservice.adapters.store import schema
from formservice.adapters.store.plans import goals_due
from formservice.adapters.store.portal import came_for
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.adapters.store.today import StoredToday, is_answered
from formservice.application.calendar import Awaited, OpenForm, TermOf
from formservice.application.due import Period
from formservice.application.goals import GoalDue
from formservice.application.ports_store import Author
from formservice.domain.case import Role, State

_cases, _persons, _parts = schema.cases, schema.persons, schema.participations
_massnahmen, _documents, _belongs = schema.massnahmen, schema.documents, schema.case_documents
_due = schema.deadlines
_AT_ONCE = 500
_UNDECIDED = (State.IN_REVIEW, State.RETURNED)


class StoredTerms:
    """Reads what is due, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Read from ``store``."""
        self._store = store

    def of_documents(self, viewer: Author, first: date, last: date) -> Sequence[TermOf]:
        """Return deadlines of documents of one's own cases; a Träger those of its documents."""
        own = true() if viewer.role is Role.TRAEGER else _mine(viewer)
        query: Select[Any] = (
            select(
                _due.c.document,
                _documents.c.form,
                _documents.c.edition,
                _due.c.key,
                _due.c.start,
                _due.c.due,
                _due.c.met,
                _documents.c.state,
                _belongs.c.case,
                _persons.c.name,
                _persons.c.vorname,
                _massnahmen.c.name.label("massnahme"),
                is_answered().label("answered"),
            )
            .join(_documents, _documents.c.id == _due.c.document)
            .outerjoin(_belongs, _belongs.c.document == _documents.c.id)
            .outerjoin(_cases, _cases.c.id == _belongs.c.case)
            .outerjoin(_persons, _persons.c.id == _cases.c.person)
            .outerjoin(_parts, _parts.c.id == _belongs.c.participation)
            .outerjoin(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
            .where(_due.c.due.between(first, last), visible(viewer), own)
            .where(_documents.c.state != State.PREPARING)
            .order_by(_due.c.due, _due.c.document, _due.c.key)
        )
        with self._store.look() as work:
            return [
                TermOf(
                    row.document,
                    row.form,
                    row.edition,
                    row.key,
                    row.start,
                    row.due,
                    row.met,
                    State(row.state),
                    row.case,
                    _called(row.name, row.vorname),
                    row.massnahme or "",
                    row.met is False and bool(row.answered),
                )
                for row in work.connection.execute(query)
            ]

    def open_forms(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[OpenForm]:
        """Return open documents of these forms whose participations end between two days."""
        own = true() if viewer.role is Role.TRAEGER else _mine(viewer)
        query: Select[Any] = (
            select(
                *(_documents.c[name] for name in ("id", "form", "edition", "received", "state")),
                *(_belongs.c.case, _persons.c.name, _persons.c.vorname),
                *(_massnahmen.c.name.label("massnahme"), _parts.c.von, _parts.c.bis),
                *(_due.c.key, _due.c.start),
            )
            .join(_belongs, _belongs.c.document == _documents.c.id)
            .join(_cases, _cases.c.id == _belongs.c.case)
            .join(_persons, _persons.c.id == _cases.c.person)
            .join(_parts, _parts.c.id == _belongs.c.participation)
            .join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
            .outerjoin(_due, _due.c.document == _documents.c.id)
            .where(_documents.c.form.in_(forms), _documents.c.state.in_(_UNDECIDED))
            .where(_parts.c.bis.between(first, last), visible(viewer), own)
            .order_by(_documents.c.id)
        )
        found: dict[str, OpenForm] = {}
        starts: defaultdict[str, dict[str, date | None]] = defaultdict(dict)
        with self._store.look() as work:
            for row in work.connection.execute(query):
                if row.key is not None:
                    starts[row.id][row.key] = row.start
                found[row.id] = OpenForm(
                    row.id,
                    row.form,
                    row.edition,
                    row.received,
                    State(row.state),
                    row.case,
                    _called(row.name, row.vorname),
                    row.massnahme,
                    Period(row.von, row.bis),
                    starts[row.id],
                )
        return list(found.values())

    def readings(
        self, documents: Sequence[str], viewer: Author
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest records of so many documents, of those that ``viewer`` may see."""
        return StoredToday(self._store).readings(documents, viewer)

    def numbers(self, viewer: Author, cases: Sequence[str]) -> Mapping[str, str]:
        """Return what the office's people call cases of theirs; a Träger is told of none."""
        if viewer.role is Role.TRAEGER:
            return {}
        query = select(_cases.c.id, _persons.c.number).join(
            _persons, _persons.c.id == _cases.c.person
        )
        query = query.where(_mine(viewer), _persons.c.number.is_not(None))
        found: dict[str, str] = {}
        with self._store.look() as work:
            for first in range(0, len(cases), _AT_ONCE):
                some = cases[first : first + _AT_ONCE]
                rows = work.connection.execute(query.where(_cases.c.id.in_(some)))
                found |= {row.id: row.number for row in rows}
        return found

    def period(self, viewer: Author, document: str) -> Period | None:
        """Return the participation of a document, None if it belongs to none."""
        query = (
            select(_parts.c.von, _parts.c.bis)
            .join(_belongs, _belongs.c.participation == _parts.c.id)
            .join(_documents, _documents.c.id == _belongs.c.document)
            .where(_documents.c.id == text_of(document), visible(viewer))
        )
        with self._store.look() as work:
            row = work.connection.execute(query).first()
        return None if row is None else Period(row.von, row.bis)

    def awaited(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[Awaited]:
        """Return participations that end between two days, and none of these forms has come."""
        came = (
            exists()
            .where(_belongs.c.document == _documents.c.id)
            .where(_belongs.c.participation == _parts.c.id, _documents.c.form.in_(forms))
            .where(_documents.c.state != State.PREPARING)
        )
        query: Select[Any] = (
            select(
                _parts.c.case,
                _parts.c.id,
                _persons.c.name,
                _persons.c.vorname,
                _massnahmen.c.name.label("massnahme"),
                _parts.c.von,
                _parts.c.bis,
            )
            .join(_cases, _cases.c.id == _parts.c.case)
            .join(_persons, _persons.c.id == _cases.c.person)
            .join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
            .where(_parts.c.bis.between(first, last), _mine(viewer), ~came)
            .where(or_(_cases.c.ended.is_(None), _cases.c.ended >= _parts.c.bis))
            .order_by(_parts.c.bis, _parts.c.id)
        )
        with self._store.look() as work:
            return [
                Awaited(
                    row.case,
                    row.id,
                    _called(row.name, row.vorname),
                    row.massnahme,
                    row.von,
                    row.bis,
                )
                for row in work.connection.execute(query)
            ]

    def begun(
        self, viewer: Author, forms: Collection[str], participations: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the records of forms that a Träger has begun, by participation."""
        if viewer.role is not Role.TRAEGER:
            return {}
        found: dict[str, str] = {}
        readings: dict[str, Mapping[str, Any]] = {}
        for first in range(0, len(participations), _AT_ONCE):
            with self._store.look() as work:
                some = participations[first : first + _AT_ONCE]
                came = came_for(work.connection, some, viewer)
            for part, every in came.items():
                mine = [one for one in every if one.form in forms]
                if mine and all(one.state is State.PREPARING for one in mine):
                    found[part] = mine[0].document
        documents = list(found.values())
        for first in range(0, len(documents), _AT_ONCE):
            readings |= self.readings(documents[first : first + _AT_ONCE], viewer)
        return {part: readings[one] for part, one in found.items() if one in readings}

    def reviews(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[GoalDue]:
        """Return goals of the newest of these forms that are looked at between two days."""
        if viewer.role is Role.TRAEGER:
            return ()
        days = schema.web.goals.c.review.between(first, last)
        with self._store.look() as work:
            return goals_due(work.connection, forms, viewer, _mine(viewer), days)


def _mine(viewer: Author) -> ColumnElement[bool]:
    """Return the condition on rows of cases and Maßnahmen: whose deadlines ``viewer`` keeps."""
    match viewer.role:
        case Role.LEAD | Role.SYSTEM:
            return true()
        case Role.TRAEGER:
            theirs = schema.user_traeger
            mine = select(theirs.c.traeger).where(theirs.c.user == viewer.id)
            return _massnahmen.c.traeger.in_(mine)
        case _:
            return _cases.c.ifk == viewer.id


def _called(name: str | None, vorname: str | None) -> str:
    return f"{vorname} {name}" if name is not None else ""
