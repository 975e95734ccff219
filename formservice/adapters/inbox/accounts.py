"""Where mail comes from and goes through: servers, how they are reached, and as whom."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from formservice.domain.errors import UsageError


class Security(StrEnum):
    """How a connection is protected."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for after the greeting; refused if the server cannot
    NONE = "none"  # on this machine only


@dataclass(frozen=True, slots=True)
class Server:
    """A server of mail. ``ca`` is a file with certificates to trust besides those of the system.

    The password lies in a file: an environment can be read by many.
    """

    host: str
    port: int
    security: Security
    user: str | None = None
    password_file: Path | None = field(default=None, repr=False)
    ca: Path | None = None

    def __post_init__(self) -> None:
        """Refuse to talk to another machine without protection."""
        if self.security is Security.NONE and not _is_here(self.host):
            raise UsageError(
                "Ohne Verschlüsselung wird mit keinem anderen Rechner gesprochen.",
                "Bitte FORMSERVICE_MAIL_TLS (oder …_SMTP_TLS) auf tls oder starttls stellen.",
            )

    def context(self) -> ssl.SSLContext:
        """Return what checks the server's certificate and name; UsageError for a wrong file."""
        try:
            context = ssl.create_default_context()
            if self.ca is not None:
                context.load_verify_locations(self.ca)
        except (OSError, ssl.SSLError):
            raise UsageError("Die Datei in FORMSERVICE_MAIL_CA ist nicht zu lesen.") from None
        return context

    def password(self) -> str:
        """Return the password, without the line break at its end."""
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                "Die Datei mit dem Kennwort des Postfachs ist nicht zu lesen.",
                "Bitte FORMSERVICE_MAIL_PASSWORD_FILE und die Rechte der Datei prüfen.",
            ) from None


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The mailbox of an installation: where mails come in, and through what others go out.

    ``inbox`` is None where no mailbox is read, ``outbox`` where nothing is sent. ``address`` is
    who sends; ``reminders`` are those who are told of deadlines. What cannot be delivered goes to
    ``bounces``, if that is anybody.
    """

    inbox: Server | None = None
    folder: str = "INBOX"
    outbox: Server | None = None
    address: str = ""
    reminders: tuple[str, ...] = ()
    bounces: str = ""

    def refuse_wrong(self) -> None:
        """Raise UsageError for a file of a password or certificate that cannot be used."""
        for server in (self.inbox, self.outbox):
            if server is not None:
                server.password()
                server.context()


def _is_here(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
