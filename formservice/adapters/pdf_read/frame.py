"""The visible page of a PDF: from the file's own coordinates to fractions of what people see.

A page may be turned (``/Rotate``), cut (``/CropBox``) and scaled (``/UserUnit``). All of that
ends here: behind a ``Frame`` a page is upright, starts at its top left corner and is measured
in points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pikepdf

from formservice.domain.document import Box
from formservice.domain.errors import DocumentTooLargeError

_A4 = (0.0, 0.0, 595.276, 841.89)
# 5 m; PDF itself stops at 14,400 units (5.08 m) unless UserUnit stretches them.
_LONGEST_SIDE = 5 / 0.0254 * 72
_SHORTEST_SIDE = 1.0

_NUMBERS = (int, float, Decimal)

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The crop box in file units (origin bottom left), turn in quarter circles, unit in points."""

    left: float
    bottom: float
    right: float
    top: float
    quarters: int = 0
    unit: float = 1.0

    @property
    def width(self) -> float:
        """Width of the upright page in points."""
        side = self.top - self.bottom if self.quarters % 2 else self.right - self.left
        return side * self.unit

    @property
    def height(self) -> float:
        """Height of the upright page in points."""
        side = self.right - self.left if self.quarters % 2 else self.top - self.bottom
        return side * self.unit

    def seen(self, left: float, bottom: float, right: float, top: float) -> Rectangle:
        """Return a rectangle of the file as (left, top, right, bottom) in points of the page."""
        match self.quarters:
            case 1:
                edges = (bottom - self.bottom, left - self.left, top - self.bottom,
                         right - self.left)  # fmt: skip
            case 2:
                edges = (self.right - right, bottom - self.bottom, self.right - left,
                         top - self.bottom)  # fmt: skip
            case 3:
                edges = (self.top - top, self.right - right, self.top - bottom,
                         self.right - left)  # fmt: skip
            case _:
                edges = (left - self.left, self.top - top, right - self.left, self.top - bottom)
        unit = self.unit
        return (edges[0] * unit, edges[1] * unit, edges[2] * unit, edges[3] * unit)

    def box(self, seen: Rectangle) -> Box:
        """Return points of the upright page as fractions; what sticks out is cut off."""
        width, height = self.width, self.height
        return Box(
            min(1.0, max(0.0, seen[0] / width)),
            min(1.0, max(0.0, seen[1] / height)),
            min(1.0, max(0.0, seen[2] / width)),
            min(1.0, max(0.0, seen[3] / height)),
        )

    def points(self, box: Box) -> Rectangle:
        """Return fractions as points of the upright page."""
        width, height = self.width, self.height
        return (box.left * width, box.top * height, box.right * width, box.bottom * height)


def frame(page: pikepdf.Object) -> Frame:
    """Return the visible part of ``page``.

    Boxes that are missing or make no sense are replaced as viewers do: no crop box means the
    media box, no media box means A4. Raises DocumentTooLargeError above 5 m.
    """
    media = rectangle(inherited(page, "/MediaBox")) or _A4
    crop = rectangle(inherited(page, "/CropBox"))
    visible = _overlap(media, crop) if crop else media
    unit = _number(entry(page, "/UserUnit"))
    quarters = round(_number(inherited(page, "/Rotate")) / 90) % 4
    found = Frame(*visible, quarters=quarters, unit=unit if unit > 0 else 1.0)
    if max(found.width, found.height) > _LONGEST_SIDE:
        raise DocumentTooLargeError("Eine Seite der PDF-Datei ist länger als 5 Meter.")
    return found


def rectangle(value: object) -> Rectangle | None:
    """Return a PDF rectangle with its corners sorted, None if it is none or has no area."""
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    left, bottom, right, top = [_number(item) for item in value.as_list()]
    if left > right:
        left, right = right, left
    if bottom > top:
        bottom, top = top, bottom
    if right - left < _SHORTEST_SIDE or top - bottom < _SHORTEST_SIDE:
        return None
    return (left, bottom, right, top)


def entry(node: pikepdf.Object, key: str) -> object:
    """Return what a dictionary holds under ``key``, None for nothing.

    ``get`` alone gives the same, but for what is not there it takes ten times as long: inside,
    an error is raised and caught.
    """
    return node.get(key) if key in node else None


def inherited(page: pikepdf.Object, key: str) -> object:
    """Return an attribute of ``page`` that its parents in the page tree may hold instead."""
    node: object = page
    # Real trees are a few levels deep; a tree that bites its own tail must end as well.
    for _ in range(32):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        value = entry(node, key)
        if value is not None:
            return value
        node = entry(node, "/Parent")
    return None


def area(edges: Sequence[float]) -> float:
    """Return the area of (left, a, right, b), whichever way the vertical axis runs."""
    return max(0.0, edges[2] - edges[0]) * abs(edges[3] - edges[1])


def _overlap(media: Rectangle, crop: Rectangle) -> Rectangle:
    both = (max(media[0], crop[0]), max(media[1], crop[1]),
            min(media[2], crop[2]), min(media[3], crop[3]))  # fmt: skip
    sound = both[2] - both[0] >= _SHORTEST_SIDE and both[3] - both[1] >= _SHORTEST_SIDE
    return both if sound else media


def _number(value: object) -> float:
    """Return a PDF number (pikepdf hands out int and Decimal), 0 for anything else."""
    return float(value) if isinstance(value, _NUMBERS) else 0.0
