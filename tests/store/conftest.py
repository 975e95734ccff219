"""Every test of the store runs on both databases."""

from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.archive import Archive
from formservice.adapters.store.engine import embedded, opened, writing
from formservice.adapters.store.schema import metadata
from formservice.adapters.store.store import Store
from formservice.application.goals import goals_told
from tests import known
from tests.store import postgres


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[postgres.needs_postgres, pytest.mark.engine]),
    ]
)
def address(request, tmp_path, tmp_path_factory):
    """The address of an empty database; with all tables for who asks for a store."""
    is_store = "store" in request.fixturenames
    if request.param == "sqlite":
        url = embedded(tmp_path / "data")
        if is_store:
            file = Path(str(url.database))
            file.parent.mkdir(mode=0o700)
            file.touch(mode=0o600)
            file.write_bytes(_with_tables())
        yield url
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    with postgres.laid_out(shared, metadata) if is_store else postgres.database(shared) as url:
        yield url


@cache
def _with_tables() -> bytes:
    """Return a database in which nothing stands, made once in a process and copied then."""
    with TemporaryDirectory() as folder:
        url = embedded(Path(folder) / "data")
        store = Store(url)
        with writing(store.engine) as connection:
            metadata.create_all(connection)
        store.close()
        return Path(str(url.database)).read_bytes()


@pytest.fixture
def engine(address):
    """An engine on that database."""
    engine = opened(address)
    yield engine
    engine.dispose()


@pytest.fixture
def store(address):
    """A store with empty tables in that database."""
    store = Store(address, goals=partial(goals_told, forms=known.services().forms))
    yield store
    store.close()


@pytest.fixture
def archive(store, tmp_path):
    """What keeps files that are read already, in that store."""
    return Archive(store, LocalOriginals(tmp_path / "originals"))
