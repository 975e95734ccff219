"""Fifty people who upload at once meet no error, and nothing they sent is lost."""

import asyncio

import pytest

from benchmarks import web as measured
from tests.store import postgres

pytestmark = [pytest.mark.slow, pytest.mark.engine]
# Each of them sends one file at least; ``python -m benchmarks.web`` lets them go on for minutes.
USERS, SECONDS = 50, 6.0


@pytest.mark.parametrize(
    "database", ["SQLite", pytest.param("PostgreSQL", marks=postgres.needs_postgres)]
)
def test_fifty_people_upload_at_once_and_nothing_is_lost(database, tmp_path, monkeypatch):
    # What the measurement sets in the environment goes with the test.
    for name in ("FORMSERVICE_DATA", "FORMSERVICE_DATABASE_URL"):
        monkeypatch.setenv(name, "")
    with measured.installed(database, tmp_path) as services:
        with measured.served() as base:
            storm = asyncio.run(measured.stormed(services, base, USERS, SECONDS))
        assert not storm.errors
        assert len(storm.accepted) >= USERS
        assert measured.lost(services, storm) == []
