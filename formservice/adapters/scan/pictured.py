"""One picture of a page: which form it is, what stands in its zones, all its words.

The pictures come from image files and, rendered, from PDF pages that are scans. Finding out how a
form lies in a picture, and reading all its words, is slow: each is done once for a picture.
"""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from formservice.adapters.scan.as_scanned import (
    are_several,
    as_on_paper,
    is_beside_print,
    is_mirrored,
)
from formservice.adapters.scan.grown import code_turn, page_text, printed_number, upright
from formservice.adapters.scan.guess import Code, codes
from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.light import softened
from formservice.adapters.scan.looks import Looked, pose_of
from formservice.adapters.scan.pose import Pose
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.role import role_of
from formservice.adapters.scan.same_sheet import ink_of, is_same_sheet
from formservice.adapters.scan.sheet import straightened
from formservice.adapters.scan.template import Template
from formservice.adapters.scan.turned import reading_turn, turn_of
from formservice.adapters.scan.words import PageWords, words_on
from formservice.adapters.scan.zones import zone_sightings
from formservice.domain.document import Block, Box, Claim, Doubt, PageRole, Sighting, Unknown
from formservice.domain.errors import EngineMissingError
from formservice.domain.form import FormRef, Layout

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey


# What is shown around a piece, as a share of the longer side: 2 mm of A4, so that a stroke that
# leaves its place is seen to do so.
_CROP_MARGIN = 0.006


class _Turned(NamedTuple):
    """A sheet, and how often to turn it anticlockwise; None where no text tells."""

    picture: "Grey"
    quarters: int | None


class PicturedPage:
    """A grey picture of a page; ``number`` is the page that sightings and blocks name."""

    def __init__(self, picture: "Grey", tools: Recognition, number: int = 1) -> None:
        """Keep the picture; nothing is looked for until it is asked."""
        self.picture = as_on_paper(picture)
        self.number = number
        self._tools = tools
        self._looked = Looked(self.picture, tools)
        self._poses: dict[tuple[FormRef, int], Pose | None] = {}
        self._last: LaidPage | None = None
        self._upright: _Turned | None = None
        self._words: dict[tuple[FormRef, int, int] | int, PageWords] = {}

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Our QR codes in the picture."""
        return codes(self.picture)

    @cached_property
    def role(self) -> PageRole:
        """What the page is for; a page with a code of ours has content."""
        return PageRole.CONTENT if self.codes else role_of(self.picture, self._tools)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What the page says it is, by its QR codes, else by its looks."""
        if self.role is not PageRole.CONTENT or self.mistake is not None:
            return ()
        if not self.codes:
            return self._looked.looks.claims
        return tuple(self._counted(code.claim) for code in self.codes)

    @cached_property
    def mistake(self) -> Unknown | None:
        """What went wrong as the sheet was scanned, so that nothing on it may be taken."""
        if self.role is not PageRole.CONTENT:
            return None
        if are_several(self.codes):
            return Unknown.SEVERAL_SHEETS
        lying = self._lying()
        if lying is None:
            return Unknown.MIRRORED if self._is_mirrored() else None
        beside = is_beside_print(self.picture, *lying)
        return Unknown.SEVERAL_SHEETS if beside else None

    def _claimed(self) -> tuple[Layout, int] | None:
        """Return the page of a form that the code on the picture names, None without one."""
        for code in self.codes:
            layout = next((one for one in self._tools.layouts() if _is_of(code.claim, one)), None)
            number = code.claim.page or 0
            if layout is not None and 1 <= number <= len(layout.pages):
                return layout, layout.printed(number)
        return None

    def _lying(self) -> tuple[Pose, Template] | None:
        """Return how the page that the picture is lies in it, None if that is not known."""
        claimed = self._claimed()
        if claimed is not None:
            pose = self._posed(*claimed)
            template = self._tools.templates.page(*claimed)
            return None if pose is None else (pose, template)
        if self.codes:
            return None
        layouts = {layout.ref: layout for layout in self._tools.layouts()}
        for (ref, page), pose in self._looked.looks.poses.items():
            return pose, self._tools.templates.page(layouts[ref], page)
        return None

    def _is_mirrored(self) -> bool:
        """Say whether the page lies in the picture as in a mirror."""
        if self.codes:
            claimed = self._claimed()
            pages = [] if claimed is None else [claimed]
        elif self._looked.looks.unknown is Unknown.NO_FORM:
            pages = [(one, n + 1) for one in self._tools.layouts() for n in range(len(one.pages))]
        else:
            pages = []
        return is_mirrored(self.picture, (self._tools.templates.page(*one) for one in pages))

    def _counted(self, claim: Claim) -> Claim:
        """Return what a code claims; Word repeats the last one on every page a form grew to."""
        layout = next((one for one in self._tools.layouts() if _is_of(claim, one)), None)
        if layout is None or claim.copy or claim.page is None or claim.page < 2:
            return claim
        if claim.page < len(layout.pages):
            return claim
        number = printed_number(self.picture, self.codes, self._tools.ocr)
        return claim if number is None or number < claim.page else replace(claim, page=number)

    @property
    def unknown(self) -> Unknown | None:
        """Why the page claims nothing."""
        if self.role is not PageRole.CONTENT:
            return None
        if self.codes:
            return self.mistake
        return self.mistake or self._looked.looks.unknown

    @property
    def quarters(self) -> int:
        """How often the picture must be turned clockwise to show the page upright.

        0 where nothing tells; text without a form is not read for this alone.
        """
        if self.role is not PageRole.CONTENT:
            return 0
        if self.codes:
            return -code_turn(self.codes) % 4
        nearest = self._looked.looks.nearest
        if nearest is not None:
            return -turn_of(nearest) % 4
        turn = None if self._upright is None else self._upright.quarters
        return -(turn or 0) % 4

    def pose(self, layout: Layout, form_page: int) -> Pose | None:
        """Return how ``form_page`` of ``layout`` lies in the picture, None if it is not that page.

        ``form_page`` counts from 1; a copy of a page lies as the page does.
        """
        if not 1 <= form_page <= len(layout.pages) or self.mistake is not None:
            return None
        return self._posed(layout, layout.printed(form_page))

    def _posed(self, layout: Layout, printed: int) -> Pose | None:
        """Return how a page lies in the picture, whatever else is in it."""
        key = (layout.ref, printed)
        if key not in self._poses:
            template = self._tools.templates.page(layout, printed)
            self._poses[key] = pose_of(self._looked, self.picture, self.codes, template, key)
        return self._poses[key]

    def zones(self, layout: Layout, form_page: int) -> tuple[Sighting, ...]:
        """Read ``form_page`` of ``layout`` in the picture; nothing if it is not that page.

        Zones that a long answer in Word pushed down are followed; those not found are left out.
        Boxes are fractions of the picture.

        Raises:
            EngineMissingError: Tesseract or its German model is not installed.
        """
        laid = self._laid(layout, form_page)
        if laid is None:
            return ()
        # What was cut off is not there; its place would look blank.
        whole = {
            zone.key
            for zone in layout.on_page(form_page)
            if laid.pose.holds(zone.box, laid.template, self.picture.shape)
        }
        every = zone_sightings(laid, layout, form_page, self._tools, self.number)
        seen = tuple(one for one in every if one.key in whole)
        if self.codes or self._has_no_code(laid, layout, form_page):
            return seen
        # All copies of a page look alike; only the code tells which items stand on this one.
        return tuple(
            replace(one, doubts=one.doubts | {Doubt.COPY_UNKNOWN}) if "[" in one.key else one
            for one in seen
        )

    def _has_no_code(self, laid: LaidPage, layout: Layout, form_page: int) -> bool:
        """Say whether the page never had a code: then it is the printed form, no copy of ours."""
        printed = layout.printed(form_page)
        return laid.has_bare_code_place and any(
            laid.pose.holds(box, laid.template, self.picture.shape)
            for page, box in layout.qr
            if page == printed
        )

    def blocks(self) -> tuple[Block, ...]:
        """Return all text and tick boxes by line, read without knowing the form.

        The page is put upright; boxes are fractions of the upright page.
        """
        if 0 not in self._words:
            self._words[0] = self._all_words()
        return self._words[0].by_line(self.number)

    def _all_words(self) -> PageWords:
        if self.mistake is not None:
            return PageWords((), 1, 1)
        turned = self._turned()
        if turned.quarters is None:
            return PageWords((), 1, 1)
        return page_text(turned.picture, self.codes, self._tools.ocr, turned.quarters)

    def _turned(self) -> _Turned:
        """Return the sheet and which way up it lies, found out once: slow without code or form."""
        if self._upright is None:
            nearest = None if self.codes else self._looked.looks.nearest
            if self.codes:
                self._upright = _Turned(self.picture, code_turn(self.codes))
            elif nearest is not None:
                self._upright = _Turned(self.picture, turn_of(nearest))
            else:
                sheet = straightened(self.picture)
                self._upright = _Turned(sheet, reading_turn(sheet, self._tools.ocr))
        return self._upright

    def wording(self) -> tuple[Block, ...]:
        """Return all text of a page that claims nothing, so that its wording may tell the form.

        Nothing of a page with a role of its own, or too poor to be read.
        """
        if self.claims or self.unknown not in (Unknown.NO_FORM, Unknown.SEVERAL_FORMS):
            return ()
        try:
            return self.blocks()
        except EngineMissingError:
            # The page is unidentified then, which is true; engines are asked for by others.
            return ()

    def printed(self, layout: Layout, form_page: int | None, attempt: int) -> tuple[Block, ...]:
        """Return every word on a page, laid on ``form_page`` of ``layout`` if it is that page.

        The form's own words are told by their picture, only the rest is read; at a second
        ``attempt`` that is enlarged.
        """
        laid = None if form_page is None else self._laid(layout, form_page)
        key = (layout.ref, form_page or 0, attempt)
        if key not in self._words:
            known, picture = ((), self.picture) if laid is None else laid.same_print
            read = words_on(softened(picture), self._tools.ocr, enlarged=attempt > 0)
            self._words[key] = read.beside(known, picture.shape)
        return self._words[key].by_word(self.number)

    def _laid(self, layout: Layout, form_page: int) -> LaidPage | None:
        """Return the picture laid on a page of a form; the last one is kept."""
        pose = self.pose(layout, form_page)
        if pose is None:
            return None
        template = self._tools.templates.page(layout, layout.printed(form_page))
        if self._last is None or self._last.template is not template:
            self._last = LaidPage(self.picture, pose, template)
        return self._last

    def rest(self) -> None:
        """Let go of what is large and made anew at little cost: the page laid on its form."""
        self._last = None

    def ink(self, layout: Layout, form_page: int) -> bytes:
        """Return what is on the page beside the print of the form; nothing if it is not that page.

        Nor if it grew or is too poor: then nobody can tell by what is in which place.
        """
        laid = self._laid(layout, form_page)
        if laid is None or not laid.is_proved or laid.is_poor:
            return b""
        return ink_of(laid.clean().written)

    def shows(self, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether another picture, whose ``ink`` this is, is of the same sheet."""
        own = self.ink(layout, form_page)
        return bool(own and ink) and is_same_sheet(own, ink)

    def crop(self, box: Box) -> bytes:
        """Return a piece of the picture, a little wider than ``box``, as a PNG file."""
        return _piece(self.picture, box)

    def crop_upright(self, box: Box) -> bytes:
        """Return the same of the picture that ``blocks`` come from, empty if it has no text."""
        turned = self._turned()
        if turned.quarters is None:
            return b""
        return _piece(upright(turned.picture, self.codes, turned.quarters), box)


def _piece(picture: "Grey", box: Box) -> bytes:
    import cv2

    height, width = picture.shape
    margin = _CROP_MARGIN * max(height, width)
    left, right = box.left * width - margin, box.right * width + margin
    top, bottom = box.top * height - margin, box.bottom * height + margin
    piece = picture[
        max(round(top), 0) : max(round(bottom), 1), max(round(left), 0) : max(round(right), 1)
    ]
    _, packed = cv2.imencode(".png", piece)
    return packed.tobytes()


def _is_of(claim: Claim, layout: Layout) -> bool:
    return (claim.form, claim.edition) == (layout.ref.form, layout.ref.edition)
