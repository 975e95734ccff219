"""Typed text in a zone, as a printer or typewriter leaves it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from benchmarks.paper.answers import Answer, Chance
from benchmarks.paper.fonts import Font, path_of
from formservice.domain.document import Box

Picture = npt.NDArray[np.uint8]
DPI = 300
_POINT = DPI / 72
_MARGIN = 2.5 * _POINT
_SIZES = (8.5, 12.0)
_LEAST = 7.5


class Sheet:
    """A page being written on: grey, at 300 dpi."""

    def __init__(self, picture: Picture) -> None:
        """Begin with the blank page."""
        self.image = Image.fromarray(picture)
        self.draw = ImageDraw.Draw(self.image)

    def place(self, box: Box) -> tuple[float, float, float, float]:
        """Return a box in pixels."""
        width, height = self.image.size
        return box.left * width, box.top * height, box.right * width, box.bottom * height

    @property
    def picture(self) -> Picture:
        """The page as it is now."""
        return np.asarray(self.image)


class Typist:
    """Writes all typed answers of a page in one manner."""

    def __init__(self, font: Font, chance: Chance) -> None:
        """Choose size, ink and how steady the machine is."""
        self._font = font
        self._chance = chance
        self.size = float(np.round(chance.uniform(*_SIZES) * 2) / 2)
        self._ink = int(chance.integers(0, 71))
        self._drop = float(chance.uniform(-0.8, 0.8)) * _POINT
        self._indent = float(chance.uniform(0, 3)) * _POINT
        worn = font.typewriter and chance.random() < _WORN
        self._jitter = 0.35 * _POINT if worn else 0.0
        self._leading = float(chance.uniform(1.12, 1.3))

    def write(self, sheet: Sheet, answer: Answer) -> Answer:
        """Write an answer and return it as it was written: what has no room is left out."""
        left, top, right, bottom = sheet.place(answer.box)
        room = right - left - 2 * _MARGIN - self._indent
        font, lines, text = self._fitted(answer.text, room, bottom - top)
        ascent, descent = font.getmetrics()
        step = font.size * self._leading
        if bottom - top < 1.9 * step:
            base = (top + bottom + ascent - descent) / 2 + self._drop
        else:
            base = top + _MARGIN + ascent + max(0.0, self._drop)
        for number, line in enumerate(lines):
            self._line(sheet, (left + _MARGIN + self._indent, base + number * step), line, font)
        return replace(answer, text=text)

    def _fitted(
        self, text: str, width: float, height: float
    ) -> tuple[ImageFont.FreeTypeFont, list[str], str]:
        """Return font, visual lines and the text that fits; the font shrinks, then words go."""
        size = self.size
        while True:
            font = ImageFont.truetype(str(path_of(self._font)), size * _POINT)
            rows = max(1, int((height - _MARGIN) / (font.size * self._leading)))
            lines = wrapped(text, font.getlength, width)
            if len(lines) <= rows and all(font.getlength(line) <= width for line in lines):
                return font, lines, text
            if size > _LEAST:
                size -= 0.5
            elif " " in text:
                text = text.rsplit(" ", 1)[0].rstrip(" ,;:–-(„")
            else:
                return font, lines[:rows], text

    def _line(
        self, sheet: Sheet, at: tuple[float, float], line: str, font: ImageFont.FreeTypeFont
    ) -> None:
        if not self._jitter:
            sheet.draw.text(at, line, fill=self._ink, font=font, anchor="ls")
            return
        x, y = at
        for sign in line:
            lift = float(self._chance.normal(0, self._jitter / 2))
            ink = int(np.clip(self._ink + self._chance.normal(0, 18), 0, 110))
            sheet.draw.text((x, y + lift), sign, fill=ink, font=font, anchor="ls")
            x += font.getlength(sign)


_WORN = 0.6


def wrapped(text: str, length: Callable[[str], float], width: float) -> list[str]:
    """Return ``text`` in visual lines no wider than ``width``, broken at blanks."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and length(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
