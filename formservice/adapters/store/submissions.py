"""What was handed in, in the database: which version of which document, by whom and when."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any  # rows have the columns of their query

from sqlalchemy import Connection, Row, insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.documents import Documents
from formservice.adapters.store.events import Events
from formservice.adapters.store.rights import visible
from formservice.adapters.store.rows import text_of
from formservice.application.ports_portal import Submission
from formservice.application.ports_store import Author
from formservice.domain.chain import seconds
from formservice.domain.errors import NotFoundError

_table = schema.web.submissions
_COLUMNS = [_table.c[name] for name in Submission.__dataclass_fields__]


class Submissions:
    """Works inside one transaction; every row has its event."""

    def __init__(self, connection: Connection, events: Events, documents: Documents) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events
        self._documents = documents

    def add(self, document: str, author: Author, received: date | None = None) -> Submission:
        """Keep that the newest version was handed in; ``received`` is from now on its day."""
        self._events.held()
        newest = self._documents.newest(document)
        original = self._original(document)
        name = str(uuid.uuid4())
        body: dict[str, object] = {"submission": name, "version": newest.version}
        body["record"] = self._events.salted(document, newest.sha256)
        if original is not None:
            body["original"] = self._events.salted(document, original)
        if received is not None:
            body["received"] = received.isoformat()
        link = self._events.append("document.submitted", author, document, body)
        if received is not None:
            table = schema.documents
            day = update(table).where(table.c.id == document).values(received=received)
            self._connection.execute(day)
        made = Submission(
            name, document, newest.version, author.id, newest.sha256, original, seconds(link.at)
        )
        values = {one.name: getattr(made, one.name) for one in _COLUMNS}
        self._connection.execute(insert(_table).values(values))
        return made

    def of(self, document: str) -> Sequence[Submission]:
        """Return what was handed in of a document, earliest first."""
        query = select(*_COLUMNS).where(_table.c.document == document)
        rows = self._connection.execute(query.order_by(_table.c.at, _table.c.id))
        return [_made(row) for row in rows]

    def get(self, submission: str, viewer: Author) -> Submission:
        """Return what was handed in; NotFoundError unless ``viewer`` may see the document."""
        kept = schema.documents
        query = select(*_COLUMNS).join(kept, kept.c.id == _table.c.document)
        query = query.where(_table.c.id == text_of(submission), visible(viewer))
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFoundError("Eine Einreichung mit dieser Kennung gibt es nicht.")
        return _made(row)

    def _original(self, document: str) -> str | None:
        """Return the file that a document stands in; of one with pages, that of the first."""
        pages = self._documents.pages(document)
        return pages[0].original if pages else self._documents.get(document).original


def _made(row: Row[Any]) -> Submission:
    return Submission(**row._mapping)
