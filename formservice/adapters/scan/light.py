"""The light and the grain of a picture, evened out before anything is read from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey


def evenly_lit(page: "Grey") -> "Grey":
    """Return the page divided by its paper, as a coarse, ink-free copy shows it."""
    import cv2
    import numpy as np

    height, width = page.shape
    quarter = cv2.resize(page, (max(1, width // 4), max(1, height // 4)))
    # Dilating removes thin ink, the median what is left of it.
    paper = cv2.medianBlur(cv2.dilate(quarter, np.ones((5, 5), np.uint8)), 21)
    paper = cv2.resize(paper, (width, height))
    return np.asarray(cv2.divide(page, np.maximum(paper, 1), scale=255), dtype=np.uint8)


def softened(picture: "Grey") -> "Grey":
    """Return the picture without its grain, which costs whole words when all is read at once."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), dtype=np.uint8)
