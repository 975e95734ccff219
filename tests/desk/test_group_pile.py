"""What a group check looks at: many documents cost no more questions to the database than few."""

from datetime import date

from formservice.adapters.store.desk import StoredDesk
from formservice.adapters.store.desk_groups import StoredGroups
from formservice.application.desk import Choice
from tests.desk.test_many_parts import asked
from tests.desk.test_queue import CARLA, DAY, ELIF, keep, people

__all__ = ["keep", "people"]


def test_many_documents_cost_no_more_queries_than_few(store, keep):
    groups = StoredGroups(store)
    costs = {}
    for count in range(1, 46):
        keep(f"d{count:02}")
        if count in (5, 45):
            _, found, costs[count] = asked(
                store, lambda: [one.kept.id for one in groups.pile(ELIF, Choice())]
            )
            assert len(found) == count
    assert costs[45] == costs[5]


def test_what_is_looked_at_is_as_if_each_document_was_asked_for(store, keep):
    keep("new", date(2026, 11, 22))
    keep("old", date(2026, 11, 18), doubts=("name", "vorname"))
    desk = StoredDesk(store)
    found = list(StoredGroups(store).pile(ELIF, Choice()))
    assert found == [desk.seen(ELIF, "old"), desk.seen(ELIF, "new")]


def test_of_more_documents_than_are_asked_for_at_once_none_is_left_out(store, keep, monkeypatch):
    monkeypatch.setattr("formservice.adapters.store.desk_groups._AT_ONCE", 2)
    for name in "abcde":
        keep(name)
    groups = StoredGroups(store)
    assert sorted(one.kept.id for one in groups.pile(ELIF, Choice())) == list("abcde")
    _, _, first = asked(store, lambda: next(iter(groups.pile(ELIF, Choice()))))
    _, _, all_ = asked(store, lambda: list(groups.pile(ELIF, Choice())))
    assert first < all_  # who has enough asks no further


def test_nothing_is_looked_at_where_nothing_waits_or_somebody_else_has_it(store, keep):
    groups = StoredGroups(store)
    assert list(groups.pile(ELIF, Choice())) == []
    keep("a", DAY)
    StoredDesk(store).hold(CARLA, "a", 60.0)
    assert list(groups.pile(ELIF, Choice())) == []
