"""Forms that were made for cases: what is known for them, and what was printed on them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, or_, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.cases import issued_of, visible_cases
from formservice.adapters.store.cases_change import tell
from formservice.adapters.store.engine import now
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import storable, text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.casework import Issued
from formservice.application.issuing import Contact, Facts, Made, Target
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.errors import NotFoundError
from formservice.domain.text import name_of

_cases, _persons, _users = schema.cases, schema.persons, schema.users
_parts, _massnahmen, _traeger = schema.participations, schema.massnahmen, schema.traeger
_issued, _belongs, _documents = schema.web.issued, schema.case_documents, schema.documents
_LONGEST = 100
_TAKEN = (State.IN_REVIEW, *DECIDED)


def visible_issued(viewer: Author) -> ColumnElement[bool]:
    """Return the condition on rows of cases and participations: whose forms ``viewer`` may make.

    A Träger may for those who take part in a Maßnahme of its own.
    """
    if viewer.role is not Role.TRAEGER:
        return visible_cases(viewer)
    theirs = schema.user_traeger
    mine = select(theirs.c.traeger).where(theirs.c.user == viewer.id)
    return and_(_massnahmen.c.traeger.in_(mine), _parts.c.id.is_not(None))


class StoredIssued:
    """Reads and keeps issued forms, each time in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        """Work in ``store``."""
        self._store = store

    def facts(
        self,
        targets: Sequence[Target],
        forms: Sequence[str],
        viewer: Author,
        amt: str,
        today: date,
    ) -> Sequence[Facts]:
        """Return what is known of those targets that are ``viewer``'s: four queries."""
        with self._store.look() as work:
            connection = work.connection
            rows = _rows(connection, targets, viewer)
            ifk = _contact(connection, viewer.id)
            records = _records(connection, targets, forms, viewer)
            return [
                Facts(one, _called(rows[one]), _facts(rows[one], ifk, amt, today), records[one])
                for one in dict.fromkeys(targets)
                if one in rows
            ]

    def keep(self, made: Sequence[Made], author: Author) -> None:
        """Keep what was made, each with its event."""

        def write(work: Work) -> None:
            work.events.held()
            for one in made:
                _keep(work, one, author)

        self._store.written(write)

    def one(self, reference: str, viewer: Author) -> Issued:
        """Return what was issued; NotFoundError if there is none that ``viewer`` may see."""
        with self._store.look() as work:
            which = _issued.c.reference == text_of(reference)
            found = issued_of(work.connection, and_(which, _seen(viewer)))
        if not found:
            raise NotFoundError("Dieses Formular gibt es nicht.")
        return found[0]

    def batch(self, batch: str, viewer: Author) -> Sequence[Issued]:
        """Return what was issued at once."""
        with self._store.look() as work:
            which = _issued.c.batch == text_of(batch)
            return issued_of(work.connection, and_(which, _seen(viewer)))

    def people(self, cases: Sequence[str], viewer: Author) -> Mapping[str, str]:
        """Return whom cases are about, family name first."""
        query: Select[Any] = (
            select(_cases.c.id, _persons.c.name, _persons.c.vorname)
            .join(_persons, _persons.c.id == _cases.c.person)
            .where(_cases.c.id.in_(cases), _cases.c.id.in_(_seen_cases(viewer)))
        )
        with self._store.look() as work:
            rows = work.connection.execute(query)
            return {row.id: f"{row.name}, {row.vorname}" for row in rows}

    def contact(self, user: str) -> Contact:
        """Return how an IFK is reached, as its forms say."""
        with self._store.look() as work:
            told = _contact(work.connection, user)
        return Contact(told["ifk_telefon"] or "", told["ifk_email"] or "")

    def contact_changed(self, contact: Contact, author: Author) -> None:
        """Keep how an IFK is reached; TextError for what can be neither."""
        told = {
            "telefon": name_of(contact.telefon, most=_LONGEST),
            "email": name_of(contact.email, most=_LONGEST),
        }
        table = schema.web.preferences

        def write(work: Work) -> None:
            work.events.held()
            query = select(table.c.body).where(table.c.user == author.id)
            known = work.connection.execute(query.with_for_update()).scalar()
            body = {**(known or {}), **told}
            if known is None:
                work.connection.execute(insert(table).values(user=author.id, body=body))
            else:
                mine = update(table).where(table.c.user == author.id)
                work.connection.execute(mine.values(body=body))
            work.events.append("contact.changed", author, None, {"user": author.id})

        self._store.written(write)

    def sent(self, references: Sequence[str], author: Author, *, is_sent: bool = True) -> int:
        """Keep that forms were sent today, or that they were not after all."""
        given = set(references)

        def write(work: Work) -> int:
            work.events.held()
            theirs = and_(_issued.c.reference.in_([text_of(one) for one in given]), _seen(author))
            if len(issued_of(work.connection, theirs)) != len(given):
                raise NotFoundError("Dieses Formular gibt es nicht.")
            wanted = _issued.c.sent_at.is_(None) if is_sent else _issued.c.sent_at.is_not(None)
            found = issued_of(work.connection, and_(theirs, wanted))
            for one in found:
                table = update(_issued).where(_issued.c.reference == one.reference)
                work.connection.execute(table.values(sent_at=now() if is_sent else None))
                body = {"case": one.case, "reference": one.reference}
                if is_sent:
                    link = work.events.append("form.sent", author, None, body)
                else:
                    link = work.events.append("form.unsent", author, None, body)
                tell(work, one.case, link, "form", one.case)
            return len(found)

        return self._store.written(write)


def _keep(work: Work, one: Made, author: Author) -> None:
    row: dict[str, Any] = {
        "reference": one.reference,
        "form": one.ref.form,
        "edition": one.ref.edition,
        "case": one.target.case,
        "participation": one.target.participation,
        "values": storable(dict(one.values)),
        "format": one.format,
        "author": author.id,
        "batch": one.batch,
    }
    work.connection.execute(insert(_issued).values(**row, created_at=now()))
    body = {key: row[key] for key in ("reference", "form", "edition", "case", "format")}
    if one.target.participation is not None:
        body["participation"] = one.target.participation
    link = work.events.append("form.issued", author, None, body)
    tell(work, one.target.case, link, "form", one.target.case)


def _seen(viewer: Author) -> ColumnElement[bool]:
    """Return the condition on rows of ``issued``: what ``viewer`` may fetch."""
    if viewer.role is Role.TRAEGER:
        query = select(_parts.c.id).join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        own = _issued.c.author == viewer.id
        return and_(own, _issued.c.participation.in_(query.where(visible_issued(viewer))))
    return _issued.c.case.in_(_seen_cases(viewer))


def _seen_cases(viewer: Author) -> Select[Any]:
    if viewer.role is not Role.TRAEGER:
        return select(_cases.c.id).where(visible_cases(viewer))
    query = select(_parts.c.case).join(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
    return query.where(visible_issued(viewer))


def _rows(
    connection: Connection, targets: Sequence[Target], viewer: Author
) -> Mapping[Target, Row[Any]]:
    """Return master data of targets; without participation those of the case alone."""
    accounts, likes = schema.web.accounts, schema.web.preferences
    named = [one.participation or "" for one in targets]
    query: Select[Any] = (
        select(
            _cases.c.id.label("case"),
            _parts.c.id.label("participation"),
            *(_persons.c[name] for name in ("number", "name", "vorname", "geburtsdatum")),
            _massnahmen.c.name.label("massnahme"),
            _massnahmen.c.number.label("massnahme_nummer"),
            _traeger.c.name.label("traeger"),
            _traeger.c.number.label("traeger_nummer"),
            _parts.c.von,
            _parts.c.bis,
            _users.c.name.label("ifk_name"),
            accounts.c.email.label("ifk_email"),
            likes.c.body.label("likes"),
        )
        .join(_persons, _persons.c.id == _cases.c.person)
        .outerjoin(_parts, and_(_parts.c.case == _cases.c.id, _parts.c.id.in_(named)))
        .outerjoin(_massnahmen, _massnahmen.c.id == _parts.c.massnahme)
        .outerjoin(_traeger, _traeger.c.id == _massnahmen.c.traeger)
        .outerjoin(_users, _users.c.id == _cases.c.ifk)
        .outerjoin(accounts, accounts.c.user == _cases.c.ifk)
        .outerjoin(likes, likes.c.user == _cases.c.ifk)
        .where(_cases.c.id.in_({one.case for one in targets}), visible_issued(viewer))
    )
    found: dict[Target, Row[Any]] = {}
    for row in connection.execute(query):
        found[Target(row.case, row.participation)] = row
        if viewer.role is not Role.TRAEGER:
            found.setdefault(Target(row.case), row)
    return found


def _contact(connection: Connection, user: str) -> Mapping[str, str | None]:
    """Return how an IFK is reached; nothing of anybody else."""
    accounts, likes = schema.web.accounts, schema.web.preferences
    query = (
        select(_users.c.name, accounts.c.email, likes.c.body)
        .outerjoin(accounts, accounts.c.user == _users.c.id)
        .outerjoin(likes, likes.c.user == _users.c.id)
        .where(_users.c.id == user, _users.c.role == str(Role.IFK))
    )
    row = connection.execute(query).first()
    if row is None:
        return {"ifk_name": None, "ifk_telefon": None, "ifk_email": None}
    return {
        "ifk_name": row.name,
        "ifk_telefon": (row.body or {}).get("telefon"),
        "ifk_email": (row.body or {}).get("email") or row.email,
    }


def _facts(
    row: Row[Any], author: Mapping[str, str | None], amt: str, today: date
) -> Mapping[str, str | date | None]:
    likes = row.likes or {}
    ifk = (
        author
        if row.ifk_name is None
        else {
            "ifk_name": row.ifk_name,
            "ifk_telefon": likes.get("telefon"),
            "ifk_email": likes.get("email") or row.ifk_email,
        }
    )
    return {
        "nummer": row.number,
        "name": row.name,
        "vorname": row.vorname,
        "geburtsdatum": row.geburtsdatum,
        "massnahme": row.massnahme,
        "massnahme_nummer": row.massnahme_nummer,
        "traeger": row.traeger,
        "traeger_nummer": row.traeger_nummer,
        "teilnahme_von": row.von,
        "teilnahme_bis": row.bis,
        **ifk,
        "amt": amt,
        "heute": today,
    }


def _records(
    connection: Connection, targets: Sequence[Target], forms: Sequence[str], viewer: Author
) -> Mapping[Target, Mapping[str, Mapping[str, object]]]:
    """Return for each target the newest record of each of ``forms``.

    One of the same participation goes before one of another. A Träger is told of those of the
    very participation, and only what its form takes over from them.
    """
    found: dict[Target, dict[str, str]] = {one: {} for one in targets}
    if not forms:
        return {one: {} for one in targets}
    of_traeger = viewer.role is Role.TRAEGER
    theirs = _belongs.c.participation.in_([one.participation or "" for one in targets])
    may = or_(visible(viewer), theirs) if of_traeger else visible(viewer)
    query = (
        select(_belongs.c.case, _belongs.c.participation, _documents.c.form, _documents.c.id)
        .join(_documents, _documents.c.id == _belongs.c.document)
        .where(_belongs.c.case.in_({one.case for one in targets}), _documents.c.form.in_(forms))
        .where(_documents.c.state.in_(_TAKEN), may)
        .order_by(_documents.c.received.desc(), _documents.c.created_at.desc())
    )
    rows = connection.execute(query).all()
    for target, best in found.items():
        own = [row for row in rows if row.case == target.case]
        same = [row for row in own if row.participation == target.participation]
        for row in (*same, *(() if of_traeger else own)):
            best.setdefault(row.form, row.id)
    readings = _readings(connection, {one for best in found.values() for one in best.values()})
    return {
        target: {form: readings[one] for form, one in best.items() if one in readings}
        for target, best in found.items()
    }


def _readings(connection: Connection, documents: set[str]) -> Mapping[str, Mapping[str, object]]:
    table = schema.records
    query = select(table.c.document, table.c.reading).join(
        _documents,
        (_documents.c.id == table.c.document) & (_documents.c.version == table.c.version),
    )
    found = defaultdict[str, Mapping[str, object]](dict)
    for row in connection.execute(query.where(table.c.document.in_(documents))):
        found[row.document] = row.reading
    return found


def _called(row: Row[Any]) -> str:
    return f"{row.vorname} {row.name}"
