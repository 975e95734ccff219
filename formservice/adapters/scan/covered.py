"""Whether something lies over a place of a page: its paper changes there, or its print is gone.

A note stuck over an answer, a strip of paper, a black bar or a burnt-out patch of a photo look
like an empty field: nothing is written there. But such things have edges, straight and longer than
any stroke, at which the paper changes its tone faster than light does; and what the form prints
around the field is not there, not even faintly.
"""

from itertools import product
from typing import TYPE_CHECKING

from formservice.adapters.scan.light import COARSE, tone_edges
from formservice.adapters.scan.template import (
    DPI,
    POINTS_PER_INCH,
    VERIFY_DPI,
    Rect,
    Template,
    high_pass,
    shrunk,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Values = npt.NDArray[np.float32]

# Over 2 mm the tone of paper changes by up to 0.03 in shadows and on crumpled sheets; a note is
# 0.09 darker, along an edge of more than 6 mm.
_EDGE, _AROUND_PT = 0.05, 3.0
# Print is looked for in squares of 4 mm, pixels at ``VERIFY_DPI``: those with at least so much of
# it, words with more than lines. Less than this share of what is usual on the page, and nothing
# else instead, is none.
_SQUARE, _LINE, _WORD, _GONE, _EMPTY = 10, 4e3, 6e4, 0.25, 0.35
# So far from a place its label is (points). Thin lines fade on copies: they tell where they
# usually are there, and elsewhere on the page nearly all of them; or most of a place has none. A
# single one may be thinner than the others, or lie between two rows of pixels.
_LABEL_PT, _FEWEST_WORDS, _FEWEST_LINES = 20.0, 2, 3
_USUAL, _FAR_PT, _ELSEWHERE, _MOST = 0.5, 60.0, 0.005, 0.6


class Covering:
    """What lies over a page laid on its template."""

    def __init__(self, grey: "Grey", template: Template, coarse: "Values | None" = None) -> None:
        """Compare the page with its blank form; ``coarse`` is its ``high_pass``, if known."""
        import numpy as np

        self._edges = np.where(template.edges, 0.0, tone_edges(grey))
        ours, seen = _lasting(template), high_pass(shrunk(grey)) if coarse is None else coarse
        print_ = _by_square(ours * ours)
        all_ = _by_square(seen * seen)
        steps = product((-1, 0, 1), repeat=2)
        shares = [_by_square(ours * np.roll(seen, step, axis=(0, 1))) for step in steps]
        share = np.max(shares, axis=0) / np.maximum(print_, 1.0)
        self._words = _Print(print_ >= _WORD, share, all_, print_)
        self._lines = _Print((print_ >= _LINE) & (print_ < _WORD), share, all_, print_)

    def hides(self, rect: Rect, *, by_print: bool = True) -> bool:
        """Say whether something lies over a place of the form, all of it or a part.

        ``by_print`` is False where the print need not be where the form has it.
        """
        around = rect.grown(_AROUND_PT)
        rows, columns = around.pixels(self._edges.shape, DPI // COARSE)
        if float(self._edges[rows, columns].max(initial=0.0)) > _EDGE:
            return True
        return by_print and self._lacks_print(rect)

    def _lacks_print(self, rect: Rect) -> bool:
        """Say whether the print in and around a place is gone."""
        around, beside = rect.grown(_AROUND_PT), rect.grown(_LABEL_PT)
        far = rect.grown(_FAR_PT)
        if self._words.lost(beside, far) >= _FEWEST_WORDS:
            return True
        return self._lines.lost(around, far) >= _FEWEST_LINES and self._lines.wide(around)


class _Print:
    """Squares of a page that have print of one kind, and those of them that lost it."""

    def __init__(
        self, printed: "npt.NDArray[np.bool_]", share: "Values", all_: "Values", print_: "Values"
    ) -> None:
        import numpy as np

        self._printed = printed
        self.usual = float(np.median(share[printed])) if printed.any() else 0.0
        nothing = all_ < _EMPTY * self.usual**2 * print_
        self._gone = printed & (share < _GONE * self.usual) & nothing

    def lost(self, rect: Rect, far: Rect) -> int:
        """Return how many squares of a place lost their print, 0 if that tells nothing.

        It does if most of the place did, or hardly any of what is ``far`` from it.
        """
        gone = self.gone(rect)
        elsewhere = self.gone() - self.gone(far)
        most = gone >= _MOST * self.count(rect)
        told = most or elsewhere <= _ELSEWHERE * self.count()
        return gone if told and self.usual >= _USUAL else 0

    def gone(self, rect: Rect | None = None) -> int:
        """Return how many squares in a place, or of the page, lost their print."""
        return int(self._gone[_squares(rect)].sum())

    def wide(self, rect: Rect) -> bool:
        """Say whether more than a piece of one line is gone in a place."""
        gone = self._gone[_squares(rect)]
        return min(int(gone.any(axis=side).sum()) for side in (0, 1)) > 1

    def count(self, rect: Rect | None = None) -> int:
        """Return how many squares in a place, or of the page, should have print."""
        return int(self._printed[_squares(rect)].sum())


def _lasting(template: Template) -> "Values":
    """Return the print of a form at ``VERIFY_DPI`` without what answers take the place of."""
    print_ = template.coarse.copy()
    for zone in template.zones:
        inside = template.zone_rect(zone).grown(-_AROUND_PT)
        if inside.height > 0 and inside.width > 0:
            print_[inside.pixels(print_.shape, VERIFY_DPI)] = 0.0
    return print_


def _squares(rect: Rect | None) -> tuple[slice, slice]:
    """Return the rows and columns of the squares that a place touches."""
    if rect is None:
        return slice(None), slice(None)
    scale = VERIFY_DPI / POINTS_PER_INCH / _SQUARE
    top, bottom, left, right = (
        max(int(edge * scale), 0) for edge in (rect.top, rect.bottom, rect.left, rect.right)
    )
    return slice(top, bottom + 1), slice(left, right + 1)


def _by_square(values: "Values") -> "Values":
    """Return the sums over squares."""
    import numpy as np

    height, width = values.shape
    rows, columns = -(-height // _SQUARE), -(-width // _SQUARE)
    padded = np.zeros((rows * _SQUARE, columns * _SQUARE), dtype=np.float32)
    padded[:height, :width] = values
    # Rows first: whole ones are added up at once.
    bands = padded.reshape(rows, _SQUARE, -1).sum(axis=1)
    return np.asarray(bands.reshape(rows, columns, _SQUARE).sum(axis=2), dtype=np.float32)
