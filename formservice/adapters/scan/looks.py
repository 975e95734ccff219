"""Which blank form a picture is like, and how that form lies in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formservice.adapters.scan.guess import Code
from formservice.adapters.scan.pose import Pose
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.register import GROWN_LIKENESS, registered
from formservice.domain.document import Claim
from formservice.domain.form import Layout

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey

# A page is the form it is most like if the next one is this much less like it.
_CLEARLY_LIKER = 0.15


def claims_by_looks(picture: "Grey", tools: Recognition) -> tuple[Claim, ...]:
    """Return which blank form the page is like, if it has the squares and one form wins.

    The same page of several editions of it may be alike: then it is one of them.
    """
    alike: list[tuple[float, Claim]] = []
    for layout in tools.layouts():
        for number in range(1, len(layout.pages) + 1):
            pose = registered(picture, tools.templates.page(layout, number), None)
            if pose is not None:
                claim = Claim(layout.ref.form, layout.ref.edition, "looks", number)
                alike.append((pose.likeness, claim))
    alike.sort(key=lambda one: one[0], reverse=True)
    close = [claim for likeness, claim in alike if alike[0][0] - likeness < _CLEARLY_LIKER]
    if len({(claim.form, claim.page) for claim in close}) > 1:
        return ()
    return tuple(close)


def pose_of(
    picture: "Grey", found: Sequence[Code], layout: Layout, printed: int, tools: Recognition
) -> Pose | None:
    """Return how page ``printed`` of a form lies in the picture, None if it is not that page.

    ``found`` are the codes on the picture; one that names another page is believed.
    """
    template = tools.templates.page(layout, printed)
    for code in found:
        claim = code.claim
        named = (claim.form, claim.edition, claim.page)
        if named == (layout.ref.form, layout.ref.edition, printed):
            return registered(picture, template, code, GROWN_LIKENESS)
    return None if found else registered(picture, template, None)
