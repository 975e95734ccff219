"""Signing in with a login, a password and a second factor; what is still missing then."""

from dataclasses import dataclass

from formservice.application.ports_accounts import (
    Account,
    AccountStore,
    Passwords,
    SecondFactors,
)
from formservice.application.signed_in import Sessions, SignedIn
from formservice.domain.accounts import (
    ACKNOWLEDGE,
    LONGEST,
    NEW_PASSWORD,
    SECOND_FACTOR,
    SET_UP,
    LockedError,
    needs_acknowledgement,
    needs_second_factor,
    normal_login,
    normal_password,
)
from formservice.domain.errors import FormServiceError

# Who has given the password has so long for the second factor.
_PENDING_S = 600.0


class WrongLoginError(FormServiceError):
    """Login and password do not fit; nobody learns which of them is wrong."""

    code = "sign-in.wrong"
    default_hint = "Bitte beides prüfen, auch Groß- und Kleinschreibung."


class WrongCodeError(FormServiceError):
    """A code that is wrong, too old, or was used before."""

    code = "sign-in.code"
    default_hint = (
        "Bitte warten, bis das Gerät einen neuen Code zeigt, und ihn gleich eingeben. Geht die"
        " Uhr des Geräts richtig?"
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that was begun: its secret, and what is still missing."""

    secret: str
    missing: tuple[str, ...]


class SigningIn:
    """Lets people in, one step after the other; every step gives the session a new secret."""

    def __init__(
        self,
        store: AccountStore,
        sessions: Sessions,
        passwords: Passwords,
        factors: SecondFactors,
        *,
        everybody: bool = False,
    ) -> None:
        """Look accounts up in ``store``; ``everybody`` needs a second factor, or Träger only."""
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._factors = factors
        self._everybody = everybody

    def begin(self, login: str, password: str, agent: str) -> Begun:
        """Begin a session for who knows the password.

        An unknown login, a wrong password and somebody who may no longer are all the same, and
        take the same time.

        Raises:
            WrongLoginError: login and password do not fit.
            LockedError: there were too many tries for this login, whoever made them.
        """
        login = normal_login(login)
        self.tried(login)
        with self._store.look() as work:
            account = work.accounts.by_login(login)
        usable = account if account is not None and account.active else None
        given = normal_password(password)
        kept = usable.password if usable is not None else None
        fits = self._passwords.matches(kept, given[: LONGEST + 1])
        if usable is None or not fits:
            raise WrongLoginError("Anmeldename oder Kennwort stimmt nicht.")
        if self._passwords.is_outdated(kept or ""):
            self._hashed_anew(usable.user, given)
        missing = self.missing(usable)
        if SECOND_FACTOR in missing:
            secret = self._sessions.open(usable.user, agent, missing, _PENDING_S)
        else:
            self._complete(usable.user, login)
            secret = self._sessions.open(usable.user, agent, missing)
        return Begun(secret, missing)

    def welcome(self, user: str, agent: str) -> Begun:
        """Begin the first session of somebody who has just accepted an invitation."""
        with self._store.work() as work:
            account = work.accounts.get(user)
            work.accounts.happened(user, "last_login_at")
        missing = self.missing(account)
        return Begun(self._sessions.open(user, agent, missing), missing)

    def second(self, me: SignedIn, secret: str, code: str) -> Begun:
        """Take a code, by time or for recovery; return the session with a new secret.

        Raises:
            WrongCodeError: it is wrong, too old, or was used before.
            LockedError: there were too many tries.
        """
        with self._store.look() as work:
            account = work.accounts.get(me.user)
        login = account.login or ""
        self.tried(login)
        if not self._is_right(account, code):
            raise WrongCodeError("Dieser Code stimmt nicht, oder er wurde schon benutzt.")
        self._complete(account.user, login)
        missing = tuple(one for one in me.missing if one != SECOND_FACTOR)
        return Begun(self._sessions.renewed(secret, missing), missing)

    def done(self, me: SignedIn, secret: str, step: str) -> Begun:
        """Note that a step is done; return the session with a new secret."""
        missing = tuple(one for one in me.missing if one != step)
        return Begun(self._sessions.renewed(secret, missing), missing)

    def missing(self, account: Account) -> tuple[str, ...]:
        """Return what somebody has to do after the password."""
        needed = needs_second_factor(account.role, everybody=self._everybody)
        steps = {
            SECOND_FACTOR: account.totp is not None,
            NEW_PASSWORD: account.must_change,
            SET_UP: account.totp is None and needed,
            ACKNOWLEDGE: needs_acknowledgement(account.role, account.acknowledged),
        }
        return tuple(step for step, is_missing in steps.items() if is_missing)

    def tried(self, login: str) -> None:
        """Count a try; LockedError if there were too many."""
        key = self._factors.key(login)
        seconds = self._store.written(lambda work: work.accounts.tried(key))
        if seconds:
            raise LockedError(seconds)

    def _is_right(self, account: Account, code: str) -> bool:
        step = self._factors.step(account.user, account.totp or "", code)
        hashed = self._factors.hashed(account.user, code)
        if step is not None:
            return self._store.written(lambda work: work.accounts.step_used(account.user, step))
        return self._store.written(lambda work: work.accounts.code_used(account.user, hashed))

    def _complete(self, user: str, login: str) -> None:
        key = self._factors.key(login)
        with self._store.work() as work:
            work.accounts.forgiven(key)
            work.accounts.happened(user, "last_login_at")

    def _hashed_anew(self, user: str, password: str) -> None:
        hashed = self._passwords.hashed(password)
        with self._store.work() as work:
            work.accounts.credentials(user, password=hashed)
