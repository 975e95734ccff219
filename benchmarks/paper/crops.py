"""The place of one field, cut from a scan."""

import cv2
import numpy as np

from benchmarks.paper.pages import Scan, blank
from benchmarks.paper.typed import DPI
from formservice.domain.document import Box

_POINT = DPI / 72
_FEATURES = 2500
_CLOSE = 0.78


def crop_of(scan: Scan, box: Box) -> bytes | None:
    """Return the surroundings of a field as PNG, None where the page cannot be laid on the blank.

    This lays the page by means of its own, so that a page read in the wrong place shows.
    """
    form = blank(scan.ref)[scan.page - 1]
    small = [
        cv2.resize(one, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
        for one, s in ((form, 0.25), (scan.picture, 1000 / max(scan.picture.shape)))
    ]
    sift = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=0.03)
    (known, first), (seen, second) = (sift.detectAndCompute(one, None) for one in small)
    if not known or not seen:
        return None
    pairs = cv2.BFMatcher().knnMatch(first, second, k=2)
    good = [a for a, b in pairs if a.distance < _CLOSE * b.distance]
    if len(good) < _LEAST:
        return None
    there = np.array([known[one.queryIdx].pt for one in good], np.float32) * 4
    here = np.array([seen[one.trainIdx].pt for one in good], np.float32)
    here *= max(scan.picture.shape) / 1000
    matrix, _ = cv2.findHomography(there, here, cv2.USAC_MAGSAC, 6.0)
    if np.asarray(matrix).shape != (3, 3):
        return None
    laid = cv2.warpPerspective(
        scan.picture, np.linalg.inv(matrix), form.shape[::-1], flags=cv2.INTER_CUBIC
    )
    height, width = form.shape
    margin = round(8 * _POINT)
    top, bottom = round(box.top * height) - margin, round(box.bottom * height) + margin
    left, right = round(box.left * width) - margin, round(box.right * width) + margin
    _, data = cv2.imencode(".png", laid[max(0, top) : bottom, max(0, left) : right])
    return bytes(data)


_LEAST = 20
