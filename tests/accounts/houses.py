"""Accounts over a database, and what tests ask of them."""

from dataclasses import dataclass

import pyotp
from sqlalchemy import func, insert, select, update

from formservice.adapters.identity.second_factor import Totp
from formservice.adapters.store import schema
from formservice.adapters.store.sessions import StoredSessions
from formservice.adapters.store.store import Store
from formservice.application.accounts import SigningIn
from formservice.application.accounts_invited import Invite
from formservice.application.accounts_own import OwnAccount
from formservice.application.accounts_people import NewPerson, People
from formservice.application.signed_in import SignedIn
from formservice.domain.case import Author, Role

PASSWORD = "Sieben Zwerge essen Suppe"  # noqa: S105 - of nobody
WRONG = "Sieben Zwerge essen nichts"
ADMIN = Author("gerda", Role.ADMIN)
LEAD = Author("frank", Role.LEAD)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Accounts:
    """The use cases, and the parts that tests look at."""

    store: Store
    clock: Clock
    sessions: StoredSessions
    factors: Totp
    signing_in: SigningIn
    own: OwnAccount
    people: People
    invite: Invite

    def person(self, login: str, role: Role = Role.IFK, *traeger: str) -> str:
        """Add somebody whose password is ``PASSWORD``; return who it is."""
        new = NewPerson("Mia Muster", role, login, traeger=traeger)
        started = self.people.add(new, ADMIN)
        me = SignedIn(started.user, "", role)
        self.own.change_password(me, None, PASSWORD)
        return started.user

    def factor(self, user: str) -> pyotp.TOTP:
        """Give somebody a second factor; return what makes its codes."""
        sealed = self.factors.new(user)
        with self.store.work() as work:
            work.accounts.credentials(user, totp=sealed)
        return pyotp.TOTP(self.factors.shown(user, sealed) or "")

    def me(self, secret: str) -> SignedIn:
        """Return whose session it is."""
        found = self.sessions.known(secret)
        assert found is not None
        return found

    def events(self) -> list[str]:
        """Return the types of all events, in their order."""
        with self.store.look() as work:
            query = select(schema.events.c.type).order_by(schema.events.c.seq)
            return list(work.connection.execute(query).scalars())

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        with self.store.look() as work:
            query = select(func.count()).select_from(schema.metadata.tables[table])
            return work.connection.execute(query).scalar_one()

    def aged(self, table: str, **seconds: float) -> None:
        """Put times of all rows so many seconds back."""
        found = schema.metadata.tables[table]
        values = {name: found.c[name] - by for name, by in seconds.items()}
        with self.store.work() as work:
            work.connection.execute(update(found).values(**values))


def settled(store: Store) -> None:
    """Add two Träger, and the people who administer."""
    with store.work() as work:
        rows = [{"id": "t1", "name": "Lindenhof"}, {"id": "t2", "name": "Nordring"}]
        work.connection.execute(insert(schema.traeger), rows)
        users = [
            {"id": "gerda", "name": "Gerda", "role": "admin", "active": True},
            {"id": "frank", "name": "Frank", "role": "lead", "active": True},
        ]
        work.connection.execute(insert(schema.users), users)
