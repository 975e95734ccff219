"""Procrastinate tells workers on PostgreSQL of work, in a schema of its own."""

import threading
import time

import pytest
from sqlalchemy import inspect

from formservice.adapters.store.engine import opened, writing
from formservice.adapters.work.chores import Chore
from formservice.adapters.work.procrastinate_app import Delivery, Sender, installed, is_installed
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
