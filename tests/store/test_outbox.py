"""The outbox of mails, on both databases: each entry is taken by one sender, and told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from formservice.adapters.store import schema
from formservice.adapters.store.outbox import Outbox
from formservice.adapters.work.reminders import reminded
from formservice.application.ports_store import SERVICE, Arrival, Author
from formservice.domain.case import Role

DAY = date(2026, 11, 21)
BODY = {"to": "a@b.example", "text": "…", "about": ""}


def test_what_is_written_twice_is_there_once_and_what_needs_no_sending_is_done(store):
    with store.work() as work:
        outbox = Outbox(work.connection)
        assert outbox.put("a", "mail", BODY, None)
        assert not outbox.put("a", "mail", BODY, None)
        assert outbox.put("b", "mail", {}, "list")
        assert [one.id for one in outbox.claim("mail", 60.0, 10)] == ["a"]
        assert outbox.claim("mail", 60.0, 10) == []
        assert outbox.standing(["mail"]) == {("mail", "list"): 1, ("mail", "sending"): 1}


def test_who_takes_what_a_dead_sender_had_is_told_so(store):
    with store.work() as work:
        outbox = Outbox(work.connection)
        outbox.put("a", "mail", BODY, None)
        (first,) = outbox.claim("mail", -1.0, 1)
        (second,) = outbox.claim("mail", -1.0, 1)
        outbox.later([second], -1.0)
        (third,) = outbox.claim("mail", 60.0, 1)
    assert [one.uncertain for one in (first, second, third)] == [False, True, False]
    assert [one.tries for one in (first, second, third)] == [1, 2, 3]


def test_what_is_told_as_sent_says_no_more_to_whom_and_what(store):
    with store.work() as work:
        outbox = Outbox(work.connection)
        outbox.put("a", "mail", BODY, None)
        held = outbox.claim("mail", -1.0, 1)
        assert outbox.done(held, "sent") == 1
        assert outbox.done(held, "refused") == 0
        row = work.connection.execute(schema.outbox.select()).one()
        assert (row.body, row.receipt) == ({}, "sent")
        assert outbox.claim("mail", 60.0, 1) == []


def test_several_senders_share_what_is_due(store):
    with store.work() as work:
        for number in range(40):
            Outbox(work.connection).put(f"m{number}", "mail", BODY, None)

    def take(_):
        taken: list[str] = []
        while True:
            with store.work() as work:
                items = Outbox(work.connection).claim("mail", 60.0, 1)
            if not items:
                return taken
            taken += [one.id for one in items]

    with ThreadPoolExecutor(4) as pool:
        taken = [one for several in pool.map(take, range(4)) for one in several]
    assert sorted(taken) == sorted(f"m{number}" for number in range(40))


@pytest.mark.parametrize("ended", [True, False])
def test_a_sender_whose_time_ran_out_moves_nothing_that_another_one_holds(store, ended):
    with store.work() as work:
        work.outbox.put("a", "mail", BODY)
        first = work.outbox.claim("mail", -1.0, 1)
        second = work.outbox.claim("mail", 60.0, 1)
    with store.work() as work:
        lost = work.outbox.done(first, "sent") if ended else work.outbox.later(first, -1.0)
        assert lost == 0
        assert work.outbox.claim("mail", 60.0, 1) == []
        assert work.outbox.done(second, "sent") == 1


def received(store, *ids):
    for place, one in enumerate(ids):
        arrival = Arrival(one, f"{place:064}", 3, "a.pdf", "mail", DAY)
        with store.work() as work:
            work.documents.receive(arrival, SERVICE)


def test_what_tells_of_a_document_that_is_not_there_is_not_written(store):
    received(store, "eins")
    with store.work() as work:
        assert work.outbox.put("a", "deadline", {}, document="eins")
        assert not work.outbox.put("b", "deadline", {}, document="zwei")
        assert work.outbox.holds([])
        assert not work.outbox.holds(["eins", "zwei"])


def test_an_answer_that_waits_is_forgotten_with_any_document_that_it_tells_of(store):
    received(store, "eins", "zwei", "drei")
    with store.work() as work:
        for name, told in (("a", ["eins", "zwei"]), ("b", ["drei"])):
            body = {**BODY, "documents": told}
            assert work.outbox.put(name, "mail", body, document=told[0])
    lead = Author("lead-1", Role.LEAD)
    with store.erasing() as erasure:
        erasure.erase(erasure.scope("zwei"), lead, "Frist", 0.0)
    with store.erasing() as erasure:
        erasure.erase(erasure.scope("drei"), lead, "Frist", 0.0)
    with store.work() as work:
        rows = work.connection.execute(schema.outbox.select()).all()
        (left,) = [one for one in rows if one.kind == "mail"]
        assert (left.id, left.receipt, left.body) == ("a", "deleted", {})
        assert work.outbox.claim("mail", 60.0, 1) == []


def test_answers_are_counted_by_address_and_day_without_keeping_the_address(store):
    with store.work() as work:
        told = [
            work.outbox.nth_answer(address, day)
            for address, day in (
                ("a@b.example", DAY),
                ("A@B.example", DAY),
                ("c@b.example", DAY),
                ("a@b.example", DAY + timedelta(days=1)),
            )
        ]
        assert told == [1, 2, 1, 1]
        assert "b.example" not in str(work.connection.execute(schema.outbox.select()).all())


def test_reminders_and_counts_that_nobody_asks_for_any_more_are_taken_away(store):
    with store.work() as work:
        work.outbox.put("old", "deadline", {})
        work.outbox.put("mail", "mail", BODY, "list")
        work.outbox.nth_answer("a@b.example", DAY)
        work.connection.execute(schema.outbox.update().values(due=1.0))
        work.outbox.put("new", "deadline", {})
        assert work.outbox.tidied() == 2
        left = work.connection.execute(schema.outbox.select()).all()
    assert {one.id for one in left} == {"mail", "new"}


def test_a_document_deleted_meanwhile_takes_no_reminder_of_others_away(store, monkeypatch):
    received(store, "eins", "zwei")
    with store.work() as work:
        for one in ("eins", "zwei"):
            values = {"document": one, "key": "vorlage", "due": DAY}
            work.connection.execute(schema.deadlines.insert().values(**values))
    known = Outbox.known

    def deleted(self, names):
        with store.erasing() as erasure:
            erasure.erase(erasure.scope("eins"), Author("lead-1", Role.LEAD), "Frist", 0.0)
        return known(self, names)

    monkeypatch.setattr(Outbox, "known", deleted)
    assert reminded(store, DAY) == 1
    monkeypatch.undo()
    assert reminded(store, DAY) == 0
