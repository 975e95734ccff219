"""Letting in who is known here already and cannot sign in yet: people from imported lists."""

from formservice.application.accounts_people import (
    Started,
    start_password,
    touched,
)
from formservice.application.ports_accounts import AccountStore, Passwords, Unit
from formservice.domain.accounts import is_address, new_login, normal_login
from formservice.domain.case import Author, Role
from formservice.domain.errors import ConflictError, UsageError

_LONGEST_SUBJECT = 255


class LetIn:
    """Gives people who are known a login, or links them to an account of the office.

    Nothing is ever guessed: who is who, somebody who administers says, and it is an event.
    """

    def __init__(self, store: AccountStore, passwords: Passwords, issuer: str | None) -> None:
        """Keep accounts in ``store``; ``issuer`` is the office's own service, if there is one."""
        self._store = store
        self._passwords = passwords
        self._issuer = issuer

    @property
    def can_link(self) -> bool:
        """Say whether there is a service to link people to."""
        return self._issuer is not None

    def give_login(self, user: str, login: str, author: Author) -> Started:
        """Give somebody who has none a login, and a password for the first sign-in, once.

        Raises:
            UsageError: the login is missing.
            ConflictError: they have a login, or it is somebody else's.
            AboveError: ``author`` may not change this account.
        """
        login = new_login(login)
        if not login:
            raise UsageError("Der Anmeldename fehlt.", "Bitte einen angeben.")
        password = start_password()
        hashed = self._passwords.hashed(password)

        def give(work: Unit) -> None:
            work.events.held()
            account = touched(work, user, author)
            if account.login is not None:
                raise ConflictError(
                    "Diese Person hat schon einen Anmeldenamen.",
                    "Bitte ihr ein neues Startkennwort geben.",
                )
            _not_of_a_traeger(account.role)
            email = account.email or (login if is_address(login) else None)
            work.accounts.credentials(
                user, login=login, email=email, password=hashed, must_change=True
            )
            work.events.append("account.login-given", author, None, {"user": user})

        self._store.written(give)
        return Started(user, login, password)

    def link(self, user: str, email: str, subject: str, author: Author) -> None:
        """Link somebody to their account of the office: by address, or by its own name for them.

        With an address it is settled when they first come from there; with ``subject`` at once.

        Raises:
            UsageError: there is no such service, neither of both was said, or both.
            ConflictError: they are linked already, or somebody else is linked so.
            AboveError: ``author`` may not change this account.
        """
        if self._issuer is None:
            raise UsageError("Es ist kein Dienstkonto eingerichtet.", "")
        issuer, email, subject = self._issuer, normal_login(email), subject.strip()
        if bool(email) == bool(subject):
            raise UsageError(
                "Gebraucht wird die E-Mail-Adresse oder die Kennung beim Dienstkonto.",
                "Bitte eines von beiden angeben.",
            )
        _fits(email, subject)

        def link(work: Unit) -> None:
            work.events.held()
            account = touched(work, user, author)
            _not_of_a_traeger(account.role)
            if account.issuer is not None:
                raise ConflictError(
                    "Diese Person ist schon verknüpft.", "Bitte die Verknüpfung zuerst lösen."
                )
            if _is_taken(work, issuer, email, subject):
                raise ConflictError(
                    "Dieses Dienstkonto gehört schon zu einer anderen Person.",
                    "Bitte die Angabe prüfen. Hat sich die Person schon selbst damit angemeldet,"
                    " bitte dort zuerst die Verknüpfung lösen.",
                )
            values = {"subject": subject} if subject else {"email": email}
            work.accounts.credentials(user, issuer=issuer, **values)
            body = {"user": user, "by": "subject" if subject else "email"}
            work.events.append("account.linked", author, None, body)

        self._store.written(link)

    def unlink(self, user: str, author: Author) -> None:
        """Undo a link; sessions end, and tokens are revoked."""

        def unlink(work: Unit) -> None:
            work.events.held()
            if touched(work, user, author).issuer is None:
                return
            work.accounts.credentials(user, issuer=None, subject=None)
            work.accounts.ended(user)
            work.accounts.revoked(user)
            work.events.append("account.unlinked", author, None, {"user": user})

        self._store.written(unlink)


def _fits(email: str, subject: str) -> None:
    if email and not is_address(email):
        raise UsageError("Das ist keine E-Mail-Adresse.", "Erwartet wird name@jobcenter.example.")
    if len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise UsageError("Das ist keine Kennung eines Dienstkontos.", "Bitte sie prüfen.")


def _is_taken(work: Unit, issuer: str, email: str, subject: str) -> bool:
    if subject:
        return work.accounts.by_subject(issuer, subject) is not None
    # An account that came from there with this address is theirs, too: which one they are is
    # decided by people, not by us.
    return any(
        one.issuer == issuer and normal_login(one.email or "") == email
        for one in work.accounts.all()
    )


def _not_of_a_traeger(role: Role) -> None:
    if role is Role.TRAEGER:
        raise ConflictError(
            "Personen eines Trägers werden eingeladen.",
            "Sie bestätigen dabei ihre Adresse und ihre Pflichten.",
        )
