"""Handwriting-like text: letters that dance, lean and run over the line."""

from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.paper.answers import Answer, Chance
from benchmarks.paper.fonts import Font, path_of
from benchmarks.paper.typed import DPI, Picture, Sheet, wrapped

_POINT = DPI / 72
_MARGIN = 3 * _POINT
# Hershey letters are ASCII; the marks above them are drawn by us.
_BARE = str.maketrans("ÄÖÜäöüéèáàíóúâêôçñ–„“", 'AOUaoueeaaiouaeocn-""')
_MARKED = frozenset("ÄÖÜäöüéèáàíóúâêôñ")


class Writer:
    """Writes all answers of a page by one hand."""

    def __init__(self, font: Font, chance: Chance) -> None:
        """Choose pen, size, slant and how unsteady the hand is."""
        self._font = font
        self._chance = chance
        self._size = float(chance.uniform(11, 15)) * _POINT * font.scale
        self._ink = int(chance.integers(10, 110))
        self._slant = float(chance.uniform(-0.1, 0.35))
        self._wander = float(chance.uniform(0.4, 1.3)) * _POINT
        self._pen = int(chance.integers(2, 5))
        self._type = ImageFont.truetype(str(path_of(font)), self._size) if font.file else None
        script = cv2.FONT_HERSHEY_SCRIPT_COMPLEX
        simple = cv2.FONT_HERSHEY_SCRIPT_SIMPLEX
        self._face = script if font.name == "Hershey Script" else simple

    def write(self, sheet: Sheet, answer: Answer) -> Answer:
        """Write an answer and return it as it was written: what has no room is left out."""
        left, top, right, bottom = (round(value) for value in sheet.place(answer.box))
        room = right - left - 2 * _MARGIN
        step = self._size * 1.15
        rows = max(1, int((bottom - top) / step))
        text = answer.text
        lines = wrapped(text, self._length, room)
        while len(lines) > rows and " " in text:
            text = text.rsplit(" ", 1)[0].rstrip(" ,;:–-(„")
            lines = wrapped(text, self._length, room)
        over = round(self._size)
        width, height = right - left + 2 * over, bottom - top + 2 * over
        mask = np.zeros((height, width), np.uint8)
        first = over + (bottom - top) * (0.68 if rows == 1 else 0.0) + (step if rows > 1 else 0)
        for number, line in enumerate(lines[:rows]):
            self._line(mask, (over + _MARGIN, first + number * step), line)
        sheet.image.paste(
            self._ink, (left - over, top - over), Image.fromarray(self._shaken(mask))
        )
        return replace(answer, text=text)

    def _length(self, text: str) -> float:
        return sum(map(self._advance, text))

    def _advance(self, sign: str) -> float:
        if self._type is not None:
            return self._type.getlength(sign)
        (width, _), _ = cv2.getTextSize(sign.translate(_BARE), self._face, self._scale, self._pen)
        return float(width) * 0.92

    @property
    def _scale(self) -> float:
        return self._size / 38

    def _line(self, mask: Picture, at: tuple[float, float], line: str) -> None:
        x, y = at
        rise = float(self._chance.normal(0, 0.012))
        for sign in line:
            lift = float(self._chance.normal(0, self._wander * 0.5))
            self._letter(mask, (x, y + lift + rise * (x - at[0])), sign)
            x += self._advance(sign) * float(self._chance.uniform(0.9, 1.06))

    def _letter(self, mask: Picture, at: tuple[float, float], sign: str) -> None:
        if self._type is not None:
            image = Image.new("L", (mask.shape[1], mask.shape[0]))
            turned = self._type.getmask(sign, mode="L").size
            pad = 12
            image = Image.new("L", (turned[0] + 4 * pad, round(self._size * 1.8) + 2 * pad))
            ImageDraw.Draw(image).text(
                (2 * pad, pad + self._size * 1.2), sign, fill=255, font=self._type, anchor="ls"
            )
            image = image.rotate(float(self._chance.normal(0, 3)), Image.Resampling.BICUBIC)
            _pressed(mask, np.asarray(image), (at[0] - 2 * pad, at[1] - pad - self._size * 1.2))
            return
        where = (round(at[0]), round(at[1]))
        bare = sign.translate(_BARE)
        cv2.putText(mask, bare, where, self._face, self._scale, 255, self._pen, cv2.LINE_AA)
        if sign in _MARKED:
            for side in (0.25, 0.6):
                spot = round(at[0] + side * self._advance(bare)), round(at[1] - self._size * 0.62)
                cv2.circle(mask, spot, self._pen, 255, -1, cv2.LINE_AA)

    def _shaken(self, mask: Picture) -> Picture:
        """Return the writing slanted and bent, as no two letters of a hand are alike."""
        height, width = mask.shape
        bend = [
            cv2.GaussianBlur(self._chance.normal(0, 1, mask.shape).astype(np.float32), (0, 0), 14)
            for _ in range(2)
        ]
        strength = float(self._chance.uniform(25, 55))
        columns, rows = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        # Slanted line by line would need their places; a gentle shear about the middle does.
        shear = self._slant * 0.25 * (rows - height / 2)
        return np.asarray(
            cv2.remap(
                mask,
                columns + strength * bend[0] + shear.astype(np.float32),
                rows + strength * bend[1],
                cv2.INTER_LINEAR,
            ),
            np.uint8,
        )


def _pressed(mask: Picture, patch: Picture, at: tuple[float, float]) -> None:
    """Put a letter into the mask where they overlap."""
    x, y = round(at[0]), round(at[1])
    left, top = max(0, x), max(0, y)
    right = min(mask.shape[1], x + patch.shape[1])
    bottom = min(mask.shape[0], y + patch.shape[0])
    if left < right and top < bottom:
        here = mask[top:bottom, left:right]
        np.maximum(here, patch[top - y : bottom - y, left - x : right - x], out=here)
