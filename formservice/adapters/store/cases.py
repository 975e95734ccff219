"""Cases as their lists and pages show them, read in a number of queries that never grows."""

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from formservice.adapters.identity.sealing import Seal
from formservice.adapters.store import schema
from formservice.adapters.store.cases_history import history
from formservice.adapters.store.cases_names import folded, folded_column, with_folding
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import escaped, text_of
from formservice.adapters.store.store import Store
from formservice.application.casework import (
    ALL,
    MINE,
    NOBODYS,
    Asked,
    CaseDocument,
    CaseList,
    CasePage,
    Choice,
    Happened,
    Issued,
    Listed,
    Part,
    Person,
    Term,
)
from formservice.application.ports_store import Author
from formservice.domain.case import WAITING, Role, State
from formservice.domain.errors import NotFoundError, UsageError

_cases, _persons, _users = schema.cases, schema.persons, schema.users
_parts, _massnahmen, _traeger = schema.participations, schema.massnahmen, schema.traeger
_documents, _belongs, _issued = schema.documents, schema.case_documents, schema.web.issued
_HAVE_CASES = (Role.IFK, Role.LEAD)


def visible_cases(viewer: Author, cases: FromClause = _cases) -> ColumnElement[bool]:
    """Return the condition on rows of ``cases`` that ``viewer`` may see and change.

    An IFK those of its own and those that nobody has; a lead all; nobody else any.
    """
    if viewer.role in (Role.LEAD, Role.SYSTEM):
        return true()
    if viewer.role is Role.IFK:
        return or_(cases.c.ifk == viewer.id, cases.c.ifk.is_(None))
    return false()


def refuse_hidden(connection: Connection, given: str, viewer: Author) -> None:
    """Raise NotFoundError unless there is such a case that ``viewer`` may see."""
    query = select(_cases.c.id).where(_cases.c.id == text_of(given), visible_cases(viewer))
    if connection.execute(query).first() is None:
        raise NotFoundError("Diesen Fall gibt es nicht.")


class StoredCases:
    """Reads cases, each time in a transaction of its own."""

    def __init__(self, store: Store, key: Callable[[], bytes] | None = None) -> None:
        """Read from ``store``; with the ``key`` of the installation lists are sealed that go on.

        Without one nobody else continues a list than who began it.
        """
        self._store = store
        own = secrets.token_bytes(32) if key is None else b""
        self._key = key or (lambda: own)

    def listed(
        self, viewer: Author, asked: Asked, day: date, after: str | None = None, most: int = 50
    ) -> CaseList:
        """Return a page of cases by name; ``after`` is the ``next`` of the page before.

        It holds the name at which the list goes on, whatever becomes of that case; sealed, for it
        stands in addresses.
        """
        with self._store.look() as work:
            connection = with_folding(work.connection)
            place = _PLACE
            query = _LISTED.add_columns(*(one.label(f"at_{n}") for n, one in enumerate(place)))
            query = query.where(visible_cases(viewer), *_asked(asked, viewer))
            if after is not None:
                query = query.where(tuple_(*place) > self._opened(after, viewer))
            rows = connection.execute(query.order_by(*place).limit(most + 1)).all()
            listed = _listed(connection, rows[:most], viewer, day)
            return CaseList(
                listed,
                self._sealed(rows[most - 1], viewer) if len(rows) > most else None,
                _counts(connection, viewer),
                _used(connection, viewer),
            )

    def _sealed(self, row: Row[Any], viewer: Author) -> str:
        place = json.dumps([row.at_0, row.at_1, row.at_2], ensure_ascii=False)
        return Seal(self._key(), _GOES_ON).sealed(place, viewer.id)

    def _opened(self, after: str, viewer: Author) -> tuple[str, ...]:
        place = Seal(self._key(), _GOES_ON).opened(after, viewer.id)
        if place is None:
            raise UsageError(
                "Diese Fortsetzung einer Liste gibt es nicht.",
                "Bitte die Liste noch einmal von vorn beginnen.",
            )
        return tuple(json.loads(place))

    def one(self, case: str, viewer: Author, day: date) -> CasePage:
        """Return a case; NotFoundError if there is none that ``viewer`` may see."""
        with self._store.look() as work:
            connection = work.connection
            query = _LISTED.where(visible_cases(viewer), _cases.c.id == text_of(case))
            row = connection.execute(query).first()
            if row is None:
                raise NotFoundError("Diesen Fall gibt es nicht.")
            documents = _documents_of(connection, row.id, viewer)
            return CasePage(
                row.id,
                _person(row),
                row.ifk,
                row.ifk_name or "",
                row.ended,
                _sorted(_parts_of(connection, [row.id])[row.id], day),
                issued_of(connection, _issued.c.case == row.id),
                documents,
                _terms(connection, [one.id for one in documents]),
            )

    def history(
        self, case: str, viewer: Author, before: int | None = None, most: int = 50
    ) -> Sequence[Happened]:
        """Return what happened in a case, the latest first."""
        with self._store.look() as work:
            refuse_hidden(work.connection, case, viewer)
            return history(work, text_of(case), before, most)

    def colleagues(self) -> Sequence[Choice]:
        """Return who may have cases."""
        query = select(_users.c.id, _users.c.name).where(
            _users.c.active, _users.c.role.in_(_HAVE_CASES)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query.order_by(_users.c.name, _users.c.id))
            return [Choice(row.id, row.name) for row in rows]

    def massnahmen(self) -> Sequence[Choice]:
        """Return all Maßnahmen with the names of their Träger."""
        query = (
            select(_massnahmen.c.id, _massnahmen.c.name, _traeger.c.name.label("traeger"))
            .join(_traeger, _traeger.c.id == _massnahmen.c.traeger)
            .order_by(_massnahmen.c.name, _traeger.c.name, _massnahmen.c.id)
        )
        with self._store.look() as work:
            rows = work.connection.execute(query)
            return [Choice(row.id, row.name, row.traeger) for row in rows]


_LISTED: Select[Any] = (
    select(
        _cases.c.id,
        _cases.c.ifk,
        _cases.c.ended,
        _users.c.name.label("ifk_name"),
        _persons.c.id.label("person"),
        _persons.c.number,
        _persons.c.name,
        _persons.c.vorname,
        _persons.c.geburtsdatum,
    )
    .join(_persons, _persons.c.id == _cases.c.person)
    .outerjoin(_users, _users.c.id == _cases.c.ifk)
)
_GOES_ON = "list-of-cases"
# By so many letters of a name, for its place in a list has to fit into an address.
_LETTERS = 40


def _first(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.substr(folded_column(column), 1, _LETTERS)


# As people look for names in a list: „Öztürk“ does not stand behind „Weber“.
_PLACE = (_first(_persons.c.name), _first(_persons.c.vorname), _cases.c.id)


def _asked(asked: Asked, viewer: Author) -> list[ColumnElement[bool]]:
    """Return the conditions of what somebody wants to see."""
    found: list[ColumnElement[bool]] = []
    if asked.whose == MINE:
        found.append(_cases.c.ifk == viewer.id)
    elif asked.whose == NOBODYS:
        found.append(_cases.c.ifk.is_(None))
    found.append(_cases.c.ended.is_not(None) if asked.ended else _cases.c.ended.is_(None))
    if asked.massnahme:
        inside = exists().where(_parts.c.case == _cases.c.id)
        found.append(inside.where(_parts.c.massnahme == text_of(asked.massnahme)))
    for word in text_of(asked.words).split():
        like = f"%{escaped(folded(word))}%"
        found.append(
            or_(
                folded_column(_persons.c.name).like(like, escape="/"),
                folded_column(_persons.c.vorname).like(like, escape="/"),
                _persons.c.number.like(f"{escaped(word)}%", escape="/"),
            )
        )
    return found


def _counts(connection: Connection, viewer: Author) -> Mapping[str, int]:
    mine = func.sum(case((_cases.c.ifk == viewer.id, 1), else_=0))
    nobodys = func.sum(case((_cases.c.ifk.is_(None), 1), else_=0))
    query = select(mine, nobodys, func.count()).select_from(_cases)
    row = connection.execute(query.where(visible_cases(viewer), _cases.c.ended.is_(None))).one()
    return {MINE: int(row[0] or 0), NOBODYS: int(row[1] or 0), ALL: int(row[2])}


def _used(connection: Connection, viewer: Author) -> Sequence[tuple[str, str]]:
    """Return the Maßnahmen in which there are open cases."""
    query = (
        select(_massnahmen.c.id, _massnahmen.c.name)
        .join(_parts, _parts.c.massnahme == _massnahmen.c.id)
        .join(_cases, _cases.c.id == _parts.c.case)
        .where(visible_cases(viewer), _cases.c.ended.is_(None))
        .distinct()
        .order_by(_massnahmen.c.name, _massnahmen.c.id)
    )
    return [(row.id, row.name) for row in connection.execute(query)]


def _listed(
    connection: Connection, rows: Sequence[Row[Any]], viewer: Author, day: date
) -> list[Listed]:
    ids = [row.id for row in rows]
    parts, waiting = _parts_of(connection, ids), _waiting(connection, ids, viewer)
    issued = _last_issued(connection, ids)
    return [
        Listed(
            row.id,
            _person(row),
            row.ifk,
            row.ifk_name or "",
            row.ended,
            next(iter(_sorted(parts[row.id], day)), None),
            waiting.get(row.id, 0),
            issued[row.id],
        )
        for row in rows
    ]


def _person(row: Row[Any]) -> Person:
    return Person(row.person, row.number, row.name, row.vorname, row.geburtsdatum)


def parts_query() -> Select[Any]:
    """Return the query for participations with the names of Maßnahme and Träger."""
    return (
        select(
            _parts.c.id,
            _parts.c.case,
            _parts.c.massnahme,
            _massnahmen.c.name.label("massnahme_name"),
            _massnahmen.c.traeger,
            _traeger.c.name.label("traeger_name"),
            _parts.c.von,
            _parts.c.bis,
        )
        .join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .join(_traeger, _traeger.c.id == _massnahmen.c.traeger)
    )


def _parts_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[Part]]:
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for row in connection.execute(parts_query().where(_parts.c.case.in_(ids))):
        found[row.case].append(Part(**row._mapping))
    return found


def _sorted(parts: Sequence[Part], day: date) -> list[Part]:
    """Return what runs today first, then what comes next, then what is over, the last first."""

    def order(one: Part) -> tuple[int, int, str]:
        begin, end = one.von or date.min, one.bis or date.max
        if begin <= day <= end:
            return 0, -begin.toordinal(), one.id
        if begin > day:
            return 1, begin.toordinal(), one.id
        return 2, -end.toordinal(), one.id

    return sorted(parts, key=order)


def _waiting(connection: Connection, ids: Sequence[str], viewer: Author) -> Mapping[str, int]:
    query = (
        select(_belongs.c.case, func.count())
        .join(_documents, _documents.c.id == _belongs.c.document)
        .where(_belongs.c.case.in_(ids), _documents.c.state.in_(WAITING), visible(viewer))
        .group_by(_belongs.c.case)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _last_issued(connection: Connection, ids: Sequence[str]) -> Mapping[str, dict[str, float]]:
    query = select(_issued.c.case, _issued.c.form, func.max(_issued.c.created_at))
    query = query.where(_issued.c.case.in_(ids)).group_by(_issued.c.case, _issued.c.form)
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for case_, form, at in connection.execute(query):
        found[case_][form] = at
    return found


def issued_of(connection: Connection, which: ColumnElement[bool]) -> list[Issued]:
    """Return forms that were issued, the latest first."""
    names = [name for name in Issued.__dataclass_fields__ if name != "author_name"]
    query = (
        select(*(_issued.c[name] for name in names), _users.c.name.label("author_name"))
        .outerjoin(_users, _users.c.id == _issued.c.author)
        .where(which)
        .order_by(_issued.c.created_at.desc(), _issued.c.reference)
    )
    return [
        Issued(**{**row._mapping, "author_name": row.author_name or ""})
        for row in connection.execute(query)
    ]


def _documents_of(connection: Connection, case_: str, viewer: Author) -> list[CaseDocument]:
    finding, due = schema.findings, schema.deadlines

    def count(severity: str) -> ColumnElement[int]:
        told = select(func.count()).where(finding.c.document == _documents.c.id)
        return told.where(finding.c.severity == severity).scalar_subquery().label(severity)

    late = exists().where(due.c.document == _documents.c.id, due.c.met == false()).label("late")
    own = [_documents.c[name] for name in ("id", "form", "edition", "name", "state", "received")]
    query = (
        select(*own, _belongs.c.participation, count("blocks"), count("asks"), late)
        .join(_belongs, _belongs.c.document == _documents.c.id)
        .where(and_(_belongs.c.case == case_, visible(viewer)))
        .order_by(_documents.c.received.desc(), _documents.c.created_at.desc())
    )
    return [
        CaseDocument(**{**row._mapping, "state": State(row.state), "late": bool(row.late)})
        for row in connection.execute(query)
    ]


def _terms(connection: Connection, documents: Sequence[str]) -> list[Term]:
    table, records = schema.deadlines, schema.records
    newest = and_(records.c.document == _documents.c.id, records.c.version == _documents.c.version)
    query = (
        select(
            *(table.c[name] for name in ("document", "key", "start", "due", "met")),
            _documents.c.form,
            records.c.reading,
        )
        .join(_documents, _documents.c.id == table.c.document)
        .join(records, newest)
        .where(table.c.document.in_(documents))
        .order_by(table.c.due, table.c.document, table.c.key)
    )
    return [
        Term(
            row.document,
            row.key,
            _title(row.reading, row.key),
            row.form,
            row.start,
            row.due,
            row.met,
        )
        for row in connection.execute(query)
    ]


def _title(reading: Mapping[str, Any], key: str) -> str:
    told = {one["key"]: one.get("title") for one in reading.get("deadlines") or ()}
    return str(told.get(key) or key)
