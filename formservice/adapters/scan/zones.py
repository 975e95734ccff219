"""What a picture of a page holds: claims of its QR code, fields of a known layout, loose text.

The pictures come from image files and, rendered, from PDF pages that are scans.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.guess import codes
from formservice.adapters.scan.marks import Mark, darkness, doubted, judged, signature
from formservice.adapters.scan.ocr import SPARSE, Ocr, OcrWord, lines_of, ocr
from formservice.adapters.scan.place import Placed, placed
from formservice.adapters.scan.pose import Pose
from formservice.adapters.scan.register import GROWN_LIKENESS, LEAST_LIKENESS, registered
from formservice.adapters.scan.template import DPI, Template, Templates
from formservice.adapters.scan.text import CleanPage, cleaned, evenly_lit, zone_text
from formservice.domain.document import Block, Box, Claim, Doubt, Method, Sighting
from formservice.domain.form import FormRef, Layout, Zone

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

_TEXT_KINDS = ("text", "multiline", "date")
# Below this likeness to its blank form a page is dirty or crumpled: ink proves nothing there.
_GOOD_PAGE = 0.55
# Of a page that grew, so much must still be found to believe that it is the form at all.
_ENOUGH_ZONES = 0.5
# A page is the form it is most like if the next one is this much less like it.
_CLEARLY_LIKER = 0.15
_UNSURE = frozenset({Doubt.AMBIGUOUS_MARK})
_RECOGNISED = frozenset({Doubt.RECOGNISED})
# Words farther apart than this many line heights stand in different columns.
_COLUMN_GAP = 1.5
# A4 at the working resolution; smaller pictures are not enlarged for Tesseract.
_A4_ROWS = 2_339
# Small type that is missed at the working resolution is found larger.
_ENLARGED = 1.5


class PictureZones:
    """Reads grey pictures of pages. Blank forms and Tesseract are loaded once, when needed."""

    def __init__(
        self,
        templates: Callable[[FormRef], bytes],
        engine: Callable[[], Ocr] = ocr,
        layouts: Callable[[], Iterable[Layout]] = tuple,
    ) -> None:
        """Take blank forms (the bytes of ``form.pdf``) from ``templates``.

        ``layouts`` gives all forms that a page without a legible code may be compared with.
        """
        self._templates = Templates(templates)
        self._engine = engine
        self._layouts = layouts
        self._ocr: Ocr | None = None

    def claims(self, picture: "Grey") -> tuple[Claim, ...]:
        """Return what the page says it is, by its QR codes, else by its looks."""
        found = tuple(code.claim for code in codes(picture))
        return found or self._by_looks(picture)

    def _by_looks(self, picture: "Grey") -> tuple[Claim, ...]:
        """Return which blank form the page is like, if it has the squares and one form wins.

        The same page of several editions of it may be alike: then it is one of them.
        """
        alike: list[tuple[float, Claim]] = []
        for layout in self._layouts():
            for number in range(1, len(layout.pages) + 1):
                pose = registered(picture, self._templates.page(layout, number), None)
                if pose is not None:
                    claim = Claim(layout.ref.form, layout.ref.edition, "looks", number)
                    alike.append((pose.likeness, claim))
        alike.sort(key=lambda one: one[0], reverse=True)
        close = [claim for likeness, claim in alike if alike[0][0] - likeness < _CLEARLY_LIKER]
        if len({(claim.form, claim.page) for claim in close}) > 1:
            return ()
        return tuple(close)

    def zones(
        self, picture: "Grey", layout: Layout, form_page: int, page: int = 1
    ) -> tuple[Sighting, ...]:
        """Read ``form_page`` of ``layout`` in the picture; nothing if it is not that page.

        Zones that a long answer in Word pushed down are followed; those not found are left out.

        ``page`` is the number that the sightings carry, their boxes are fractions of the
        picture.

        Raises:
            EngineMissingError: Tesseract or its German model is not installed.
        """
        if not 1 <= form_page <= len(layout.pages):
            return ()
        printed = layout.printed(form_page)
        template = self._templates.page(layout, printed)
        pose = self._pose(picture, layout, template, printed)
        if pose is None:
            return ()
        laid = pose.flattened(picture, template)
        proved = pose.likeness >= LEAST_LIKENESS
        found = placed(laid, template, proved=proved)
        if not proved and len(found) < len(template.zones) * _ENOUGH_ZONES:
            return ()
        # On a copy some of the page's places hold later items, the others only repeat.
        read = {zone.box: zone for zone in layout.on_page(form_page)}
        found = tuple(
            replace(one, zone=read[one.zone.box]) for one in found if one.zone.box in read
        )
        seen: list[Sighting] = []
        for down in sorted({one.down for one in found}):
            here = [one for one in found if one.down == down]
            seen.extend(
                self._here(_LaidPage(laid, template, pose, down), here, picture.shape, page)
            )
        return tuple(seen)

    def _here(
        self, laid: "_LaidPage", found: Sequence[Placed], shape: tuple[int, ...], page: int
    ) -> Iterator[Sighting]:
        """Read the zones that moved by the same distance."""
        clean = laid.clean
        marks = self._marks(clean, laid.template, [one.zone for one in found], laid.pose)
        for one in found:
            zone, box = one.zone, laid.box(one.zone, shape)
            if zone.kind in _TEXT_KINDS:
                seen = self._text(clean, laid.template, zone, page, box)
            else:
                seen = _mark(zone, marks[zone.key], page, box)
            yield replace(seen, doubts=seen.doubts | _doubts(one))

    def blocks(self, picture: "Grey", page: int = 1) -> tuple[Block, ...]:
        """Return all text on an upright page, read without knowing the form: slow (0.6 s)."""
        words, (height, width) = self._words(picture)
        return tuple(
            _block(segment, page, width, height)
            for line in lines_of(words)
            for segment in _segments(line)
        )

    def _words(
        self, picture: "Grey", enlarged: float = 1.0
    ) -> tuple[Sequence[OcrWord], tuple[int, int]]:
        """Return all words on a page, and the height and width of the picture they are of."""
        import cv2
        import numpy as np

        scale = min(1.0, _A4_ROWS / max(picture.shape)) * enlarged
        height, width = (max(1, round(side * scale)) for side in picture.shape)
        how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_CUBIC
        small = cv2.resize(picture, (width, height), interpolation=how)
        flat = evenly_lit(np.asarray(small, dtype=np.uint8))
        return self._engine_ready().words(flat, SPARSE, round(DPI * enlarged)), (height, width)

    def printed(
        self,
        picture: "Grey",
        layout: Layout,
        form_page: int | None,
        *,
        page: int = 1,
        attempt: int = 0,
    ) -> tuple[Block, ...]:
        """Return every word on a page, laid on ``form_page`` of ``layout`` if it is that page.

        Grain costs whole words where all lines are read in one go: it is softened, and at a
        second ``attempt`` the picture is also enlarged.
        """
        import cv2
        import numpy as np

        picture = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), dtype=np.uint8)
        if form_page is not None and 1 <= form_page <= len(layout.pages):
            printed = layout.printed(form_page)
            template = self._templates.page(layout, printed)
            pose = self._pose(picture, layout, template, printed)
            picture = picture if pose is None else pose.flattened(picture, template)
        words, (height, width) = self._words(picture, _ENLARGED if attempt else 1.0)
        return tuple(_block([word], page, width, height) for word in words)

    def _engine_ready(self) -> Ocr:
        if self._ocr is None:
            self._ocr = self._engine()
        return self._ocr

    def _pose(
        self, picture: "Grey", layout: Layout, template: Template, form_page: int
    ) -> Pose | None:
        """Return how the form lies in the picture, None if its code says it is another page."""
        found = codes(picture)
        for code in found:
            claim = code.claim
            named = (claim.form, claim.edition, claim.page)
            if named == (layout.ref.form, layout.ref.edition, form_page):
                return registered(picture, template, code, GROWN_LIKENESS)
        return None if found else registered(picture, template, None)

    def _marks(
        self, clean: CleanPage, template: Template, zones: Sequence[Zone], pose: Pose
    ) -> dict[str, Mark]:
        """Judge all boxes of the page together, for groups decide among themselves."""
        boxes = {
            zone.key: darkness(clean, template, template.zone_rect(zone))
            for zone in zones
            if zone.kind == "tick"
        }
        marks = judged(boxes)
        for zone in zones:
            if zone.kind == "signature":
                marks[zone.key] = signature(clean, template.zone_rect(zone))
        if LEAST_LIKENESS <= pose.likeness < _GOOD_PAGE:
            return {key: doubted(mark) for key, mark in marks.items()}
        return marks

    def _text(
        self, clean: CleanPage, template: Template, zone: Zone, page: int, box: Box
    ) -> Sighting:
        read = zone_text(clean, template.zone_rect(zone), self._engine_ready())
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


def _segments(line: Sequence[OcrWord]) -> list[list[OcrWord]]:
    """Return the words of a visual line, parted where a gap is as wide as a column."""
    height = median(word.bottom - word.top for word in line)
    segments = [[line[0]]]
    for word in line[1:]:
        if word.left - segments[-1][-1].right > _COLUMN_GAP * height:
            segments.append([word])
        else:
            segments[-1].append(word)
    return segments


def _block(words: Sequence[OcrWord], page: int, width: int, height: int) -> Block:
    left, top = min(word.left for word in words), min(word.top for word in words)
    right, bottom = max(word.right for word in words), max(word.bottom for word in words)
    box = Box(left / width, top / height, min(right / width, 1.0), min(bottom / height, 1.0))
    return Block(" ".join(word.text for word in words), page, box)
