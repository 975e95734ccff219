"""Every database is brought to the present schema, once, whoever asks and however many."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, insert, select, text, update

from formservice.adapters.store import migrate, migrations, schema
from formservice.adapters.store.engine import embedded, opened, reading, writing
from formservice.adapters.store.migrate import copied, known_steps, migrated
from formservice.adapters.store.schema import SEARCH_INDEX, metadata
from formservice.adapters.store.step import NEWEST, standing
from formservice.domain.errors import StorageError
from tests.store import proven
from tests.store.later import LATER, later_program, structure
from tests.store.postgres import needs_postgres


def is_compared(name: str | None, type_: str, _: object) -> bool:
    """Say whether both databases have it: each has an index of words of its own kind."""
    return not (name or "").startswith(SEARCH_INDEX)


def own(connection: Connection) -> list[str]:
    """Return how the database says that what is its own was made."""
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE sql LIKE '%search_index%'"
        " OR type = 'trigger' ORDER BY name",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'search_index%'"
        " UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT prosrc FROM pg_proc WHERE proname = 'document_assigned'",
    }[connection.dialect.name]
    return list(connection.execute(text(query)).scalars())


def test_what_each_database_has_of_its_own_is_the_same_by_steps_and_all_at_once(engine):
    assert migrated(engine)
    with writing(engine) as connection:
        by_steps = own(connection)
        assert by_steps
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TABLE search_index"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert own(connection) == by_steps


def test_an_empty_database_gets_the_tables_that_the_program_knows_and_no_others(engine):
    assert migrated(engine)
    with reading(engine) as connection:
        options = {"compare_type": True, "include_name": is_compared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    assert standing(engine) == NEWEST


def test_a_step_does_what_it_did_when_it_was_made_whatever_forms_say_today():
    for file in Path(migrations.__file__).parent.glob("versions/*.py"):
        assert "formservice" not in file.read_text("utf-8"), file.name


def test_a_database_of_the_first_step_gets_the_goals_of_the_plans_in_it(engine):
    plan = {
        "ziele[0].text": {"value": "Arbeit"},
        "ziele[0].wiedervorlage": {"value": "2026-12-01"},
        "ziele[1].text": {"value": None},
        "ziele[2].text": {"value": "Wohnung"},
        "ziele[2].stand": {"value": "erreicht"},
        "ziele[2].wiedervorlage": {"value": "bald"},
    }
    config = migrate._config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, form in (("d1", "integrationsfoerderplan"), ("d2", "feedbackbogen")):
            row = {
                "id": name,
                "source": "upload",
                "state": "in_review",
                "received": date(2026, 11, 1),
            }
            row |= {"created_at": 1.0, "version": 1, "form": form, "name": "a", "assigned": False}
            row |= {"stage": "done", "status": "done", "due": 0.0, "tries": 0, "fence": 0}
            connection.execute(insert(schema.documents).values(row))
            record = {"document": name, "version": 1, "created_at": 1.0, "author": "u"}
            record |= {"reason": "", "sha256": "0" * 64, "reading": {"fields": plan}}
            connection.execute(insert(schema.records).values(record))
    assert migrated(engine)
    with reading(engine) as connection:
        rows = connection.execute(select(schema.web.goals).order_by(schema.web.goals.c.number))
        assert [tuple(one) for one in rows] == [
            ("d1", 1, date(2026, 12, 1), True),
            ("d1", 3, None, False),
        ]


def test_the_newest_step_is_the_last_of_the_line():
    assert known_steps()[0] == NEWEST


def test_a_database_that_is_up_to_date_is_left_alone(engine):
    assert migrated(engine)
    assert not migrated(engine)


def test_several_processes_that_start_at_once_bring_it_there_together(address):
    engines = [opened(address) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrated, engines))
    assert {standing(engine) for engine in engines} == {NEWEST}
    for engine in engines:
        engine.dispose()


def test_a_database_of_a_newer_program_is_not_touched(engine):
    migrated(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as raised:
        migrated(engine)
    assert "neueren Fassung" in raised.value.message


def test_an_embedded_database_is_copied_before_it_is_changed(tmp_path):
    engine = opened(embedded(tmp_path))
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
        connection.execute(text("CREATE TABLE kept (name TEXT)"))
        connection.execute(text("INSERT INTO kept VALUES ('here')"))
    copied(engine, "0000")
    copy = tmp_path / "formservice-vor-0000.sqlite"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("here",)]
    engine.dispose()


@pytest.fixture
def filled(address, tmp_path):
    """An installation with documents, one of them assigned to a case."""
    with proven.installation(address, tmp_path / "data") as one:
        one.fill()
        with one.store.work() as work:
            for table, row in (
                (schema.persons, {"id": "p1", "name": "N", "vorname": "V"}),
                (schema.cases, {"id": "c1", "person": "p1"}),
                (schema.case_documents, {"document": "d1", "case": "c1"}),
            ):
                work.connection.execute(insert(table).values(row))
            body = {"case": work.events.salted("d1", "c1")}
            work.events.append("document.assigned", proven.IFK, "d1", body)
        yield one


def found(connection: Connection, word: str) -> list[str]:
    """Return the documents that the index of words finds."""
    query = {
        "sqlite": "SELECT document FROM search JOIN search_index ON search_index.rowid = search.id"
        " WHERE search_index MATCH :word",
        "postgresql": "SELECT document FROM search"
        " WHERE search_index @@ to_tsquery('simple', :word)",
    }[connection.dialect.name]
    return list(connection.execute(text(query), {"word": word}).scalars())


def test_a_later_step_makes_filled_tables_anew_and_nothing_that_follows_by_itself_is_lost(
    filled, tmp_path
):
    engine = filled.store.engine
    with reading(engine) as connection:
        before = structure(connection)
        rows = {one: connection.execute(select(one)).all() for one in metadata.sorted_tables}
        word = connection.execute(text("SELECT words FROM search WHERE document = 'd1'")).scalar()
        (word, *_) = (word or "").split()
        hits = found(connection, word)
        assert "d1" in hits
    with later_program(tmp_path / "later"):
        assert migrated(engine)
        assert not migrated(engine)
    assert standing(engine) == LATER
    with reading(engine) as connection:
        assert structure(connection) == before
        for table, kept in rows.items():
            assert sorted(map(repr, connection.execute(select(table)))) == sorted(map(repr, kept))
        assert found(connection, word) == hits
    with writing(engine) as connection:
        connection.execute(delete(schema.case_documents))
        assigned = select(schema.documents.c.id).where(schema.documents.c.assigned)
        assert connection.execute(assigned).all() == []
        one = schema.search.c.document == "d1"
        connection.execute(update(schema.search).where(one).values(words="ganzneu"))
        assert found(connection, "ganzneu") == ["d1"]
    # What refers to something still has to.
    with pytest.raises(StorageError), writing(engine) as connection:
        connection.execute(delete(schema.documents).where(schema.documents.c.id == "d1"))


def step_that_does(*statements: str) -> str:
    """Return the file of a later step."""
    head = f'from alembic import op\n\nrevision, down_revision = "{LATER}", "{NEWEST}"\n'
    return "\n".join([head, "def upgrade():", *(f"    op.execute({one!r})" for one in statements)])


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_step_after_which_something_refers_to_nothing_is_taken_back(filled, tmp_path):
    engine = filled.store.engine
    with reading(engine) as connection:
        before = structure(connection)
    step = step_that_does("DELETE FROM documents WHERE id = 'd1'")
    with later_program(tmp_path / "later", step), pytest.raises(StorageError) as raised:
        migrated(engine)
    assert "nichts wurde geändert" in raised.value.message
    assert standing(engine) == NEWEST
    with reading(engine) as connection:
        assert structure(connection) == before
    assert filled.verify().broken is None


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_what_a_step_changes_is_in_the_index_and_at_the_documents_after_it(filled, tmp_path):
    change = "UPDATE search SET words = 'ganzneu' WHERE document = 'd1'"
    step = step_that_does("DELETE FROM case_documents", change)
    with later_program(tmp_path / "later", step):
        assert migrated(filled.store.engine)
    with reading(filled.store.engine) as connection:
        assert found(connection, "ganzneu") == ["d1"]
        assigned = select(schema.documents.c.id).where(schema.documents.c.assigned)
        assert connection.execute(assigned).all() == []


@needs_postgres
@pytest.mark.engine
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_database_that_cannot_hold_every_letter_is_refused(address):
    engine = opened(address)
    name = f"{address.database}_latin"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        )
        other = opened(address.set(database=name))
        with pytest.raises(StorageError, match="UTF8"):
            migrated(other)
        other.dispose()
        connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()
