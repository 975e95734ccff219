"""What goes wrong while a sheet is scanned: it comes as a negative, in dots, mirrored, not alone.

The first two are undone; of the others people are told, for nothing on such a page may be taken.
"""

from typing import TYPE_CHECKING

import zxingcpp

from formservice.adapters.scan.guess import Code, codes, squares
from formservice.adapters.scan.light import evenly_lit
from formservice.adapters.scan.pose import Pose
from formservice.adapters.scan.register import registered
from formservice.adapters.scan.template import A4_ROWS, Template
from formservice.domain.reference import claim_from_payload

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# The middle tone of a page is paper, lighter than this unless it is a negative, or most of the
# picture is no page.
_DARK_PAPER = 110
# Dots that stand for grey are smaller than this (pixels at A4_ROWS), and so many to 10,000 pixels:
# of scans at their dirtiest 5 are, of grey paper in dots hundreds.
_DOT_PX, _MOST_DOTS = 3, 20.0
# Blurred so far (pixels at A4_ROWS), dots are grey again and print as sharp as from a copier.
_DOT_BLUR = 1.0
# Beside a page with so little of the picture around it there is no second one.
_LEAST_AROUND = 0.25
# What is nearer to the page than this share of it may be its own edge, or what lies under it.
_EDGE = 0.04
# Letters are as high as this (points), darker than the paper by this (of 255, in even light), and
# others stand as near as this beside them (heights of letters); so many are print.
_HEIGHTS_PT, _INK, _NEXT, _PRINT = (2.5, 15.0), 70, 2.0, 80
# The paper of a second sheet is at least this share as light as that of the first.
_SAME_PAPER = 0.75


def as_on_paper(picture: "Grey") -> "Grey":
    """Return the picture with dark print on light paper, in greys: as a sheet looks."""
    import numpy as np

    if float(np.median(picture[::8, ::8])) < _DARK_PAPER and _is_negative(picture):
        picture = np.asarray(255 - picture, dtype=np.uint8)
    return _without_dots(picture)


def _is_negative(picture: "Grey") -> bool:
    """Say whether a dark picture is a page whose marks are light."""
    import numpy as np

    inverted = np.asarray(255 - picture, dtype=np.uint8)
    dark, light = (_has_code(one) for one in (picture, inverted))
    if dark or light:
        return light and not dark
    return len(squares(picture)) < 3 <= len(squares(inverted))


def _has_code(picture: "Grey") -> bool:
    """Say whether there is a code of ours, dark on light."""
    kind = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(picture, formats=kind, try_invert=False)
    return any(claim_from_payload(one.text) is not None for one in found)


def _without_dots(picture: "Grey") -> "Grey":
    """Return the picture with greys where dots stand for them: scanned in black and white."""
    import cv2
    import numpy as np

    scale = max(picture.shape) / A4_ROWS
    _, dark = cv2.threshold(picture, 127, 1, cv2.THRESH_BINARY_INV)
    most = _MOST_DOTS * picture.size / max(scale * scale, 1.0)
    # Each piece of ink has a pixel with none before it in its row and none above: of most pages
    # that is enough to know, and takes a fifth of the time.
    before = cv2.dilate(dark, np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]], np.uint8))
    if cv2.countNonZero(cv2.subtract(dark, before)) * 10_000 <= most:
        return picture
    stats = cv2.connectedComponentsWithStats(dark, connectivity=8)[2][1:]
    dots = int((stats[:, 2:4].max(axis=1) <= max(1.0, _DOT_PX * scale)).sum())
    if dots * 10_000 <= most:
        return picture
    blurred = cv2.GaussianBlur(picture, (0, 0), _DOT_BLUR * max(scale, 1.0))
    return np.asarray(blurred, dtype=np.uint8)


def is_mirrored(picture: "Grey", templates: "Iterable[Template]") -> bool:
    """Say whether one of the blank pages lies in the picture as seen in a mirror.

    It is told by its marks: only pages are asked about that do not lie in it the right way round.
    """
    import numpy as np

    seen = np.ascontiguousarray(picture[:, ::-1])
    found = codes(seen)
    marks = squares(seen)
    code: Code | None = found[0] if len(found) == 1 else None
    if code is None and len(marks) < 3:
        return False
    return any(registered(seen, one, code, marks=marks) is not None for one in templates)


def are_several(found: "tuple[Code, ...]") -> bool:
    """Say whether codes of ours stand in several places: a page has one."""
    return any(
        abs(one.middle - other.middle) > abs(one.edge)
        for place, one in enumerate(found)
        for other in found[:place]
    )


def is_beside_print(picture: "Grey", pose: Pose, template: Template) -> bool:
    """Say whether there is print beside a page that lies in the picture: another sheet."""
    import cv2
    import numpy as np

    matrix = np.asarray(pose.matrix, dtype=np.float64)
    wide, high = template.width, template.height
    corners = np.array([[(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)]])
    own = cv2.perspectiveTransform(corners, matrix)[0]
    area = float(cv2.contourArea(own.astype(np.float32)))
    if area > (1 - _LEAST_AROUND) * picture.size:
        return False
    grown = own.mean(axis=0) + (own - own.mean(axis=0)) * (1 + 2 * _EDGE)
    flat = evenly_lit(picture)
    light = picture >= _SAME_PAPER * _paper_in(picture, own)
    # A desk is no paper, whatever grain its wood has: letters stand on light ground.
    ground = cv2.dilate(light.astype(np.uint8), np.ones((5, 5), np.uint8))
    ground = cv2.erode(ground, np.ones((9, 9), np.uint8))
    flat[ground == 0] = 255
    cv2.fillConvexPoly(flat, np.round(grown).astype(np.int32), 255)
    return _rows_of_letters(flat, (area / (wide * high)) ** 0.5)


def _paper_in(picture: "Grey", corners: "npt.NDArray[np.float64]") -> float:
    """Return how light the paper of a page is that lies between these corners."""
    import numpy as np

    height, width = picture.shape
    left, top = np.clip(corners.min(axis=0), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(corners.max(axis=0), 1, (width, height)).astype(int)
    return float(np.median(picture[top : bottom + 1 : 4, left : right + 1 : 4]))


def _rows_of_letters(flat: "Grey", scale: float) -> bool:
    """Say whether enough pieces of ink are as high as letters and stand in rows.

    ``scale`` is how many pixels a point has.
    """
    import cv2
    import numpy as np

    dark = (flat < 255 - _INK).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    high = stats[:, cv2.CC_STAT_HEIGHT] / scale
    wide = stats[:, cv2.CC_STAT_WIDTH] / scale
    likely = (high > _HEIGHTS_PT[0]) & (high < _HEIGHTS_PT[1]) & (wide < 2 * _HEIGHTS_PT[1])
    likely[0] = False
    places = np.asarray(middles[likely], dtype=np.float64)
    sizes = np.asarray(np.maximum(high, wide)[likely] * scale, dtype=np.float64)
    # A row of letters, whichever way it runs: the next one stands beside, not above.
    order = np.argsort(places[:, 0], kind="stable")
    return _are_in_rows(places[order], sizes[order]) or _are_in_rows(*_turned(places, sizes))


def _turned(
    places: "npt.NDArray[np.float64]", sizes: "npt.NDArray[np.float64]"
) -> "tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]":
    """Return places with rows and columns changed, in order of their columns."""
    import numpy as np

    order = np.argsort(places[:, 1], kind="stable")
    return places[order][:, ::-1], sizes[order]


def _are_in_rows(places: "npt.NDArray[np.float64]", sizes: "npt.NDArray[np.float64]") -> bool:
    """Say whether enough of the places, sorted by their columns, have one beside them."""
    count = 0
    for index, ((x, y), size) in enumerate(zip(places, sizes, strict=True)):
        for further in range(index + 1, len(places)):
            right, lower = places[further]
            if right - x > _NEXT * size:
                break
            if abs(lower - y) < size / 2 and sizes[further] < 2 * size < 4 * sizes[further]:
                count += 1
                break
        if count >= _PRINT:
            return True
    return False
