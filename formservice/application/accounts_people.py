"""Administering accounts: who may use the service, in which role, and for which Träger."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from formservice.application.ports_accounts import (
    Account,
    AccountStore,
    Passwords,
    SecondFactors,
    Unit,
)
from formservice.domain.accounts import (
    CONFIRM_DAYS,
    LONGEST_NAME,
    is_address,
    new_login,
    normal_login,
)
from formservice.domain.case import Author, Role
from formservice.domain.errors import ConflictError, FormServiceError, UsageError
from formservice.domain.text import name_of

# No I, L, O or U, nor what looks like them: start passwords are read out and typed. 75 bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz"
_GROUPS, _LETTERS = 4, 4
_DAY = 24 * 3600.0
_ROLES = frozenset(set(Role) - {Role.SYSTEM})


class AboveError(FormServiceError):
    """An account that somebody in this role may not change."""

    code = "account.above"
    default_hint = "Bitte jemanden mit der Rolle Administration darum bitten."


class LastAdminError(ConflictError):
    """Nobody would be left who can administer accounts."""

    code = "account.last-admin"
    default_hint = "Bitte zuerst einer anderen Person die Rolle Administration geben."


@dataclass(frozen=True, slots=True)
class Started:
    """An account that was given a password for its first sign-in, which is shown once."""

    user: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to add; ``login`` is what they sign in with, an address also where they write."""

    name: str
    role: Role
    login: str
    email: str | None = None
    traeger: tuple[str, ...] = ()


class People:
    """Changes accounts of others; every change is an event with ids only."""

    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        factors: SecondFactors,
        new_id: Callable[[], str],
    ) -> None:
        """Keep accounts in ``store``; ``new_id`` makes ids that tell nothing."""
        self._store = store
        self._passwords = passwords
        self._factors = factors
        self._new_id = new_id

    def all(self) -> Sequence[Account]:
        """Return everybody, by name."""
        with self._store.look() as work:
            return work.accounts.all()

    def get(self, user: str) -> Account:
        """Return an account; NotFoundError if there is none."""
        with self._store.look() as work:
            return work.accounts.get(user)

    def by_login(self, login: str) -> Account | None:
        """Return whose login this is."""
        with self._store.look() as work:
            return work.accounts.by_login(normal_login(login))

    def traeger(self) -> Mapping[str, str]:
        """Return the names of all Träger by their ids."""
        with self._store.look() as work:
            return work.accounts.traeger()

    def waiting(self, account: Account) -> float:
        """Return for how many seconds nobody may try to sign in with this login."""
        key = self._factors.key(account.login or "")
        with self._store.look() as work:
            return work.accounts.waiting(key) if account.login else 0.0

    def add(self, new: NewPerson, author: Author) -> Started:
        """Add somebody with a password for the first sign-in, which is returned once.

        Raises:
            UsageError: something is missing or does not fit.
            ConflictError: the login is somebody else's.
        """
        login, name = new_login(new.login), name_of(new.name, most=LONGEST_NAME)
        email = new.email or (login if is_address(login) else None)
        _checked(new.role, new.traeger)
        _may_give(new.role, author)
        if not login or not name:
            raise UsageError("Name und Anmeldename werden gebraucht.", "Bitte beides angeben.")
        user, password = self._new_id(), start_password()
        hashed = self._passwords.hashed(password)

        def add(work: Unit) -> None:
            work.events.held()
            work.accounts.add(user, name, new.role, new.traeger)
            work.accounts.credentials(
                user, login=login, email=email, password=hashed, must_change=True
            )
            body = {"user": user, "role": str(new.role), "traeger": sorted(new.traeger)}
            work.events.append("account.added", author, None, body)

        self._store.written(add)
        return Started(user, login, password)

    def change(self, user: str, role: Role, traeger: Collection[str], author: Author) -> None:
        """Give somebody another role, or other Träger; their sessions end.

        With another role tokens end as well: a program was trusted with what the former one may.

        Raises:
            LastAdminError: nobody would be left to administer accounts.
        """
        _checked(role, traeger)

        def change(work: Unit) -> None:
            work.events.held()
            account = touched(work, user, author)
            _may_give(role, author)
            if role is not Role.ADMIN:
                _not_the_last(work, account)
            work.accounts.person(user, role=str(role))
            work.accounts.works_for(user, traeger)
            work.accounts.ended(user)
            if account.role is not role:
                work.accounts.revoked(user)
            body = {"user": user, "role": str(role), "traeger": sorted(traeger)}
            work.events.append("account.changed", author, None, body)

        self._store.written(change)

    def deactivate(self, user: str, author: Author) -> None:
        """Let somebody in no more: sessions end, tokens are revoked; nothing is deleted.

        Raises:
            LastAdminError: nobody would be left to administer accounts.
        """

        def end(work: Unit) -> None:
            work.events.held()
            account = touched(work, user, author)
            if not account.active:
                return
            _not_the_last(work, account)
            work.accounts.person(user, active=False)
            _out(work, user)
            work.events.append("account.deactivated", author, None, {"user": user})

        self._store.written(end)

    def activate(self, user: str, author: Author) -> None:
        """Let somebody in again; tokens stay revoked."""

        def begin(work: Unit) -> None:
            work.events.held()
            if touched(work, user, author).active:
                return
            work.accounts.person(user, active=True)
            work.events.append("account.activated", author, None, {"user": user})

        self._store.written(begin)

    def reset_password(self, user: str, author: Author) -> Started:
        """Give somebody a new password for the next sign-in; sessions and tokens end.

        Raises:
            ConflictError: they have no login of ours, but sign in elsewhere.
        """
        password = start_password()
        hashed = self._passwords.hashed(password)

        def reset(work: Unit) -> str:
            work.events.held()
            account = touched(work, user, author)
            if account.login is None:
                raise ConflictError(
                    "Dieses Konto meldet sich nicht mit einem Kennwort an.",
                    "Bitte das Kennwort dort ändern, wo die Anmeldung stattfindet.",
                )
            work.accounts.credentials(user, password=hashed, must_change=True)
            work.accounts.forgiven(self._factors.key(account.login))
            _out(work, user)
            work.events.append("account.password-reset", author, None, {"user": user})
            return account.login

        return Started(user, self._store.written(reset), password)

    def reset_factor(self, user: str, author: Author) -> None:
        """Take away somebody's second factor, to be set up anew; sessions and tokens end."""

        def reset(work: Unit) -> None:
            work.events.held()
            touched(work, user, author)
            work.accounts.credentials(user, totp=None, totp_step=None)
            work.accounts.codes(user, ())
            _out(work, user)
            work.events.append("account.factor-reset", author, None, {"user": user})

        self._store.written(reset)

    def unlock(self, user: str, author: Author) -> None:
        """Let somebody try at once who was locked out by wrong passwords."""

        def unlock(work: Unit) -> None:
            work.events.held()
            account = touched(work, user, author)
            work.accounts.forgiven(self._factors.key(account.login or ""))
            work.events.append("account.unlocked", author, None, {"user": user})

        self._store.written(unlock)

    def confirm(
        self, traeger: str, shown: Collection[str], staying: Collection[str], author: Author
    ) -> Sequence[str]:
        """Confirm who still works for a Träger; return who does not, and is let in no more.

        Who works for another Träger as well only loses this one. Of whom was not ``shown``
        nothing is said: they came after the list was made, and stay as they are.
        """

        def confirm(work: Unit) -> Sequence[str]:
            work.events.held()
            theirs = [one for one in work.accounts.all() if traeger in one.traeger and one.active]
            listed = [one for one in theirs if one.user in shown or one.user in staying]
            gone = [one for one in listed if one.user not in staying]
            for one in listed:
                if one.user in staying:
                    work.accounts.happened(one.user, "confirmed_at")
                    continue
                others = [other for other in one.traeger if other != traeger]
                if others:
                    work.accounts.works_for(one.user, others)
                else:
                    work.accounts.person(one.user, active=False)
                    work.accounts.revoked(one.user)
                work.accounts.ended(one.user)
            ids = {"staying": len(listed) - len(gone), "gone": [one.user for one in gone]}
            body = {"traeger": traeger, **ids}
            work.events.append("account.list-confirmed", author, None, body)
            return [one.user for one in gone]

        return self._store.written(confirm)


def due_for_confirmation(accounts: Sequence[Account], moment: float) -> Mapping[str, int]:
    """Return how many people of each Träger wait to be confirmed: after a year."""
    before = moment - CONFIRM_DAYS * _DAY
    counts: dict[str, int] = {}
    for one in accounts:
        since = one.confirmed_at or one.created_at
        if one.active and since is not None and since < before:
            for traeger in one.traeger:
                counts[traeger] = counts.get(traeger, 0) + 1
    return counts


def start_password() -> str:
    """Return a password for a first sign-in, easy to read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _out(work: Unit, user: str) -> None:
    """End all that lets somebody in now: whoever took an account over made tokens, too."""
    work.accounts.ended(user)
    work.accounts.revoked(user)


def _checked(role: Role, traeger: Collection[str]) -> None:
    if role not in _ROLES:
        raise UsageError("Diese Rolle kann niemand haben.")
    if role is Role.TRAEGER and not traeger:
        raise UsageError(
            "Für die Rolle Träger fehlt der Träger.", "Bitte mindestens einen wählen."
        )
    if role is not Role.TRAEGER and traeger:
        raise UsageError(
            "Nur die Rolle Träger gehört zu einem Träger.", "Bitte die Auswahl der Träger leeren."
        )


def touched(work: Unit, user: str, author: Author) -> Account:
    """Return an account that ``author`` may change: not their own, nor one above them."""
    account = work.accounts.get(user)
    if user == author.id:
        raise AboveError("Das eigene Konto ändert jemand anderes.")
    if account.role is Role.ADMIN:
        _may_give(Role.ADMIN, author)
    return account


def _may_give(role: Role, author: Author) -> None:
    if role is Role.ADMIN and author.role not in (Role.ADMIN, Role.SYSTEM):
        raise AboveError("Die Rolle Administration vergibt und entzieht nur die Administration.")


def _not_the_last(work: Unit, account: Account) -> None:
    if account.role is not Role.ADMIN or not account.active:
        return
    others = (
        one
        for one in work.accounts.all()
        if one.role is Role.ADMIN and one.active and one.user != account.user
    )
    if not any(one.password or one.subject for one in others):
        raise LastAdminError("Das ist die letzte Person mit der Rolle Administration.")
