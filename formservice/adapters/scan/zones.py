"""Fields of a known layout on a picture of a page that lies as its pose says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from formservice.adapters.scan.marks import Mark, darkness, doubted, judged, signature
from formservice.adapters.scan.ocr import Ocr
from formservice.adapters.scan.place import Placed, placed
from formservice.adapters.scan.pose import Pose
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.register import LEAST_LIKENESS
from formservice.adapters.scan.template import Template
from formservice.adapters.scan.text import CleanPage, cleaned, zone_text
from formservice.domain.document import Box, Doubt, Method, Sighting
from formservice.domain.form import Layout, Zone

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

_TEXT_KINDS = ("text", "multiline", "date")
# Below this likeness to its blank form a page is dirty or crumpled: ink proves nothing there.
_GOOD_PAGE = 0.55
# Of a page that grew, so much must still be found to believe that it is the form at all.
_ENOUGH_ZONES = 0.5
_UNSURE = frozenset({Doubt.AMBIGUOUS_MARK})
_RECOGNISED = frozenset({Doubt.RECOGNISED})


def zone_sightings(
    picture: "Grey",
    pose: Pose,
    layout: Layout,
    form_page: int,
    tools: Recognition,
    page: int = 1,
) -> tuple[Sighting, ...]:
    """Read the zones of ``form_page`` of ``layout``, which lies in the picture as ``pose`` says.

    ``page`` is the number that the sightings carry, their boxes are fractions of the picture.
    """
    template = tools.templates.page(layout, layout.printed(form_page))
    laid = pose.flattened(picture, template)
    proved = pose.likeness >= LEAST_LIKENESS
    found = placed(laid, template, proved=proved)
    if not proved and len(found) < len(template.zones) * _ENOUGH_ZONES:
        return ()
    # On a copy some of the page's places hold later items, the others only repeat.
    read = {zone.box: zone for zone in layout.on_page(form_page)}
    found = tuple(replace(one, zone=read[one.zone.box]) for one in found if one.zone.box in read)
    seen: list[Sighting] = []
    for down in sorted({one.down for one in found}):
        here = [one for one in found if one.down == down]
        sheet = _LaidPage(laid, template, pose, down)
        seen.extend(_sightings(sheet, here, tools.ocr, picture.shape, page))
    return tuple(seen)


def _sightings(
    sheet: "_LaidPage", found: Sequence[Placed], ocr: Ocr, shape: tuple[int, ...], page: int
) -> Iterator[Sighting]:
    """Read the zones that moved by the same distance."""
    marks = _marks(sheet, [one.zone for one in found])
    for one in found:
        zone, box = one.zone, sheet.box(one.zone, shape)
        if zone.kind in _TEXT_KINDS:
            seen = _text(sheet, zone, ocr, page, box)
        else:
            seen = _mark(zone, marks[zone.key], page, box)
        yield replace(seen, doubts=seen.doubts | _doubts(one))


def _marks(sheet: "_LaidPage", zones: Sequence[Zone]) -> dict[str, Mark]:
    """Judge all boxes of the page together, for groups decide among themselves."""
    clean, template = sheet.clean, sheet.template
    boxes = {
        zone.key: darkness(clean, template, template.zone_rect(zone))
        for zone in zones
        if zone.kind == "tick"
    }
    marks = judged(boxes)
    for zone in zones:
        if zone.kind == "signature":
            marks[zone.key] = signature(clean, template.zone_rect(zone))
    if LEAST_LIKENESS <= sheet.pose.likeness < _GOOD_PAGE:
        return {key: doubted(mark) for key, mark in marks.items()}
    return marks


def _text(sheet: "_LaidPage", zone: Zone, ocr: Ocr, page: int, box: Box) -> Sighting:
    read = zone_text(sheet.clean, sheet.template.zone_rect(zone), ocr)
    return Sighting(
        key=zone.key,
        method=Method.OCR,
        page=page,
        text=read.text,
        blank=not read.ink,
        unreadable=read.ink and not read.text,
        confidence=read.confidence,
        box=box,
        doubts=_RECOGNISED,
    )


@dataclass(frozen=True)
class _LaidPage:
    """A page laid on its template, seen as far down as a group of zones moved."""

    laid: "Grey"
    template: Template
    pose: Pose
    down: int

    @cached_property
    def clean(self) -> CleanPage:
        import numpy as np

        return cleaned(np.roll(self.laid, -self.down, axis=0), self.template)

    def box(self, zone: Zone, shape: tuple[int, ...]) -> Box:
        """Return where the zone is in the picture, as fractions of it."""
        moved, box = self.down / self.laid.shape[0], zone.box
        top, bottom = (min(max(edge + moved, 0.0), 1.0) for edge in (box.top, box.bottom))
        return self.pose.box(Box(box.left, top, box.right, bottom), self.template, shape)


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
        confidence=mark.confidence,
        box=box,
        doubts=_UNSURE if mark.doubtful else frozenset(),
    )
