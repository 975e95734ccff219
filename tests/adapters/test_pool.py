"""Workers side by side: woken whenever there may be work, started again when they die."""

import sys
import time

import pytest

from formservice.adapters.work.pool import Pool
from formservice.adapters.work.signals import Stop

# Imports take their time before anybody listens; then it waits to be woken, once.
_WORKER = """
import time
time.sleep(0.5)
from formservice.adapters.work.signals import Stop
stop = Stop()
with stop.listening():
    stop.wait(20.0)
"""


def pool(code, stop):
    return Pool(lambda: [sys.executable, "-c", code], 2, stop)


@pytest.mark.slow
def test_being_woken_before_it_listens_ends_no_worker_and_is_not_forgotten():
    stop = Stop()
    workers = pool(_WORKER, stop)
    woken: list[None] = []

    def meanwhile():
        if not woken:
            woken.append(workers.wake())

    begun = time.monotonic()
    stop.wake()  # the first look comes at once
    assert workers.run(meanwhile) == 0
    assert time.monotonic() - begun < 15


@pytest.mark.slow
def test_the_worst_status_of_workers_that_ended_is_told():
    assert pool("import sys; sys.exit(3)", Stop()).run() == 3


@pytest.mark.slow
def test_told_to_stop_it_ends_all_workers():
    stop = Stop()
    begun = time.monotonic()

    def meanwhile():
        if time.monotonic() - begun > 1.5:
            stop.ask()

    assert pool(_WORKER.replace("20.0", "60.0"), stop).run(meanwhile) == 0
    assert time.monotonic() - begun < 30
