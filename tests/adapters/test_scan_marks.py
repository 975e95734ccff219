"""Ticks, judged from what was found in their boxes."""

from dataclasses import replace

import pytest

from formservice.adapters.scan.boxes import BoxInk
from formservice.adapters.scan.marks import State, doubted, judged
from formservice.domain.document import Doubt

NOTHING = BoxInk(1.0)
CROSS = BoxInk(1.0, 0.40, 1.0, 1.0, patches=4, white=0.15, bent=0.9)
TICK = BoxInk(1.0, 0.20, 0.9, 0.8, patches=2, white=0.5, corners=1, reach=2.0, bent=0.5)
FAINT = BoxInk(1.0, 0.08, 0.6, 0.6, patches=2, white=0.7, bent=0.8)
FILLED = BoxInk(1.0, 0.95, 1.0, 1.0, patches=0, white=0.0, bent=0.95)
BLACKENED = replace(FILLED, corners=3, sides="l")
STRUCK_OUT = replace(CROSS, dark=0.6, sides="lr", white=0.08)
SCRATCH = BoxInk(1.0, 0.20, 1.0, 1.0, patches=2, white=0.4, sides="tb", reach=4.0, bent=0.1)
HAIR = replace(TICK, reach=9.0)
DOT = BoxInk(1.0, 0.05, 0.25, 0.25, white=0.95, bent=1.0)
SMUDGE = BoxInk(1.0, 0.10, 0.55, 0.5, white=0.91, bent=0.4)
SPECK = BoxInk(1.0, 0.02, 0.22, 0.2, white=0.98, bent=1.0)
OVERSHOT = BoxInk(1.0, 0.04, 0.4, 0.3, white=0.95, sides="t", bent=0.5, stray=1.2)
CIRCLED = replace(NOTHING, corners=4, stray=8.0)
LABEL_CIRCLED = replace(NOTHING, stray=3.0, struck=11.0)
LOST = BoxInk(0.0)
WHITED_OUT = replace(CROSS, outline=0.2)
STRIPE = replace(NOTHING, stripe=0.7, stripe_dark=0.2)
DRAWN_LINE = replace(NOTHING, stripe=0.1, stripe_dark=0.8)
ROLLER = replace(NOTHING, stripe=0.3, stripe_dark=0.2)


def states(**boxes: BoxInk) -> list[State]:
    marks = judged({f"anlass.{name}": box for name, box in boxes.items()})
    return [mark.state for mark in marks.values()]


@pytest.mark.parametrize("mark", [CROSS, TICK, FAINT])
def test_the_only_mark_of_a_group_is_the_choice(mark: BoxInk) -> None:
    marks = judged({"anlass.a": NOTHING, "anlass.b": mark, "anlass.c": NOTHING})
    assert [one.on for one in marks.values()] == [False, True, False]
    assert not any(one.doubts for one in marks.values())
    assert all(one.confidence > 0.9 for one in marks.values())


def test_a_group_without_ink_is_left_open() -> None:
    marks = judged({"anlass.a": NOTHING, "anlass.b": NOTHING})
    assert all(one.on is False and not one.doubts for one in marks.values())


def test_two_marks_are_both_seen_and_doubted() -> None:
    marks = judged({"mittel.a": CROSS, "mittel.b": TICK, "mittel.c": NOTHING})
    assert [one.on for one in marks.values()] == [True, True, False]
    assert all(Doubt.AMBIGUOUS_MARK in one.doubts for one in marks.values())


@pytest.mark.parametrize("revoked", [STRUCK_OUT, BLACKENED, FILLED])
def test_a_mark_that_was_struck_out_is_corrected(revoked: BoxInk) -> None:
    marks = judged({"anlass.a": CROSS, "anlass.b": revoked})
    assert [one.state for one in marks.values()] == [State.ON, State.CORRECTED]
    assert marks["anlass.b"].on is None
    assert all(one.doubts == {Doubt.CORRECTED_MARK} for one in marks.values())


@pytest.mark.parametrize(
    "odd", [FILLED, SCRATCH, HAIR, SMUDGE, DOT, SPECK, OVERSHOT, CIRCLED, LABEL_CIRCLED]
)
def test_what_may_be_meant_or_not_is_for_a_person(odd: BoxInk) -> None:
    assert states(a=odd, b=NOTHING) == [State.AMBIGUOUS, State.OFF]
    mark = judged({"kopie": odd})["kopie"]
    assert mark.on is None
    assert mark.doubts == {Doubt.AMBIGUOUS_MARK}


@pytest.mark.parametrize("odd", [SCRATCH, HAIR, OVERSHOT, CIRCLED, LABEL_CIRCLED])
def test_more_than_a_speck_beside_a_clear_mark_is_for_a_person(odd: BoxInk) -> None:
    assert states(a=CROSS, b=odd) == [State.ON, State.AMBIGUOUS]


def test_a_speck_beside_a_clear_mark_is_a_speck() -> None:
    assert states(a=SPECK, b=TICK) == [State.OFF, State.ON]


@pytest.mark.parametrize("lost", [LOST, WHITED_OUT, STRIPE, DRAWN_LINE])
def test_a_box_that_is_covered_or_gone_cannot_be_read(lost: BoxInk) -> None:
    assert states(a=lost, b=NOTHING) == [State.UNREADABLE, State.OFF]
    assert judged({"kopie": lost})["kopie"].doubts


@pytest.mark.parametrize(
    ("box", "on"), [(NOTHING, False), (ROLLER, False), (CROSS, True), (TICK, True)]
)
def test_a_single_box_is_judged_by_itself(box: BoxInk, on: bool) -> None:
    mark = judged({"kopie": box})["kopie"]
    assert mark.on is on
    assert not mark.doubts


def test_boxes_of_different_groups_do_not_disturb_each_other() -> None:
    marks = judged({"a.ja": CROSS, "a.nein": NOTHING, "b.ja": NOTHING, "b.nein": TICK})
    assert [one.on for one in marks.values()] == [True, False, False, True]


def test_on_a_poor_page_nothing_is_said() -> None:
    mark = doubted(judged({"kopie": CROSS})["kopie"])
    assert mark.on is None
    assert Doubt.POOR_PAGE in mark.doubts
    assert mark.confidence <= 0.5
