"""What people do with their own account: password, second factor, acknowledgement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from formservice.application.accounts import WrongCodeError
from formservice.application.ports_accounts import (
    Account,
    AccountStore,
    Passwords,
    SecondFactors,
    Unit,
)
from formservice.application.signed_in import SignedIn
from formservice.domain.accounts import (
    ACKNOWLEDGEMENT,
    LockedError,
    WeakPasswordError,
    checked_password,
    normal_password,
)
from formservice.domain.errors import ConflictError, FormServiceError, UsageError


class WrongPasswordError(FormServiceError):
    """The present password, asked for once more, is wrong."""

    code = "account.wrong-password"
    default_hint = "Bitte das Kennwort eingeben, mit dem Sie sich angemeldet haben."


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A second factor to set up: sealed, as it is typed in, and as PNG for a camera."""

    sealed: str
    secret: str
    picture: bytes


class OwnAccount:
    """Changes the account of who is signed in; others of their sessions end with it."""

    def __init__(self, store: AccountStore, passwords: Passwords, factors: SecondFactors) -> None:
        """Keep accounts in ``store``."""
        self._store = store
        self._passwords = passwords
        self._factors = factors

    def of(self, user: str) -> tuple[Account, int]:
        """Return an account, and how many recovery codes are left."""
        with self._store.look() as work:
            return work.accounts.get(user), work.accounts.codes_left(user)

    def change_password(self, me: SignedIn, old: str | None, new: str) -> None:
        """Change the password; ``old`` is None for one that was made for somebody else's start.

        Raises:
            WrongPasswordError: the old one is wrong.
            WeakPasswordError: the new one must not be chosen, or is the old one.
        """
        account, _ = self.of(me.user)
        if old is None and not account.must_change:
            raise UsageError("Bitte auch das bisherige Kennwort angeben.")
        if old is not None:
            self.confirmed(account, old)
        chosen = checked_password(new, account.login or "")
        if self._passwords.matches(account.password, chosen):
            raise WeakPasswordError("Das neue Kennwort ist das alte.")
        hashed = self._passwords.hashed(chosen)

        def change(work: Unit) -> None:
            work.events.held()
            work.accounts.credentials(me.user, password=hashed, must_change=False)
            work.accounts.ended(me.user, me.session)
            work.events.append("account.password", me.author, None, {"user": me.user})

        self._store.written(change)

    def new_factor(self, user: str, sealed: str | None = None) -> NewFactor:
        """Return a second factor to set up; ``sealed`` is one that was shown before."""
        account, _ = self.of(user)
        shown = self._factors.shown(user, sealed) if sealed else None
        if sealed is None or shown is None:
            sealed = self._factors.new(user)
            shown = self._factors.shown(user, sealed) or ""
        picture = self._factors.picture(account.login or account.name, shown)
        return NewFactor(sealed, shown, picture)

    def set_up(self, me: SignedIn, sealed: str, code: str, password: str | None) -> Sequence[str]:
        """Set up a second factor that gives the right code; return recovery codes, once.

        Whoever has one already gives the ``password`` again.

        Raises:
            WrongCodeError: the code is wrong, or too old.
            WrongPasswordError: the password is wrong.
        """
        account, _ = self.of(me.user)
        if account.totp is not None:
            self.confirmed(account, password or "")
        step = self._factors.step(me.user, sealed, code)
        if step is None:
            raise WrongCodeError("Dieser Code stimmt nicht.")
        return self._with_codes(
            me, "account.second-factor", lambda work: _factor_kept(work, me, sealed, step)
        )

    def new_codes(self, me: SignedIn, password: str) -> Sequence[str]:
        """Return new recovery codes, once; those before are of no use any more."""
        account, _ = self.of(me.user)
        if account.totp is None:
            raise ConflictError("Es ist kein zweiter Faktor eingerichtet.", "")
        self.confirmed(account, password)
        return self._with_codes(me, "account.recovery-codes", lambda _: None)

    def acknowledge(self, me: SignedIn, edition: str, text_hash: str) -> None:
        """Keep that somebody has acknowledged the text under § 78 SGB X, and which.

        Raises:
            ConflictError: it was another edition that they saw.
        """
        if edition != ACKNOWLEDGEMENT:
            raise ConflictError("Der Text wurde inzwischen geändert.", "Bitte ihn neu lesen.")

        def keep(work: Unit) -> None:
            work.events.held()
            work.accounts.credentials(me.user, acknowledged=edition)
            work.accounts.happened(me.user, "acknowledged_at")
            body = {"user": me.user, "edition": edition, "sha256": text_hash}
            work.events.append("account.acknowledged", me.author, None, body)

        self._store.written(keep)

    def confirmed(self, account: Account, password: str) -> None:
        """Raise WrongPasswordError unless it is the password; LockedError after many tries."""
        key = self._factors.key(account.login or "")
        seconds = self._store.written(lambda work: work.accounts.tried(key))
        if seconds:
            raise LockedError(seconds)
        if not self._passwords.matches(account.password, normal_password(password)):
            raise WrongPasswordError("Das bisherige Kennwort stimmt nicht.")
        with self._store.work() as work:
            work.accounts.forgiven(key)

    def _with_codes(
        self, me: SignedIn, event: str, change: Callable[[Unit], None]
    ) -> Sequence[str]:
        codes = self._factors.recovery_codes()
        hashes = [self._factors.hashed(me.user, one) for one in codes]

        def keep(work: Unit) -> None:
            work.events.held()
            change(work)
            work.accounts.codes(me.user, hashes)
            work.accounts.ended(me.user, me.session)
            work.events.append(event, me.author, None, {"user": me.user})

        self._store.written(keep)
        return codes


def _factor_kept(work: Unit, me: SignedIn, sealed: str, step: int) -> None:
    work.accounts.credentials(me.user, totp=sealed, totp_step=None)
    work.accounts.step_used(me.user, step)
