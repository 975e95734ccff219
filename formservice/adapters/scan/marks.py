"""Ticks on a scan: what the ink in the boxes of a page says, in five states.

Boxes that belong together are judged against each other: one clear mark among empty boxes is the
choice. Whatever may have been struck out, blackened, circled or splashed is for a person.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from formservice.adapters.scan.boxes import BoxInk
from formservice.domain.document import Doubt

# Less of the printed outline, on its poorest side: torn off, whited out, or another place.
_LEAST_OUTLINE = 0.6
# An empty box has no ink longer than a quarter of its side and hardly any darkness; beside a
# clear mark a speck of a third is a speck.
_EMPTY, _EMPTY_DARK = 0.2, 0.02
_SPECK, _SPECK_DARK = 0.35, 0.05
# A mark reaches over this much of the box in both directions, and is that dark.
_MARK, _MARK_DARK = 0.42, 0.05
# A cross cuts the box into four, a tick into three. The largest white patch left by a scribble is
# less than this share of the box; that beside a smudge is more.
_MOST_PATCHES, _LEAST_WHITE, _MOST_WHITE = 4, 0.04, 0.85
# Straighter than this is one line: a stroke of the pen if it stays inside, else anything.
_STRAIGHT = 0.30
# Lengths in mm: how far a mark may go beyond its box; ink beside an empty box and across its
# label that may be meant; the same where another box of the group has a clear mark.
_REACH, _STRAY, _STRUCK = 5.0, 2.0, 3.0
_STRAY_BESIDE, _STRUCK_BESIDE = 5.0, 6.0
# A stripe of the paper may cover this share of the inside.
_MOST_STRIPE = 0.35


class State(StrEnum):
    """What a tick box or signature line says."""

    ON = "on"
    OFF = "off"
    CORRECTED = "corrected"  # marked, and the mark struck out or blackened
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"  # covered, torn off, or not found in its place


_DOUBTS = {
    State.CORRECTED: frozenset({Doubt.CORRECTED_MARK}),
    State.AMBIGUOUS: frozenset({Doubt.AMBIGUOUS_MARK}),
    State.UNREADABLE: frozenset({Doubt.AMBIGUOUS_MARK}),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick or signature; ``doubts`` may also go with one that is on."""

    state: State
    confidence: float
    doubts: frozenset[Doubt] = frozenset()

    @property
    def on(self) -> bool | None:
        """True or False, None if a person must look."""
        return {State.ON: True, State.OFF: False}.get(self.state)


def doubtful(state: State, *more: Doubt) -> Mark:
    """Return a mark that a person must look at, for the reason its state gives and others."""
    return Mark(state, 0.5, _DOUBTS.get(state, frozenset()) | frozenset(more))


def doubted(mark: Mark) -> Mark:
    """Return the mark as one that a person must look at: the page is too bad to be sure."""
    return replace(
        mark,
        state=State.UNREADABLE,
        confidence=min(mark.confidence, 0.5),
        doubts=mark.doubts | {Doubt.POOR_PAGE},
    )


def judged(boxes: Mapping[str, BoxInk]) -> dict[str, Mark]:
    """Return what each box says; boxes whose keys agree before the dot are one group."""
    groups: dict[str, dict[str, BoxInk]] = defaultdict(dict)
    for key, box in boxes.items():
        prefix, dot, _ = key.rpartition(".")
        groups[prefix if dot else key][key] = box
    marks: dict[str, Mark] = {}
    for group in groups.values():
        marks |= _group(group)
    return marks


def _group(boxes: Mapping[str, BoxInk]) -> dict[str, Mark]:
    """Judge boxes that belong together, each first by itself."""
    states = {key: _state(box) for key, box in boxes.items()}
    on = [key for key, state in states.items() if state is State.ON]
    if on:
        for key, box in boxes.items():
            if states[key] is State.AMBIGUOUS:
                states[key] = _beside_a_mark(box)
    # A doubt about one box is a doubt about the choice.
    doubts = frozenset[Doubt]().union(*(_DOUBTS.get(state, ()) for state in states.values()))
    if len(on) > 1:
        doubts |= {Doubt.AMBIGUOUS_MARK}
    return {key: Mark(state, _sure(state, boxes[key]), doubts) for key, state in states.items()}


def _state(box: BoxInk) -> State:
    """Judge a box by itself."""
    if box.outline < _LEAST_OUTLINE or box.stripe > _MOST_STRIPE:
        return State.UNREADABLE
    if max(box.width, box.height) < _EMPTY and box.dark < _EMPTY_DARK:
        beside = box.stray > _STRAY or box.struck > _STRUCK
        return State.AMBIGUOUS if beside else State.OFF
    if min(box.width, box.height) < _MARK or box.dark < _MARK_DARK:
        return State.AMBIGUOUS
    if _struck_out(box):
        return State.CORRECTED
    return State.ON if _drawn(box) else State.AMBIGUOUS


def _struck_out(box: BoxInk) -> bool:
    """Say whether strokes go through a marked box, or blacken it beyond its edges."""
    through = {"l", "r"} <= set(box.sides) or {"t", "b"} <= set(box.sides)
    blackened = box.white < _LEAST_WHITE and bool(box.sides or box.corners)
    return (through and box.bent >= _STRAIGHT) or blackened or box.patches > _MOST_PATCHES


def _drawn(box: BoxInk) -> bool:
    """Say whether ink over the whole box is a mark somebody made with one or two strokes."""
    if not _LEAST_WHITE <= box.white <= _MOST_WHITE or box.reach > _REACH:
        return False
    if box.stray > _STRAY_BESIDE or box.struck > _STRUCK_BESIDE:
        return False
    return box.bent >= _STRAIGHT or not (box.sides or box.corners)


def _beside_a_mark(box: BoxInk) -> State:
    """Judge a box that is neither empty nor marked, while another of its group has a clear mark.

    A speck there is a speck, and a blackened box is the choice that was taken back.
    """
    if box.white < _LEAST_WHITE:
        return State.CORRECTED
    nearly_empty = max(box.width, box.height) < _SPECK and box.dark < _SPECK_DARK
    beside = box.stray > _STRAY_BESIDE or box.struck > _STRUCK_BESIDE
    return State.OFF if nearly_empty and not beside else State.AMBIGUOUS


def _sure(state: State, box: BoxInk) -> float:
    """Return a confidence that falls with the distance to the nearest limit."""
    if state is State.OFF:
        return round(0.99 - 0.5 * box.dark - 0.02 * min(box.stray, 2.0), 3)
    if state is State.ON:
        shape = min(box.width, box.height, 1.0)
        return round(min(0.99, 0.93 + 0.04 * shape + 0.1 * min(box.dark, 0.2)), 3)
    return 0.5
