"""Signatures, judged from what was found above their line and from drawn ones."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formservice.adapters.scan.marks import State
from formservice.adapters.scan.signature import SignatureInk, judged_signature, signature
from formservice.adapters.scan.template import DPI, Template, rendered
from formservice.domain.document import Doubt
from tests.adapters.scan_prints import LAYOUT, REF, Grey, blank_pdf, needs_fonts

_PX = DPI / 72
_LEFT, _TOP, _RIGHT, _BOTTOM = 320.0, 640.0, 520.0, 680.0
SCRAWL = SignatureInk(longest=21.0, tallest=7.0, ink=30.0, piece=22.0)


def test_a_long_and_tall_stroke_is_a_signature() -> None:
    mark = judged_signature(SCRAWL)
    assert mark.on is True
    assert not mark.doubts


@pytest.mark.parametrize(
    "seen",
    [
        SignatureInk(longest=4.0, tallest=3.0, ink=12.0, piece=18.0, letters=6),
        SignatureInk(ink=2.0, piece=6.0),
        SignatureInk(partly=20.0),
        SignatureInk(specks=3.0),
        SignatureInk(printed=0.5),
        replace(SCRAWL, longest=15.0, printed=0.2),
        replace(SCRAWL, partly=24.0, printed=0.2),
        SignatureInk(grain=0.4),
        SignatureInk(found=False),
    ],
    ids=[
        "type",
        "dash",
        "of another line",
        "fragments",
        "print lost",
        "no print",
        "from elsewhere, no print",
        "grain",
        "noise",
    ],
)
def test_what_may_be_none_is_for_a_person(seen: SignatureInk) -> None:
    mark = judged_signature(seen)
    assert mark.on is None
    assert mark.doubts


def test_a_large_stroke_is_a_signature_though_thin_lines_of_the_form_faded() -> None:
    assert judged_signature(replace(SCRAWL, printed=0.2)).on is True


def test_type_instead_of_a_signature_is_named() -> None:
    seen = SignatureInk(longest=4.0, tallest=3.0, ink=12.0, piece=18.0, letters=6)
    assert Doubt.TYPED_NAME in judged_signature(seen).doubts


def test_dirt_as_around_the_line_is_no_signature() -> None:
    assert judged_signature(SignatureInk(specks=1.0, around=0.9)).state is State.OFF


@pytest.fixture(scope="module")
def template() -> Template:
    return Template(rendered(blank_pdf(REF), 1), LAYOUT, 1)


def drawn(page: Grey, *spots: tuple[float, float], ink: int = 40, width: int = 3) -> None:
    """Draw a line through places in points, right and down from the upper left of the zone."""
    points = np.array([((_LEFT + x) * _PX, (_TOP + y) * _PX) for x, y in spots])
    line = np.round(points).astype(np.int32)
    cv2.polylines(page, [line], False, ink, width, cv2.LINE_AA)


def waves(height: float, down: float = 25.0, length: float = 90.0) -> list[tuple[float, float]]:
    steps = np.linspace(0, 1, 60)
    return [(10 + length * s, down + height * float(np.sin(25 * s))) for s in steps]


def typed(page: Grey) -> None:
    face, where = cv2.FONT_HERSHEY_DUPLEX, (round((_LEFT + 10) * _PX), round((_TOP + 30) * _PX))
    cv2.putText(page, "gez. Beispiel", where, face, 0.9, 20, 1, cv2.LINE_AA)


def stamped(page: Grey) -> None:
    drawn(page, (10, 2), (110, 2), (110, 36), (10, 36), (10, 2), ink=90, width=2)


def sealed(page: Grey) -> None:
    turn = np.linspace(0, 2 * np.pi, 90)
    for radius in (12, 17):
        spots = [(60 + radius * float(np.cos(a)), 19 + radius * float(np.sin(a))) for a in turn]
        drawn(page, *spots, ink=90, width=2)


def dirty(page: Grey) -> None:
    chance = np.random.default_rng(5)
    for _ in range(40):
        spot = (int(chance.uniform(_LEFT, _RIGHT) * _PX), int(chance.uniform(_TOP, _BOTTOM) * _PX))
        cv2.circle(page, spot, int(chance.integers(0, 3)), int(chance.integers(0, 160)), -1)


def streaked(page: Grey) -> None:
    column = round((_LEFT + 70) * _PX)
    page[:, column : column + 4] = np.minimum(page[:, column : column + 4], 150)
    row = round((_TOP + 20) * _PX)
    page[row : row + 2] = np.minimum(page[row : row + 2], 200)


@needs_fonts
class TestDrawn:
    def says(self, template: Template, page: Grey) -> bool | None:
        zone = next(zone for zone in LAYOUT.zones if zone.kind == "signature")
        others = [template.zone_rect(one) for one in LAYOUT.zones if one is not zone]
        return signature(page, template, template.zone_rect(zone), others).on

    @pytest.mark.parametrize(
        ("height", "down", "ink", "width"),
        [(9, 25, 40, 3), (3, 28, 40, 3), (9, 25, 150, 2), (9, 25, 30, 6), (12, 36, 60, 2)],
        ids=["plain", "flat", "faint", "felt pen", "across the line"],
    )
    def test_flowing_lines_are_signatures(
        self, template: Template, height: float, down: float, ink: int, width: int
    ) -> None:
        page = template.blank.copy()
        drawn(page, *waves(height, down), ink=ink, width=width)
        assert self.says(template, page) is True

    def test_an_empty_line_is_not_signed(self, template: Template) -> None:
        assert self.says(template, template.blank.copy()) is False

    @pytest.mark.parametrize("what", [typed, stamped, sealed])
    def test_type_and_stamps_are_for_a_person(self, template: Template, what) -> None:
        page = template.blank.copy()
        what(page)
        assert self.says(template, page) is None

    @pytest.mark.parametrize("what", [dirty, streaked])
    def test_dirt_and_stripes_are_never_a_signature(self, template: Template, what) -> None:
        page = template.blank.copy()
        what(page)
        assert not self.says(template, page)

    def test_a_stamp_with_a_signature_across_it_is_signed(self, template: Template) -> None:
        page = template.blank.copy()
        stamped(page)
        drawn(page, *waves(9, 22, 130))
        assert self.says(template, page) is True

    def test_a_stroke_that_comes_from_outside_is_for_a_person(self, template: Template) -> None:
        page = template.blank.copy()
        drawn(page, (10, -25), (30, -8), (45, 6), (70, -14))
        assert self.says(template, page) is None

    def test_a_ruled_line_is_for_a_person(self, template: Template) -> None:
        page = template.blank.copy()
        drawn(page, (10, 25), (80, 23))
        assert self.says(template, page) is None
