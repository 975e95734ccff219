"""A database opened by us keeps what was committed, and readers are in nobody's way."""

import asyncio
import traceback

import pytest
from anyio import to_thread
from sqlalchemy import insert, select
from sqlalchemy.pool import QueuePool

from formservice.adapters.store.engine import address as address_of
from formservice.adapters.store.engine import embedded, now, opened, reading, writing
from formservice.adapters.store.schema import metadata, traeger
from formservice.domain.errors import StorageError, UsageError

NAME = "Đặng Ģirts"  # invented; must never appear in an error


@pytest.fixture
def filled(engine):
    with writing(engine) as connection:
        metadata.create_all(connection)
        connection.execute(insert(traeger).values(id="t1", name="Brücke e. V."))
    return engine


def names(connection):
    return list(connection.execute(select(traeger.c.name)).scalars())


def test_what_was_written_is_read_again(filled):
    with reading(filled) as connection:
        assert names(connection) == ["Brücke e. V."]


def test_a_transaction_that_fails_leaves_nothing(filled):
    def broken_off() -> None:
        with writing(filled) as connection:
            connection.execute(insert(traeger).values(id="t2", name="Zweiter"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    with reading(filled) as connection:
        assert names(connection) == ["Brücke e. V."]


def test_who_reads_keeps_nobody_from_writing_and_sees_one_point_in_time(filled):
    with reading(filled) as before:
        assert len(names(before)) == 1
        with writing(filled) as connection:
            connection.execute(insert(traeger).values(id="t2", name="Zweiter"))
        assert len(names(before)) == 1
    with reading(filled) as after:
        assert len(names(after)) == 2


def test_the_clock_is_the_database_s_and_goes_on(filled):
    with reading(filled) as connection:
        first = connection.execute(select(now())).scalar_one()
    with reading(filled) as connection:
        second = connection.execute(select(now())).scalar_one()
    assert 1_700_000_000 < first <= second < first + 60


def test_an_error_of_the_database_names_no_value(filled):
    row = {"id": NAME, "name": NAME}
    with pytest.raises(StorageError) as raised, writing(filled) as connection:
        connection.execute(insert(traeger), [row, row])
    told = "".join(traceback.format_exception(raised.value))
    assert "INSERT INTO traeger" in told
    assert NAME not in told


@pytest.mark.parametrize("given", ["", "nix", "mysql://x/y", "sqlite://", "://", "postgres"])
def test_an_address_that_is_none_is_refused_without_repeating_it(given):
    with pytest.raises(UsageError) as raised:
        address_of(given)
    assert "FORMSERVICE_DATABASE_URL" in raised.value.message


def test_a_password_in_an_address_is_never_repeated():
    with pytest.raises(UsageError) as raised:
        address_of("oracle://user:geheim@host/db")
    assert "geheim" not in repr(raised.value) + str(raised.value.__cause__)


def looked(engine):
    with reading(engine):
        pass


def test_there_are_connections_for_all_who_answer_at_once(tmp_path):
    async def threads():
        return int(to_thread.current_default_thread_limiter().total_tokens)

    engine = opened(embedded(tmp_path))
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    pool._timeout = 0.01
    taken = [engine.connect() for _ in range(asyncio.run(threads()) + 2)]
    try:
        looked(engine)
        while pool.overflow() < pool._max_overflow:
            taken.append(engine.connect())
        with pytest.raises(StorageError) as told:
            looked(engine)
        assert told.value.hint
    finally:
        for one in taken:
            one.close()
        engine.dispose()
