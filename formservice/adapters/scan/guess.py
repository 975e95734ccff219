"""QR codes and corner squares in a picture, and the poses of a form that they suggest.

The code alone names the form and its turn; its four corners must never be extrapolated over the
page (centimetres off at the far corner). With a square or two it spans the page.
"""

from cmath import phase
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import pi, sqrt
from typing import TYPE_CHECKING, TypeAlias

import zxingcpp

from formservice.adapters.scan.template import Template
from formservice.domain.document import Claim
from formservice.domain.reference import claim_from_payload

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey
    from formservice.adapters.scan.pose import Matrix

# Places in the plane are complex numbers: x + y·i. A turn with a scale is then one factor.
Place: TypeAlias = complex

# Squares are looked for at this length of the page: about 100 dpi on A4.
_SEARCH_LENGTH = 1_200
# No code is printed smaller than this many pixels on a page worth reading.
_SMALLEST_PICTURE = 150
# A square of 5 mm is 1/59 of the length of A4.
_SQUARE_SHARE = 1 / 59.4
# What may be one is not much smaller or larger than that.
_SMALLEST_SQUARE, _LARGEST_SQUARE = 0.6, 1.7
_MOST_CANDIDATES = 12
# How far marks may be from a turned and scaled form, as a fraction of their distances: more
# than perspective, uneven scanners and a crooked feed make of it.
_MOST_MISFIT = 0.03
# How far the code may be turned against the pose (10 degrees), and how its side compares with
# the box that holds it, quiet zone included or not.
_MOST_TURN = pi / 18
_CODE_SIDE = (0.6, 1.2)
# Of each kind of guess only the best are worth a proof.
_BEST = 3


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of ours: what it claims, and its corners clockwise from its own top left."""

    claim: Claim
    corners: tuple[Place, Place, Place, Place]

    @property
    def middle(self) -> Place:
        """Return the centre."""
        return sum(self.corners) / 4

    @property
    def edge(self) -> Place:
        """Return its upper edge, from left to right."""
        return self.corners[1] - self.corners[0]


@dataclass(frozen=True, slots=True)
class _Guess:
    """Places on the form, where they may be in the picture, and how badly they fit a turn."""

    ours: tuple[Place, ...]
    theirs: tuple[Place, ...]
    misfit: float
    factor: Place


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
            first, second, third, fourth = (complex(corner.x, corner.y) for corner in corners)
            found.append(Code(claim, (first, second, third, fourth)))
    return tuple(found)


def squares(picture: "Grey") -> tuple[Place, ...]:
    """Return the centres of what may be corner squares, the likeliest first."""
    import cv2
    import numpy as np

    if min(picture.shape) < _SMALLEST_PICTURE:
        return ()
    scale = min(1.0, _SEARCH_LENGTH / max(picture.shape))
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
    side = max(size) * _SQUARE_SHARE
    # Letters by the thousand are passed over at once.
    large = 1 + np.flatnonzero((stats[1:, 2:4] > _SMALLEST_SQUARE * side).all(axis=1))
    for (_, _, width, height, area), (x, y) in zip(stats[large], centres[large], strict=True):
        misfit = _unlike_square(int(width), int(height), int(area), side)
        if misfit is not None:
            # Pixel i covers i..i+1 in OpenCV's resizing, hence the half.
            place = complex((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)
            found.append((misfit, place))
    found.sort(key=lambda one: one[0])
    return tuple(place for _, place in found[:_MOST_CANDIDATES])


def guesses(
    picture: "Grey", template: Template, code: Code | None, marks: Sequence[Place] | None = None
) -> "Iterator[tuple[Matrix, bool]]":
    """Yield poses worth proving, the likeliest first, and whether they are rough.

    Three squares and the code come first, then, rough, what is left when squares are cut off,
    covered or stapled: the code with two of them or one. Without code all three are needed.
    ``marks`` are what may be squares, where that is known already.
    """
    corners = _corner_squares(template)
    if corners is None:
        return
    candidates = squares(picture) if marks is None else marks
    if code is None or template.qr is None:
        trios = (_fit(corners, trio) for trio in permutations(candidates, 3))
        yield from ((matrix, False) for matrix in _best(trios))
        return
    ours = complex(*template.qr.middle)
    width = template.qr.width
    for count in (3, 2, 1):
        kept = (
            _fit((*chosen, ours), (*seen, code.middle))
            for chosen in _chosen(corners, count)
            for seen in permutations(candidates, count)
        )
        agreeing = (one for one in kept if _agrees(one, code, width))
        yield from ((matrix, count < 3) for matrix in _best(agreeing))


def _unlike_square(width: int, height: int, area: int, side: float) -> float | None:
    """Return how unlike an upright or slightly turned square a blob is, None if too unlike."""
    least, most = _SMALLEST_SQUARE * side, _LARGEST_SQUARE * side
    if not (least < width < most and least < height < most):
        return None
    fill, shape = area / (width * height), min(width, height) / max(width, height)
    if fill < 0.78 or shape < 0.75:
        return None
    return (1 - fill) + (1 - shape) + abs(sqrt(area) / side - 1)


def _corner_squares(template: Template) -> tuple[Place, Place, Place] | None:
    """Return the centres of the squares top left, bottom left and bottom right, in points."""
    middles = [complex(*square.middle) for square in template.squares]
    if len(middles) < 3:
        return None
    top_left = min(middles, key=lambda middle: middle.real + middle.imag)
    bottom_left = min(middles, key=lambda middle: middle.real - middle.imag)
    bottom_right = max(middles, key=lambda middle: middle.real + middle.imag)
    return top_left, bottom_left, bottom_right


def _chosen(corners: Sequence[Place], count: int) -> Iterator[tuple[Place, ...]]:
    """Yield every choice of ``count`` corners, in their order."""
    for places in permutations(range(len(corners)), count):
        if list(places) == sorted(places):
            yield tuple(corners[place] for place in places)


def _fit(ours: tuple[Place, ...], theirs: tuple[Place, ...]) -> _Guess:
    """Fit a turn with a scale; mirrored assignments come out as bad fits."""
    middle, centre = sum(ours) / len(ours), sum(theirs) / len(theirs)
    from_middle = [one - middle for one in ours]
    from_centre = [one - centre for one in theirs]
    spread = sum(abs(one) ** 2 for one in from_middle)
    paired = list(zip(from_middle, from_centre, strict=True))
    factor = sum(a.conjugate() * b for a, b in paired) / spread
    left_over = sum(abs(b - factor * a) ** 2 for a, b in paired)
    size = sum(abs(b) ** 2 for b in from_centre)
    return _Guess(ours, theirs, sqrt(left_over / size) if size > 0 else 1.0, factor)


def _agrees(guess: _Guess, code: Code, width: float) -> bool:
    """Say whether the code itself is turned and scaled as the guess wants it."""
    if abs(guess.factor) == 0 or abs(code.edge) == 0:
        return False
    smallest, largest = _CODE_SIDE
    side = abs(code.edge) / (abs(guess.factor) * width)
    return abs(phase(code.edge / guess.factor)) < _MOST_TURN and smallest < side < largest


def _best(found: Iterable[_Guess]) -> "Iterator[Matrix]":
    """Yield the matrices of the guesses that fit best."""
    fitting = sorted(
        (one for one in found if one.misfit < _MOST_MISFIT), key=lambda one: one.misfit
    )
    for guess in fitting[:_BEST]:
        yield _matrix(guess)


def _matrix(guess: _Guess) -> "Matrix":
    """Return the homography, affine map or turn that takes the two to four places exactly."""
    import cv2
    import numpy as np

    ours = np.array([(one.real, one.imag) for one in guess.ours], dtype=np.float32)
    theirs = np.array([(one.real, one.imag) for one in guess.theirs], dtype=np.float32)
    if len(ours) > 3:
        return np.asarray(cv2.getPerspectiveTransform(ours, theirs), dtype=np.float64)
    if len(ours) > 2:
        upper = np.asarray(cv2.getAffineTransform(ours, theirs), dtype=np.float64)
        return np.vstack([upper, [0.0, 0.0, 1.0]])
    a, moved = guess.factor, guess.theirs[0] - guess.factor * guess.ours[0]
    return np.array([[a.real, -a.imag, moved.real], [a.imag, a.real, moved.imag], [0, 0, 1.0]])
