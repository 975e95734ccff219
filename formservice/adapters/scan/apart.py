"""Which of two blank pages a picture is, where they differ.

Pages of one form, and its editions, may be alike nearly everywhere: a page cut off at the bottom
fits two of them. What is printed on one of them only tells.
"""

from typing import TYPE_CHECKING

from formservice.adapters.scan.pose import Pose, coarsely, correlation
from formservice.adapters.scan.template import (
    POINTS_PER_INCH,
    VERIFY_DPI,
    Template,
    high_pass,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Coarse = npt.NDArray[np.float32]

# How much darker than its surroundings print is at ``VERIFY_DPI``, of 255.
_PRINT = 25
# Print of one page counts if the other has none within so many pixels of it (1 mm).
_APART_PX = 5
# With fewer pixels of such print the pages are the same for our purpose.
_FEWEST = 40


def lead(
    picture: "Grey", one: tuple[Pose, Template], other: tuple[Pose, Template]
) -> float | None:
    """Return how much more the picture is like ``one`` than like ``other``, -1..1.

    Only what one of them prints and the other does not is looked at, as far as it lies in the
    picture. None if there is next to nothing of that.
    """
    ours = _shown(picture, one, other)
    theirs = _shown(picture, other, one)
    if ours is None and theirs is None:
        return None
    # What is printed on both sides counts alike, however much there is of it.
    return (ours if ours is not None else 0.5) - (theirs if theirs is not None else 0.5)


def _shown(
    picture: "Grey", one: tuple[Pose, Template], other: tuple[Pose, Template]
) -> float | None:
    """Return how much the picture shows of the print that only ``one`` has, 0..1; None: none."""
    import cv2
    import numpy as np

    pose, template = one
    height, width = template.coarse.shape
    between = np.linalg.inv(_points()) @ np.linalg.inv(other[0].matrix) @ pose.matrix @ _points()
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    theirs = np.asarray(cv2.warpPerspective(other[1].coarse, between, (width, height), flags=how))
    near = cv2.dilate((theirs < -_PRINT / 2).astype(np.uint8), np.ones((_APART_PX, _APART_PX)))
    covered = (~other[1].telling).astype(np.uint8)
    covered = np.asarray(cv2.warpPerspective(covered, between, (width, height), flags=how))
    inside = _inside(picture.shape, pose, template)
    lone = (template.coarse < -_PRINT) & template.telling & (near == 0) & (covered == 0) & inside
    if int(lone.sum()) < _FEWEST:
        return None
    around = np.asarray(cv2.dilate(lone.astype(np.uint8), np.ones((7, 7)))) > 0
    around &= template.telling & inside
    seen = high_pass(coarsely(picture, template, pose.matrix))
    return max(0.0, correlation(template.coarse[around], seen[around]))


def _points() -> "npt.NDArray[np.float64]":
    """Return the matrix from pixel centres at ``VERIFY_DPI`` to points."""
    import numpy as np

    scale = POINTS_PER_INCH / VERIFY_DPI
    return np.array([[scale, 0, scale / 2], [0, scale, scale / 2], [0, 0, 1.0]])


def _inside(shape: tuple[int, ...], pose: Pose, template: Template) -> "npt.NDArray[np.bool_]":
    """Return which pixels of the coarse template lie in the picture."""
    import cv2
    import numpy as np

    height, width = template.coarse.shape
    whole = np.ones(shape, dtype=np.uint8)
    how = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(whole, pose.matrix @ _points(), (width, height), flags=how)
    return np.asarray(laid, dtype=bool)
