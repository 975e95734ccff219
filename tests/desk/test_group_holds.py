"""Whom a document belongs to when a group was confirmed, on both databases."""

import pytest

from formservice.adapters.store.desk_groups import StoredGroups
from formservice.application.desk import LOOK, Decision
from formservice.application.desk_groups import Groups
from formservice.application.editing import Edit
from tests.desk.test_at_once import desk, parts
from tests.desk.test_queue import CARLA, ELIF, keep, people

__all__ = ["desk", "keep", "parts", "people"]
LATE, UNKNOWN = "a:7:name", "a:1:krumm"


@pytest.fixture
def groups(desk, store, parts):
    edit = Edit(store, parts.forms, parts.calendar)
    return Groups(StoredGroups(store), desk, edit, parts.forms)


@pytest.mark.parametrize("given", [LATE, UNKNOWN, "a:1:name"])
def test_who_confirms_nothing_has_nothing(desk, groups, keep, given):
    keep("a")
    assert groups.confirm(ELIF, [given], []).count == 0
    assert desk.besides(CARLA, "a") is None
    assert desk.hold(CARLA, "a", 60.0) is None


@pytest.mark.parametrize("given", [LATE, UNKNOWN])
def test_who_confirms_nothing_keeps_what_they_had_before(desk, groups, keep, given):
    keep("a")
    desk.hold(ELIF, "a", 60.0)
    groups.confirm(ELIF, [given], [])
    assert desk.hold(CARLA, "a", 60.0) == ELIF.id


def test_what_a_colleague_has_stays_with_them(desk, groups, keep):
    keep("a")
    desk.hold(CARLA, "a", 60.0)
    assert groups.confirm(ELIF, ["a:1:name"], []).passed == 1
    assert desk.hold(ELIF, "a", 60.0) == CARLA.id


def test_who_marks_something_as_wrong_has_it_to_look_at(desk, groups, keep):
    keep("a")
    groups.confirm(ELIF, ["a:1:vorname", LATE], ["a:1:vorname"])
    assert desk.draft(ELIF, "a").decisions == {"vorname": Decision(LOOK)}
    assert desk.hold(CARLA, "a", 60.0) == ELIF.id


def test_had_is_only_what_is_not_over_yet(desk, groups, keep):
    keep("a")
    desk.hold(ELIF, "a", 0.0)
    groups.confirm(ELIF, [LATE], [])
    assert desk.hold(CARLA, "a", 60.0) is None
