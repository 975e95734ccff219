"""The blank form as a scan is compared with it: its picture, its printed ink, its marks.

Coordinates on a template are points, origin top left; pictures of it are rendered on demand and
kept, for a batch of scans meets the same few pages again and again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pypdfium2

from formservice.adapters.scan.blank_words import PrintedWord, printed_words
from formservice.adapters.scan.light import tone_edges
from formservice.adapters.scan.sift import LENGTH, MOST_OF_BLANK, Features, features
from formservice.domain.document import Box
from formservice.domain.form import FormRef, Layout, Zone

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# 200 dpi read as well as 300 in the trials behind the design, in two thirds of the time.
DPI = 200
# The longer side of A4 at that resolution.
A4_ROWS = 2_339
# Enough to tell printed wording apart, too coarse to mind a shift of a quarter millimetre.
VERIFY_DPI = 60
POINTS_PER_INCH = 72
# As the renderer paints the blank form: full ink, and anything that a scan may show as ink
# (a hair line between two rows of pixels comes out light grey; shaded cells are lighter still).
_INK, _FAINT_INK = 160, 215
# Ink of words, of 255; a straight line is longer (6 mm) than any stroke of theirs. So much of it
# makes a pixel at ``VERIFY_DPI`` one of a word, of 255.
_BOLD_INK, _RULE_PX, _BOLD_SHARE = 110, 48, 50
# Where the form shades a cell its paper is darker by more than this, and so it is this far around
# (pixels of the small picture).
_SHADED, _SHADE_PX = 0.02, 9
# Printed ink is widened by this much before it is taken away: 0.4 mm, what a good registration
# and the spread of toner need.
_SPREAD_PX = 7
# Corners for the exact pose: enough to outvote mistaken ones, 13 mm apart, and far enough from
# the edge to be looked for.
_MOST_CORNERS, _CORNER_DISTANCE_PX, _CORNER_REACH_PX = 48, 100, 20
# Beyond a mark or zone, in points: what a filled-in answer may cover around its zone.
_MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in points on the template."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return the centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def width(self) -> float:
        """Return the width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return the height."""
        return self.bottom - self.top

    def grown(self, by: float) -> "Rect":
        """Return the rectangle larger by ``by`` points on every side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def cut(self, picture: "Grey", dpi: int = DPI) -> "Grey":
        """Return this part of a template-sized picture at ``dpi``, clipped at its edges."""
        rows, columns = self.pixels(picture.shape, dpi)
        return picture[rows, columns]

    def pixels(self, shape: tuple[int, ...], dpi: int = DPI) -> tuple[slice, slice]:
        """Return the rows and columns of this rectangle in a picture of that shape."""
        scale = dpi / POINTS_PER_INCH
        height, width = shape[:2]
        left, right = (min(max(round(x * scale), 0), width) for x in (self.left, self.right))
        top, bottom = (min(max(round(y * scale), 0), height) for y in (self.top, self.bottom))
        return slice(top, bottom), slice(left, right)


class Template:
    """One page of a blank form."""

    def __init__(
        self,
        blank: "Grey",
        layout: Layout,
        page: int,
        words: Callable[[], tuple[PrintedWord, ...]] = tuple,
    ) -> None:
        """Keep the picture of the blank page at ``DPI`` and what the layout says of it.

        ``words`` finds the words printed on it.
        """
        self.blank = blank
        self._find_words = words
        self.described = _described(layout, page)
        self.width, self.height = layout.pages[page - 1]
        self.zones = layout.on_page(page)
        self.echoes = tuple(self.rect(echo.box) for echo in layout.echoes if echo.page == page)
        self.squares = tuple(self.rect(box) for number, box in layout.squares if number == page)
        self.qr = next((self.rect(box) for number, box in layout.qr if number == page), None)

    def rect(self, box: Box) -> Rect:
        """Return a box of this page in points."""
        return Rect(
            box.left * self.width,
            box.top * self.height,
            box.right * self.width,
            box.bottom * self.height,
        )

    def zone_rect(self, zone: Zone) -> Rect:
        """Return where a zone of this page stands, in points."""
        return self.rect(zone.box)

    @cached_property
    def words(self) -> tuple[PrintedWord, ...]:
        """The words printed on the blank page."""
        return self._find_words()

    @cached_property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """Printed corners (column, row) spread over the page, outside zones and marks."""
        import cv2
        import numpy as np

        allowed = np.zeros(self.blank.shape, dtype=np.uint8)
        edge = 2 * _CORNER_REACH_PX
        allowed[edge:-edge, edge:-edge] = 255
        for rect in self._filled_in():
            allowed[rect.grown(_MARGIN).pixels(allowed.shape)] = 0
        found = cv2.goodFeaturesToTrack(
            self.blank, _MOST_CORNERS, 0.05, _CORNER_DISTANCE_PX, mask=allowed
        )
        # A page without print gives None, whatever the stub says: size 1, else two per corner.
        if np.size(found) < 2:
            return ()
        return tuple((int(x), int(y)) for x, y in found.reshape(-1, 2))

    @cached_property
    def core(self) -> "npt.NDArray[np.bool_]":
        """Pixels that are printed ink even if the registration is off by a little."""
        import cv2
        import numpy as np

        dark = (self.blank < _INK).astype(np.uint8)
        return np.asarray(cv2.erode(dark, np.ones((2, 2), np.uint8)), dtype=bool)

    @cached_property
    def printed(self) -> "npt.NDArray[np.bool_]":
        """Pixels that may be printed ink: everything dark on the blank, and a little around."""
        import cv2
        import numpy as np

        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SPREAD_PX, _SPREAD_PX))
        dark = (self.blank < _FAINT_INK).astype(np.uint8)
        return np.asarray(cv2.dilate(dark, disc), dtype=bool)

    @cached_property
    def core_places(self) -> "npt.NDArray[np.int32]":
        """The numbers of the pixels of ``core``, which takes a tenth of the time of a mask."""
        import numpy as np

        return np.flatnonzero(self.core).astype(np.int32)

    @cached_property
    def elsewhere(self) -> "npt.NDArray[np.bool_]":
        """Pixels that no answer in words covers: print away from such zones, and all marks."""
        import numpy as np

        gone = self.printed.copy()
        for zone in self.zones:
            if zone.kind in ("tick", "signature"):
                gone[self.zone_rect(zone).grown(_MARGIN).pixels(gone.shape)] = True
        for rect in (*self.squares, *(() if self.qr is None else (self.qr,))):
            gone[rect.grown(_MARGIN).pixels(gone.shape)] = True
        for zone in self.zones:
            if zone.kind not in ("tick", "signature"):
                gone[self.zone_rect(zone).grown(_MARGIN).pixels(gone.shape)] = False
        return np.asarray(gone, dtype=bool)

    @cached_property
    def edges(self) -> "npt.NDArray[np.bool_]":
        """Where the form itself changes the tone of its paper, ``COARSE`` times smaller."""
        import cv2
        import numpy as np

        around = np.ones((_SHADE_PX, _SHADE_PX), np.uint8)
        return np.asarray(cv2.dilate(tone_edges(self.blank), around) > _SHADED, dtype=bool)

    @cached_property
    def coarse(self) -> "npt.NDArray[np.float32]":
        """The blank page at ``VERIFY_DPI`` without its slow changes of brightness."""
        return high_pass(shrunk(self.blank))

    @cached_property
    def telling(self) -> "npt.NDArray[np.bool_]":
        """Where the blank tells forms apart: not in zones, nor at marks every form has."""
        import numpy as np

        telling = np.ones(self.coarse.shape, dtype=bool)
        for rect in self._filled_in():
            telling[rect.grown(_MARGIN).pixels(telling.shape, VERIFY_DPI)] = False
        return telling

    @cached_property
    def worded(self) -> "npt.NDArray[np.bool_]":
        """Where the words are that tell, and the paper around them: no thin lines, which fade."""
        import cv2
        import numpy as np

        dark = (self.blank < _BOLD_INK).astype(np.uint8)
        bold = dark * np.uint8(255)
        for size in ((1, _RULE_PX), (_RULE_PX, 1)):
            bold[cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(size, np.uint8)) > 0] = 0
        height, width = self.coarse.shape
        small = cv2.resize(bold, (width, height), interpolation=cv2.INTER_AREA)
        near = cv2.dilate((small > _BOLD_SHARE).astype(np.uint8), np.ones((5, 7), np.uint8))
        return np.asarray(near > 0, dtype=bool) & self.telling

    @cached_property
    def features(self) -> Features:
        """What is printed on the page, outside zones and marks; places are in points."""
        import cv2
        import numpy as np

        scale = LENGTH / max(self.blank.shape)
        size = (round(self.blank.shape[1] * scale), round(self.blank.shape[0] * scale))
        small = cv2.resize(self.blank, size, interpolation=cv2.INTER_AREA)
        # Twice as many, for those in zones are left out; SIFT gives the strongest first.
        found = features(np.asarray(small, dtype=np.uint8), 2 * MOST_OF_BLANK)
        places = found.places * np.float32(POINTS_PER_INCH / (DPI * scale))
        told = np.ones(len(places), dtype=bool)
        for rect in (one.grown(_MARGIN) for one in self._filled_in()):
            across = (places[:, 0] > rect.left) & (places[:, 0] < rect.right)
            told &= ~(across & (places[:, 1] > rect.top) & (places[:, 1] < rect.bottom))
        return Features(places[told][:MOST_OF_BLANK], found.looks[told][:MOST_OF_BLANK])

    def warm(self) -> None:
        """Work out now all that is otherwise worked out when it is first needed."""
        for name, held in vars(type(self)).items():
            if isinstance(held, cached_property):
                getattr(self, name)

    def _filled_in(self) -> tuple[Rect, ...]:
        """Return the places that say nothing about the form: zones, echoes, squares and code."""
        marks = self.squares if self.qr is None else (*self.squares, self.qr)
        return (*(self.zone_rect(zone) for zone in self.zones), *self.echoes, *marks)


class Templates:
    """The blank pages of all forms, rendered once."""

    def __init__(self, blank_pdf: Callable[[FormRef], bytes]) -> None:
        """Take blank forms from ``blank_pdf``, which returns the bytes of ``form.pdf``."""
        self._blank_pdf = blank_pdf
        self._kept: dict[tuple[FormRef, int], Template] = {}

    def page(self, layout: Layout, page: int) -> Template:
        """Return page ``page`` (from 1) of a blank form."""
        key = (layout.ref, page)
        kept = self._kept.get(key)
        # A layout is made anew for every document with further items; its own pages stay.
        if kept is None or kept.described != _described(layout, page):
            _one_thread()
            pdf = self._blank_pdf(layout.ref)
            words = partial(printed_words, pdf, page)
            kept = self._kept[key] = Template(rendered(pdf, page), layout, page, words)
        return kept


def _described(layout: Layout, page: int) -> tuple[object, ...]:
    """Return all that ``layout`` says of one page."""
    return (
        layout.pages[page - 1],
        layout.on_page(page),
        tuple(box for number, box in layout.squares if number == page),
        tuple(box for number, box in layout.qr if number == page),
        tuple(echo for echo in layout.echoes if echo.page == page),
    )


def _one_thread() -> None:
    """Keep OpenCV to one thread: files are read in forked children, which lose its pool."""
    import cv2

    cv2.setNumThreads(1)


def rendered(pdf: bytes, page: int, dpi: int = DPI) -> "Grey":
    """Return a page of a PDF as a grey picture, without its form fields."""
    import numpy as np

    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[page - 1].render(
            scale=dpi / POINTS_PER_INCH, grayscale=True, may_draw_forms=False, draw_annots=False
        )
        return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    finally:
        document.close()


def shrunk(picture: "Grey") -> "Grey":
    """Return a template-sized picture at ``VERIFY_DPI``."""
    import cv2
    import numpy as np

    height, width = picture.shape
    size = (round(width * VERIFY_DPI / DPI), round(height * VERIFY_DPI / DPI))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def high_pass(picture: "Grey") -> "npt.NDArray[np.float32]":
    """Return the picture minus its surroundings, so that shadows and paper colour vanish."""
    import cv2
    import numpy as np

    values = picture.astype(np.float32)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), 4.0), dtype=np.float32)
