"""What the environment says about mail."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

from formservice.adapters.inbox.accounts import MailAccount, Security, Server
from formservice.adapters.inbox.smtp import posting
from formservice.application.ports_mail import MailStore
from formservice.application.sending import Sending
from formservice.domain.errors import UsageError

# Names may have letters of all languages; addresses have colons, and brackets around them.
_HOST = re.compile(r"[\w.:-]+|\[[\w.:]+\]")


def mail_account(given: Mapping[str, str]) -> MailAccount:
    """Return the mailbox of an installation; UsageError names a variable that is wrong."""
    account = MailAccount(
        inbox=_server(given, _IMAP),
        folder=given.get("FORMSERVICE_MAIL_FOLDER") or "INBOX",
        outbox=_server(given, _SMTP),
        address=given.get("FORMSERVICE_MAIL_FROM", "").strip(),
        bounces=given.get("FORMSERVICE_MAIL_BOUNCES", "").strip(),
        reminders=tuple(given.get("FORMSERVICE_MAIL_REMINDERS", "").replace(",", " ").split()),
    )
    if account.outbox is not None and not _is_address(account.address):
        raise _wrong("FORMSERVICE_MAIL_FROM", "Erwartet wird eine Adresse (name@amt.example).")
    if account.bounces and not _is_address(account.bounces):
        raise _wrong("FORMSERVICE_MAIL_BOUNCES", "Erwartet wird eine Adresse (name@amt.example).")
    if not all(map(_is_address, account.reminders)):
        raise _wrong(
            "FORMSERVICE_MAIL_REMINDERS", "Erwartet werden Adressen mit Komma dazwischen."
        )
    return account


def mail_sending(
    account: MailAccount, store: MailStore, now: Callable[[], datetime]
) -> Sending | None:
    """Return what sends as this account; None where nothing is sent."""
    server = account.outbox
    if server is None:
        return None
    return Sending(
        store,
        lambda: posting(server, account.address, account.bounces),
        account.reminders,
        now,
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """How the settings of a server are called, and the ports it usually has."""

    host: str
    port: str
    security: str
    usual: Security
    ports: Mapping[Security, int]


_IMAP = _Names(
    "FORMSERVICE_MAIL_HOST",
    "FORMSERVICE_MAIL_PORT",
    "FORMSERVICE_MAIL_TLS",
    Security.TLS,
    {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143},
)
_SMTP = _Names(
    "FORMSERVICE_MAIL_SMTP_HOST",
    "FORMSERVICE_MAIL_SMTP_PORT",
    "FORMSERVICE_MAIL_SMTP_TLS",
    Security.STARTTLS,
    {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25},
)


def _server(given: Mapping[str, str], names: _Names) -> Server | None:
    host = given.get(names.host)
    if not host:
        return None
    if not _HOST.fullmatch(host):
        raise _wrong(names.host, "Erwartet wird der Name eines Rechners (mail.amt.example).")
    chosen = given.get(names.security) or names.usual
    if chosen not in set(Security):
        hint = "Erwartet wird tls, starttls oder (nur auf diesem Rechner) none."
        raise _wrong(names.security, hint)
    security = Security(chosen)
    port = given.get(names.port) or str(names.ports[security])
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise _wrong(names.port, "Erwartet wird eine Zahl von 1 bis 65535.")
    return Server(
        host,
        int(port),
        security,
        given.get("FORMSERVICE_MAIL_USER") or None,
        _path(given.get("FORMSERVICE_MAIL_PASSWORD_FILE")),
        _path(given.get("FORMSERVICE_MAIL_CA")),
    )


def _is_address(text: str) -> bool:
    return parseaddr(text)[1] == text and "@" in text and text.isprintable()


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None


def _wrong(name: str, hint: str) -> UsageError:
    return UsageError(f"Die Einstellung {name} ist nicht zu verstehen.", hint)
