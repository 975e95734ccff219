"""Ticks and signatures, judged from how dark they are and from real pictures."""

import pytest

from formservice.adapters.scan.marks import Darkness, Mark, judged

NOTHING = Darkness(0.01, 0.0)
CROSS = Darkness(0.40, 0.02)
FILLED = Darkness(0.90, 0.05)
STRUCK_OUT = Darkness(0.55, 0.30)
SPECK = Darkness(0.075, 0.0)
LOST = Darkness(1.0, 1.0, found=False)


def test_the_only_dark_box_of_a_group_is_the_choice() -> None:
    marks = judged({"anlass.a": NOTHING, "anlass.b": CROSS, "anlass.c": NOTHING})
    assert {key: mark.on for key, mark in marks.items()} == {
        "anlass.a": False,
        "anlass.b": True,
        "anlass.c": False,
    }
    assert not any(mark.doubtful for mark in marks.values())


def test_a_group_without_ink_is_left_open() -> None:
    marks = judged({"anlass.a": NOTHING, "anlass.b": NOTHING})
    assert all(mark.on is False and not mark.doubtful for mark in marks.values())


def test_two_like_crosses_are_both_seen_and_doubted() -> None:
    marks = judged({"mittel.a": CROSS, "mittel.b": Darkness(0.36, 0.02), "mittel.c": NOTHING})
    assert [marks[key].on for key in sorted(marks)] == [True, True, False]
    assert all(mark.doubtful for mark in marks.values())


@pytest.mark.parametrize("other", [FILLED, STRUCK_OUT, Darkness(0.25, 0.0)])
def test_two_unlike_marks_in_a_group_are_for_a_person(other: Darkness) -> None:
    marks = judged({"anlass.a": CROSS, "anlass.b": other, "anlass.c": NOTHING})
    assert all(mark == Mark(None, 0.5, doubtful=True) for mark in marks.values())


@pytest.mark.parametrize("only", [FILLED, STRUCK_OUT, SPECK, LOST])
def test_what_may_be_revoked_or_dirt_is_for_a_person(only: Darkness) -> None:
    marks = judged({"anlass.a": only, "anlass.b": NOTHING})
    assert all(mark.on is None and mark.doubtful for mark in marks.values())


@pytest.mark.parametrize("only", [FILLED, STRUCK_OUT, SPECK, LOST, Darkness(0.15, 0.0)])
def test_a_single_box_that_is_neither_empty_nor_ticked_is_for_a_person(only: Darkness) -> None:
    assert judged({"kopie": only})["kopie"].on is None


@pytest.mark.parametrize(("box", "on"), [(NOTHING, False), (CROSS, True)])
def test_a_single_box_is_judged_by_itself(box: Darkness, on: bool) -> None:
    mark = judged({"kopie": box})["kopie"]
    assert mark.on is on
    assert mark.confidence > 0.9
    assert not mark.doubtful


def test_boxes_of_different_groups_do_not_disturb_each_other() -> None:
    marks = judged({"a.ja": CROSS, "a.nein": NOTHING, "b.ja": NOTHING, "b.nein": CROSS})
    assert [marks[key].on for key in ("a.ja", "a.nein", "b.ja", "b.nein")] == [
        True,
        False,
        False,
        True,
    ]
