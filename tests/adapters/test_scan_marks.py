"""Ticks, judged from what was found in their boxes and from drawn ones."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from formservice.adapters.scan.boxes import BoxInk, box_ink
from formservice.adapters.scan.marks import State, doubted, judged
from formservice.adapters.scan.template import DPI, Rect, Template, rendered
from formservice.domain.document import Doubt
from tests.adapters.scan_prints import LAYOUT, REF, Grey, blank_pdf, needs_fonts

NOTHING = BoxInk(1.0)
CROSS = BoxInk(1.0, 0.40, 1.0, 1.0, patches=4, white=0.15, bent=0.9)
TICK = BoxInk(1.0, 0.20, 0.9, 0.8, patches=2, white=0.5, corners=1, reach=2.0, bent=0.5)
FAINT = BoxInk(1.0, 0.08, 0.6, 0.6, patches=2, white=0.7, bent=0.8)
FILLED = BoxInk(1.0, 0.95, 1.0, 1.0, patches=0, white=0.0, bent=0.95)
SLASH = BoxInk(
    1.0, 0.30, 1.0, 1.0, patches=2, white=0.4, corners=2, reach=1.3, bent=0.18, stray=1.2
)
PASSING = replace(SLASH, reach=2.5)
GRAZING = replace(SLASH, white=0.7, dark=0.2)
BLOT = replace(FILLED, reach=1.0)
BLACKENED = replace(FILLED, corners=3, sides="l")
STRUCK_OUT = replace(CROSS, dark=0.6, sides="lr", white=0.08)
SCRATCH = BoxInk(1.0, 0.20, 1.0, 1.0, patches=2, white=0.4, sides="tb", reach=4.0, bent=0.1)
HAIR = replace(TICK, reach=9.0)
DOT = BoxInk(1.0, 0.05, 0.25, 0.25, white=0.95, bent=1.0)
SMUDGE = BoxInk(1.0, 0.10, 0.55, 0.5, white=0.91, bent=0.4)
SPECK = BoxInk(1.0, 0.02, 0.22, 0.2, white=0.98, bent=1.0)
OVERSHOT = BoxInk(1.0, 0.04, 0.4, 0.3, white=0.95, sides="t", bent=0.5, stray=1.2)
STAIN = BoxInk(1.0, 0.25, 0.7, 1.0, patches=2, white=0.5, bent=0.6, sharp=0.25)
GRAINY = replace(NOTHING, grain=0.35)
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


@pytest.mark.parametrize("mark", [CROSS, TICK, FAINT, SLASH, FILLED])
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
    "odd",
    [
        *(SCRATCH, HAIR, PASSING, GRAZING, STAIN, BLOT, SMUDGE, DOT, SPECK, OVERSHOT),
        *(CIRCLED, LABEL_CIRCLED),
    ],
)
def test_what_may_be_meant_or_not_is_for_a_person(odd: BoxInk) -> None:
    assert states(a=odd, b=NOTHING) == [State.AMBIGUOUS, State.OFF]
    mark = judged({"kopie": odd})["kopie"]
    assert mark.on is None
    assert mark.doubts == {Doubt.AMBIGUOUS_MARK}


def test_a_filled_box_counts_only_among_others_that_are_all_empty() -> None:
    assert states(a=FILLED, b=NOTHING) == [State.ON, State.OFF]
    assert states(a=FILLED) == [State.AMBIGUOUS]
    assert states(a=FILLED, b=DOT) == [State.AMBIGUOUS, State.AMBIGUOUS]
    assert states(a=FILLED, b=FILLED, c=NOTHING)[:2] == [State.AMBIGUOUS] * 2
    assert states(a=FILLED, b=LOST) == [State.AMBIGUOUS, State.UNREADABLE]
    assert states(a=BLACKENED, b=NOTHING) == [State.CORRECTED, State.OFF]
    assert states(a=replace(FILLED, corners=2, reach=0.38), b=NOTHING)[0] is State.ON
    assert states(a=replace(FILLED, corners=2, reach=0.6), b=NOTHING)[0] is State.CORRECTED


def test_on_a_dirty_page_a_filled_box_may_be_a_blot() -> None:
    dirty = replace(NOTHING, stray=1.8)
    assert states(a=FILLED, b=dirty, c=dirty) == [State.AMBIGUOUS, State.OFF, State.OFF]


@pytest.mark.parametrize("odd", [SCRATCH, HAIR, OVERSHOT, CIRCLED, LABEL_CIRCLED])
def test_more_than_a_speck_beside_a_clear_mark_is_for_a_person(odd: BoxInk) -> None:
    assert states(a=CROSS, b=odd) == [State.ON, State.AMBIGUOUS]


def test_a_speck_beside_a_clear_mark_is_a_speck() -> None:
    assert states(a=SPECK, b=TICK) == [State.OFF, State.ON]


def test_a_faint_mark_may_hide_in_grain_unless_another_is_clear() -> None:
    assert states(a=GRAINY, b=GRAINY) == [State.AMBIGUOUS, State.AMBIGUOUS]
    assert states(a=GRAINY, b=replace(CROSS, grain=0.35)) == [State.OFF, State.ON]


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


@pytest.fixture(scope="module")
def template() -> Template:
    return Template(rendered(blank_pdf(REF), 1), LAYOUT, 1)


def read(page: Grey, template: Template) -> dict[str, State]:
    ticks = [zone for zone in LAYOUT.zones if zone.kind == "tick"]
    rects = {zone.key: template.zone_rect(zone) for zone in LAYOUT.zones}
    boxes = {
        zone.key: box_ink(
            page, template, rects[zone.key], [rects[key] for key in rects if key != zone.key]
        )
        for zone in ticks
    }
    return {key: mark.state for key, mark in judged(boxes).items()}


def as_printed(page: Grey, _: np.random.Generator) -> Grey:
    return page


def scanned(page: Grey, chance: np.random.Generator) -> Grey:
    soft = cv2.GaussianBlur(page, (0, 0), 0.8).astype(np.float32)
    grey = 240 - (240 - soft) * 0.85 + chance.normal(0, 5, page.shape)
    return packed(np.roll(grey, (2, -2), axis=(0, 1)), 80)


def copied(page: Grey, chance: np.random.Generator) -> Grey:
    height, width = page.shape
    soft = cv2.GaussianBlur(page, (0, 0), 1.0).astype(np.float32)
    soft = 255 - (255 - soft) * 0.75
    soft *= np.linspace(0.75, 1, width)
    for column in chance.integers(0, width, 4):
        soft[:, column : column + 3] *= 0.8
    for row in chance.integers(0, height, 2):
        soft[row : row + 2] *= 0.75
    for x, y in zip(chance.integers(0, width, 500), chance.integers(0, height, 500), strict=True):
        cv2.circle(soft, (int(x), int(y)), 1, float(chance.uniform(0, 140)), -1)
    return packed(soft + chance.normal(0, 8, page.shape), 60)


def blotched(page: Grey, chance: np.random.Generator) -> Grey:
    height, width = page.shape
    spots = (chance.random((height // 8, width // 8)) < 0.01).astype(np.float32)
    large = cv2.resize(cv2.GaussianBlur(spots, (0, 0), 1.5), (width, height))
    return copied(np.clip(page * (1 - 0.6 * large / large.max()), 0, 255).astype(np.uint8), chance)


def packed(page: np.ndarray, quality: int) -> Grey:
    _, file = cv2.imencode(
        ".jpg", np.clip(page, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


Wear = Callable[[Grey, np.random.Generator], Grey]
WEAR = [as_printed, scanned, copied]
X = (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9)))
DRAWN = {
    "cross": X,
    "large cross": (((-0.2, -0.2), (1.2, 1.2)), ((1.2, -0.2), (-0.2, 1.2))),
    "tick": (((0.1, 0.5), (0.4, 0.85), (0.95, 0.1)),),
    "long tick": (((0.1, 0.5), (0.4, 0.9), (1.4, -0.5)),),
    "plus": (((0.1, 0.5), (0.9, 0.5)), ((0.5, 0.1), (0.5, 0.9))),
    "slash": (((-0.2, 1.2), (1.2, -0.2)),),
}
FILL = tuple(((0.05, y), (0.95, y)) for y in np.linspace(0.05, 0.95, 9))
ODD = {
    "dot": (((0.5, 0.5), (0.55, 0.55)),),
    "overshoot": (((0.4, -0.8), (0.6, 0.3)),),
    "struck cross": (*X, ((-0.6, 0.4), (1.6, 0.5)), ((-0.5, 0.6), (1.5, 0.55))),
    "scratch": (((-1.5, 1.6), (2.0, -1.0)),),
    "circled label": (((1.5, -0.3), (4.0, -0.4), (4.2, 1.2), (1.6, 1.3), (1.4, -0.3)),),
    "cross beside": tuple(tuple((x - 1.3, y) for x, y in line) for line in X),
    "blackened": FILL,
}


def marked(
    template: Template, key: str, lines: tuple[tuple[tuple[float, float], ...], ...], ink: int
) -> Grey:
    """Return the blank form with lines drawn in units of a box."""
    box: Rect = next(template.zone_rect(zone) for zone in LAYOUT.zones if zone.key == key)
    page = template.blank.copy()
    for line in lines:
        points = [(box.left + x * box.width, box.top + y * box.height) for x, y in line]
        pixels = np.round(np.array(points) * DPI / 72).astype(np.int32)
        cv2.polylines(page, [pixels], False, ink, 3, cv2.LINE_AA)
    return page


@needs_fonts
@pytest.mark.parametrize("wear", WEAR)
class TestDrawn:
    @pytest.mark.parametrize("lines", DRAWN.values(), ids=DRAWN)
    @pytest.mark.parametrize("ink", [30, 130], ids=["pen", "pencil"])
    def test_plain_marks_are_read(
        self, template: Template, lines: tuple[tuple[tuple[float, float], ...], ...], ink: int,
        wear: Wear,
    ) -> None:  # fmt: skip
        page = wear(marked(template, "anlass.abbruch", lines, ink), np.random.default_rng(3))
        seen = read(page, template)
        assert seen["anlass.abbruch"] is State.ON
        assert seen["anlass.nichtantritt"] is seen["anlass.regulaer"] is State.OFF

    @pytest.mark.parametrize("lines", ODD.values(), ids=ODD)
    def test_odd_marks_are_neither_on_nor_off(
        self, template: Template, lines: tuple[tuple[tuple[float, float], ...], ...], wear: Wear
    ) -> None:
        page = wear(marked(template, "kopie", lines, 30), np.random.default_rng(4))
        assert read(page, template)["kopie"] not in (State.ON, State.OFF)

    def test_a_filled_box_is_on_only_if_it_is_the_only_one_inked(
        self, template: Template, wear: Wear
    ) -> None:
        page = marked(template, "anlass.abbruch", FILL, 30)
        alone = read(wear(page, np.random.default_rng(5)), template)
        # A copier's streak beside it makes a person look.
        assert alone["anlass.abbruch"] is (State.CORRECTED if wear is copied else State.ON)
        assert alone["anlass.nichtantritt"] is alone["anlass.regulaer"] is State.OFF
        both = np.minimum(page, marked(template, "anlass.regulaer", X, 30))
        beside = read(wear(both, np.random.default_rng(5)), template)
        assert beside["anlass.abbruch"] is State.CORRECTED

    def test_a_cross_blackened_beyond_its_box_is_not_on(
        self, template: Template, wear: Wear
    ) -> None:
        lines = (*DRAWN["large cross"], *FILL)
        page = wear(marked(template, "anlass.abbruch", lines, 30), np.random.default_rng(6))
        assert read(page, template)["anlass.abbruch"] not in (State.ON, State.OFF)

    def test_a_box_under_a_hole_is_not_read(self, template: Template, wear: Wear) -> None:
        box = next(template.zone_rect(zone) for zone in LAYOUT.zones if zone.key == "kopie")
        page = template.blank.copy()
        middle = (round(box.middle[0] * DPI / 72), round(box.middle[1] * DPI / 72))
        cv2.circle(page, middle, 24, 255, -1)
        seen = read(wear(page, np.random.default_rng(4)), template)
        assert seen["kopie"] is State.UNREADABLE


@needs_fonts
@pytest.mark.slow
@pytest.mark.parametrize("wear", [*WEAR, blotched])
def test_an_untouched_box_is_never_on(template: Template, wear: Wear) -> None:
    for seed in range(12):
        seen = read(wear(template.blank.copy(), np.random.default_rng(seed)), template)
        assert State.ON not in seen.values(), seed
