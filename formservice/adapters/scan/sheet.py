"""Finds the sheet of paper in a photograph: the brightest large thing with four sides."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Floats = npt.NDArray[np.float32]
    Matrix = npt.NDArray[np.float64]

# Coarse enough to be quick and to see no print, fine enough for a corner to half a per cent.
_LENGTH = 400
# What fills the picture was laid on a scanner; what is smaller than this is no page to be read.
_SMALLEST, _LARGEST = 0.12, 0.93
# A page is a four-sided thing: so much of the sheet found must lie in its four corners.
_FILLED = 0.88


def sheet_corners(picture: "Grey") -> "Floats | None":
    """Return the corners of the sheet in the picture, clockwise from that at its top left.

    None if no sheet can be told from what it lies on. Which edge of the sheet is its upper one
    is not known.
    """
    import cv2
    import numpy as np

    height, width = picture.shape
    scale = _LENGTH / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    # Print and hairlines of the ground are closed, then light and dark are parted.
    soft = cv2.GaussianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (0, 0), 2)
    _, bright = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = cv2.erode(bright, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    hull = np.asarray(cv2.convexHull(max(outlines, key=cv2.contourArea)), dtype=np.int32)
    area = float(cv2.contourArea(hull))
    if not _SMALLEST < area / (size[0] * size[1]) < _LARGEST:
        return None
    corners = _four(hull)
    if corners is None or not _FILLED < area / float(cv2.contourArea(corners)) < 2 - _FILLED:
        return None
    return _clockwise(corners) / np.float32(scale)


def _four(hull: "npt.NDArray[np.int32]") -> "Floats | None":
    """Return the hull as four corners, None if it has no such shape."""
    import cv2
    import numpy as np

    around = cv2.arcLength(hull, closed=True)
    for share in (0.02, 0.03, 0.05, 0.08):
        corners = cv2.approxPolyDP(hull, share * around, closed=True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2), dtype=np.float32)
    return None


def _clockwise(corners: "Floats") -> "Floats":
    import numpy as np

    middle = corners.mean(axis=0)
    angles = np.arctan2(*(corners - middle).T[::-1])
    ordered = corners[np.argsort(angles)]
    first = int(ordered.sum(axis=1).argmin())
    return np.asarray(np.roll(ordered, -first, axis=0), dtype=np.float32)


def straightened(picture: "Grey") -> "Grey":
    """Return the sheet alone, seen from above, if it is made out; else all there is."""
    corners = sheet_corners(picture)
    return picture if corners is None else laid_flat(picture, corners, max(picture.shape))[0]


def laid_flat(picture: "Grey", corners: "Floats", length: int) -> "tuple[Grey, Matrix]":
    """Return the sheet with these corners as if laid on a scanner, and the way back.

    The matrix takes places (between pixels) of the result to those of the picture.
    """
    import cv2
    import numpy as np

    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    across, down = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    scale = length / max(across, down)
    width, height = max(1, round(across * scale)), max(1, round(down * scale))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(flat, corners), dtype=np.float64)
    # Averaging before most pixels are left out; OpenCV counts pixels at their centres.
    soft = cv2.blur(picture, (max(1, round(1 / scale)),) * 2)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    small = cv2.warpPerspective(
        soft,
        np.linalg.inv(half) @ back @ half,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(small, dtype=np.uint8), back
