"""What came in, by what is urgent, and one document with all that is needed to decide."""

from collections.abc import Mapping
from typing import Any  # rows have the columns of their query

from sqlalchemy import (
    Case,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
)

from formservice.adapters.store import schema
from formservice.adapters.store.cases import visible_cases
from formservice.adapters.store.rights import visible
from formservice.adapters.store.search import is_one
from formservice.adapters.store.store import Store, Work
from formservice.application.assigning import Named, unnamed
from formservice.application.inbox import Belongs, Box, Inbox, Incoming, Place, Whole
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, State
from formservice.domain.errors import no_document
from formservice.domain.findings import FindingCode

_documents, _findings, _answers = schema.documents, schema.findings, schema.acknowledgements
_belongs, _cases, _persons = schema.case_documents, schema.cases, schema.persons
_parts, _massnahmen, _traeger = schema.participations, schema.massnahmen, schema.traeger
_issued = schema.web.issued
_WAITS = (State.RECEIVED, State.UNIDENTIFIED, State.IN_REVIEW)


def _open(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a finding is one nobody answers for yet."""
    field = func.coalesce(_answers.c.field, "") == func.coalesce(_findings.c.field, "")
    answered = exists().where(_answers.c.document == _findings.c.document)
    answered = answered.where(_answers.c.code == _findings.c.code, field)
    return and_(_findings.c.document == _documents.c.id, not_(answered), *conditions)


def _counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(_findings).where(_open(*conditions)).scalar_subquery()


# Said so that the database goes by the document and not by the code, which thousands have.
_LATE = func.coalesce(_findings.c.code, "") == str(FindingCode.DEADLINE_MISSED)
_BLOCKS, _ASKS = _findings.c.severity == "blocks", _findings.c.severity == "asks"


def _is_there(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_open(*conditions))


_RANK: Case[int] = case(
    (_is_there(_LATE), 0),
    (_documents.c.state == State.UNIDENTIFIED, 1),
    (_is_there(_BLOCKS), 1),
    (_is_there(_ASKS), 2),
    else_=3,
)
_IS_OPEN = _documents.c.state.in_(_WAITS)
_OF_BOX: Mapping[Box, ColumnElement[bool]] = {
    Box.OPEN: _IS_OPEN,
    Box.LATE: and_(_IS_OPEN, _is_there(_LATE)),
    Box.FINDINGS: and_(_IS_OPEN, _is_there(or_(_BLOCKS, _ASKS))),
    Box.NEW: and_(_documents.c.state == State.IN_REVIEW, not_(_is_there(or_(_BLOCKS, _ASKS)))),
    Box.UNASSIGNED: and_(_IS_OPEN, _documents.c.assigned == false()),
    Box.RETURNED: _documents.c.state == State.RETURNED,
    Box.ACCEPTED: _documents.c.state.in_(DECIDED),
}


class StoredInbox:
    """Reads what came in, each time in a transaction of its own."""

    def __init__(self, store: Store, named: Named = unnamed) -> None:
        """Read from ``store``; ``named`` tells the name that a record says."""
        self._store = store
        self._named = named

    def listed(
        self, viewer: Author, box: Box, after: Place | None = None, most: int = 50
    ) -> Inbox:
        """Return a page of a box, the most urgent first, among equals what waits longest."""
        newest_first = box is Box.ACCEPTED
        with self._store.look() as work:
            query = _listed(viewer, _OF_BOX[box]).limit(most + 1)
            rank = _RANK if not newest_first else case((_documents.c.id.is_not(None), 0))
            place = (rank, _documents.c.received, _documents.c.id)
            if after is not None:
                where = (after.rank, after.received, after.id)
                query = query.where(
                    tuple_(*place) < where if newest_first else tuple_(*place) > where
                )
            order = [one.desc() for one in place] if newest_first else list(place)
            query = query.order_by(*order)
            rows = work.connection.execute(_with_reading(query, newest_first=newest_first)).all()
            listed = [
                _incoming(row, self._named, newest_first=newest_first) for row in rows[:most]
            ]
            last = listed[-1] if len(rows) > most else None
            following = str(Place(last.rank, last.received, last.id)) if last else None
            return Inbox(listed, following, _counts(work.connection, viewer))

    def after(self, viewer: Author, document: str) -> str | None:
        """Return the document to decide next, besides this one."""
        query: Select[Any] = select(_documents.c.id).where(
            visible(viewer), is_one, _IS_OPEN, _documents.c.id != document
        )
        query = query.where(_documents.c.state != State.RECEIVED)
        order = (_RANK, _documents.c.received, _documents.c.id)
        with self._store.look() as work:
            found: str | None = work.connection.execute(query.order_by(*order).limit(1)).scalar()
            return found

    def whole(self, viewer: Author, document: str) -> Whole:
        """Return a document with all that belongs to it; NotFoundError if it is not theirs."""
        with self._store.look() as work:
            if not work.search.is_visible(document, viewer):
                raise no_document()
            kept = work.documents.get(document)
            links = work.copies.history(document)
            answers = work.documents.acknowledged(document)
            people = {one.author for one in links} | {one.author for one in answers}
            belongs = _belonging(work.connection, document, viewer)
            return Whole(
                kept,
                work.documents.newest(document).reading if kept.version else None,
                answers,
                _sent(work.connection, kept.reference, viewer),
                _earlier(work, document, belongs, viewer),
                belongs,
                _name_of(work.connection, kept.traeger),
                links,
                work.copies.people(people),
                work.holds.besides(viewer, document),
            )


def _listed(viewer: Author, which: ColumnElement[bool]) -> Select[Any]:
    names = ("id", "form", "edition", "name", "state", "received", "source", "version")
    part_of = and_(_parts.c.id == _belongs.c.participation)
    return (
        select(
            *(_documents.c[name] for name in names),
            _traeger.c.name.label("traeger_name"),
            _belongs.c.case,
            _persons.c.name.label("family"),
            _persons.c.vorname.label("given"),
            _massnahmen.c.name.label("massnahme"),
            _counted(_LATE).label("late"),
            _counted(_BLOCKS).label("blocks"),
            _counted(_ASKS).label("asks"),
            _RANK.label("rank"),
        )
        .outerjoin(_belongs, _belongs.c.document == _documents.c.id)
        .outerjoin(_cases, _cases.c.id == _belongs.c.case)
        .outerjoin(_persons, _persons.c.id == _cases.c.person)
        .outerjoin(_parts, part_of)
        .outerjoin(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .outerjoin(_traeger, _traeger.c.id == _documents.c.traeger)
        .where(visible(viewer), is_one, which)
    )


def _with_reading(listed: Select[Any], *, newest_first: bool) -> Select[Any]:
    """Return the query for a page, with the records of what belongs to no case, of these only."""
    page, record = listed.subquery("page"), schema.records
    nobodys = and_(
        record.c.document == page.c.id,
        record.c.version == page.c.version,
        page.c.case.is_(None),
    )
    place: tuple[Any, ...] = (page.c.received.desc(), page.c.id.desc())
    if not newest_first:
        place = (page.c.rank, page.c.received, page.c.id)
    return select(page, record.c.reading).outerjoin(record, nobodys).order_by(*place)


def _incoming(row: Row[Any], named: Named, *, newest_first: bool) -> Incoming:
    told = dict(row._mapping)
    reading = told.pop("reading")
    told.pop("version")
    told["named"] = "" if reading is None else named(reading)
    family, given = told.pop("family"), told.pop("given")
    person = f"{family}, {given}" if family is not None else ""
    told |= {"state": State(row.state), "traeger_name": row.traeger_name or ""}
    told |= {"massnahme": row.massnahme or "", "rank": 0 if newest_first else row.rank}
    return Incoming(**told, person=person)


def _counts(connection: Connection, viewer: Author) -> Mapping[Box, int]:
    """Return how many documents each box has, in one query.

    What is decided, in the course of the years nearly everything, is counted without a look at
    findings.
    """
    boxes = {box: which for box, which in _OF_BOX.items() if box is not Box.ACCEPTED}
    sums = [func.sum(case((one, 1), else_=0)) for one in boxes.values()]
    seen = visible(viewer), is_one
    decided = select(func.count()).select_from(_documents).where(*seen, _OF_BOX[Box.ACCEPTED])
    going_on = _documents.c.state.in_((*_WAITS, State.RETURNED))
    query: Select[Any] = select(*sums, decided.scalar_subquery()).select_from(_documents)
    row = connection.execute(query.where(*seen, going_on)).one()
    return {box: int(n or 0) for box, n in zip((*boxes, Box.ACCEPTED), row, strict=True)}


def _sent(
    connection: Connection, reference: str | None, viewer: Author
) -> Mapping[str, object] | None:
    """Return what a form said when it was issued, if that was for a case of ``viewer``.

    A reference is printed on paper and can be typed: it opens nothing by itself.
    """
    if reference is None:
        return None
    own = and_(_issued.c.case.is_(None), _issued.c.author == viewer.id)
    query = (
        select(_issued.c["values"])
        .outerjoin(_cases, _cases.c.id == _issued.c.case)
        .where(_issued.c.reference == reference)
        .where(or_(own, and_(_cases.c.id.is_not(None), visible_cases(viewer))))
    )
    found: Mapping[str, object] | None = connection.execute(query).scalar()
    return found


def _belonging(connection: Connection, document: str, viewer: Author) -> Belongs | None:
    query: Select[Any] = (
        select(
            _belongs.c.case,
            _belongs.c.participation,
            _persons.c.name,
            _persons.c.vorname,
            _massnahmen.c.name.label("massnahme"),
            case((visible_cases(viewer), 1), else_=0).label("ours"),
        )
        .join(_cases, _cases.c.id == _belongs.c.case)
        .join(_persons, _persons.c.id == _cases.c.person)
        .outerjoin(_parts, _parts.c.id == _belongs.c.participation)
        .outerjoin(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .where(_belongs.c.document == document)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    person, ours = f"{row.vorname} {row.name}", bool(row.ours)
    return Belongs(row.case, row.participation, person, row.massnahme or "", ours)


def _earlier(
    work: Work, document: str, belongs: Belongs | None, viewer: Author
) -> Mapping[str, Mapping[str, Any]]:
    """Return the newest record of every other form of the same case."""
    if belongs is None:
        return {}
    table = schema.records
    same = case((_belongs.c.participation == belongs.participation, 0), else_=1)
    query: Select[Any] = (
        select(_documents.c.form, table.c.reading)
        .join(_belongs, _belongs.c.document == _documents.c.id)
        .join(
            table,
            and_(table.c.document == _documents.c.id, table.c.version == _documents.c.version),
        )
        .where(_belongs.c.case == belongs.case, _documents.c.id != document, visible(viewer))
        .where(_documents.c.state.in_((State.IN_REVIEW, *DECIDED)), _documents.c.form.is_not(None))
        .order_by(same, _documents.c.received.desc(), _documents.c.id)
        .limit(50)
    )
    found: dict[str, Mapping[str, Any]] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.form, row.reading)
    return found


def _name_of(connection: Connection, traeger: str | None) -> str:
    if traeger is None:
        return ""
    query = select(_traeger.c.name).where(_traeger.c.id == traeger)
    return str(connection.execute(query).scalar() or "")
