"""People who take part in Maßnahmen of two Träger."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema

# Case, family name, given name, Maßnahme, and the days from today on which it begins and ends.
PEOPLE = (
    ("p1", "Nguyen", "Linh", "m1", -40, -20),
    ("p2", "Kowalska", "Anna Maria", "m1", -80, 3),
    ("p3", "Haddad", "Yusuf", "m2", -20, 60),
)


@pytest.fixture
def participants(house):
    """Two participants of t1, one of them late, and one of t2."""
    today = house.today()
    with house.store.work() as work:
        do = work.connection.execute
        for key, traeger, name in (("m1", "t1", "Kompass"), ("m2", "t2", "Start klar")):
            do(insert(schema.massnahmen).values(id=key, traeger=traeger, name=name))
        for key, name, vorname, massnahme, begins, ends in PEOPLE:
            born = date(1990, 4, 3)
            person = {"id": key, "name": name, "vorname": vorname, "geburtsdatum": born}
            do(insert(schema.persons).values(person))
            do(insert(schema.cases).values(id=f"c-{key}", person=key, ifk="carla"))
            row = {"id": f"t-{key}", "case": f"c-{key}", "massnahme": massnahme}
            row |= {"von": today + timedelta(begins), "bis": today + timedelta(ends)}
            do(insert(schema.participations).values(row))
