"""Cases for those who fill in forms: one of Carla's, with a participation at Anna's Träger."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.bootstrap.web import WebServices


@pytest.fixture
def case(house: WebServices) -> str:
    """Keep a case of Carla's; return its id. Its participation is ``p1``, at Träger ``t1``."""
    today = house.today()
    with house.store.work() as work:
        do = work.connection.execute
        do(
            insert(schema.persons).values(
                id="m1", number="4711", name="Sorgenfrei", vorname="Ayla"
            )
        )
        do(insert(schema.massnahmen).values(id="k1", traeger="t1", name="Werkstatt"))
        do(insert(schema.cases).values(id="c1", person="m1", ifk="carla"))
        do(
            insert(schema.participations).values(
                id="p1",
                case="c1",
                massnahme="k1",
                von=today - timedelta(days=90),
                bis=today + timedelta(days=3),
            )
        )
    return "c1"
