"""What somebody has typed and not yet sent: kept while they type, told of when they come back.

A draft is for one person and one thing (``kind`` and ``subject``: a form for a participation, a
document). It is no document: nobody else sees it, and it goes with what it is about, or by itself
after a while.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol  # what somebody typed has the shape of its page

from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError, DocumentTooLargeError, NotFoundError

FILL, EDIT, SEARCH = "fill", "edit", "search"
"""Kinds: a form that is filled in, a document that is corrected; what somebody looked for, whose
words stand in no address."""

KEPT_DAYS = 60
"""So long after the last word a draft is deleted."""

_LARGEST = 4_000_000


class OtherWindowError(ConflictError):
    """The same draft was written on in another window; ``version`` is the one that is kept."""

    code = "conflict.draft"
    default_hint = "Bitte entscheiden, welcher Stand gilt: der hier oder der andere."

    def __init__(self, version: int, at: datetime) -> None:
        """Keep which version there is now."""
        super().__init__(f"Sie haben in einem anderen Fenster weitergeschrieben ({at:%H:%M} Uhr).")
        self.version, self.at = version, at


@dataclass(frozen=True, slots=True)
class About:
    """What a draft is about: its kind and subject, and what it goes with when that is deleted."""

    kind: str
    subject: str
    document: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is kept; ``base`` is the version of the document it began with."""

    about: About
    body: Mapping[str, Any] = field(repr=False)
    version: int
    base: int
    at: datetime


class KeptDrafts(Protocol):
    """Where drafts are kept, each of one person."""

    def get(self, user: Author, kind: str, subject: str) -> Draft | None:
        """Return a draft that is not discarded; None if there is none that they may still see."""

    def mine(self, user: Author) -> Sequence[Draft]:
        """Return all drafts of somebody, the newest first, of what they may still see."""

    def save(
        self, user: Author, about: About, body: Mapping[str, Any], base: int, seen: int | None
    ) -> Draft:
        """Keep a draft; OtherWindowError if its version is not the one ``seen``.

        None keeps it in any case.
        """

    def discard(self, user: Author, kind: str, subject: str) -> bool:
        """Put a draft aside; False if there is none."""

    def restore(self, user: Author, kind: str, subject: str) -> bool:
        """Take back that a draft was put aside; False if that is not possible any more."""

    def done(self, user: Author, kind: str, subject: str) -> None:
        """Delete a draft: what it was for has been done."""


class Drafts:
    """The use case „write on later“."""

    def __init__(self, kept: KeptDrafts) -> None:
        """Keep drafts in ``kept``."""
        self._kept = kept

    def get(self, user: Author, kind: str, subject: str) -> Draft | None:
        """Return somebody's draft, None if there is none of what they may still see."""
        return self._kept.get(user, kind, subject)

    def mine(self, user: Author) -> Sequence[Draft]:
        """Return all drafts of somebody, the newest first."""
        return self._kept.mine(user)

    def save(
        self,
        user: Author,
        about: About,
        body: Mapping[str, Any],
        base: int = 0,
        seen: int | None = None,
    ) -> Draft:
        """Keep what somebody has typed so far.

        Raises:
            OtherWindowError: another window has saved since the version ``seen``; None overrides.
            DocumentTooLargeError: it is more than any form holds.
        """
        if _size(body) > _LARGEST:
            raise DocumentTooLargeError(
                "Dieser Entwurf ist zu groß.", "Bitte lange Texte kürzen oder als Datei hochladen."
            )
        return self._kept.save(user, about, body, base, seen)

    def discard(self, user: Author, kind: str, subject: str) -> None:
        """Put a draft aside; for a day that can be taken back. NotFoundError if there is none."""
        if not self._kept.discard(user, kind, subject):
            raise NotFoundError("Diesen Entwurf gibt es nicht (mehr).")

    def restore(self, user: Author, kind: str, subject: str) -> None:
        """Take back that a draft was put aside; NotFoundError if it is gone for good."""
        if not self._kept.restore(user, kind, subject):
            raise NotFoundError("Diesen Entwurf gibt es nicht (mehr).")

    def done(self, user: Author, kind: str, subject: str) -> None:
        """Delete a draft of what has been sent."""
        self._kept.done(user, kind, subject)


def _size(body: object) -> int:
    """Return about how many characters a draft holds."""
    if isinstance(body, Mapping):
        return sum(len(str(key)) + _size(one) for key, one in body.items())
    if isinstance(body, list | tuple):
        return sum(map(_size, body)) + len(body)
    return len(body) if isinstance(body, str) else 1
