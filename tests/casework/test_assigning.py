"""What comes back is assigned by its reference or by a person, and never by guess."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select

from formservice.adapters.heads import Heads
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.places import Places
from formservice.adapters.store import schema
from formservice.adapters.store.assigned_cases import StoredAssigning
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.application.assigning import DecidedError, Wanted, wanted_by
from formservice.application.casework_input import part_given, person_given
from formservice.application.verify import Verify
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from formservice.domain.case import State
from formservice.domain.errors import ConflictError, NotFoundError
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, ELIF, FRANK
from tests.casework.documents import came, reading

AYSE = Wanted(name="Öztürk", vorname="Ayşe")


@pytest.fixture
def assigning(office):
    return StoredAssigning(office)


def opened(office, number="7", author=CARLA, name="Öztürk", born="03.02.2001"):
    person = {"name": name, "vorname": "Ayşe", "geburtsdatum": born, "number": number}
    part = {"massnahme": "m1", "von": "01.10.2026", "bis": "31.01.2027"}
    made = StoredCaseChanges(office).opened(person_given(person, DAY), part_given(part), author)
    (one,) = StoredCases(office).one(made, author, DAY).parts
    return made, one.id


def issued(office, case, part, reference="REFERENCE0000001", form="feedbackbogen"):
    row = {"reference": reference, "form": form, "edition": "2023-09-22", "values": {}}
    row |= {"case": case, "participation": part, "format": "pdf", "author": "carla"}
    with office.work() as work:
        work.connection.execute(insert(schema.web.issued).values(**row, created_at=1.0))
    return reference


def belongs(office, document="d1"):
    table = schema.case_documents
    with office.look() as work:
        row = work.connection.execute(
            select(table.c.case, table.c.participation).where(table.c.document == document)
        ).first()
        return None if row is None else tuple(row)


def is_proved(office, tmp_path):
    kept = (office, LocalOriginals(tmp_path / "o"), Heads(tmp_path / "k"), Places(tmp_path / "p"))
    broken = Verify(*kept, lambda: "heute")().broken
    return broken is None or "Original" in str(broken)


def test_a_document_with_a_reference_of_ours_is_assigned_as_it_is_read(office, tmp_path):
    case, part = opened(office)
    came(office, "d1", reading(issued(office, case, part)))
    assert belongs(office) == (case, part)
    shown = StoredCases(office).one(case, CARLA, DAY)
    assert [one.id for one in shown.documents] == ["d1"]
    told = [one.sentence for one in StoredCases(office).history(case, CARLA)]
    assert "einem Fall zugeordnet" in told
    with office.look() as work:
        kept = select(schema.web.issued.c.document)
        assert work.connection.execute(kept).scalar() == "d1"
    assert is_proved(office, tmp_path)


def test_a_reference_under_another_form_or_from_another_traeger_is_left_to_people(
    office, assigning
):
    case, part = opened(office)
    reference = issued(office, case, part)
    came(office, "d1", reading(reference, form="erwartungsbogen"))
    came(office, "d2", reading(reference), traeger="t2")
    came(office, "d3", reading(reference), traeger="t1")
    assert [belongs(office, one) for one in ("d1", "d2", "d3")] == [None, None, (case, part)]
    (one,) = assigning.suggested("d2", Wanted(), CARLA)
    assert one.because[0] == "reference"


def test_what_somebody_has_undone_stays_undone_when_it_is_saved_again(office, assigning):
    case, part = opened(office)
    read = reading(issued(office, case, part))
    came(office, "d1", read)
    assigning.take_back("d1", CARLA)
    with office.work() as work:
        work.documents.save("d1", 1, read | {"findings": []}, CARLA, "berichtigt")
    assert belongs(office) is None


def test_without_a_reference_a_case_is_only_suggested(office, assigning):
    case, part = opened(office)
    opened(office, "8", name="Weber")
    came(office, "d1", reading(name="Öztürk", vorname="Ayşe"))
    assert belongs(office) is None
    (one,) = assigning.suggested("d1", AYSE, CARLA)
    assert (one.case, one.participation) == (case, part)
    assert set(one.because) == {"name", "period"}


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(name="Öztürk", vorname="Aylin"),
        Wanted(name="Özturg", vorname="Ayşe"),
        Wanted(number="77"),
        Wanted(name="Öztürk"),
        Wanted(name="Öztürk", vorname="Ayşe", born=DAY),
        Wanted(),
    ],
    ids=["given", "family", "number", "half", "born", "nothing"],
)
def test_who_is_not_exactly_the_same_is_not_suggested(office, assigning, wanted):
    opened(office)
    came(office, "d1", reading())
    assert assigning.suggested("d1", wanted, CARLA) == []


def test_a_name_that_somebody_writes_opens_no_directory_of_people(office, assigning):
    case, _ = opened(office)
    came(office, "d1", reading(name="Öztürk", vorname="Ayşe"))
    told = {
        who.id: [
            (one.case, one.born, one.massnahme) for one in assigning.suggested("d1", AYSE, who)
        ]
        for who in (CARLA, DIRK, ELIF)
    }
    born = date(2001, 2, 3)
    assert told["carla"] == [(case, born, "Startklar")]
    assert told["dirk"] == told["elif"] == [(case, None, "")]
    (one,) = assigning.suggested("d1", replace(AYSE, born=born), DIRK)
    assert (one.born, one.massnahme) == (born, "Startklar")
    (one,) = assigning.suggested("d1", Wanted(number="7"), DIRK)
    assert (one.born, one.massnahme) == (None, "Startklar")


def test_somebody_assigns_with_one_step_and_takes_it_back(office, assigning, tmp_path):
    case, part = opened(office)
    came(office, "d1", reading(name="Öztürk", vorname="Ayşe"))
    assigning.assign("d1", case, part, AYSE, ELIF)
    assert belongs(office) == (case, part)
    assigning.take_back("d1", CARLA)
    assert belongs(office) is None
    assert is_proved(office, tmp_path)


def test_of_two_who_assign_the_second_is_told(office, assigning):
    first, part = opened(office)
    second, _ = opened(office, "8")
    came(office, "d1", reading())
    assigning.assign("d1", first, part, Wanted(), CARLA)
    with pytest.raises(ConflictError):
        assigning.assign("d1", second, None, Wanted(), CARLA)


def test_nobody_assigns_to_a_case_that_is_neither_theirs_nor_suggested(office, assigning):
    case, part = opened(office)
    other, foreign_part = opened(office, "8", name="Weber")
    came(office, "d1", reading())
    for author in (DIRK, ELIF):
        with pytest.raises(NotFoundError):
            assigning.assign("d1", case, part, Wanted(), author)
    with pytest.raises(NotFoundError):
        assigning.assign("d1", case, foreign_part, Wanted(), CARLA)
    with pytest.raises(NotFoundError):
        assigning.assign("d1", "nobody", None, Wanted(), CARLA)
    assert belongs(office) is None
    assert other


def test_a_document_that_is_not_theirs_is_not_there(office, assigning):
    case, part = opened(office)
    came(office, "d1", reading(), traeger="t2")
    assigning.assign("d1", case, part, Wanted(), CARLA)
    for author in (DIRK, ANNA):
        for do in (
            lambda who=author: assigning.suggested("d1", AYSE, who),
            lambda who=author: assigning.take_back("d1", who),
        ):
            with pytest.raises(NotFoundError):
                do()


def test_cases_are_looked_for_by_name_among_ones_own(office, assigning):
    opened(office)
    opened(office, "8", DIRK)
    assert len(assigning.found("özt", CARLA)) == 1
    assert assigning.found("  ", CARLA) == []


def test_whom_a_record_names_is_told_by_the_fields_its_form_declares():
    forms = Reading(Settings.from_environment({})).forms
    told = wanted_by(reading(name=" Öztürk ", vorname="Ayşe"), forms)
    assert (told.name, told.vorname) == ("Öztürk", "Ayşe")
    assert wanted_by({"form": None}, forms) == Wanted()


def test_what_is_accepted_stays_with_its_case_and_opens_to_nobody_else(office, assigning):
    case, part = opened(office)
    came(office, "d1", reading(issued(office, case, part)))
    with office.work() as work:
        work.documents.move("d1", State.ACCEPTED, CARLA)
    for who in (CARLA, FRANK):
        with pytest.raises(DecidedError):
            assigning.take_back("d1", who)
    with office.look() as work:
        assert not work.search.is_visible("d1", DIRK)
    with office.work() as work:
        work.documents.move("d1", State.IN_REVIEW, FRANK, "Falsche Person")
    assigning.take_back("d1", FRANK)
    assert belongs(office) is None
