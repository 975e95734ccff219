"""Drafts, and what waits for somebody, in both databases."""

from datetime import date

import pytest
from sqlalchemy import delete, insert, update

from formservice.adapters.store import schema
from formservice.adapters.store.drafts import StoredDrafts, outdated
from formservice.adapters.store.filled import FilledFor
from formservice.adapters.store.today import StoredToday
from formservice.application.drafts import EDIT, FILL, About, OtherWindowError
from formservice.application.issuing import Target
from formservice.application.ports_store import SERVICE, Arrival, Author, Found
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError
from tests.store.proven import reading

CARLA, DIRK = Author("carla", Role.IFK), Author("dirk", Role.IFK)
ANNA = Author("anna", Role.TRAEGER)
DAY = date(2026, 4, 7)


def _list(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


@pytest.fixture
def people(store):
    """People, a case of Carla's at Träger t1, and a late document of nobody's."""
    with store.work() as work:
        do = work.connection.execute
        do(insert(schema.traeger).values(id="t1", name="Träger"))
        for author in (CARLA, DIRK, ANNA):
            do(
                insert(schema.users).values(
                    id=author.id, name=author.id, role=str(author.role), active=True
                )
            )
        do(insert(schema.user_traeger).values(user="anna", traeger="t1"))
        do(insert(schema.persons).values(id="m1", name="Sorgenfrei", vorname="Ayla"))
        do(insert(schema.massnahmen).values(id="k1", traeger="t1", name="Werkstatt"))
        do(insert(schema.cases).values(id="c1", person="m1", ifk="carla"))
        do(insert(schema.participations).values(id="p1", case="c1", massnahme="k1"))
        arrival = Arrival("d1", "a" * 64, 3, "bogen.pdf", "upload", DAY)
        work.documents.receive(arrival, SERVICE, is_read=True)
        told = reading("Name")
        doubtful = {"code": "field.doubtful", "severity": "asks", "field": "name", "message": "x"}
        told["deadlines"] = [{**deadline, "met": False} for deadline in _list(told["deadlines"])]
        told["findings"] = [*_list(told["findings"]), doubtful]
        work.documents.found("d1", [Found((), told)], SERVICE)
    return store


def test_a_draft_is_one_persons_and_the_newest_version_counts(people):
    drafts = StoredDrafts(people)
    about = About(FILL, "s1", case="c1")
    first = drafts.save(CARLA, about, {"typed": {"name": ["Ö"]}}, 0, 0)
    assert (first.version, first.body) == (1, {"typed": {"name": ["Ö"]}})
    assert drafts.save(CARLA, about, {"typed": {}}, 0, 1).version == 2
    assert drafts.get(DIRK, FILL, "s1") is None
    with pytest.raises(OtherWindowError) as told:
        drafts.save(CARLA, about, {}, 0, 1)
    assert told.value.version == 2
    assert drafts.save(CARLA, about, {}, 0, None).version == 3


def test_a_draft_of_what_somebody_may_not_see_any_more_is_not_listed(people):
    drafts = StoredDrafts(people)
    drafts.save(CARLA, About(EDIT, "d1", document="d1"), {}, 1, 0)
    drafts.save(CARLA, About(FILL, "s1"), {}, 0, 0)
    assert len(drafts.mine(CARLA)) == 2
    with people.work() as work:
        do = work.connection.execute
        do(insert(schema.cases).values(id="c2", person="m1", ifk="dirk"))
        do(insert(schema.case_documents).values(document="d1", case="c2"))
    assert [one.about.subject for one in drafts.mine(CARLA)] == ["s1"]


def _kept(drafts, who, about, **body):
    drafts.save(who, about, {"typed": {"name": ["Ö"]}, **body}, 0, 0)


def _subjects(drafts, who):
    """Return what of somebody is listed; what is not is not read by its address either."""
    listed = {one.about.subject for one in drafts.mine(who)}
    for kind, subject in ((FILL, "s1"), (FILL, "s2"), (EDIT, "d1")):
        assert (drafts.get(who, kind, subject) is not None) == (subject in listed)
    return sorted(listed)


def test_a_draft_for_a_case_goes_out_of_sight_with_the_case_and_comes_back_with_it(people):
    drafts, cases = StoredDrafts(people), schema.cases
    _kept(drafts, CARLA, About(FILL, "s1", case="c1"), fall="c1", teilnahme=None)
    _kept(drafts, CARLA, About(FILL, "s2"))
    assert _subjects(drafts, CARLA) == ["s1", "s2"]
    for ifk, seen in (("dirk", ["s2"]), (None, ["s1", "s2"])):
        with people.work() as work:
            work.connection.execute(update(cases).values(ifk=ifk))
        assert _subjects(drafts, CARLA) == seen


def test_a_draft_of_a_document_goes_out_of_sight_with_it(people):
    drafts = StoredDrafts(people)
    _kept(drafts, CARLA, About(EDIT, "d1", document="d1"))
    assert _subjects(drafts, CARLA) == ["d1"]
    with people.work() as work:
        do = work.connection.execute
        do(insert(schema.cases).values(id="c2", person="m1", ifk="dirk"))
        do(insert(schema.case_documents).values(document="d1", case="c2"))
    assert _subjects(drafts, CARLA) == []


def test_a_traeger_keeps_drafts_for_its_own_participations_only(people):
    drafts, theirs = StoredDrafts(people), schema.user_traeger
    with people.work() as work:
        do = work.connection.execute
        do(insert(schema.traeger).values(id="t2", name="Anderer"))
        do(insert(theirs).values(user="anna", traeger="t2"))
        do(insert(schema.massnahmen).values(id="k2", traeger="t2", name="Büro"))
        do(insert(schema.participations).values(id="p2", case="c1", massnahme="k2"))
    _kept(drafts, ANNA, About(FILL, "s1", case="c1"), fall="c1", teilnahme="p1")
    _kept(drafts, ANNA, About(FILL, "s2", case="c1"), fall="c1", teilnahme="p2")
    assert _subjects(drafts, ANNA) == ["s1", "s2"]
    with people.work() as work:
        work.connection.execute(delete(theirs).where(theirs.c.traeger == "t2"))
    assert _subjects(drafts, ANNA) == ["s1"]
    with people.work() as work:
        work.connection.execute(delete(theirs))
    assert _subjects(drafts, ANNA) == []


def test_a_discarded_draft_is_gone_until_it_is_taken_back_and_for_good_after_a_day(people):
    drafts, table = StoredDrafts(people), schema.web.drafts
    drafts.save(CARLA, About(FILL, "s1"), {"typed": {}}, 0, 0)
    assert drafts.discard(CARLA, FILL, "s1")
    assert drafts.get(CARLA, FILL, "s1") is None
    assert not drafts.discard(CARLA, FILL, "s1")
    assert drafts.restore(CARLA, FILL, "s1")
    assert drafts.get(CARLA, FILL, "s1") is not None
    drafts.discard(CARLA, FILL, "s1")
    with people.work() as work:
        assert outdated(work) == 0
        work.connection.execute(update(table).values(discarded_at=1.0))
        assert outdated(work) == 1


def test_a_draft_nobody_came_back_to_goes_after_a_while(people):
    drafts, table = StoredDrafts(people), schema.web.drafts
    drafts.save(CARLA, About(FILL, "s1"), {}, 0, 0)
    with people.work() as work:
        work.connection.execute(update(table).values(updated_at=1.0))
        assert outdated(work) == 1


def test_what_waits_is_counted_and_what_is_late_is_told(people):
    waiting = StoredToday(people)
    told = waiting.counts(CARLA)
    assert (told.open, told.late, told.unassigned, told.doubtful) == (1, 1, 1, 1)
    assert waiting.counts(ANNA).nothing
    (late,) = waiting.late(CARLA)
    assert (late.id, late.due) == ("d1", date(2026, 4, 7))
    assert waiting.late(ANNA) == []
    assert list(waiting.readings(["d1", "d2"], CARLA)) == ["d1"]
    assert waiting.readings(["d1"], ANNA) == {}


def test_records_of_a_form_are_told_by_case(people):
    waiting, target = StoredToday(people), Target("c1", "p1")
    with people.work() as work:
        FilledFor(people).assign(work, "d1", target, CARLA)
    (plan,) = waiting.plans(["feedbackbogen"], CARLA)
    assert (plan.document, plan.case, plan.person) == ("d1", "c1", "Ayla Sorgenfrei")
    assert len(waiting.plans(["feedbackbogen"], CARLA, "c1")) == 1
    assert waiting.plans(["feedbackbogen"], DIRK) == []


def test_forms_are_filled_in_for_those_cases_only_that_are_theirs(people):
    cases = FilledFor(people)
    cases.refuse_hidden(Target("c1"), CARLA)
    cases.refuse_hidden(Target("c1", "p1"), ANNA)
    assert cases.traeger("p1") == "t1"
    for target, author in (
        (Target("c1"), DIRK),
        (Target("c1"), ANNA),
        (Target("c1", "p2"), ANNA),
        (Target("c2", "p1"), CARLA),
        (Target("c\x00", "p1"), CARLA),
    ):
        with pytest.raises(NotFoundError):
            cases.refuse_hidden(target, author)


def test_a_participation_tells_its_case_to_those_whose_it_is(people):
    cases = FilledFor(people)
    assert cases.case_of("p1", CARLA) == cases.case_of("p1", ANNA) == "c1"
    for part, author in (("p1", DIRK), ("p2", CARLA), ("p2", ANNA), ("p\x00", ANNA), ("", ANNA)):
        with pytest.raises(NotFoundError):
            cases.case_of(part, author)
    with people.work() as work:
        do = work.connection.execute
        do(insert(schema.traeger).values(id="t2", name="Anderer"))
        do(update(schema.massnahmen).values(traeger="t2"))
    with pytest.raises(NotFoundError):
        cases.case_of("p1", ANNA)
