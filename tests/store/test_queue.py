"""Work is handed out with a lease, and written back by who still holds it."""

import time
from datetime import date

import pytest

from formservice.application.ports_store import SERVICE, Arrival

LEASE = 30.0


def received(store, name="eins", sha256="a" * 64):
    with store.work() as work:
        arrival = Arrival(name, sha256, 3, f"{name}.pdf", "batch", date(2026, 11, 21))
        return work.documents.receive(arrival, SERVICE)[0]


def claimed(store, lease=LEASE, stages=("read",)):
    with store.work() as work:
        return work.queue.claim(stages, "worker", lease)


def taken(store, call, *args):
    with store.work() as work:
        return getattr(work.queue, call)(*args)


@pytest.fixture
def claim(store):
    """The claim of a document that was just received."""
    received(store)
    return claimed(store)


def test_a_claimed_document_is_nobody_elses(store, claim):
    assert (claim.document, claim.stage, claim.tries, claim.fence) == ("eins", "read", 1, 1)
    assert claimed(store) is None


def test_what_is_due_longest_comes_first(store):
    for number, name in enumerate(("eins", "zwei", "drei")):
        received(store, name, str(number) * 64)
    assert [claimed(store).document for _ in range(3)] == ["eins", "zwei", "drei"]


def test_workers_take_only_stages_they_know(store):
    received(store)
    assert claimed(store, stages=("copy",)) is None


def test_a_lease_that_is_over_is_taken_over_and_the_first_worker_writes_nothing_more(store):
    received(store)
    first = claimed(store, lease=-1)
    second = claimed(store)
    assert (second.tries, second.fence) == (2, 2)
    assert not taken(store, "heartbeat", first, LEASE)
    assert not taken(store, "held", first)
    assert not taken(store, "tell", first, "pages", 1, 2)
    assert not taken(store, "finish", first, "done", "done")
    assert not taken(store, "fail", first, "error", None)
    assert not taken(store, "give_back", first)
    assert taken(store, "held", second)
    assert taken(store, "finish", second, "copy", "ready")


def test_a_heartbeat_holds_a_claim_for_longer(store):
    received(store)
    first = claimed(store, lease=0.2)
    assert taken(store, "heartbeat", first, LEASE)
    time.sleep(0.3)
    assert claimed(store) is None


def test_a_finished_document_goes_on_with_no_tries(store, claim):
    assert taken(store, "finish", claim, "copy", "ready")
    following = claimed(store, stages=("copy",))
    assert (following.document, following.tries, following.fence) == ("eins", 1, 2)


def test_a_claim_given_back_counts_as_no_try_and_is_free_at_once(store, claim):
    assert taken(store, "give_back", claim)
    assert claimed(store).tries == 1


def test_what_failed_is_due_later(store, claim):
    assert taken(store, "fail", claim, "input.timeout", 0.2)
    assert claimed(store) is None
    time.sleep(0.3)
    assert claimed(store).tries == 2


def test_what_was_put_aside_is_shown_and_comes_back_when_asked_for(store, claim):
    assert not taken(store, "retry", "eins")
    assert taken(store, "fail", claim, "input.timeout", None)
    assert claimed(store) is None
    (stuck,) = taken(store, "stuck")
    told = (stuck.document, stuck.name, stuck.stage, stuck.error, stuck.tries)
    assert told == ("eins", "eins.pdf", "read", "input.timeout", 1)
    assert taken(store, "retry", "eins")
    assert taken(store, "stuck") == []
    assert claimed(store).tries == 1


def test_all_that_was_put_aside_comes_back_together(store):
    for number, name in enumerate(("eins", "zwei", "drei")):
        received(store, name, str(number) * 64)
    for _ in range(2):
        assert taken(store, "fail", claimed(store), "storage", None)
    assert taken(store, "retry_some", 1) == [("eins", "read")]
    assert taken(store, "retry_some") == [("zwei", "read")]
    assert taken(store, "retry_some") == []
    assert taken(store, "stuck") == []


def test_a_document_that_waits_for_people_can_be_sent_on(store, claim):
    assert not taken(store, "send", "eins", "copy")
    taken(store, "finish", claim, "done", "waiting")
    assert taken(store, "send", "eins", "copy")
    assert claimed(store, stages=("copy",)).document == "eins"


def test_standing_tells_how_many_documents_are_where(store, claim):
    received(store, "zwei", "b" * 64)
    told = [(one.stage, one.status, one.count) for one in taken(store, "standing")]
    assert told == [("read", "ready", 1), ("read", "running", 1)]


def test_what_nobody_takes_is_found(store):
    received(store)
    assert taken(store, "overlooked", 60.0) == []
    time.sleep(0.05)
    assert taken(store, "overlooked", 0.01) == ["eins"]


def test_progress_is_kept_in_order(store, claim):
    assert taken(store, "tell", claim, "pages", 1, 3)
    assert taken(store, "tell", claim, "pages", 2, 3)
    with store.look() as work:
        query = "SELECT seq, stage, code, done, total FROM progress ORDER BY seq"
        rows = work.connection.exec_driver_sql(query).all()
    assert rows == [(1, "read", "pages", 1, 3), (2, "read", "pages", 2, 3)]
