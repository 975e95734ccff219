"""A mailbox on a real IMAP server, and answers through a real SMTP server."""

import imaplib
import io
import ssl
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import insert, select

from formservice.adapters.inbox.accounts import MailAccount, Security, Server
from formservice.adapters.inbox.mail import MailIntake
from formservice.adapters.inbox.sending import Sending
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded, now, writing
from formservice.adapters.store.outbox import Outbox
from formservice.adapters.store.store import Store
from formservice.adapters.work.signals import Stop
from formservice.application.receive import Receive, Sent
from formservice.application.taking import TakeIn
from formservice.domain.errors import DamagedDocumentError, EngineError, StorageError, UsageError
from tests.inbox import dovecot

pytestmark = [dovecot.needs_dovecot, pytest.mark.engine]

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
def store(tmp_path):
    store = Store(embedded(tmp_path / "data"))
    with writing(store.engine) as connection:
        schema.metadata.create_all(connection)
    yield store
    store.close()


class Caught:
    """Takes mail, and keeps it."""

    def __init__(self):
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.port = 0
        self.status = "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - its name there
        if self.status.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.status


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
        ("leitung@amt.example",),
    )


@pytest.fixture
def handle(account, store, tmp_path):
    """Take in the mailbox; return what became of every mail."""

    def handle_(take=None, largest=1 << 20):
        taking = take or TakeIn(Receive(store, LocalOriginals(tmp_path / "originals")), opened)
        return list(MailIntake(account, store, taking, lambda: NOW, largest).handled(Stop()))

    return handle_


@pytest.fixture
def send(account, store):
    def send_():
        return [(one.kind, one.receipt) for one in Sending(account, store, lambda: NOW).gone()]

    return send_


@dataclass
class Desk:
    """All that a test needs: what comes in, what is kept, what goes out."""

    put: Callable[..., Any]
    handle: Callable[..., Any]
    send: Callable[..., Any]
    count: Callable[..., Any]
    store: Store
    caught: Caught


@pytest.fixture
def desk(put, handle, send, count, store, caught):
    return Desk(put, handle, send, count, store, caught)


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


def test_what_is_attached_is_kept_and_the_mail_moved_and_answered(desk):
    asked = mail(("Bogen Özdemir.pdf", pdf()), ("b.docx", docx()))
    desk.put(asked)
    (done,) = desk.handle()
    assert [one.kind for one in done.results] == ["PDF", "DOCX"]
    # Received after midnight here: the day of the mailbox, in the office's time zone.
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    assert received(desk.store) == [("Bogen Özdemir.pdf", "mail", day), ("b.docx", "mail", day)]
    assert (desk.count("INBOX"), desk.count("Erledigt"), desk.count("Fehler")) == (0, 1, 0)
    assert desk.send() == [("mail", "sent")]
    told = answer(desk.caught)
    assert desk.caught.mails[0][:2] == ("<>", ["buero@traeger.example"])
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["In-Reply-To"] == asked["Message-ID"]
    text = told.get_content()
    assert all(one.sha256 in text for one in done.results)
    assert "10:30" in text
    assert "zdemir" not in desk.caught.mails[0][2].decode("ascii", "replace") + text


def test_nothing_is_answered_twice_and_what_was_said_is_forgotten(desk):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    assert desk.send() == [("mail", "sent")]
    assert desk.send() == []
    with desk.store.look() as work:
        (row,) = work.connection.execute(select(schema.outbox))
    assert row.body == {}


def test_the_same_mail_again_is_known_and_not_answered_again(desk):
    asked = mail(("a.pdf", pdf()))
    desk.put(asked)
    desk.handle()
    desk.put(asked)
    (done,) = desk.handle()
    assert done.again
    assert desk.send() == [("mail", "sent")]
    assert len(received(desk.store)) == 1
    assert desk.count("Erledigt") == 2


def test_another_mail_under_the_same_id_is_not_taken_for_it(desk):
    desk.put(mail(("a.pdf", pdf("one")), Message_ID="<same@x.example>"))
    desk.put(mail(("a.pdf", pdf("two")), Message_ID="<same@x.example>"))
    assert [one.again for one in desk.handle()] == [False, False]
    assert len(received(desk.store)) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"a.pdf": pdf()}), "input.unsupported"),
        (docx(**{"word/vbaProject.bin": b"x"}), "input.unsupported"),
        (b"MZ not a form", "input.unsupported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "input.unsupported"),
        (b"7z\xbc\xaf\x27\x1c", "input.unsupported"),
        (pdf("broken"), "input.damaged"),
        (b"", "input.empty"),
    ],
)
def test_what_is_of_another_kind_is_refused_whatever_it_is_called(desk, data, code):
    desk.put(mail(("bogen.pdf", data)))
    (done,) = desk.handle()
    assert [one.error.code for one in done.results] == [code]
    assert received(desk.store) == []
    assert (desk.count("INBOX"), desk.count("Fehler")) == (0, 1)
    desk.send()
    assert done.results[0].error.message in " ".join(answer(desk.caught).get_content().split("\n"))


def test_a_locked_archive_is_refused_for_that_reason(desk):
    data = bytearray(zipped({"a.pdf": pdf()}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    desk.put(mail(("a.zip", bytes(data))))
    assert desk.handle()[0].results[0].error.code == "input.encrypted"


def test_what_is_good_is_kept_beside_what_is_refused(desk):
    desk.put(mail(("a.pdf", pdf()), ("b.exe", b"MZ")))
    (done,) = desk.handle()
    assert [bool(one.document) for one in done.results] == [True, False]
    assert len(received(desk.store)) == 1
    assert desk.count("Fehler") == 1


def test_files_of_forwarded_mails_are_found_at_any_depth(desk):
    inner = mail(("tief.pdf", pdf()))
    for _ in range(2):
        outer = mail()
        outer.add_attachment(inner)
        inner = outer
    desk.put(inner)
    desk.handle()
    assert [name for name, *_ in received(desk.store)] == ["tief.pdf"]


def test_mails_nested_without_end_are_refused(desk):
    inner = mail(("tief.pdf", pdf()))
    for _ in range(20):
        outer = EmailMessage()
        outer["From"] = "a@b.example"
        outer.add_attachment(inner)
        inner = outer
    desk.put(inner)
    (done,) = desk.handle()
    assert [one.error.code for one in done.results] == ["input.too-large"]
    assert received(desk.store) == []


def test_a_logo_under_a_signature_is_left_out_but_reported_and_a_photo_is_not(desk):
    message = mail()
    message.add_alternative("<img src='cid:logo'><img src='cid:photo'>", subtype="html")
    html = message.get_payload()[1]
    for name, size in (("logo", 2_000), ("photo", 200_000)):
        html.add_related(
            PNG + bytes(size), "image", "png", cid=f"<{name}>", filename=f"{name}.png"
        )
    desk.put(message)
    (done,) = desk.handle()
    assert [one.aside for one in done.results] == ["inline-picture", None]
    assert [name for name, *_ in received(desk.store)] == ["photo.png"]
    assert desk.count("Erledigt") == 1
    desk.send()
    assert "Nicht beachtet" in answer(desk.caught).get_content()


def test_a_mail_without_files_is_put_aside_and_told_so(desk):
    desk.put(mail())
    desk.handle()
    desk.send()
    assert "keine Datei" in answer(desk.caught).get_content()
    assert desk.count("Fehler") == 1


@pytest.mark.parametrize(
    ("sender", "headers", "why"),
    [
        ("a@b.example", {"Auto_Submitted": "auto-replied"}, "auto-submitted"),
        ("a@b.example", {"Precedence": "bulk"}, "list"),
        ("a@b.example", {"List_Id": "<x.b.example>"}, "list"),
        ("a@b.example", {"Return_Path": "<>"}, "bounce"),
        ("a@b.example", {"X_Auto_Response_Suppress": "OOF, AutoReply"}, "suppressed"),
        ("a@b.example", {"In_Reply_To": "<formservice.1@amt.example>"}, "answer-to-ours"),
        ("no-reply@b.example", {}, "no-reply"),
        ("nicht.antworten@b.example", {}, "no-reply"),
        ("MAILER-DAEMON@b.example", {}, "no-reply"),
        ("list-bounces@b.example", {}, "no-reply"),
        (OWN.upper(), {}, "own"),
        ("nobody", {}, "no-sender"),
    ],
)
def test_programs_lists_and_bounces_get_no_answer_but_their_files_are_kept(
    desk, sender, headers, why
):
    desk.put(mail(("a.pdf", pdf()), sender=sender, **headers))
    (done,) = desk.handle()
    assert done.silence == why
    assert desk.send() == []
    assert desk.caught.mails == []
    assert len(received(desk.store)) == 1


def test_a_mail_beyond_the_limit_is_refused_without_fetching_it(desk):
    desk.put(mail(("a.pdf", pdf("x" * 50_000))))
    (done,) = desk.handle(largest=10_000)
    assert [one.error.code for one in done.results] == ["input.too-large"]
    assert desk.count("Fehler") == 1
    assert desk.send() == [("mail", "sent")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"From: \xff\xfe<a@b>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b'Content-Type: application/pdf; name="=?utf-8?b?!!!?="\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Message-ID: " + b"<" * 2000 + b"\r\nContent-Type: message/rfc822\r\n\r\n",
        b"Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\n\r\n--x--\r\n",
    ],
)
def test_malformed_mails_end_in_a_folder_and_hold_nothing_up(desk, raw):
    desk.put(raw or b"\r\n")
    desk.put(mail(("a.pdf", pdf())))
    assert len(desk.handle()) == 2
    assert (desk.count("INBOX"), desk.count("Erledigt"), desk.count("Fehler")) == (0, 1, 1)


@pytest.mark.parametrize("after", [False, True])
def test_a_program_killed_between_keeping_and_moving_doubles_nothing(desk, tmp_path, after):
    class KilledError(BaseException):
        pass

    inner = TakeIn(Receive(desk.store, LocalOriginals(tmp_path / "originals")), opened)

    def killed(sent):
        if after:
            inner(sent)
        raise KilledError

    desk.put(mail(("a.pdf", pdf())))
    with pytest.raises(KilledError):
        desk.handle(killed)
    assert desk.count("INBOX") == 1
    (done,) = desk.handle()
    assert not done.results[0].known
    assert len(received(desk.store)) == 1
    assert desk.send() == [("mail", "sent")]


def test_a_full_disk_leaves_the_mail_where_it_is(desk):
    def full(_sent):
        raise StorageError("Der Speicher für Originale ist voll.")

    desk.put(mail(("a.pdf", pdf())))
    with pytest.raises(StorageError):
        desk.handle(full)
    assert desk.count("INBOX") == 1
    assert desk.send() == []


def test_an_answer_that_may_have_gone_is_never_sent_again(desk):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    with desk.store.work() as work:  # a program took it, and was killed while it sent
        Outbox(work.connection).claim("mail", -1.0, 1)
    assert desk.send() == [("mail", "uncertain")]
    assert desk.caught.mails == []


def test_an_answer_that_certainly_did_not_go_is_sent_later(desk):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    desk.caught.status = "451 later"
    with pytest.raises(EngineError):
        desk.send()
    assert desk.send() == []
    desk.caught.status = "250 OK"
    with desk.store.work() as work:
        work.connection.execute(schema.outbox.update().values(due=0.0))
    assert desk.send() == [("mail", "sent")]


def test_what_the_server_refuses_for_good_is_not_tried_again(desk):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    desk.caught.status = "550 nobody here"
    assert desk.send() == [("mail", "refused")]
    assert desk.send() == []


def test_reminders_tell_of_open_deadlines_once_in_one_mail(desk, tmp_path):
    take = TakeIn(Receive(desk.store, LocalOriginals(tmp_path / "originals")), opened)
    ids = [take(Sent(pdf(str(n)), "a.pdf", "mail", NOW.date()))[0].id for n in range(3)]
    days = [NOW.date() + timedelta(days=n) for n in (3, 5, -1)]
    with desk.store.work() as work:
        for document, day in zip(ids, days, strict=True):
            body = {"key": "vorlage", "due": day.isoformat()}
            work.connection.execute(
                insert(schema.outbox).values(
                    id=str(uuid.uuid4()),
                    kind="deadline",
                    document=document,
                    body=body,
                    due=now(),
                    tries=0,
                )
            )
    assert sorted(desk.send()) == [("deadline", "outdated"), ("deadline", "sent")]
    assert desk.send() == []
    told = answer(desk.caught)
    assert told["To"] == "leitung@amt.example"
    assert told["Auto-Submitted"] == "auto-generated"
    text = told.get_content()
    assert ids[0] in text
    assert ids[1] in text
    assert ids[2] not in text
    assert "24.11.2026" in text


def test_without_encryption_no_other_machine_is_spoken_to(secret):
    with pytest.raises(UsageError):
        Server("mail.example", 143, Security.NONE, "x", secret)


def nobody(store, folder):
    """Return what takes in files, where none are expected."""
    return TakeIn(Receive(store, LocalOriginals(folder / "originals")), opened)


def test_a_mail_server_that_wants_encryption_and_a_login_gets_both(store, running, tmp_path):
    (tmp_path / "password").write_text("geheim\n", "utf-8")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(running.certificate, running.certificate.with_name("key.pem"))
    asked = []

    def login(_server, _session, _envelope, _mechanism, said):
        asked.append((said.login, said.password))
        return AuthResult(success=said.password == b"geheim")

    caught = Caught()
    controller = Controller(
        caught,
        hostname="127.0.0.1",
        port=dovecot.free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=login,
        auth_required=True,
    )
    controller.start()
    try:
        server = Server(
            "localhost",
            controller.port,
            Security.STARTTLS,
            "eingang",
            tmp_path / "password",
            running.certificate,
        )
        with store.work() as work:
            body = {"to": "a@b.example", "text": "Zeile\n.\nFürth", "about": ""}
            Outbox(work.connection).put("x", "mail", body, None)
        account = MailAccount(None, "INBOX", server, OWN)
        assert [one.receipt for one in Sending(account, store, lambda: NOW).gone()] == ["sent"]
    finally:
        controller.stop()
    assert asked == [(b"eingang", b"geheim")]
    assert answer(caught).get_content().replace("\r\n", "\n") == "Zeile\n.\nFürth\n"


def test_a_certificate_of_somebody_else_is_refused(store, running, secret, tmp_path):
    server = Server("localhost", running.tls, Security.TLS, dovecot.USER, secret)
    wrong = MailAccount(server)
    with pytest.raises(EngineError, match="Zertifikat"):
        list(MailIntake(wrong, store, nobody(store, tmp_path), lambda: NOW).handled(Stop()))


def test_a_wrong_password_is_told_without_saying_it(store, running, tmp_path):
    file = tmp_path / "wrong"
    file.write_text("falsch", "utf-8")
    server = Server(
        "localhost", running.plain, Security.STARTTLS, dovecot.USER, file, running.certificate
    )
    with pytest.raises(EngineError, match="Anmeldung") as told:
        list(
            MailIntake(MailAccount(server), store, nobody(store, tmp_path), lambda: NOW).handled(
                Stop()
            )
        )
    assert "falsch" not in f"{told.value}{told.value.hint}"


def test_a_server_that_is_away_is_told(store, secret, tmp_path):
    server = Server("127.0.0.1", dovecot.free_port(), Security.NONE, "x", secret)
    with pytest.raises(EngineError, match="nicht erreichbar"):
        list(
            MailIntake(MailAccount(server), store, nobody(store, tmp_path), lambda: NOW).handled(
                Stop()
            )
        )
    out = MailAccount(None, "INBOX", server, OWN)
    with store.work() as work:
        Outbox(work.connection).put(
            "x", "mail", {"to": "a@b.example", "text": "", "about": ""}, None
        )
    with pytest.raises(EngineError):
        list(Sending(out, store, lambda: NOW).gone())


def test_a_server_without_move_copies_and_deletes(store, tmp_path, secret):
    with dovecot.dovecot("IMAP4rev1 UIDPLUS LITERAL+ AUTH=PLAIN") as old:
        server = Server("127.0.0.1", old.plain, Security.NONE, dovecot.USER, secret)
        one = imaplib.IMAP4("127.0.0.1", old.plain)
        said = f"\0{dovecot.USER}\0{dovecot.PASSWORD}".encode()
        one.authenticate("PLAIN", lambda _: said)
        one.create('"Eing&AOQ-nge"')
        one.append('"Eing&AOQ-nge"', "", None, mail(("a.pdf", pdf())).as_bytes())
        take = TakeIn(Receive(store, LocalOriginals(tmp_path / "originals")), opened)
        account = MailAccount(server, "Eingänge")
        intake = MailIntake(account, store, take, lambda: NOW)
        assert [one.folder for one in intake.handled(Stop())] == ["Erledigt"]
        assert list(intake.handled(Stop())) == []
        assert one.select("Erledigt")[1] == [b"1"]
        assert one.select('"Eing&AOQ-nge"')[1] == [b"0"]
        one.logout()
