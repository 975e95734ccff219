"""Every column of what belongs to a document is proved, or stands here with the reason why not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any  # a column may hold anything

import pytest
from sqlalchemy import Column, Table, insert

from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded
from formservice.application.ports_delivery import HandedFile, Receipt
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from tests.store.proven import DAY, IFK, Installation, installation, reading

_WORK = "where it stands for workers; it changes with every try, and is done again if in doubt"
_WHEN = "the events of the delivery tell when"
UNPROVEN = {
    "originals.medium": "the sender's word for the bytes, which are proved; nothing depends on it",
    "originals.received_at": "how long bytes without a document are waited for; no more than that",
    **{
        f"documents.{name}": _WORK
        for name in ("stage", "status", "due", "owner", "tries", "fence", "error")
    },
    "documents.goals_by": "goals that were read by another definition are read anew",
    "pages.position": "only the order counts, and that is proved",
    "acknowledgements.id": "only the order counts, and each is proved with its time",
    **{
        f"progress.{name}": "what people are shown while a document is worked on"
        for name in ("seq", "at", "stage", "code", "done", "total")
    },
    **{
        f"outbox.{name}": "what is yet to be sent; what was sent stands with its delivery"
        for name in ("id", "kind", "body", "due", "tries", "done_at", "receipt")
    },
    "deliveries.process": "a delivery of another name is answered by nobody",
    "deliveries.error": "a code for people; that it failed is proved",
    "deliveries.created_at": _WHEN,
    "deliveries.delivered_at": _WHEN,
    "deliveries.confirmed_at": _WHEN,
    **{
        f"drafts.{column.name}": "typed and not yet kept: nobody answers for it"
        for column in schema.web.drafts.c
        if not column.foreign_keys
    },
    **{
        f"issued.{column.name}": "what was made for somebody; what comes back is proved"
        for column in schema.web.issued.c
        if not column.foreign_keys
    },
    **{
        f"desk.{name}": "who looks at it just now; that it was looked through is told by an event"
        for name in ("user", "until", "done_version")
    },
    "batch_files.known": "what was shown when it was uploaded",
    "batch_files.pages": "counted when it was uploaded, to hold what was filed against it",
    "search.id": "a number for the index",
    "search.normaliser": "of another version, the words are made anew",
}
# The rest of what the chain would miss of these is made anew, or was told of by other events.
UNMISSED = {"progress", "outbox", "search", "drafts", "issued", "desk", "batch_files"}


def of_documents() -> Iterator[Table]:
    """Yield every table whose rows are a document's."""
    for table in schema.metadata.sorted_tables:
        refers = any(key.column is schema.documents.c.id for key in table.foreign_keys)
        if refers or table in (schema.documents, schema.originals, schema.events):
            yield table


COLUMNS = [column for table in of_documents() for column in table.c]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An installation that has a row in each of these tables."""
    folder = tmp_path_factory.mktemp("columns")
    with installation(embedded(folder), folder) as one:
        one.fill()
        _more(one)
        assert one.verify().broken is None
        yield one


def _more(one: Installation) -> None:
    """Let a document be assigned, handed over, worked on and have pages that are no document."""
    with one.store.work() as work:
        for table, row in (
            (schema.persons, {"id": "p1", "name": "N", "vorname": "V"}),
            (schema.users, {"id": "u1", "name": "U", "role": "ifk"}),
            (schema.cases, {"id": "c1", "person": "p1"}),
            (schema.massnahmen, {"id": "m1", "traeger": "t1", "name": "M"}),
            (schema.participations, {"id": "a1", "case": "c1", "massnahme": "m1"}),
            (schema.case_documents, {"document": "d1", "case": "c1", "participation": "a1"}),
            (schema.progress, _row(document="d1", seq=1, at=1.0, stage="read", code="x")),
            (schema.web.drafts, _draft("d1")),
            (schema.web.issued, _issued("d1")),
            (schema.web.desk, {"document": "d1", "user": "u1", "until": 1.0, "done_version": 1}),
            (schema.web.batches, {"id": "b1", "user": "u1", "created_at": 1.0}),
            (schema.web.batch_files, {"batch": "b1", "document": "d1", "known": False}),
        ):
            work.connection.execute(insert(table).values(row))
        body = {
            "case": work.events.salted("d1", "c1"),
            "participation": work.events.salted("d1", "a1"),
        }
        work.events.append("document.assigned", IFK, "d1", body)
        work.submissions.add("d1", IFK, DAY)
        work.deliveries.plan("d1", 2, "akte")
        taken = work.deliveries.claim(["akte"], 60.0)
        assert taken is not None
        work.deliveries.delivered(taken, [HandedFile("d1.pdf", "0" * 64)], 0.0)
        taken = work.deliveries.claim(["akte"], 60.0)
        assert taken is not None
        work.deliveries.told(taken, Receipt(True, "Eingang 4711"), None)
    sha256 = one.originals.put(b"with a blank page")
    arrival = Arrival("d4", sha256, 17, "d4.pdf", "upload", DAY, "text")
    with one.store.work() as work:
        work.documents.receive(arrival, IFK, is_read=True)
        found = [Found([PageOf(sha256, 1)], reading("Yilmaz"))]
        work.documents.found("d4", found, SERVICE, [{"form": None, "page_numbers": [2]}])
    sha256 = one.originals.put(b"a plan")
    arrival = Arrival("d5", sha256, 6, "d5.pdf", "upload", DAY, "text")
    with one.store.work() as work:
        work.documents.receive(arrival, IFK, is_read=True)
        work.documents.found("d5", [Found([PageOf(sha256, 1)], _plan())], SERVICE)


def _plan() -> dict[str, object]:
    """Return the record of a plan with a goal."""
    told = {"ziele[0].text": "Praktikum", "ziele[0].wiedervorlage": "2026-12-01"}
    fields = {key: {"reading": "read", "value": one} for key, one in told.items()}
    form = {"id": "integrationsfoerderplan", "edition": "2025-01", "margin": 0.9}
    return {**reading("Yilmaz"), "form": form, "fields": fields}


def _draft(document: str) -> dict[str, object]:
    """Return a row of what somebody has typed for a document."""
    return _row(
        id="e1",
        user="u1",
        kind="record",
        subject=document,
        document=document,
        body={},
        version=1,
        base=1,
        updated_at=1.0,
    )


def _issued(document: str) -> dict[str, object]:
    """Return a row of a form that was made for somebody and came back as a document."""
    return _row(
        reference="R1",
        form="feedbackbogen",
        edition="2023-09-22",
        document=document,
        values={},
        format="pdf",
        author="u1",
        created_at=1.0,
    )


def _row(**values: object) -> dict[str, object]:
    return values


def tampered(one: Installation, statement: str) -> bool:
    """Change a row as somebody does who has the file; say whether the proof finds it."""
    file = one.folder / "formservice.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount == 1
    return one.verify(anew=True).broken is not None


def _where(table: Table) -> str:
    """Return which row is changed: one that has everything."""
    key = "document" if "document" in table.c else "id"
    which = {"originals": "(SELECT original FROM documents WHERE id = 'd1')"}.get(table.name)
    if which:
        return f"sha256 = {which}"
    whose = {"goals": "d5"}.get(table.name, "d1")
    rows = f"SELECT rowid FROM \"{table.name}\" WHERE {key} = '{whose}' LIMIT 1"  # noqa: S608 - ours
    return f"rowid = ({rows})"


def _other(column: Column[Any]) -> str:
    """Return another value for a column, as SQL."""
    kind, name = column.type.__visit_name__, f'"{column.name}"'
    if column.name == "aside":
        return "'[{\"x\": 1}]'"
    return {
        "integer": f"coalesce({name}, 0) + 700",
        "float": f"coalesce({name}, 0) + 1000",
        "boolean": f"1 - coalesce({name}, 0)",
        "date": "'2001-01-01'",
        "JSON": "'[{\"x\": 1}]'",
    }.get(kind, f"coalesce({name}, '') || 'x'")


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_column_that_is_changed_is_found_or_named_with_the_reason_why_not(whole, column):
    table = column.table
    with whole.changed_back():
        change = f'"{column.name}" = {_other(column)}'
        found = tampered(whole, f'UPDATE "{table.name}" SET {change} WHERE {_where(table)}')  # noqa: S608 - ours
    assert found == (str(column) not in UNPROVEN)


@pytest.mark.parametrize("table", list(of_documents()), ids=str)
def test_a_row_that_is_taken_away_is_found_or_named_with_the_reason_why_not(whole, table):
    with whole.changed_back():
        found = tampered(whole, f'DELETE FROM "{table.name}" WHERE {_where(table)}')  # noqa: S608 - ours
    assert found == (table.name not in UNMISSED)


def test_nothing_is_excused_that_is_no_column():
    assert set(UNPROVEN) <= {str(column) for column in COLUMNS}
    assert {table.name for table in of_documents()} >= UNMISSED


def test_what_is_no_document_cannot_be_changed_either(whole):
    with whole.changed_back():
        assert tampered(whole, "UPDATE documents SET aside = '[]' WHERE id = 'd4'")


def test_a_delivery_that_was_put_in_is_found(whole):
    with whole.changed_back():
        assert tampered(
            whole,
            "INSERT INTO deliveries (document, zielsystem, version, process, status, files,"
            " created_at) VALUES ('d2', 'akte', 1, 'p', 'open', '[]', 1.0)",
        )


def test_a_document_assigned_to_a_case_behind_the_program_s_back_is_found(whole):
    with whole.changed_back():
        assert tampered(
            whole, "INSERT INTO case_documents (document, \"case\") VALUES ('d3', 'c1')"
        )
