"""A list knows and changes only cases that whoever takes it over may see, on both databases."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select

from formservice.adapters.handover.participants_import import ImportParticipants
from formservice.adapters.store import schema
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.people import People
from formservice.application.participants import Answers, Row
from formservice.application.participants_plan import planned
from formservice.application.ports_store import SERVICE
from formservice.domain.errors import ConflictError
from tests.casework.conftest import CARLA, DAY, DIRK, ELIF, FRANK

BORN, BEGIN = date(2001, 2, 3), date(2026, 10, 12)
AYSE = Row(2, "7", "Öztürk", "Ayşe", BORN, "Lindenhof", "Startklar", "", BEGIN, None, "carla")
BEN = replace(AYSE, line=3, number="8", name="Weber", vorname="Ben", ifk="dirk")
KIM = replace(AYSE, line=4, number="9", name="Arslan", vorname="Kim", ifk="")
NOBODY = Answers()


@pytest.fixture
def take(office):
    """What takes lists over: carla and dirk have a case each, and one has nobody."""
    take = ImportParticipants(office)
    take.done([AYSE, BEN, KIM], NOBODY, FRANK, DAY)
    return take


def kept(office):
    tables = (schema.persons, schema.cases, schema.participations)
    with office.look() as work:
        return [{tuple(row) for row in work.connection.execute(select(one))} for one in tables]


def known(office, viewer):
    with office.look() as work:
        return People(work.connection, work.events).known(viewer)


def case_of(office, number):
    with office.look() as work:
        persons, cases = schema.persons.c, schema.cases.c
        query = select(cases.id).join(schema.persons, persons.id == cases.person)
        return work.connection.execute(query.where(persons.number == number)).scalar_one()


def test_whom_somebody_knows_are_those_of_the_list_of_cases(office, take):
    for viewer, seen, hidden in (
        (CARLA, {"7", "9"}, {"8"}),
        (DIRK, {"8", "9"}, {"7"}),
        (FRANK, {"7", "8", "9"}, set()),
        (SERVICE, {"7", "8", "9"}, set()),
        (ELIF, set(), {"7", "8", "9"}),
    ):
        found = known(office, viewer)
        assert ({one.number for one in found.persons}, {*found.hidden}) == (seen, hidden)
        assert {one.person for one in found.cases} == {one.id for one in found.persons}
        assert {one.case for one in found.participations} == {one.id for one in found.cases}


@pytest.mark.parametrize(
    "row",
    [
        replace(AYSE, ifk="dirk"),
        replace(AYSE, vorname="Ayşe Nur"),
        replace(AYSE, name="Anders", vorname="Leyla", geburtsdatum=date(1990, 1, 1)),
        replace(AYSE, massnahme="Ganz neu", traeger="Neuer Träger"),
    ],
    ids=["takeover", "rename", "somebody else", "new Maßnahme"],
)
@pytest.mark.parametrize("answers", [NOBODY, Answers(new=["7"]), Answers(same=["7"])])
def test_a_row_with_the_number_of_a_colleagues_case_changes_nothing(office, take, row, answers):
    before = kept(office)
    shown = take.shown([row], answers, DIRK, DAY)
    assert (shown.withheld, shown.doubts, shown.changes, shown.gone) == ([2], [], [], [])
    plan = take.done([row], answers, DIRK, DAY, end_gone=True)
    assert (plan.withheld, plan.is_empty, plan.similar) == ([2], True, [])
    assert kept(office) == before


def test_other_rows_of_the_list_are_taken_over(office, take):
    plan = take.done(
        [replace(AYSE, vorname="X"), replace(BEN, vorname="Benno")], NOBODY, DIRK, DAY
    )
    assert plan.withheld == [2]
    assert [one.field for one in plan.changes] == ["vorname"]


def test_a_name_and_birthday_of_somebody_hidden_are_those_of_nobody(office, take):
    row = replace(AYSE, number="70", ifk="")
    assert take.shown([row], NOBODY, CARLA, DAY).doubts
    plan = take.shown([row], NOBODY, DIRK, DAY)
    assert (plan.doubts, len(plan.new_persons)) == ([], 1)


def test_nobody_of_ones_own_gets_the_number_of_somebody_hidden(office, take):
    row = replace(BEN, number="7")
    before = kept(office)
    assert take.done([row], Answers(same=["7"]), DIRK, DAY).withheld == [3]
    assert kept(office) == before


def test_only_those_end_whose_cases_one_may_see(office, take):
    new = replace(AYSE, number="10", name="Neu", vorname="Ida", ifk="")
    plan = take.done([new], NOBODY, DIRK, DAY, end_gone=True)
    assert {person.number for person, _, _ in plan.gone} == {"8", "9"}
    case = case_of(office, "7")
    with office.look() as work:
        part = schema.participations.c
        assert work.connection.execute(select(part.bis).where(part.case == case)).all() == [
            (None,)
        ]


def test_a_case_of_years_ago_gives_no_right_to_todays(office, take):
    case = case_of(office, "7")
    with office.work() as work:
        cases = schema.cases
        person = work.connection.execute(select(cases.c.person).where(cases.c.id == case))
        old = {
            "id": "old",
            "person": person.scalar_one(),
            "ifk": "dirk",
            "ended": date(2020, 1, 1),
        }
        work.connection.execute(insert(cases).values(old))
    assert take.shown([AYSE], NOBODY, DIRK, DAY).withheld == [2]
    assert take.shown([AYSE], NOBODY, CARLA, DAY).same == 1


def test_a_case_handed_over_meanwhile_is_no_longer_changed(office, take):
    ids = (f"n{number}" for number in range(9))
    for row, ended in (
        (replace(AYSE, vorname="Ayşe Nur"), None),
        (replace(AYSE, bis=date(2027, 1, 31), has=frozenset({"bis"})), None),
        (replace(AYSE, ifk="frank"), None),
        (replace(AYSE, massnahme="Werkstatt", traeger="Nordring"), None),
        (KIM, DAY),
    ):
        plan = planned([row], known(office, CARLA), NOBODY, lambda: next(ids), DAY)
        StoredCaseChanges(office).handed(case_of(office, "7"), "dirk", CARLA)
        before = kept(office)
        with pytest.raises(ConflictError), office.work() as work:
            People(work.connection, work.events).apply(plan, CARLA, CARLA, ended)
        assert kept(office) == before
        StoredCaseChanges(office).handed(case_of(office, "7"), "carla", DIRK)


def test_the_command_line_sees_all_and_is_named_as_author(office, take):
    admin = replace(ELIF, id="shell:root")
    plan = take.done([replace(AYSE, vorname="Nur")], NOBODY, admin, DAY, viewer=SERVICE)
    assert (plan.withheld, len(plan.persons)) == ([], 1)
    with office.look() as work:
        events = schema.events.c
        told = select(events.author).where(events.type == "people.imported")
        assert "shell:root" in work.connection.execute(told).scalars()
