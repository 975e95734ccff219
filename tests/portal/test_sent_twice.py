"""The same bytes from a Träger and on another way, whatever became of the first.

What a Träger has not handed in nobody of the office sees: the office has a document of its own.
"""

from hashlib import sha256

import pytest
from sqlalchemy import select

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.discarding import PutAside, discarded
from formservice.application.ports_store import SERVICE, Arrival, Found, Kept, PageOf
from formservice.application.receive import Receive, Sent
from formservice.application.uploading import Upload, Uploaded
from formservice.domain.case import State
from formservice.domain.errors import NotFoundError
from tests.portal.conftest import IFK, LEAD, OWN
from tests.store.proven import DAY, reading

DATA = b"%PDF-1.7 bogen"
HASH = sha256(DATA).hexdigest()
AGED = "UPDATE acknowledgements SET created_at = created_at - 86401"


class Reads:
    """Finds so many forms in every file; None leaves it to workers."""

    def __init__(self, forms: int | None) -> None:
        self._forms = forms

    def at_once(self, data, file, *, received):
        if self._forms is None:
            return None
        return [
            {**reading("Nguyen"), "file": file, "page_numbers": [one + 1], "medium": "text"}
            for one in range(self._forms)
        ]


@pytest.fixture
def originals(tmp_path):
    return LocalOriginals(tmp_path / "originals")


@pytest.fixture
def receive(people, originals):
    """What comes by mail, from a watched folder or by staff."""
    return lambda: Receive(people, originals)(Sent(DATA, "bogen.pdf", "mail", DAY))


@pytest.fixture
def upload(people, originals):
    """What a Träger sends: with one form, two, none that is known, or not read yet (None)."""

    def sent(forms: int | None = 1) -> tuple[Kept, bool]:
        told: list[str] = []
        use = Upload(people, originals, Reads(forms), told.append, lambda: DAY)
        return use(Uploaded(DATA, "bogen.pdf", "t1"), OWN)

    return sent


def found_in(store: Store, document: str, forms: int) -> None:
    """Let a worker have read a file."""
    found = [Found([PageOf(HASH, one + 1)], reading("Nguyen")) for one in range(forms)]
    with store.work() as work:
        work.documents.found(document, found, SERVICE)


def parts_of(store: Store, document: str) -> list[str]:
    with store.look() as work:
        return [one.id for one in work.documents.parts(document)]


def state_of(store: Store, document: str) -> State:
    with store.look() as work:
        return work.documents.get(document).state


def all_ids(store: Store) -> set[str]:
    with store.look() as work:
        return set(work.connection.execute(select(schema.documents.c.id)).scalars())


def a_day_later(store: Store) -> int:
    with store.work() as work:
        work.connection.exec_driver_sql(AGED)
    return discarded(store)


@pytest.mark.parametrize("forms", [None, 1], ids=["unread", "in preparation"])
def test_what_a_traeger_has_not_handed_in_is_no_document_of_the_office(
    people, upload, receive, forms
):
    own, _ = upload(forms)
    kept, known = receive()
    assert (known, kept.traeger) == (False, None)
    assert kept.id != own.id
    with people.look() as work:
        assert work.search.is_visible(kept.id, LEAD)
        assert not work.search.is_visible(own.id, LEAD)
    assert receive() == (kept, True)
    assert upload(forms)[0].id == own.id


def test_what_a_traeger_threw_away_is_no_document_of_the_office(people, upload, receive):
    own, _ = upload()
    PutAside(people)(own.id, OWN)
    kept, known = receive()
    assert not known
    with people.look() as work:
        assert work.search.is_visible(kept.id, LEAD)
    assert state_of(people, own.id) is State.DISCARDED


def test_a_file_of_which_one_form_is_not_handed_in_is_no_document_of_the_office(
    people, upload, receive
):
    own, _ = upload(2)
    first, second = parts_of(people, own.id)
    with people.work() as work:
        work.documents.move(first, State.IN_REVIEW, OWN)
    kept, known = receive()
    assert (kept.id == own.id, known) == (False, False)
    assert state_of(people, second) is State.PREPARING


def test_what_a_traeger_has_handed_in_is_known_to_the_office(people, upload, receive):
    own, _ = upload()
    with people.work() as work:
        work.documents.move(own.id, State.IN_REVIEW, OWN)
    kept, known = receive()
    assert (kept.id, known) == (own.id, True)


def test_what_the_office_uploaded_for_a_traeger_is_known_to_it_unread(people, receive):
    with people.work() as work:
        arrival = Arrival("d1", HASH, len(DATA), "bogen.pdf", "upload", DAY, None, "t1")
        work.documents.receive(arrival, IFK)
    kept, known = receive()
    assert (kept.id, known) == ("d1", True)


@pytest.mark.parametrize("office", [None, 0, 1, 2], ids=["unread", "nothing", "one", "two"])
@pytest.mark.parametrize("own", [0, 1, 2])
def test_what_the_office_has_stays_when_the_traeger_s_own_is_deleted(
    people, originals, upload, receive, own, office
):
    mine, _ = upload(own)
    theirs, _ = receive()
    if office is not None:
        found_in(people, theirs.id, office)
    stays = {theirs.id, *parts_of(people, theirs.id)}
    for one in parts_of(people, mine.id) or [mine.id]:
        PutAside(people)(one, OWN)
    assert a_day_later(people) == (3 if own == 2 else 1)
    assert all_ids(people) == stays
    assert originals.read(HASH) == DATA
    with people.look() as work:
        assert work.search.is_visible(theirs.id, LEAD)
        assert work.connection.execute(select(schema.originals.c.sha256)).scalars().all() == [HASH]


@pytest.mark.parametrize("own", [0, 1, 2])
def test_what_a_traeger_prepares_stays_when_the_office_s_document_is_deleted(
    people, upload, receive, own
):
    mine, _ = upload(own)
    theirs, _ = receive()
    found_in(people, theirs.id, 2)
    stays = {mine.id, *parts_of(people, mine.id)}
    for one in parts_of(people, theirs.id):
        with people.erasing() as work:
            work.erase(work.scope(one), SERVICE, "Az. 1", 60.0)
    assert all_ids(people) == stays


def test_a_file_goes_with_the_document_that_has_its_pages_whoever_else_sent_it(
    people, upload, receive
):
    """Of several files kept together one may hold pages of another's document only."""
    mine, _ = upload(0)
    theirs, _ = receive()
    first = Arrival("d1", "1" * 64, 5, "vorn.pdf", "batch", DAY, "text")
    with people.work() as work:
        work.documents.receive(first, SERVICE, is_read=True)
        pages = [PageOf("1" * 64, 1), PageOf(HASH, 1)]
        work.documents.found("d1", [Found(pages, reading("Nguyen"))], SERVICE)
        work.documents.found(theirs.id, [], SERVICE, [{"why": "elsewhere", "page": 1}])
    with people.erasing() as work:
        work.erase(work.scope("d1"), SERVICE, "Az. 1", 60.0)
    assert all_ids(people) == {mine.id}


def test_what_was_thrown_away_is_back_when_it_is_sent_again(people, upload):
    own, _ = upload()
    PutAside(people)(own.id, OWN)
    again, known = upload()
    assert (again.id, again.state, known) == (own.id, State.PREPARING, True)
    assert a_day_later(people) == 0
    assert state_of(people, own.id) is State.PREPARING


def test_forms_that_were_thrown_away_are_back_when_their_file_is_sent_again(people, upload):
    own, _ = upload(2)
    for one in parts_of(people, own.id):
        PutAside(people)(one, OWN)
    assert upload(2)[0].id == own.id
    assert a_day_later(people) == 0
    assert {state_of(people, one) for one in parts_of(people, own.id)} == {State.PREPARING}


def test_what_is_deleted_for_good_and_sent_again_is_a_new_document(people, upload):
    own, _ = upload()
    PutAside(people)(own.id, OWN)
    assert a_day_later(people) == 1
    again, known = upload()
    assert not known
    with people.look() as work, pytest.raises(NotFoundError):
        work.documents.get(own.id)
    assert state_of(people, again.id) is State.PREPARING
