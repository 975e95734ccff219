"""Who is using the service in a browser or by a token, and how the web comes to know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from formservice.domain.case import Author, Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has shown who they are.

    ``traeger`` are the ids of those they work for; ``session`` names the session (by nothing made
    of its secret), empty for a token of the API; ``missing`` is what has to be done before
    anything else (``domain.accounts.STEPS``): ``second-factor``, ``new-password``, ``set-up``,
    ``acknowledgement`` (§ 78 SGB X).
    """

    user: str
    name: str
    role: Role
    traeger: tuple[str, ...] = ()
    session: str = ""
    missing: tuple[str, ...] = ()

    @property
    def author(self) -> Author:
        """Who does something, as the store knows it."""
        return Author(self.user, self.role)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it: by ``id``, that tells nothing of its secret.

    Times are in seconds since 1970.
    """

    id: str
    agent: str
    created_at: float
    seen_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How another service (OIDC) names a session, and what ends it there."""

    sid: str | None = None
    hint: str | None = None


class Sessions(Protocol):
    """Sessions of browsers: opened after a login, known by a secret that only the browser has."""

    def open(
        self,
        user: str,
        agent: str = "",
        missing: Collection[str] = (),
        seconds: float | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> str:
        """Begin a session and return its secret; it ends after ``seconds`` if they are given."""

    def known(self, secret: str, *, touch: bool = True) -> SignedIn | None:
        """Return whose session this is; None if it has ended or never was.

        Without ``touch`` it ends as soon as if nobody had asked: no person has done anything.
        """

    def renewed(self, secret: str, missing: Collection[str]) -> str:
        """Return a new secret for a session, in which so much is missing; the old one ends.

        NotFoundError if it has ended.
        """

    def close(self, secret: str) -> Elsewhere | None:
        """End a session; return what ends it elsewhere, if another service opened it."""

    def of(self, user: str) -> Sequence[OpenSession]:
        """Return the sessions of somebody that have not ended, the last used first."""

    def end(self, user: str, session: str) -> None:
        """End a session of this user; NotFoundError if there is none of that name."""

    def end_others(self, user: str, keep: str = "") -> int:
        """End all sessions of somebody, but one if it is named; return how many."""

    def end_elsewhere(self, sid: str) -> int:
        """End the sessions that another service names so; return how many."""
