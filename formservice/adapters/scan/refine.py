"""Makes a pose exact: printed corners of the blank form are looked for near their places.

Marks fix a pose to a few tenths of a millimetre, and the middle of a QR code is known no better
than that. Printed lines must be hit closely to be taken away without leaving remains, which
would pass for writing. The wording and lines themselves give some forty further points.
"""

from typing import TYPE_CHECKING

from formservice.adapters.scan.pose import Pose, posed
from formservice.adapters.scan.template import DPI, POINTS_PER_INCH, Template

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# A patch of 5 mm holds a letter or two and is unlike its neighbours.
_PATCH_PX = 20
# It is looked for 1.3 mm around its place, or 5 mm if the pose is rough.
_NEAR_PX, _FAR_PX = 10, 40
_LEAST_MATCH = 0.6
# Points this far from the common pose are mistaken (0.25 mm).
_OUTLIER_PX = 2.0
_FEWEST = 12


def refined(pose: Pose, picture: "Grey", template: Template, *, rough: bool) -> Pose:
    """Return the pose corrected by where printed corners really are, unless that is no better.

    A ``rough`` pose may be some millimetres off. Any other was fixed by three squares, and is
    not bent to follow wording that a long answer pushed down.
    """
    if rough:
        pose = _better(pose, _corrected(pose, picture, template, _FAR_PX))
    return _better(pose, _corrected(pose, picture, template, _NEAR_PX))


def _better(first: Pose, second: Pose) -> Pose:
    return second if second.likeness > first.likeness else first


def _corrected(pose: Pose, picture: "Grey", template: Template, reach: int) -> Pose:
    """Return the pose that the printed corners agree on, the same if too few do."""
    import cv2
    import numpy as np

    page = pose.flattened(picture, template)
    ours, theirs = [], []
    for x, y in template.corners:
        found = _found(page, template.blank, (x, y), reach)
        if found is not None:
            ours.append((float(x), float(y)))
            theirs.append(found)
    if len(ours) < _FEWEST:
        return pose
    correction, kept = cv2.findHomography(
        np.array(ours), np.array(theirs), cv2.RANSAC, _OUTLIER_PX
    )
    # Without a common pose OpenCV returns no matrix and keeps none.
    if int(kept.sum()) < max(_FEWEST, len(ours) // 2):
        return pose
    if (
        reach == _NEAR_PX
        and _bend(np.asarray(correction, dtype=np.float64), page.shape) > _NEAR_PX
    ):
        return pose
    to_points = _pixels_to_points()
    matrix = pose.matrix @ to_points @ correction @ np.linalg.inv(to_points)
    return posed(picture, template, np.asarray(matrix / matrix[2, 2], dtype=np.float64))


def _bend(correction: "npt.NDArray[np.float64]", shape: tuple[int, ...]) -> float:
    """Return by how many pixels a correction moves the corners of the page at most."""
    import cv2
    import numpy as np

    height, width = shape[:2]
    corners = np.array([[(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]])
    moved = np.asarray(cv2.perspectiveTransform(corners, correction)) - corners
    return float(np.hypot(moved[..., 0], moved[..., 1]).max())


def _pixels_to_points() -> "npt.NDArray[np.float64]":
    """Return the matrix from pixel centres of a template at ``DPI`` to points."""
    import numpy as np

    scale = POINTS_PER_INCH / DPI
    return np.array([[scale, 0, scale / 2], [0, scale, scale / 2], [0, 0, 1.0]])


def _found(
    page: "Grey", blank: "Grey", corner: tuple[int, int], reach: int
) -> tuple[float, float] | None:
    """Return where the patch of the blank around a corner is on the page, None if not found."""
    import cv2

    x, y = corner
    patch = blank[y - _PATCH_PX : y + _PATCH_PX + 1, x - _PATCH_PX : x + _PATCH_PX + 1]
    left, top = max(x - _PATCH_PX - reach, 0), max(y - _PATCH_PX - reach, 0)
    around = page[top : y + _PATCH_PX + reach + 1, left : x + _PATCH_PX + reach + 1]
    scores = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    height, width = scores.shape
    inside = 0 < column < width - 1 and 0 < row < height - 1
    if best < _LEAST_MATCH or not inside:
        return None
    right = _peak(*(float(scores[row, column + step]) for step in (-1, 0, 1)))
    down = _peak(*(float(scores[row + step, column]) for step in (-1, 0, 1)))
    return left + _PATCH_PX + column + right, top + _PATCH_PX + row + down


def _peak(before: float, here: float, after: float) -> float:
    """Return where the parabola through three neighbours has its peak, -0.5..0.5."""
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, 0.5 * (before - after) / bend))
