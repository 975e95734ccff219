"""A returned form comes back on paper: a new file for the same document; the earlier one stays."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.desk_reading import Asked
from formservice.application.ports import Forms
from formservice.application.ports_store import Author, Kept, Originals, PageOf
from formservice.application.receive import kept_while_named
from formservice.application.uploading import plain_name, refuse_too_large
from formservice.domain.case import State
from formservice.domain.errors import EmptyDocumentError, UsageError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that takes the place of another: its bytes' hash and size, its pages, its reading."""

    sha256: str
    size: int
    pages: Sequence[PageOf]
    reading: Mapping[str, Any]


class RenewedFiles(Protocol):
    """Where documents and their pages are kept."""

    def returned(self, document: str, author: Author) -> Kept:
        """Return a document; NotFoundError if ``author`` may not see it."""

    def renew(self, document: str, base: int, file: NewFile, author: Author) -> int:
        """Let a document have the pages of another file; return the number of its new version.

        Raises:
            ConflictError: somebody changed it meanwhile.
            UsageError: that file is there already, or the document is not returned any more.
        """


class Renew:
    """The use case „send a new file“."""

    def __init__(
        self,
        kept: RenewedFiles,
        originals: Originals,
        count: Callable[[bytes], int],
        read: Callable[[Asked, bytes], Mapping[str, Any]],
        forms: Forms,
    ) -> None:
        """Keep the parts; ``count`` says how many pages a file has, ``read`` what stands there."""
        self._kept = kept
        self._originals = originals
        self._count = count
        self._read = read
        self._forms = forms

    def __call__(self, document: str, data: bytes, name: str, author: Author) -> int:
        """Keep a new file for a returned document, read it, and return the new version's number.

        Raises:
            NotFoundError: no such document of theirs.
            InputError: the file cannot be read.
            UsageError: it is not returned, or the file is another form or there already.
        """
        kept = self._kept.returned(document, author)
        refuse_not_returned(kept)
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        refuse_too_large(len(data))
        sha256 = hashlib.sha256(data).hexdigest()
        pages = [PageOf(sha256, number) for number in range(1, self._count(data) + 1)]
        reading = self._read(Asked(pages, plain_name(name), kept.received), data)
        self._refuse_other(kept, reading)
        file = NewFile(sha256, len(data), pages, reading)

        def keep() -> int:
            self._originals.put(data)
            return self._kept.renew(document, kept.version, file, author)

        return kept_while_named(keep)

    def _refuse_other(self, kept: Kept, reading: Mapping[str, Any]) -> None:
        found = (reading.get("form") or {}).get("id")
        if kept.form is None or found == kept.form:
            return
        title = next((one.title for one in self._forms if one.ref.form == kept.form), kept.form)
        raise UsageError(
            f"In dieser Datei wurde kein „{title}“ erkannt.",
            "Bitte die richtige Datei wählen, oder die Angaben auf der Seite berichtigen.",
        )


def refuse_not_returned(kept: Kept) -> None:
    """Raise UsageError unless a document was returned to its sender."""
    if kept.state is not State.RETURNED:
        raise UsageError(
            "Eine neue Datei ist nur für einen Bogen möglich, der zurückgegeben wurde.",
            "Angaben können Sie bis zur Annahme auf der Seite des Bogens berichtigen.",
        )
