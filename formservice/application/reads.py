"""Who looked into which document, and when: kept for the person it is about, and not for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from formservice.domain.case import Author

CONTENTS, PICTURE, FILE, COPY, LIST = "contents", "picture", "file", "copy", "list"
"""What was shown: the record, pictures of pages, the received file, an archive copy, its line of a
list that was taken along."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at something of a document; ``at`` is seconds since 1970."""

    document: str
    user: str
    name: str | None
    what: str
    at: float


class Reads(Protocol):
    """The log of who looked at what."""

    def seen(self, user: str, document: str, what: str) -> None:
        """Write that somebody was shown something of a document, once for a few minutes."""

    def seen_many(self, user: str, documents: Sequence[str], what: str) -> None:
        """Write the same of many documents, in one transaction."""

    def of(self, document: str, viewer: Author, most: int = 500) -> Sequence[Look]:
        """Return who looked at a document, the last first.

        NotFoundError if ``viewer`` may not see the document.
        """
