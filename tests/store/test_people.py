"""Lists of participants are taken over whole or not at all, on both databases."""

from datetime import date

import openpyxl
import pytest
from sqlalchemy import insert, select

from formservice.adapters.handover.participant_lists import profile, rows
from formservice.adapters.handover.participants_import import ImportParticipants
from formservice.adapters.store import schema
from formservice.application.participants import Answers
from formservice.application.ports_store import SERVICE
from formservice.domain.errors import (
    ConflictError,
    DefinitionError,
    InvalidDataError,
    UsageError,
)

HEAD = "Kundennummer;Name;Vorname;Geburtsdatum;Maßnahme;Träger;von;bis;IFK\n"
ANNA = "0100;Öztürk;Anna;03.02.2001;Startklar;Leinetal e.V.;12.01.2026;10.07.2026;Muster\n"
BEN = "200;Weber;Ben;;Startklar;Leinetal e.V.;12.01.2026;;\n"
NOBODY = Answers()
TODAY = date(2026, 5, 4)


@pytest.fixture
def listed(tmp_path):
    def write(text, name="standard", encoding="cp1252"):
        (tmp_path / "liste.csv").write_bytes(text.encode(encoding))
        return rows(tmp_path / "liste.csv", profile(name))

    return write


def counts(store):
    tables = ("persons", "cases", "participations", "massnahmen", "traeger")
    with store.look() as work:
        found = [work.connection.execute(select(schema.metadata.tables[one])) for one in tables]
        return [len(one.all()) for one in found]


def test_a_list_is_taken_over_once_however_often_it_comes(store, listed):
    take = ImportParticipants(store)
    found = listed(HEAD + ANNA + BEN, "marzipan")
    assert take.shown(found, NOBODY, SERVICE, TODAY).new_persons
    assert counts(store) == [0, 0, 0, 0, 0]
    take.done(found, NOBODY, SERVICE, TODAY)
    assert counts(store) == [2, 2, 2, 1, 1]
    again = take.done(found, NOBODY, SERVICE, TODAY)
    assert (again.is_empty, again.same) == (True, 2)
    assert counts(store) == [2, 2, 2, 1, 1]
    with store.look() as work:
        types = select(schema.events.c.type, schema.events.c.body)
        told = work.connection.execute(types.where(schema.events.c.type == "people.imported"))
        (event,) = told
    assert "Weber" not in event.body


def test_changes_and_ends_are_written(store, listed):
    take = ImportParticipants(store)
    with store.work() as work:
        user = insert(schema.users).values(id="u1", name="Muster", role="ifk", active=True)
        work.connection.execute(user)
    take.done(listed(HEAD + ANNA + BEN), NOBODY, SERVICE, TODAY)
    changed = ANNA.replace("Anna", "Anna Lena").replace("10.07.", "31.07.")
    plan = take.done(listed(HEAD + changed), NOBODY, SERVICE, TODAY, end_gone=True)
    assert [one.field for one in plan.changes] == ["vorname", "bis"]
    with store.look() as work:
        people = work.connection.execute(select(schema.persons).order_by("number")).all()
        parts = work.connection.execute(select(schema.participations.c.bis)).scalars()
        ifk = set(work.connection.execute(select(schema.cases.c.ifk)).scalars())
        assert sorted(parts) == [date(2026, 5, 4), date(2026, 7, 31)]
    assert [(one.number, one.vorname) for one in people] == [("0100", "Anna Lena"), ("200", "Ben")]
    assert ifk == {"u1", None}


def ends(store):
    with store.look() as work:
        table = schema.participations.c
        rows = work.connection.execute(select(table.von, table.bis).order_by(table.von))
        return [(row.von, row.bis) for row in rows]


def test_only_who_is_still_there_ends_and_a_second_run_changes_nothing(store, listed):
    take = ImportParticipants(store)
    ended = "300;Alt;Ida;;Startklar;Leinetal e.V.;01.01.2020;30.06.2020;\n"
    ahead = "400;Bald;Max;;Startklar;Leinetal e.V.;01.09.2026;;\n"
    take.done(listed(HEAD + ANNA + BEN + ended + ahead), NOBODY, SERVICE, TODAY)
    found = listed(HEAD + ANNA)
    plan = take.done(found, NOBODY, SERVICE, TODAY, end_gone=True)
    assert [person.number for person, _, _ in plan.gone] == ["200"]
    assert [person.number for person, _, _ in plan.ahead] == ["400"]
    after = [
        (date(2020, 1, 1), date(2020, 6, 30)),
        (date(2026, 1, 12), TODAY),
        (date(2026, 1, 12), date(2026, 7, 10)),
        (date(2026, 9, 1), None),
    ]
    assert sorted(ends(store), key=str) == after
    again = take.done(found, NOBODY, SERVICE, date(2026, 5, 5), end_gone=True)
    assert (again.gone, again.is_empty) == ([], True)
    assert sorted(ends(store), key=str) == after


def test_a_number_that_was_given_away_again_is_somebody_elses(store, listed):
    take = ImportParticipants(store)
    take.done(listed(HEAD + ANNA), NOBODY, SERVICE, TODAY)
    other = listed(HEAD + ANNA.replace("Öztürk;Anna;03.02.2001", "Weber;Ben;01.01.1999"))
    with pytest.raises(ConflictError):
        take.done(other, NOBODY, SERVICE, TODAY)
    take.done(other, Answers(new=["0100"]), SERVICE, TODAY)
    with store.look() as work:
        table = schema.persons.c
        rows = work.connection.execute(select(table.name, table.number)).all()
    assert {tuple(one) for one in rows} == {("Öztürk", None), ("Weber", "0100")}
    assert take.done(other, NOBODY, SERVICE, TODAY).is_empty


def test_an_answer_about_nobody_in_the_list_is_refused(store, listed):
    take = ImportParticipants(store)
    found = listed(HEAD + ANNA)
    for answers in (
        Answers(new=["100"]),
        Answers(same=["0100", "7"]),
        Answers(new=["0100"], same=["0100"]),
    ):
        with pytest.raises(UsageError):
            take.shown(found, answers, SERVICE, TODAY)
        with pytest.raises(UsageError):
            take.done(found, answers, SERVICE, TODAY)


def test_while_somebody_is_in_doubt_nothing_is_taken_over(store, listed):
    take = ImportParticipants(store)
    take.done(listed(HEAD + ANNA), NOBODY, SERVICE, TODAY)
    other = listed(HEAD + BEN + ANNA.replace("0100", "300"))
    with pytest.raises(ConflictError):
        take.done(other, NOBODY, SERVICE, TODAY)
    assert counts(store)[0] == 1
    take.done(other, Answers(new=["300"]), SERVICE, TODAY)
    assert counts(store)[0] == 3


def test_a_workbook_says_the_same_as_a_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(";"))
    day = date(2026, 1, 12)
    book.active.append([100, "Öztürk", "Anna", date(2001, 2, 3), "S", "L", day, None, None])
    book.save(tmp_path / "x.xlsx")
    (row,) = rows(tmp_path / "x.xlsx", profile("marzipan"))
    assert (row.number, row.geburtsdatum, row.von, row.bis) == ("100", date(2001, 2, 3), day, None)


def test_every_mistake_of_every_row_is_told_at_once_and_no_value(listed):
    wrong = (
        HEAD
        + "1;Öztürk;;31.02.2001;S;L;;;\n"
        + ";Weber;Ben;;S;;02.01.2026;01.01.2026;\n"
        + "3;X;Y;1.1.1026;;;;1.1.2026;;zu viel\n"
    )
    with pytest.raises(InvalidDataError) as raised:
        listed(wrong)
    told = [f"{one.where}: {one.message}" for one in raised.value.problems]
    assert told == [
        "Zeile 2: Geburtsdatum ist kein Tag.",
        "Zeile 2: Vorname fehlt.",
        "Zeile 3: Nummer fehlt.",
        "Zeile 3: Zur Maßnahme fehlt der Träger.",
        "Zeile 3: Der Beginn liegt nach dem Ende.",
        "Zeile 4: Geburtsdatum ist kein Tag.",
        "Zeile 4: Zum Zeitraum fehlt die Maßnahme.",
        "Zeile 4: Die Zeile hat mehr Zellen als die Kopfzeile.",
    ]
    assert "Weber" not in str(told)


def test_headings_that_the_profile_does_not_know_are_told(listed):
    with pytest.raises(InvalidDataError) as raised:
        listed("Kundennumer;Name;Vorname\n1;a;b\n")
    told = [(one.where, one.nearest) for one in raised.value.problems]
    assert told == [("Spalte 1", "Kundennummer"), ("", None)]
    assert [str(one) for one in raised.value.problems] == [
        "Spalte 1: Diese Spalte ist nicht bekannt. Gemeint: „Kundennummer“?",
        "Die Spalte „Nummer“ fehlt.",
    ]
    assert raised.value.message == (
        "Die Überschriften der Liste passen nicht: Spalte 1 ist nicht bekannt; es fehlt Nummer."
    )
    assert raised.value.hint == (
        "Bitte die Überschriften in der ersten Zeile ändern, oder die Administration bitten,"
        " das Profil für diese Liste zu ändern."
    )


def test_several_headings_are_told_in_one_sentence(listed):
    with pytest.raises(InvalidDataError) as raised:
        listed("Kundennummer;Bemerkung;Alter;Maßnahme\n1;a;b;c\n")
    assert raised.value.message == (
        "Die Überschriften der Liste passen nicht: Spalten 2 und 3 sind nicht bekannt;"
        " es fehlen Name, Vorname und Träger."
    )
    with pytest.raises(InvalidDataError) as raised:
        listed("Kundennummer;Name;Name;Vorname\n1;a;b;c\n")
    assert raised.value.message == "Die Überschriften der Liste passen nicht."


def test_a_profile_of_ones_own_says_what_is_wrong_with_it(tmp_path):
    path = tmp_path / "eigen.yaml"
    path.write_text("title: X\ncolumns: {numer: A, name: B, vorname: 7}\nignored: []\n", "utf-8")
    with pytest.raises(DefinitionError) as raised:
        profile(str(path))
    told = {(one.where.partition(" (")[0], one.nearest) for one in raised.value.problems}
    assert told == {
        ("columns.number", None),
        ("columns.numer", "number"),
        ("columns.vorname", None),
        ("ignored", "ignore"),
    }
    path.write_text("title: X\ncolumns: {number: A, name: [B, C], vorname: D}\n", "utf-8")
    assert profile(str(path)).key(" c ") == "name"
    with pytest.raises(UsageError):
        profile("marzipann")
