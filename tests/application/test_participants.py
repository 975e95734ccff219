"""A list of participants says what it would change, and in whom it is not sure."""

from datetime import date
from itertools import count
from typing import Any  # fields of several types

import pytest

from formservice.application.participants import (
    Answers,
    Case,
    Known,
    Named,
    Participation,
    Person,
    Row,
    contradictions,
)
from formservice.application.participants_plan import planned
from formservice.domain.errors import InvalidDataError

BORN, BEGIN, END = date(2001, 2, 3), date(2026, 1, 12), date(2026, 7, 10)
TODAY = date(2026, 5, 4)
ALL = frozenset({"geburtsdatum", "von", "bis", "ifk"})
ANNA = Person("p1", "100", "Öztürk", "Anna", BORN)
KNOWN = Known(
    persons=[ANNA],
    cases=[Case("c1", "p1", "u1")],
    participations=[Participation("t1", "c1", "m1", BEGIN, END)],
    traeger=[Named("tr1", "Bildungsverein Leinetal e.V.")],
    massnahmen=[Named("m1", "Startklar", None, "tr1")],
    users=[Named("u1", "Sabine Muster"), Named("u2", "Jan Beispiel")],
)


def row(line=2, **more):
    told: dict[str, Any] = {
        "number": "100",
        "name": "Öztürk",
        "vorname": "Anna",
        "geburtsdatum": BORN,
        "traeger": "Bildungsverein Leinetal e. V.",
        "massnahme": "STARTKLAR",
        "von": BEGIN,
        "bis": END,
        "ifk": "Sabine Muster",
        "has": ALL,
    }
    return Row(line=line, **(told | more))


def plan(*rows, known=KNOWN, day=TODAY, **answers):
    ids = (f"n{number}" for number in count(1))
    return planned(rows, known, Answers(**answers), lambda: next(ids), day)


def test_a_list_that_says_what_is_known_changes_nothing():
    found = plan(row())
    assert found.is_empty
    assert (found.same, found.gone, found.changes) == (1, [], [])


def test_what_changed_is_told_field_by_field():
    found = plan(row(vorname="Anna Lena", bis=date(2026, 8, 1), ifk="jan beispiel"))
    told = [(one.field, one.before, one.after) for one in found.changes]
    assert told == [
        ("vorname", "Anna", "Anna Lena"),
        ("ifk", "u1", "u2"),
        ("bis", "10.07.2026", "01.08.2026"),
    ]
    assert found.persons["p1"].vorname == "Anna Lena"
    assert found.participations["t1"].bis == date(2026, 8, 1)


def test_what_the_list_has_no_column_for_stays():
    found = plan(row(geburtsdatum=None, von=None, bis=None, ifk="", has=frozenset()))
    assert found.is_empty


def test_an_empty_cell_takes_an_end_away_but_no_birthday():
    found = plan(row(geburtsdatum=None, bis=None))
    assert [(one.field, one.after) for one in found.changes] == [("bis", "")]


def test_somebody_new_comes_with_all_that_belongs_to_it():
    found = plan(
        row(), row(3, number="200", name="Weber", massnahme="Neustart", traeger="Neu gGmbH")
    )
    (person,) = found.new_persons.values()
    (case,) = found.new_cases.values()
    (part,) = found.new_participations.values()
    (massnahme,) = found.new_massnahmen.values()
    (traeger,) = found.new_traeger.values()
    assert (person.number, case.person, part.case) == ("200", person.id, case.id)
    assert (part.massnahme, massnahme.of) == (massnahme.id, traeger.id)


def test_a_name_much_like_a_known_one_is_pointed_at():
    found = plan(row(traeger="Bildungsverein Leinetahl e.V."))
    assert found.similar == [("Bildungsverein Leinetahl e.V.", "Bildungsverein Leinetal e.V.")]
    assert plan(row(massnahme="Startklar 2")).similar == []


def test_somebody_of_the_same_name_is_in_doubt_until_somebody_says_who_it_is():
    other = row(number="777", geburtsdatum=None)
    found = plan(other)
    assert [(one.number, one.known) for one in found.doubts] == [("777", ANNA)]
    assert found.is_empty
    assert found.gone == []
    same = plan(other, same=["777"])
    assert [(one.field, one.before, one.after) for one in same.changes] == [
        ("number", "100", "777")
    ]
    assert same.persons["p1"].number == "777"
    new = plan(other, new=["777"])
    assert [one.number for one in new.new_persons.values()] == ["777"]
    assert [one.id for _, one, _ in new.gone] == ["t1"]


def test_two_numbers_of_a_list_never_become_one_person():
    rows = [row(2, number="9999"), row(3, number="9998")]
    with pytest.raises(InvalidDataError) as wrong:
        plan(*rows, same=["9999", "9998"])
    assert [one.where for one in wrong.value.problems] == ["Zeile 3"]
    found = plan(*rows, same=["9998"], new=["9999"])
    assert found.persons["p1"].number == "9998"
    assert [one.number for one in found.new_persons.values()] == ["9999"]
    # Whom nobody spoke of is in doubt still, although the number is given away.
    assert [one.number for one in plan(*rows, same=["9999"]).doubts] == ["9998"]
    # Somebody in two Maßnahmen stands in two rows.
    both = plan(row(2, number="9999"), row(3, number="9999", massnahme="Zwei"), same=["9999"])
    assert [one.number for one in both.persons.values()] == ["9999"]


def test_who_stands_in_the_list_as_well_is_somebody_else():
    found = plan(row(), row(3, number="777", geburtsdatum=None))
    assert found.doubts == []
    assert [one.number for one in found.new_persons.values()] == ["777"]


def test_another_birthday_is_another_person():
    found = plan(row(), row(3, number="777", geburtsdatum=date(1999, 1, 1)))
    assert found.doubts == []
    assert len(found.new_persons) == 1


def test_gone_is_only_who_is_missing_from_a_massnahme_of_the_list():
    assert plan(row(number="200", name="Weber")).gone == [
        (ANNA, KNOWN.participations[0], "Startklar")
    ]
    assert plan(row(number="200", name="Weber", massnahme="Neustart")).gone == []


def test_who_ended_long_ago_or_today_is_not_gone_and_who_only_begins_stays():
    ben = Person("p2", "200", "Weber", "Ben", None)
    other = row(number="300", name="Neu", vorname="Nina")

    def found(von, bis):
        part = Participation("t2", "c2", "m1", von, bis)
        known = Known(
            [ben], [Case("c2", "p2", None)], [part], KNOWN.traeger, KNOWN.massnahmen, KNOWN.users
        )
        told = plan(other, known=known)
        return [one.id for _, one, _ in told.gone], [one.id for _, one, _ in told.ahead]

    assert found(BEGIN, None) == found(None, date(2026, 5, 5)) == (["t2"], [])
    assert found(BEGIN, date(2020, 6, 30)) == found(BEGIN, TODAY) == ([], [])
    assert found(date(2026, 5, 5), None) == ([], ["t2"])


def test_another_name_and_birthday_under_a_known_number_is_somebody_a_person_decides_about():
    other = row(name="Weber", vorname="Ben", geburtsdatum=date(1999, 1, 1))
    found = plan(other)
    assert [(one.number, one.known) for one in found.doubts] == [("100", ANNA)]
    assert (found.is_empty, found.gone) == (True, [])
    same = plan(other, same=["100"])
    assert (same.doubts, same.persons["p1"].name) == ([], "Weber")
    new = plan(other, new=["100"])
    (person,) = new.new_persons.values()
    assert (person.number, new.persons["p1"].number, new.persons["p1"].name) == (
        "100",
        None,
        "Öztürk",
    )
    assert [one.id for _, one, _ in new.gone] == ["t1"]
    nameless = plan(row(name="Weber", vorname="Ben", geburtsdatum=None))
    assert len(nameless.doubts) == 1


def test_who_married_or_whose_birthday_was_put_right_is_who_it_was():
    for more in ({"name": "Weber"}, {"geburtsdatum": date(2001, 3, 2)}):
        assert plan(row(**more)).doubts == []


def test_a_second_time_in_the_same_massnahme_is_a_new_participation():
    later = date(2026, 9, 1)
    for rows in ((row(), row(3, von=later, bis=None)), (row(3, von=later, bis=None), row())):
        found = plan(*rows)
        assert [one.von for one in found.new_participations.values()] == [later]
        assert (found.changes, found.gone) == ([], [])


def test_a_beginning_put_right_is_a_change_and_no_second_participation():
    found = plan(row(von=date(2026, 1, 13)))
    assert [(one.field, one.after) for one in found.changes] == [("von", "13.01.2026")]
    assert found.new_participations == {}


def test_an_unknown_fachkraft_changes_nothing_and_is_told():
    found = plan(row(ifk="Niemand"), row(3, ifk="Niemand", von=END))
    assert found.unknown == {"Niemand": 2}
    assert found.cases == {}


def test_a_list_that_contradicts_itself_is_told_by_row_and_without_a_value():
    rows = [row(), row(3, vorname="Ana", massnahme="Neustart"), row(4)]
    told = [str(one) for one in contradictions(rows)]
    assert told == [
        "Zeile 3: Vorname ist anders als in Zeile 2 zur selben Nummer.",
        "Zeile 4: Dieselbe Teilnahme steht schon in Zeile 2.",
    ]


def test_new_cases_of_which_no_row_names_an_ifk_are_those_of_who_reads_the_list():
    new = {"number": "7", "name": "Neu", "ifk": ""}
    found = plan(row(**new), row(line=3, massnahme="Werkstatt", **new), ifk="u2")
    assert [one.ifk for one in found.new_cases.values()] == ["u2"]
    assert (found.of("u2"), found.nobodys, len(found.unnamed)) == (1, 0, 1)
    # A later row that names somebody counts, and changes nothing that was before.
    other = row(line=3, massnahme="Werkstatt", **new | {"ifk": "Sabine Muster"})
    found = plan(row(**new), other, ifk="u2")
    assert [one.ifk for one in found.new_cases.values()] == ["u1"]
    assert (found.unnamed, found.changes) == ([], [])


def test_a_known_case_stays_whose_it_is_whoever_reads_the_list():
    assert plan(row(ifk=""), ifk="u2").is_empty
