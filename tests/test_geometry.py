"""Where things stand on paper: room to write, distance between ticks, clear corners."""

from itertools import combinations
from pathlib import Path

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.domain.document import Box
from formservice.domain.form import FormDefinition, Layout, Zone

ROOT = Path(__file__).parent.parent
PAGES = {"erwartungsbogen/2023-07-24": 1, "feedbackbogen/2023-09-22": 2, "beiblatt/2026-11": 1}
A4_WIDTH, A4_HEIGHT = 210.0, 297.0  # mm
every_form = pytest.mark.parametrize("ref", PAGES)


def definition(ref: str) -> FormDefinition:
    return load(ROOT / "mappings", ROOT / "form_templates").get(ref)


def layout(ref: str) -> Layout:
    found = definition(ref).layout
    assert found is not None
    return found


def mm(box: Box) -> tuple[float, float, float, float]:
    return (
        box.left * A4_WIDTH,
        box.top * A4_HEIGHT,
        box.right * A4_WIDTH,
        box.bottom * A4_HEIGHT,
    )


def gap(one: Box, other: Box) -> float:
    """Millimetres between two boxes, measured along the wider gap; 0 if they touch."""
    a, b = mm(one), mm(other)
    across = max(a[0] - b[2], b[0] - a[2])
    down = max(a[1] - b[3], b[1] - a[3])
    return max(across, down, 0.0)


def zone(ref: str, key: str) -> Zone:
    return next(zone for zone in layout(ref).zones if zone.key == key)


@every_form
def test_a_blank_form_takes_the_pages_of_the_original(ref: str) -> None:
    found = layout(ref)
    assert len(found.pages) == PAGES[ref]
    assert all(page == pytest.approx((595.3, 841.9), abs=0.5) for page in found.pages)


@every_form
def test_every_page_has_its_code_and_three_squares(ref: str) -> None:
    found = layout(ref)
    pages = range(1, PAGES[ref] + 1)
    assert [page for page, _ in found.qr] == list(pages)
    assert sorted(page for page, _ in found.squares) == sorted([*pages] * 3)


@every_form
def test_a_square_is_five_millimetres_wide_and_eight_from_the_edges(ref: str) -> None:
    places = {(8, 8), (8, 284), (197, 284)}
    found = layout(ref)
    assert {tuple(round(v) for v in mm(box)[:2]) for _, box in found.squares} == places
    for _, box in found.squares:
        left, top, right, bottom = mm(box)
        assert (right - left, bottom - top) == pytest.approx((5, 5), abs=0.2)


@every_form
def test_no_field_comes_near_the_code_or_the_squares(ref: str) -> None:
    found = layout(ref)
    for page, mark in (*found.qr, *found.squares):
        near = [zone.key for zone in found.on_page(page) if gap(zone.box, mark) < 0.5]
        assert near == []


@every_form
def test_fields_do_not_overlap(ref: str) -> None:
    found = layout(ref)
    overlapping = [
        (one.key, other.key)
        for page in range(1, PAGES[ref] + 1)
        for one, other in combinations(found.on_page(page), 2)
        if min(one.box.right, other.box.right) - max(one.box.left, other.box.left) > 0.001
        and min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top) > 0.001
    ]
    assert overlapping == []


@every_form
def test_tick_boxes_are_large_enough_for_a_pen_and_far_apart(ref: str) -> None:
    found = layout(ref)
    ticks = [zone for zone in found.zones if zone.kind == "tick"]
    for tick in ticks:
        left, top, right, bottom = mm(tick.box)
        assert right - left >= 3, tick.key
        assert bottom - top >= 3, tick.key
    for one, other in combinations(ticks, 2):
        assert one.page != other.page or gap(one.box, other.box) >= 6, (one.key, other.key)


@pytest.mark.parametrize(
    ("ref", "height"),
    [("erwartungsbogen/2023-07-24", 100), ("feedbackbogen/2023-09-22", 30)],
)
def test_a_persons_own_words_have_room(ref: str, height: int) -> None:
    own = [field.key for field in definition(ref).fields if field.o_ton]
    assert own
    for key in own:
        assert_room(ref, key, height)


def test_a_continuation_has_almost_the_whole_sheet() -> None:
    ref = "beiblatt/2026-11"
    sheet = definition(ref).continuation
    assert sheet is not None
    assert_room(ref, sheet.text, 195)


def assert_room(ref: str, key: str, height: int) -> None:
    left, top, right, bottom = mm(zone(ref, key).box)
    assert bottom - top >= height
    assert right - left >= 160


def test_a_signature_stands_above_its_line_with_room_for_a_pen() -> None:
    for key in ("sig_tn", "sig_traeger"):
        left, top, right, bottom = mm(zone("feedbackbogen/2023-09-22", key).box)
        assert right - left >= 60
        assert bottom - top >= 12
