"""The same bytes, sent by a Träger and in a batch, are two files: each counts its own pages."""

from hashlib import sha256

import pytest
from sqlalchemy import delete

from formservice.adapters.store import schema
from formservice.adapters.store.desk_batches import StoredBatches
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from formservice.domain.case import PORTAL, State
from tests.portal.conftest import BACK_OFFICE, OWN, people
from tests.store.proven import DAY, reading

__all__ = ["people"]
DATA = b"%PDF-1.7 bogen"
HASH = sha256(DATA).hexdigest()


@pytest.fixture
def sent(people):
    """What keeps the file once more, as so many forms of a page each."""

    def kept(name, forms, *, source="batch", traeger=None, aside=()):
        arrival = Arrival(name, HASH, len(DATA), "bogen.pdf", source, DAY, "text", traeger)
        found = [Found([PageOf(HASH, one + 1)], reading("Nguyen")) for one in range(forms)]
        with people.work() as work:
            work.documents.receive(arrival, OWN if traeger else SERVICE, is_read=True)
            work.documents.found(name, found, SERVICE, aside)
        return name

    return kept


@pytest.fixture
def batch_of(people):
    """What puts a file of so many pages into a batch and returns what became of it."""
    batches = StoredBatches(people)
    batch = batches.opened(BACK_OFFICE)

    def kept(document, pages):
        batches.added(BACK_OFFICE, batch, document, pages, known=False)
        (file,) = batches.files(BACK_OFFICE, batch)
        return file

    return kept


@pytest.mark.parametrize("forms", [1, 2])
def test_a_file_of_a_batch_counts_no_pages_of_what_a_traeger_sent(sent, batch_of, forms):
    sent("theirs", forms, source=PORTAL, traeger="t1")
    sent("ours", forms)
    file = batch_of("ours", forms)
    assert (file.filed, file.missing) == (forms, 0)


def test_a_page_that_is_lost_is_not_made_up_for_by_the_same_bytes(sent, batch_of):
    sent("theirs", 2, source=PORTAL, traeger="t1")
    sent("ours", 1)
    file = batch_of("ours", 2)
    assert (file.filed, file.missing) == (1, 1)


def test_a_file_that_lost_all_its_pages_is_not_one_that_could_not_be_read(people, sent, batch_of):
    sent("ours", 2)
    with people.work() as work:
        work.connection.execute(delete(schema.pages))
    file = batch_of("ours", 2)
    assert (file.filed, file.refused, file.missing) == (0, 0, 2)


def test_the_pages_of_a_file_that_could_not_be_read_are_refused_and_not_missing(people, batch_of):
    with people.work() as work:
        arrival = Arrival("ours", HASH, len(DATA), "bogen.pdf", "batch", DAY, "text")
        work.documents.receive(arrival, SERVICE)
        claim = work.queue.claim(("read",), "test", 30)
        assert claim is not None
        work.queue.fail(claim, "input.damaged", None)
    file = batch_of("ours", 2)
    assert (file.refused, file.missing) == (2, 0)


def test_a_page_that_was_moved_into_another_file_s_document_counts_where_it_came_in(
    people,
    batch_of,
    sent,
):
    other = sha256(b"other").hexdigest()
    pages = [PageOf(other, 1), PageOf(HASH, 2)]
    sent("theirs", 1, source=PORTAL, traeger="t1")
    sent("ours", 1)
    with people.work() as work:
        arrival = Arrival("other", other, 5, "vorn.pdf", "batch", DAY, "text")
        work.documents.receive(arrival, SERVICE, is_read=True)
        work.documents.found("other", [Found(pages, reading("Nguyen"))], SERVICE)
    file = batch_of("ours", 2)
    assert (file.filed, file.missing) == (2, 0)


def test_what_is_the_same_is_told_as_soon_as_it_is_handed_in(people, sent, batch_of):
    sent("theirs", 1, source=PORTAL, traeger="t1")
    sent("ours", 1)
    assert batch_of("ours", 1).same == []
    with people.work() as work:
        work.documents.move("theirs", State.IN_REVIEW, OWN)
    assert batch_of("ours", 1).same == ["theirs"]
