"""Signing in with an account of the office's own service (OpenID Connect)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from formservice.application.ports_accounts import Account, AccountStore, Unit
from formservice.application.signed_in import Elsewhere, Sessions
from formservice.domain.accounts import normal_login
from formservice.domain.case import SERVICE, Role
from formservice.domain.errors import EngineError, FormServiceError


class NotTrustedError(FormServiceError):
    """What came back is not what we asked for, or not from whom we asked."""

    code = "sign-in.elsewhere"
    default_hint = "Bitte die Anmeldung noch einmal beginnen."


class NoRoleError(FormServiceError):
    """Somebody is who they are, and no role of this service belongs to that."""

    code = "sign-in.no-role"
    default_hint = "Bitte die Administration darum bitten, Ihr Dienstkonto freizuschalten."


class AwayError(EngineError):
    """The other service does not answer."""

    code = "sign-in.away"
    default_hint = "Bitte in ein paar Minuten noch einmal versuchen."


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a browser goes to sign in, and what it keeps until it comes back."""

    address: str
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What another service says of somebody; proved to come from it, for us, now.

    ``address`` is what somebody may be known by here: it is theirs, and they cannot change it.
    """

    issuer: str
    subject: str
    name: str
    groups: Sequence[str]
    back: str = ""
    email: str | None = None
    sid: str | None = None
    hint: str | None = field(default=None, repr=False)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """What another service says has ended: all sessions of somebody, or one of them."""

    issuer: str
    subject: str | None
    sid: str | None


class Provider(Protocol):
    """Another service that knows people (OpenID Connect)."""

    def asked(self, back: str) -> Asked:
        """Begin to sign in; AwayError if the service does not answer."""

    def claimed(self, kept: str, answer: Mapping[str, str]) -> Claimed:
        """Return what the service says, from what the browser came back with.

        Raises:
            NotTrustedError: it is not the answer to what this browser asked for.
            AwayError: the service does not answer.
        """

    def wanted(self, kept: str) -> str:
        """Return the page somebody wanted who is not let in; empty if nothing was asked."""

    def over(self, token: str) -> Over:
        """Return what a token of back-channel logout ends; NotTrustedError if it is none."""

    def farewell(self, hint: str | None) -> str | None:
        """Return where a browser ends its session there; None if that is not possible."""


class SignInElsewhere:
    """Lets in whom another service knows, in the role that their groups have here."""

    def __init__(
        self,
        store: AccountStore,
        sessions: Sessions,
        roles: Sequence[tuple[str, Role]],
        new_id: Callable[[], str],
    ) -> None:
        """Keep accounts in ``store``; of ``roles`` (group and role) the first that fits counts."""
        self._store = store
        self._sessions = sessions
        self._roles = roles
        self._new_id = new_id

    def let_in(self, claimed: Claimed, agent: str) -> str:
        """Begin a session and return its secret; an account is made with the first one.

        Raises:
            NoRoleError: no group has a role here, or the account was deactivated here.
        """
        role = next((role for group, role in self._roles if group in claimed.groups), None)
        if role is None:
            self._store.written(lambda work: _without_role(work, claimed))
            raise NoRoleError("Ihr Dienstkonto ist für diesen Dienst nicht freigeschaltet.")
        user = self._store.written(lambda work: self._known(work, claimed, role))
        if user is None:
            raise NoRoleError("Dieses Konto ist hier deaktiviert.")
        elsewhere = Elsewhere(claimed.sid, claimed.hint)
        return self._sessions.open(user, agent, (), None, elsewhere)

    def ended(self, over: Over) -> int:
        """End what the other service has ended; return how many sessions."""
        if over.sid is not None:
            return self._sessions.end_elsewhere(over.sid)
        with self._store.look() as work:
            account = work.accounts.by_subject(over.issuer, over.subject or "")
        return self._sessions.end_others(account.user) if account is not None else 0

    def _known(self, work: Unit, claimed: Claimed, role: Role) -> str | None:
        work.events.held()
        account = work.accounts.by_subject(claimed.issuer, claimed.subject)
        if account is None:
            account = _awaited(work, claimed)
        if account is None:
            return self._added(work, claimed, role)
        if not account.active:
            return None
        if account.role is not role:
            work.accounts.ended(account.user)
            work.accounts.revoked(account.user)
            work.accounts.person(account.user, role=str(role))
            _told(work, account.user, role)
        if account.name != claimed.name:
            work.accounts.person(account.user, name=claimed.name)
            work.events.append("account.renamed", SERVICE, None, {"user": account.user})
        work.accounts.happened(account.user, "last_login_at")
        return account.user

    def _added(self, work: Unit, claimed: Claimed, role: Role) -> str:
        user = self._new_id()
        work.accounts.add(user, claimed.name, role)
        work.accounts.credentials(
            user, issuer=claimed.issuer, subject=claimed.subject, email=claimed.email
        )
        work.accounts.happened(user, "last_login_at")
        _told(work, user, role)
        return user


def _without_role(work: Unit, claimed: Claimed) -> None:
    """End sessions and tokens of somebody who had a role until now."""
    work.events.held()
    account: Account | None = work.accounts.by_subject(claimed.issuer, claimed.subject)
    if account is None:
        return
    sessions, tokens = work.accounts.ended(account.user), work.accounts.revoked(account.user)
    if sessions or tokens:
        body = {"user": account.user, "sessions": sessions, "tokens": tokens}
        work.events.append("account.without-role", SERVICE, None, body)


def _awaited(work: Unit, claimed: Claimed) -> Account | None:
    """Return whom somebody has linked to this address, who comes from there for the first time.

    Only by an address that is vouched for; and only if there is exactly one, for nobody is to
    become somebody else by a guess.
    """
    address = normal_login(claimed.address or "")
    found = work.accounts.linked(claimed.issuer, address) if address else ()
    if len(found) != 1:
        return None
    (account,) = found
    if account.active:
        work.accounts.credentials(account.user, subject=claimed.subject)
        body = {"user": account.user, "by": "first-sign-in"}
        work.events.append("account.linked", SERVICE, None, body)
    return account


def _told(work: Unit, user: str, role: Role) -> None:
    work.events.append("account.elsewhere", SERVICE, None, {"user": user, "role": str(role)})
