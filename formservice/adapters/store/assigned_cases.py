"""Cases that a document may belong to, shown to people who decide; and what they decided."""

from collections import Counter
from collections.abc import Sequence
from typing import Any  # rows have the columns of their query

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, or_, select

from formservice.adapters.store import schema
from formservice.adapters.store.assigned import Assigned
from formservice.adapters.store.cases import visible_cases
from formservice.adapters.store.cases_change import tell
from formservice.adapters.store.cases_names import folded, folded_column, named, with_folding
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import escaped, text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.assigning import NOBODY, DecidedError, Suggestion, Wanted
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, Role
from formservice.domain.errors import ConflictError, NotFoundError, no_document

_cases, _persons, _users = schema.cases, schema.persons, schema.users
_parts, _massnahmen, _documents = schema.participations, schema.massnahmen, schema.documents
_issued = schema.web.issued
_WEIGHT = {"reference": 8, "number": 8, "born": 4, "name": 2, "period": 1}
_MOST = 20
_BY_NAME = (_persons.c.name, _persons.c.vorname, _parts.c.von.desc())


class StoredAssigning:
    """Reads and writes, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Work in ``store``."""
        self._store = store

    def suggested(self, document: str, wanted: Wanted, viewer: Author) -> Sequence[Suggestion]:
        """Return cases that agree exactly; NotFoundError for a document that is not theirs."""
        with self._store.look() as work:
            _refuse_hidden(work.connection, document, viewer)
            return _suggested(with_folding(work.connection), document, wanted, viewer)

    def found(
        self, words: str, viewer: Author, wanted: Wanted = NOBODY, most: int = _MOST
    ) -> Sequence[Suggestion]:
        """Return open cases of ``viewer`` by name or number; to the back office the exact ones."""
        if viewer.role is Role.BACK_OFFICE:
            return self._exact(words, viewer, wanted, most)
        told = [one for one in text_of(words).split() if one]
        if not told:
            return []
        query = _suggesting(viewer).where(visible_cases(viewer), _cases.c.ended.is_(None))
        for word in told:
            like = f"%{escaped(folded(word))}%"
            names = (folded_column(_persons.c.name), folded_column(_persons.c.vorname))
            conditions = [name.like(like, escape="/") for name in names]
            query = query.where(or_(*conditions, _persons.c.number == word))
        with self._store.look() as work:
            rows = with_folding(work.connection).execute(query.order_by(*_BY_NAME).limit(most))
            return [_suggestion(row, ()) for row in rows]

    def _exact(
        self, words: str, viewer: Author, wanted: Wanted, most: int
    ) -> Sequence[Suggestion]:
        """Return whom ``words`` name exactly, and write that they were shown."""
        query = _suggesting(viewer).where(named(words, wanted), _cases.c.ended.is_(None))
        with self._store.look() as work:
            connection = with_folding(work.connection)
            rows = connection.execute(query.order_by(*_BY_NAME).limit(most)).all()
        shown = list(dict.fromkeys(row.id for row in rows))
        if shown:
            with self._store.work() as work:
                for one in shown:
                    link = work.events.append("case.looked-up", viewer, None, {"case": one})
                    tell(work, one, link, "case", one)
        parts = Counter(row.id for row in rows)
        return [_found(row, is_one=parts[row.id] == 1) for row in rows]

    def assign(
        self,
        document: str,
        case: str,
        participation: str | None,
        wanted: Wanted,
        author: Author,
        words: str = "",
    ) -> None:
        """Say that a document belongs to a case of the author's, a suggested or a found one."""

        def write(work: Work) -> None:
            work.events.held()
            connection = with_folding(work.connection)
            _refuse_hidden(connection, document, author, lock=True)
            is_found = _is_found(connection, case, words, wanted, author)
            if not is_found and not _may(connection, document, case, wanted, author):
                raise NotFoundError("Diesen Fall gibt es nicht.")
            _refuse_foreign_part(connection, case, participation)
            assigned = Assigned(connection, work.events)
            known = assigned.of(document)
            if known is not None and known[0] != case:
                raise ConflictError(
                    "Das Formular ist inzwischen einem anderen Fall zugeordnet.",
                    "Bitte neu laden; die Zuordnung lässt sich dort aufheben.",
                )
            assigned.put(document, case, participation, author)

        self._store.written(write)

    def take_back(self, document: str, author: Author) -> None:
        """Say that it belongs to no case after all; DecidedError if it is accepted."""

        def write(work: Work) -> None:
            work.events.held()
            _refuse_hidden(work.connection, document, author, lock=True)
            if work.documents.get(document).state in DECIDED:
                raise DecidedError("Der Vorgang ist schon angenommen und gehört zu seinem Fall.")
            Assigned(work.connection, work.events).take_back(document, author)

        self._store.written(write)


def _suggesting(viewer: Author) -> Select[Any]:
    """Return the query for cases to suggest; ``ours`` says which of them ``viewer`` may open."""
    return (
        select(
            _cases.c.id,
            _parts.c.id.label("participation"),
            *(_persons.c[name] for name in ("number", "name", "vorname", "geburtsdatum")),
            _massnahmen.c.name.label("massnahme"),
            _users.c.name.label("ifk"),
            _parts.c.von,
            _parts.c.bis,
            case((visible_cases(viewer), 1), else_=0).label("ours"),
        )
        .join(_persons, _persons.c.id == _cases.c.person)
        .outerjoin(_parts, _parts.c.case == _cases.c.id)
        .outerjoin(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .outerjoin(_users, _users.c.id == _cases.c.ifk)
    )


def _suggested(
    connection: Connection, document: str, wanted: Wanted, viewer: Author
) -> list[Suggestion]:
    """Return cases that agree with what a record names: two queries.

    The case of whoever it is is told, also where it is a colleague's: what is told of it is what
    the document names itself, and how to bring it to the right desk. Whoever writes a name into a
    record learns of a colleague's case no day of birth, and of a namesake no Maßnahme.
    """
    asked: Select[Any] = select(
        _documents.c.received, _documents.c.reference, _documents.c.traeger
    )
    kept = connection.execute(asked.where(_documents.c.id == document)).one()
    ways: list[ColumnElement[bool]] = []
    if wanted.number:
        ways.append(_persons.c.number == text_of(wanted.number))
    if wanted.name and wanted.vorname:
        same = and_(
            folded_column(_persons.c.name) == folded(text_of(wanted.name)),
            folded_column(_persons.c.vorname) == folded(text_of(wanted.vorname)),
        )
        other = or_(_persons.c.geburtsdatum.is_(None), _persons.c.geburtsdatum == wanted.born)
        ways.append(same if wanted.born is None else and_(same, other))
    if kept.reference is not None:
        issued = select(_issued.c.case).where(_issued.c.reference == kept.reference)
        ways.append(_cases.c.id.in_(issued))
    if not ways:
        return []
    found = []
    for row in connection.execute(_suggesting(viewer).where(or_(*ways)).limit(200)):
        because = _because(row, wanted, kept)
        found.append((sum(_WEIGHT[one] for one in because), _suggestion(row, because)))
    found.sort(key=lambda one: (-one[0], one[1].person, one[1].case, one[1].participation or ""))
    return [one for _, one in found[:_MOST]]


def _because(row: Row[Any], wanted: Wanted, kept: Row[Any]) -> tuple[str, ...]:
    told = {
        "number": bool(wanted.number) and row.number == wanted.number,
        "name": bool(wanted.name)
        and folded(row.name) == folded(wanted.name)
        and folded(row.vorname) == folded(wanted.vorname),
        "born": wanted.born is not None and row.geburtsdatum == wanted.born,
        "period": row.von is not None
        and row.von <= kept.received
        and (row.bis is None or (kept.received - row.bis).days < 120),
    }
    found = tuple(key for key, holds in told.items() if holds)
    return found if {"number", "name"} & {*found} else ("reference", *found)


def _may(connection: Connection, document: str, case: str, wanted: Wanted, author: Author) -> bool:
    if author.role in (Role.IFK, Role.LEAD):
        query = select(_cases.c.id).where(_cases.c.id == text_of(case), visible_cases(author))
        if connection.execute(query).first() is not None:
            return True
    return any(one.case == case for one in _suggested(connection, document, wanted, author))


def _is_found(
    connection: Connection, case: str, words: str, wanted: Wanted, author: Author
) -> bool:
    """Say whether the back office names this very case by its words, now as when it looked."""
    if author.role is not Role.BACK_OFFICE:
        return False
    query = select(_cases.c.id).join(_persons, _persons.c.id == _cases.c.person)
    query = query.where(_cases.c.id == text_of(case), _cases.c.ended.is_(None))
    return connection.execute(query.where(named(words, wanted))).first() is not None


def _refuse_foreign_part(connection: Connection, case: str, participation: str | None) -> None:
    if participation is None:
        return
    query = select(_parts.c.id).where(
        _parts.c.id == text_of(participation), _parts.c.case == text_of(case)
    )
    if connection.execute(query).first() is None:
        raise NotFoundError("Diese Teilnahme gibt es nicht.")


def _refuse_hidden(
    connection: Connection, document: str, viewer: Author, *, lock: bool = False
) -> None:
    query = select(_documents.c.id).where(_documents.c.id == text_of(document), visible(viewer))
    if connection.execute(query.with_for_update() if lock else query).first() is None:
        raise no_document()


def _suggestion(row: Row[Any], because: tuple[str, ...]) -> Suggestion:
    is_sure = row.ours or {"born", "number", "reference"} & {*because}
    return Suggestion(
        row.id,
        row.participation,
        f"{row.vorname} {row.name}",
        row.geburtsdatum if row.ours or "born" in because else None,
        (row.massnahme or "") if is_sure else "",
        row.ifk or "",
        because,
    )


def _found(row: Row[Any], *, is_one: bool) -> Suggestion:
    """Return as little of a case as is needed to be sure: who it is, and whose.

    Of several participations it takes their Maßnahmen to choose one.
    """
    massnahme = "" if is_one else row.massnahme or ""
    who = f"{row.vorname} {row.name}"
    parts = (row.id, row.participation, who, None, massnahme, row.ifk or "", ())
    return Suggestion(*parts, row.number or "")
