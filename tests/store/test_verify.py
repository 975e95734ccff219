"""Whatever is changed behind the program's back is named: which event, row or file, and how."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from formservice.adapters.heads import Heads
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.store import Store
from formservice.application.integrity import Integrity
from formservice.application.ports_store import SERVICE
from formservice.application.verify import Break, Verdict
from formservice.domain.canonical import digest
from formservice.domain.chain import Head, sealed, written
from formservice.domain.errors import DefinitionError, NotFoundError, StorageError
from tests.store import postgres
from tests.store.proven import Installation, installation, reading

EVENTS, RECORDS, DOCUMENTS = schema.events, schema.records, schema.documents


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[postgres.needs_postgres, pytest.mark.engine]),
    ],
)
def whole(request, tmp_path_factory):
    """An installation in which everything is as it was written."""
    folder = tmp_path_factory.mktemp("kept")
    if request.param == "sqlite":
        with installation(embedded(folder), folder) as one:
            one.fill()
            yield one
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    with postgres.database(shared) as url, installation(url, folder) as one:
        one.fill()
        yield one


@pytest.fixture
def kept(whole: Installation):
    """That installation, put back to what it was when the test has ended."""
    with whole.changed_back():
        yield whole


def broken(kept: Installation, since: int = 1) -> Break:
    """Return what the proof finds, which must be something, also when asked twice."""
    found = kept.verify(since=since)
    assert found.broken is not None
    assert kept.verify(since=since).broken == found.broken
    return found.broken


def change(kept: Installation, seq: int, **values: object) -> None:
    with kept.store.work() as work:
        work.connection.execute(update(EVENTS).where(EVENTS.c.seq == seq).values(**values))


def last(connection: Connection) -> int:
    return int(connection.execute(select(func.max(EVENTS.c.seq))).scalar_one())


def test_what_nobody_touched_is_whole(kept: Installation):
    found = kept.verify()
    assert found.broken is None
    assert (found.documents, found.originals) == (5, 4)
    assert found.head is not None
    assert found.head.seq == found.events
    assert not (kept.folder / "pruefung" / "stand.json").exists()


def test_one_byte_in_a_file_is_named(kept: Installation):
    (file,) = [one for one in _files(kept) if one.read_bytes() == b"second file"]
    data = bytearray(file.read_bytes())
    data[3] ^= 1
    file.write_bytes(data)
    assert broken(kept) == Break(
        "original", file.name, f"Das Original {file.name} ist verändert oder beschädigt."
    )


def test_a_copy_that_was_changed_is_named_as_well(kept: Installation):
    (file,) = [one for one in _files(kept) if one.read_bytes() == b"archive copy"]
    file.write_bytes(b"archive Copy")
    assert broken(kept).id == file.name


def test_a_file_that_is_missing_is_named(kept: Installation):
    file = _files(kept)[0]
    file.unlink()
    assert broken(kept) == Break("original", file.name, f"Das Original {file.name} fehlt.")


def test_an_original_that_vanished_with_its_row_is_named(kept: Installation):
    """Whoever owns the database can switch off what holds the row."""
    with kept.store.look() as work:
        row = work.connection.execute(select(DOCUMENTS.c.original).where(DOCUMENTS.c.id == "d1"))
        sha256 = row.scalar_one()
    statement = f"DELETE FROM originals WHERE sha256 = '{sha256}'"  # noqa: S608 - ours
    if kept.store.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(kept.store.engine.url.database))) as file, file:
            file.execute(statement)
    else:
        with kept.store.work() as work:
            work.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            work.connection.exec_driver_sql(statement)
    next(one for one in _files(kept) if one.name == sha256).unlink()
    found = broken(kept)
    assert found.part == "database"
    assert "In der Tabelle „originals“ fehlt etwas" in found.message


def _files(kept: Installation) -> list[Path]:
    return sorted(one for one in (kept.folder / "originals").rglob("*") if one.is_file())


def test_a_value_in_a_record_that_was_changed_is_named_with_its_version(kept: Installation):
    with kept.store.work() as work:
        row = RECORDS.c.document == "d1"
        work.connection.execute(
            update(RECORDS).where(row, RECORDS.c.version == 2).values(reading=reading("Nguyen"))
        )
    found = broken(kept)
    assert (found.part, found.id) == ("document", "d1")
    assert "Der Datensatz, Fassung 2, ist verändert (Ereignis 4)." in found.message


@pytest.mark.parametrize(
    ("table", "where", "values", "told"),
    [
        (RECORDS, {"document": "d1", "version": 1}, {"sha256": "0" * 64}, "Prüfwert neben dem"),
        (RECORDS, {"document": "d1", "version": 2}, {"author": "x"}, "einem anderen zugeschr"),
        (RECORDS, {"document": "d1", "version": 2}, {"reason": "weil"}, "Begründung zum Datens"),
        (RECORDS, {"document": "d1", "version": 2}, None, "Fassung 2, fehlt (Ereignis 4)"),
        (
            DOCUMENTS,
            {"id": "d1"},
            {"state": "archived"},
            "auf „archiviert“, das Ereignis sagt „an",
        ),
        (DOCUMENTS, {"id": "d1"}, {"version": 1}, "Als neueste Fassung steht 1 da; es ist 2."),
        (DOCUMENTS, {"id": "d1"}, {"name": "d1.tif"}, "Der Name der Datei ist verändert"),
        (DOCUMENTS, {"id": "d3"}, {"received": "2026-04-08"}, "Tag des Eingangs ist verändert"),
        (
            schema.acknowledgements,
            {"code": "deadline.missed"},
            {"reason": "x"},
            "fehlt oder ist v",
        ),
        (schema.acknowledgements, {"code": "state.accepted"}, None, "„state.accepted“ fehlt"),
        (schema.copies, {"document": "d1"}, None, "Die Archivkopie „form“ zu Fassung 2 fehlt"),
        (DOCUMENTS, {"id": "d1"}, {"form": "ifp"}, "Suche steht, ist verändert: das Fo"),
        (DOCUMENTS, {"id": "d1"}, {"traeger": "t2"}, "Der Träger, von dem er kam, ist verändert"),
        (schema.findings, {"document": "d1"}, {"severity": "notes"}, "verändert: die Befunde"),
        (schema.findings, {"document": "d1"}, None, "verändert: die Befunde"),
        (schema.deadlines, {"document": "d1"}, {"met": True}, "verändert: die Fristen"),
        (schema.search, {"document": "d1"}, {"words": "nguyen"}, "die Wörter für die Suche"),
        (schema.pages, {"document": "d1"}, {"page": 2}, "Die Seiten, aus denen er besteht"),
        (schema.salts, {"document": "d1"}, None, "Das Salz fehlt"),
        (schema.salts, {"document": "d1"}, {"salt": "0" * 64}, "Original ist nicht das"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_that_was_changed_or_taken_away_is_named(
    kept: Installation, table, where, values, told
):
    rows = [table.c[name] == value for name, value in where.items()]
    if "received" in (values or {}):
        from datetime import date  # noqa: PLC0415

        values = {"received": date.fromisoformat(values["received"])}
    with kept.store.work() as work:
        statement = delete(table) if values is None else update(table).values(**values)
        assert work.connection.execute(statement.where(*rows)).rowcount == 1
    found = broken(kept)
    assert found.part == "document"
    assert found.message.startswith(f"Vorgang {where.get('id', where.get('document', 'd1'))}: ")
    assert told in found.message


def test_all_but_goals_is_proved_where_the_definitions_are_damaged(kept: Installation):
    def damaged(reading):
        raise DefinitionError("Die Definitionen haben Fehler.", ())

    with kept.store.work() as work:
        row = {"document": "d1", "number": 1, "review": None, "is_open": True}
        work.connection.execute(insert(schema.web.goals).values(row))
    assert "die Ziele" in broken(kept).message
    store = Store(kept.store.engine.url, heads=kept.heads, goals=damaged)
    try:
        without = Installation(store, kept.folder)
        assert without.verify(anew=True).broken is None
        with store.work() as work:
            work.connection.execute(delete(schema.deadlines))
        found = without.verify(anew=True).broken
        assert found is not None
        assert "die Fristen" in found.message
    finally:
        store.close()


def test_a_file_of_the_database_that_is_damaged_is_named_before_anything_else(
    tmp_path: Path,
):
    with installation(embedded(tmp_path), tmp_path) as one:
        one.fill()
        with one.store.work() as work:
            work.connection.execute(delete(schema.findings))
            root = work.connection.exec_driver_sql(
                "SELECT rootpage FROM sqlite_master WHERE name = 'ix_findings_code'"
            ).scalar_one()
            size = work.connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        file = tmp_path / "formservice.sqlite"
    data = bytearray(file.read_bytes())
    data[(root - 1) * size : root * size] = bytes(size)
    file.write_bytes(data)
    with installation(embedded(tmp_path), tmp_path) as one:
        found = one.verify()
    assert found.broken == Break("database", "", "Die Datei der Datenbank ist beschädigt.")


@pytest.mark.parametrize(
    "other",
    [
        {"findings": 5},
        {"form": {"id": ["a"], "edition": 1}, "fields": {}},
        {"form": {"id": "feedbackbogen", "edition": "2023-09-22"}, "fields": [1]},
        {
            "form": {"id": "integrationsfoerderplan", "edition": "2017-11"},
            "fields": {"ziele[0].text": "x"},
        },
    ],
    ids=["findings", "form", "fields", "goals"],
)
@pytest.mark.parametrize("also_its_hash", [False, True])
def test_a_record_of_another_shape_is_named_with_its_document(
    kept: Installation, other, also_its_hash
):
    values = {"reading": other} | ({"sha256": digest(other)} if also_its_hash else {})
    row = (RECORDS.c.document == "d1") & (RECORDS.c.version == 2)
    with kept.store.work() as work:
        work.connection.execute(update(RECORDS).where(row).values(**values))
    found = broken(kept)
    assert (found.part, found.id) == ("document", "d1")
    assert "Der Datensatz, Fassung 2, ist verändert (Ereignis 4)." in found.message


# PostgreSQL takes nothing else for JSON.
@pytest.mark.parametrize("whole", ["sqlite"], indirect=True)
def test_a_record_that_is_no_json_any_more_is_named(kept: Installation):
    with kept.store.work() as work:
        work.connection.exec_driver_sql(
            "UPDATE records SET reading = CAST(x'ff' || substr(reading, 2) AS TEXT)"
            " WHERE document = 'd1' AND version = 1"
        )
    assert "Fassung 1, ist nicht mehr lesbar" in broken(kept).message


@pytest.mark.parametrize(
    "values",
    [
        {"body": '{"odd": 1}'},
        {"hash": "f" * 64},
        {"type": "document.seen"},
        {"author": "somebody"},
        {"at": "2026-01-01T00:00:00.000Z"},
        {"document": "d9"},
        {"previous": "e" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_an_event_that_was_changed_is_named(kept: Installation, values):
    change(kept, 3, **values)
    found = broken(kept)
    assert found == Break(
        "event", "3", "Ereignis 3 ist verändert: sein Inhalt passt nicht zu seinem Prüfwert."
    )


def test_one_blank_in_an_event_is_named(kept: Installation):
    with kept.store.look() as work:
        body = work.connection.execute(select(EVENTS.c.body).where(EVENTS.c.seq == 2)).scalar_one()
    change(kept, 2, body=body.replace(": ", ":", 1))
    assert broken(kept).id == "2"


# PostgreSQL takes no text that is none in UTF-8.
@pytest.mark.parametrize("whole", ["sqlite"], indirect=True)
def test_one_byte_that_makes_an_event_no_text_is_named(kept: Installation):
    with kept.store.work() as work:
        work.connection.exec_driver_sql(
            "UPDATE events SET author = CAST(x'73ff' AS TEXT) WHERE seq = 5"
        )
    assert broken(kept).id == "5"


def test_an_event_that_was_taken_away_is_named(kept: Installation):
    with kept.store.work() as work:
        work.connection.execute(delete(EVENTS).where(EVENTS.c.seq == 4))
    assert broken(kept) == Break("event", "4", "Ereignis 4 fehlt.")


def test_the_first_events_taken_away_are_named(kept: Installation):
    with kept.store.work() as work:
        work.connection.execute(delete(EVENTS).where(EVENTS.c.seq < 4))
    assert broken(kept).message == "Ereignisse 1–3 fehlen."


def test_two_events_that_changed_places_are_named(kept: Installation):
    with kept.store.work() as work:
        for one, other in ((4, 999), (5, 4), (999, 5)):
            work.connection.execute(update(EVENTS).where(EVENTS.c.seq == one).values(seq=other))
    assert broken(kept) == Break(
        "event",
        "4",
        "Ereignis 4 ist verändert: dort steht, was als Ereignis 5 geschrieben wurde.",
    )


def test_an_event_put_in_that_follows_another_is_named(kept: Installation):
    with kept.store.work() as work:
        seq = last(work.connection) + 1
        link = sealed(seq, 1e9, ("document.moved", "d1", "lead-1"), {"to": "archived"}, "a" * 64)
        _insert(work.connection, link)
    assert broken(kept) == Break(
        "event", str(seq), f"Ereignis {seq} schließt nicht an Ereignis {seq - 1} an."
    )


def test_an_event_put_in_between_breaks_the_chain_there(kept: Installation):
    """Even one with the right hash before it: those after it were written for other places."""
    with kept.store.work() as work:
        connection = work.connection
        for seq in range(last(connection), 3, -1):
            statement = update(EVENTS).where(EVENTS.c.seq == seq).values(seq=seq + 1)
            connection.execute(statement)
        before = connection.execute(select(EVENTS.c.hash).where(EVENTS.c.seq == 3)).scalar_one()
        _insert(connection, sealed(4, 1e9, ("work.done", "d1", "service"), {}, before))
    assert broken(kept) == Break(
        "event",
        "5",
        "Ereignis 5 ist verändert: dort steht, was als Ereignis 4 geschrieben wurde.",
    )


def _insert(connection: Connection, link) -> None:
    values = {name: getattr(link, name) for name in ("seq", "at", "type", "document", "author")}
    connection.execute(
        insert(EVENTS).values(
            **values, body=written(link.body), previous=link.previous, hash=link.hash
        )
    )


def _vanish(connection: Connection) -> None:
    """Take a document away as somebody would who knows the tables."""
    for table in (schema.salts, schema.search):
        connection.execute(delete(table).where(table.c.document == "d3"))
    connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.id == "d3"))


def _cut(kept: Installation, count: int) -> int:
    """Take the last events away, and a document with them so that nothing else tells of it."""
    with kept.store.work() as work:
        seq = last(work.connection)
        _vanish(work.connection)
        work.connection.execute(delete(EVENTS).where(EVENTS.c.seq > seq - count))
    return seq


def test_the_last_events_cut_off_are_told_by_a_head(kept: Installation):
    kept.heads.keep(_head(kept))
    seq = _cut(kept, 2)
    found = broken(kept)
    assert (found.part, found.id) == ("head", "2030-01-01")
    assert found.message == (
        f"Der Kopf vom 2030-01-01 nennt Ereignis {seq}, die Kette endet bei {seq - 2}:"
        " 2 Ereignisse fehlen am Ende."
    )


def test_the_last_events_cut_off_are_told_by_what_the_last_proof_found(kept: Installation):
    assert kept.verify().broken is None
    _cut(kept, 2)
    assert "Die letzte Prüfung nennt Ereignis" in broken(kept).message


def _head(kept: Installation) -> Head:
    with kept.store.look() as work:
        found = work.events.head()
    assert found is not None
    return replace(found, day="2030-01-01")


def test_a_chain_written_anew_is_told_by_a_head(kept: Installation):
    kept.heads.keep(_head(kept))
    with kept.store.work() as work:
        rows = work.connection.execute(select(EVENTS).order_by(EVENTS.c.seq)).all()
        work.connection.execute(delete(EVENTS))
        before = "0" * 64
        for row in rows:
            body = json.loads(row.body)
            link = sealed(row.seq, 2e9, (row.type, row.document, row.author), body, before)
            _insert(work.connection, link)
            before = link.hash
    assert "Die Kette bis dahin ist neu geschrieben" in broken(kept).message


def test_a_head_that_was_changed_is_named(kept: Installation):
    kept.heads.keep(_head(kept))
    file = kept.folder / "koepfe" / "2030-01-01.txt"
    told = file.read_text("utf-8")
    file.write_text(told.replace("Ereignis: 1", "Ereignis: 2"), "utf-8")
    assert broken(kept).message.startswith("Der Kopf vom 2030-01-01 nennt Ereignis 2")
    file.write_text(told.replace("Anzahl:   1", "Anzahl:   2"), "utf-8")
    assert "falsche Anzahl" in broken(kept).message
    file.write_text("nothing", "utf-8")
    assert broken(kept) == Break("head", "", "Der Kopf vom 2030-01-01 ist verändert.")


def test_a_document_that_vanished_without_a_deletion_is_named(kept: Installation):
    with kept.store.work() as work:
        _vanish(work.connection)
    found = broken(kept)
    assert found.id == "d3"
    assert "von einer Löschung erzählt kein Ereignis" in found.message


def test_a_record_that_nobody_told_of_is_named(kept: Installation):
    with kept.store.work() as work:
        row = {"document": "d3", "version": 1, "created_at": 1.0, "author": "x", "reason": ""}
        values = row | {"sha256": "0" * 64, "reading": reading("X")}
        work.connection.execute(insert(RECORDS).values(**values))
    assert "Von Fassung 1 des Datensatzes erzählt kein Ereignis" in broken(kept).message


def test_what_was_added_since_an_event_can_be_proved_alone(kept: Installation):
    with kept.store.look() as work:
        since = last(work.connection) + 1
    kept.receive("d4", b"fourth file", "Yilmaz")
    change(kept, 2, hash="f" * 64)
    found = kept.verify(since=since)
    assert found.broken is None
    assert (found.documents, found.originals) == (1, 1)
    with pytest.raises(NotFoundError):
        kept.verify(since=since + 100)
    (file,) = [one for one in _files(kept) if one.read_bytes() == b"fourth file"]
    file.write_bytes(b"4")
    assert broken(kept, since=since).id == file.name


class Ending(Exception):  # noqa: N818 - what ends a run from outside is no error of ours
    """Ends a run wherever it is."""


def test_a_run_broken_off_goes_on_where_it_was_and_begins_anew_if_asked(
    kept: Installation, monkeypatch
):
    monkeypatch.setattr("formservice.adapters.places._EVERY_S", 0.0)
    read = []

    def tell(step: str, done: int, total: int) -> None:
        read.append(step)
        if step == "originals" and done == 2:
            raise Ending

    with pytest.raises(Ending):
        kept.verify(tell)
    seen: list[str] = []
    found = kept.verify(lambda step, _done, _total: seen.append(step))
    assert (found.broken, found.documents, found.originals) == (None, 5, 4)
    assert found.resumed == "heute"
    assert seen.count("originals") == 2
    assert "documents" not in seen
    with pytest.raises(Ending):
        kept.verify(tell)
    assert kept.verify(anew=True).resumed is None


def test_a_run_that_is_resumed_proves_the_chain_from_its_beginning(
    kept: Installation, monkeypatch
):
    monkeypatch.setattr("formservice.adapters.places._EVERY_S", 0.0)

    def tell(step: str, done: int, total: int) -> None:
        if step == "originals":
            raise Ending

    with pytest.raises(Ending):
        kept.verify(tell)
    change(kept, 1, author="x")
    assert broken(kept).id == "1"


def test_the_daily_proof_goes_on_until_all_is_proved_and_then_rests(
    kept: Installation, monkeypatch
):
    monkeypatch.setattr("formservice.adapters.places._EVERY_S", 0.0)
    clock = iter(range(0, 100_000, 400))  # each look at it is 400 seconds later
    ends: list[Break] = []
    kept_heads: list[int] = []
    prove = Integrity(
        kept.verify,
        kept.places,
        lambda: kept_heads.append(1),
        ends.append,
        lambda: float(next(clock)),
    )
    for _ in range(40):
        prove()
        if kept.places.seconds_since_whole() is not None:
            break
    assert kept.places.seconds_since_whole() is not None
    assert (ends, kept_heads) == ([], [1])
    rest = next(clock)
    prove()
    assert next(clock) == rest + 400


def test_a_chain_that_takes_longer_than_a_turn_keeps_nothing_from_being_proved():
    done, now = [0], [0.0]

    class Nowhere:
        def place(self):
            return None

        def seconds_since_whole(self):
            return None

    def verify(tell):
        now[0] += 1000.0
        tell("events", 1, 1)
        while done[0] < 30:
            tell("documents", done[0], 30)
            done[0] += 1
            now[0] += 100.0
        return Verdict(None, None, 1, 30, 0, 1)

    kept_heads: list[int] = []
    prove = Integrity(verify, Nowhere(), lambda: kept_heads.append(1), print, lambda: now[0])  # type: ignore[arg-type]
    for _ in range(6):
        prove()
    assert kept_heads


def test_the_daily_proof_reports_a_break_and_keeps_it_for_people(kept: Installation):
    ends: list[Break] = []
    prove = Integrity(kept.verify, kept.places, lambda: None, ends.append)
    change(kept, 2, author="x")
    prove()
    assert [one.id for one in ends] == ["2"]
    told = kept.places.broken()
    assert told is not None
    assert told.startswith("heute: Ereignis 2 ist verändert")
    prove()
    assert len(ends) == 2


def test_what_was_broken_is_forgotten_when_all_is_whole_again(kept: Installation):
    kept.places.found_broken("gestern: Ereignis 2")
    assert kept.verify().broken is None
    assert kept.places.broken() is None


def test_originals_that_cannot_be_reached_are_no_break(kept: Installation, monkeypatch):
    class Away:
        def read(self, sha256: str) -> bytes:
            raise StorageError("away")

    verify = kept.verify
    verify._originals = Away()  # type: ignore[assignment] # all that is asked of it
    with pytest.raises(StorageError):
        verify()


def test_each_day_s_first_event_leaves_the_head_before_it(kept: Installation, monkeypatch):
    days = iter(["2031-01-01", "2031-01-01", "2031-01-02"])
    monkeypatch.setattr("formservice.adapters.store.events._day", lambda _at: next(days))
    heads = {}
    for _ in range(3):
        with kept.store.work() as work:
            before = last(work.connection)
            work.events.append("work.done", SERVICE, "d1")
            # This one follows an event that may yet be taken back: no head of it.
            work.events.append("work.done", SERVICE, "d1")
        heads[before] = {one.day: one.seq for one in Heads(kept.folder / "koepfe").all()}
    first, second, third = heads
    assert heads[second] == heads[first]
    assert heads[first]["2031-01-01"] == first
    assert heads[third]["2031-01-02"] == third
    assert kept.verify().broken is None


def test_a_head_is_written_once_and_never_again(kept: Installation):
    head = _head(kept)
    assert kept.heads.keep(head)
    assert not kept.heads.keep(replace(head, seq=1))
    assert list(kept.heads.all())[-1] == head


def test_an_event_holds_though_its_head_cannot_be_written(kept: Installation, caplog):
    blocked = kept.folder / "blocked"
    blocked.write_text("a file where the folder would be", "utf-8")
    kept.store._heads = Heads(blocked)
    try:
        with kept.store.work() as work:
            work.events.append("work.done", SERVICE, "d1")
    finally:
        kept.store._heads = kept.heads
    assert "no head of the chain" in caplog.text


def test_a_row_that_an_index_has_lost_is_named(tmp_path: Path):
    """Lists go by the index: they would not show it, though the row is there."""
    with installation(embedded(tmp_path), tmp_path) as one:
        one.fill()
        with one.store.work() as work:
            root, size = (
                work.connection.exec_driver_sql(asked).scalar_one()
                for asked in (
                    "SELECT rootpage FROM sqlite_master WHERE name = 'ix_documents_state'",
                    "PRAGMA page_size",
                )
            )
    file = tmp_path / "formservice.sqlite"
    data = bytearray(file.read_bytes())
    page = data[(root - 1) * size : root * size]
    place = page.index(b"in-review")
    page[place : place + 9] = b"in-reviex"
    data[(root - 1) * size : root * size] = page
    file.write_bytes(data)
    with installation(embedded(tmp_path), tmp_path) as one:
        found = one.verify()
    assert found.broken == Break("database", "", "Die Datei der Datenbank ist beschädigt.")
