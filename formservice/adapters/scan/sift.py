"""Finds blank forms in a picture by what is printed on them, in any turn, scale and perspective.

SIFT features of a blank page are looked for among those of the picture; what agrees on one
homography tells how the page lies. Answers, marks and code are left out: all forms share them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.scan.sheet import laid_flat, sheet_corners

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Floats = npt.NDArray[np.float32]
    Matrix = npt.NDArray[np.float64]

# A4 at 75 dpi: finer costs more and finds no more.
LENGTH = 880
# Of the page, and of a blank form: letters of a full page give some 2,500.
MOST, MOST_OF_BLANK = 2_500, 1_000
_CONTRAST = 0.03
# A feature counts if the next best place for it is clearly worse (Lowe's ratio of distances).
_RATIO = 0.8
# Pixels at ``LENGTH`` between where a feature should be and is.
_TOLERANCE = 2.0
_TRIES = 3_000
# Fewer agree by chance, or because two forms share a line of print.
LEAST_INLIERS = 25
# A page that lies so has been pictured by somebody: no corner is this much nearer than another.
_MOST_PERSPECTIVE = 2.5
_SMALLEST_SHARE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Places of features, and what each looks like as a vector of length 1."""

    places: "Floats"
    looks: "Floats"


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A homography from places of one set of features to those of the other, and who agrees."""

    matrix: "Matrix"
    inliers: int

    def possible(self, size: tuple[float, float], area: float) -> bool:
        """Say whether a page of that ``size`` can lie so in a picture of that ``area``.

        Mirrored, folded over, or seen from its edge it cannot.
        """
        import cv2
        import numpy as np

        width, height = size
        corners = np.array([[(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]])
        depth = np.c_[corners[0], np.ones(4)] @ self.matrix[2]
        if depth.min() <= 0 or depth.max() > _MOST_PERSPECTIVE * depth.min():
            return False
        placed = np.asarray(cv2.perspectiveTransform(corners, self.matrix)[0])
        edges = np.roll(placed, -1, axis=0) - placed
        after = np.roll(edges, -1, axis=0)
        turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
        covered = float(cv2.contourArea(placed.astype(np.float32)))
        return bool(turns.min() > 0) and covered > _SMALLEST_SHARE * area


def features(picture: "Grey", most: int = MOST) -> Features:
    """Return the features of a picture that is about ``LENGTH`` pixels long.

    Places are in points between pixels, as corners of a page are: pixel i covers i..i+1.
    """
    import cv2
    import numpy as np

    finder = cv2.SIFT.create(nfeatures=most, contrastThreshold=_CONTRAST)
    points, looks = finder.detectAndCompute(picture, None)
    if not points:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    # The root of each share makes frequent gradients outvote strong ones.
    shares = np.sqrt(looks / np.maximum(looks.sum(axis=1, keepdims=True), 1e-6))
    places = np.array([point.pt for point in points], dtype=np.float32) + np.float32(0.5)
    return Features(places, np.asarray(shares, dtype=np.float32))


def match(ours: Features, theirs: Features) -> Match | None:
    """Return how ``ours`` lie among ``theirs``, None if fewer than ``LEAST_INLIERS`` agree."""
    import cv2
    import numpy as np

    if min(len(ours.looks), len(theirs.looks)) < LEAST_INLIERS:
        return None
    alike = ours.looks @ theirs.looks.T
    rows = np.arange(len(alike))
    best = alike.argmax(axis=1)
    first = alike[rows, best].copy()
    alike[rows, best] = -1.0
    second = alike.max(axis=1)
    # Vectors of length 1: the square of their distance is 2 - 2·likeness.
    told = (1.0 - first) < _RATIO * _RATIO * (1.0 - second)
    if int(told.sum()) < LEAST_INLIERS:
        return None
    matrix, kept = cv2.findHomography(
        ours.places[told],
        theirs.places[best[told]],
        cv2.USAC_MAGSAC,
        _TOLERANCE,
        maxIters=_TRIES,
        confidence=0.999,
    )
    if matrix is None or int(kept.sum()) < LEAST_INLIERS:
        return None
    return Match(np.asarray(matrix, dtype=np.float64), int(kept.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A small picture of a page; ``matrix`` takes its places to those of the whole picture."""

    picture: "Grey"
    matrix: "Matrix"


def views(picture: "Grey") -> Iterator[View]:
    """Yield small pictures: the sheet on its darker ground if it is made out, then everything."""
    corners = sheet_corners(picture)
    if corners is not None:
        small, back = laid_flat(picture, corners, LENGTH)
        yield View(_even(small), back)
    yield _whole(picture)


def _whole(picture: "Grey") -> View:
    import cv2
    import numpy as np

    height, width = picture.shape
    scale = LENGTH / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(picture, size, interpolation=how)
    back = np.diag([width / size[0], height / size[1], 1.0])
    return View(_even(np.asarray(small, dtype=np.uint8)), back)


def _even(small: "Grey") -> "Grey":
    """Return the small picture as if evenly lit, so that print in a shadow counts as much."""
    import cv2
    import numpy as np

    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 31)
    return np.asarray(cv2.divide(small, np.maximum(paper, 1), scale=255), dtype=np.uint8)


def in_picture(blank: Features, seen: Features, view: View) -> Match | None:
    """Return how a blank page (places in points) lies in the whole picture, by one view of it."""
    found = match(blank, seen)
    if found is None:
        return None
    matrix = view.matrix @ found.matrix
    return Match(matrix / matrix[2, 2], found.inliers)
