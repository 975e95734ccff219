"""What a Träger has not handed in is its own: nobody else sees, counts or reminds of it."""

from datetime import timedelta
from hashlib import sha256

import pytest

from formservice.adapters.store import schema
from formservice.adapters.store.selection import selected
from formservice.adapters.store.store import Store
from formservice.adapters.work.reminders import reminded
from formservice.application.discarding import PutAside, discarded
from formservice.application.dossier import Selection
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from formservice.domain.case import BROWSER, PORTAL, State
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.portal.conftest import BACK_OFFICE, IFK, LEAD, OFFICE, OTHER, OWN
from tests.store.proven import DAY, reading
from tests.store.searched import asked


def sent(
    store: Store,
    name: str = "d1",
    forms: int = 1,
    source: str = PORTAL,
    traeger: str = "t1",
    form: str | None = "feedbackbogen",
) -> str:
    """Receive a file with so many forms from a Träger."""
    hashed = sha256(name.encode()).hexdigest()
    arrival = Arrival(name, hashed, 5, "bogen.pdf", source, DAY, "text", traeger)
    read = reading("Nguyen") | ({} if form else {"form": None})
    found = [Found([PageOf(hashed, one + 1)], read) for one in range(forms)]
    with store.work() as work:
        work.documents.receive(arrival, OWN, is_read=True)
        work.documents.found(name, found, SERVICE)
    return name


def state_of(store: Store, document: str) -> State:
    with store.look() as work:
        return work.documents.get(document).state


@pytest.mark.parametrize("source", [PORTAL, BROWSER])
def test_what_a_traeger_uploads_or_fills_in_is_in_preparation(people, source):
    assert state_of(people, sent(people, source=source)) is State.PREPARING


def test_a_file_in_which_no_form_was_recognised_is_in_preparation_as_well(people):
    assert state_of(people, sent(people, forms=0)) is State.PREPARING


def test_each_of_several_forms_of_a_file_is_in_preparation(people):
    sent(people, forms=3)
    with people.look() as work:
        states = [one.state for one in work.documents.parts("d1")]
    assert states == [State.PREPARING] * 3


def test_what_the_office_uploads_for_a_traeger_is_no_preparation(people):
    assert state_of(people, sent(people, source="upload")) is State.IN_REVIEW


@pytest.mark.parametrize("viewer", OFFICE, ids=lambda one: one.role)
@pytest.mark.parametrize("forms", [0, 1, 2])
def test_nobody_of_the_office_finds_or_opens_it(people, viewer, forms):
    sent(people, forms=forms)
    assert asked(people, "", viewer).total == 0
    with people.look() as work:
        ids = ["d1", *(one.id for one in work.documents.parts("d1"))]
        assert not any(work.search.is_visible(one, viewer) for one in ids)


@pytest.mark.parametrize("viewer", OFFICE, ids=lambda one: one.role)
def test_nobody_of_the_office_sees_it_while_it_waits_to_be_read(people, viewer):
    arrival = Arrival("d1", "0" * 64, 5, "scan.pdf", PORTAL, DAY, None, "t1")
    with people.work() as work:
        work.documents.receive(arrival, OWN)
    with people.look() as work:
        assert not work.search.is_visible("d1", viewer)
        assert work.search.is_visible("d1", OWN)


def test_its_own_people_find_it_and_those_of_another_do_not(people):
    sent(people)
    assert [one.state for one in asked(people, "", OWN).hits] == [State.PREPARING]
    assert asked(people, "", OTHER).total == 0
    with people.work() as work, pytest.raises(NotFoundError):
        work.documents.save("d1", 1, reading("Neu"), OTHER)


def test_a_file_of_several_forms_is_the_offices_when_all_are_handed_in(people):
    sent(people, forms=2)
    with people.look() as work:
        first, second = (one.id for one in work.documents.parts("d1"))
    for handed_in, is_there in ((first, False), (second, True)):
        with people.work() as work:
            work.documents.move(handed_in, State.IN_REVIEW, OWN)
        with people.look() as work:
            assert work.search.is_visible(handed_in, IFK)
            assert work.search.is_visible("d1", LEAD) == is_there


@pytest.mark.parametrize("author", [IFK, BACK_OFFICE, LEAD], ids=lambda one: one.role)
def test_nobody_of_the_office_takes_it_or_changes_it(people, author):
    sent(people)
    with people.work() as work, pytest.raises(UsageError):
        work.documents.move("d1", State.IN_REVIEW, author)
    with people.work() as work, pytest.raises(UsageError):
        work.documents.save("d1", 1, reading("Neu"), author)


def test_it_is_accepted_by_nobody_before_it_is_handed_in(people):
    sent(people)
    with people.work() as work, pytest.raises(ConflictError):
        work.documents.move("d1", State.ACCEPTED, IFK)


def test_nobody_is_reminded_of_its_deadlines(people):
    sent(people)
    assert reminded(people, DAY - timedelta(days=1)) == 0
    with people.work() as work:
        work.documents.move("d1", State.IN_REVIEW, OWN)
    assert reminded(people, DAY - timedelta(days=1)) == 1


def test_it_is_put_out_only_if_somebody_names_it(people):
    sent(people)
    with people.look() as work:
        assert selected(work.connection, Selection()) == []
        assert selected(work.connection, Selection(ids=["d1"])) == ["d1"]
        assert selected(work.connection, Selection(states=("preparing",))) == ["d1"]


@pytest.mark.parametrize("viewer", OFFICE, ids=lambda one: one.role)
def test_nobody_of_the_office_sees_what_was_thrown_away(people, viewer):
    PutAside(people)(sent(people), OWN)
    assert asked(people, "", viewer).total == 0
    with people.look() as work:
        assert not work.search.is_visible("d1", viewer)
        assert work.search.is_visible("d1", OWN)
        assert not work.search.is_visible("d1", OTHER)


def test_what_was_thrown_away_is_deleted_with_its_file_a_day_later(people):
    throw = PutAside(people)
    sent(people, forms=2)
    with people.look() as work:
        first, second = (one.id for one in work.documents.parts("d1"))
    throw(first, OWN)
    throw(second, OWN)
    throw.restore(second, OWN)
    aged = "UPDATE acknowledgements SET created_at = created_at - 86401"
    with people.work() as work:
        work.connection.exec_driver_sql(aged)
    assert discarded(people) == 1
    assert state_of(people, second) is State.PREPARING
    throw(second, OWN)
    assert discarded(people) == 0  # a day from the second time on
    with people.work() as work:
        work.connection.exec_driver_sql(aged)
    assert discarded(people) == 2  # the last form, and the file


@pytest.mark.parametrize("who", [IFK, BACK_OFFICE, LEAD, OTHER], ids=lambda one: one.id)
def test_nobody_else_throws_it_away_or_takes_that_back(people, who):
    throw = PutAside(people)
    sent(people)
    with pytest.raises(NotFoundError):
        throw("d1", who)
    throw("d1", OWN)
    with pytest.raises(NotFoundError):
        throw.restore("d1", who)


def test_a_file_of_several_forms_is_not_thrown_away_at_once(people):
    sent(people, forms=2)
    with pytest.raises(UsageError, match="mehrere Bögen"):
        PutAside(people)("d1", OWN)


def test_all_of_a_file_that_is_not_handed_in_is_thrown_away_and_taken_back_together(people):
    throw = PutAside(people)
    sent(people, forms=3)
    with people.work() as work:
        first, second, third = (one.id for one in work.documents.parts("d1"))
        work.documents.move(first, State.IN_REVIEW, OWN)
    throw(second, OWN)
    for _ in range(2):
        throw.whole("d1", OWN)
        found = [state_of(people, one) for one in (first, second, third)]
        assert found == [State.IN_REVIEW, State.DISCARDED, State.DISCARDED]
    for _ in range(2):
        throw.restore("d1", OWN)
        found = [state_of(people, one) for one in (first, second, third)]
        assert found == [State.IN_REVIEW, State.PREPARING, State.PREPARING]


def test_a_file_of_which_all_forms_are_handed_in_is_not_thrown_away(people):
    sent(people, forms=2)
    with people.work() as work:
        for one in work.documents.parts("d1"):
            work.documents.move(one.id, State.IN_REVIEW, OWN)
    with pytest.raises(UsageError, match="eingereicht"):
        PutAside(people).whole("d1", OWN)


def test_of_a_file_nothing_is_thrown_away_while_one_of_its_forms_is_being_read(people):
    sent(people, forms=2)
    with people.work() as work:
        first, second = (one.id for one in work.documents.parts("d1"))
        row = schema.documents.update().where(schema.documents.c.id == second)
        work.connection.execute(row.values(status="running"))
    with pytest.raises(ConflictError, match="gerade gelesen"):
        PutAside(people).whole("d1", OWN)
    assert state_of(people, first) is State.PREPARING


@pytest.mark.parametrize("who", [IFK, BACK_OFFICE, LEAD, OTHER], ids=lambda one: one.id)
def test_nobody_else_throws_a_whole_file_away(people, who):
    sent(people, forms=2)
    with pytest.raises(NotFoundError):
        PutAside(people).whole("d1", who)
