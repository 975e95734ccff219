"""Whether what a form prints around a zone stands where it should: its words, not its thin lines.

Thin grey lines fade on a copy, words do not; and a row that grew pushed all words below it down.
Only what stands at the foot of the page stays.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formservice.adapters.scan.pose import correlation
from formservice.adapters.scan.template import (
    DPI,
    POINTS_PER_INCH,
    VERIFY_DPI,
    Rect,
    Template,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

    Coarse = npt.NDArray[np.float32]

# Lower on the page stands what no answer moves.
_FOOT = 0.93
# So many pixels (at ``VERIFY_DPI``) of words and the paper around them tell: two short words.
_ENOUGH = 150
# Words in place are as like ours as this: 0.79 and more on copies, up to 0.27 where they moved.
_ALIKE = 0.6
# An answer that grew fills its zone: with two lines of it free (points), and nothing below, it
# ends. So much of that may be specks. Darker than the paper by this is ink.
_FREE_PT, _SPECKS, _SHADE = 26.0, 0.0005, 0.75
# Frames at the sides of a zone, and its lower edge (points).
_SIDE_PT, _LINE_PT = 3.0, 3.0


def stands_around(seen: Sequence["Coarse"], template: Template, strip: Rect) -> bool:
    """Say whether the words in a strip are where they should be, or else those on both sides."""
    rows, _ = strip.pixels(template.worded.shape, VERIFY_DPI)
    if not stands_below(seen, template, strip.bottom):
        return False
    if int(template.worded[rows].sum()) >= _ENOUGH:
        return _are_alike(seen, template, rows.start, rows.stop)
    near = _enough(template.worded[: rows.start][::-1])
    return near is not None and _are_alike(seen, template, rows.start - near, rows.start)


def has_words_below(template: Template, bottom: float) -> bool:
    """Say whether the form prints words below a place (points), the foot of the page aside."""
    return _enough(template.worded[_row(bottom) : _foot(template)]) is not None


def stands_below(seen: Sequence["Coarse"], template: Template, bottom: float) -> bool:
    """Say whether the words below a place (points) are where they should be, and all beyond.

    False where the form has none: then nothing tells.
    """
    row, foot = _row(bottom), _foot(template)
    near = _enough(template.worded[row:foot])
    return (
        near is not None
        and _are_alike(seen, template, row, row + near)
        and _are_alike(seen, template, row, foot)
    )


def has_room(page: "Grey", template: Template, rect: Rect) -> bool:
    """Say whether the end of a zone is free, and everything below it down to the foot."""
    import numpy as np

    if rect.height < 2 * _FREE_PT:
        return False
    left, right = rect.left + _SIDE_PT, rect.right - _SIDE_PT
    end = Rect(left, rect.bottom - _FREE_PT, right, rect.bottom - _LINE_PT)
    foot = _FOOT * template.height
    below = Rect(left, rect.bottom + _LINE_PT, right, max(foot, rect.bottom + _LINE_PT))
    for part in (end, below):
        rows, columns = part.pixels(page.shape, DPI)
        seen, ours = page[rows, columns], template.printed[rows, columns]
        if not seen.size:
            continue
        inked = (seen < _SHADE * float(np.percentile(seen, 80))) & ~ours
        if float(inked.mean()) > _SPECKS:
            return False
    return True


def _row(place: float) -> int:
    return round(place * VERIFY_DPI / POINTS_PER_INCH)


def _foot(template: Template) -> int:
    return round(_FOOT * len(template.worded))


def _enough(told: "npt.NDArray[np.bool_]") -> int | None:
    """Return how many rows it takes to have enough words to tell by, None if there are not."""
    import numpy as np

    sums = np.cumsum(told.sum(axis=1))
    if not len(sums) or sums[-1] < _ENOUGH:
        return None
    return int(np.searchsorted(sums, _ENOUGH)) + 1


def _are_alike(seen: Sequence["Coarse"], template: Template, top: int, bottom: int) -> bool:
    """Say whether the words in some rows are those of the form on any of these pages."""
    told = template.worded[top:bottom]
    ours = template.coarse[top:bottom][told]
    return any(correlation(ours, page[top:bottom][told]) >= _ALIKE for page in seen)
