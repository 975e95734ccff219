"""Marks in tick boxes and what stands above signature lines."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.paper.answers import Answer, Chance
from benchmarks.paper.fonts import available, path_of
from benchmarks.paper.typed import DPI, Picture, Sheet
from formservice.domain.document import Box

_POINT = DPI / 72
Spot = tuple[float, float]

# How plain marks look in each set. What they say is the same: this box holds.
PLAIN = {
    "calibration": ("x", "tick", "filled", "large x", "faint", "overshoot"),
    "evaluation": ("slash", "circle", "scribble", "printed x", "pencil tick", "star", "overshoot"),
}
# What should not be decided by a machine, or only with all care.
RARE = ("corrected", "double", "dot", "clipped")
_RARE_SHARE = 0.12


class Marker:
    """Marks all boxes of a page with one pen."""

    def __init__(self, split: str, chance: Chance) -> None:
        """Choose pen and style."""
        self._chance = chance
        self._split = split
        self._ink = int(chance.integers(0, 90))
        self._pen = float(chance.uniform(0.5, 1.4)) * _POINT
        styles = PLAIN[split]
        self._style = styles[int(chance.integers(len(styles)))]

    def mark(self, sheet: Sheet, answer: Answer) -> Answer:
        """Mark an answer's boxes and return it with how it was done."""
        boxes = {zone.key: zone.box for zone in answer.zones}
        others = [key for key in boxes if key not in answer.on]
        rare = self._chance.random() < _RARE_SHARE
        if answer.blank:
            if rare:
                self._stroke(sheet, next(iter(boxes.values())), "dot")
                return replace(answer, state="dot", review=True)
            return answer
        state = self._style
        if rare and others and len(answer.on) == 1:
            state = RARE[int(self._chance.integers(2))]
        for key in answer.on:
            style = self._style
            self._stroke(sheet, boxes[key], style)
        if state == "corrected":
            self._stroke(sheet, boxes[others[0]], "x")
            self._stroke(sheet, boxes[others[0]], "struck")
            return replace(answer, state=state)
        if state == "double":
            self._stroke(sheet, boxes[others[0]], self._style)
            answer = replace(answer, on=(*answer.on, others[0]))
            # Where several may be marked two marks say two things.
            return answer if answer.several else replace(answer, state=state, review=True)
        return replace(answer, state=state)

    def _stroke(self, sheet: Sheet, box: Box, style: str) -> None:
        left, top, right, _ = sheet.place(box)
        side = right - left
        pad = 2 * side
        mask = np.zeros((round(side + 2 * pad), round(side + 2 * pad)), np.uint8)
        draw = _STYLES[style]
        draw(mask, _Pen(self._chance, self._pen, pad, side))
        ink = self._ink
        if style in ("faint", "pencil tick"):
            ink = int(self._chance.integers(110, 170))
        if self._split == "evaluation":
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.9), np.uint8)
        sheet.image.paste(ink, (round(left - pad), round(top - pad)), Image.fromarray(mask))

    def sign(self, sheet: Sheet, answer: Answer) -> Answer:
        """Sign, or do not, and return what stands above the line."""
        states = _SIGNED[self._split]
        state = states[int(self._chance.integers(len(states)))]
        left, top, right, bottom = sheet.place(answer.box)
        size = (round(bottom - top), round(right - left))
        mask = np.zeros((size[0] + 60, size[1] + 60), np.uint8)
        _ABOVE[state](mask, self._chance, self._pen)
        ink = int(self._chance.integers(0, 110))
        if state != "none":
            sheet.image.paste(ink, (round(left) - 30, round(top) - 30), Image.fromarray(mask))
        signed = state not in ("none", "dirt", "stamp")
        return replace(answer, signed=signed, state=state, review=state == "stamp")


class _Pen:
    """Strokes in the surroundings of one box."""

    def __init__(self, chance: Chance, width: float, pad: float, side: float) -> None:
        self._chance = chance
        self.width = max(2, round(width))
        self._pad, self._side = pad, side

    def at(self, x: float, y: float, loose: float = 0.08) -> tuple[int, int]:
        """Return a place in units of the box, not met exactly."""
        offset = self._chance.normal(0, loose, 2)
        return (
            round(self._pad + (x + float(offset[0])) * self._side),
            round(self._pad + (y + float(offset[1])) * self._side),
        )

    def lines(self, mask: Picture, *spots: Spot, width: int = 0) -> None:
        """Draw a line through spots in units of the box."""
        points = np.array([self.at(*spot) for spot in spots], np.int32)
        cv2.polylines(mask, [points], False, 255, width or self.width, cv2.LINE_AA)

    def curve(self, mask: Picture, low: float, high: float, count: int) -> None:
        """Scribble between two bounds in units of the box."""
        spots = self._chance.uniform(low, high, (count, 2))
        points = np.array([self.at(*map(float, spot)) for spot in spots], np.int32)
        cv2.polylines(mask, [points], False, 255, self.width, cv2.LINE_AA)

    def round(self, mask: Picture, radius: float, *, filled: bool = False) -> None:
        """Draw a round thing about the middle."""
        spread = self._chance.uniform(0.85, 1.15, 2) * radius * self._side
        axes = (max(1, round(float(spread[0]))), max(1, round(float(spread[1]))))
        turn = float(self._chance.uniform(0, 180))
        width = -1 if filled else self.width
        cv2.ellipse(mask, self.at(0.5, 0.5), axes, turn, 0, 360, 255, width, cv2.LINE_AA)

    def letter(self, mask: Picture, split: str) -> None:
        """Type a letter into the box."""
        fonts = available(split, hand=False)
        chosen = fonts[int(self._chance.integers(len(fonts)))]
        image = Image.fromarray(mask)
        face = ImageFont.truetype(str(path_of(chosen)), self._side)
        middle = self.at(0.5, 0.5, 0.05)
        image.paste(255, (0, 0), _typed(image.size, middle, face))
        mask[:] = np.asarray(image)


def _typed(size: tuple[int, int], at: Spot, face: ImageFont.FreeTypeFont) -> Image.Image:
    layer = Image.new("L", size)
    ImageDraw.Draw(layer).text(at, "X", fill=255, font=face, anchor="mm")
    return layer


def _x(mask: Picture, pen: _Pen, low: float = 0.1, high: float = 0.9) -> None:
    pen.lines(mask, (low, low), (high, high))
    pen.lines(mask, (high, low), (low, high))


def _overshot(mask: Picture, pen: _Pen) -> None:
    _x(mask, pen)
    pen.lines(mask, (0.1, 0.8), (2.2, -0.6))


def _star(mask: Picture, pen: _Pen) -> None:
    _x(mask, pen)
    pen.lines(mask, (0.5, 0.0), (0.5, 1.0))


def _struck(mask: Picture, pen: _Pen) -> None:
    pen.curve(mask, -0.15, 1.15, 16)
    for line in (0.3, 0.5, 0.7):
        pen.lines(mask, (-0.4, line), (1.4, line))


_STYLES: dict[str, Callable[[Picture, _Pen], None]] = {
    "x": _x,
    "large x": lambda mask, pen: _x(mask, pen, -0.35, 1.35),
    "faint": _x,
    "tick": lambda mask, pen: pen.lines(mask, (0.1, 0.5), (0.4, 0.9), (1.2, -0.3)),
    "pencil tick": lambda mask, pen: pen.lines(mask, (0.0, 0.4), (0.35, 0.95), (1.0, 0.0)),
    "filled": lambda mask, pen: pen.round(mask, 0.45, filled=True),
    "overshoot": _overshot,
    "slash": lambda mask, pen: pen.lines(mask, (0.05, 0.95), (0.95, 0.05)),
    "circle": lambda mask, pen: pen.round(mask, 0.42),
    "scribble": lambda mask, pen: pen.curve(mask, 0.1, 0.9, 12),
    "star": _star,
    "printed x": lambda mask, pen: pen.letter(mask, "evaluation"),
    "dot": lambda mask, pen: pen.round(mask, 0.1, filled=True),
    "struck": _struck,
}


def _loops(mask: Picture, chance: Chance, pen: float, count: int, share: float) -> None:
    """Draw a flowing line, as a name written fast."""
    height, width = mask.shape
    time = np.linspace(0, 1, 60 * count)
    turns = 2 * np.pi * count * time
    start = chance.uniform(0.05, 0.25) * width
    across = start + share * width * time + chance.uniform(8, 22) * np.sin(turns)
    tall = chance.uniform(0.12, 0.3) * height
    wave = (
        tall
        * np.sin(turns + chance.uniform(0, 3))
        * np.interp(time, np.linspace(0, 1, 6), chance.uniform(0.3, 1.2, 6))
    )
    down = height * chance.uniform(0.45, 0.7) + wave
    points = np.stack([across, np.clip(down, 4, height - 4)], 1).astype(np.int32)
    cv2.polylines(mask, [points], False, 255, max(2, round(pen)), cv2.LINE_AA)


def _scribbled(mask: Picture, chance: Chance, pen: float) -> None:
    _loops(mask, chance, pen, int(chance.integers(4, 9)), float(chance.uniform(0.25, 0.6)))


def _initials(mask: Picture, chance: Chance, pen: float) -> None:
    _loops(mask, chance, pen, 2, 0.07)


def _named(mask: Picture, chance: Chance, pen: float) -> None:
    letters = "".join(map(chr, chance.integers(97, 123, int(chance.integers(4, 9)))))
    spot = (round(0.1 * mask.shape[1]), round(0.65 * mask.shape[0]))
    face = cv2.FONT_HERSHEY_SCRIPT_COMPLEX
    cv2.putText(mask, letters.title(), spot, face, mask.shape[0] / 95, 255, max(2, round(pen)))


def _stamped(mask: Picture, chance: Chance, _pen: float) -> None:
    """Stamp half into the place from above: nobody signed."""
    left = round(float(chance.uniform(0.3, 0.6)) * mask.shape[1])
    depth = round(float(chance.uniform(0.3, 0.5)) * mask.shape[0])
    cv2.rectangle(mask, (left, -40), (left + 330, depth), 190, 3)
    cv2.putText(mask, "TRAEGER", (left + 20, depth - 14), cv2.FONT_HERSHEY_DUPLEX, 1.2, 190, 2)


def _both(mask: Picture, chance: Chance, pen: float) -> None:
    _stamped(mask, chance, pen)
    _scribbled(mask, chance, pen)


def _dirty(mask: Picture, chance: Chance, _pen: float) -> None:
    """Drop specks, none of them larger than a dust corn."""
    for _ in range(int(chance.integers(3, 9))):
        spot = (int(chance.integers(mask.shape[1])), int(chance.integers(mask.shape[0])))
        cv2.circle(mask, spot, int(chance.integers(1, 4)), 200, -1, cv2.LINE_AA)


def _nothing(_mask: Picture, _chance: Chance, _pen: float) -> None:
    """Leave the place as it is."""


_ABOVE: dict[str, Callable[[Picture, Chance, float], None]] = {
    "none": _nothing,
    "scribble": _scribbled,
    "initials": _initials,
    "name": _named,
    "stamp": _stamped,
    "stamp and name": _both,
    "dirt": _dirty,
}
_SIGNED = {
    "calibration": ("none", "none", "scribble", "scribble", "initials", "dirt", "stamp"),
    "evaluation": ("none", "none", "scribble", "name", "dirt", "stamp and name", "initials"),
}
