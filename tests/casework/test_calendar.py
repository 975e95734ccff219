"""What is due when: of one's own cases, never on a closed day, and without names elsewhere."""

from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest
from sqlalchemy import event

from formservice.adapters.calendar_feed import feed
from formservice.adapters.definitions.mappings import Definitions
from formservice.adapters.store import schema
from formservice.adapters.store.calendar_terms import StoredTerms
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.today import StoredToday
from formservice.application.calendar import DueDates
from formservice.application.casework_input import part_given, person_given
from formservice.application.known_forms import newest
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from formservice.domain.deadlines import longest
from formservice.domain.form import FormRef
from formservice.domain.frist import Art, Einheit, Frist, frist_ende, office_day
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, ELIF, FRANK
from tests.casework.documents import came, deadline, reading
from tests.casework.test_assigning import issued

PLANS = ["integrationsfoerderplan"]


@pytest.fixture
def due(office):
    parts = Reading(Settings.from_environment({}))
    return DueDates(StoredTerms(office), parts.forms, parts.calendar, lambda: DAY)


def opened(office, bis, author=CARLA, massnahme="m1"):
    person = person_given({"name": "Öztürk", "vorname": "Ayşe"}, DAY)
    part = part_given({"massnahme": massnahme, "von": "01.09.2026", "bis": bis})
    case = StoredCaseChanges(office).opened(person, part, author)
    with office.look() as work:
        table = schema.participations
        row = work.connection.execute(table.select().where(table.c.case == case)).one()
    return case, row.id


def test_what_is_awaited_is_due_by_the_rules_of_the_form(office, due):
    opened(office, "11.12.2026")
    told = [(one.title, one.day, one.met) for one in due.open(CARLA)]
    assert told == [
        ("Abschlussgespräch", date(2026, 12, 11), None),
        ("Erstellung des Bogens", date(2026, 12, 11), None),
        # Two weeks after the last day is Christmas: the next day that is open counts.
        ("Übersendung an die Integrationsfachkraft", date(2026, 12, 28), None),
    ]
    assert all(one.why for one in due.open(CARLA))


def test_a_longer_period_of_a_new_edition_is_awaited_until_its_end(office):
    opened(office, "11.09.2026")
    parts = Reading(Settings.from_environment({}))
    form = newest(parts.forms)["feedbackbogen"]
    rules = [replace(one, count=12) if one.count == 2 else one for one in form.deadlines]
    forms = Definitions([replace(form, deadlines=tuple(rules))])
    due = DueDates(StoredTerms(office), forms, parts.calendar, lambda: DAY)
    told = due.between(CARLA, date(2026, 11, 20), date(2026, 12, 20))
    assert [one.day for one in told] == [date(2026, 12, 4)]


def test_what_is_awaited_is_the_form_whose_definition_tells_of_participations(office):
    _, part = opened(office, "11.12.2026")
    parts = Reading(Settings.from_environment({}))
    form = replace(newest(parts.forms)["feedbackbogen"], ref=FormRef("bericht", "2027-01"))
    due = DueDates(StoredTerms(office), Definitions([form]), parts.calendar, lambda: DAY)
    assert {one.participation for one in due.open(CARLA)} == {part}
    none = Definitions([replace(form, participation=None)])
    assert not DueDates(StoredTerms(office), none, parts.calendar, lambda: DAY).open(CARLA)


@pytest.mark.parametrize("unit", [one for one in Einheit if one is not Einheit.STUNDEN])
@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_no_deadline_ends_later_than_the_longest_is_said_to_last(unit, count):
    parts = Reading(Settings.from_environment({}))
    rule = replace(newest(parts.forms)["feedbackbogen"].deadlines[-1], unit=unit, count=count)
    frist = Frist(Art.EREIGNIS, count, unit, verschiebung=True, rechtsgrundlage="Probe")
    for days in range(0, 730, 3 if count == 30 else 1):
        start = date(2026, 1, 1) + timedelta(days=days)
        end = frist_ende(frist, start, parts.calendar).ende
        assert end is not None
        assert office_day(end) <= start + longest([rule])


def test_a_form_that_came_is_awaited_no_more_and_its_own_deadlines_count(office, due):
    case, part = opened(office, "30.10.2026")
    assert all(one.is_late(DAY) for one in due.open(CARLA)[:2])
    told = [deadline(), deadline("erstellung", "2026-10-30", met=True)]
    told.append(deadline("abschlussgespraech", "2026-10-30", met=True))
    came(office, "d1", reading(issued(office, case, part), deadlines=told))
    (one,) = due.open(CARLA)
    assert (one.document, one.day, one.met, one.is_late(DAY)) == (
        "d1", date(2026, 11, 5), False, True,
    )  # fmt: skip
    assert "Gerechnet ab 22.10.2026." in one.why


@pytest.mark.parametrize("day", [None, "1900-01-01", "2062-10-30"])
def test_a_slip_of_the_pen_in_a_form_that_came_hides_no_deadline(office, due, day):
    case, part = opened(office, "30.10.2026")
    said = {"anlass": ["regulaer"], "teilnahme_bis": day, "erstellt_am": day}
    told = [] if day is None else [deadline("erstellung", day) | {"start": day}]
    came(office, "d1", reading(issued(office, case, part), deadlines=told, **said))
    found = due.open(CARLA)
    assert [(one.document, one.day, one.is_late(DAY)) for one in found] == [
        ("d1", date(2026, 10, 30), True),
        ("d1", date(2026, 10, 30), True),
        ("d1", date(2026, 11, 13), True),
    ]
    assert all("kein brauchbarer Tag" in one.why[0] for one in found)
    assert due.open(DIRK) == []


def test_whoever_broke_off_early_is_late_by_the_day_that_the_form_says(office, due):
    case, part = opened(office, "30.08.2027")
    said = {"anlass": ["abbruch"], "abbruch_am": "2026-10-01"}
    term = {"key": "vorlage", "title": "Vorlage nach Abbruch", "start": "2026-10-01",
            "due": "2026-10-08", "met": False}  # fmt: skip
    came(office, "d1", reading(issued(office, case, part), deadlines=[term], **said))
    (one,) = due.open(CARLA)
    assert (one.title, one.day) == ("Vorlage nach Abbruch", date(2026, 10, 8))
    assert one.why[0].startswith("Vorlage sofort, spätestens innerhalb einer Woche nach dem Abb")


def test_what_was_met_or_decided_is_to_be_done_no_more(office, due):
    case, part = opened(office, "30.10.2026")
    keys = ("uebersendung", "erstellung", "abschlussgespraech")
    told = [deadline(one, met=True) for one in keys]
    came(office, "d1", reading(issued(office, case, part), deadlines=told))
    assert due.open(CARLA) == []
    one, *_ = due.between(CARLA, date(2026, 11, 1), date(2026, 11, 30))
    assert one.is_done


def test_everybody_sees_the_deadlines_of_their_own(office, due):
    opened(office, "11.12.2026")
    opened(office, "11.12.2026", FRANK, "m2")
    counts = {one.id: len(due.open(one)) for one in (CARLA, DIRK, FRANK, ELIF, ANNA)}
    assert counts == {"carla": 3, "dirk": 0, "frank": 6, "elif": 0, "anna": 3}


def test_closed_days_are_named(due):
    closed = due.closed(date(2026, 12, 21), date(2026, 12, 27))
    assert closed == {
        date(2026, 12, 25): "Erster Weihnachtstag",
        date(2026, 12, 26): "Zweiter Weihnachtstag",
        date(2026, 12, 27): "",
    }


def test_the_feed_names_kinds_and_cases_and_nobody(office, due):
    case, _ = opened(office, "11.12.2026")
    data = feed(due.open(CARLA), "Fristen", "https://amt.example")
    assert "Öztürk".encode() not in data
    assert b"Startklar" not in data
    events = list(icalendar.Calendar.from_ical(data).walk("VEVENT"))
    assert len(events) == 3
    assert str(events[0]["summary"]) == f"Frist: Abschlussgespräch (Fall {case[:8]})"
    assert events[0].decoded("dtstart") == date(2026, 12, 11)
    assert str(events[0]["url"]) == f"https://amt.example/faelle/{case}"
    assert data == feed(due.open(CARLA), "Fristen", "https://amt.example")


def test_the_feed_names_the_number_that_the_office_gave_a_case(office, due):
    person = person_given({"name": "Öztürk", "vorname": "Ayşe", "number": "K-1011"}, DAY)
    part = part_given({"massnahme": "m1", "von": "01.09.2026", "bis": "11.12.2026"})
    StoredCaseChanges(office).opened(person, part, CARLA)
    data = feed(due.open(CARLA), "Fristen", "https://amt.example")
    assert b"(Fall K-1011)" in data
    assert b"K-1011" not in feed(due.open(ANNA), "Fristen", "https://amt.example")


def test_no_end_no_deadline(office, due):
    opened(office, "")
    assert due.open(CARLA) == []


def a_plan(office, case, name="d9", **goal):
    fields = {f"ziele[0].{key}": one for key, one in goal.items()}
    read = reading(form="integrationsfoerderplan", **({"ziele[0].text": "Praktikum"} | fields))
    came(office, name, read)
    with office.work() as work:
        row = {"document": name, "case": case}
        work.connection.execute(schema.case_documents.insert().values(row))


def test_goals_of_a_plan_are_looked_at_again_on_the_day_it_names(office, due):
    case, _ = opened(office, "31.12.2027")
    a_plan(office, case, wiedervorlage="2026-12-01")
    (one,) = due.open(CARLA)
    assert (one.day, one.case, one.is_done) == (date(2026, 12, 1), case, False)
    assert one.title == "Wiedervorlage von Ziel 1"
    assert one.why == ("So steht es bei Ziel 1 im Integrationsförderplan vom 21.11.2026.",)
    data = feed(due.open(CARLA), "Fristen", "https://forms.example").decode()
    told = data.replace("\r\n ", "")
    assert f"Frist: Wiedervorlage von Ziel 1 (Fall {case[:8]})" in told
    assert "Praktikum" not in told
    assert "Öztürk" not in told


@pytest.mark.parametrize("who", [DIRK, ELIF, ANNA], ids=lambda one: one.id)
def test_goals_of_others_are_told_to_nobody(office, due, who):
    case, _ = opened(office, "31.12.2027")
    a_plan(office, case, wiedervorlage="2026-12-01")
    assert due.open(who) == []


def test_a_goal_that_was_reached_or_stands_in_an_older_plan_is_not_due(office, due):
    case, _ = opened(office, "31.12.2027")
    a_plan(office, case, wiedervorlage="2026-12-01")
    a_plan(office, case, "d99", wiedervorlage="2026-12-08", stand="erreicht")
    assert due.open(CARLA) == []
    (one,) = due.between(CARLA, date(2026, 12, 1), date(2026, 12, 31))
    assert (one.day, one.is_done) == (date(2026, 12, 8), True)


def test_days_of_goals_are_told_without_opening_any_plan(office, due):
    case, _ = opened(office, "31.12.2027")
    a_plan(office, case, wiedervorlage="2026-12-01")
    asked = []
    event.listen(office.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert [one.person for one in due.open(CARLA)] == ["Ayşe Öztürk"]
    StoredToday(office).newest_plans(PLANS, CARLA)
    StoredToday(office).reviews(PLANS, CARLA, date(2026, 12, 31))
    assert asked
    assert not [one for one in asked if "reading" in one]


def test_of_each_case_the_newest_plan_is_counted_however_many_came_before(office):
    cases = [opened(office, "31.12.2027")[0] for _ in range(2)]
    for number in range(3):
        a_plan(office, cases[0], f"d{number}1", wiedervorlage=f"2026-12-0{number + 1}")
    a_plan(office, cases[1], "d91", stand="erreicht", wiedervorlage="2026-12-01")
    today = StoredToday(office)
    told = {
        one.case: (one.document, one.goals, one.open, one.next)
        for one in today.newest_plans(PLANS, CARLA)
    }
    assert told == {
        cases[0]: ("d21", 1, 1, date(2026, 12, 3)),
        cases[1]: ("d91", 1, 0, None),
    }
    (due_,) = today.reviews(PLANS, CARLA, date(2026, 12, 31))
    assert (due_.case, due_.number, due_.review) == (cases[0], 1, date(2026, 12, 3))
    assert {one.document for one in today.plans(PLANS, CARLA)} == {"d21", "d91"}
    assert not today.newest_plans(PLANS, DIRK)
    assert not today.reviews(PLANS, DIRK, date.max)


def test_a_goal_whose_day_is_none_is_kept_without_one(office, due):
    case, _ = opened(office, "31.12.2027")
    a_plan(office, case, wiedervorlage="2026-13-41")
    assert due.open(CARLA) == []
    (plan,) = StoredToday(office).newest_plans(PLANS, CARLA)
    assert (plan.goals, plan.next) == (1, None)
