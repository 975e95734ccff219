"""A mailbox on a server that speaks IMAP: looked at without changing it, mails moved when kept."""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any  # imaplib returns lists of whatever the server sent

from formservice.adapters.inbox.accounts import Security, Server
from formservice.domain.errors import EngineError, UsageError
from formservice.domain.frist import OFFICE_TIME

DONE, REFUSED = "Erledigt", "Fehler"
_SECONDS = 60.0
_HINT = "Bitte FORMSERVICE_MAIL_…, Netz und Server prüfen. Die Mails bleiben, wo sie sind."
_DAY = re.compile(rb'INTERNALDATE "([^"]+)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in the mailbox: its number, its size in bytes, and the day it came there."""

    uid: str
    size: int
    received: date


class Mailbox:
    """An open mailbox, with one folder selected."""

    def __init__(self, connection: imaplib.IMAP4, folder: str) -> None:
        """Use ``connection``, which is logged in."""
        self._connection = connection
        self._told(*connection.select(_quoted(folder)))
        (valid,) = connection.response("UIDVALIDITY")[1] or [b"0"]
        # Numbers of mails are unique as long as this stays the same.
        self.validity = (valid or b"0").decode("ascii", "replace")

    def waiting(self) -> list[Waiting]:
        """Return the mails that nobody has deleted, the oldest first."""
        (found,) = self._told(*self._connection.uid("SEARCH", "UNDELETED"))
        uids = (found or b"").decode("ascii", "replace").split()
        mails = []
        for uid in uids:
            told = self._fetched(uid, "(RFC822.SIZE INTERNALDATE)")
            size, day = _SIZE.search(told), _DAY.search(told)
            if size is not None and day is not None:
                mails.append(Waiting(uid, int(size[1]), _received(day[1])))
        return mails

    def content(self, mail: Waiting, *, headers_only: bool = False) -> bytes | None:
        """Return a mail as it was sent, without marking it as read; None if it is gone."""
        what = "BODY.PEEK[HEADER]" if headers_only else "BODY.PEEK[]"
        found = self._told(*self._connection.uid("FETCH", mail.uid, f"({what})"))
        return next((one[1] for one in found if isinstance(one, tuple)), None)

    def move(self, mail: Waiting, folder: str) -> None:
        """Move a mail to another folder of the mailbox, which is made if it is not there."""
        target = _quoted(self._made(folder))
        if "MOVE" in self._connection.capabilities:
            self._told(*self._connection.uid("MOVE", mail.uid, target))
            return
        self._told(*self._connection.uid("COPY", mail.uid, target))
        self._told(*self._connection.uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Deleted)"))
        # Without it everything would go that others have marked: then it stays marked, and is
        # not seen again.
        if "UIDPLUS" in self._connection.capabilities:
            self._told(*self._connection.uid("EXPUNGE", mail.uid))

    def _made(self, folder: str) -> str:
        """Return the full name of a folder; some servers want all below the first one."""
        places = [folder]
        listed = self._told(*self._connection.list('""', '""'))
        match = re.search(rb'\) "(.)"', listed[0] or b"") if listed else None
        if match:
            places.append(f"INBOX{match[1].decode('ascii', 'replace')}{folder}")
        for place in places:
            status, found = self._connection.list('""', _quoted(place))
            if status == "OK" and any(found):
                return place
        for place in places:
            if self._connection.create(_quoted(place))[0] == "OK":
                with suppress(imaplib.IMAP4.error):
                    self._connection.subscribe(_quoted(place))
                return place
        raise EngineError("Im Postfach lassen sich keine Ordner anlegen.", _HINT)

    def _fetched(self, uid: str, what: str) -> bytes:
        found = self._told(*self._connection.uid("FETCH", uid, what))
        return b" ".join(one if isinstance(one, bytes) else b"" for one in found)

    def _told(self, status: str, found: list[Any]) -> list[Any]:
        # What the server says is not passed on: it may quote what was sent to it.
        if status != "OK":
            raise EngineError("Das Postfach verweigert einen Schritt.", _HINT)
        return found


@contextmanager
def opened(server: Server, folder: str) -> Iterator[Mailbox]:
    """Open a mailbox. EngineError says why it is not to be had, also later, while it is used."""
    with explained():
        connection = _connected(server)
        try:
            yield Mailbox(connection, folder)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()


def _connected(server: Server) -> imaplib.IMAP4:
    """Return a connection that is logged in."""
    if server.user is None:
        raise UsageError("Die Einstellung FORMSERVICE_MAIL_USER fehlt.")
    password, context = server.password(), server.context()
    if server.security is Security.TLS:
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            server.host, server.port, ssl_context=context, timeout=_SECONDS
        )
    else:
        connection = imaplib.IMAP4(server.host, server.port, timeout=_SECONDS)
    try:
        if server.security is Security.STARTTLS:
            connection.starttls(context)
        _logged_in(connection, server.user, password)
    except BaseException:
        with suppress(OSError):
            connection.shutdown()
        raise
    return connection


def _logged_in(connection: imaplib.IMAP4, user: str, password: str) -> None:
    """Log in; the older command knows no letters beyond ASCII."""
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            said = f"\0{user}\0{password}".encode()
            connection.authenticate("PLAIN", lambda _: said)
        else:
            connection.login(user, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise EngineError("Das Postfach verweigert die Anmeldung.", _HINT) from None
    # What a server can is told anew to those who are logged in.
    status, told = connection.capability()
    if status == "OK" and told and told[0]:
        connection.capabilities = tuple(told[0].decode("ascii", "replace").upper().split())


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the library says into what somebody can do about it."""
    try:
        yield
    except ssl.SSLError:
        raise EngineError(
            "Dem Zertifikat des Postfachs ist nicht zu trauen.",
            "Bitte Name und Zertifikat prüfen; ein eigenes nennt FORMSERVICE_MAIL_CA.",
        ) from None
    except (OSError, imaplib.IMAP4.error, EOFError, UnicodeError):
        raise EngineError("Das Postfach ist nicht erreichbar.", _HINT) from None


def _received(told: bytes) -> date:
    """Return the day of a moment as IMAP has it, in the office's time zone."""
    text = told.decode("ascii", "replace").strip().replace("-", " ", 2)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        raise EngineError("Das Postfach nennt keinen Tag des Eingangs.", _HINT) from None
    return _office(moment)


def _office(moment: datetime) -> date:
    return moment.astimezone(OFFICE_TIME).date()


def _quoted(folder: str) -> str:
    """Return the name of a folder as IMAP wants it: quoted, other letters in its own UTF-7."""
    encoded = re.sub(r"&|[^\x20-\x7e]+", _shifted, folder)
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shifted(match: "re.Match[str]") -> str:
    if match[0] == "&":
        return "&-"
    packed = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii").rstrip("=")
    return f"&{packed.replace('/', ',')}-"
