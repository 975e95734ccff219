"""The house of the web's tests, for programs; and both databases."""

from tests.store.conftest import address, store
from tests.web.conftest import app, browser, house, portal

__all__ = ["address", "app", "browser", "house", "portal", "store"]
