"""Secrets for programs and calendars, which cannot sign in as people do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from formservice.application.signed_in import SignedIn
from formservice.domain.case import Author

API, CALENDAR = "api", "calendar"
"""What a token is for: the API, or to read the feed of one's deadlines and nothing else."""
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made: its ``secret`` is kept nowhere, and known only now."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it: by ``id``, never its secret; times in seconds since 1970."""

    id: str
    kind: str
    name: str
    created_at: float
    expires_at: float | None
    used_at: float | None


class Tokens(Protocol):
    """Tokens of all users: made once, known by a secret, revoked."""

    def made(self, user: str, kind: str, name: str, days: int | None) -> NewToken:
        """Make a token for so many days, None for as long as nobody revokes it.

        Raises:
            UsageError: so long no token of this kind lasts (``is_lasting``).
        """

    def known(self, secret: str, kind: str) -> SignedIn | None:
        """Return whose token this is; None if it is of another kind, revoked or over."""

    def of(self, user: str) -> Sequence[Token]:
        """Return the tokens of somebody that are still good, the newest first."""

    def revoke(self, user: str, token: str, author: Author) -> None:
        """Revoke a token of this user; of somebody else, NotFoundError."""


def is_lasting(kind: str, days: int | None) -> bool:
    """Say whether a token of this kind may last so long: only a calendar's has no end."""
    if days is None:
        return kind == CALENDAR
    return 1 <= days <= LONGEST_DAYS
