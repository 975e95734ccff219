"""Where the form lies in a picture: code and squares give a pose, the blank form proves it.

The code alone names the form and its turn; its four corners must never be extrapolated over the
page (centimetres off at the far corner). Together with the three squares it spans the page. A
pose counts only if the picture, laid on the template, correlates with the blank form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import atan2, hypot, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

import zxingcpp

from formservice.adapters.scan_template import (
    DPI,
    POINTS_PER_INCH,
    VERIFY_DPI,
    Template,
    high_pass,
)
from formservice.domain.document import Box, Claim
from formservice.domain.reference import claim_from_payload

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan_ocr import Grey

    Matrix = npt.NDArray[np.float64]

# Right poses correlate with the blank at 0.65 and more on pages worth reading; another form
# with the same boxes, lines and marks reaches 0.30.
LEAST_LIKENESS = 0.45
# Squares are looked for at this length of the page: about 100 dpi on A4.
_SEARCH_LENGTH = 1_200
# No code is printed smaller than this many pixels on a page worth reading.
_SMALLEST_PICTURE = 150
# How far the picture may be a parallelogram or trapezoid, as a fraction of lengths compared,
# and how far its corner may be from a right angle, in radians (4 degrees).
_UNEVEN = 0.06
_OBLIQUE = 0.07
# The centre of the code, predicted from the squares alone, in points: perspective moves it.
_QR_SLACK = 40.0
_MOST_CANDIDATES = 12
_CLOSE_ENOUGH = 0.55


class Point(NamedTuple):
    """A place in a picture, in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of ours: what it claims, and its corners clockwise from its own top left."""

    claim: Claim
    corners: tuple[Point, Point, Point, Point]

    @property
    def middle(self) -> Point:
        """Return the centre."""
        xs, ys = zip(*self.corners, strict=True)
        return Point(sum(xs) / 4, sum(ys) / 4)

    @property
    def turn(self) -> float:
        """Return by how much its upper edge is turned against the picture, in radians."""
        first, second = self.corners[:2]
        return atan2(second.y - first.y, second.x - first.x)


@dataclass(frozen=True, slots=True)
class Pose:
    """How the form lies in the picture.

    ``matrix`` takes points on the template to pixels of the picture; ``likeness`` is the
    correlation with the blank form, 1 for the blank itself.
    """

    matrix: "Matrix"
    likeness: float

    def flattened(self, picture: "Grey", template: Template, dpi: int = DPI) -> "Grey":
        """Return the picture laid on the template, ``dpi`` dots to the inch."""
        import cv2
        import numpy as np

        scale = POINTS_PER_INCH / dpi
        # OpenCV counts pixels at their centres, the template by their edges.
        half = scale / 2
        matrix = self.matrix @ np.array([[scale, 0, half], [0, scale, half], [0, 0, 1.0]])
        height, width = (round(side * dpi / DPI) for side in template.blank.shape)
        return np.asarray(
            cv2.warpPerspective(
                picture,
                matrix,
                (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=255.0,
            ),
            dtype=np.uint8,
        )

    def box(self, box: Box, template: Template, shape: tuple[int, ...]) -> Box:
        """Return where a box of the template lies in the picture, as fractions of it."""
        import cv2
        import numpy as np

        rect = template.rect(box)
        corners = np.array(
            [
                [
                    (rect.left, rect.top),
                    (rect.right, rect.top),
                    (rect.right, rect.bottom),
                    (rect.left, rect.bottom),
                ]
            ]
        )
        placed = cv2.perspectiveTransform(corners, self.matrix)[0]
        fractions = np.clip(placed / (shape[1], shape[0]), 0.0, 1.0)
        (left, top), (right, bottom) = fractions.min(axis=0), fractions.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))


def codes(picture: "Grey") -> tuple[Code, ...]:
    """Return our QR codes in the picture, in any turn; codes of others are passed over."""
    if min(picture.shape) < _SMALLEST_PICTURE:
        return ()
    found = []
    kind = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for barcode in zxingcpp.read_barcodes(picture, formats=kind):
        claim = claim_from_payload(barcode.text)
        if claim is not None:
            place = barcode.position
            corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            first, second, third, fourth = (Point(corner.x, corner.y) for corner in corners)
            found.append(Code(claim, (first, second, third, fourth)))
    return tuple(found)


def registered(picture: "Grey", template: Template, code: Code | None) -> Pose | None:
    """Return how ``template`` lies in the picture, None if no pose can be proved.

    Without ``code`` the three squares must do: the corner without a square tells the turn.
    """
    best: Pose | None = None
    for matrix in _guesses(squares(picture), template, code):
        pose = Pose(matrix, likeness(picture, template, matrix))
        if best is None or pose.likeness > best.likeness:
            best = pose
        if best.likeness >= _CLOSE_ENOUGH:
            break
    return best if best is not None and best.likeness >= LEAST_LIKENESS else None


def likeness(picture: "Grey", template: Template, matrix: "Matrix") -> float:
    """Return how well the picture, laid on the template, correlates with the blank form (-1..1).

    Compared are wording and lines only: not the zones, where answers stand, and not the marks,
    which all forms share.
    """
    import cv2
    import numpy as np

    # Averaging first, for a pixel of the coarse picture is several of the scan.
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0])) * POINTS_PER_INCH / VERIFY_DPI
    soft = cv2.blur(picture, (max(1, round(scale)),) * 2) if scale > 1 else picture
    laid = Pose(matrix, 0.0).flattened(np.asarray(soft, dtype=np.uint8), template, VERIFY_DPI)
    blank = template.coarse
    laid = laid[: blank.shape[0], : blank.shape[1]]
    if laid.shape != blank.shape:
        return 0.0
    ours = blank[template.telling]
    theirs = high_pass(laid)[template.telling]
    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    size = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(ours @ theirs) / size if size > 0 else 0.0


def squares(picture: "Grey") -> tuple[Point, ...]:
    """Return the centres of what may be corner squares, the likeliest first."""
    import cv2
    import numpy as np

    if min(picture.shape) < _SMALLEST_PICTURE:
        return ()
    longest = max(picture.shape)
    scale = min(1.0, _SEARCH_LENGTH / longest)
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    # A square is darker than the paper around it; a threshold per neighbourhood, larger than
    # any square, finds it in a shadow too.
    reach = max(size) // 12 | 1
    dark = cv2.adaptiveThreshold(
        small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, reach, 30
    )
    _, _, stats, centres = cv2.connectedComponentsWithStats(dark, connectivity=4)
    found = []
    # A square of 5 mm on A4 is 1/59 of the longer side.
    side = max(size) / 59.4
    for (_, _, width, height, area), (x, y) in zip(stats[1:], centres[1:], strict=True):
        misfit = _misfit(int(width), int(height), int(area), side)
        if misfit is not None:
            # Pixel i covers i..i+1 in OpenCV's resizing, hence the half.
            found.append((misfit, Point((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)))
    return tuple(point for _, point in sorted(found)[:_MOST_CANDIDATES])


def _misfit(width: int, height: int, area: int, side: float) -> float | None:
    """Return how unlike an upright or slightly turned square a blob is, None if too unlike."""
    least, most = 0.6 * side, 1.7 * side
    if not (least < width < most and least < height < most):
        return None
    fill, shape = area / (width * height), min(width, height) / max(width, height)
    if fill < 0.78 or shape < 0.75:
        return None
    return (1 - fill) + (1 - shape) + abs(sqrt(area) / side - 1)


def _guesses(
    candidates: Sequence[Point], template: Template, code: Code | None
) -> Iterator["Matrix"]:
    """Yield poses worth proving, the likeliest first."""
    if len(template.squares) < 3:
        return
    scored: list[tuple[float, int, Matrix]] = []
    for trio in permutations(candidates, 3):
        score = _plausible(trio, template)
        if score is None:
            continue
        matrix = _affine(trio, template)
        if code is not None and template.qr is not None:
            distance = _code_distance(matrix, template, code)
            if distance is None:
                continue
            score += distance
            matrix = _homography(trio, code.middle, template)
        scored.append((score, len(scored), matrix))
    for _, _, matrix in sorted(scored, key=lambda guess: guess[:2])[:6]:
        yield matrix


def _corner_squares(template: Template) -> tuple[tuple[float, float], ...]:
    """Return the centres of the squares top left, bottom left and bottom right, in points."""
    middles = [square.middle for square in template.squares]
    top_left = min(middles, key=lambda middle: middle[0] + middle[1])
    bottom_left = min(middles, key=lambda middle: middle[0] - middle[1])
    bottom_right = max(middles, key=lambda middle: middle[0] + middle[1])
    return top_left, bottom_left, bottom_right


def _plausible(trio: Sequence[Point], template: Template) -> float | None:
    """Return how far three points are from the template's squares in shape, None if too far.

    The turn from one leg to the other excludes mirrored assignments.
    """
    (ax, ay), (bx, by), (cx, cy) = _corner_squares(template)
    first, corner, last = trio
    up, across = (first.x - corner.x, first.y - corner.y), (last.x - corner.x, last.y - corner.y)
    real = hypot(ax - bx, ay - by) / hypot(cx - bx, cy - by)
    seen = hypot(*up) / max(hypot(*across), 1e-6)
    uneven = abs(seen / real - 1)
    if uneven > _UNEVEN:
        return None
    wanted = atan2(cy - by, cx - bx) - atan2(ay - by, ax - bx)
    turned = atan2(across[1], across[0]) - atan2(up[1], up[0])
    oblique = abs((turned - wanted + pi) % (2 * pi) - pi)
    return uneven + oblique if oblique < _OBLIQUE else None


def _affine(trio: Sequence[Point], template: Template) -> "Matrix":
    import cv2
    import numpy as np

    matrix = cv2.getAffineTransform(
        np.array(_corner_squares(template), dtype=np.float32), np.array(trio, dtype=np.float32)
    )
    return np.vstack([matrix, [0.0, 0.0, 1.0]]).astype(np.float64)


def _homography(trio: Sequence[Point], middle: Point, template: Template) -> "Matrix":
    import cv2
    import numpy as np

    assert template.qr is not None  # noqa: S101 - asked by the caller
    ours = np.array([*_corner_squares(template), template.qr.middle], dtype=np.float32)
    return np.asarray(
        cv2.getPerspectiveTransform(ours, np.array([*trio, middle], dtype=np.float32)),
        dtype=np.float64,
    )


def _code_distance(matrix: "Matrix", template: Template, code: Code) -> float | None:
    """Return how far the code is from its place under the pose, None if it contradicts it."""
    import numpy as np

    assert template.qr is not None  # noqa: S101 - asked by the caller
    x, y = template.qr.middle
    place = np.linalg.solve(matrix, np.array([code.middle.x, code.middle.y, 1.0]))
    distance = hypot(place[0] - x, place[1] - y)
    turn = atan2(matrix[1, 0], matrix[0, 0])
    if distance > _QR_SLACK or abs((turn - code.turn + pi) % (2 * pi) - pi) > pi / 8:
        return None
    return distance / 100.0
