"""What stands in the places of a known form on a page with drawn text.

The page is laid over the blank form; what both show is printed, the rest was filled in.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Self
from unicodedata import bidirectional, normalize

from formservice.adapters.pdf_read.blank import PIXELS, Blank
from formservice.adapters.pdf_read.controls import Note
from formservice.adapters.pdf_read.fit import IN_PLACE, Fit
from formservice.adapters.pdf_read.frame import Frame, Rectangle
from formservice.adapters.pdf_read.text import BLANKS, Glyph, Run, run_of
from formservice.adapters.pdf_read.wrap import runs_left, written
from formservice.domain.document import Doubt, Method, Sighting
from formservice.domain.form import Zone

# Points by which a filled-in character may leave its place unnoticed.
_STICKS_OUT = 2.0
# What programs leave of letters their font lacks: „Nguy?n“, or bytes taken for Chinese.
_LOST = re.compile(r"\?[^\W\d_]|\?\?|[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff]")
_LOST_OR_ASKED = re.compile(rf"\?|{_LOST.pattern}")
# PDFium turns the first of these that comes behind Arabic or Hebrew, be it in another place.
_TURNED = frozenset("()[]{}<>«»‹›")
# Beside Arabic on its line it moves digits and signs, and writes ½ as 1/2; letters stay.
_UPRIGHT = frozenset(("L", "WS", "B", "S", "NSM"))
_NEUTRAL = frozenset(("ON", "ET", "ES", "CS"))
# What it makes of ® ℞ ℟, of ℣ and of ℧, beyond what Unicode says.
_PDFIUMS_OWN = ("R", "V", "Ʊ")
_TICKS = frozenset("☒☑✗✘✓✔✕✖❌✅■●⬛Xx×╳+")
# Ink in square points beyond the blank form. The thinnest cross, 0.5 pt wide in a box of 7 pt,
# makes 9; rounding of the picture makes up to 1.
_TICK_SURE, _TICK_NONE = 3.5, 1.5
_MARGIN = 2.0  # points around a tick box that belong to it
_BOX_MISSING = -6.0
# A pen stroke of 10 pt length makes 8; a page scaled by 3 % changes the signature line by 1.
_SIGNED_SURE, _SIGNED_NONE = 6.0, 2.5
# Points around a signature line that a signature uses, above and below.
_ABOVE, _BELOW = 6.0, 3.0
_CONFIDENT, _BY_INK, _UNSURE = 0.99, 0.95, 0.5


@dataclass(slots=True)
class Place:
    """A zone on the page at hand: where it lies in points, and what was found in it."""

    zone: Zone
    edges: Rectangle
    pieces: list[Run] = field(default_factory=list)
    sticks_out: bool = False


@dataclass(frozen=True, slots=True)
class Leftwards:
    """Where Arabic and Hebrew stand on a page, and what comes next to each of them in the file.

    PDFium takes signs there for part of the Arabic: ® becomes R, “ becomes ”, and nothing but
    signs comes before it although it stands behind.
    """

    lines: tuple[Rectangle, ...] = ()
    beside: tuple[tuple[float, float], ...] = ()

    @classmethod
    def among(cls, runs: Iterable[Run]) -> Self:
        """Return those among the runs of a page, which come in the order of the file."""
        visible = [run for run in runs if run.text.strip()]
        leftwards = [runs_left(run.text) for run in visible]
        beside = []
        for number, (left, right) in enumerate(pairwise(leftwards)):
            if left is not right:
                run = visible[number + 1 if left else number]
                # By a letter; a blank before it may still stand with the Arabic.
                letter = next(glyph for glyph in run.glyphs if glyph.text.strip())
                beside.append(((letter.left + letter.right) / 2, letter.base))
        lines = (run.edges for run, left in zip(visible, leftwards, strict=True) if left)
        return cls(tuple(lines), tuple(beside))


@dataclass(frozen=True, slots=True)
class Strip:
    """Some rows of pixels of a page, in the size and place they have on the blank form."""

    first: int
    end: int
    pixels: bytes


def inked_rows(zones: Sequence[Zone], blank: Blank) -> tuple[int, int]:
    """Return the rows of pixels (first, end) that hold all boxes and signatures; none: equal."""
    marks = [zone.box for zone in zones if zone.kind in ("tick", "signature")]
    if not marks:
        return 0, 0
    height = blank.view.height
    first = min(box.top for box in marks) * height - _ABOVE - IN_PLACE
    end = max(box.bottom for box in marks) * height + _BELOW + IN_PLACE
    return max(0, round(first * PIXELS)), min(blank.rows, round(end * PIXELS))


@dataclass(frozen=True, slots=True)
class Filled:
    """A received page beside the blank form; what stands ``leftwards`` runs to the left."""

    number: int
    view: Frame
    blank: Blank
    fit: Fit
    picture: "Strip"
    notes: Sequence[Note]
    runs: Sequence[Run] = ()
    leftwards: Leftwards = Leftwards()

    def sighting(self, place: Place) -> Sighting | None:
        """Return what stands in ``place``, with a doubt where print around it has moved.

        None where too little of that print stands on the page to tell whether the place is still
        that of the zone. Of a signature it is told that it is somewhere, unread.
        """
        edges, kind = self.blank.view.points(place.zone.box), place.zone.kind
        proved = self.fit.proves(edges, grows=kind == "multiline")
        match kind:
            case "signature":
                seen = self._signature(place) if proved else self._unsure(place)
            case _ if not proved:
                return None
            case "tick":
                seen = self._tick(place)
            case _:
                seen = self._text(place)
        if not self.fit.moves(edges):
            return seen
        return replace(seen, doubts=seen.doubts | {Doubt.FOREIGN_LAYOUT})

    def _text(self, place: Place) -> Sighting:
        text, doubts = written(place.pieces, place.edges)
        noted = "\n".join(note.text for note in self._notes(place.edges) if note.text)
        if noted:
            text = f"{text}\n{noted}" if text else noted
            doubts |= {Doubt.WHITE_SPACE}
        if place.sticks_out:
            doubts |= {Doubt.OVERFLOW}
        if (_LOST if place.zone.kind == "multiline" else _LOST_OR_ASKED).search(text):
            doubts |= {Doubt.CHARACTERS}
        if self.leftwards.lines and self._may_be_turned(place, text):
            doubts |= {Doubt.CHARACTERS}
        seen = self._seen(place, Method.TEXT, _CONFIDENT)
        if not text.strip():
            return replace(seen, blank=True)
        return replace(seen, text=text, doubts=doubts)

    def _may_be_turned(self, place: Place, text: str) -> bool:
        if not _TURNED.isdisjoint(text):
            return True
        if any(_inside(x, y, place.edges) for x, y in self.leftwards.beside):
            plain = text.strip()
            upright = all(bidirectional(sign) == "L" for sign in plain[:1] + plain[-1:])
            if not upright or plain.startswith(_from_signs()) or plain.endswith(_from_signs()):
                return True
        if place.zone.kind == "date" or all(bidirectional(sign) in _UPRIGHT for sign in text):
            return False
        _, top, _, bottom = place.edges
        return any(edges[1] < bottom and top < edges[3] for edges in self.leftwards.lines)

    def _tick(self, place: Place) -> Sighting:
        shown = {char for run in place.pieces for char in run.text}
        noted = any(self._notes(_wider(place.edges, _MARGIN, _MARGIN)))
        if shown & _TICKS or noted:
            return replace(self._seen(place, Method.MARK, _CONFIDENT), on=True)
        ink = self._ink(place, _MARGIN, _MARGIN)
        if ink < _BOX_MISSING:
            return self._unsure(place)
        return self._by_ink(place, ink, _TICK_NONE, _TICK_SURE)

    def _signature(self, place: Place) -> Sighting:
        around = _wider(place.edges, _ABOVE, _BELOW)
        notes = list(self._notes(around))
        if any(note.kind != "/FreeText" for note in notes):
            return replace(self._seen(place, Method.MARK, _CONFIDENT), on=True)
        typed = written(place.pieces, place.edges)[0] or "\n".join(note.text for note in notes)
        if typed.strip():
            seen = self._seen(place, Method.TEXT, _CONFIDENT)
            return replace(seen, on=True, text=typed, doubts=frozenset({Doubt.TYPED_NAME}))
        ink = self._ink(place, _ABOVE, _BELOW)
        return self._by_ink(place, ink, _SIGNED_NONE, _SIGNED_SURE)

    def _by_ink(self, place: Place, ink: float, none: float, sure: float) -> Sighting:
        # Ink is compared with the blank form at the place it has there.
        moved = self.fit.moves(self.blank.view.points(place.zone.box))
        if moved or none < ink < sure:
            return self._unsure(place)
        on = ink >= sure
        return replace(self._seen(place, Method.MARK, _BY_INK), on=on, blank=not on)

    def _unsure(self, place: Place) -> Sighting:
        doubts = frozenset({Doubt.AMBIGUOUS_MARK})
        return replace(self._seen(place, Method.MARK, _UNSURE), doubts=doubts)

    def _seen(self, place: Place, method: Method, confidence: float) -> Sighting:
        box = self.view.box(place.edges)
        return Sighting(place.zone.key, method, self.number, confidence=confidence, box=box)

    def _notes(self, edges: Rectangle) -> Iterator[Note]:
        for note in self.notes:
            left, top, right, bottom = self.view.points(note.box)
            if _inside((left + right) / 2, (top + bottom) / 2, edges):
                yield note

    def _judged(self, place: Place, above: float, below: float) -> tuple[float, float]:
        """Return from where to where (points of the form) ink belongs to a place.

        A signature reaches beyond its zone, but not as far as text or a ruled line that a page
        that grew a little brings near it.
        """
        left, top, right, bottom = self.blank.view.points(place.zone.box)
        if place.zone.kind != "signature":
            return top - above, bottom + below
        middle = (place.edges[1] + place.edges[3]) / 2
        for run in self.runs:
            first, upper, last, lower = run.edges
            if place.edges[0] <= last and first <= place.edges[2]:
                if upper < place.edges[1] and lower < middle:
                    above = min(above, place.edges[1] - lower)
                elif lower > place.edges[3] and upper > middle:
                    below = min(below, upper - place.edges[3])
        begin, end = top - above, bottom + below
        for line in self.blank.rules(left, right, (begin - IN_PLACE, end + IN_PLACE)):
            if abs(line - begin) <= IN_PLACE:
                begin = line + IN_PLACE
            if abs(line - end) <= IN_PLACE:
                end = line - IN_PLACE
        return begin, end

    def _ink(self, place: Place, above: float, below: float) -> float:
        """Return how much ink the page has in a place beyond the blank form, in square points.

        The sum of darkness does not change when a picture is shifted a little, so outlines and
        words that are in both need not lie exactly on each other.
        """
        view, columns, strip = self.blank.view, self.blank.columns, self.picture
        if len(strip.pixels) != columns * (strip.end - strip.first):
            return 0.0
        edges = view.points(place.zone.box)
        begin, end = self._judged(place, above, below)
        # The print beside a box says where it lies more closely than the whole page.
        nudge = round(self.fit.beside(edges) * PIXELS) if place.zone.kind == "tick" else 0
        first = max(0, round((edges[0] - _MARGIN) * PIXELS))
        last = min(columns, round((edges[2] + _MARGIN) * PIXELS))
        brightness = 0
        for row in range(
            max(strip.first - nudge, strip.first, round(begin * PIXELS)),
            min(strip.end - nudge, strip.end, round(end * PIXELS)),
        ):
            start, here = row * columns, (row + nudge - strip.first) * columns
            brightness += sum(self.blank.picture[start + first : start + last])
            brightness -= sum(strip.pixels[here + first : here + last])
        return brightness / 255 / PIXELS**2


def places(zones: Sequence[Zone], runs: Sequence[Run], blank: Blank, fit: Fit) -> list[Place]:
    """Return the zones as they lie on the page, with everything filled in there."""
    found = [Place(zone, fit.place(blank.view.points(zone.box))) for zone in zones]
    strays: list[Run] = []
    for run in runs:
        for piece in _filled_in(run, blank, fit):
            strays.extend(_assign(piece, found))
    _hand_out(strays, found)
    return found


def _filled_in(run: Run, blank: Blank, fit: Fit) -> Iterator[Run]:
    """Yield the parts of a run that are not printed on the blank form."""
    # Most runs are printed ones as a whole, or stand on lines of their own; letter by letter
    # takes ten times as long.
    left, base = fit.origin(run.edges[0], run.base)
    if blank.prints(run.text, left, base):
        return
    if not blank.prints_on(base):
        yield run
        return
    part: list[Glyph] = []
    pending: list[Glyph] = []
    for glyph in run.glyphs:
        if glyph.text in BLANKS:
            pending.append(glyph)
        elif blank.prints(glyph.text, *fit.origin(glyph.left, glyph.base)):
            if part:
                yield run_of(part)
            part, pending = [], []
        else:
            part.extend(pending if part else ())
            part.append(glyph)
            pending = []
    if part:
        yield run_of(part, run.breaks)


def _assign(run: Run, found: Sequence[Place]) -> Iterator[Run]:
    """Put the characters of ``run`` into the places they stand in; yield what stands in none.

    Characters beside a place go with their neighbours inside it, which then sticks out.
    """
    near = [place for place in found if _touches(place, run.edges)]
    if not near:
        yield run
        return
    if len(near) == 1 and _encloses(_reach(near[0]), run.edges):
        near[0].pieces.append(run)
        return
    owners = [_owner(glyph, near) for glyph in run.glyphs]
    if not any(owners):
        yield run
        return
    current = next(owner for owner in owners if owner is not None)
    start = 0
    for index, owner in enumerate(owners):
        if owner is not None and owner is not current:
            _add(current, list(run.glyphs[start:index]), 0)
            current, start = owner, index
    _add(current, list(run.glyphs[start:]), run.breaks)


def _owner(glyph: Glyph, found: Sequence[Place]) -> Place | None:
    x, y = glyph.x, glyph.y
    for place in found:
        if _inside(x, y, _reach(place)):
            return place
    return None


def _encloses(outer: Rectangle, edges: Rectangle) -> bool:
    """Whether the middle line of ``edges`` lies in ``outer`` from end to end."""
    middle = (edges[1] + edges[3]) / 2
    return outer[0] <= edges[0] and edges[2] <= outer[2] and outer[1] <= middle <= outer[3]


def _touches(place: Place, edges: Rectangle) -> bool:
    left, top, right, bottom = _reach(place)
    return left < edges[2] and edges[0] < right and top < edges[3] and edges[1] < bottom


def _reach(place: Place) -> Rectangle:
    """Return where characters belong to a place: ticks and names are written beside as well."""
    if place.zone.kind in ("tick", "signature"):
        return _wider(place.edges, _MARGIN, _MARGIN)
    return place.edges


def _add(place: Place, glyphs: list[Glyph], breaks: int) -> None:
    if all(glyph.text in BLANKS for glyph in glyphs):
        return
    run = run_of(glyphs, breaks)
    place.pieces.append(run)
    out_left = place.edges[0] - run.edges[0] > _STICKS_OUT
    out_right = run.edges[2] - place.edges[2] > _STICKS_OUT
    place.sticks_out |= out_left or out_right


def _hand_out(strays: list[Run], found: Sequence[Place]) -> None:
    """Give lines that run out of a place at its lower edge to that place."""
    for run in sorted(strays, key=lambda run: run.edges[1]):
        height = run.edges[3] - run.edges[1]
        for place in found:
            lowest = max((piece.edges[3] for piece in place.pieces), default=None)
            if place.zone.kind != "multiline" or lowest is None:
                continue
            follows = -0.5 * height < run.edges[1] - lowest < 0.8 * height
            across = (run.edges[0] + run.edges[2]) / 2
            if (
                follows
                and place.edges[0] - _STICKS_OUT <= run.edges[0]
                and across < place.edges[2]
            ):
                place.pieces.append(replace(run))
                place.sticks_out = True
                break


@cache
def _from_signs() -> tuple[str, ...]:
    """Return the letters that a sign taken for part of Arabic becomes: R of ®, No of №."""
    signs = (chr(code) for code in range(0xA0, 0x3400))
    neutral = (sign for sign in signs if bidirectional(sign) in _NEUTRAL)
    plain = (normalize("NFKC", sign) for sign in neutral)
    letters = {text for text in plain if text[:1].isalpha() or text[-1:].isalpha()}
    return tuple({*letters, *_PDFIUMS_OWN})


def _inside(x: float, y: float, edges: Rectangle) -> bool:
    return edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3]


def _wider(edges: Rectangle, above: float, below: float) -> Rectangle:
    side = min(above, below)
    return (edges[0] - side, edges[1] - above, edges[2] + side, edges[3] + below)
