"""A folder, a mailbox on a real IMAP server, and answers through a real SMTP server."""

import imaplib
from contextlib import suppress
from email import policy

import pytest
from aiosmtpd.controller import Controller

from formservice.adapters.inbox.accounts import MailAccount, Security, Server
from formservice.adapters.inbox.mail import MailIntake
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.store import Store
from formservice.adapters.work.signals import Stop
from tests.inbox import dovecot
from tests.inbox.mails import NOW, OWN, Caught, Desk, gone, taking


@pytest.fixture(scope="module")
def running():
    with dovecot.dovecot() as server:
        yield server


@pytest.fixture
def box(running):
    """Look into the mailbox as a person does; it is empty at first."""
    one = imaplib.IMAP4("127.0.0.1", running.plain)
    said = f"\0{dovecot.USER}\0{dovecot.PASSWORD}".encode()
    one.authenticate("PLAIN", lambda _: said)
    for folder in ("Erledigt", "Fehler"):
        with suppress(imaplib.IMAP4.error):
            one.delete(folder)
    one.select("INBOX")
    for uid in one.uid("SEARCH", "ALL")[1][0].split():
        one.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
    one.expunge()
    one.close()
    yield one
    one.logout()


@pytest.fixture
def put(box):
    """Put a mail into the mailbox."""

    def put_(message, day="20-Nov-2026 23:30:00 +0000"):
        data = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
        assert box.append("INBOX", "", f'"{day}"', data)[0] == "OK"

    return put_


@pytest.fixture
def count(box):
    """Say how many mails lie in a folder."""

    def count_(folder):
        box.create(folder)
        return int(box.select(folder, readonly=True)[1][0])

    return count_


@pytest.fixture
def share(tmp_path):
    root = tmp_path / "scan"
    root.mkdir()
    return root


@pytest.fixture
def store(tmp_path):
    store = Store(embedded(tmp_path / "data"))
    with writing(store.engine) as connection:
        schema.metadata.create_all(connection)
    yield store
    store.close()


@pytest.fixture
def caught():
    handler = Caught()
    controller = Controller(handler, hostname="127.0.0.1", port=dovecot.free_port())
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{dovecot.PASSWORD}\n", "utf-8")
    return file


@pytest.fixture
def account(running, caught, secret):
    return MailAccount(
        Server("localhost", running.tls, Security.TLS, dovecot.USER, secret, running.certificate),
        "INBOX",
        Server("127.0.0.1", caught.port, Security.NONE),
        OWN,
        ("leitung@amt.example", "vertretung@amt.example"),
    )


@pytest.fixture
def handle(account, store, tmp_path):
    """Take in the mailbox; return what became of every mail."""

    def handle_(take=None, largest=1 << 20):
        chosen = take or taking(store, tmp_path)
        return list(MailIntake(account, store, chosen, lambda: NOW, largest).handled(Stop()))

    return handle_


@pytest.fixture
def send(account, store):
    def send_():
        return [(one.kind, one.receipt) for one in gone(account, store)]

    return send_


@pytest.fixture
def desk(put, handle, send, count, store, caught):
    return Desk(put, handle, send, count, store, caught)
