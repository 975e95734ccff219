"""How a form lies in a picture, and how well that is borne out by the blank form."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.scan.template import (
    DPI,
    POINTS_PER_INCH,
    VERIFY_DPI,
    Rect,
    Template,
    high_pass,
)
from formservice.domain.document import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Matrix = npt.NDArray[np.float64]


# Every so manyth pixel tells tones.
_SOME = 8
# An answer does not begin at the very edge of its zone (points).
_MOST_CUT = 2.0


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
        height, width = (round(side * dpi / DPI) for side in template.blank.shape)
        return self._cut(picture, (0.0, 0.0), (width, height), dpi)

    def window(self, picture: "Grey", rect: Rect, dpi: int) -> "Grey":
        """Return the part of the picture that lies on a rectangle of the template."""
        scale = dpi / POINTS_PER_INCH
        size = (max(1, round(rect.width * scale)), max(1, round(rect.height * scale)))
        return self._cut(picture, (rect.left, rect.top), size, dpi)

    def _cut(
        self, picture: "Grey", corner: tuple[float, float], size: tuple[int, int], dpi: int
    ) -> "Grey":
        import cv2
        import numpy as np

        scale = POINTS_PER_INCH / dpi
        # OpenCV counts pixels at their centres, the template by their edges.
        left, top = (edge + scale / 2 for edge in corner)
        matrix = self.matrix @ np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])
        return np.asarray(
            cv2.warpPerspective(
                picture,
                matrix,
                size,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=255.0,
            ),
            dtype=np.uint8,
        )

    def laid_back(self, page: "Grey", shape: tuple[int, ...]) -> "Grey":
        """Return a template-sized picture as it lies in one of that shape, on 0."""
        import cv2
        import numpy as np

        scale = POINTS_PER_INCH / DPI
        to_points = np.array([[scale, 0, scale / 2], [0, scale, scale / 2], [0, 0, 1.0]])
        size = (shape[1], shape[0])
        laid = cv2.warpPerspective(page, self.matrix @ to_points, size, flags=cv2.INTER_NEAREST)
        return np.asarray(laid, dtype=np.uint8)

    def share_in(self, shape: tuple[int, ...], template: Template) -> float:
        """Return how much of the page lies inside a picture of that shape, 0..1."""
        import cv2
        import numpy as np

        wide, high = template.width, template.height
        corners = np.array([[(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)]])
        placed = cv2.perspectiveTransform(corners, self.matrix)[0].astype(np.float32)
        height, width = shape[:2]
        frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
        inside, _ = cv2.intersectConvexConvex(placed, frame)
        return float(inside) / max(float(cv2.contourArea(placed)), 1.0)

    def holds(self, box: Box, template: Template, shape: tuple[int, ...]) -> bool:
        """Say whether a box of the template lies inside a picture of that shape, all of it."""
        import cv2
        import numpy as np

        rect = template.rect(box).grown(-_MOST_CUT)
        across, down = (rect.left, rect.right), (rect.top, rect.bottom)
        corners = np.array([[(x, y) for x in across for y in down]])
        placed = cv2.perspectiveTransform(corners, self.matrix)[0]
        return bool((placed >= 0).all() and (placed <= (shape[1], shape[0])).all())

    def box(self, box: Box, template: Template, shape: tuple[int, ...]) -> Box:
        """Return where a box of the template lies in the picture, as fractions of it."""
        import cv2
        import numpy as np

        rect = template.rect(box)
        across, down = (rect.left, rect.right), (rect.top, rect.bottom)
        corners = np.array([[(x, y) for x in across for y in down]])
        placed = cv2.perspectiveTransform(corners, self.matrix)[0]
        fractions = np.clip(placed / (shape[1], shape[0]), 0.0, 1.0)
        (left, top), (right, bottom) = fractions.min(axis=0), fractions.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))


def posed(picture: "Grey", template: Template, matrix: "Matrix") -> Pose:
    """Return the pose with its likeness: the correlation of the picture with the blank, -1..1.

    Compared are wording and lines only: not the zones, where answers stand, and not the marks,
    which all forms share.
    """
    laid = coarsely(picture, template, matrix)
    if laid.shape != template.coarse.shape:
        return Pose(matrix, 0.0)
    told = template.telling
    return Pose(matrix, correlation(template.coarse[told], high_pass(laid)[told]))


def coarsely(picture: "Grey", template: Template, matrix: "Matrix") -> "Grey":
    """Return the picture laid on the template at ``VERIFY_DPI``."""
    import cv2
    import numpy as np

    # Averaging first, for a pixel of the coarse picture is several of the scan.
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0])) * POINTS_PER_INCH / VERIFY_DPI
    soft = cv2.blur(picture, (max(1, round(scale)),) * 2) if scale > 1 else picture
    return Pose(matrix, 0.0).flattened(np.asarray(soft, dtype=np.uint8), template, VERIFY_DPI)


def contrast(laid: "Grey", template: Template, share: float = 0.5) -> float:
    """Return how much darker than its paper the print of the form is, 0..1, on a page laid on it.

    ``share`` of that print is this dark or darker. 1 where nothing is printed.
    """
    import numpy as np

    some = template.core_places[::_SOME]
    if not some.size:
        return 1.0
    ink = float(np.percentile(laid.ravel()[some], 100 * share))
    paper = max(float(np.percentile(laid[::_SOME, ::_SOME], 60)), 1.0)
    return max(0.0, 1.0 - ink / paper)


def correlation(ours: "npt.NDArray[np.float32]", theirs: "npt.NDArray[np.float32]") -> float:
    """Return the normalised correlation of two lists of values, 0 if one has no contrast."""
    import numpy as np

    if not ours.size:
        return 0.0
    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    size = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(ours @ theirs) / size if size > 0 else 0.0
