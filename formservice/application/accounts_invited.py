"""Inviting people of a Träger: a link that is good once, for two weeks, for one person."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from formservice.application.ports_accounts import AccountStore, Passwords, Unit
from formservice.application.ports_invitations import Invitation
from formservice.application.ports_mail import NOTICE
from formservice.domain.accounts import LONGEST_NAME, checked_password, is_address, normal_login
from formservice.domain.case import Author, Role
from formservice.domain.errors import ConflictError, FormServiceError, NotFoundError, UsageError
from formservice.domain.text import name_of

DAYS = 14
_DAY = 24 * 3600.0
_SUBJECT = "Einladung zum Formularservice"


class InvitationOverError(FormServiceError):
    """An invitation that is no longer good: used, withdrawn, too old, or there never was one."""

    code = "invitation.over"
    default_hint = (
        "Haben Sie sie schon angenommen, melden Sie sich bitte an. Sonst bitten Sie die Person um"
        " eine neue, die Sie eingeladen hat."
    )


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was made: its ``link`` is known only now; ``mailed`` if it was sent."""

    id: str
    link: str
    mailed: bool


class Invite:
    """Makes, renews, withdraws and accepts invitations."""

    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        new_id: Callable[[], str],
        link: Callable[[str], str],
        *,
        mails: bool,
    ) -> None:
        """Keep them in ``store``; ``link`` makes the address, ``mails`` says if mail goes out."""
        self._store = store
        self._passwords = passwords
        self._new_id = new_id
        self._link = link
        self._mails = mails

    def all(self) -> Sequence[Invitation]:
        """Return all that are neither withdrawn nor for who has an account, the newest first."""
        with self._store.look() as work:
            return work.accounts.invitations.pending()

    def invite(self, email: str, name: str, traeger: str, author: Author) -> Invited:
        """Invite somebody of a Träger.

        Raises:
            UsageError: the address is none, or the name is missing.
            ConflictError: somebody has an account with this address.
        """
        address, name = normal_login(email), name_of(name, most=LONGEST_NAME)
        if not is_address(address):
            raise UsageError(
                "Das ist keine E-Mail-Adresse.", "Erwartet wird name@traeger.example."
            )
        if not name:
            raise UsageError("Der Name fehlt.", "Bitte angeben, wer eingeladen wird.")

        def invite(work: Unit) -> Invited:
            work.events.held()
            _refuse_known(work, address)
            if traeger not in work.accounts.traeger():
                raise NotFoundError("Diesen Träger gibt es nicht.")
            return self._made(work, Invitation("", address, name, traeger, 0.0, 0.0), author)

        return self._store.written(invite)

    def renew(self, invitation: str, author: Author) -> Invited:
        """Make a new link for an invitation; the old one is of no use any more.

        Raises:
            NotFoundError: it is accepted or withdrawn.
            ConflictError: somebody has an account with its address by now.
        """

        def renew(work: Unit) -> Invited:
            work.events.held()
            _refuse_known(work, work.accounts.invitations.get(invitation).email)
            old = _taken_back(work, invitation, author)
            return self._made(work, old, author)

        return self._store.written(renew)

    def withdraw(self, invitation: str, author: Author) -> None:
        """Take an invitation back; NotFoundError if it is accepted or withdrawn already."""

        def withdraw(work: Unit) -> None:
            work.events.held()
            _taken_back(work, invitation, author)

        self._store.written(withdraw)

    def opened(self, secret: str) -> Invitation:
        """Return the invitation of a link; InvitationOverError if it is not good any more."""
        with self._store.look() as work:
            return _good(work, secret)

    def accept(self, secret: str, name: str, password: str) -> str:
        """Make the account of who was invited; return its id.

        Raises:
            InvitationOverError: the link is not good any more.
            WeakPasswordError: this password must not be chosen.
            UsageError: the name is missing.
        """
        name = name_of(name, most=LONGEST_NAME)
        if not name:
            raise UsageError("Der Name fehlt.", "Bitte Vor- und Nachnamen angeben.")
        hashed = self._passwords.hashed(checked_password(password, self.opened(secret).email))
        user = self._new_id()

        def accept(work: Unit) -> None:
            work.events.held()
            invitation = _good(work, secret)
            work.accounts.invitations.used(invitation.id)
            work.accounts.add(user, name, Role.TRAEGER, [invitation.traeger])
            login = invitation.email
            work.accounts.credentials(user, login=login, email=login, password=hashed)
            body = {"user": user, "invitation": invitation.id, "traeger": invitation.traeger}
            work.events.append("account.joined", Author(user, Role.TRAEGER), None, body)

        self._store.written(accept)
        return user

    def _made(self, work: Unit, invitation: Invitation, author: Author) -> Invited:
        secret = secrets.token_urlsafe(32)
        id_ = hashed_link(secret)
        link = self._link(secret)
        work.accounts.invitations.add(id_, invitation, author.id, DAYS * _DAY)
        body = {"invitation": id_, "traeger": invitation.traeger}
        work.events.append("account.invited", author, None, body)
        if self._mails:
            told = {"to": invitation.email, "subject": _SUBJECT, "text": _text(link)}
            work.outbox.put(self._new_id(), NOTICE, told)
        return Invited(id_, link, self._mails)


def hashed_link(secret: str) -> str:
    """Return the id by which an invitation is kept: the link itself is not."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _taken_back(work: Unit, invitation: str, author: Author) -> Invitation:
    old: Invitation = work.accounts.invitations.get(invitation)
    work.accounts.invitations.withdraw(invitation)
    body = {"invitation": invitation}
    work.events.append("account.invitation-withdrawn", author, None, body)
    return old


def _refuse_known(work: Unit, address: str) -> None:
    if work.accounts.by_login(address) is not None:
        raise ConflictError(
            "Zu dieser E-Mail-Adresse gibt es schon ein Konto.",
            "Ein weiterer Träger lässt sich beim Konto eintragen.",
        )


def _good(work: Unit, secret: str) -> Invitation:
    found = work.accounts.invitations.good(hashed_link(secret))
    # Of several to one address the first that is accepted makes the account.
    if found is None or work.accounts.by_login(found.email) is not None:
        raise _over()
    return found


def _over() -> InvitationOverError:
    return InvitationOverError("Diese Einladung gilt nicht (mehr).")


def _text(link: str) -> str:
    return (
        "Guten Tag,\n\n"
        "Sie sind eingeladen, Formulare für Ihren Träger im Formularservice zu bearbeiten.\n"
        "Mit dieser Adresse richten Sie Ihr Konto ein; sie gilt einmal und 14 Tage lang:\n\n"
        f"{link}\n\n"
        "Bitte geben Sie die Adresse nicht weiter. Haben Sie keine Einladung erwartet, löschen\n"
        "Sie diese Nachricht einfach.\n"
    )
