"""Stores with two Träger and people of the office, on both databases."""

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.adapters.store.engine import writing
from formservice.adapters.store.store import Store
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from tests.store.conftest import address, engine, store  # noqa: F401 - fixtures
from tests.store.searched import with_traeger

OWN, OTHER = Author("u-t1", Role.TRAEGER), Author("u-t2", Role.TRAEGER)
IFK, BACK_OFFICE = Author("ifk", Role.IFK), Author("bo", Role.BACK_OFFICE)
LEAD, ADMIN = Author("lead", Role.LEAD), Author("admin", Role.ADMIN)
OFFICE = (IFK, BACK_OFFICE, LEAD, ADMIN)


@pytest.fixture
def people(store: Store) -> Store:  # noqa: F811 - the fixture
    """The store, with two Träger, their people and those of the office."""
    with_traeger(store, "t1", "t2")
    with writing(store.engine) as connection:
        for one in OFFICE:
            row = {"id": one.id, "name": one.id, "role": str(one.role), "active": True}
            connection.execute(insert(schema.users).values(row))
    return store
