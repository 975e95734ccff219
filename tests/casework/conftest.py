"""A store on both databases, with two Träger, their Maßnahmen and people who look after cases."""

from datetime import date

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.domain.case import Author, Role
from tests.store.conftest import address, store

__all__ = ["address", "store"]

DAY = date(2026, 11, 21)
CARLA, DIRK = Author("carla", Role.IFK), Author("dirk", Role.IFK)
FRANK, ELIF, ANNA = (
    Author("frank", Role.LEAD),
    Author("elif", Role.BACK_OFFICE),
    Author("anna", Role.TRAEGER),
)


@pytest.fixture
def office(store):
    """The office before its first case."""
    users = [(one, str(one.role)) for one in (CARLA, DIRK, FRANK, ELIF, ANNA)]
    with store.work() as work:
        do = work.connection.execute
        do(
            insert(schema.users),
            [{"id": one.id, "name": f"{one.id} Fall", "role": role} for one, role in users],
        )
        do(
            insert(schema.traeger),
            [{"id": "t1", "name": "Lindenhof"}, {"id": "t2", "name": "Nordring"}],
        )
        do(
            insert(schema.massnahmen),
            [
                {"id": "m1", "traeger": "t1", "name": "Startklar"},
                {"id": "m2", "traeger": "t2", "name": "Werkstatt"},
            ],
        )
        do(insert(schema.user_traeger).values(user="anna", traeger="t1"))
    return store
