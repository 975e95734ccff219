"""A picture of a page laid on the blank form it is, with what is made of it, each made once."""

from functools import cached_property
from typing import TYPE_CHECKING

from formservice.adapters.scan.light import DARK, evenly_lit
from formservice.adapters.scan.ocr import Ocr, OcrWord
from formservice.adapters.scan.pose import Pose, contrast
from formservice.adapters.scan.register import LEAST_LIKENESS
from formservice.adapters.scan.rulings import without_rulings
from formservice.adapters.scan.same_print import same_print
from formservice.adapters.scan.template import (
    DPI,
    POINTS_PER_INCH,
    Rect,
    Template,
    high_pass,
    shrunk,
)
from formservice.adapters.scan.text import CleanPage, cleaned
from formservice.adapters.scan.words import PageWords, page_words
from formservice.domain.document import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# Below this likeness to its blank form a page is dirty or crumpled: ink proves nothing there.
_GOOD_PAGE = 0.55
# Print as much darker than its paper as this is worth reading: copies have 0.6 and more, and at
# 0.2 thin type is lost among the grain, so that places look blank that are not.
_LEAST_CONTRAST = 0.35
# Where a page grew, most print stands elsewhere; this part of it, the marks with it, does not.
_UNMOVED = 0.15
# A code has ink on nearly half of its place, and dust on less of it than this.
_BARE = 0.02

CLOSE_DPI = 300
"""Resolution of parts that are looked at closely: other pixels than those of the page."""
# So much around a part shows where its paper and its lines are.
_AROUND_PT = 15.0


class LaidPage:
    """A page as ``pose`` lays it on ``template``."""

    def __init__(self, picture: "Grey", pose: Pose, template: Template) -> None:
        """Lay the picture."""
        self.pose = pose
        self.template = template
        self.grey = pose.flattened(picture, template)
        self._picture = picture
        self._clean: dict[int, CleanPage] = {}
        self._words: PageWords | None = None

    @property
    def is_proved(self) -> bool:
        """Whether the page as a whole is like the blank form; one that grew is in parts only."""
        return self.pose.likeness >= LEAST_LIKENESS

    @cached_property
    def is_poor(self) -> bool:
        """Whether the page is too faint, dirty or crumpled for anything on it to be trusted.

        The form can be told then, but nobody sees whether pen or pencil left a trace.
        """
        if self.is_proved and self.pose.likeness < _GOOD_PAGE:
            return True
        share = 0.5 if self.is_proved else _UNMOVED
        return contrast(self.grey, self.template, share) < _LEAST_CONTRAST

    @cached_property
    def _flat(self) -> "Grey":
        """The page in even light."""
        return evenly_lit(self.grey)

    @cached_property
    def coarse(self) -> "npt.NDArray[np.float32]":
        """The page at ``VERIFY_DPI`` without its slow changes of brightness."""
        return high_pass(shrunk(self.grey))

    def clean(self, down: int = 0) -> CleanPage:
        """Return the page in even light, moved up by as many rows as its zones moved down."""
        if down not in self._clean:
            # One at a time: they are large, and zones that moved come one group after the other.
            flat = evenly_lit(self.moved(down)) if down else self._flat
            self._clean = {down: cleaned(flat, self.template)}
        return self._clean[down]

    def moved(self, down: int) -> "Grey":
        """Return the page as it came, moved up by as many rows."""
        import numpy as np

        return np.roll(self.grey, -down, axis=0) if down else self.grey

    def words(self, ocr: Ocr, *, in_place: bool) -> PageWords:
        """Return the words of the page, done once; ``in_place`` says that no zone moved."""
        if self._words is None:
            self._words = page_words(self._flat, self.template, ocr, in_place=in_place)
        return self._words

    def close(self, part: Rect, down: int = 0) -> "Grey":
        """Return a part of the page at ``CLOSE_DPI``, cut anew out of the picture as it came.

        It is lit by itself and loses its own lines only, so that it shares no step with the
        cleaned page.
        """
        moved = down * POINTS_PER_INCH / DPI
        place = Rect(part.left, part.top + moved, part.right, part.bottom + moved)
        seen = self.pose.window(self._picture, place.grown(_AROUND_PT), CLOSE_DPI)
        edge = round(_AROUND_PT * CLOSE_DPI / POINTS_PER_INCH)
        return without_rulings(evenly_lit(seen))[edge:-edge, edge:-edge]

    @cached_property
    def same_print(self) -> tuple[tuple[OcrWord, ...], "Grey"]:
        """The words of the blank form that stand on the page, and the page without them."""
        return same_print(self.grey, self.template)

    @cached_property
    def has_bare_code_place(self) -> bool:
        """Whether there is paper where we print a code, and nothing else."""
        code = self.template.qr
        if code is None:
            return False
        place = code.cut(self.clean().clear)
        return place.size > 0 and float((place < DARK).mean()) < _BARE

    def box(self, box: Box, down: int = 0) -> Box:
        """Return where a box of the form is in the picture, ``down`` rows below its place."""
        moved = down / self.grey.shape[0]
        top, bottom = (min(max(edge + moved, 0.0), 1.0) for edge in (box.top, box.bottom))
        return self.pose.box(
            Box(box.left, top, box.right, bottom), self.template, self._picture.shape
        )
