"""Whether two pictures of one page of a form show the same sheet: the same ink in the same places.

What differs by no more than a letter among others of its size is not seen here.
"""

from typing import TYPE_CHECKING

from formservice.adapters.scan.template import DPI

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Fine enough for a tick, coarse enough for pages laid on their form half a millimetre apart.
_COARSE_DPI = 100
# Ink that is as dark as this in one picture is at least so dark in the other, at most so far away:
# 0.75 mm. Scanners differ in how much of a thin stroke they keep.
_SURE, _TRACE, _REACH_PX = 110, 35, 3
# Pieces of ink smaller than this are dust: 1 mm long, two dots wide.
_LARGEST_DUST = 8


def ink_of(written: "Grey") -> bytes:
    """Return how dark a page is without the print of its form, coarsely, as a PNG file."""
    import cv2
    import numpy as np

    height, width = (round(side * _COARSE_DPI / DPI) for side in written.shape)
    small = cv2.resize(written, (width, height), interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".png", 255 - np.asarray(small, dtype=np.uint8))
    return packed.tobytes()


def is_same_sheet(one: bytes, other: bytes) -> bool:
    """Say whether two pages that ``ink_of`` told of hold the same."""
    import cv2
    import numpy as np

    dark = [
        np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
        for data in (one, other)
    ]
    return dark[0].shape == dark[1].shape and not (
        _is_more(dark[0], dark[1]) or _is_more(dark[1], dark[0])
    )


def _is_more(here: "Grey", there: "Grey") -> bool:
    """Say whether there is ink on one page and none near it on the other."""
    import cv2
    import numpy as np

    reach = np.ones((2 * _REACH_PX + 1,) * 2, np.uint8)
    near = cv2.dilate((there > _TRACE).astype(np.uint8), reach)
    lone = ((here > _SURE) & (near == 0)).astype(np.uint8)
    stats = cv2.connectedComponentsWithStats(lone, connectivity=8)[2][1:]
    return bool((stats[:, cv2.CC_STAT_AREA] > _LARGEST_DUST).any())
