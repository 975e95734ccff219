"""Changes to cases by hand: each writes its event, and keeps what it replaced to be taken back."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar  # rows have the columns of their table

from sqlalchemy import Connection, Table, delete, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.cases import refuse_hidden
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.casework import Given, Opened, as_seen
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.domain.chain import Link
from formservice.domain.errors import ConflictError, InvalidDataError, NotFoundError, Problem

_T = TypeVar("_T")
_cases, _persons, _parts = schema.cases, schema.persons, schema.participations
_told = schema.web.case_events
_TABLES: Mapping[str, Table] = {"person": _persons, "case": _cases, "participation": _parts}


class StoredCaseChanges:
    """Changes cases, each time in a transaction of its own."""

    def __init__(
        self, store: Store, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        """Write to ``store``."""
        self._store = store
        self._new_id = new_id

    def opened(self, person: Given, part: Given | None, author: Author) -> str:
        """Open a case for a new person, perhaps in a Maßnahme; return its id.

        The case is the author's own if an IFK opens it, else nobody's.
        """
        ids = [self._new_id() for _ in range(3)]

        def write(work: Work) -> str:
            work.events.held()  # of two with the same new number the second is told so
            _refuse_taken_number(work.connection, person.values, "")
            do = work.connection.execute
            do(insert(_persons).values(id=ids[0], **_storable(person.values)))
            mine = author.id if author.role is Role.IFK else None
            do(insert(_cases).values(id=ids[1], person=ids[0], ifk=mine, ended=None))
            body = {"case": ids[1], "person": ids[0]}
            link = work.events.append("case.opened", author, None, body)
            tell(work, ids[1], link, "case", ids[1])
            if part is not None:
                _add_part(work, ids[1], ids[2], part, author)
            return ids[1]

        return self._written(write)

    def person_changed(self, case: str, given: Given, author: Author) -> int | None:
        """Change what is known of the person."""

        def write(work: Work) -> int | None:
            work.events.held()
            refuse_hidden(work.connection, case, author)
            query = select(_cases.c.person).where(_cases.c.id == case)
            person = str(work.connection.execute(query).scalar_one())
            _refuse_taken_number(work.connection, given.values, person)
            return _change(work, case, ("person", person), given, author)

        return self._written(write)

    def ended(self, case: str, day: date | None, author: Author) -> int | None:
        """End a case on a day, or open it again (None).

        InvalidDataError for a day before its person was born.
        """

        def write(work: Work) -> int | None:
            refuse_hidden(work.connection, case, author)
            # Of one day the last word counts; what it replaced can be taken back.
            row = _locked(work, "case", case, case)
            _refuse_unborn(work.connection, str(row["person"]), day)
            given = Given({"ended": day}, as_seen({"ended": row["ended"]}))
            return _change(work, case, ("case", case), given, author)

        return self._written(write)

    def part_opened(self, case: str, given: Given, author: Author) -> Opened:
        """Add a participation; InvalidDataError if the case has an equal one."""
        name = self._new_id()

        def write(work: Work) -> Opened:
            refuse_hidden(work.connection, case, author)
            return Opened(name, _add_part(work, case, name, given, author))

        return self._written(write)

    def part_changed(self, case: str, part: str, given: Given, author: Author) -> int | None:
        """Change a participation; InvalidDataError if the case has one that is so already."""

        def write(work: Work) -> int | None:
            refuse_hidden(work.connection, case, author)
            _refuse_no_massnahme(work.connection, given)
            return _change(work, case, ("participation", part), given, author)

        return self._written(write)

    def taken(self, case: str, author: Author) -> int | None:
        """Take a case that nobody has; NotFoundError if there is none, or somebody was faster."""

        def write(work: Work) -> int | None:
            work.events.held()
            query = select(_cases.c.ifk).where(_cases.c.id == text_of(case)).with_for_update()
            row = work.connection.execute(query).first()
            if row is not None and row.ifk == author.id:
                return None
            # Of a colleague's case nobody is told that it is there.
            if row is None or row.ifk is not None:
                raise NotFoundError(
                    "Diesen Fall gibt es nicht, oder jemand anderes hat ihn schon übernommen.",
                    "Bitte die Liste neu laden. Die Leitung kann Fälle übergeben.",
                )
            return _hand(work, case, author.id, author)

        return self._written(write)

    def handed(self, case: str, to: str, author: Author) -> int | None:
        """Hand a case to a colleague, who sees it from now on instead."""

        def write(work: Work) -> int | None:
            refuse_hidden(work.connection, case, author)
            users = schema.users
            query = select(users.c.id).where(users.c.id == text_of(to), users.c.active)
            query = query.where(users.c.role.in_((Role.IFK, Role.LEAD)))
            if work.connection.execute(query).first() is None:
                problem = Problem("to", "Bitte eine Kollegin oder einen Kollegen auswählen.")
                raise InvalidDataError("Der Fall wurde nicht übergeben.", [problem])
            return _hand(work, case, to, author)

        return self._written(write)

    def undone(self, case: str, change: int, author: Author) -> None:
        """Take a change back; ConflictError if the same was changed again since."""

        def write(work: Work) -> None:
            refuse_hidden(work.connection, case, author)
            _undo(work, case, change, author)

        self._written(write)

    def _written(self, do: Callable[[Work], _T]) -> _T:
        # The store's own type of a transaction is wider than the port's.
        return self._store.written(do)


def tell(
    work: Work,
    case: str,
    link: Link,
    kind: str,
    subject: str,
    change: tuple[Mapping[str, object] | None, Mapping[str, object] | None] = (None, None),
) -> int:
    """Keep that an event is about a case, and return the name of that.

    ``change`` is what was there before and is now.
    """
    before, after = (None if one is None else _plain(one) for one in change)
    row = {"case": case, "event": link.seq, "kind": kind, "subject": subject}
    kept = insert(_told).values(**row, before=before, after=after).returning(_told.c.id)
    return int(work.connection.execute(kept).scalar_one())


def _change(
    work: Work, case: str, what: tuple[str, str], given: Given, author: Author
) -> int | None:
    """Change a row as given, if anything differs; ConflictError if it is not as it was seen."""
    kind, subject = what
    row = _locked(work, kind, subject, case)
    before = {key: row[key] for key in given.values}
    after = _storable(given.values)
    if given.seen != as_seen(before):
        raise ConflictError(
            "Diese Angaben hat inzwischen jemand geändert.",
            "Bitte neu laden und noch einmal ändern.",
        )
    fields = sorted(key for key in after if after[key] != before[key])
    if not fields:
        return None
    if kind == "participation":
        _refuse_same_part(work.connection, {**row, **after}, subject)
    table = _TABLES[kind]
    work.connection.execute(update(table).where(table.c.id == subject).values(**after))
    body = {"case": case, kind: subject, "fields": fields}
    link = _told_change(work, kind, author, body)
    kept = ({key: before[key] for key in fields}, {key: after[key] for key in fields})
    return tell(work, case, link, kind, subject, kept)


def _told_change(work: Work, kind: str, author: Author, body: Mapping[str, object]) -> Link:
    if kind == "person":
        return work.events.append("person.changed", author, None, body)
    if kind == "case":
        return work.events.append("case.changed", author, None, body)
    return work.events.append("participation.changed", author, None, body)


def _add_part(work: Work, case: str, name: str, given: Given, author: Author) -> int:
    work.events.held()  # or two that add the same at once would both see none
    _refuse_no_massnahme(work.connection, given)
    values = {"case": case, **_storable(given.values)}
    _refuse_same_part(work.connection, values, "")
    work.connection.execute(insert(_parts).values(id=name, **values))
    body = {"case": case, "participation": name}
    link = work.events.append("participation.opened", author, None, body)
    return tell(work, case, link, "participation", name, (None, given.values))


def _hand(work: Work, case: str, to: str, author: Author) -> int | None:
    """Let somebody have a case: who takes one that nobody has, and whom one is handed to."""
    row = _locked(work, "case", case, case)
    if row["ifk"] == to:
        return None
    work.connection.execute(update(_cases).where(_cases.c.id == case).values(ifk=to))
    body = {"case": case, "from": row["ifk"], "to": to}
    if row["ifk"] is None and to == author.id:
        link = work.events.append("case.taken", author, None, body)
    else:
        link = work.events.append("case.handed", author, None, body)
    return tell(work, case, link, "case", case, ({"ifk": row["ifk"]}, {"ifk": to}))


def _undo(work: Work, case: str, change: int, author: Author) -> None:
    query = select(_told).where(_told.c.id == change, _told.c.case == case)
    told = work.connection.execute(query).first()
    if told is None or told.after is None:
        raise NotFoundError("Diese Änderung gibt es nicht.")
    if told.undone is not None:
        raise ConflictError("Diese Änderung ist schon rückgängig gemacht.")
    row = _locked(work, told.kind, told.subject, case)
    if any(_plain({key: row[key]})[key] != one for key, one in told.after.items()):
        raise ConflictError(
            "Dieselben Angaben wurden seitdem noch einmal geändert.",
            "Bitte zuerst die spätere Änderung rückgängig machen.",
        )
    table = _TABLES[told.kind]
    if told.before is None:
        _remove_part(work, told.subject)
    else:
        before = {key: _typed(table, key, one) for key, one in told.before.items()}
        _refuse_taken_number(work.connection, before, told.subject)
        if told.kind == "participation":
            _refuse_same_part(work.connection, {**row, **before}, told.subject)
        work.connection.execute(update(table).where(table.c.id == told.subject).values(**before))
    body = {"case": case, "event": told.event}
    link = work.events.append("change.undone", author, None, body)
    tell(work, case, link, told.kind, told.subject)
    done = update(_told).where(_told.c.id == change).values(undone=link.seq)
    work.connection.execute(done)


def _remove_part(work: Work, part: str) -> None:
    """Take a participation away again, if nothing hangs on it yet."""
    for table in (schema.case_documents, schema.web.issued):
        used = select(table.c.case).where(table.c.participation == part).limit(1)
        if work.connection.execute(used).first() is not None:
            raise ConflictError(
                "Zu dieser Teilnahme gibt es schon Formulare; sie bleibt bestehen.",
                "Bitte stattdessen Maßnahme oder Zeitraum berichtigen.",
            )
    work.connection.execute(delete(_parts).where(_parts.c.id == part))


def _locked(work: Work, kind: str, subject: str, case: str) -> Mapping[str, Any]:
    """Return a row that nobody else changes until this transaction ends."""
    work.events.held()
    table = _TABLES[kind]
    query = select(table).where(table.c.id == text_of(subject)).with_for_update()
    if kind == "participation":
        query = query.where(table.c.case == case)
    row = work.connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("Diese Angabe gibt es nicht mehr.")
    return dict(row)


def _refuse_taken_number(
    connection: Connection, values: Mapping[str, object], person: str
) -> None:
    number = values.get("number")
    if number is None:
        return
    query = select(_persons.c.id).where(_persons.c.number == number, _persons.c.id != person)
    if connection.execute(query).first() is not None:
        problem = Problem("number", "Diese Nummer hat schon jemand anderes.")
        raise InvalidDataError("Die Nummer ist schon vergeben.", [problem])


def _refuse_unborn(connection: Connection, person: str, day: date | None) -> None:
    query = select(_persons.c.geburtsdatum).where(_persons.c.id == person)
    born = connection.execute(query).scalar()
    if day is not None and born is not None and day < born:
        problem = Problem("day", "Dieser Tag liegt vor der Geburt.")
        raise InvalidDataError("Bitte den Tag berichtigen.", [problem])


def _refuse_no_massnahme(connection: Connection, given: Given) -> None:
    table, name = schema.massnahmen, text_of(str(given.values.get("massnahme")))
    if connection.execute(select(table.c.id).where(table.c.id == name)).first() is None:
        problem = Problem("massnahme", "Bitte eine Maßnahme aus der Liste auswählen.")
        raise InvalidDataError("Diese Maßnahme gibt es nicht.", [problem])


def _refuse_same_part(connection: Connection, values: Mapping[str, object], part: str) -> None:
    """Raise InvalidDataError where the case has another participation equal to ``values``.

    Each would have deadlines of its own, and nobody could tell to which a form belongs.
    """
    query = select(_parts.c.id).where(_parts.c.id != part)
    for key in ("case", "massnahme", "von", "bis"):
        query = query.where(_parts.c[key].is_not_distinct_from(values[key]))
    if connection.execute(query).first() is not None:
        problem = Problem("massnahme", "Diese Teilnahme gibt es schon.")
        raise InvalidDataError("Diese Teilnahme gibt es schon.", [problem])


def _storable(values: Mapping[str, object]) -> dict[str, object]:
    return {key: text_of(one) if isinstance(one, str) else one for key, one in values.items()}


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Return values as JSON holds them: days in ISO's spelling."""
    return {key: one.isoformat() if isinstance(one, date) else one for key, one in values.items()}


def _typed(table: Table, key: str, value: object) -> object:
    is_day = table.c[key].type.__visit_name__ == "date"
    return date.fromisoformat(value) if is_day and isinstance(value, str) else value
