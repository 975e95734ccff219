"""Mails as senders make them, what catches answers, and what a test needs of both."""

import io
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.receive import Receive
from formservice.application.taking import TakeIn
from formservice.bootstrap.mail_settings import mail_sending
from formservice.domain.errors import DamagedDocumentError

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
OWN = "eingang@amt.example"
PNG = b"\x89PNG\r\n\x1a\n"


def opened(data):
    """Open what says that it is whole; the real readers are slower and not meant here."""
    if b"broken" in data:
        raise DamagedDocumentError("Die Datei ist beschädigt.")
    return 1


def pdf(text="a"):
    return f"%PDF-1.7\n{text}\n%%EOF\n".encode()


def docx(**more):
    return zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"} | more)


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


class Caught:
    """Takes mail, and keeps it."""

    def __init__(self):
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.port = 0
        self.status = "250 OK"
        self.nobody: dict[str, str] = {}
        self.wants_sender = False

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.wants_sender and address == "<>":
            return "550 who are you"
        envelope.mail_from = address or "<>"
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.nobody:
            return self.nobody[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - its name there
        if self.status.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.status


@dataclass
class Desk:
    """All that a test needs: what comes in, what is kept, what goes out."""

    put: Callable[..., Any]
    handle: Callable[..., Any]
    send: Callable[..., Any]
    count: Callable[..., Any]
    store: Store
    caught: Caught


def mail(*files, sender="Träger Nord <buero@traeger.example>", **headers):
    """Return a mail with so many attached files, each a name and its bytes."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = OWN
    message["Subject"] = "Feedbackbogen Frau Özdemir"
    message["Message-ID"] = f"<{uuid.uuid4()}@traeger.example>"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content("Anbei der Bogen von Frau Özdemir.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def received(store):
    table = schema.documents
    query = select(table.c.name, table.c.source, table.c.received).order_by(table.c.name)
    with store.look() as work:
        return [tuple(row) for row in work.connection.execute(query)]


def answer(caught):
    (one,) = caught.mails
    return message_from_bytes(one[2], policy=policy.default)


def taking(store, folder):
    """Return what takes in files, and keeps them below a folder."""
    return TakeIn(Receive(store, LocalOriginals(folder / "originals")), opened)


def gone(account, store):
    """Send what is due; return what became of it."""
    sending = mail_sending(account, store, lambda: NOW)
    assert sending is not None
    return list(sending.gone())
