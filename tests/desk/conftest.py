"""The databases of the store's tests."""

from tests.store.conftest import address, archive, engine, store

__all__ = ["address", "archive", "engine", "store"]
