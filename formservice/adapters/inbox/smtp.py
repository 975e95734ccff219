"""Sending mail through a server that speaks SMTP, and whether it is certain that it went."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from formservice.adapters.inbox.accounts import Security, Server
from formservice.adapters.inbox.answer import OURS
from formservice.domain.errors import EngineError

_SECONDS = 60.0
_HINT = "Bitte FORMSERVICE_MAIL_SMTP_…, Netz und Server prüfen. Nichts geht verloren."


class RefusedError(Exception):
    """The server will never take this mail."""


class UncertainError(Exception):
    """The connection broke after the mail was handed over and before the server said so."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to send: its own id, to whom, what, and which mail it answers."""

    id: str
    to: Sequence[str]
    subject: str
    text: str
    about: str = ""


class Post:
    """An open connection that mail goes out through."""

    def __init__(self, connection: smtplib.SMTP, address: str) -> None:
        """Send as ``address``."""
        self._connection = connection
        self._address = address

    def send(self, mail: Outgoing, now: datetime) -> None:
        """Hand a mail over.

        Raises:
            RefusedError: the server refuses it for good.
            UncertainError: nobody knows whether it went.
            EngineError: it certainly did not go, and may another time.
        """
        message = self._message(mail, now)
        try:
            # From nobody: what cannot be delivered comes back to no mailbox that answers.
            self._begun("", mail.to)
            status, _ = self._data(message)
        except smtplib.SMTPServerDisconnected:
            raise _unreachable() from None
        except OSError:
            raise UncertainError from None
        if status >= 500:
            raise RefusedError
        if status >= 300:
            raise _unreachable()

    def _begun(self, sender: str, to: Sequence[str]) -> None:
        connection = self._connection
        connection.ehlo_or_helo_if_needed()
        answers = [connection.mail(sender)[0], *(connection.rcpt(one)[0] for one in to)]
        if any(code >= 300 for code in answers):
            with suppress(smtplib.SMTPException):
                connection.rset()
            if any(code >= 500 for code in answers):
                raise RefusedError
            raise _unreachable()

    def _data(self, message: EmailMessage) -> tuple[int, bytes]:
        status, _ = self._connection.docmd("DATA")
        if status != 354:
            return status, b""
        # Bytes of 7 bits only: every server takes them.
        whole = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        stuffed = whole.replace(b"\r\n.", b"\r\n..")
        try:
            self._connection.send(stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n")
            return self._connection.getreply()
        except (smtplib.SMTPException, OSError):
            raise UncertainError from None

    def _message(self, mail: Outgoing, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._address
        message["To"] = ", ".join(mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(now)
        domain = self._address.rpartition("@")[2]
        # The same however often it is sent: who gets it twice can tell.
        message["Message-ID"] = f"<{OURS}.{mail.id}@{domain}>"
        if mail.about.startswith("<") and mail.about.endswith(">") and " " not in mail.about:
            with suppress(ValueError):
                message["In-Reply-To"] = mail.about
                message["References"] = mail.about
        message["Auto-Submitted"] = "auto-replied" if mail.about else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(mail.text, cte="quoted-printable")
        return message


@contextmanager
def posting(server: Server, address: str) -> Iterator[Post]:
    """Open a connection to send by; EngineError says why there is none."""
    try:
        connection = _connected(server)
    except ssl.SSLError:
        raise EngineError("Dem Zertifikat des Mailservers ist nicht zu trauen.", _HINT) from None
    except (smtplib.SMTPAuthenticationError, UnicodeError):
        raise EngineError("Der Mailserver verweigert die Anmeldung.", _HINT) from None
    except (OSError, smtplib.SMTPException):
        raise _unreachable() from None
    try:
        yield Post(connection, address)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()


def _connected(server: Server) -> smtplib.SMTP:
    """Return a connection that is protected, and logged in where the server wants that."""
    context = server.context()
    if server.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if server.user and connection.has_extn("auth"):
            connection.login(server.user, server.password())
    except BaseException:
        connection.close()
        raise
    return connection


def _unreachable() -> EngineError:
    return EngineError("Der Mailserver nimmt gerade nichts an.", _HINT)
