"""Documents, their records and what people decided about them, in the database."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any  # rows have the columns of their query

from sqlalchemy import Connection, Row, Select, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.answers import Answers
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.events import Events
from formservice.adapters.store.records import Records
from formservice.adapters.store.rights import handed_in, visible
from formservice.adapters.store.rows import form_of, named, part_row, refuse_odd, storable, text_of
from formservice.adapters.store.words import Words
from formservice.application.ports_store import (
    Acknowledged,
    Arrival,
    Author,
    Found,
    Kept,
    PageOf,
    Version,
)
from formservice.domain.canonical import digest
from formservice.domain.case import (
    DECIDED,
    OWN_SOURCES,
    Role,
    State,
    checked_edit,
    checked_move,
)
from formservice.domain.changes import StaleError, changed_fields, refuse_future
from formservice.domain.errors import ConflictError, NotFoundError, no_document

_READ = "read"  # the first stage of everything received
_READ_ALREADY = "done"


class Documents:
    """Works inside one transaction; every change writes its event with it."""

    def __init__(
        self, connection: Connection, events: Events, words: Words, records: Records
    ) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events
        self._words = words
        self._records = records
        self._answers = Answers(connection, events)

    def receive(
        self, arrival: Arrival, author: Author, *, is_read: bool = False
    ) -> tuple[Kept, bool]:
        """Keep what arrived; the second value says that it was known already.

        Known is the sender's own id, sent again, and the same bytes from the same Träger; who
        works for none is told of all that is handed in.
        ``is_read`` says that what was found in it follows in this very transaction.
        """
        refuse_odd(arrival)
        known = self._known(arrival)
        if known is not None:
            return known, True
        self._refuse_unknown_traeger(arrival.traeger)
        self._events.held()
        moment = self._connection.execute(select(now())).scalar_one()
        added(
            self._connection,
            schema.originals,
            sha256=arrival.sha256,
            size=arrival.size,
            medium=arrival.medium,
            received_at=moment,
        )
        is_new = added(
            self._connection,
            schema.documents,
            id=arrival.id,
            original=arrival.sha256,
            name=text_of(arrival.name),
            source=arrival.source,
            state=State.RECEIVED,
            traeger=arrival.traeger,
            received=arrival.received,
            created_at=moment,
            version=0,
            stage=_READ_ALREADY if is_read else _READ,
            status="waiting" if is_read else "ready",
            due=moment,
            tries=0,
            fence=0,
        )
        if not is_new:  # another process was faster
            return self._known(arrival) or self.get(arrival.id), True
        kept = self.get(arrival.id)
        body = {"size": arrival.size} | self._proven(kept)
        self._events.append("document.received", author, arrival.id, body)
        self._words.write(arrival.id, {})
        return kept, False

    def get(self, document: str) -> Kept:
        """Return a document; NotFoundError if there is none of that id."""
        return self._one(_KEPT.where(schema.documents.c.id == text_of(document)), document)

    def many(self, documents: Sequence[str]) -> Sequence[Kept]:
        """Return the documents of these ids, in their order; without those that are not there."""
        query = _KEPT.where(schema.documents.c.id.in_(documents))
        found = {row.id: _kept(row) for row in self._connection.execute(query)}
        return [found[one] for one in documents if one in found]

    def parts(self, document: str, viewer: Author | None = None) -> Sequence[Kept]:
        """Return the forms that were found in a received file, in their order.

        All of them, or those that ``viewer`` may see.
        """
        table = schema.documents
        query = _KEPT.where(table.c.part_of == document).order_by(table.c.created_at, table.c.id)
        if viewer is not None:
            query = query.where(visible(viewer))
        return [_kept(row) for row in self._connection.execute(query)]

    def pages(self, document: str) -> Sequence[PageOf]:
        """Return where the pages of a document stand."""
        table = schema.pages
        query = select(table.c.original, table.c.page).where(table.c.document == document)
        rows = self._connection.execute(query.order_by(table.c.position))
        return [PageOf(row.original, row.page) for row in rows]

    def unknown(self, originals: Sequence[str]) -> Sequence[str]:
        """Return those of so many originals that nothing names."""
        known = named(self._connection, originals)
        return [one for one in originals if one not in known]

    def received_as(self, sha256: str, traeger: str | None = None) -> Kept | None:
        """Return the received document that has these bytes.

        Asked for a Träger, only what came from it; otherwise the office's own, or the first that
        was handed in: what is a Träger's own still, nobody of the office could see.
        """
        table = schema.documents
        query = _KEPT.where(table.c.original == sha256)
        mine = handed_in() if traeger is None else table.c.traeger == text_of(traeger)
        query = query.where(mine)
        order = (table.c.traeger.is_not(None), table.c.created_at, table.c.id)
        row = self._connection.execute(query.order_by(*order).limit(1)).first()
        return None if row is None else _kept(row)

    def found(
        self,
        document: str,
        found: Sequence[Found],
        author: Author,
        aside: Sequence[Mapping[str, object]] = (),
    ) -> Sequence[str]:
        """Keep what was found in a received file; return the ids of the documents it became.

        One form is the received document itself; several are parts of it, and it is none itself.
        ``aside`` is what is no document. Said again, nothing changes.
        """
        # Asked before it is locked: who changes it may wait for the chain, which we may hold.
        known = self._found_before(document)
        if known is None:
            received, table = self._locked(document), schema.documents
            known = self._found_before(document)
        if known is not None:
            return known
        told = [storable(dict(one)) for one in aside]
        self._connection.execute(update(table).where(table.c.id == document).values(aside=told))
        if told:
            body = {"aside": self._events.salted(document, digest(told))}
            self._events.append("document.aside", author, document, body)
        if len(found) == 1:
            self._read(document, found[0], author)
            return [document]
        if not found and not aside:
            self.move(document, _after_reading(self.get(document), None), author)
            return []
        # What waits for people is not the file but its parts.
        self._connection.execute(
            update(table)
            .where(table.c.id == document, table.c.status == "waiting")
            .values(status="done")
        )
        return [self.part(received, one, place, author) for place, one in enumerate(found)]

    def readings(self, document: str) -> Sequence[Mapping[str, object]]:
        """Return all that was found in a received file, newest versions; none if not read yet."""
        table, records = schema.documents, schema.records
        query = (
            select(records.c.reading)
            .join(
                table, (table.c.id == records.c.document) & (table.c.version == records.c.version)
            )
            .where((table.c.id == document) | (table.c.part_of == document))
            .order_by(table.c.created_at, table.c.id)
        )
        read = list(self._connection.execute(query).scalars())
        aside = select(table.c.aside).where(table.c.id == document)
        return [*read, *(self._connection.execute(aside).scalar() or ())]

    def newest(self, document: str) -> Version:
        """Return the newest record; NotFoundError if nothing was read yet."""
        return self._records.newest(document)

    def versions(self, document: str) -> Sequence[Version]:
        """Return all records of a document, oldest first."""
        return self._records.versions(document)

    def save(
        self,
        document: str,
        base: int,
        reading: Mapping[str, object],
        author: Author,
        reason: str = "",
    ) -> int:
        """Keep a further version made from version ``base`` and return its number.

        Raises:
            StaleError: somebody else saved meanwhile; names the fields that changed.
            NotFoundError: there is no such document, or none of the Träger who asks.
            UsageError: the document is accepted or archived, or not for this role to edit.
        """
        now_kept = self._locked(document, author)
        checked_edit(now_kept.state, author.role)
        self._refuse_changed(now_kept, base)
        return self._records.add(now_kept, reading, author, reason)

    def _refuse_changed(self, kept: Kept, base: int) -> None:
        refuse_future(base, kept.version)
        if kept.version != base:
            versions = {one.version: one.reading for one in self.versions(kept.id)}
            fields = changed_fields(versions.get(base, {}), versions.get(kept.version, {}))
            raise StaleError(fields, kept.version)

    def move(
        self,
        document: str,
        state: State,
        author: Author,
        reason: str = "",
        *,
        seen: int | None = None,
    ) -> None:
        """Move a document to another state, if ``domain.case`` allows it.

        ``seen`` is the version that a person decided about.

        Raises:
            ConflictError: there is no such way from where it is now, or a newer version than
                the one ``seen``.
            UsageError: the role may not, a reason is missing, or blocking findings are open.
        """
        kept = self._locked(document, author)
        if seen is not None:
            self._refuse_changed(kept, seen)
        checked_move(kept.state, state, author.role, reason)
        if state in DECIDED:
            self._answers.refuse_open(document, self.newest(document).reading)
        table = schema.documents
        self._connection.execute(
            update(table).where(table.c.id == document).values(state=str(state))
        )
        self._answers.moved(kept, state, author, reason)

    def acknowledge(
        self, document: str, code: str, field: str | None, author: Author, reason: str
    ) -> None:
        """Keep that somebody answers for a finding.

        Raises:
            UsageError: no reason, a role that may not answer for it, or no such finding.
        """
        kept = self._locked(document)
        self._answers.add(kept, self.newest(document).reading, (code, field), author, reason)

    def withdraw(self, document: str, code: str, field: str | None, author: Author) -> None:
        """Take back that somebody answers for a finding: it is open again.

        Raises:
            UsageError: decided already, a role that may not answer for it, or no such answer.
        """
        kept = self._locked(document)
        self._answers.withdraw(kept, self.newest(document).reading, (code, field), author)

    def acknowledged(self, document: str) -> Sequence[Acknowledged]:
        """Return what people answered for, with the reasons of moves among them."""
        return self._answers.of(document)

    def _known(self, arrival: Arrival) -> Kept | None:
        row = self._connection.execute(_KEPT.where(schema.documents.c.id == arrival.id)).first()
        if row is None:
            return self.received_as(arrival.sha256, arrival.traeger)
        # An id that another Träger has used is told no more of than that it is taken.
        if row.original != arrival.sha256 or arrival.traeger not in (None, row.traeger):
            raise ConflictError(
                "Unter dieser Kennung ist schon eine andere Datei eingegangen.",
                "Bitte für jede Datei eine neue Kennung wählen.",
            )
        return _kept(row)

    def _found_before(self, document: str) -> Sequence[str] | None:
        """Return what a received file became, None if nobody has said that yet."""
        table = schema.documents
        query = select(table.c.version).where(table.c.id == document, table.c.aside.is_not(None))
        version = self._connection.execute(query).scalar()
        if version is None:
            return None
        return [one.id for one in self.parts(document)] or [document] * (version > 0)

    def _refuse_unknown_traeger(self, traeger: str | None) -> None:
        query = select(schema.traeger.c.id).where(schema.traeger.c.id == text_of(traeger or ""))
        if traeger is not None and self._connection.execute(query).first() is None:
            raise NotFoundError("Diesen Träger gibt es nicht.")

    def _locked(self, document: str, author: Author | None = None) -> Kept:
        """Return a document that nobody else changes until this transaction ends.

        For an ``author`` who works for a Träger there are those of that one only.
        """
        self._events.held()
        query = _KEPT.where(schema.documents.c.id == text_of(document)).with_for_update()
        if author is not None and author.role is Role.TRAEGER:
            query = query.where(visible(author))
        return self._one(query, document)

    def _one(self, query: Select[Any], document: str) -> Kept:
        row = self._connection.execute(query).first()
        if row is None:
            raise no_document()
        return _kept(row)

    def part(self, received: Kept, found: Found, place: int, author: Author) -> str:
        """Keep a form found in a received file as a document of its own; return its id."""
        # Told from the whole and the place: done again, it is the same document.
        part = found.id or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{received.id}/{place}"))
        if added(self._connection, schema.documents, **part_row(received, part, place)):
            body = {"part_of": received.id} | self._proven(self.get(part))
            self._events.append("document.found", author, part, body)
        self._read(part, found, author)
        return part

    def _read(self, document: str, found: Found, author: Author) -> None:
        """Keep the pages and the first record of a document, once."""
        kept = self._locked(document)
        if kept.version:
            return
        for place, one in enumerate(found.pages):
            added(
                self._connection,
                schema.pages,
                document=document,
                position=place,
                original=one.original,
                page=one.page,
            )
        self._records.add(kept, found.reading, author, "")
        form, _ = form_of(found.reading)
        self.move(document, _after_reading(kept, form), author)

    def _proven(self, kept: Kept) -> dict[str, object]:
        """Return what proves how a document arrived, to those who have its salt."""
        table = schema.documents
        created = select(table.c.created_at).where(table.c.id == kept.id)
        told: dict[str, object] = {
            "received": kept.received.isoformat(),
            "source": kept.source,
            "created_at": self._connection.execute(created).scalar_one(),
        }
        for key in ("original", "name", "traeger"):
            value = getattr(kept, key)
            if value is not None:
                told[key] = self._events.salted(kept.id, value)
        return told


def _after_reading(kept: Kept, form: str | None) -> State:
    """Return where a document stands when it is read: its sender's own until that hands it in."""
    if kept.traeger is not None and kept.source in OWN_SOURCES:
        return State.PREPARING
    return State.IN_REVIEW if form else State.UNIDENTIFIED


_COLUMNS = [schema.documents.c[name] for name in Kept.__dataclass_fields__]
_KEPT = select(*_COLUMNS)


def _kept(row: Row[Any]) -> Kept:
    return Kept(**{**row._mapping, "state": State(row.state)})
