"""What the use cases of accounts need: where accounts are kept, passwords, second factors."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar  # what is to be sent has the shape of JSON

from formservice.application.ports_invitations import Invitations
from formservice.application.ports_store import Events
from formservice.domain.case import Role

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may use the service, and how they show who they are.

    ``password`` and ``totp`` are as they are kept: hashed and sealed. Times are seconds since
    1970. Without ``login`` and ``issuer`` nobody can sign in as this user. With ``issuer`` and no
    ``subject`` they are linked to ``email`` there, and have not come yet.
    """

    user: str
    name: str
    role: Role
    active: bool
    login: str | None = None
    email: str | None = None
    password: str | None = field(default=None, repr=False)
    must_change: bool = False
    totp: str | None = field(default=None, repr=False)
    issuer: str | None = None
    subject: str | None = None
    acknowledged: str | None = None
    acknowledged_at: float | None = None
    confirmed_at: float | None = None
    last_login_at: float | None = None
    created_at: float | None = None
    traeger: tuple[str, ...] = ()


class Accounts(Protocol):
    """Accounts, inside one transaction."""

    @property
    def invitations(self) -> Invitations:
        """Who is invited."""

    def by_login(self, login: str) -> Account | None:
        """Return whose login this is, active or not."""

    def by_subject(self, issuer: str, subject: str) -> Account | None:
        """Return whom another service names so."""

    def linked(self, issuer: str, email: str) -> Sequence[Account]:
        """Return whom somebody has linked to this address there, and who has not come yet."""

    def get(self, user: str) -> Account:
        """Return an account; NotFoundError if there is none."""

    def all(self) -> Sequence[Account]:
        """Return everybody, by name."""

    def traeger(self) -> Mapping[str, str]:
        """Return the names of all Träger by their ids."""

    def add(self, user: str, name: str, role: Role, traeger: Collection[str] = ()) -> None:
        """Add somebody who may use the service; they cannot sign in yet."""

    def person(self, user: str, **values: object) -> None:
        """Change name, role or whether somebody is active."""

    def works_for(self, user: str, traeger: Collection[str]) -> None:
        """Say for which Träger somebody works."""

    def credentials(self, user: str, **values: object) -> None:
        """Change how somebody signs in; ConflictError if the login is somebody else's."""

    def happened(self, user: str, *columns: str) -> None:
        """Write that something happened now (``last_login_at``, …)."""

    def step_used(self, user: str, step: int) -> bool:
        """Note that a code of that step was used; False if that or a later one was before."""

    def codes(self, user: str, hashes: Collection[str]) -> None:
        """Keep these recovery codes, and no others."""

    def code_used(self, user: str, hash_: str) -> bool:
        """Use up a recovery code; False if there is no such one left."""

    def codes_left(self, user: str) -> int:
        """Return how many recovery codes are left."""

    def tried(self, key: str) -> float:
        """Count a try; return for how many seconds it is too early for one, 0 if it is not."""

    def forgiven(self, key: str) -> None:
        """Forget the tries."""

    def waiting(self, key: str) -> float:
        """Return for how many seconds nobody may try."""

    def ended(self, user: str, keep: str = "") -> int:
        """End all sessions of somebody but one; return how many."""

    def revoked(self, user: str) -> int:
        """Revoke all tokens of somebody; return how many."""


class Outbox(Protocol):
    """What waits to be sent by mail."""

    def put(self, name: str, kind: str, body: Mapping[str, Any]) -> bool:
        """Write something to send, once."""


class Unit(Protocol):
    """One transaction, as far as accounts go."""

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent."""

    @property
    def accounts(self) -> Accounts:
        """Accounts."""

    @property
    def events(self) -> Events:
        """The chain of events."""


class AccountStore(Protocol):
    """Where an installation keeps its accounts."""

    def work(self) -> AbstractContextManager[Unit]:
        """Open a transaction that writes."""

    def written(self, do: Callable[[Unit], T]) -> T:
        """Do what writes in one transaction; anew, a few times, if it clashes with another."""

    def look(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""


class Passwords(Protocol):
    """Hashes of passwords."""

    def hashed(self, password: str) -> str:
        """Return what is kept of a password."""

    def matches(self, kept: str | None, password: str) -> bool:
        """Say whether it is this password; it takes as long if there is none to compare with."""

    def is_outdated(self, kept: str) -> bool:
        """Say whether a password should be hashed anew."""


class SecondFactors(Protocol):
    """Codes by time (RFC 6238) and recovery codes; secrets are sealed with the house's key."""

    def new(self, user: str) -> str:
        """Return a new secret, sealed for this user."""

    def shown(self, user: str, sealed: str) -> str | None:
        """Return a secret as it is typed in; None if it was not sealed here for this user."""

    def picture(self, login: str, secret: str) -> bytes:
        """Return the QR code that an authenticator reads, as PNG."""

    def step(self, user: str, sealed: str, code: str) -> int | None:
        """Return to which step of time a code belongs; None if it is wrong or too old."""

    def recovery_codes(self) -> Sequence[str]:
        """Return new recovery codes, as people write them."""

    def hashed(self, user: str, code: str) -> str:
        """Return what is kept of a recovery code."""

    def key(self, login: str) -> str:
        """Return the name under which tries for a login are counted."""
