"""Somebody decides in two windows at the same moment: nothing of it is lost, on both databases."""

import threading

import pytest

from formservice.adapters.store.desk import StoredDesk
from formservice.adapters.store.desk_groups import StoredGroups
from formservice.application.desk import LOOK, Decision, Draft
from formservice.application.desk_deciding import Deciding
from formservice.application.desk_groups import Groups
from formservice.application.desk_pictures import Pictures
from formservice.application.editing import Edit
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from formservice.domain.errors import ConflictError
from tests.desk.test_queue import CARLA, ELIF, keep, people

__all__ = ["keep", "people"]
BLANK = Decision("blank")


class NoPictures(Pictures):
    """Documents without pages that could be drawn."""

    def __init__(self):
        """Keep nothing."""

    def pages(self, seen):
        return ()


class Meeting(StoredDesk):
    """A desk at which two have looked before either of them keeps what was decided."""

    met: threading.Barrier | None = None

    def keep_draft(self, *given):
        if self.met is not None:
            self.met.wait()
        return super().keep_draft(*given)


class AnyEdit(Edit):
    """Finds nothing wrong with a change."""

    def edited(self, before, changes, received):
        return {**before, "fields": {**before["fields"], **{key: {} for key in changes}}}


@pytest.fixture
def desk(store):
    return Meeting(store)


@pytest.fixture(scope="module")
def parts():
    return Reading(Settings.from_environment({}))


@pytest.fixture
def deciding(desk, store, parts):
    return Deciding(desk, AnyEdit(store, parts.forms, parts.calendar), parts.forms, NoPictures())


@pytest.fixture
def groups(desk, store, parts):
    return Groups(
        StoredGroups(store), desk, AnyEdit(store, parts.forms, parts.calendar), parts.forms
    )


def at_once(desk, *calls):
    """Do all of this in threads, and return what came of it."""
    desk.met, told = threading.Barrier(len(calls), timeout=20.0), {}

    def do(place, call):
        try:
            told[place] = call()
        except Exception as error:
            told[place] = error

    threads = [threading.Thread(target=do, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    desk.met = None
    return [told[place] for place in range(len(calls))]


def test_of_two_first_decisions_at_once_both_are_kept(desk, deciding, keep):
    keep("a", doubts=("name", "vorname"))
    done = at_once(
        desk,
        lambda: deciding.decide(ELIF, "a", "name", BLANK),
        lambda: deciding.decide(ELIF, "a", "vorname", Decision("unreadable")),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    assert deciding.review(ELIF, "a").open == []
    told = {"name": BLANK, "vorname": Decision("unreadable")}
    assert desk.draft(ELIF, "a") == Draft(1, told)


def test_what_is_decided_while_another_decision_is_taken_back_stays(desk, deciding, keep):
    keep("a", doubts=("name", "vorname"))
    deciding.decide(ELIF, "a", "name", BLANK)
    undone, _ = at_once(
        desk,
        lambda: deciding.undo(ELIF, "a", "name"),
        lambda: deciding.decide(ELIF, "a", "vorname", BLANK),
    )
    assert undone == "name"
    assert desk.draft(ELIF, "a") == Draft(1, {"name": Decision(LOOK), "vorname": BLANK})


def test_what_is_decided_while_a_group_marks_something_wrong_stays(desk, deciding, groups, keep):
    keep("a")
    at_once(
        desk,
        lambda: groups.confirm(ELIF, ["a:1:vorname"], ["a:1:vorname"]),
        lambda: deciding.decide(ELIF, "a", "name", BLANK),
    )
    assert desk.draft(ELIF, "a") == Draft(1, {"name": BLANK, "vorname": Decision(LOOK)})


def test_of_many_decisions_at_once_all_are_kept(desk, keep):
    keep("a")
    keys = [f"feld-{number}" for number in range(8)]

    def deciding(key):
        return lambda draft: Draft(1, {**draft.decisions, key: BLANK})

    at_once(desk, *(lambda key=key: desk.keep_draft(ELIF, "a", deciding(key)) for key in keys))
    assert sorted(desk.draft(ELIF, "a").decisions) == keys


def test_two_people_decide_at_once_each_in_their_own_draft(desk, keep):
    keep("a")
    at_once(
        desk,
        lambda: desk.keep_draft(ELIF, "a", lambda _: Draft(1, {"name": BLANK})),
        lambda: desk.keep_draft(CARLA, "a", lambda _: Draft(1, {"vorname": BLANK})),
    )
    assert list(desk.draft(ELIF, "a").decisions) == ["name"]
    assert list(desk.draft(CARLA, "a").decisions) == ["vorname"]


def test_what_was_decided_after_somebody_began_to_save_is_not_lost(desk, keep):
    keep("a")
    begun = desk.draft(ELIF, "a")
    decided = Draft(1, {"name": BLANK})
    desk.keep_draft(ELIF, "a", lambda _: decided)
    with pytest.raises(ConflictError):
        desk.finish(ELIF, "a", lambda work: 1, begun)
    assert desk.draft(ELIF, "a") == decided
    assert desk.finish(ELIF, "a", lambda work: 1, decided) == 1
    assert desk.draft(ELIF, "a").decisions == {}


def test_a_change_that_is_refused_leaves_the_draft_as_it_was(desk, keep):
    keep("a")

    def refused(_):
        raise ConflictError("nein")

    with pytest.raises(ConflictError):
        desk.keep_draft(ELIF, "a", refused)
    assert desk.draft(ELIF, "a") == Draft(0, {})


def test_where_nothing_is_decided_nothing_is_taken_back(deciding, desk, keep):
    keep("a")
    assert deciding.undo(ELIF, "a") is None
    deciding.decide(ELIF, "a", "name", BLANK)
    assert deciding.undo(ELIF, "a", "vorname") is None
    assert deciding.undo(ELIF, "a") == "name"
    assert deciding.undo(ELIF, "a") is None
