"""Sending mail through a server that speaks SMTP, and whether it is certain that it went."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from formservice.adapters.inbox.accounts import Security, Server
from formservice.adapters.inbox.answer import OURS
from formservice.application.ports_mail import Outgoing, RefusedError, UncertainError
from formservice.domain.errors import EngineError

_SECONDS = 60.0
# What a server says to „DATA“, after the text, and when it closes.
_GO_ON, _TAKEN, _SHUT = 354, 250, 421
_SENDER = "Bitte FORMSERVICE_MAIL_BOUNCES auf eine Adresse stellen, für die gesendet werden darf."
_HINT = "Bitte FORMSERVICE_MAIL_SMTP_…, Netz und Server prüfen. Nichts geht verloren."


class Post:
    """An open connection that mail goes out through."""

    def __init__(self, connection: smtplib.SMTP, address: str, bounces: str = "") -> None:
        """Send as ``address``; what cannot be delivered goes to ``bounces``, or to nobody."""
        self._connection = connection
        self._address = address
        self._bounces = bounces

    def send(self, mail: Outgoing, now: datetime) -> Sequence[str]:
        """Hand a mail over; return the addresses that the server does not take.

        Raises:
            RefusedError: the server refuses it for good, for everybody.
            UncertainError: nobody knows whether it went.
            EngineError: it certainly did not go, and may another time.
        """
        message = self._message(mail, now)
        try:
            missed = self._begun(mail)
            status = self._data(message)
        except smtplib.SMTPServerDisconnected:
            raise _unreachable() from None
        except OSError:
            raise UncertainError from None
        if status >= 500:
            raise RefusedError
        if status != _TAKEN:
            raise _unreachable()
        return missed

    def _begun(self, mail: Outgoing) -> Sequence[str]:
        """Tell from whom and to whom; return who does not get it. One bad address stops none."""
        connection = self._connection
        connection.ehlo_or_helo_if_needed()
        # From nobody, unless somebody wants to know: what comes back must reach no mailbox that
        # answers.
        if connection.mail(self._bounces)[0] >= 300:
            self._broken_off()
            raise EngineError("Der Mailserver nimmt den Absender nicht an.", _SENDER)
        codes = {one: connection.rcpt(one)[0] for one in mail.to}
        missed = [one for one, code in codes.items() if code >= 300]
        if not missed:
            return missed
        waits = any(300 <= code < 500 for code in codes.values())
        if len(missed) == len(codes) or (mail.patient and waits):
            self._broken_off()
            raise _unreachable() if waits else RefusedError
        return missed

    def _broken_off(self) -> None:
        with suppress(smtplib.SMTPException):
            self._connection.rset()

    def _data(self, message: EmailMessage) -> int:
        """Send the text; return what the server says in the end: only 250 is its word for it."""
        status, _ = self._connection.docmd("DATA")
        if status != _GO_ON:
            # Nothing was handed over, whatever the server holds its answer for.
            return status if status >= 400 else _SHUT
        # Bytes of 7 bits only: every server takes them.
        whole = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        stuffed = whole.replace(b"\r\n.", b"\r\n..")
        try:
            self._connection.send(stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n")
            status = self._connection.getreply()[0]
        except (smtplib.SMTPException, OSError):
            raise UncertainError from None
        if status != _TAKEN and status < 400:
            raise UncertainError
        return status

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
def posting(server: Server, address: str, bounces: str = "") -> Iterator[Post]:
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
        yield Post(connection, address, bounces)
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
