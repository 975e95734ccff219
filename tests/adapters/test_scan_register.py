"""Where a form lies in a picture."""

import cv2
import numpy as np
import pytest

from formservice.adapters.scan.guess import codes
from formservice.adapters.scan.register import registered
from formservice.adapters.scan.template import Template, Templates
from formservice.domain.document import Claim
from tests.adapters.scan_prints import (
    CLEAN,
    FINE,
    HEIGHT,
    LAYOUT,
    MILD,
    MODERATE,
    OTHER_LAYOUT,
    REFERENCE,
    SQUARES,
    WIDTH,
    Filling,
    Grey,
    Scan,
    blank_pdf,
    needs_fonts,
    printed,
)

pytestmark = needs_fonts

SCANS = {
    "clean": CLEAN,
    "mild": MILD,
    "moderate": MODERATE,
    "300 dpi": FINE,
    "skewed three degrees": Scan(turn=3.0, scale=0.96),
    "enlarged": Scan(scale=1.03),
    "quarter turn": Scan(quarter_turns=1, turn=1.0),
    "upside down": Scan(quarter_turns=2, turn=-2.0, scale=0.97),
    "three quarters": Scan(quarter_turns=3, grain=6, jpeg=70),
    "shadow": Scan(shadow=0.5, grain=4),
    "perspective": Scan(trapezoid=0.015, scale=0.96),
}


@pytest.fixture(scope="module")
def print_() -> Grey:
    return printed(
        Filling({"name": "Yılmaz, Ayşe", "erwartung": "Arbeit finden"}, ("anlass.abbruch",))
    )


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(blank_pdf)


@pytest.fixture(scope="module")
def template(templates: Templates) -> Template:
    return templates.page(LAYOUT, 1)


@pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS)
def test_no_zone_is_placed_a_millimetre_off(print_: Grey, template: Template, scan: Scan) -> None:
    picture, truth = scan.of(print_)
    (code,) = codes(picture)
    pose = registered(picture, template, code)
    assert pose is not None
    corners = np.array(
        [[(z.box.left * WIDTH, z.box.top * HEIGHT) for z in LAYOUT.zones]], dtype=np.float64
    )
    wanted = cv2.perspectiveTransform(corners, truth)[0]
    found = cv2.perspectiveTransform(corners, pose.matrix)[0]
    off_mm = np.hypot(*(wanted - found).T) / scan.dpi * 25.4
    assert off_mm.max() < 1.0


@pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS)
def test_a_page_is_never_taken_for_another_form_with_the_same_marks(
    print_: Grey, templates: Templates, scan: Scan
) -> None:
    picture, _ = scan.of(print_)
    other = templates.page(OTHER_LAYOUT, 1)
    assert registered(picture, other, codes(picture)[0]) is None
    assert registered(picture, other, None) is None


@pytest.mark.parametrize("covered", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)])
def test_covered_squares_do_not_hinder_where_the_code_is_read(
    print_: Grey, template: Template, covered: tuple[int, ...]
) -> None:
    page = print_.copy()
    height, width = page.shape
    for number in covered:
        box = SQUARES[number]
        rows = slice(round(box.top * height) - 9, round(box.bottom * height) - 15)
        page[rows, round(box.left * width) - 9 : round(box.right * width) + 9] = 255
    picture, truth = Scan(turn=1.5, scale=0.97, grain=5, jpeg=80, quarter_turns=1).of(page)
    (code,) = codes(picture)
    pose = registered(picture, template, code)
    assert pose is not None
    corners = np.array([[(60.0, 100.0), (540.0, 560.0), (60.0, 680.0)]])
    off = cv2.perspectiveTransform(corners, truth) - cv2.perspectiveTransform(corners, pose.matrix)
    assert float(np.abs(off).max()) / 200 * 25.4 < 1.0


@pytest.mark.parametrize("turns", range(4))
def test_squares_alone_register_a_page_in_any_turn(template: Template, turns: int) -> None:
    without_code = printed(Filling({"name": "Nowak"}, qr=False))
    picture, truth = Scan(turn=1.0, quarter_turns=turns, grain=4).of(without_code)
    pose = registered(picture, template, None)
    assert pose is not None
    corner = np.array([[(60.0, 560.0)]])
    off = cv2.perspectiveTransform(corner, truth) - cv2.perspectiveTransform(corner, pose.matrix)
    assert float(np.abs(off).max()) / 200 * 25.4 < 1.0


def test_the_code_tells_form_page_and_reference(print_: Grey) -> None:
    picture, _ = MILD.of(print_)
    (code,) = codes(picture)
    assert code.claim == Claim("probebogen", "2026-01", "qr", 1, REFERENCE)


def test_codes_of_others_are_passed_over() -> None:
    foreign = printed(Filling(payload="https://example.org/rechnung/17"))
    assert codes(CLEAN.of(foreign)[0]) == ()


def test_an_empty_sheet_registers_as_nothing(template: Template) -> None:
    assert registered(np.full((2339, 1654), 250, np.uint8), template, None) is None


def test_noise_registers_as_nothing(template: Template) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (2339, 1654), dtype=np.uint8)
    assert registered(noise, template, None) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 4000), (4000, 3), (160, 160)])
def test_tiny_and_oblong_pictures_register_as_nothing(
    template: Template, shape: tuple[int, int]
) -> None:
    picture = np.zeros(shape, np.uint8)
    assert codes(picture) == ()
    assert registered(picture, template, None) is None


def test_zones_that_were_cut_off_are_not_held_by_the_picture(
    print_: Grey, template: Template
) -> None:
    picture, _ = CLEAN.of(print_)
    cut = np.ascontiguousarray(picture[:, : round(0.85 * picture.shape[1])])
    pose = registered(picture, template, codes(picture)[0])
    assert pose is not None
    held = {z.key for z in LAYOUT.zones if pose.holds(z.box, template, cut.shape)}
    assert "anlass.abbruch" in held
    assert not {"name", "erwartung", "unterschrift"} & held
    assert all(pose.holds(zone.box, template, picture.shape) for zone in LAYOUT.zones)
