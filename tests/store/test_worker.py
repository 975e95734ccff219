"""A worker holds its claim while a child works, and writes the end of it in one transaction."""

import json
import os
import threading
import time
from datetime import date, timedelta
from typing import cast

import pytest
from sqlalchemy import insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.work import supervisor
from formservice.adapters.work.reminders import reminded
from formservice.adapters.work.signals import Stop
from formservice.adapters.work.supervisor import Pace, Worker
from formservice.application.ports_store import SERVICE, Arrival
from formservice.application.work import MOST_TRIES, TOO_OFTEN, Limits, Next, Stage, pause
from formservice.bootstrap.demo_house import worked
from formservice.bootstrap.demo_services import DemoServices
from formservice.domain.errors import (
    AlteredError,
    EngineMissingError,
    InputError,
    RefusedError,
    StorageError,
)

TODAY = date(2026, 11, 21)


def kept_nowhere(work, kept, result):
    return Next("done", "waiting")


def stage(work, keep=kept_nowhere, seconds=20.0, memory=1 << 30):
    return Stage("read", work, keep, Limits(seconds, memory))


def ends(store, one, pace=None, stop=None):
    """Let one worker do what is due."""
    return list(Worker(store, [one], pace or Pace(), stop or Stop()).ends(once=True))


def row(store):
    with store.look() as work:
        return work.connection.execute(select(schema.documents)).one()


def once_begun(store, do):
    """Return a thread that does something as soon as a worker has the document."""

    def wait():
        while row(store).owner is None:
            time.sleep(0.05)
        do()

    return threading.Thread(target=wait, daemon=True)


def events(store):
    with store.look() as work:
        return list(work.connection.execute(select(schema.events.c.type)).scalars())


def aged(store, **values):
    with store.work() as work:
        work.connection.execute(update(schema.documents).values(**values))


@pytest.fixture(autouse=True)
def received(store):
    """One document to read."""
    with store.work() as work:
        arrival = Arrival("eins", "a" * 64, 3, "eins.pdf", "batch", TODAY)
        work.documents.receive(arrival, SERVICE)


def test_result_next_stage_event_and_progress_are_written_together(store):
    seen = []

    def keep(work, kept, result):
        seen.append(result)
        return Next("copy", "ready")

    (end,) = ends(store, stage(lambda kept, tell: {"id": kept.id, "by": os.getpid()}, keep))
    assert end.outcome == "done"
    assert seen[0]["id"] == "eins"
    assert seen[0]["by"] != os.getpid()
    assert (row(store).stage, row(store).status, row(store).tries) == ("copy", "ready", 0)
    assert events(store) == ["document.received", "work.done"]
    with store.look() as work:
        told = work.connection.execute(select(schema.progress.c.code)).scalars().all()
    assert told == ["done"]


def test_a_result_that_cannot_be_kept_leaves_nothing_behind(store):
    def keep(work, kept, result):
        work.events.append("half.done", SERVICE, kept.id)
        raise InputError("so nicht")

    (end,) = ends(store, stage(lambda kept, tell: None, keep))
    assert (end.outcome, end.error) == ("again", "input")
    assert events(store) == ["document.received"]
    assert (row(store).stage, row(store).status, row(store).error) == ("read", "ready", "input")


def test_what_takes_too_long_is_ended_and_tried_again_later(store):
    (end,) = ends(store, stage(lambda kept, tell: time.sleep(30), seconds=0.5))
    assert (end.outcome, end.error) == ("again", "input.timeout")
    assert end.seconds < 25  # the work itself takes 30


def test_what_takes_too_much_memory_is_ended(store):
    (end,) = ends(store, stage(lambda kept, tell: "x" * (8 << 30), memory=64 << 20))
    assert (end.outcome, end.error) == ("again", "input.too-large")


def test_pauses_grow_and_the_last_try_is_the_end(store):
    pauses = [pause(tries) for tries in range(1, MOST_TRIES + 1)]
    assert pauses == [5.0, 20.0, 80.0, 320.0, None]
    aged(store, tries=MOST_TRIES - 1)
    (end,) = ends(store, stage(lambda kept, tell: 1 / 0))
    assert end.outcome == "failed"
    assert row(store).status == "failed"
    assert events(store)[-1] == "work.failed"


def test_what_killed_its_worker_each_time_is_put_aside_unseen(store):
    aged(store, tries=MOST_TRIES, status="running", due=0.0)
    (end,) = ends(store, stage(lambda kept, tell: os.abort()))
    assert (end.outcome, end.error) == ("failed", TOO_OFTEN)


def test_a_child_that_crashes_costs_a_try_and_not_the_worker(store):
    (end,) = ends(store, stage(lambda kept, tell: os.abort()))
    assert (end.outcome, end.error) == ("again", "input.damaged")


def test_a_missing_program_is_not_laid_at_the_documents_door(store):
    def work(kept, tell):
        raise EngineMissingError("Tesseract fehlt.")

    with pytest.raises(EngineMissingError):
        ends(store, stage(work))
    assert (row(store).status, row(store).tries) == ("ready", 0)


def away(kept, tell):
    raise StorageError("Die Ablage ist nicht erreichbar.")


def test_a_storage_that_is_away_is_not_laid_at_the_documents_door(store):
    with pytest.raises(StorageError):
        ends(store, stage(away))
    assert (row(store).status, row(store).tries) == ("ready", 0)
    assert ends(store, stage(away)) == []  # not at once


def test_however_long_the_storage_is_away_nothing_is_put_aside(store):
    for _ in range(MOST_TRIES + 2):
        aged(store, due=0.0)
        with pytest.raises(StorageError):
            ends(store, stage(away))
    aged(store, due=0.0)
    (end,) = ends(store, stage(lambda kept, tell: None))
    assert end.outcome == "done"


def test_who_works_on_waits_for_the_storage_and_goes_on_by_itself(store, monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "_DOWN_S", 0.1)
    monkeypatch.setattr(supervisor, "_AWAY_S", 0.1)
    stop, seen = Stop(), tmp_path / "seen"

    def work(kept, tell):
        if not seen.exists():
            seen.touch()
            away(kept, tell)

    def keep(work, kept, result):
        stop.ask()
        return kept_nowhere(work, kept, result)

    told = list(Worker(store, [stage(work, keep)], Pace(poll=0.1), stop).ends())
    assert [(one.outcome, one.error) for one in told] == [
        ("given-back", "storage"),
        ("done", None),
    ]


def test_a_document_that_fails_while_others_are_done_is_at_fault_itself(store, monkeypatch):
    monkeypatch.setattr(supervisor, "_DOWN_S", 0.1)
    monkeypatch.setattr(supervisor, "_AWAY_S", 0.5)
    with store.work() as work:
        arrival = Arrival("zwei", "b" * 64, 3, "zwei.pdf", "batch", TODAY)
        work.documents.receive(arrival, SERVICE)
    stop, told = Stop(), []

    def one_away(kept, tell):
        if kept.id == "eins":
            away(kept, tell)

    for end in Worker(store, [stage(one_away)], Pace(poll=0.1), stop).ends():
        told.append((end.document, end.outcome))
        if end.outcome == "again":
            stop.ask()
    assert told == [("eins", "given-back"), ("zwei", "done"), ("eins", "again")]


@pytest.mark.parametrize("error", [AlteredError, RefusedError])
def test_what_will_never_go_better_counts(store, error):
    def work(kept, tell):
        raise error("so nicht")

    (end,) = ends(store, stage(work))
    assert (end.outcome, end.error, row(store).tries) == ("again", error.code, 1)


@pytest.mark.slow
def test_a_claim_is_held_as_long_as_the_work_takes_and_people_see_how_far_it_is(store):
    def work(kept, tell):
        for page in range(1, 4):
            tell(page, 3)
            time.sleep(3.0)

    taken = []

    def other():
        for _ in range(20):
            with store.work() as one:
                taken.append(one.queue.claim(["read"], "other", 1.0))
            time.sleep(0.3)

    thread = once_begun(store, other)
    thread.start()
    # Shorter than the work, and longer than a busy machine keeps anybody waiting.
    (end,) = ends(store, stage(work), Pace(lease=6.0))
    thread.join()
    assert end.outcome == "done"
    assert taken == [None] * 20
    with store.look() as one:
        told = one.connection.execute(select(schema.progress.c.done)).scalars().all()
    assert told[0] in (1, 2, 3)


@pytest.mark.slow
def test_a_lost_claim_ends_the_child_and_disturbs_nobody(store):
    def over():
        with store.work() as work:
            work.connection.execute(update(schema.documents).values(due=0.0))
            work.queue.claim(["read"], "other", 30.0)

    thread = once_begun(store, over)
    thread.start()
    (end,) = ends(store, stage(lambda kept, tell: time.sleep(30)), Pace(lease=3.0))
    thread.join()
    assert end.outcome == "lost"
    assert end.seconds < 25  # the work itself takes 30
    assert (row(store).owner, row(store).fence) == ("other", 2)


@pytest.mark.slow
def test_told_to_stop_it_gives_back_what_it_has(store):
    stop = Stop()
    thread = once_begun(store, stop.ask)
    thread.start()
    (end,) = ends(store, stage(lambda kept, tell: time.sleep(30)), stop=stop)
    thread.join()
    assert end.outcome == "given-back"
    assert end.seconds < 25  # the work itself takes 30
    assert (row(store).status, row(store).tries, row(store).owner) == ("ready", 0, None)


@pytest.mark.slow
def test_the_demo_goes_on_only_when_what_failed_was_done_again(store, tmp_path):
    def work(kept, tell):
        if not (tmp_path / "tried").exists():
            (tmp_path / "tried").touch()
            raise InputError("noch nicht")

    told: list[str] = []
    worked(house(store, work), told.append)
    assert (row(store).status, row(store).tries) == ("waiting", 0)
    (sentence,) = told
    assert "Lesen ist nicht gelungen [input]" in sentence
    assert sentence.endswith("noch einmal versucht")


def house(store, work):
    """Return a demo in which a worker does something else with each document."""

    class House:
        def __init__(self):
            self.store = store

        def worker(self, stages, stop):
            return Worker(store, [stage(work)], Pace(), stop)

    return cast("DemoServices", House())


def test_the_demo_ends_with_the_code_of_what_no_worker_gets_through_with(store):
    def work(kept, tell):
        raise InputError("nie")

    aged(store, tries=MOST_TRIES - 1)
    with pytest.raises(InputError) as raised:
        worked(house(store, work))
    assert "Lesen scheitert jedes Mal [input]" in raised.value.message


def test_a_deadline_that_ends_soon_is_told_of_once(store):
    with store.work() as work:
        for key, days in (("soon", 3), ("late", 30), ("over", -1)):
            due = TODAY + timedelta(days=days)
            values = {"document": "eins", "key": key, "due": due}
            work.connection.execute(insert(schema.deadlines).values(**values))
    assert reminded(store, TODAY) == 1
    assert reminded(store, TODAY + timedelta(days=1)) == 0
    with store.look() as work:
        (told,) = work.connection.execute(select(schema.outbox)).all()
    assert (told.kind, told.document) == ("deadline", "eins")
    assert json.loads(json.dumps(told.body)) == {"key": "soon", "due": "2026-11-24"}
