"""Pages of files in work go with the work, whoever was killed on the way."""

import os
import time
from dataclasses import replace

import pytest

from formservice.adapters.store import schema
from formservice.adapters.work.pages_left import swept
from formservice.adapters.work.signals import Stop
from formservice.adapters.work.supervisor import Pace, Worker
from formservice.application.ports_store import SERVICE, Arrival
from formservice.application.work import Limits, Stage
from tests.store.handed import RECEIVED

FILES = {name: name * 64 for name in "abcd"}


@pytest.fixture
def folder(store, tmp_path):
    """Pages of a file that is read, of two that wait to be, and of one that is no document."""
    folder = tmp_path / "intake"
    for name, sha256 in FILES.items():
        (folder / sha256 / "state").mkdir(parents=True)
        (folder / sha256 / "state" / "1").write_bytes(b"page")
        if name != "d":
            with store.work() as work:
                arrival = Arrival(name, sha256, 1, "x", "upload", RECEIVED)
                work.documents.receive(arrival, SERVICE)
    with store.work() as work:
        table = schema.documents
        for name, status in (("a", "done"), ("b", "running")):
            held = table.update().where(table.c.id == name)
            work.connection.execute(held.values(status=status, due=time.time() + 600))
    return folder


def aged(folder, seconds):
    for one in folder.rglob("*"):
        os.utime(one, (time.time() - seconds,) * 2)


def left(folder):
    return sorted(one.name[0] for one in folder.iterdir())


def test_pages_of_what_nobody_works_on_any_more_go_and_others_stay(store, folder):
    assert swept(store, folder) == 0  # somebody may just be writing
    aged(folder, 3600)
    assert swept(store, folder) == 1
    assert left(folder) == ["b", "c", "d"]
    aged(folder, 8 * 24 * 3600)
    assert swept(store, folder) == 3
    assert left(folder) == []
    assert swept(store, folder / "none") == 0


@pytest.mark.parametrize("status", ["done", "running"])
def test_a_claim_that_was_lost_leaves_pages_only_to_who_goes_on(
    store, folder, status, monkeypatch
):
    forgotten = []

    def keep(work, kept, result):
        raise AssertionError("not held")

    stage = Stage("read", lambda kept, tell: {}, keep, Limits(60, 1 << 30))
    stage = replace(stage, forget=lambda kept: forgotten.append(kept.id))
    stop = Stop()
    worker = Worker(store, [stage], Pace(), stop)

    def lost(kept, *_):
        with store.work() as work:
            table = schema.documents
            values = {"status": status, "fence": 99, "due": time.time() + 600}
            work.connection.execute(table.update().where(table.c.id == "c").values(**values))
        return {}

    monkeypatch.setattr(worker, "_worked", lambda stage, kept, claim: lost(kept))
    (ended,) = worker.ends(once=True)
    assert (ended.document, ended.outcome) == ("c", "lost")
    assert forgotten == (["c"] if status == "done" else [])
