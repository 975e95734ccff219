"""Corrections in the store: who may, versions, two people at once, and taking back."""

import uuid

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.aside import sorted_out
from formservice.application.ports_store import SERVICE, Arrival, Author
from formservice.domain.case import Role, State
from formservice.domain.changes import StaleError
from formservice.domain.errors import NotFoundError, UsageError
from tests.editing.conftest import RECEIVED

IFK, OTHER = Author("carla", Role.IFK), Author("dirk", Role.IFK)
STRANGER = Author("boris", Role.TRAEGER)


@pytest.fixture
def document(services, readings) -> str:
    """Keep a received Feedbackbogen; return its id."""
    name = uuid.uuid4().hex
    arrival = Arrival(name, uuid.uuid4().hex * 2, 3, "bogen.pdf", "upload", RECEIVED)
    with services.store.work() as work:
        work.documents.receive(arrival, SERVICE, is_read=True)
        told = sorted_out([readings["feedbackbogen"] | {"sha256": arrival.sha256}], arrival.sha256)
        work.documents.found(name, told.found, SERVICE)
    return name


def value(services, document, key):
    with services.store.look() as work:
        return work.documents.newest(document).reading["fields"][key]["value"]


def test_a_correction_is_a_version_with_author_and_reason(services, edit, document):
    assert edit(document, 1, {"name": "Yildiz"}, IFK, "am Telefon geklärt") == 2
    with services.store.look() as work:
        first, second = work.documents.versions(document)
    assert (first.reading["fields"]["name"]["value"], second.author) == ("Yılmaz", "carla")
    assert second.reason == "am Telefon geklärt"


def test_what_changes_nothing_makes_no_version(edit, document):
    assert edit(document, 1, {"name": "Yılmaz"}, IFK) == 1


def test_who_was_slower_is_told_what_changed(edit, document):
    edit(document, 1, {"name": "Yildiz"}, IFK)
    with pytest.raises(StaleError) as refused:
        edit(document, 1, {"vorname": "Cem"}, OTHER)
    assert refused.value.changed == ("name",)
    assert "„Name“" in str(refused.value)
    assert "Yildiz" not in str(refused.value)
    assert dict(edit.changed(document, 1, OTHER)) == {"name": "Name"}


def test_a_foreign_traeger_is_told_that_there_is_no_such_document(edit, document):
    for do in (
        lambda: edit(document, 1, {"name": "x"}, STRANGER),
        lambda: edit.undo(document, 1, STRANGER),
        lambda: edit.changed(document, 1, STRANGER),
    ):
        with pytest.raises(NotFoundError):
            do()


def test_what_is_accepted_is_not_corrected_any_more(services, edit, document):
    with services.store.work() as work:
        table = schema.documents
        change = table.update().where(table.c.id == document)
        work.connection.execute(change.values(state=State.ACCEPTED))
    with pytest.raises(UsageError):
        edit(document, 1, {"name": "x"}, IFK)


def test_the_last_correction_is_taken_back_by_who_made_it(services, edit, document):
    version = edit(document, 1, {"name": "Yildiz"}, IFK)
    with pytest.raises(UsageError):
        edit.undo(document, version, OTHER)
    assert edit.undo(document, version, IFK) == 3
    assert value(services, document, "name") == "Yılmaz"
    with pytest.raises(StaleError):
        edit.undo(document, version, IFK)


def test_what_was_read_is_not_taken_back(edit, document):
    with pytest.raises(UsageError):
        edit.undo(document, 1, IFK)


@pytest.mark.parametrize(
    "other",
    [
        {"sha256": "f" * 64},
        {"pages": [{"sha256": "f" * 64, "page": 1, "file": "neu.pdf"}]},
        {"page_numbers": [7]},
        {"form": {"id": "erwartungsbogen", "edition": "2023-09-22"}},
    ],
    ids=["a new file", "pages of two files", "other pages", "another form"],
)
def test_what_was_no_correction_is_not_taken_back_as_one(services, edit, document, other):
    with services.store.work() as work:
        before = work.documents.newest(document).reading
        work.documents.save(document, 1, {**before, **other}, IFK)
    with pytest.raises(UsageError, match="nur berichtigte Angaben"):
        edit.undo(document, 2, IFK)
    with services.store.look() as work:
        assert work.documents.get(document).version == 2


def test_a_corrected_document_is_found_by_its_new_words(services, edit, document):
    with services.store.work() as work:
        people = schema.users
        work.connection.execute(
            insert(people).values(id=f"u{document[:8]}", name="x", role="lead", active=True)
        )
    edit(document, 1, {"vorname": f"Zz{document[:12]}"}, IFK)
    assert services.find(f"Zz{document[:12]}", Author("u", Role.LEAD)).total == 1
