"""Whether a zone is where the blank form has it: what Word printed may have grown in between.

A long answer in a Word file makes its row higher and moves everything below. The page as a whole
still looks like its form then, but zones further down would be read beside their places.
"""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from formservice.adapters.scan_pose import correlation
from formservice.adapters.scan_template import VERIFY_DPI, Rect, Template, high_pass, shrunk
from formservice.domain.form import Zone

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan_ocr import Grey

# A zone is judged by the print beside it over the whole width, and this far above and below.
_BESIDE_PT = 14.0
# Word's own layout engine may be off by a pixel at this resolution (0.4 mm).
_TOLERANCE_PX = 1
_LEAST_LIKENESS = 0.40


def in_place(page: "Grey", template: Template) -> tuple[Zone, ...]:
    """Return the zones of a page, laid on its template, that have their own print around them."""
    import numpy as np

    seen = high_pass(shrunk(page))
    steps = range(-_TOLERANCE_PX, _TOLERANCE_PX + 1)
    nudged = [np.roll(seen, step, axis=(0, 1)) for step in product(steps, steps)]
    return tuple(
        zone
        for zone in template.zones
        if _beside(nudged, template, template.zone_rect(zone)) >= _LEAST_LIKENESS
    )


def _beside(nudged: "Sequence[npt.NDArray[np.float32]]", template: Template, rect: Rect) -> float:
    """Return the best correlation of the print beside a zone with the blank form, -1..1."""
    strip = Rect(0.0, rect.top - _BESIDE_PT, template.width, rect.bottom + _BESIDE_PT)
    rows, _ = strip.pixels(template.coarse.shape, VERIFY_DPI)
    told = template.telling[rows]
    ours = template.coarse[rows][told]
    if not ours.any():
        return 1.0
    return max(correlation(ours, seen[rows][told]) for seen in nudged)
