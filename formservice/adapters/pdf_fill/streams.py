"""Appearance streams: how a value looks in its field, drawn the same by every viewer.

Each stream that shows a value also holds it exactly, as property of a marked content sequence::

    /FormserviceValue << /Key (q3_erreicht) /V (…UTF-16…) >> BDC … EMC

After flattening, when the field is gone, the value can still be read from there, character for
character. The drawn text extracts almost exactly too: a line that ends because the text has a line
break ends with that break as an empty glyph, a line that was wrapped does not.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from bidi.algorithm import get_display

from formservice.adapters import pdf_fonts, pdf_names
from formservice.adapters.pdf_layout import (
    ASCENT,
    LEADING,
    PADDING,
    PADDING_ABOVE,
    Frame,
    Setting,
    is_invisible,
    is_right_to_left,
    shaped,
    tab_stop,
    width_of,
)
from formservice.application.extract import CONTINUED

# How far below the middle of its box a single line stands, in font sizes: level with the label
# beside it, as LibreOffice sets that.
_BELOW_MIDDLE = 0.39

_JOINER = "\u200d"

_ESCAPES = ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"), (b"\r", b"\\r"))


def string(raw: bytes) -> bytes:
    """Return ``raw`` as PDF literal string."""
    for plain, escaped in _ESCAPES:
        raw = raw.replace(plain, escaped)
    return b"(" + raw + b")"


def text_string(text: str) -> bytes:
    """Return ``text`` as PDF text string, exact for every character."""
    return string(b"\xfe\xff" + text.encode("utf-16-be"))


def value_mark(key: str, value: str, *, goes_on: bool = False) -> bytes:
    """Return the operator that opens a marked content sequence holding a value exactly.

    ``goes_on`` tells that a sheet holds more of it, so that a lost sheet is missed.
    """
    return b"/%b <</Key %b/V %b%b>> BDC\n" % (
        pdf_names.VALUE.encode(),
        text_string(key),
        text_string(value),
        b"/GoesOn 1" if goes_on else b"",
    )


@dataclass(slots=True)
class Drawing:
    """The operators of one appearance, and the fonts they need beyond that in every form."""

    content: bytes = b""
    faces: dict[str, pdf_fonts.Face] = field(default_factory=dict)


def text_appearance(key: str, setting: Setting, frame: Frame) -> Drawing:
    """Draw ``setting`` inside ``frame`` as appearance of the field ``key``."""
    drawing = Drawing()
    opening = value_mark(key, "".join(setting.lines), goes_on=bool(setting.rest))
    shown = text_operators(setting, frame, drawing.faces, marked=(opening, b" EMC\n"))
    drawing.content = b"/Tx BMC %b EMC" % shown
    return drawing


def text_operators(
    setting: Setting,
    frame: Frame,
    faces: dict[str, pdf_fonts.Face],
    *,
    marked: tuple[bytes, bytes] = (b"", b""),
) -> bytes:
    """Return the operators that draw ``setting`` with the lower left of ``frame`` as origin.

    ``marked`` is put around the value, not around the sign of a continuation. The fonts used
    beyond that in every form are added to ``faces``.
    """
    size, leading = setting.size, LEADING * setting.size
    mark_below = bool(setting.rest) and not setting.mark_room
    y = _first_baseline(frame, size, len(setting.lines) + mark_below)
    lines = list(setting.lines)
    if not frame.multiline:
        lines = [line.replace("\n", " ") for line in lines]
    if _is_plain("".join(lines)):
        shown = b" T*\n".join(_plain(lines))
    else:
        shown = b"\n".join(_mixed(lines, frame, Pen(size, leading, y, setting.narrowed, faces)))
    return b"q 1 1 %.2f %.2f re W n BT 0 g /%b %g Tf %.3f TL %d Tz %g %.3f Td\n%b%b%b%b ET Q" % (
        frame.width - 2,
        frame.height - 2,
        pdf_fonts.DRAWING.encode(),
        size,
        leading,
        setting.narrowed,
        PADDING,
        y,
        marked[0],
        shown,
        marked[1],
        _mark(setting, y),
    )


def _first_baseline(frame: Frame, size: float, lines: int) -> float:
    """Return the height of the first baseline: from the top, or on the line of the label."""
    if frame.multiline:
        return frame.height - PADDING_ABOVE - ASCENT * size
    return frame.height / 2 - _BELOW_MIDDLE * size + (lines - 1) / 2 * LEADING * size


def _mark(setting: Setting, y: float) -> bytes:
    """Draw the sign that the text goes on elsewhere; it is no part of the value."""
    if not setting.rest:
        return b""
    place = b""
    if not setting.mark_room:
        y -= len(setting.lines) * LEADING * setting.size
        place = b"1 0 0 1 %g %.3f Tm " % (PADDING, y)
    elif _paragraph_runs_left(setting.lines[0]):
        place = b"1 0 0 1 %g %.3f Tm " % (PADDING, y)
    squeezed = 100
    if setting.mark_room:
        squeezed = min(100, 100 * setting.mark_room // width_of(CONTINUED))
    return b"\n%b.35 g %d Tz %b Tj" % (place, squeezed, _shown(CONTINUED))


def _shown(text: str) -> bytes:
    """Return the string that shows ``text`` in the font of every form."""
    return string(text.encode("utf-16-be"))


def _is_plain(text: str) -> bool:
    """Say whether the font of every form can show ``text`` from left to right without tabs."""
    known = pdf_fonts.faces()[0].widths
    return "\t" not in text and known.keys() >= set(text)


def _plain(lines: list[str]) -> Iterator[bytes]:
    """Draw lines in one font.

    An empty line draws nothing; its break is drawn with the line before, because extraction drops
    a line that holds an empty glyph alone.
    """
    index = 0
    while index < len(lines):
        empty = 0
        while (
            lines[index] != "\n"
            and index + empty + 1 < len(lines)
            and lines[index + empty + 1] == "\n"
        ):
            empty += 1
        yield _shown(lines[index] + "\n" * empty) + b" Tj" + b" T*" * empty
        index += empty + 1


@dataclass(slots=True)
class Pen:
    """Where the next line of a mixed text is drawn and in what size; collects fonts used."""

    size: float
    leading: float
    y: float
    narrowed: int
    faces: dict[str, pdf_fonts.Face]


def _mixed(lines: list[str], frame: Frame, pen: Pen) -> Iterator[bytes]:
    """Draw lines of several fonts, with tabs, or from right to left."""
    starts_paragraph = True
    leftwards = False
    for index, line in enumerate(lines):
        if starts_paragraph:
            leftwards = _paragraph_runs_left("".join(lines[index:]))
        starts_paragraph = line.endswith("\n")
        x = PADDING
        body = line.removesuffix("\n")
        if is_right_to_left(line):
            # Tab stops count from the left; here blanks, which are never wider, must do.
            body = body.replace("\t", "   ")
            if leftwards:
                x = frame.width - PADDING - width_of(body) * pen.size * pen.narrowed / 100_000
            body = _visual(shaped(body), "R" if leftwards else "L")
        # On a line drawn from right to left a break at its end would extract anywhere.
        ending = "\n" if starts_paragraph and not leftwards else ""
        runs = b"".join(_runs(body + ending, pen))
        yield b"1 0 0 1 %.3f %.3f Tm %s" % (x, pen.y, runs)
        pen.y -= pen.leading
    # The mark is drawn in the usual font, wherever the last run ended.
    yield b"/%s %g Tf" % (pdf_fonts.DRAWING.encode(), pen.size)


def _visual(text: str, direction: str) -> str:
    """Return the characters of a line from left to right, brackets turned where they must be.

    python-bidi stops at what has no direction in Unicode: marks of direction that are characters
    themselves, which draw nothing, and code points not assigned, which no font has.
    """
    known = "".join(
        char if unicodedata.bidirectional(char) else pdf_fonts.REPLACEMENT
        for char in text
        if not is_invisible(char)
    )
    return str(get_display(known, base_dir=direction))


def _paragraph_runs_left(text: str) -> bool:
    """Say whether the first strongly directed letter of the paragraph is right to left."""
    for char in text:
        if char == "\n":
            return False
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def _runs(text: str, pen: Pen) -> Iterator[bytes]:
    """Draw characters in visual order, each in the first font that has it."""
    sans = pdf_fonts.faces()[0]
    current, run, x = sans, "", 0
    yield b"/%s %g Tf " % (sans.name.encode(), pen.size)
    for before, char in pairwise(f" {text}"):
        if char not in "\t\n" and is_invisible(char):
            continue
        face, drawn = pdf_fonts.face_of(char)
        if before == _JOINER and drawn == pdf_fonts.REPLACEMENT:
            continue  # one sign for what would be one picture, a family of three for example
        if face is not current and run:
            yield string(current.encoded(run)) + b" Tj "
            run = ""
        if face is not current:
            yield b"/%s %g Tf " % (face.name.encode(), pen.size)
            current = face
            if face is not sans:
                pen.faces[face.name] = face
        run += drawn
        start, x = x, x + face.widths[drawn]
        if char == "\t":
            stop = tab_stop(start)
            yield b"[%s %d] TJ " % (string(current.encoded(run)), x - stop)
            run, x = "", stop
    if run:
        yield string(current.encoded(run)) + b" Tj"
