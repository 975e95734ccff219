"""Where a zone really is: what Word printed may have grown and pushed everything below down.

A long answer in a Word file makes its row higher; another program sets lines a little wider. The
page is still the form, but zones must then be looked for. The print beside a zone, its label and
lines over the whole width, says how far it moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from formservice.adapters.scan.pose import correlation
from formservice.adapters.scan.standing import (
    has_room,
    has_words_below,
    stands_around,
    stands_below,
)
from formservice.adapters.scan.template import DPI, VERIFY_DPI, Rect, Template, high_pass, shrunk
from formservice.domain.form import Zone

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Coarse = npt.NDArray[np.float32]

# The kinds of zones that grow in Word with their answer.
_GROWING = ("text", "multiline")
_ANY_WIDTH_PT = 1e4
# The print that tells a zone: this far above and below it; of one with several lines only the
# upper part, for its lower edge moves when it grows.
_BESIDE_PT, _HIGH_PT, _EDGE_PT = 14.0, 20.0, 4.0
# Word's own layout engine may be off by a pixel at this resolution (0.4 mm).
_TOLERANCE_PX = 1
# A zone is in place with this likeness of the print beside it; one that moved, or stands on a
# page that is not proved as a whole, needs more, and more than at any other place.
_IN_PLACE, _SURE, _AHEAD = 0.40, 0.60, 0.10
# Lower edges that moved reach 0.12; in place they may be as little as 0.27 (a thin line only).
_EDGE = 0.20
# The line below a zone: printed darker than this over this part of its width, without corners.
_PRINTED, _ACROSS, _CORNER_PT, _LINE_PT = 170, 0.8, 2.5, 3.0
# On paper it is darker than the paper by this, over this part: lines reach 0.88 even on copies,
# words 0.70. It may be so many rows off (pixels at ``DPI``).
_SHADE, _LINE, _REACH_PX, _ALONG_PX, _PIECE_PX = 0.85, 0.82, 6, 3, 60
# A hairline breaks up in black and white. Then at most this part of its place may hold ink that
# is thicker, and the print below must be surely in place: there it is 0.7 and up, moved 0.4.
_CLEAR, _THIN_PX, _BELOW = 0.01, 4, 0.6
# Zones are looked for 6 mm higher and 60 mm lower (pixels at ``VERIFY_DPI``).
_HIGHER_PX, _LOWER_PX = 14, 142


@dataclass(frozen=True, slots=True)
class Placed:
    """A zone that was found, ``down`` rows (at ``DPI``) below its place on the blank form.

    ``whole`` is False if its lower edge is not where it should be: the answer made it grow, and
    part of it may stand below.
    """

    zone: Zone
    down: int = 0
    whole: bool = True


def placed(
    page: "Grey", template: Template, *, proved: bool, coarse: "Coarse | None" = None
) -> tuple[Placed, ...]:
    """Return the zones found on a page that was laid on its template.

    ``proved`` says that the page as a whole is like the blank form; ``coarse`` is the page's
    ``high_pass``, if known.
    """
    import numpy as np

    seen = high_pass(shrunk(page)) if coarse is None else coarse
    # In its place first, for there most pages lie.
    steps = sorted(range(-_TOLERANCE_PX, _TOLERANCE_PX + 1), key=abs)
    nudged = [np.roll(seen, step, axis=(0, 1)) for step in product(steps, steps)]
    least = _IN_PLACE if proved else _SURE
    found, last = [], 0
    for zone in template.zones:
        rect = template.zone_rect(zone)
        strip = _strip(zone, rect)
        if _is_like(nudged, template, strip, 0, least):
            down: int | None = 0
        elif proved and stands_around(nudged, template, strip):
            # Its thin lines faded; the words say that nothing moved.
            down = 0
        elif last and _is_like(nudged, template, strip, last, _SURE):
            down = last
        else:
            down = _moved(seen, template, strip)
        if down is None:
            continue
        last = down
        rows = round(down * DPI / VERIFY_DPI)
        whole = zone.kind not in _GROWING or _is_whole(nudged, page, template, rect, down)
        found.append(Placed(zone, rows, whole))
    return tuple(found)


def _is_whole(
    nudged: Sequence["Coarse"], page: "Grey", template: Template, rect: Rect, down: int
) -> bool:
    """Say whether a zone ends where it should, ``down`` rows (at ``VERIFY_DPI``) below its place.

    Words that grew over that place look like its print from afar, but are no line. A line that
    faded says nothing: then the words below tell, and where there are none, that the answer ends.
    """
    if down == 0 and stands_below(nudged, template, rect.bottom):
        return _is_ruled_off(page, template, rect, 0, clear=True)
    edge = Rect(0.0, rect.bottom - _EDGE_PT, _ANY_WIDTH_PT, rect.bottom + _BESIDE_PT)
    below = _likeness(nudged, template, edge, down)
    rows = round(down * DPI / VERIFY_DPI)
    if below >= _EDGE and _is_ruled_off(page, template, rect, rows, clear=below >= _BELOW):
        return True
    alone = down == 0 and not has_words_below(template, rect.bottom)
    return alone and has_room(page, template, rect)


def _is_ruled_off(page: "Grey", template: Template, rect: Rect, down: int, *, clear: bool) -> bool:
    """Say whether the line below a zone is where it should be; True where the form has none.

    If that is ``clear`` from the print below, the line may be broken, but nothing else be there.
    """
    place = _line_below(page.shape, template, rect)
    if place is None:
        return True
    line, columns = place[0] + down, place[1]
    top, bottom = line - _REACH_PX, line + _REACH_PX + 1
    if top < 0 or bottom > len(page):
        return False
    strip, around = page[top:bottom, columns], page[max(line - 40, 0) : line + 40, columns]
    return _line_share(strip, around) >= _LINE or (clear and _thick_share(strip, around) <= _CLEAR)


def _line_below(
    shape: tuple[int, ...], template: Template, rect: Rect
) -> tuple[int, slice] | None:
    """Return the row of the line that the form prints below a zone, and its columns."""
    rows, columns = Rect(
        rect.left + _CORNER_PT,
        rect.bottom - _LINE_PT,
        rect.right - _CORNER_PT,
        rect.bottom + _LINE_PT,
    ).pixels(shape)
    blank = (template.blank[rows, columns] < _PRINTED).mean(axis=1)
    if not blank.size or blank.max() < _ACROSS:
        return None
    return rows.start + int(blank.argmax()), columns


def _thick_share(strip: "Grey", around: "Grey") -> float:
    """Return which part of a strip holds more ink, from top to bottom, than a line has."""
    import numpy as np

    inked = strip < _SHADE * float(np.percentile(around, 80))
    return float((inked.sum(axis=0) > _THIN_PX).mean())


def _line_share(strip: "Grey", around: "Grey") -> float:
    """Return which part of a line runs through a strip: piece by piece, each in its darkest row.

    A line that leans changes its row from piece to piece; letters fill none of theirs.
    """
    import cv2
    import numpy as np

    # A little along the line: grain is evened out, the gaps between letters are not closed.
    smooth = cv2.blur(strip, (_ALONG_PX, 1))
    inked = smooth < _SHADE * float(np.percentile(around, 80))
    pieces = np.array_split(inked, max(1, inked.shape[1] // _PIECE_PX), axis=1)
    return float(np.mean([piece.mean(axis=1).max() for piece in pieces]))


def _strip(zone: Zone, rect: Rect) -> Rect:
    """Return the print that tells a zone, over the whole width of any page."""
    bottom = min(rect.bottom, rect.top + _HIGH_PT) if zone.kind == "multiline" else rect.bottom
    return Rect(0.0, rect.top - _BESIDE_PT, _ANY_WIDTH_PT, bottom + _BESIDE_PT)


def _likeness(nudged: Sequence["Coarse"], template: Template, strip: Rect, down: int) -> float:
    """Return the best correlation of a strip of the blank form with the page further down."""
    return max(_correlations(seen, template, strip, down) for seen in nudged)


def _is_like(
    nudged: Sequence["Coarse"], template: Template, strip: Rect, down: int, least: float
) -> bool:
    """Say whether ``_likeness`` reaches ``least``, sooner where it does."""
    return any(_correlations(seen, template, strip, down) >= least for seen in nudged)


def _correlations(seen: "Coarse", template: Template, strip: Rect, down: int) -> float:
    rows, _ = strip.pixels(seen.shape, VERIFY_DPI)
    top, bottom = rows.start + down, rows.stop + down
    if top < 0 or bottom > len(seen):
        return -1.0
    told = template.telling[rows]
    ours = template.coarse[rows][told]
    # No print at all beside a zone: nothing speaks against its place.
    return correlation(ours, seen[top:bottom][told]) if ours.any() else 1.0


def _moved(seen: "Coarse", template: Template, strip: Rect) -> int | None:
    """Return how far down the strip is found, None unless one place is clearly the best."""
    scores = dict(_scores(seen, template, strip))
    best = max(scores, key=lambda down: scores[down])
    others = [score for down, score in scores.items() if abs(down - best) > 3]
    if scores[best] < _SURE or scores[best] - max(others, default=0.0) < _AHEAD:
        return None
    return best


def _scores(seen: "Coarse", template: Template, strip: Rect) -> Iterator[tuple[int, float]]:
    for down in range(-_HIGHER_PX, _LOWER_PX + 1):
        yield down, _correlations(seen, template, strip, down)
