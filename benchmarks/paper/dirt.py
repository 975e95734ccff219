"""What printing, handling and copying do to a sheet: each a function of a grey picture.

Pictures are grey at the resolution of the scan; ``dpi`` gives lengths their meaning. Strength 1
is that of a poor office copier.
"""

from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.paper.answers import Chance
from benchmarks.paper.typed import Picture

Dirt = Callable[[Picture, Chance, float, int], Picture]


def _cut(values: np.ndarray) -> Picture:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _clouds(chance: Chance, shape: tuple[int, ...], grain: float) -> np.ndarray:
    """Return smooth noise, mean 0 and deviation 1, with clouds of ``grain`` pixels."""
    rows, columns = (max(2, round(size / grain) + 1) for size in shape[:2])
    small = chance.normal(0, 1, (rows, columns)).astype(np.float32)
    large = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large)


def _noise(chance: Chance, shape: tuple[int, ...]) -> np.ndarray:
    """Return fine noise; a strip of it is repeated, for making it takes longest of all."""
    strip = chance.normal(0, 1, (257, shape[1])).astype(np.float32)
    times = -(-shape[0] // 257)
    return np.concatenate([np.roll(strip, 31 * number, 1) for number in range(times)])[: shape[0]]


def grain(page: Picture, chance: Chance, strength: float, _dpi: int) -> Picture:
    """Lay fine noise over everything, as every sensor does."""
    return _cut(page + _noise(chance, page.shape) * (7 * strength))


def fibres(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Show the structure of recycled paper."""
    cloud = _clouds(chance, page.shape, dpi / 60) + 0.6 * _clouds(chance, page.shape, dpi / 12)
    tone = float(chance.uniform(6, 26)) * strength
    return _cut(page - tone - cloud * 7 * strength)


def blur(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Put the sheet a little out of focus."""
    radius = float(chance.uniform(0.25, 0.55)) * strength * dpi / 150
    return np.asarray(cv2.GaussianBlur(page, (0, 0), max(0.2, radius)), np.uint8)


def shadow(page: Picture, chance: Chance, strength: float, _dpi: int) -> Picture:
    """Darken one side, as where the lid stood open."""
    rows, columns = page.shape
    angle = float(chance.uniform(0, 2 * np.pi))
    across = np.linspace(-1, 1, columns, dtype=np.float32)[None, :] * np.cos(angle)
    down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] * np.sin(angle)
    depth = 1 / (1 + np.exp(-6 * (across + down - float(chance.uniform(0.2, 0.9)))))
    return _cut(page * (1 - float(chance.uniform(0.12, 0.35)) * strength * depth))


def uneven(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Light the sheet unevenly."""
    cloud = _clouds(chance, page.shape, dpi * 4)
    return _cut(page * (1 - 0.07 * strength * np.abs(cloud)) - 4 * strength)


def folds(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Fold the sheet for an envelope."""
    result = page.astype(np.float32)
    for share in (1 / 3, 2 / 3) if chance.random() < 0.6 else (0.5,):
        middle = (share + float(chance.uniform(-0.03, 0.03))) * page.shape[0]
        distance = np.arange(page.shape[0], dtype=np.float32)[:, None] - middle
        width = dpi * 0.02
        crease = np.exp(-((distance / width) ** 2)) * float(chance.uniform(15, 50))
        side = np.tanh(distance / (dpi * 0.4)) * np.exp(-np.abs(distance) / (dpi * 1.2))
        result += strength * (side * float(chance.uniform(-10, 10)) - crease)
    return _cut(result)


def rollers(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Draw stripes along the way of the paper."""
    profile = np.zeros(page.shape[1], np.float32)
    for _ in range(int(chance.integers(2, 7))):
        at, width = chance.uniform(0, page.shape[1]), float(chance.uniform(0.02, 0.25)) * dpi
        place = np.arange(page.shape[1], dtype=np.float32) - at
        profile += float(chance.uniform(8, 45)) * np.exp(-((place / width) ** 2))
    streaks = 0.5 + 0.5 * np.clip(_clouds(chance, (page.shape[0], 8), dpi / 3), -1, 1).mean(1)
    return _cut(page - strength * profile[None, :] * np.abs(streaks)[:, None])


def bands(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Let the toner run out in pale bands across."""
    profile = _clouds(chance, (page.shape[0], 4), dpi / 4)[:, :1]
    loss = np.clip(profile - 0.4, 0, 1.2) * float(chance.uniform(0.15, 0.45)) * strength
    return _cut(page + (255.0 - page) * loss)


def spread(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Let ink or toner grow over its edge."""
    blurred = cv2.GaussianBlur(page, (0, 0), dpi / 260)
    share = float(chance.uniform(0.3, 0.8)) * min(strength, 1.2)
    darker = np.minimum(page, blurred).astype(np.float32)
    return _cut(page * (1 - share) + (darker * 1.15 - 20) * share)


def loss(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Let toner flake off in little spots."""
    holes = _clouds(chance, page.shape, dpi / 70) > 2.3 - 0.35 * strength
    return np.where(holes, np.maximum(page, 215), page).astype(np.uint8)


def specks(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Strew dust and toner crumbs."""
    result = page.copy()
    for _ in range(int(chance.integers(20, 120) * strength)):
        spot = (int(chance.integers(page.shape[1])), int(chance.integers(page.shape[0])))
        size = max(1, round(float(chance.gamma(1.2, 0.0028)) * dpi))
        cv2.circle(result, spot, min(size, dpi // 40), int(chance.integers(30, 150)), -1)
    return result


def see_through(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Let the back side, printed as well, shine through."""
    back = cv2.GaussianBlur(page[:, ::-1], (0, 0), dpi / 110)
    offset = int(chance.integers(-dpi // 4, dpi // 4))
    faint = (255.0 - np.roll(back, offset, 0)) * float(chance.uniform(0.05, 0.14)) * strength
    return _cut(page - faint)


def holes(page: Picture, chance: Chance, _strength: float, dpi: int) -> Picture:
    """Punch the sheet for a folder; behind the holes it is dark or white."""
    result = page.copy()
    tone = int(chance.choice([25, 120, 250]))
    left = round(dpi * 0.43)
    for place in (-1, 1):
        middle = round(page.shape[0] / 2 + place * dpi * 1.575 + float(chance.normal(0, 8)))
        cv2.circle(result, (left, middle), round(dpi * 0.11), tone, -1, cv2.LINE_AA)
    return result


def staple(page: Picture, chance: Chance, _strength: float, dpi: int) -> Picture:
    """Leave a staple, or what it left, in the corner."""
    result = page.copy()
    x, y = (float(chance.uniform(0.35, 0.7)) * dpi for _ in range(2))
    turn = float(chance.uniform(0, np.pi))
    end = (round(x + 0.4 * dpi * np.cos(turn)), round(y + 0.4 * dpi * np.sin(turn)))
    cv2.line(result, (round(x), round(y)), end, 70, max(1, dpi // 90), cv2.LINE_AA)
    return result


def coffee(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Put a cup on the sheet."""
    stain = np.zeros(page.shape, np.float32)
    middle = [int(chance.uniform(0.1, 0.9) * size) for size in page.shape[::-1]]
    radius = round(float(chance.uniform(1.1, 1.6)) * dpi)
    begin = int(chance.integers(0, 360))
    turn = (begin, begin + int(chance.integers(140, 360)))
    cv2.ellipse(stain, middle, (radius, radius), 0, *turn, 1.0, round(dpi * 0.07), cv2.LINE_AA)
    cv2.circle(stain, middle, radius, 0.25, -1, cv2.LINE_AA)
    stain = np.asarray(cv2.GaussianBlur(stain, (0, 0), dpi / 40))
    return _cut(page - stain * float(chance.uniform(25, 60)) * strength)


def pale(page: Picture, chance: Chance, strength: float, _dpi: int) -> Picture:
    """Take contrast away."""
    low = float(chance.uniform(20, 75)) * strength
    high = 255 - float(chance.uniform(5, 35)) * strength
    return _cut(low + page * ((high - low) / 255))


def crumpled(page: Picture, chance: Chance, strength: float, dpi: int) -> Picture:
    """Smooth out a sheet that was crumpled."""
    relief = _clouds(chance, page.shape, dpi / 1.5)
    edges = cv2.Sobel(relief.astype(np.float32), cv2.CV_32F, 1, 1, ksize=5)
    steep = edges * (12 * strength / max(1e-6, float(edges.std())))
    return _cut(page + np.clip(steep, -40, 20))


def banding(page: Picture, chance: Chance, strength: float, _dpi: int) -> Picture:
    """Let the sensor lines differ, as in cheap scanners."""
    gain = np.asarray(chance.normal(1, 0.012 * strength, page.shape[1]))
    return _cut(page * gain[None, :])
