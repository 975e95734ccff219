"""Fields of a known layout on a picture of a page that lies as its pose says."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from formservice.adapters.scan.alphabet import differs_in_foreign_letters
from formservice.adapters.scan.boxes import box_ink
from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.marks import Mark, State, doubted, judged
from formservice.adapters.scan.ocr import LATIN, Ocr
from formservice.adapters.scan.place import Placed, placed
from formservice.adapters.scan.register import LEAST_LIKENESS
from formservice.adapters.scan.signature import signature
from formservice.adapters.scan.text import text_among, zone_text
from formservice.domain.document import Box, Doubt, Method, Opinion, Sighting
from formservice.domain.form import Layout, Zone

_TEXT_KINDS = ("text", "multiline", "date")
# Below this likeness to its blank form a page is dirty or crumpled: ink proves nothing there.
_GOOD_PAGE = 0.55
# Of a page that grew, so much must still be found to believe that it is the form at all.
_ENOUGH_ZONES = 0.5
# A page whose zones are read with less than this, in the middle, is for a person.
_SURE_PAGE = 0.85
# The names of the two readings: in the zone alone, and of the whole page.
_IN_ZONE, _ON_PAGE = "zone", "page"
_RECOGNISED = frozenset({Doubt.RECOGNISED})


def zone_sightings(
    sheet: LaidPage, layout: Layout, form_page: int, ocr: Ocr, page: int = 1
) -> tuple[Sighting, ...]:
    """Read the zones of ``form_page`` of ``layout`` on the page that lies as ``sheet``.

    ``page`` is the number that the sightings carry, their boxes are fractions of the picture.
    """
    proved = sheet.pose.likeness >= LEAST_LIKENESS
    found = placed(sheet.grey, sheet.template, proved=proved)
    if not proved and len(found) < len(sheet.template.zones) * _ENOUGH_ZONES:
        return ()
    # On a copy some of the page's places hold later items, the others only repeat.
    read = {zone.box: zone for zone in layout.on_page(form_page)}
    found = tuple(replace(one, zone=read[one.zone.box]) for one in found if one.zone.box in read)
    seen: list[tuple[Placed, Sighting]] = []
    for down in sorted({one.down for one in found}):
        here = [one for one in found if one.down == down]
        seen.extend(zip(here, _sightings(sheet, here, ocr, page), strict=True))
    return tuple(_with_second_reading(sheet, seen, ocr))


def _sightings(
    sheet: LaidPage, found: Sequence[Placed], ocr: Ocr, page: int
) -> Iterator[Sighting]:
    """Read the zones that moved by the same distance."""
    marks = _marks(sheet, found)
    for one in found:
        if one.zone.kind in _TEXT_KINDS:
            seen = _text(sheet, one, ocr, page)
        else:
            seen = _mark(one.zone, marks[one.zone.key], page, sheet.box(one.zone.box, one.down))
        yield replace(seen, doubts=seen.doubts | _doubts(one))


def _marks(sheet: LaidPage, found: Sequence[Placed]) -> dict[str, Mark]:
    """Judge all boxes of the page together, for groups decide among themselves."""
    template, down = sheet.template, found[0].down
    rects = {one.zone.key: template.zone_rect(one.zone) for one in found}
    boxes = {
        one.zone.key: box_ink(
            sheet.grey,
            template,
            rects[one.zone.key],
            [rect for key, rect in rects.items() if key != one.zone.key],
            down,
        )
        for one in found
        if one.zone.kind == "tick"
    }
    marks = judged(boxes)
    for one in found:
        if one.zone.kind == "signature":
            marks[one.zone.key] = signature(sheet.clean(down), rects[one.zone.key])
    if LEAST_LIKENESS <= sheet.pose.likeness < _GOOD_PAGE:
        return {key: doubted(mark) for key, mark in marks.items()}
    return marks


def _text(sheet: LaidPage, one: Placed, ocr: Ocr, page: int) -> Sighting:
    rect = sheet.template.zone_rect(one.zone)
    read = zone_text(sheet.clean(one.down), rect, ocr)
    return Sighting(
        key=one.zone.key,
        method=Method.OCR,
        page=page,
        text=read.text,
        blank=not read.ink,
        unreadable=read.ink and not read.text,
        confidence=read.confidence,
        box=sheet.box(one.zone.box, one.down),
        doubts=_RECOGNISED,
        opinions=(Opinion(_IN_ZONE, read.text, read.confidence),),
    )


def _with_second_reading(
    sheet: LaidPage, seen: Sequence[tuple[Placed, Sighting]], ocr: Ocr
) -> Iterator[Sighting]:
    """Yield the sightings, text with what the whole page, read in one go, has in its zone.

    A page whose first reading is poor is for a person anyhow and is not read again.
    """
    sure = [one.confidence for _, one in seen if one.method is Method.OCR and not one.blank]
    poor = sheet.pose.likeness < _GOOD_PAGE or (sure and median(sure) < _SURE_PAGE)
    in_place = not any(place.down for place, _ in seen)
    for place, one in seen:
        if poor or one.method is not Method.OCR:
            yield one
            continue
        rect = sheet.template.zone_rect(place.zone)
        words = sheet.words(ocr, in_place=in_place)
        read = text_among(words, sheet.clean(place.down), rect, place.down)
        second = Opinion(_ON_PAGE, read.text, read.confidence)
        if differs_in_foreign_letters(one.text, read.text):
            again = zone_text(sheet.clean(place.down), rect, ocr, LATIN)
            first = Opinion(_IN_ZONE, again.text, again.confidence)
            one = replace(one, text=again.text, confidence=again.confidence, opinions=(first,))
        yield replace(one, opinions=(*one.opinions, second))


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
