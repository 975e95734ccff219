"""What is attached to mails in a mailbox: kept, refused, never lost, never doubled."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from formservice.domain.errors import StorageError
from tests.inbox import dovecot
from tests.inbox.mails import PNG, answer, docx, mail, pdf, received, taking, zipped

pytestmark = [dovecot.needs_dovecot, pytest.mark.engine]


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


MACROS = (
    b'<Types><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"a.pdf": pdf()}), "input.unsupported"),
        (docx(**{"word/vbaProject.bin": b"x"}), "input.unsupported"),
        (docx(**{"[Content_Types].xml": MACROS, "word/x.bin": b"x"}), "input.unsupported"),
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

    inner = taking(desk.store, tmp_path)

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
