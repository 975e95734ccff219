"""From a written page to the file a scanner or telephone makes of it."""

import io
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.paper.answers import Chance
from benchmarks.paper.levels import SETS, Level, chosen
from benchmarks.paper.typed import DPI, Picture

_MM = 25.4


class Scanned(NamedTuple):
    """A picture file, its resolution, and what was done to it."""

    data: bytes
    suffix: str
    dpi: int
    turned: int
    binary: bool


def scanned(page: Picture, split: str, name: str, chance: Chance) -> Scanned:
    """Return ``page`` (300 dpi) as a scan of the level ``name``."""
    level = SETS[split][name]
    dpi = int(chance.choice(level.dpi))
    if name == "photo" or (name == "heavy" and chance.random() < _HEAVY_PHOTOS):
        return _photographed(page, level, chance, dpi)
    image = _laid(page, level, chance, dpi)
    strength = float(chance.uniform(*level.strength))
    for dirt in chosen(level, chance):
        image = dirt(image, chance, strength, dpi)
    turned = int(chance.integers(1, 4)) if chance.random() < level.turned else 0
    image = np.ascontiguousarray(np.rot90(image, turned))
    if chance.random() < level.binary:
        return Scanned(_binary(image, chance, dpi), ".tif", dpi, turned, True)
    out = io.BytesIO()
    picture = Image.fromarray(image)
    if level.quality is None:
        picture.save(out, "PNG", dpi=(dpi, dpi), compress_level=3)
        return Scanned(out.getvalue(), ".png", dpi, turned, False)
    quality = int(chance.integers(level.quality[0], level.quality[1] + 1))
    picture.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return Scanned(out.getvalue(), ".jpg", dpi, turned, False)


_HEAVY_PHOTOS = 0.5


def _laid(page: Picture, level: Level, chance: Chance, dpi: int) -> Picture:
    """Lay the page on the glass: a little turned, shifted and of another size."""
    scale = float(chance.uniform(*level.scale)) * dpi / DPI
    angle = float(chance.uniform(-level.angle, level.angle))
    height, width = (round(size * dpi / DPI) for size in page.shape)
    middle = (page.shape[1] / 2, page.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, angle, scale)
    shift = chance.uniform(-level.shift, level.shift, 2) * dpi / _MM
    for row, offset in enumerate((width / 2 - middle[0], height / 2 - middle[1])):
        matrix[row, 2] += offset + float(shift[row])
    # Without this, thin strokes would break when the picture gets smaller.
    smooth = page if scale > 0.9 else cv2.GaussianBlur(page, (0, 0), 0.35 / scale)
    lid = int(chance.choice([255, 250, 235]))
    laid = cv2.warpAffine(
        smooth, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(lid,)
    )
    return np.asarray(laid, np.uint8)


def _binary(image: Picture, chance: Chance, dpi: int) -> bytes:
    """Return a fax-like picture of black and white."""
    limit, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    black = image > limit * float(chance.uniform(0.92, 1.1))
    out = io.BytesIO()
    Image.fromarray(black).save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    return out.getvalue()


def _photographed(page: Picture, level: Level, chance: Chance, dpi: int) -> Scanned:
    """Take the page with a telephone: perspective, a desk, uneven light, colour cast."""
    strength = float(chance.uniform(*level.strength))
    for dirt in chosen(level, chance)[: -len(level.always)]:
        page = dirt(page, chance, strength, DPI)
    tall = int(chance.integers(2500, 3300))
    wide = round(tall * 0.75)
    corners = _corners(chance, level, wide, tall)
    height, width = page.shape
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    desk = _desk(chance, tall, wide)
    colour = np.ascontiguousarray(np.repeat(page[:, :, None], 3, 2))
    cover = cv2.warpPerspective(np.full_like(page, 255), matrix, (wide, tall))
    seen = cv2.warpPerspective(cv2.GaussianBlur(colour, (0, 0), 0.6), matrix, (wide, tall))
    share = (cover.astype(np.float32) / 255)[:, :, None]
    lit = _lit(np.asarray(seen * share + desk * (1 - share), np.float32), chance)
    for dirt in level.always:
        tint = dirt(np.zeros((tall, wide), np.uint8) + np.uint8(128), chance, strength, dpi)
        lit = lit + (tint.astype(np.float32)[:, :, None] - 128)
    image = _moved(np.asarray(np.clip(lit, 0, 255), np.uint8), chance)
    turned = int(chance.integers(1, 4)) if chance.random() < level.turned else 0
    image = np.ascontiguousarray(np.rot90(image, turned))
    out = io.BytesIO()
    quality = int(chance.integers(*(level.quality or (80, 90))))
    Image.fromarray(image).save(out, "JPEG", quality=quality)
    return Scanned(out.getvalue(), ".jpg", round(tall / 11.69 * 0.85), turned, False)


def _corners(chance: Chance, level: Level, wide: int, tall: int) -> npt.NDArray[np.float32]:
    """Return where the corners of the sheet are in the photo, from top left clockwise."""
    share = float(chance.uniform(*level.scale))
    side = min(wide, tall / 1.414) * share
    angle = np.deg2rad(float(chance.uniform(-level.angle, level.angle)))
    half = np.array([(-0.5, -0.707), (0.5, -0.707), (0.5, 0.707), (-0.5, 0.707)]) * side
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    tilt = chance.uniform(-0.035, 0.035, (4, 2)) * side
    return np.asarray((half @ turn) + np.array([wide / 2, tall / 2]) + tilt, np.float32)


def _desk(chance: Chance, tall: int, wide: int) -> npt.NDArray[np.float32]:
    """Return a desk: wood, cloth or stone."""
    tone = chance.uniform(40, 190, 3).astype(np.float32)
    fine = chance.normal(0, 1, (tall // 6 + 1, wide // 60 + 1)).astype(np.float32)
    veins = cv2.resize(fine, (wide, tall), interpolation=cv2.INTER_CUBIC)
    desk: npt.NDArray[np.float32] = np.asarray(
        tone[None, None] + veins[:, :, None] * 9, np.float32
    )
    return desk


def _lit(image: npt.NDArray[np.float32], chance: Chance) -> npt.NDArray[np.float32]:
    """Light the picture from one side and tint it."""
    tall, wide = image.shape[:2]
    angle = float(chance.uniform(0, 2 * np.pi))
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :] * np.cos(angle)
    down = np.linspace(-1, 1, tall, dtype=np.float32)[:, None] * np.sin(angle)
    light = 0.88 + float(chance.uniform(0.03, 0.14)) * (across + down)
    cast = 1 - chance.uniform(0, 0.12, 3).astype(np.float32)
    return np.asarray(image * light[:, :, None] * cast, np.float32)


def _moved(image: Picture, chance: Chance) -> Picture:
    """Shake the hand a little while the picture is taken."""
    length = int(chance.integers(1, 5))
    kernel = np.zeros((5, 5), np.float32)
    cv2.line(kernel, (2, 2), (2 + length // 2, 2 + int(chance.integers(-1, 2))), 1.0)
    kernel /= kernel.sum()
    return np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)
