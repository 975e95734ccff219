"""One document as somebody may see it: data, versions, the received file, archive copies."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol  # records have the shape of the JSON contract

from formservice.application.document_data import Looked, document_data
from formservice.application.ports_store import Acknowledged, Author, Kept, Originals, Version
from formservice.application.saved_names import saved_name
from formservice.domain.errors import NotFoundError, no_document


class Store(Protocol):
    """Where documents are kept."""

    def look(self) -> AbstractContextManager[Looked]:
        """Open a transaction that only reads."""


@dataclass(frozen=True, slots=True)
class File:
    """A file for somebody to have: its bytes, their hash, and what it is called."""

    data: bytes
    sha256: str
    name: str


class Consult:
    """The use case „consult“. What somebody may not see is answered as what there is not."""

    def __init__(self, store: Store, originals: Originals) -> None:
        """Look into ``store`` and at ``originals``."""
        self._store = store
        self._originals = originals

    def kept(self, document: str, viewer: Author) -> tuple[Kept, Sequence[Kept]]:
        """Return where a document stands, and those of its parts that ``viewer`` may see."""
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            return work.documents.get(document), work.documents.parts(document, viewer)

    def data(self, document: str, viewer: Author) -> Mapping[str, Any]:
        """Return all that is known of a document."""
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            return document_data(work, document, viewer)

    def version(self, document: str, viewer: Author, number: int | None = None) -> Version:
        """Return the newest version of a record, or the one of this number.

        Raises:
            NotFoundError: there is none (yet); so it is with a file before it is read.
        """
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            if number is None:
                return work.documents.newest(document)
            for one in work.documents.versions(document):
                if one.version == number:
                    return one
        raise NotFoundError("Diese Fassung gibt es nicht.")

    def versions(self, document: str, viewer: Author) -> Sequence[Version]:
        """Return all versions of a record, oldest first; none before the file is read."""
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            return work.documents.versions(document)

    def findings(self, document: str, viewer: Author) -> tuple[Version, Sequence[Acknowledged]]:
        """Return the newest version of a record, and what people answered for: of one moment."""
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            return work.documents.newest(document), work.documents.acknowledged(document)

    def original(self, document: str, viewer: Author) -> File:
        """Return the received file of a document, or of the file that it was found in.

        Raises:
            NotFoundError: that file holds pages of documents that ``viewer`` may not see, or
                there is none.
        """
        with self._store.look() as work:
            sha256, name = _whole(work, document, viewer)
        return self._saved(sha256, name)

    def has_original(self, document: str, viewer: Author) -> bool:
        """Say whether ``original`` would return a file."""
        with self._store.look() as work:
            try:
                _whole(work, document, viewer)
            except NotFoundError:
                return False
        return True

    def _saved(self, sha256: str, name: str) -> File:
        data = self._originals.read(sha256)
        return File(data, sha256, saved_name(name, data))

    def copy(self, document: str, viewer: Author, kind: str) -> File:
        """Return the newest archive copy of a kind; NotFoundError before one is accepted."""
        with self._store.look() as work:
            _refuse_unseen(work, document, viewer)
            made = [one for one in work.copies.of(document) if one.kind == kind]
        if not made:
            raise NotFoundError(
                "Diese Archivkopie gibt es (noch) nicht.",
                "Archivkopien entstehen, sobald ein Vorgang angenommen ist.",
            )
        sha256 = made[-1].sha256
        return File(self._originals.read(sha256), sha256, f"{document}-{kind}")


def _whole(work: Looked, document: str, viewer: Author) -> tuple[str, str]:
    """Return the hash and the name of the received file that a document is, or was found in."""
    _refuse_unseen(work, document, viewer)
    kept = work.documents.get(document)
    own = {one.original for one in work.documents.pages(document)}
    if kept.original is None and kept.part_of is not None:
        _refuse_unseen(work, kept.part_of, viewer)
        kept = work.documents.get(kept.part_of)
    newer = own - {kept.original}
    # Sent anew, or made of pages of another file.
    sha256 = newer.pop() if len(own) == 1 and newer else kept.original
    if sha256 is None:
        raise NotFoundError("Zu diesem Vorgang gibt es keine einzelne Datei.")
    if work.search.holds_unseen(document, sha256, viewer):
        raise NotFoundError(
            "Die ganze Datei lässt sich nicht herunterladen: In ihr liegen auch Seiten"
            " anderer Vorgänge.",
            "Die Seiten dieses Vorgangs stehen auf seiner Seite als Bilder.",
        )
    return sha256, kept.name


def _refuse_unseen(work: Looked, document: str, viewer: Author) -> None:
    """Raise NotFoundError unless there is such a document and ``viewer`` may see it."""
    if not work.search.is_visible(document, viewer):
        raise no_document()
