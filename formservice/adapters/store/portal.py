"""What a Träger sees of what is kept: its own documents and participants, asked for by SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select, union

from formservice.adapters.store import schema
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store
from formservice.application.ports_portal import MOST_LISTED, Came, OwnDocument, Participant
from formservice.application.ports_store import Author
from formservice.domain.case import State
from formservice.domain.errors import NotFoundError
from formservice.domain.form import Severity

_documents, _theirs = schema.documents, schema.user_traeger
_parts = schema.participations
_CAME = ("form", "state", "received")
_WAITING = (State.RETURNED, State.RECEIVED, State.PREPARING)
# Far below as many as a database takes in one statement.
_AT_ONCE = 5000


class StoredPortal:
    """Looks with a transaction of its own each time."""

    def __init__(self, store: Store) -> None:
        """Read from ``store``."""
        self._store = store

    def traeger(self, viewer: Author) -> Sequence[tuple[str, str]]:
        """Return ids and names of the Träger that somebody works for."""
        table = schema.traeger
        query = select(table.c.id, table.c.name).join(_theirs, _theirs.c.traeger == table.c.id)
        query = query.where(_theirs.c.user == viewer.id).order_by(table.c.name, table.c.id)
        with self._store.look() as work:
            return [(row.id, row.name) for row in work.connection.execute(query)]

    def documents(self, viewer: Author) -> Sequence[OwnDocument]:
        """Return what came from them, what waits for them and the latest first.

        Of a file with several forms these. The list ends after ``MOST_LISTED``.
        """
        waits = case((_documents.c.state.in_(_WAITING), 0), else_=1)
        part = _documents.alias("own_part")
        is_file = select(part.c.id).where(part.c.part_of == _documents.c.id).exists()
        query = (
            select(*_COLUMNS)
            .where(visible(viewer), _documents.c.traeger.is_not(None), ~is_file)
            .order_by(
                waits, *(_documents.c[one].desc() for one in ("received", "created_at", "id"))
            )
            .limit(MOST_LISTED)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
        return [OwnDocument(**{**row._mapping, "state": State(row.state)}) for row in rows]

    def participants(self, viewer: Author, since: date) -> Sequence[Participant]:
        """Return who takes part in their Maßnahmen, or did so until ``since`` or later."""
        recent = or_(_parts.c.bis.is_(None), _parts.c.bis >= since)
        return self._participants(viewer, recent)

    def participant(self, participation: str, viewer: Author) -> Participant:
        """Return somebody who takes part; NotFoundError for one of another Träger."""
        found = self._participants(viewer, _parts.c.id == text_of(participation))
        if not found:
            raise NotFoundError("Eine Teilnahme mit dieser Kennung gibt es nicht.")
        return found[0]

    def _participants(self, viewer: Author, which: ColumnElement[bool]) -> list[Participant]:
        """Return participations in Maßnahmen of the viewer's Träger: two queries."""
        person, cases, massnahme = schema.persons, schema.cases, schema.massnahmen
        mine = select(_theirs.c.traeger).where(_theirs.c.user == viewer.id)
        query = (
            select(
                _parts.c.id,
                _parts.c.case,
                person.c.name,
                person.c.vorname,
                massnahme.c.name.label("massnahme"),
                _parts.c.von,
                _parts.c.bis,
            )
            .join(massnahme, massnahme.c.id == _parts.c.massnahme)
            .join(cases, cases.c.id == _parts.c.case)
            .join(person, person.c.id == cases.c.person)
            .where(massnahme.c.traeger.in_(mine), which)
            .order_by(person.c.name, person.c.vorname, _parts.c.von, _parts.c.id)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query).all()
            came: dict[str, list[Came]] = {}
            for start in range(0, len(rows), _AT_ONCE):
                some = [row.id for row in rows[start : start + _AT_ONCE]]
                came |= came_for(work.connection, some, viewer)
        return [Participant(*row, came.get(row.id, ())) for row in rows]


def came_for(
    connection: Connection, participations: Sequence[str], viewer: Author
) -> Mapping[str, list[Came]]:
    """Return what came for participations: assigned to them, or on a form issued for them."""
    belongs, issued = schema.case_documents, schema.web.issued
    told = union(
        select(belongs.c.participation.label("part"), belongs.c.document.label("document")).where(
            belongs.c.participation.in_(participations)
        ),
        select(issued.c.participation, _documents.c.id)
        .join(_documents, _documents.c.reference == issued.c.reference)
        .where(issued.c.participation.in_(participations)),
    ).subquery("told")
    query = (
        select(told.c.part, _documents.c.id, *(_documents.c[one] for one in _CAME))
        .join(_documents, _documents.c.id == told.c.document)
        .where(visible(viewer))
        .where(_documents.c.state != State.DISCARDED)
        .order_by(_documents.c.received.desc(), _documents.c.created_at.desc(), _documents.c.id)
    )
    found = defaultdict[str, list[Came]](list)
    for part, document, form, state, received in connection.execute(query):
        found[part].append(Came(document, form, State(state), received))
    return found


def _count(severity: Severity) -> ColumnElement[int]:
    table = schema.findings
    counted = select(func.count(literal(1))).where(table.c.document == _documents.c.id)
    return counted.where(table.c.severity == str(severity)).scalar_subquery().label(str(severity))


def _submission() -> ColumnElement[str]:
    table = schema.web.submissions
    query = select(table.c.id).where(table.c.document == _documents.c.id)
    last = query.order_by(table.c.at.desc(), table.c.id.desc()).limit(1)
    return last.scalar_subquery().label("submission")


def _reason() -> ColumnElement[str]:
    table = schema.acknowledgements
    query = select(table.c.reason).where(
        table.c.document == _documents.c.id,
        table.c.code == f"state.{State.RETURNED}",
        _documents.c.state == State.RETURNED,
    )
    return query.order_by(table.c.id.desc()).limit(1).scalar_subquery().label("reason")


def _person() -> ColumnElement[str]:
    """Return whom a form is about, if it belongs to a participation with the Träger it is of."""
    link, person, cases = schema.case_documents, schema.persons, schema.cases
    massnahme = schema.massnahmen
    query = (
        select(person.c.name + literal(", ") + person.c.vorname)
        .join(cases, cases.c.person == person.c.id)
        .join(_parts, _parts.c.case == cases.c.id)
        .join(massnahme, massnahme.c.id == _parts.c.massnahme)
        .join(link, link.c.participation == _parts.c.id)
        .where(link.c.document == _documents.c.id)
        .where(massnahme.c.traeger == _documents.c.traeger)
    )
    return query.limit(1).scalar_subquery().label("person")


_PLAIN = ("id", "name", "form", "state", "received", "version", "status", "error")
_COLUMNS = [
    *(_documents.c[one] for one in _PLAIN),
    _count(Severity.BLOCKS),
    _count(Severity.ASKS),
    _submission(),
    _reason(),
    _person(),
]
