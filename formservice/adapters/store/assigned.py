"""Which documents belong to which cases, and the events that tell of it."""

from collections.abc import Mapping
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, delete, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.events import Events
from formservice.adapters.store.rows import form_of
from formservice.application.ports_store import Author, Kept

_belongs, _issued = schema.case_documents, schema.web.issued


class Assigned:
    """Works inside one transaction; who assigns holds the document locked."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def of(self, document: str) -> tuple[str, str | None] | None:
        """Return case and participation of a document; None if it belongs to none."""
        query = select(_belongs.c.case, _belongs.c.participation)
        row = self._connection.execute(query.where(_belongs.c.document == document)).first()
        return None if row is None else (row.case, row.participation)

    def put(self, document: str, case: str, participation: str | None, author: Author) -> None:
        """Let a document belong to a case."""
        if self.of(document) == (case, participation):
            return
        self._connection.execute(delete(_belongs).where(_belongs.c.document == document))
        values = {"document": document, "case": case, "participation": participation}
        self._connection.execute(insert(_belongs).values(values))
        body: dict[str, object] = {"case": self._events.salted(document, case)}
        if participation is not None:
            body["participation"] = self._events.salted(document, participation)
        self._events.append("document.assigned", author, document, body)

    def take_back(self, document: str, author: Author) -> bool:
        """Let a document belong to no case; say whether it did to one."""
        if self.of(document) is None:
            return False
        self._connection.execute(delete(_belongs).where(_belongs.c.document == document))
        self._events.append("document.assigned", author, document, {"case": None})
        return True

    def by_reference(self, kept: Kept, reading: Mapping[str, Any], author: Author) -> None:
        """Assign a document that brings a reference of ours with it.

        Not if a person has said where it belongs, and not where its form or its Träger is not
        the one it was issued for: then a person decides.
        """
        reference = reading.get("reference")
        if not isinstance(reference, str) or reference == kept.reference:
            return
        massnahmen, parts = schema.massnahmen, schema.participations
        query = (
            select(_issued.c.case, _issued.c.participation, massnahmen.c.traeger)
            .outerjoin(parts, parts.c.id == _issued.c.participation)
            .outerjoin(massnahmen, massnahmen.c.id == parts.c.massnahme)
            .where(_issued.c.reference == reference, _issued.c.form == form_of(reading)[0])
        )
        row = self._connection.execute(query).first()
        if row is None or row.case is None or kept.traeger not in (None, row.traeger):
            return
        if self.of(kept.id) is not None:
            return
        self.put(kept.id, row.case, row.participation, author)
        came = update(_issued).where(
            _issued.c.reference == reference, _issued.c.document.is_(None)
        )
        self._connection.execute(came.values(document=kept.id))
