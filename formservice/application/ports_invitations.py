"""Invitations as they are kept, as a protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited, for which Träger; times are seconds since 1970. ``id`` opens nothing."""

    id: str
    email: str
    name: str
    traeger: str
    created_at: float
    expires_at: float
    expired: bool = False


class Invitations(Protocol):
    """Invitations, inside one transaction."""

    def add(self, id_: str, invitation: Invitation, author: str, seconds: float) -> None:
        """Keep an invitation, for so many seconds."""

    def good(self, id_: str) -> Invitation | None:
        """Return an invitation that can be accepted now; nobody else accepts it meanwhile."""

    def get(self, id_: str) -> Invitation:
        """Return one that is neither accepted nor withdrawn; NotFoundError if there is none."""

    def pending(self) -> Sequence[Invitation]:
        """Return all that are neither accepted nor withdrawn, the newest first.

        Not those to an address that is the login of an account by now.
        """

    def used(self, id_: str) -> None:
        """Note that it was accepted."""

    def withdraw(self, id_: str) -> None:
        """Note that it was taken back."""
