"""Träger and Maßnahmen kept by hand: read, added and changed, each change with its event."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar  # rows have the columns of their table

from sqlalchemy import Connection, Table, func, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.cases_names import folded
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.casework import Given, as_seen
from formservice.application.casework_offers import Offer, Provider
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError, InvalidDataError, NotFoundError, Problem

_T = TypeVar("_T")
_traeger, _massnahmen, _parts = schema.traeger, schema.massnahmen, schema.participations


class StoredOffers:
    """Reads and changes Träger and Maßnahmen, each time in a transaction of its own."""

    def __init__(
        self, store: Store, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        """Read from and write to ``store``."""
        self._store = store
        self._new_id = new_id

    def providers(self) -> Sequence[Provider]:
        """Return all Träger by name."""
        count = select(func.count()).where(_massnahmen.c.traeger == _traeger.c.id)
        query = select(_traeger, count.scalar_subquery().label("massnahmen"))
        with self._store.look() as work:
            found = [Provider(**row) for row in work.connection.execute(query).mappings()]
        return sorted(found, key=lambda one: (folded(one.name), one.id))

    def all(self) -> Sequence[Offer]:
        """Return all Maßnahmen by name."""
        count = select(func.count()).where(_parts.c.massnahme == _massnahmen.c.id)
        query = select(
            _massnahmen,
            _traeger.c.name.label("traeger_name"),
            count.scalar_subquery().label("participations"),
        ).join(_traeger, _traeger.c.id == _massnahmen.c.traeger)
        with self._store.look() as work:
            found = [Offer(**row) for row in work.connection.execute(query).mappings()]
        return sorted(found, key=lambda one: (folded(one.name), folded(one.traeger_name), one.id))

    def provider_opened(self, given: Given, author: Author) -> str:
        """Add a Träger; return its id."""
        name = self._new_id()

        def write(work: Work) -> str:
            work.events.held()
            _refuse_taken_number(work.connection, _traeger, given, "")
            _refuse_taken_name(work.connection, given, "")
            work.connection.execute(insert(_traeger).values(id=name, **_storable(given)))
            work.events.append("traeger.opened", author, None, {"traeger": name})
            return name

        return self._written(write)

    def provider_changed(self, traeger: str, given: Given, author: Author) -> None:
        """Change name or number of a Träger."""

        def write(work: Work) -> None:
            row = _locked(work, _traeger, traeger, given)
            _refuse_taken_number(work.connection, _traeger, given, row["id"])
            _refuse_taken_name(work.connection, given, row["id"])
            fields = _changed(work, _traeger, row, given)
            if fields:
                body = {"traeger": row["id"], "fields": fields}
                work.events.append("traeger.changed", author, None, body)

        self._written(write)

    def opened(self, given: Given, author: Author) -> str:
        """Add a Maßnahme; return its id."""
        name = self._new_id()

        def write(work: Work) -> str:
            work.events.held()
            _refuse_no_traeger(work.connection, given)
            _refuse_taken_number(work.connection, _massnahmen, given, "")
            work.connection.execute(insert(_massnahmen).values(id=name, **_storable(given)))
            work.events.append("massnahme.opened", author, None, {"massnahme": name})
            return name

        return self._written(write)

    def changed(self, massnahme: str, given: Given, author: Author) -> None:
        """Change a Maßnahme; its Träger only as long as nobody takes part.

        Else people would be shown to another Träger, together with what was written of them.
        """

        def write(work: Work) -> None:
            row = _locked(work, _massnahmen, massnahme, given)
            _refuse_no_traeger(work.connection, given)
            _refuse_taken_number(work.connection, _massnahmen, given, row["id"])
            used = select(_parts.c.id).where(_parts.c.massnahme == row["id"]).limit(1)
            if given.values["traeger"] != row["traeger"] and work.connection.execute(used).first():
                problem = Problem(
                    "traeger",
                    "Der Träger bleibt, weil hier schon jemand teilnimmt."
                    " Bitte eine neue Maßnahme anlegen.",
                )
                raise InvalidDataError("Der Träger lässt sich nicht mehr ändern.", [problem])
            fields = _changed(work, _massnahmen, row, given)
            if fields:
                body = {"massnahme": row["id"], "fields": fields}
                work.events.append("massnahme.changed", author, None, body)

        self._written(write)

    def _written(self, do: Callable[[Work], _T]) -> _T:
        # The store's own type of a transaction is wider than the port's.
        return self._store.written(do)


def _locked(work: Work, table: Table, name: str, given: Given) -> Mapping[str, Any]:
    """Return a row that nobody else changes until this transaction ends."""
    work.events.held()
    query = select(table).where(table.c.id == text_of(name)).with_for_update()
    row = work.connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("Diesen Eintrag gibt es nicht.")
    if given.seen != as_seen({key: row[key] for key in given.values}):
        raise ConflictError("Diese Angaben hat inzwischen jemand geändert.")
    return dict(row)


def _changed(work: Work, table: Table, row: Mapping[str, Any], given: Given) -> list[str]:
    """Change a row as given; return which fields differ."""
    after = _storable(given)
    fields = sorted(key for key in after if after[key] != row[key])
    if fields:
        work.connection.execute(update(table).where(table.c.id == row["id"]).values(**after))
    return fields


def _refuse_taken_number(connection: Connection, table: Table, given: Given, own: str) -> None:
    number = given.values.get("number")
    if number is None:
        return
    taken = table.c.number == text_of(str(number))
    if connection.execute(select(table.c.id).where(taken, table.c.id != own)).first() is not None:
        problem = Problem("number", "Diese Nummer ist schon vergeben.")
        raise InvalidDataError("Die Nummer ist schon vergeben.", [problem])


def _refuse_taken_name(connection: Connection, given: Given, own: str) -> None:
    """Refuse a second Träger of one name: lists know them by it."""
    wanted = folded(str(given.values["name"]))
    query = select(_traeger.c.name).where(_traeger.c.id != own)
    if any(folded(one) == wanted for one in connection.execute(query).scalars()):
        problem = Problem("name", "Einen Träger mit diesem Namen gibt es schon.")
        raise InvalidDataError("Diesen Träger gibt es schon.", [problem])


def _refuse_no_traeger(connection: Connection, given: Given) -> None:
    wanted = text_of(str(given.values["traeger"]))
    if connection.execute(select(_traeger.c.id).where(_traeger.c.id == wanted)).first() is None:
        problem = Problem("traeger", "Bitte einen Träger aus der Liste auswählen.")
        raise InvalidDataError("Diesen Träger gibt es nicht.", [problem])


def _storable(given: Given) -> dict[str, object]:
    return {k: text_of(one) if isinstance(one, str) else one for k, one in given.values.items()}
