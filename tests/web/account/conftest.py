"""Passwords of tests are hashed fast: how slow it has to be is no matter of pages."""

import pytest

from formservice.adapters.identity import passwords


@pytest.fixture(autouse=True)
def fast_hashes(monkeypatch):
    """Hash with as little work as there is."""
    monkeypatch.setattr(passwords.Argon2.__init__, "__defaults__", (1, 8))
