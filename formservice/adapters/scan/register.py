"""Registers a scan: marks suggest how the form lies in the picture, the blank form proves it.

No pose counts unless the picture, laid on the template, correlates with the blank form: two
squares under perspective are millimetres off, and another form has its marks in the same places.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formservice.adapters.scan.guess import Code, Place, guesses
from formservice.adapters.scan.pose import Pose, posed
from formservice.adapters.scan.refine import refined
from formservice.adapters.scan.template import Template

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# Right poses correlate with the blank at 0.65 and more on pages worth reading; another form
# with the same boxes, lines and marks reaches 0.40.
LEAST_LIKENESS = 0.45
# A page whose code names it may have grown: its upper part must still be like the form, and its
# zones are then proved one by one.
GROWN_LIKENESS = 0.20
CLOSE_ENOUGH = 0.55


def registered(
    picture: "Grey",
    template: Template,
    code: Code | None,
    least: float = LEAST_LIKENESS,
    *,
    marks: Sequence[Place] | None = None,
) -> Pose | None:
    """Return how ``template`` lies in the picture, None if no pose has ``least`` likeness.

    Without ``code`` the three squares must do: the corner without a square tells the turn.
    ``marks`` are what may be squares, where that is known already.
    """
    best: Pose | None = None
    for matrix, rough in guesses(picture, template, code, marks):
        if rough and best is not None and best.likeness >= GROWN_LIKENESS:
            # All marks were found; wording that does not agree was pushed down.
            break
        pose = refined(posed(picture, template, matrix), picture, template, rough=rough)
        if best is None or pose.likeness > best.likeness:
            best = pose
        if best.likeness >= CLOSE_ENOUGH:
            break
    return best if best is not None and best.likeness >= least else None
