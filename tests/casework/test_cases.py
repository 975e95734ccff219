"""Cases are seen and changed only by those whose they are, and every change can be taken back."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, select

from formservice.adapters.store import schema
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.application.casework import ALL, MINE, NOBODYS, Asked, Given, as_seen
from formservice.application.casework_input import end_given, part_given, person_given
from formservice.domain.errors import ConflictError, InvalidDataError, NotFoundError, UsageError
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, ELIF, FRANK


@pytest.fixture
def cases(office):
    return StoredCases(office)


@pytest.fixture
def change(office):
    return StoredCaseChanges(office)


def person(name="Öztürk", vorname="Ayşe", number="0815"):
    typed = {"name": name, "vorname": vorname, "number": number, "geburtsdatum": "03.02.2001"}
    return person_given(typed, DAY)


def part(massnahme="m1", von="01.11.2026", bis="31.01.2027"):
    return part_given({"massnahme": massnahme, "von": von, "bis": bis})


def seen(office, name, given, part=None):
    """Return what somebody typed who has the case as it stands now before them."""
    page = StoredCases(office).one(name, FRANK, DAY)
    shown = page.person if part is None else next(one for one in page.parts if one.id == part)
    return replace(given, seen=shown.seen)


def names(listed):
    return [one.person.name for one in listed.rows]


def test_a_new_case_is_that_of_the_ifk_who_opens_it(cases, change):
    name = change.opened(person(), part(), CARLA)
    page = cases.one(name, CARLA, DAY)
    assert (page.ifk, page.person.vorname, page.part.massnahme_name) == (
        "carla", "Ayşe", "Startklar",
    )  # fmt: skip


@pytest.mark.parametrize("who", [DIRK, ELIF, ANNA], ids=lambda one: one.id)
def test_a_case_of_somebody_else_is_not_there(cases, change, who):
    name = change.opened(person(), None, CARLA)
    for ask in (cases.one, lambda *_: cases.history(name, who)):
        with pytest.raises(NotFoundError):
            ask(name, who, DAY)
    assert cases.listed(who, Asked(ALL), DAY).rows == []
    for do in (
        lambda: change.person_changed(name, person("Neu"), who),
        lambda: change.ended(name, DAY, who),
        lambda: change.part_opened(name, part(), who),
        lambda: change.handed(name, "dirk", who),
        lambda: change.undone(name, 1, who),
    ):
        with pytest.raises(NotFoundError):
            do()


def test_a_lead_opens_a_case_for_nobody_and_somebody_takes_it(cases, change):
    name = change.opened(person(), None, FRANK)
    assert names(cases.listed(CARLA, Asked(NOBODYS), DAY)) == ["Öztürk"]
    change.taken(name, CARLA)
    assert names(cases.listed(CARLA, Asked(MINE), DAY)) == ["Öztürk"]
    with pytest.raises(NotFoundError):
        change.taken(name, DIRK)
    assert cases.listed(DIRK, Asked(ALL), DAY).rows == []


def test_who_hands_a_case_over_sees_it_no_more(cases, change):
    name = change.opened(person(), None, CARLA)
    with pytest.raises(InvalidDataError):
        change.handed(name, "elif", CARLA)
    change.handed(name, "dirk", CARLA)
    assert cases.one(name, DIRK, DAY).ifk == "dirk"
    with pytest.raises(NotFoundError):
        cases.one(name, CARLA, DAY)


def test_a_change_is_taken_back_once(office, cases, change):
    name = change.opened(person(), None, CARLA)
    change.person_changed(name, seen(office, name, person("Yılmaz")), CARLA)
    (told,) = [one for one in cases.history(name, CARLA) if one.undo]
    assert "Name" in told.sentence
    change.undone(name, told.undo, CARLA)
    assert cases.one(name, CARLA, DAY).person.name == "Öztürk"
    with pytest.raises(ConflictError):
        change.undone(name, told.undo, CARLA)


def test_what_was_changed_again_is_not_taken_back(office, cases, change):
    name = change.opened(person(), None, CARLA)
    change.person_changed(name, seen(office, name, person("Eins")), CARLA)
    change.person_changed(name, seen(office, name, person("Zwei")), CARLA)
    _, first = [one.undo for one in cases.history(name, CARLA) if one.undo]
    with pytest.raises(ConflictError):
        change.undone(name, first, CARLA)
    assert cases.one(name, CARLA, DAY).person.name == "Zwei"


def test_a_participation_is_added_corrected_and_taken_away_again(office, cases, change):
    name = change.opened(person(), None, CARLA)
    added = change.part_opened(name, part(), CARLA).id
    given = seen(office, name, part("m2", bis=""), added)
    change.part_changed(name, added, given, CARLA)
    (shown,) = cases.one(name, CARLA, DAY).parts
    assert (shown.traeger_name, shown.von, shown.bis) == ("Nordring", date(2026, 11, 1), None)
    for told in [one.undo for one in cases.history(name, CARLA) if one.undo]:
        change.undone(name, told, CARLA)
    assert cases.one(name, CARLA, DAY).parts == []


@pytest.mark.parametrize("days", [("01.11.2026", "31.01.2027"), ("01.11.2026", ""), ("", "")])
def test_a_case_has_each_participation_once(office, cases, change, days):
    von, bis = days
    same = part("m1", von, bis)
    name, other = (
        change.opened(person(), same, CARLA),
        change.opened(person(number=""), None, CARLA),
    )
    with pytest.raises(InvalidDataError) as raised:
        change.part_opened(name, same, CARLA)
    assert [(one.where, one.message) for one in raised.value.problems] == [
        ("massnahme", "Diese Teilnahme gibt es schon.")
    ]
    second = change.part_opened(name, part("m2", von, bis), CARLA).id
    with pytest.raises(InvalidDataError) as raised:
        change.part_changed(name, second, seen(office, name, same, second), CARLA)
    assert [one.where for one in raised.value.problems] == ["massnahme"]
    assert len({one.massnahme for one in cases.one(name, CARLA, DAY).parts}) == 2
    change.part_opened(other, same, CARLA)
    change.part_opened(name, part("m1", "02.11.2026", ""), CARLA)


def test_no_change_is_taken_back_to_a_participation_that_there_is_by_now(office, cases, change):
    name = change.opened(person(), part(), CARLA)
    (first,) = cases.one(name, CARLA, DAY).parts
    given = seen(office, name, part("m2"), first.id)
    told = change.part_changed(name, first.id, given, CARLA)
    change.part_opened(name, part(), CARLA)
    with pytest.raises(InvalidDataError):
        change.undone(name, told, CARLA)
    assert sorted(one.massnahme for one in cases.one(name, CARLA, DAY).parts) == ["m1", "m2"]


def test_of_two_who_add_the_same_participation_at_once_one_is_told(cases, change):
    name = change.opened(person(), None, CARLA)

    def add(_):
        try:
            return bool(change.part_opened(name, part(), CARLA))
        except InvalidDataError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [False, False, False, True]
    assert len(cases.one(name, CARLA, DAY).parts) == 1


def test_each_change_says_how_it_is_taken_back_and_what_changed_nothing_says_so(
    office, cases, change
):
    name = change.opened(person(), None, CARLA)
    opened = change.part_opened(name, part(), CARLA)
    mine = change.person_changed(name, seen(office, name, person("Eins")), CARLA)
    ended = change.ended(name, DAY, CARLA)
    assert change.ended(name, DAY, CARLA) is None
    assert change.person_changed(name, seen(office, name, person("Eins")), CARLA) is None
    change.undone(name, mine, CARLA)
    change.undone(name, opened.change, CARLA)
    shown = cases.one(name, CARLA, DAY)
    assert (shown.person.name, shown.parts, shown.ended) == (person().values["name"], [], DAY)
    change.undone(name, ended, CARLA)
    assert cases.one(name, CARLA, DAY).ended is None


def test_of_two_who_change_the_same_the_second_is_told(change, cases):
    name = change.opened(person(), None, CARLA)
    before = as_seen(dict(person().values))
    change.person_changed(name, Given(person("Eins").values, before), CARLA)
    for state in (before, ""):
        with pytest.raises(ConflictError):
            change.person_changed(name, Given(person("Zwei").values, state), CARLA)
    assert cases.one(name, CARLA, DAY).person.name == "Eins"


def test_nobody_has_the_number_of_somebody_else(change):
    change.opened(person(), None, CARLA)
    with pytest.raises(InvalidDataError) as raised:
        change.opened(person("Weber"), None, CARLA)
    assert [one.where for one in raised.value.problems] == ["number"]


def test_every_mistake_is_told_at_its_field():
    with pytest.raises(InvalidDataError) as raised:
        person_given({"name": " ", "geburtsdatum": "31.02.2001", "number": "1" * 65}, DAY)
    assert {one.where for one in raised.value.problems} == {
        "name", "vorname", "geburtsdatum", "number",
    }  # fmt: skip
    with pytest.raises(InvalidDataError) as raised:
        part_given({"von": "02.01.2026", "bis": "2026-01-01"})
    assert [one.where for one in raised.value.problems] == ["massnahme", "bis"]


@pytest.mark.parametrize("words", ["oezt", "OEZTUERK", "öztürk ayse", "08", "Ayşe Öz"])
def test_a_name_is_found_however_it_is_typed(cases, change, words):
    change.opened(person(), None, CARLA)
    change.opened(person("Weber", "Ben", "99"), None, CARLA)
    assert names(cases.listed(CARLA, Asked(MINE, words=words), DAY)) == ["Öztürk"]
    assert names(cases.listed(CARLA, Asked(MINE, words="%"), DAY)) == []


def test_a_long_list_goes_on_where_it_ended_with_as_many_queries(cases, change, office):
    for number in range(25):
        change.opened(person(f"Name{number:02}", number=str(number)), part(), CARLA)
    asked, seen, counted = Asked(MINE), [], []
    after = None
    while True:
        statements: list[str] = []
        event.listen(
            office.engine, "before_cursor_execute", lambda *a, to=statements: to.append(a[2])
        )
        page = cases.listed(CARLA, asked, DAY, after, 10)
        counted.append(len([one for one in statements if one.lstrip().startswith("SELECT")]))
        seen += names(page)
        after = page.next
        if after is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == 25
    assert max(counted[0], counted[1]) <= 7
    assert page.counts == {MINE: 25, NOBODYS: 0, ALL: 25}


def test_a_list_goes_on_by_name_whatever_becomes_of_the_case_where_it_ended(cases, change, office):
    for name in ("Anders", "Berger", "Çelik", "Damm"):
        change.opened(person(name, number=name), None, CARLA)
    page = cases.listed(CARLA, Asked(MINE), DAY, None, 2)
    last = page.rows[1].id
    change.person_changed(last, seen(office, last, person("Zzz", number="Berger")), CARLA)
    rest = cases.listed(CARLA, Asked(MINE), DAY, page.next, 9)
    assert names(rest) == ["Çelik", "Damm", "Zzz"]


def test_where_a_list_goes_on_tells_nobody_a_name_and_is_of_use_to_nobody_else(cases, change):
    for name in ("Anders", "Berger" * 10, "Berger" * 10 + "x"):
        change.opened(person(name, number=str(len(name))), None, CARLA)
    first = cases.listed(CARLA, Asked(MINE), DAY, None, 2)
    assert first.next is not None
    assert len(first.next) <= 600
    assert b"berger" not in base64.urlsafe_b64decode(first.next).lower()
    # Names that begin with the same 40 letters stand beside each other, in no order of their own.
    rest = cases.listed(CARLA, Asked(MINE), DAY, first.next)
    assert sorted(len(one) for one in (*names(first), *names(rest))) == [6, 60, 61]
    assert names(first)[0] == "Anders"
    for after, viewer in ((first.next, FRANK), (first.rows[1].id, CARLA), ("x", CARLA)):
        with pytest.raises(UsageError):
            cases.listed(viewer, Asked(ALL), DAY, after)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("01.01.2099", "Zukunft"),
        ("23.11.2027", "Zukunft"),
        ("22.11.2027", ""),
        ("31.12.1990", "1991"),
        ("1991-01-01", ""),
        ("", "eintragen"),
    ],
)
def test_a_case_ends_on_a_day_that_somebody_can_have_meant(typed, said):
    try:
        end_given(typed, DAY)
    except InvalidDataError as error:
        (problem,) = error.problems
        assert problem.where == "day"
        assert said in problem.message
        assert said
    else:
        assert not said


def test_no_case_ends_before_its_person_was_born(cases, change):
    name = change.opened(person(), None, CARLA)
    with pytest.raises(InvalidDataError) as raised:
        change.ended(name, date(2001, 2, 2), CARLA)
    assert [one.where for one in raised.value.problems] == ["day"]
    assert cases.one(name, CARLA, DAY).ended is None
    change.ended(name, date(2001, 2, 3), CARLA)
    change.ended(name, None, CARLA)


def test_an_ended_case_stands_among_the_ended(cases, change):
    name = change.opened(person(), None, CARLA)
    change.ended(name, DAY, CARLA)
    assert cases.listed(CARLA, Asked(MINE), DAY).rows == []
    assert names(cases.listed(CARLA, Asked(MINE, ended=True), DAY)) == ["Öztürk"]


def test_no_event_names_anybody(change, office):
    name = change.opened(person(), part(), CARLA)
    change.person_changed(name, seen(office, name, person("Yılmaz")), CARLA)
    with office.look() as work:
        bodies = work.connection.execute(select(schema.events.c.body)).scalars().all()
    assert bodies
    assert not any(word in body for body in bodies for word in ("ztürk", "lmaz", "0815"))
