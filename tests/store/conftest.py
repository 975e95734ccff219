"""Every test of the store runs on both databases."""

import pytest

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.archive import Archive
from formservice.adapters.store.engine import embedded, opened, writing
from formservice.adapters.store.schema import metadata
from formservice.adapters.store.store import Store
from tests.store import postgres


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[postgres.needs_postgres, pytest.mark.engine]),
    ]
)
def address(request, tmp_path, tmp_path_factory):
    """The address of an empty database."""
    if request.param == "sqlite":
        yield embedded(tmp_path / "data")
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    with postgres.database(shared) as url:
        yield url


@pytest.fixture
def engine(address):
    """An engine on that database."""
    engine = opened(address)
    yield engine
    engine.dispose()


@pytest.fixture
def store(address):
    """A store with empty tables in that database."""
    store = Store(address)
    with writing(store.engine) as connection:
        metadata.create_all(connection)
    yield store
    store.close()


@pytest.fixture
def archive(store, tmp_path):
    """What keeps files that are read already, in that store."""
    return Archive(store, LocalOriginals(tmp_path / "originals"))
