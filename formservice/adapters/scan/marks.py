"""Ticks on a scan: what the ink in the boxes of a page says, in five states.

Boxes that belong together are judged against each other: one clear mark among empty boxes is the
choice. Whatever may have been struck out, circled or splashed is for a person. A box filled to its
edges is a usual mark where it is the only ink of its group; beside another mark it was blackened.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from formservice.adapters.scan.boxes import BoxInk
from formservice.domain.document import Doubt

# Less of the printed outline, on its poorest side: torn off, whited out, or another place.
_LEAST_OUTLINE = 0.6
# A stripe of the paper may cover this share of the inside, and one as dark as this may be a line
# that somebody drew.
_MOST_STRIPE, _LINE_DARK = 0.65, 0.40
# An empty box has no ink longer than a fifth of its side and hardly any darkness; beside a
# clear mark a speck of a third is a speck.
_EMPTY, _EMPTY_DARK = 0.2, 0.02
_SPECK, _SPECK_DARK = 0.35, 0.05
# A mark reaches over this much of the box in both directions, and is that dark.
_MARK, _MARK_DARK = 0.42, 0.05
# A cross cuts the box into four, a tick into three. The largest white patch left by a scribble is
# less than this share of the box; that beside a smudge is more.
_MOST_PATCHES, _LEAST_WHITE, _MOST_WHITE = 4, 0.03, 0.85
# Straighter than this is one line, and than these at most a steep tick and a tick: a line of the
# paper, a staple or a stroke from elsewhere unless it stays inside, or nearly (mm), or has one end
# near (mm).
_STRAIGHT, _STEEP, _NEARLY_STRAIGHT = 0.20, 0.30, 0.45
_NEARLY_INSIDE, _NEAR = 0.9, 2.0
# One line from corner to opposite corner that halves a box, and ends half a box beyond at most
# (mm), was drawn for this box: what passes by goes on, or cuts off less.
_HALVED, _ALL_OVER, _HALF_BEYOND = 0.55, 0.95, 1.6
# A filled box is as dark as this and keeps to its edges (mm), as no blot does; over corners it
# goes no further than a scanner blurs them.
_FULL, _KEPT, _BLURRED = 0.85, 0.7, 0.45
# Lengths in mm: how far a mark may go beyond its box, and ink beside it; ink beside an empty box
# and across its label that may be meant; the same where another box has a clear mark.
_REACH, _TAIL = 5.0, 5.0
_STRAY, _STRUCK = 2.0, 3.0
_STRAY_BESIDE, _STRUCK_BESIDE = 2.5, 5.0
# Where the boxes without a mark have this much ink beside them (mm), the page is dirty, and only
# crosses and ticks that cut the box in three count.
_DIRTY, _CLEAR_PATCHES = 1.5, 3
# Edges less steep than this are those of a stain, or of a pen so broad that all is this dark.
_SHARP, _BROAD = 0.52, 0.35
MOST_GRAIN = 0.28
"""Where ink must be darker than this to be told from paper, nobody can say that there is none."""


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
    least = _CLEAR_PATCHES if _dirty(boxes.values()) else 1
    marks: dict[str, Mark] = {}
    for group in groups.values():
        marks |= _group(group, least)
    return marks


def _dirty(boxes: Collection[BoxInk]) -> bool:
    """Say whether most boxes without a mark have ink beside them all the same."""
    unmarked = [box.stray for box in boxes if min(box.width, box.height) < _MARK]
    return len(unmarked) > 1 and median(unmarked) > _DIRTY


def _group(boxes: Mapping[str, BoxInk], least_patches: int) -> dict[str, Mark]:
    """Judge boxes that belong together, each first by itself."""
    states = {key: _state(box, least_patches) for key, box in boxes.items()}
    on = [key for key, state in states.items() if state is State.ON]
    if on:
        for key, box in boxes.items():
            if states[key] is State.AMBIGUOUS:
                states[key] = _beside_a_mark(box)
    elif (filled := _only_filled(boxes, states)) is not None and least_patches == 1:
        states[filled] = State.ON
    # A doubt about one box is a doubt about the choice.
    doubts = frozenset[Doubt]().union(*(_DOUBTS.get(state, ()) for state in states.values()))
    if len(on) > 1:
        doubts |= {Doubt.AMBIGUOUS_MARK}
    return {key: Mark(state, _sure(state, boxes[key]), doubts) for key, state in states.items()}


def _state(box: BoxInk, least_patches: int) -> State:
    """Judge a box by itself."""
    if box.outline < _LEAST_OUTLINE or box.stripe > _MOST_STRIPE or box.stripe_dark > _LINE_DARK:
        return State.UNREADABLE
    if max(box.width, box.height) < _EMPTY and box.dark < _EMPTY_DARK:
        beside = box.stray > _STRAY or box.struck > _STRUCK
        return State.AMBIGUOUS if beside or box.grain > MOST_GRAIN else State.OFF
    if min(box.width, box.height) < _MARK or box.dark < _MARK_DARK:
        return State.AMBIGUOUS
    if _struck_out(box):
        return State.CORRECTED
    drawn = box.patches >= least_patches and _drawn(box)
    return State.ON if drawn else State.AMBIGUOUS


def _struck_out(box: BoxInk) -> bool:
    """Say whether strokes go through a marked box, or blacken it beyond its edges."""
    through = {"l", "r"} <= set(box.sides) or {"t", "b"} <= set(box.sides)
    ragged = bool(box.sides) or (box.corners > 0 and box.reach >= _BLURRED)
    blackened = box.white < _LEAST_WHITE and ragged
    return (through and box.bent >= _STEEP) or blackened or box.patches > _MOST_PATCHES


def _drawn(box: BoxInk) -> bool:
    """Say whether ink over the whole box is a mark somebody made with one or two strokes."""
    if not _LEAST_WHITE <= box.white <= _MOST_WHITE:
        return False
    if box.reach > _REACH or box.stray > _TAIL or box.struck > _STRUCK_BESIDE:
        return False
    if box.sharp < _SHARP and (box.patches < _CLEAR_PATCHES or box.dark < _BROAD):
        return False
    exits = len(box.sides) + box.corners
    if _halved(box):
        return box.reach < _HALF_BEYOND
    if box.patches == 1 or box.bent < _STRAIGHT:
        return not exits or box.reach < _NEARLY_INSIDE
    if box.bent < _STEEP:
        return not exits or box.reach < (_NEAR if exits == 1 else _NEARLY_INSIDE)
    if box.patches == 2 and box.bent < _NEARLY_STRAIGHT:
        return exits < 2 or box.reach < _NEARLY_INSIDE
    return True


def _halved(box: BoxInk) -> bool:
    """Say whether one line goes from corner to corner and cuts a box into halves."""
    straight = box.patches == 2 and box.bent < _STEEP and not box.sides and box.corners <= 2
    return straight and box.white < _HALVED and min(box.width, box.height) > _ALL_OVER


def _only_filled(boxes: Mapping[str, BoxInk], states: Mapping[str, State]) -> str | None:
    """Return the key of the box that is filled while all others of its group are empty.

    A box that stands alone has no other that could have been meant instead; where it is black,
    nobody can say what for.
    """
    inked = [key for key, state in states.items() if state is not State.OFF]
    if len(inked) != 1 or len(boxes) < 2:
        return None
    box = boxes[inked[0]]
    whole = box.dark > _FULL and box.white < _LEAST_WHITE and box.bent >= _NEARLY_STRAIGHT
    kept = not box.sides and box.reach < (_BLURRED if box.corners else _KEPT)
    clean = box.stray <= _STRAY and box.struck <= _STRUCK
    over = min(box.width, box.height) > _ALL_OVER and box.outline >= _LEAST_OUTLINE
    return inked[0] if whole and kept and clean and over else None


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
