"""Those who write to an embedded database take turns."""

import sqlite3
import threading
import time
from typing import cast

import pytest

from formservice.adapters.store import turns
from tests.store.test_troubles import embedded_store


def test_who_came_first_goes_first():
    line = turns.Turns()
    order, everybody = [], []

    def wait(number: int) -> None:
        with line.held(5):
            order.append(number)

    with line.held(0):
        for number in range(20):
            everybody.append(threading.Thread(target=wait, args=(number,)))
            everybody[-1].start()
            until = time.monotonic() + 5
            while len(line._waiting) <= number and time.monotonic() < until:
                time.sleep(0.001)
    for one in everybody:
        one.join(5)
    assert order == list(range(20))


def test_who_gives_up_leaves_the_turn_to_the_next():
    line = turns.Turns()
    with line.held(0), pytest.raises(turns.NoTurnError), line.held(0.01):
        raise AssertionError("two have the turn")
    with line.held(0):
        pass


class Recovering:
    """A database that another process repairs after a crash, for the first times it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def execute(self, statement: str) -> None:
        if statement == "BEGIN IMMEDIATE":
            self.asked += 1
            if self.asked < 3:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
                raise error


def test_while_another_repairs_the_database_after_a_crash_who_writes_waits():
    database = Recovering()
    turns.begin(cast("sqlite3.Connection", database), 5, 5000)
    assert database.asked == 3


def test_nobody_among_many_who_write_without_a_pause_waits_much_longer_than_the_others(tmp_path):
    counts = dict.fromkeys(range(12), 0)
    with embedded_store(tmp_path) as store:
        until = time.monotonic() + 1.5

        def write(number: int) -> None:
            while time.monotonic() < until:
                with store.work():
                    time.sleep(0.002)
                counts[number] += 1

        threads = [threading.Thread(target=write, args=(number,)) for number in counts]
        for one in threads:
            one.start()
        for one in threads:
            one.join(10)
    # Threads do not come back to the queue equally fast; by luck alone some would have nothing.
    assert min(counts.values()) >= max(3, max(counts.values()) / 2)
