"""Procrastinate tells workers on PostgreSQL of work, in a schema of its own."""

import asyncio
import threading
import time

import procrastinate
import pytest
from sqlalchemy import inspect

from formservice.adapters.store.engine import opened, writing
from formservice.adapters.store.store import Store
from formservice.adapters.work import procrastinate_app
from formservice.adapters.work.chores import Chore
from formservice.adapters.work.procrastinate_app import (
    Delivery,
    Sender,
    _connection,
    _revived,
    installed,
    is_installed,
)
from formservice.adapters.work.service import is_ready, pace
from tests.store import postgres

pytestmark = [postgres.needs_postgres, pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def url(tmp_path_factory, request):
    """The address of a PostgreSQL database with Procrastinate's tables."""
    base = tmp_path_factory.getbasetemp()
    with postgres.database(base.parent if hasattr(request.config, "workerinput") else base) as url:
        engine = opened(url)
        assert installed(engine)
        engine.dispose()
        yield url


def test_its_tables_stand_apart_from_ours_and_are_made_once(url):
    engine = opened(url)
    assert is_installed(engine)
    assert not installed(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_document_is_told_of_at_once(url):
    woken = threading.Event()
    with Delivery(url, woken.set, ()):
        time.sleep(1.5)  # it listens
        sender = Sender(url)
        begun = time.monotonic()
        sender("eins")
        assert woken.wait(4.0)
        assert time.monotonic() - begun < 4.0
        sender.close()


def test_what_was_told_of_before_anybody_listened_is_found(url):
    sender = Sender(url)
    sender("eins")
    sender.close()
    woken = threading.Event()
    with Delivery(url, woken.set, ()):
        assert woken.wait(15.0)


def test_chores_come_when_it_is_time(url):
    done = threading.Event()
    with Delivery(url, lambda: None, [Chore("often", 1.0, "* * * * * */1", done.set)]):
        assert done.wait(15.0)


def test_a_chore_that_takes_longer_than_its_turn_is_done_by_one_at_a_time(url):
    guard, doing, most, begun = threading.Lock(), [], [], []

    def do():
        with guard:
            begun.append(1)
            doing.append(1)
            most.append(len(doing))
        time.sleep(2.5)
        with guard:
            doing.pop()

    chore = Chore("often", 1.0, "* * * * * */1", do)
    with Delivery(url, lambda: None, [chore]), Delivery(url, lambda: None, [chore]):
        until = time.monotonic() + 30.0
        while len(begun) < 3 and time.monotonic() < until:
            time.sleep(0.1)
    assert len(begun) >= 3
    assert max(most) == 1


def test_a_chore_whose_machine_died_holds_up_the_next_no_longer(url):
    engine = opened(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("SET LOCAL search_path TO procrastinate")
        insert = (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status)"
            " VALUES ('formservice', 'often', 'often', 'often', %s)"
        )
        for status in ("doing", "todo"):
            connection.exec_driver_sql(insert, (status,))
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(**_connection(url)))

    async def revive():
        async with app.open_async():
            await _revived(app)

    asyncio.run(revive())
    with writing(engine) as connection:
        left = connection.exec_driver_sql("SELECT status FROM procrastinate.procrastinate_jobs")
        assert list(left.scalars()) == ["todo"]
    engine.dispose()


def test_who_could_not_tell_tries_again_after_a_pause(url, monkeypatch):
    monkeypatch.setattr(procrastinate_app, "_SILENT_S", 0.3)
    sender, woken = Sender(url), threading.Event()
    defer = procrastinate.App.configure_task

    def broken(*_, **__):
        raise OSError

    monkeypatch.setattr(procrastinate.App, "configure_task", broken)
    sender("eins")
    monkeypatch.setattr(procrastinate.App, "configure_task", defer)
    sender("zwei")  # too soon: nobody is told
    time.sleep(0.4)
    sender("drei")
    sender.close()
    with Delivery(url, woken.set, ()):
        assert woken.wait(15.0)


def test_where_its_tables_are_missing_that_is_known_and_workers_look_more_often(
    url, tmp_path_factory, request
):
    there = Store(url)
    assert is_ready(there)
    assert pace(there).poll >= 2.0
    there.close()
    base = tmp_path_factory.getbasetemp()
    with postgres.database(
        base.parent if hasattr(request.config, "workerinput") else base
    ) as bare:
        missing = Store(bare)
        assert not is_ready(missing)
        assert pace(missing).poll < 1.0
        missing.close()


def test_without_its_tables_telling_changes_nothing(tmp_path_factory, request):
    base = tmp_path_factory.getbasetemp()
    with postgres.database(base.parent if hasattr(request.config, "workerinput") else base) as url:
        sender = Sender(url)
        sender("eins")
        sender.close()


def test_a_frozen_writer_is_ended_by_the_server(url):
    engine = opened(url)
    with writing(engine) as connection:
        asked = "SHOW idle_in_transaction_session_timeout"
        assert connection.exec_driver_sql(asked).scalar() == "30s"
    engine.dispose()
