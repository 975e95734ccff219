"""The outbox of mails, on both databases: each entry is taken by one sender, and told once."""

from concurrent.futures import ThreadPoolExecutor

from formservice.adapters.store import schema
from formservice.adapters.store.outbox import Outbox

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
        outbox.later(["a"], -1.0)
        (third,) = outbox.claim("mail", 60.0, 1)
    assert [one.uncertain for one in (first, second, third)] == [False, True, False]
    assert [one.tries for one in (first, second, third)] == [1, 2, 3]


def test_what_is_told_as_sent_says_no_more_to_whom_and_what(store):
    with store.work() as work:
        outbox = Outbox(work.connection)
        outbox.put("a", "mail", BODY, None)
        outbox.claim("mail", -1.0, 1)
        outbox.done(["a"], "sent")
        outbox.done(["a"], "refused")
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
