"""A form without our reference: its sender says whom of its own participants it is about."""

import pytest
from sqlalchemy import select

from formservice.adapters.heads import Heads
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.places import Places
from formservice.adapters.store import schema
from formservice.adapters.store.assigned_cases import StoredAssigning
from formservice.adapters.store.inbox import StoredInbox
from formservice.adapters.store.portal import StoredOwnPeople, StoredPortal
from formservice.application.assigning import AssignedError, Wanted
from formservice.application.inbox import Box
from formservice.application.verify import Verify
from formservice.domain.case import Author, Role, State
from formservice.domain.errors import NotFoundError, UsageError
from tests.casework.conftest import ANNA, CARLA, address, office, store
from tests.casework.documents import came, reading
from tests.casework.test_assigning import belongs, opened

__all__ = ["address", "office", "store"]
AYSE = Wanted(name="Öztürk", vorname="Ayşe")
BORIS = Author("boris", Role.TRAEGER)


@pytest.fixture
def people(office):
    return StoredOwnPeople(office)


@pytest.fixture
def own(office):
    """A form on a blank paper of ours, not handed in; and the participation it is of."""
    case, part = opened(office)
    came(office, "d1", reading(name="Öztürk", vorname="Ayşe"), traeger="t1")
    prepared(office, "d1")
    return case, part


def prepared(office, name, state=State.PREPARING):
    table = schema.documents
    with office.work() as work:
        do = table.update().where(table.c.id == name).values(state=str(state))
        work.connection.execute(do)


def test_whose_name_is_on_a_form_is_offered_first_and_nothing_is_assigned_by_itself(
    office, people, own
):
    opened(office, "8", name="Abel")
    first, other = people.offered("d1", AYSE, ANNA)
    assert (first.participation, first.because) == (own[1], ("name", "period"))
    assert (other.name, other.because) == ("Abel", ())
    assert belongs(office) is None
    assert not people.whose("d1", ANNA).is_known


def test_what_its_sender_says_is_where_the_form_belongs(office, people, own):
    people.choose("d1", own[1], ANNA)
    assert belongs(office) == own
    told = people.whose("d1", ANNA)
    assert told.person is not None
    assert (told.person.vorname, told.can_change) == ("Ayşe", True)
    (one,) = StoredPortal(office).documents(ANNA)
    assert one.person == "Öztürk, Ayşe"
    people.take_back("d1", ANNA)
    assert belongs(office) is None


def test_nobody_of_another_traeger_is_offered_or_can_be_said(office, people, own):
    with office.work() as work:
        table = schema.participations
        other = table.update().where(table.c.id == own[1]).values(massnahme="m2")
        work.connection.execute(other)
    assert people.offered("d1", AYSE, ANNA) == []
    with pytest.raises(NotFoundError):
        people.choose("d1", own[1], ANNA)
    assert belongs(office) is None


def test_somebody_of_two_traeger_says_only_people_of_the_one_that_a_form_came_from(
    office, people, own
):
    with office.work() as work:
        work.connection.execute(schema.user_traeger.insert().values(user="anna", traeger="t2"))
        table = schema.participations
        work.connection.execute(table.update().values(massnahme="m2"))
    assert people.offered("d1", AYSE, ANNA) == []


def test_a_form_of_another_traeger_is_as_unknown_as_none(office, people, own):
    for do in (
        lambda: people.offered("d1", AYSE, BORIS),
        lambda: people.whose("d1", BORIS),
        lambda: people.choose("d1", own[1], BORIS),
        lambda: people.take_back("d1", BORIS),
    ):
        with pytest.raises(NotFoundError):
            do()


def test_what_the_office_has_assigned_its_sender_does_not_move(office, people, own):
    prepared(office, "d1", State.IN_REVIEW)
    StoredAssigning(office).assign("d1", own[0], None, AYSE, CARLA)
    with pytest.raises(AssignedError):
        people.choose("d1", own[1], ANNA)
    with pytest.raises(AssignedError):
        people.take_back("d1", ANNA)
    assert belongs(office) == (own[0], None)
    assert not people.whose("d1", ANNA).can_change


def test_what_is_accepted_is_closed(office, people, own):
    prepared(office, "d1", State.ACCEPTED)
    with pytest.raises(UsageError):
        people.choose("d1", own[1], ANNA)


def test_what_its_sender_said_is_proved(office, people, own, tmp_path):
    prepared(office, "d1", State.IN_REVIEW)
    people.choose("d1", own[1], ANNA)
    kept = (office, LocalOriginals(tmp_path / "o"), Heads(tmp_path / "k"), Places(tmp_path / "p"))
    broken = Verify(*kept, lambda: "heute")().broken
    assert broken is None or "Original" in str(broken)
    with office.look() as work:
        table = schema.events
        query = select(table.c.author).where(table.c.type == "document.assigned")
        assert work.connection.execute(query).scalars().all() == ["anna"]


def test_lists_show_the_name_that_was_read_until_a_case_is_known(office, people, own):
    def named(read):
        return str(read["fields"]["name"]["value"])

    (one,) = StoredPortal(office, named).documents(ANNA)
    assert (one.person, one.named) == (None, "Öztürk")
    prepared(office, "d1", State.IN_REVIEW)
    (row,) = StoredInbox(office, named).listed(CARLA, Box.OPEN).rows
    assert (row.person, row.named) == ("", "Öztürk")
    people.choose("d1", own[1], ANNA)
    assert StoredPortal(office, named).documents(ANNA)[0].named == ""
    assert StoredInbox(office, named).listed(CARLA, Box.OPEN).rows[0].named == ""
