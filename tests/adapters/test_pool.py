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
def test_a_worker_that_ends_by_itself_is_started_again_and_that_is_logged(tmp_path, caplog):
    count = tmp_path / "count"
    code = (
        f"import os, sys; f = os.open({str(count)!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY);"
        " os.write(f, b'.'); sys.exit(3)"
    )
    stop = Stop()
    begun = time.monotonic()

    def meanwhile():
        if time.monotonic() - begun > 20 or (count.exists() and count.stat().st_size >= 5):
            stop.ask()

    one = Pool(lambda: [sys.executable, "-c", code], 1, stop, final=(69,))
    with caplog.at_level("ERROR", "formservice"):
        one.run(meanwhile)
    assert count.stat().st_size >= 5
    assert "status 3" in caplog.text


@pytest.mark.slow
def test_pauses_between_starts_grow(tmp_path):
    starts = []
    stop = Stop()
    begun = time.monotonic()

    def command():
        starts.append(time.monotonic())
        return [sys.executable, "-c", "import sys; sys.exit(1)"]

    def meanwhile():
        if time.monotonic() - begun > 10:
            stop.ask()

    Pool(command, 1, stop, final=()).run(meanwhile)
    assert 4 <= len(starts) <= 8


@pytest.mark.slow
def test_who_lacks_a_program_is_not_started_again():
    begun = time.monotonic()
    one = Pool(lambda: [sys.executable, "-c", "import sys; sys.exit(69)"], 2, Stop(), (2, 69))
    assert one.run() == 69
    assert time.monotonic() - begun < 15


@pytest.mark.slow
def test_told_to_stop_it_ends_all_workers():
    stop = Stop()
    begun = time.monotonic()

    def meanwhile():
        if time.monotonic() - begun > 1.5:
            stop.ask()

    assert pool(_WORKER.replace("20.0", "60.0"), stop).run(meanwhile) == 0
    assert time.monotonic() - begun < 30
