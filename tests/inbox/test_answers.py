"""What is sent by mail: answers at most once, reminders at least once, and never to programs."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from formservice.adapters.inbox.answer import MOST_A_DAY
from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.outbox import Outbox
from formservice.application.ports_store import SERVICE, Arrival
from formservice.application.receive import Sent
from formservice.domain.errors import EngineError
from tests.inbox import dovecot
from tests.inbox.mails import NOW, OWN, answer, gone, mail, pdf, received, taking

pytestmark = [dovecot.needs_dovecot, pytest.mark.engine]


def test_nothing_is_answered_twice_and_what_was_said_is_forgotten(desk):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    assert desk.send() == [("mail", "sent")]
    assert desk.send() == []
    with desk.store.look() as work:
        (row,) = work.connection.execute(
            select(schema.outbox).where(schema.outbox.c.kind == "mail")
        )
    assert row.body == {}


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
    take = taking(desk.store, tmp_path)
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
    assert told["To"] == "leitung@amt.example, vertretung@amt.example"
    assert told["Auto-Submitted"] == "auto-generated"
    text = told.get_content()
    assert ids[0] in text
    assert ids[1] in text
    assert ids[2] not in text
    assert "24.11.2026" in text


@pytest.fixture
def reminder(store):
    """Let a reminder of one deadline wait."""
    receive = Arrival("eins", "a" * 64, 3, "a.pdf", "mail", NOW.date())
    with store.work() as work:
        work.documents.receive(receive, SERVICE)
        body = {"key": "vorlage", "due": NOW.date().isoformat()}
        assert work.outbox.put("r", "deadline", body, document="eins")


def due(store):
    with store.work() as work:
        work.connection.execute(schema.outbox.update().values(due=0.0))


@pytest.mark.usefixtures("reminder")
def test_one_bad_address_keeps_the_reminder_from_nobody_else(desk, account):
    desk.caught.nobody = {"leitung@amt.example": "550 unknown"}
    (told,) = gone(account, desk.store)
    assert (told.receipt, told.missed) == ("partly", ["leitung@amt.example"])
    assert [to for _, to, _ in desk.caught.mails] == [["vertretung@amt.example"]]
    assert desk.send() == []


@pytest.mark.usefixtures("reminder")
def test_a_server_that_asks_for_time_for_one_reader_gets_it_but_not_for_ever(desk):
    desk.caught.nobody = {"leitung@amt.example": "450 later"}
    for _ in range(3):
        with pytest.raises(EngineError):
            desk.send()
        assert desk.caught.mails == []
        due(desk.store)
    assert desk.send() == [("deadline", "partly")]
    assert len(desk.caught.mails) == 1


@pytest.mark.usefixtures("reminder")
def test_a_reminder_that_no_address_takes_is_refused(desk, account):
    desk.caught.nobody = dict.fromkeys(account.reminders, "550 unknown")
    assert desk.send() == [("deadline", "refused")]


def test_a_server_that_wants_a_sender_is_waited_for_until_it_is_told_one(desk, account):
    desk.put(mail(("a.pdf", pdf())))
    desk.handle()
    desk.caught.wants_sender = True
    with pytest.raises(EngineError, match="Absender") as told:
        desk.send()
    assert "FORMSERVICE_MAIL_BOUNCES" in told.value.hint
    due(desk.store)
    known = replace(account, bounces="technik@amt.example")
    (done,) = gone(known, desk.store)
    assert done.receipt == "sent"
    assert desk.caught.mails[0][0] == "technik@amt.example"


def test_an_address_gets_so_many_answers_a_day_and_the_log_names_it_not(desk, caplog):
    for number in range(MOST_A_DAY + 2):
        desk.put(mail(("a.pdf", pdf(str(number)))))
    desk.put(mail(("a.pdf", pdf("x")), sender="other@b.example"))
    silence = [one.silence for one in desk.handle()]
    assert silence == [None] * MOST_A_DAY + ["too-many"] * 2 + [None]
    assert len(received(desk.store)) == MOST_A_DAY + 3
    (line,) = [one.getMessage() for one in caplog.records if one.name == "formservice"]
    assert "traeger" not in line
    with desk.store.look() as work:
        assert work.outbox.standing(["mail"])[("mail", "too-many")] == 2


def test_no_answer_tells_of_a_document_that_is_deleted_before_it_is_written(desk, tmp_path):
    inner = taking(desk.store, tmp_path)

    def take(sent):
        kept, known = inner(sent)
        with desk.store.erasing() as erasure:
            erasure.erase(erasure.scope(kept.id), SERVICE, "Frist", 0.0)
        return kept, known

    desk.put(mail(("a.pdf", pdf())))
    assert [one.silence for one in desk.handle(take)] == ["deleted"]
    assert desk.send() == []
