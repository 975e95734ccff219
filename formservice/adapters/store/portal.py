"""What a Träger sees of what is kept: its own documents and participants, asked for by SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union,
)

from formservice.adapters.store import schema
from formservice.adapters.store.assigned import Assigned
from formservice.adapters.store.cases_names import folded, folded_column, with_folding
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.assigning import (
    AssignedError,
    Named,
    OwnPerson,
    Wanted,
    Whose,
    unnamed,
)
from formservice.application.ports_portal import MOST_LISTED, Came, OwnDocument, Participant
from formservice.application.ports_store import Author, Kept
from formservice.domain.case import State
from formservice.domain.errors import NotFoundError, UsageError, no_document
from formservice.domain.form import Severity

_documents, _theirs = schema.documents, schema.user_traeger
_parts = schema.participations
_CAME = ("form", "state", "received")
_belongs, _records = schema.case_documents, schema.records
_massnahmen, _cases, _persons = schema.massnahmen, schema.cases, schema.persons
_CHOOSING = (State.PREPARING, State.IN_REVIEW, State.RETURNED)
_MOST = 1000
# Half a year after the end nobody waits for a form any more.
_STILL = timedelta(days=183)
_WAITING = (State.RETURNED, State.RECEIVED, State.PREPARING)
# Far below as many as a database takes in one statement.
_AT_ONCE = 5000


class StoredPortal:
    """Looks with a transaction of its own each time."""

    def __init__(self, store: Store, named: Named = unnamed) -> None:
        """Read from ``store``; ``named`` tells the name that a record says."""
        self._store = store
        self._named = named

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
            nobodys = [row.id for row in rows if row.person is None]
            named = names_read(work.connection, nobodys, self._named)
        return [
            OwnDocument(
                **{**row._mapping, "state": State(row.state), "named": named.get(row.id, "")}
            )
            for row in rows
        ]

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


class StoredOwnPeople:
    """Reads and writes, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Work in ``store``."""
        self._store = store

    def whose(self, document: str, viewer: Author) -> Whose:
        """Return whom a form is about, as far as that is known."""
        with self._store.look() as work:
            kept = _seen(work, document, viewer)
            known = Assigned(work.connection, work.events).of(kept.id)
            can_change = known is None or kept.state is State.PREPARING
            query = _own(kept, viewer).where(_parts.c.id == (known[1] if known else None))
            row = work.connection.execute(query).first()
            person = None if row is None else _own_person(row, ())
            return Whose(known is not None, can_change and kept.state in _CHOOSING, person)

    def offered(self, document: str, wanted: Wanted, viewer: Author) -> Sequence[OwnPerson]:
        """Return who may be meant: whose name agrees exactly first, then all others.

        Whose participation has long ended only the name brings up. The day of birth is neither
        asked for nor told: whoever writes one on a form would learn whether it is the right one.
        """
        with self._store.look() as work:
            connection = with_folding(work.connection)
            kept = _seen(work, document, viewer)
            same = and_(
                folded_column(_persons.c.name) == folded(text_of(wanted.name)),
                folded_column(_persons.c.vorname) == folded(text_of(wanted.vorname)),
            )
            recent = or_(_parts.c.bis.is_(None), _parts.c.bis >= kept.received - _STILL)
            query = _own(kept, viewer).where(or_(same, recent))
            order = (_persons.c.name, _persons.c.vorname, _parts.c.von, _parts.c.id)
            rows = connection.execute(query.order_by(*order).limit(_MOST)).all()
        found = [_own_person(row, _agreeing(row, wanted, kept)) for row in rows]
        return sorted(found, key=lambda one: -len(one.because))

    def choose(self, document: str, participation: str, author: Author) -> None:
        """Say that a form is about this participation with its Träger."""

        def write(work: Work) -> None:
            kept = _held(work, document, author)
            query = _own(kept, author).where(_parts.c.id == text_of(participation))
            row = work.connection.execute(query).first()
            if row is None:
                raise NotFoundError("Eine Teilnahme mit dieser Kennung gibt es nicht.")
            assigned = Assigned(work.connection, work.events)
            known = assigned.of(kept.id)
            if known is not None and known != (row.case, row.id):
                _refuse_handed_in(kept)
            assigned.put(kept.id, row.case, row.id, author)

        self._store.written(write)

    def take_back(self, document: str, author: Author) -> None:
        """Say that it is about somebody else."""

        def write(work: Work) -> None:
            kept = _held(work, document, author)
            assigned = Assigned(work.connection, work.events)
            if assigned.of(kept.id) is not None:
                _refuse_handed_in(kept)
                assigned.take_back(kept.id, author)

        self._store.written(write)


def names_read(
    connection: Connection, documents: Sequence[str], named: Named
) -> Mapping[str, str]:
    """Return the names that the newest records of ``documents`` say, where they say one."""
    if not documents:
        return {}
    query = (
        select(_documents.c.id, _records.c.reading)
        .join(
            _records,
            and_(
                _records.c.document == _documents.c.id,
                _records.c.version == _documents.c.version,
            ),
        )
        .where(_documents.c.id.in_(documents))
    )
    told = {row.id: named(row.reading) for row in connection.execute(query)}
    return {key: name for key, name in told.items() if name}


def _own(kept: Kept, viewer: Author) -> Select[Any]:
    """Return the query for participations with the Träger of a form that are the viewer's."""
    mine = select(_theirs.c.traeger).where(_theirs.c.user == viewer.id)
    return (
        select(
            *(_parts.c[name] for name in ("id", "case", "von", "bis")),
            *(_persons.c[name] for name in ("name", "vorname")),
            _massnahmen.c.name.label("massnahme"),
        )
        .join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .join(_cases, _cases.c.id == _parts.c.case)
        .join(_persons, _persons.c.id == _cases.c.person)
        .where(_massnahmen.c.traeger == kept.traeger, _massnahmen.c.traeger.in_(mine))
    )


def _agreeing(row: Row[Any], wanted: Wanted, kept: Kept) -> tuple[str, ...]:
    ours, theirs = (row.name, row.vorname), (wanted.name, wanted.vorname)
    if not all(theirs) or [folded(one) for one in ours] != [folded(one) for one in theirs]:
        return ()
    begins, ends = row.von, row.bis
    is_then = begins is not None and begins <= kept.received
    is_then = is_then and (ends is None or kept.received - ends <= _STILL)
    return ("name", "period") if is_then else ("name",)


def _own_person(row: Row[Any], because: tuple[str, ...]) -> OwnPerson:
    return OwnPerson(row.id, row.name, row.vorname, row.massnahme, row.von, row.bis, because)


def _seen(work: Work, document: str, viewer: Author) -> Kept:
    if not work.search.is_visible(document, viewer):
        raise no_document()
    return work.documents.get(document)


def _held(work: Work, document: str, author: Author) -> Kept:
    """Return a document that its sender may still say of whom it is; it is theirs meanwhile."""
    work.events.held()
    kept = _seen(work, document, author)
    if kept.state not in _CHOOSING or not kept.version:
        raise UsageError(
            "Für diesen Bogen lässt sich die Person hier nicht mehr angeben.",
            "Bitte wenden Sie sich an Ihre Ansprechperson.",
        )
    return kept


def _refuse_handed_in(kept: Kept) -> None:
    if kept.state is not State.PREPARING:
        raise AssignedError("Der Bogen ist eingereicht und schon einer Person zugeordnet.")
