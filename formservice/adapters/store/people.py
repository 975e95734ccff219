"""People, their cases and Maßnahmen in the database, as lists of participants change them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    ColumnElement,
    Connection,
    MappingResult,
    Select,
    Table,
    and_,
    func,
    insert,
    not_,
    select,
    true,
    update,
)

from formservice.adapters.store import schema
from formservice.adapters.store.cases import visible_cases
from formservice.adapters.store.events import Events
from formservice.adapters.store.rows import text_of
from formservice.application.participants import (
    Case,
    Known,
    Named,
    Participation,
    Person,
    Plan,
)
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError

# Two lists at once would both find the same people missing. SQLite has one writer anyway.
_LOCK = 0x70656F70
_MOST_AT_ONCE = 500


class People:
    """Works inside one transaction; every import has its event, which tells counts only."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def hold(self) -> None:
        """Keep other imports away until this transaction ends."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def known(self, viewer: Author) -> Known:
        """Return whom ``viewer`` may know, their open cases and what belongs to these.

        Of others only that their numbers are taken.
        """
        persons, cases, parts = schema.persons, schema.cases, schema.participations
        seen = _seen(viewer)
        is_open = and_(
            cases.c.ended.is_(None), cases.c.person.in_(select(persons.c.id).where(seen))
        )
        hidden = select(persons.c.number).where(persons.c.number.is_not(None), not_(seen))
        return Known(
            persons=[Person(**row) for row in self._rows(select(persons).where(seen))],
            cases=[
                Case(row["id"], row["person"], row["ifk"])
                for row in self._rows(select(cases).where(is_open).order_by(cases.c.id))
            ],
            participations=[
                Participation(**row)
                for row in self._rows(
                    select(parts)
                    .join(cases, cases.c.id == parts.c.case)
                    .where(is_open)
                    .order_by(parts.c.von, parts.c.id)
                )
            ],
            traeger=[
                Named(row["id"], row["name"], row["number"])
                for row in self._rows(select(schema.traeger).order_by(schema.traeger.c.id))
            ],
            massnahmen=[
                Named(row["id"], row["name"], row["number"], row["traeger"])
                for row in self._rows(select(schema.massnahmen).order_by(schema.massnahmen.c.id))
            ],
            users=[
                Named(row["id"], row["name"])
                for row in self._rows(select(schema.users).where(schema.users.c.active))
            ],
            hidden=list(self._connection.execute(hidden).scalars()),
        )

    def apply(self, plan: Plan, author: Author, viewer: Author, ended: date | None = None) -> None:
        """Do what a plan says; ``ended`` is the day on which those who are gone ended.

        Raises:
            ConflictError: it would change what ``viewer`` may not see (any more); nothing is done.
        """
        # Nobody hands a case to somebody else between this look and what is written.
        self._events.held()
        self._refuse_hidden(plan, viewer, ends=ended is not None)
        self._new(
            schema.traeger, ({"id": one.id, "name": one.name} for one in _of(plan.new_traeger))
        )
        self._new(
            schema.massnahmen,
            (
                {"id": one.id, "traeger": one.of, "name": one.name, "number": one.number}
                for one in _of(plan.new_massnahmen)
            ),
        )
        # First who gives a number away, then who gets it.
        for person in _of(plan.persons):
            self._changed(schema.persons, asdict(person))
        self._new(schema.persons, map(asdict, _of(plan.new_persons)))
        self._new(schema.cases, map(asdict, _of(plan.new_cases)))
        for case in _of(plan.cases):
            self._changed(schema.cases, asdict(case))
        self._new(schema.participations, map(asdict, _of(plan.new_participations)))
        for part in _of(plan.participations):
            self._changed(schema.participations, asdict(part))
        if ended is not None:
            for _, gone, _ in plan.gone:
                self._changed(schema.participations, {"id": gone.id, "bis": ended})
        body = {
            "new": len(plan.new_persons),
            "changed": len(plan.persons) + len(plan.cases) + len(plan.participations),
            "participations": len(plan.new_participations),
            "ended": len(plan.gone) if ended is not None else 0,
        }
        link = self._events.append("people.imported", author, None, body)
        self._told(plan, link.seq, ends=ended is not None)

    def _refuse_hidden(self, plan: Plan, viewer: Author, *, ends: bool) -> None:
        parts = [*plan.new_participations.values(), *plan.participations.values()]
        parts += [gone for _, gone, _ in plan.gone] if ends else []
        persons, cases = schema.persons, schema.cases
        touched = {*plan.cases, *(one.case for one in parts)} - {*plan.new_cases}
        theirs = {*plan.persons, *(one.person for one in plan.new_cases.values())}
        theirs -= {*plan.new_persons}
        seen = self._count(cases, sorted(touched), visible_cases(viewer))
        seen += self._count(persons, sorted(theirs), _seen(viewer))
        if seen != len(touched) + len(theirs):
            raise ConflictError(
                "Inzwischen hat jemand Fälle dieser Liste geändert; nichts wurde übernommen.",
                "Bitte die Liste noch einmal ansehen.",
            )

    def _count(self, table: Table, ids: Sequence[str], seen: ColumnElement[bool]) -> int:
        found = 0
        for first in range(0, len(ids), _MOST_AT_ONCE):
            some = table.c.id.in_(ids[first : first + _MOST_AT_ONCE])
            query = select(func.count()).select_from(table).where(some, seen)
            found += self._connection.execute(query).scalar_one()
        return found

    def _told(self, plan: Plan, event: int, *, ends: bool) -> None:
        """Keep of which cases an import tells."""
        changed = [*plan.new_participations.values(), *plan.participations.values()]
        changed += [gone for _, gone, _ in plan.gone] if ends else []
        touched = {one.case for one in changed} | {*plan.new_cases, *plan.cases}
        cases = schema.cases
        people = [*plan.persons]
        for first in range(0, len(people), _MOST_AT_ONCE):
            theirs = cases.c.person.in_(people[first : first + _MOST_AT_ONCE])
            touched |= set(self._connection.execute(select(cases.c.id).where(theirs)).scalars())
        rows = (
            {"case": one, "event": event, "kind": "import", "subject": one}
            for one in sorted(touched)
        )
        self._new(schema.web.case_events, rows)

    def _rows(self, query: Select[Any]) -> MappingResult:
        return self._connection.execute(query).mappings()

    def _new(self, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
        found = [{key: _storable(one) for key, one in row.items()} for row in rows]
        for first in range(0, len(found), _MOST_AT_ONCE):
            self._connection.execute(insert(table), found[first : first + _MOST_AT_ONCE])

    def _changed(self, table: Table, row: Mapping[str, object]) -> None:
        values = {key: _storable(one) for key, one in row.items() if key != "id"}
        self._connection.execute(update(table).where(table.c.id == row["id"]).values(values))


def _seen(viewer: Author) -> ColumnElement[bool]:
    """Return the condition on rows of ``persons`` whom ``viewer`` may know and change.

    Those with a case that is shown to it, if no open one is hidden from it: a case of years ago
    gives no right to the one that somebody else has today.
    """
    persons, cases = schema.persons, schema.cases
    if viewer.role in (Role.LEAD, Role.SYSTEM):
        return true()
    shown = visible_cases(viewer)
    hidden = and_(cases.c.ended.is_(None), not_(shown))
    return and_(
        persons.c.id.in_(select(cases.c.person).where(shown)),
        persons.c.id.not_in(select(cases.c.person).where(hidden)),
    )


def _of(new: Mapping[str, Any]) -> Iterable[Any]:  # things of one kind by their ids
    return new.values()


def _storable(value: object) -> object:
    return text_of(value) if isinstance(value, str) else value
