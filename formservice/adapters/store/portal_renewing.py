"""A returned document gets the pages of a new file, in one transaction; the earlier file stays."""

from sqlalchemy import delete, insert

from formservice.adapters.store import schema
from formservice.adapters.store.desk_seen import seen
from formservice.adapters.store.engine import added, now
from formservice.adapters.store.store import Store, Work
from formservice.application.ports_store import Author, Kept, Originals
from formservice.application.receive import refuse_gone
from formservice.application.renewing import NewFile, refuse_not_returned
from formservice.domain.errors import UsageError

_WHY = "neue Datei des Trägers"


class StoredRenewals:
    """Writes with a transaction of its own each time."""

    def __init__(self, store: Store, originals: Originals) -> None:
        """Write in ``store``; the bytes are among ``originals``."""
        self._store = store
        self._originals = originals

    def returned(self, document: str, author: Author) -> Kept:
        """Return a document; NotFoundError if ``author`` may not see it."""
        with self._store.look() as work:
            return seen(work, author, document).kept

    def renew(self, document: str, base: int, file: NewFile, author: Author) -> int:
        """Let a document have the pages of another file; return the number of its new version."""
        return self._store.written(lambda work: self._renew(work, document, base, file, author))

    def _renew(self, work: Work, document: str, base: int, file: NewFile, author: Author) -> int:
        work.events.held()
        kept = seen(work, author, document).kept
        refuse_not_returned(kept)
        if not work.documents.unknown([file.sha256]):
            raise UsageError(
                "Diese Datei liegt schon vor.",
                "Bitte wählen Sie die neue, berichtigte Datei. Was nur hochgeladen und nicht"
                " eingereicht ist, können Sie vorher verwerfen.",
            )
        medium = str(file.reading.get("medium") or "") or None
        added(
            work.connection,
            schema.originals,
            sha256=file.sha256,
            size=file.size,
            medium=medium,
            received_at=now(),
        )
        refuse_gone(self._originals, (file.sha256,))
        pages = schema.pages
        work.connection.execute(delete(pages).where(pages.c.document == document))
        rows = [
            {"document": document, "position": at, "original": one.original, "page": one.page}
            for at, one in enumerate(file.pages)
        ]
        work.connection.execute(insert(pages), rows)
        version = work.documents.save(document, base, file.reading, author, _WHY)
        body = {"original": work.events.salted(document, file.sha256), "version": version}
        work.events.append("document.renewed", author, document, body)
        return version
