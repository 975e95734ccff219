"""Who writes at once waits, or tries again: nobody is refused for having met another."""

import threading
import time
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from formservice.adapters.store import archive as filing
from formservice.adapters.store import schema
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.engine import tried, writing
from formservice.application.casework import Given, as_seen
from formservice.application.discarding import PutAside, discarded
from formservice.application.ports_store import SERVICE, Arrival, Author
from formservice.application.work import Limits, Next, Stage, finished
from formservice.domain.case import PORTAL, Role, State
from formservice.domain.errors import ClashError, RefusedError
from tests.store.searched import with_traeger

TODAY = date(2026, 11, 21)
SENDER, WHO = Author("u-t1", Role.TRAEGER), Author("lead", Role.LEAD)
FIRST, SECOND = "1" * 64, "2" * 64
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {own}"
OWN = "(SELECT oid FROM pg_database WHERE datname = current_database())"


@pytest.fixture(autouse=True)
def server(store):
    """Skip where all writers stand in one line anyway."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")


class Together:
    """Calls that all begin while somebody holds the chain, in their order, and then go on."""

    def __init__(self, store):
        self._store = store
        self.errors = []

    def __call__(self, *calls):
        threads = [threading.Thread(target=self._one, args=(call,)) for call in calls]
        with self._store.work() as holder:
            holder.events.held()
            for count, thread in enumerate(threads, start=1):
                thread.start()
                self._until(count)
        for thread in threads:
            thread.join(30.0)
        return self.errors

    def _one(self, call):
        try:
            call()
        except Exception as error:
            self.errors.append(type(error).__name__)

    def _until(self, count):
        """Wait until so many wait for the chain."""
        for _ in range(100):
            with self._store.look() as work:
                query = WAITING.format(own=OWN)
                if work.connection.exec_driver_sql(query).scalar_one() >= count:
                    return
            time.sleep(0.05)
        raise AssertionError("nobody waits")


def filed(store):
    """Keep two files that were read already."""
    read = [filing.Read(one, 3, f"{one[0]}.pdf", TODAY, []) for one in (FIRST, SECOND)]
    # One transaction, tried once: nothing is to be ended at all.
    with store.work() as work:
        return filing.filed_in(work, read)


def received(store, sha256, name):
    with store.work() as work:
        arrival = Arrival(name, sha256, 3, f"{name}.pdf", "batch", TODAY)
        return work.documents.receive(arrival, SERVICE)


def test_a_pile_and_a_sender_of_one_of_its_files_do_not_wait_for_each_other(store):
    errors = Together(store)(lambda: filed(store), lambda: received(store, SECOND, "zwei"))
    assert errors == []
    with store.look() as work:
        kept = work.connection.execute(select(schema.documents.c.original)).scalars().all()
    assert sorted(kept) == [FIRST, SECOND]


def test_a_pile_and_a_worker_at_one_of_its_files_do_not_wait_for_each_other(store):
    kept, _ = received(store, SECOND, "zwei")
    with store.work() as work:
        claim = work.queue.claim(["read"], "worker", 30.0)

    def keep(work, kept, result):
        return Next("done", "waiting")

    def end():
        with store.work() as work:
            stage = Stage("read", lambda kept, tell: None, keep, Limits(1.0, 1))
            assert finished(work, claim, kept, stage, None)

    assert Together(store)(lambda: filed(store), end) == []


def test_who_was_ended_for_another_tries_again_and_both_are_done(store):
    for name, sha256 in (("eins", FIRST), ("zwei", SECOND)):
        received(store, sha256, name)
    both, tries = threading.Barrier(2, timeout=10.0), []

    def write(order):
        def once(work):
            tries.append(order)
            for place, name in enumerate(order):
                table = schema.documents
                change = update(table).where(table.c.id == name)
                work.connection.execute(change.values(tries=table.c.tries + 1))
                if place == 0 and tries.count(order) == 1:
                    both.wait()

        store.written(once)

    orders = (("eins", "zwei"), ("zwei", "eins"))
    threads = [threading.Thread(target=write, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30.0)
    assert len(tries) > 2
    with store.look() as work:
        counts = work.connection.execute(select(schema.documents.c.tries)).scalars().all()
    assert counts == [2, 2]


def test_tries_end_with_a_sentence_of_their_own():
    calls = []

    def clash():
        calls.append(1)
        raise ClashError("Mehrere haben zugleich geschrieben.")

    with pytest.raises(ClashError):
        tried(clash)
    assert len(calls) == 5


def test_what_the_database_never_takes_is_told_apart_from_one_that_is_away(store):
    with pytest.raises(RefusedError), writing(store.engine) as connection:
        connection.execute(insert(schema.salts).values(document="keins", salt="x"))


def discarded_by_a_traeger(store, name):
    """Receive a file from a Träger, who threw it away more than a day ago."""
    arrival = Arrival(name, name[0] * 64, 3, f"{name}.pdf", PORTAL, TODAY, "text", "t1")
    with store.work() as work:
        work.documents.receive(arrival, SENDER, is_read=True)
        work.documents.found(name, [], SERVICE)
    PutAside(store)(name, SENDER)
    with store.work() as work:
        aged = "UPDATE acknowledgements SET created_at = created_at - 86401"
        work.connection.exec_driver_sql(aged)


def test_what_is_taken_back_while_it_is_about_to_be_erased_stays(store):
    with_traeger(store, "t1")
    for name in ("1", "2"):
        discarded_by_a_traeger(store, name)
    erased = []
    restore = PutAside(store).restore
    # Both wait for the chain; who came first goes first.
    calls = (lambda: restore("1", SENDER), lambda: erased.append(discarded(store)))
    assert Together(store)(*calls) == []
    assert erased == [1]
    with store.look() as work:
        assert work.documents.get("1").state is State.RECEIVED


def test_of_two_who_give_a_number_at_once_the_second_is_told_at_the_field(store):
    change = StoredCaseChanges(store)

    def opened(name):
        return lambda: change.opened(
            Given({"name": name, "vorname": "A", "number": "1"}), None, WHO
        )

    assert Together(store)(opened("Erste"), opened("Zweite")) == ["InvalidDataError"]


def test_of_two_who_change_to_a_number_at_once_the_second_is_told_at_the_field(store):
    change = StoredCaseChanges(store)
    given = {"name": "Muster", "vorname": "A", "number": None}
    cases = [change.opened(Given(given), None, WHO) for _ in range(2)]

    def changed(case):
        new = Given(given | {"number": "1"}, as_seen(given))
        return lambda: change.person_changed(case, new, WHO)

    assert Together(store)(*map(changed, cases)) == ["InvalidDataError"]
