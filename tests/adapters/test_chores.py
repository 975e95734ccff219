"""Chores are done when it is time, one after the other."""

import time

from formservice.adapters.work.chores import Chore, Clockwork


def test_chores_are_done_when_due_and_one_that_fails_stops_no_other():
    done = []

    def wrong():
        raise ValueError("nothing for a log")

    chores = [Chore("wrong", 0.0, "", wrong), Chore("right", 0.0, "", lambda: done.append(1))]
    work = Clockwork(chores)
    until = time.monotonic() + 5
    while not done and time.monotonic() < until:
        work()
        time.sleep(0.01)
    assert done
