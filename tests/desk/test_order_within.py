"""Pages are put in order within one document too: what is picked goes to its end."""

import pytest

from formservice.application.desk_shelf import ASIDE
from formservice.domain.errors import UsageError
from tests.desk.test_two_sorting import ELIF, _family, desk, ids, reader, stands

__all__ = ["desk", "reader"]


def order(desk, document):
    (own,) = [one for one in _family(desk).members if one.kept.id == document]
    return [one.page for one in own.pages]


def test_a_page_goes_to_the_end_of_its_own_document_and_back(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    done = desk.move(ELIF, first, [(first, 1)], first, seen)
    assert order(desk, first) == [2, 1]
    assert order(desk, second) == [3, 4]
    desk.undo(ELIF, done.before)
    assert order(desk, first) == [1, 2]
    assert stands(desk) == ([1, 2, 3, 4], [5])


def test_pages_from_elsewhere_come_behind_those_of_the_document_as_they_are_picked(desk):
    (first, second), seen = ids(desk), _family(desk).seen
    desk.move(ELIF, first, [(first, 1), (second, 1), (ASIDE, 1)], first, seen)
    assert order(desk, first) == [2, 1, 3, 5]
    assert stands(desk) == ([1, 2, 3, 4, 5], [])


def test_what_stands_at_the_end_already_is_told_to_do_so(desk):
    (first, _), seen = ids(desk), _family(desk).seen
    for picked in ([(first, 2)], [(first, 1), (first, 2)]):
        with pytest.raises(UsageError, match="schon am Ende dieses Vorgangs"):
            desk.move(ELIF, first, picked, first, seen)
    with pytest.raises(UsageError, match="liegen schon beiseite"):
        desk.move(ELIF, first, [(ASIDE, 1)], ASIDE, seen)
    with pytest.raises(UsageError, match="keine Seite ausgewählt"):
        desk.move(ELIF, first, [], first, seen)
    assert order(desk, first) == [1, 2]
