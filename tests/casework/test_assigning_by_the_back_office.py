"""Whoever sorts the post finds the one case that it names exactly, and no directory of people."""

from datetime import date

import pytest

from formservice.adapters.store.assigned_cases import StoredAssigning
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.application.assigning import Wanted
from formservice.application.casework_input import part_given, person_given
from formservice.domain.case import State
from formservice.domain.errors import NotFoundError
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, ELIF
from tests.casework.documents import came, reading

BORN = date(2001, 2, 3)
LOOKED_UP = "zum Zuordnen eines Formulars gesucht und gezeigt"


@pytest.fixture
def assigning(office):
    return StoredAssigning(office)


def opened(office, number="K-1011", name="Aydın", vorname="Ayşe Nur", born="03.02.2001"):
    person = {"name": name, "vorname": vorname, "geburtsdatum": born, "number": number}
    part = {"massnahme": "m1", "von": "01.10.2026", "bis": "31.01.2027"}
    return StoredCaseChanges(office).opened(person_given(person, DAY), part_given(part), CARLA)


def cases(assigning, words, who=ELIF, wanted=None):
    return [one.case for one in assigning.found(words, who, wanted or Wanted())]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("K-1011", Wanted()),
        (" k-1011 ", Wanted()),
        ("Ayşe Nur Aydın 03.02.2001", Wanted()),
        ("Aydin, Ayse Nur, 2001-02-03", Wanted()),
        ("3.2.2001 Aydın Ayşe Nur", Wanted()),
        ("Ayşe Nur Aydın", Wanted(born=BORN)),
    ],
    ids=["number", "small", "born", "folded", "first", "read"],
)
def test_the_back_office_finds_the_case_that_is_named_exactly(office, assigning, words, wanted):
    case = opened(office)
    opened(office, "K-10112", "Aydin", "Ayşe", "04.02.2001")
    (one,) = assigning.found(words, ELIF, wanted)
    assert (one.case, one.person, one.number, one.ifk) == (
        case,
        "Ayşe Nur Aydın",
        "K-1011",
        "carla Fall",
    )
    assert (one.born, one.massnahme) == (None, "")


@pytest.mark.parametrize(
    "words",
    [
        "Aydın",
        "Ayşe Nur Aydın",
        "Ayşe Aydın 03.02.2001",
        "Ayşe Nur Aydın 04.02.2001",
        "03.02.2001",
        "K-101",
        "K-1011 Aydın",
        "%",
        "K-101_",
        "",
    ],
)
def test_the_back_office_finds_nothing_by_less(office, assigning, words):
    opened(office)
    assert cases(assigning, words) == []


def test_a_person_without_a_day_of_birth_is_found_by_the_number_only(office, assigning):
    case = opened(office, born="")
    assert cases(assigning, "Ayşe Nur Aydın") == []
    assert cases(assigning, "Ayşe Nur Aydın 03.02.2001") == []
    assert cases(assigning, "K-1011") == [case]


def test_a_traeger_never_finds_a_case(office, assigning):
    case = opened(office)
    came(office, "d1", reading(), traeger="t1")
    for words in ("K-1011", "Ayşe Nur Aydın 03.02.2001", "Ayd"):
        assert cases(assigning, words, ANNA, Wanted(born=BORN)) == []
    with pytest.raises(NotFoundError):
        assigning.assign("d1", case, None, Wanted(), ANNA, "K-1011")


def test_a_fachkraft_finds_as_before_among_its_own(office, assigning):
    case = opened(office)
    assert cases(assigning, "ayd", CARLA) == [case]
    assert cases(assigning, "K-1011", DIRK) == []


def test_a_case_that_has_ended_is_not_found(office, assigning):
    case = opened(office)
    StoredCaseChanges(office).ended(case, DAY, CARLA)
    assert cases(assigning, "K-1011") == []


def test_what_the_back_office_has_found_it_assigns_and_nothing_else(office, assigning):
    case, other = opened(office), opened(office, "K-2", "Weber", "Ida")
    came(office, "d1", reading())
    (one,) = assigning.found("K-1011", ELIF, Wanted())
    for words in ("", "K-2", "Aydın"):
        with pytest.raises(NotFoundError):
            assigning.assign("d1", case, one.participation, Wanted(), ELIF, words)
    with pytest.raises(NotFoundError):
        assigning.assign("d1", other, None, Wanted(), ELIF, "K-1011")
    assigning.assign("d1", case, one.participation, Wanted(), ELIF, "K-1011")
    shown = StoredCases(office).one(case, CARLA, DAY)
    assert [one.id for one in shown.documents] == ["d1"]


def test_a_case_tells_in_its_history_who_was_shown_it(office, assigning):
    case = opened(office)
    assigning.found("K-10", ELIF, Wanted())
    assigning.found("K-1011", CARLA, Wanted())
    assigning.found("K-1011", ELIF, Wanted())
    told = [
        (one.sentence, one.who)
        for one in StoredCases(office).history(case, CARLA)
        if one.sentence == LOOKED_UP
    ]
    assert told == [(LOOKED_UP, "elif Fall")]


def test_where_a_person_has_several_participations_they_are_told_apart(office, assigning):
    case = opened(office)
    part = {"massnahme": "m2", "von": "01.12.2026", "bis": "31.03.2027"}
    StoredCaseChanges(office).part_opened(case, part_given(part), CARLA)
    found = assigning.found("K-1011", ELIF, Wanted())
    assert sorted(one.massnahme for one in found) == ["Startklar", "Werkstatt"]


def test_what_is_decided_the_back_office_assigns_no_more(office, assigning):
    case = opened(office)
    came(office, "d1", reading())
    with office.work() as work:
        work.documents.move("d1", State.ACCEPTED, CARLA)
    with pytest.raises(NotFoundError):
        assigning.assign("d1", case, None, Wanted(), ELIF, "K-1011")
