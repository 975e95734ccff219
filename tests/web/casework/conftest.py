"""An office with Maßnahmen and cases, and documents that came in."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.casework_input import part_given, person_given
from formservice.bootstrap.web import WebServices
from formservice.domain.case import Author, Role
from tests.web.conftest import PEOPLE

PERSON = {"name": "Öztürk", "vorname": "Ayşe", "geburtsdatum": "03.02.2001", "number": "0815"}
PART = {"massnahme": "m1", "von": "01.09.2026", "bis": "31.01.2027"}
CARLA, DIRK = Author("carla", Role.IFK), Author("dirk", Role.IFK)


@pytest.fixture
def massnahmen(house: WebServices) -> None:
    """A Maßnahme of each Träger."""
    rows = [
        {"id": "m1", "traeger": "t1", "name": "Startklar"},
        {"id": "m2", "traeger": "t2", "name": "Werkstatt Holz"},
    ]
    with house.store.work() as work:
        work.connection.execute(insert(schema.massnahmen), rows)


@pytest.fixture
def case(house: WebServices, massnahmen: None) -> Callable[..., tuple[str, str]]:
    """Return what opens a case: its id, and that of its participation."""

    def open_(author: Author = CARLA, **typed: str) -> tuple[str, str]:
        person = person_given({**PERSON, **typed}, house.today())
        name = house.office.change.opened(person, part_given(PART), author)
        (one,) = house.office.cases.one(name, author, house.today()).parts
        return name, one.id

    return open_


def author(user: str) -> Author:
    """Return somebody of ``PEOPLE`` as the store knows them."""
    return Author(user, PEOPLE[user][1])


def sought(pattern: str, text: str, flags: int = 0) -> str:
    """Return the first group of what is found in a page; AssertionError if nothing is."""
    found = re.search(pattern, text, flags)
    assert found, pattern
    return found[1]
