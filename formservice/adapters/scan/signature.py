"""Signatures on a scan: whether there is ink above the line, not whose."""

from formservice.adapters.scan.marks import Mark, State, doubtful
from formservice.adapters.scan.template import DPI, Rect
from formservice.adapters.scan.text import CleanPage

# As little ink as in a short „gez.“ counts (mm²); less than a tenth of it is dirt.
_SIGNED_MM2, _DIRT_MM2 = 1.0, 0.1
_INSET_PT = 1.5
_DARK = 150
_SPECK_AREA = 8


def signature(page: CleanPage, rect: Rect) -> Mark:
    """Say whether there is ink above a signature line, not whose."""
    import cv2
    import numpy as np

    crop = rect.grown(-_INSET_PT).cut(page.written)
    if not crop.size:
        return doubtful(State.UNREADABLE)
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        (crop < _DARK).astype(np.uint8), connectivity=8
    )
    blobs = stats[1:]
    # Long and flat is a fold or what is left of the line, not writing.
    flat = (blobs[:, 3] <= 3) & (blobs[:, 2] > 8 * blobs[:, 3])
    ink = float(blobs[(blobs[:, 4] >= _SPECK_AREA) & ~flat][:, 4].sum())
    square_mm = ink * (25.4 / DPI) ** 2
    if square_mm >= _SIGNED_MM2:
        return Mark(State.ON, min(0.99, 0.8 + 0.02 * square_mm))
    if square_mm <= _DIRT_MM2:
        return Mark(State.OFF, 0.98)
    return doubtful(State.AMBIGUOUS)
