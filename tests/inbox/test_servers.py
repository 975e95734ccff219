"""Servers of mail as there are many: with encryption, a login, without some commands, or away."""

import imaplib
import socket
import ssl
import threading
from contextlib import closing

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from formservice.adapters.inbox.accounts import MailAccount, Security, Server
from formservice.adapters.inbox.mail import MailIntake
from formservice.adapters.inbox.smtp import posting
from formservice.adapters.store.outbox import Outbox
from formservice.adapters.work.signals import Stop
from formservice.application.ports_mail import Outgoing, RefusedError, UncertainError
from formservice.domain.errors import EngineError, UsageError
from tests.inbox import dovecot
from tests.inbox.mails import NOW, OWN, Caught, answer, gone, mail, pdf, taking

pytestmark = [dovecot.needs_dovecot, pytest.mark.engine]


def test_without_encryption_no_other_machine_is_spoken_to(secret):
    with pytest.raises(UsageError):
        Server("mail.example", 143, Security.NONE, "x", secret)


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
        assert [one.receipt for one in gone(account, store)] == ["sent"]
    finally:
        controller.stop()
    assert asked == [(b"eingang", b"geheim")]
    assert answer(caught).get_content().replace("\r\n", "\n") == "Zeile\n.\nFürth\n"


def test_a_certificate_of_somebody_else_is_refused(store, running, secret, tmp_path):
    server = Server("localhost", running.tls, Security.TLS, dovecot.USER, secret)
    wrong = MailAccount(server)
    with pytest.raises(EngineError, match="Zertifikat"):
        list(MailIntake(wrong, store, taking(store, tmp_path), lambda: NOW).handled(Stop()))


def test_a_wrong_password_is_told_without_saying_it(store, running, tmp_path):
    file = tmp_path / "wrong"
    file.write_text("falsch", "utf-8")
    server = Server(
        "localhost", running.plain, Security.STARTTLS, dovecot.USER, file, running.certificate
    )
    with pytest.raises(EngineError, match="Anmeldung") as told:
        list(
            MailIntake(MailAccount(server), store, taking(store, tmp_path), lambda: NOW).handled(
                Stop()
            )
        )
    assert "falsch" not in f"{told.value}{told.value.hint}"


def test_a_server_that_is_away_is_told(store, secret, tmp_path):
    server = Server("127.0.0.1", dovecot.free_port(), Security.NONE, "x", secret)
    with pytest.raises(EngineError, match="nicht erreichbar"):
        list(
            MailIntake(MailAccount(server), store, taking(store, tmp_path), lambda: NOW).handled(
                Stop()
            )
        )
    out = MailAccount(None, "INBOX", server, OWN)
    with store.work() as work:
        Outbox(work.connection).put(
            "x", "mail", {"to": "a@b.example", "text": "", "about": ""}, None
        )
    with pytest.raises(EngineError):
        gone(out, store)


def test_a_server_without_move_copies_and_deletes(store, tmp_path, secret):
    with dovecot.dovecot("IMAP4rev1 UIDPLUS LITERAL+ AUTH=PLAIN") as old:
        server = Server("127.0.0.1", old.plain, Security.NONE, dovecot.USER, secret)
        one = imaplib.IMAP4("127.0.0.1", old.plain)
        said = f"\0{dovecot.USER}\0{dovecot.PASSWORD}".encode()
        one.authenticate("PLAIN", lambda _: said)
        one.create('"Eing&AOQ-nge"')
        one.append('"Eing&AOQ-nge"', "", None, mail(("a.pdf", pdf())).as_bytes())
        take = taking(store, tmp_path)
        account = MailAccount(server, "Eingänge")
        intake = MailIntake(account, store, take, lambda: NOW)
        assert [one.folder for one in intake.handled(Stop())] == ["Erledigt"]
        assert list(intake.handled(Stop())) == []
        assert one.select("Erledigt")[1] == [b"1"]
        assert one.select('"Eing&AOQ-nge"')[1] == [b"0"]
        one.logout()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["250 done already"], EngineError),
        (["354 go on", "251 perhaps"], UncertainError),
        (["354 go on"], UncertainError),
        (["451 later"], EngineError),
        (["554 never"], RefusedError),
    ],
)
def test_only_the_word_after_the_text_says_that_a_mail_is_taken(said, why):
    answers = ["220 hello", "250 here", "250 from", "250 to", *said]
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve():
            one, _ = listening.accept()
            with one, one.makefile("rb") as asked:
                for answer_ in answers:
                    one.sendall(f"{answer_}\r\n".encode())
                    until = b"." if answer_.startswith("354") else None
                    while (line := asked.readline()) and until and line.strip() != until:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        server = Server("127.0.0.1", listening.getsockname()[1], Security.NONE)
        mail_ = Outgoing("x", ["a@b.example"], "Betreff", "Text")
        with pytest.raises(why), posting(server, OWN) as post:
            post.send(mail_, NOW)
        thread.join()
