"""Chores are done when it is time, and none waits for one that takes long."""

import threading
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


class Clock:
    """Calls a clockwork until something is so."""

    def __init__(self, *chores):
        self._clockwork = Clockwork(chores)

    def until(self, is_so):
        until = time.monotonic() + 10.0
        while not is_so() and time.monotonic() < until:
            self._clockwork()
            time.sleep(0.02)
        assert is_so()


def test_what_takes_long_holds_up_nothing_that_is_soon_done():
    ending, done = threading.Event(), []
    clock = Clock(
        Chore("integrity", 0.05, "", ending.wait, long=True),
        Chore("deliver", 0.05, "", lambda: done.append(1)),
    )
    clock.until(lambda: len(done) >= 3)
    ending.set()


def test_what_is_still_being_done_is_not_begun_again():
    ending, begun, done = threading.Event(), [], []

    def slow():
        begun.append(1)
        ending.wait()

    clock = Clock(
        Chore("deliver", 0.05, "", slow), Chore("sweep", 0.05, "", lambda: done.append(1))
    )
    clock.until(lambda: len(done) >= 4)
    assert begun == [1]
    ending.set()


def test_long_ones_take_turns():
    doing, most, done = [], [], []

    def slow(name):
        doing.append(name)
        most.append(len(doing))
        time.sleep(0.1)
        doing.remove(name)
        done.append(name)

    clock = Clock(
        Chore("words", 0.05, "", lambda: slow("words"), long=True),
        Chore("orphans", 0.05, "", lambda: slow("orphans"), long=True),
    )
    clock.until(lambda: {"words", "orphans"} <= set(done))
    assert max(most) == 1


def test_what_goes_wrong_comes_again():
    tries = []

    def wrong():
        tries.append(1)
        raise OSError

    Clock(Chore("sweep", 0.05, "", wrong)).until(lambda: len(tries) >= 2)
