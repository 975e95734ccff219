"""The store of accounts is tried on both databases; a clock that stands still makes codes."""

import pytest

from formservice.adapters.identity.passwords import Argon2
from formservice.adapters.identity.second_factor import Totp
from formservice.adapters.store.sessions import StoredSessions
from formservice.application.accounts import SigningIn
from formservice.application.accounts_invited import Invite
from formservice.application.accounts_own import OwnAccount
from formservice.application.accounts_people import People
from formservice.bootstrap.settings import new_reference
from tests.accounts.houses import Accounts, Clock, settled
from tests.store.conftest import address, engine, store  # noqa: F401 - fixtures of both databases


@pytest.fixture
def accounts(store) -> Accounts:  # noqa: F811 - the fixture above
    """The use cases of accounts over an empty database with two Träger."""
    clock = Clock()
    passwords, factors = Argon2(1, 8), Totp(b"k" * 32, "formservice", clock)
    sessions = StoredSessions(store)
    settled(store)
    return Accounts(
        store,
        clock,
        sessions,
        factors,
        SigningIn(store, sessions, passwords, factors),
        OwnAccount(store, passwords, factors),
        People(store, passwords, factors, new_reference),
        Invite(store, passwords, new_reference, lambda one: f"https://x/{one}", mails=True),
    )
