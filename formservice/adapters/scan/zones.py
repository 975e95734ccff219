"""Fields of a known layout on a picture of a page that lies as its pose says."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from formservice.adapters.scan.boxes import BoxInk, box_ink
from formservice.adapters.scan.covered import Covering
from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.marks import Mark, State, doubted, judged
from formservice.adapters.scan.passes import text_sightings
from formservice.adapters.scan.place import Placed, placed
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.signature import signature
from formservice.domain.document import Box, Doubt, Method, Sighting
from formservice.domain.form import Layout, Zone

_TEXT_KINDS = ("text", "multiline", "date")
# Of a page that grew, so much must still be found to believe that it is the form at all.
_ENOUGH_ZONES = 0.5


def zone_sightings(
    sheet: LaidPage, layout: Layout, form_page: int, tools: Recognition, page: int = 1
) -> tuple[Sighting, ...]:
    """Read the zones of ``form_page`` of ``layout`` on the page that lies as ``sheet``.

    ``page`` is the number that the sightings carry, their boxes are fractions of the picture.
    """
    found = placed(sheet.grey, sheet.template, proved=sheet.is_proved, coarse=sheet.coarse)
    if not sheet.is_proved and len(found) < len(sheet.template.zones) * _ENOUGH_ZONES:
        return ()
    # On a copy some of the page's places hold later items, the others only repeat.
    read = {zone.box: zone for zone in layout.on_page(form_page)}
    found = tuple(replace(one, zone=read[one.zone.box]) for one in found if one.zone.box in read)
    texts = [one for one in found if one.zone.kind in _TEXT_KINDS]
    marks = [one for one in found if one.zone.kind not in _TEXT_KINDS]
    seen = list(zip(texts, text_sightings(sheet, texts, tools, page), strict=True))
    # One group after the other, for boxes that belong together moved together.
    for down in sorted({one.down for one in marks}):
        here = [one for one in marks if one.down == down]
        seen.extend(zip(here, _mark_sightings(sheet, here, page), strict=True))
    seen = _uncovered(sheet, seen)
    poor = frozenset({Doubt.POOR_PAGE}) if sheet.is_poor else frozenset[Doubt]()
    return tuple(replace(one, doubts=one.doubts | _doubts(place) | poor) for place, one in seen)


def _uncovered(
    sheet: LaidPage, seen: Sequence[tuple[Placed, Sighting]]
) -> list[tuple[Placed, Sighting]]:
    """Return what was seen, but nothing as empty where something lies over the page.

    Where zones moved, or the page is poor, all is doubtful anyhow.
    """
    if sheet.is_poor or not sheet.is_proved:
        return list(seen)
    over = Covering(sheet.grey, sheet.template, sheet.coarse)
    # Where some rows grew, print has moved and is not gone.
    in_place = not any(place.down for place, _ in seen)
    return [
        (place, _covered(one))
        if not place.down and over.hides(sheet.template.zone_rect(place.zone), by_print=in_place)
        else (place, one)
        for place, one in seen
    ]


def _covered(one: Sighting) -> Sighting:
    """Return what was seen of a zone that something covers: nothing tells that it is empty."""
    doubts = one.doubts | {Doubt.COVERED}
    if one.blank or one.on is False:
        return replace(one, blank=False, on=None, unreadable=True, doubts=doubts)
    return replace(one, doubts=doubts)


def _mark_sightings(sheet: LaidPage, found: Sequence[Placed], page: int) -> Iterator[Sighting]:
    """Judge the marks that moved by the same distance."""
    marks = _marks(sheet, found)
    for one in found:
        box = sheet.box(one.zone.box, one.down)
        yield _mark(one.zone, marks[one.zone.key], page, box)


def _marks(sheet: LaidPage, found: Sequence[Placed]) -> dict[str, Mark]:
    """Judge all boxes of the page together, for groups decide among themselves."""
    template = sheet.template
    rects = {zone.box: template.zone_rect(zone) for zone in template.zones}
    boxes: dict[str, BoxInk] = {}
    marks: dict[str, Mark] = {}
    for one in found:
        # Writing in other zones, answers in words included, is none of these marks.
        others = [rect for box, rect in rects.items() if box != one.zone.box]
        where = (sheet.grey, template, rects[one.zone.box], others, one.down)
        if one.zone.kind == "tick":
            boxes[one.zone.key] = box_ink(*where)
        else:
            marks[one.zone.key] = signature(*where)
    marks |= judged(boxes)
    if sheet.is_poor:
        return {key: doubted(mark) for key, mark in marks.items()}
    return marks


def _doubts(found: Placed) -> frozenset[Doubt]:
    """Return the doubts that the place of a zone gives."""
    moved = frozenset({Doubt.FOREIGN_LAYOUT}) if found.down else frozenset[Doubt]()
    return moved if found.whole else moved | {Doubt.OVERFLOW}


def _mark(zone: Zone, mark: Mark, page: int, box: Box) -> Sighting:
    return Sighting(
        key=zone.key,
        method=Method.MARK,
        page=page,
        on=mark.on,
        unreadable=mark.state is State.UNREADABLE,
        confidence=mark.confidence,
        box=box,
        doubts=mark.doubts,
    )
