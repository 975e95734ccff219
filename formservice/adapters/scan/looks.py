"""Which blank form a picture is like, and how that form lies in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from formservice.adapters.scan.apart import lead
from formservice.adapters.scan.guess import Code, squares
from formservice.adapters.scan.pose import Pose, posed
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.refine import refined
from formservice.adapters.scan.register import (
    CLOSE_ENOUGH,
    GROWN_LIKENESS,
    LEAST_LIKENESS,
    registered,
)
from formservice.adapters.scan.sift import Features, Match, View, features, in_picture, views
from formservice.adapters.scan.template import Template
from formservice.domain.document import Claim, Unknown
from formservice.domain.form import FormRef

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey
    from formservice.adapters.scan.pose import Matrix

FormPage: TypeAlias = tuple[FormRef, int]

# A page is the form it is most like if the next one is this much less like it.
_CLEARLY_LIKER = 0.15
# What only one of two forms prints tells them apart, if it is seen by so much more.
_CLEAR_LEAD = 0.25
# Of a page that no code names so much must be in the picture: halves of pages are too alike.
_LEAST_SHARE = 0.65
# Poses before they are made exact come this close to what they will be.
_ROUGHLY = 0.30
# A pose that is so like the blank is off by less than a letter.
_SURE = 0.70
# Of all forms whose features agree, so many are held against the picture.
_MOST_TRIED = 4
# As far as a picture can be told to be too poor: paper darker than this, sides shorter.
_DARK_PAPER, _FEW_PIXELS = 70, (500, 700)
# Or nothing on it darker than the paper by this (of 255), but for two words (per cent).
_FAINT_PRINT, _DARKEST = 30, 0.1


@dataclass(frozen=True, slots=True)
class Looks:
    """What a picture looks like: claims and poses of the forms it is like, else the reason.

    ``upright`` takes places of the most likely form to those of the picture, however unlike.
    """

    claims: tuple[Claim, ...] = ()
    poses: Mapping[FormPage, Pose] = field(default_factory=dict)
    unknown: Unknown | None = None
    nearest: "Matrix | None" = None


class Looked:
    """A picture being compared with blank forms: its features are looked for once."""

    def __init__(self, picture: "Grey", tools: Recognition) -> None:
        """Keep the picture; nothing is looked for until it is asked."""
        self._picture = picture
        self._tools = tools
        self._views = views(picture)
        self._seen: list[tuple[View, Features]] = []

    @cached_property
    def looks(self) -> Looks:
        """Return which blank form the page is like, if one wins.

        The same page of several editions of it may be alike: then it is one of them.
        """
        pages = [
            (layout, number, self._tools.templates.page(layout, number))
            for layout in self._tools.layouts()
            for number in range(1, len(layout.pages) + 1)
        ]
        found, nearest = self._by_features([template for *_, template in pages])
        if not found and pages:
            found = self._by_squares([template for *_, template in pages])
        found = {
            place: pose
            for place, pose in found.items()
            if pose.share_in(self._picture.shape, pages[place][2]) >= _LEAST_SHARE
        }
        if not found:
            return Looks((), {}, unreadable(self._picture) or Unknown.NO_FORM, nearest)
        alike = self._unbeaten({place: (pose, pages[place][2]) for place, pose in found.items()})
        best = found[alike[0]].matrix
        likest = [(pages[place][0].ref, pages[place][1]) for place in alike]
        if len({(ref.form, number) for ref, number in likest}) > 1:
            return Looks((), {}, Unknown.SEVERAL_FORMS, best)
        claims = tuple(Claim(ref.form, ref.edition, "looks", page) for ref, page in likest)
        poses = {page: found[place] for place, page in zip(alike, likest, strict=True)}
        return Looks(claims, poses, None, best)

    def _unbeaten(self, found: Mapping[int, tuple[Pose, Template]]) -> list[int]:
        """Return the blank pages that no other one is clearly more like, the likest first."""
        order = sorted(found, key=lambda place: found[place][0].likeness, reverse=True)
        beaten: set[int] = set()
        for one, other in combinations(order, 2):
            ahead = lead(self._picture, found[one], found[other])
            if ahead is None:
                # What is seen is printed on both; how much of either is cut off tells nothing.
                continue
            liker = found[one][0].likeness - found[other][0].likeness >= _CLEARLY_LIKER
            if ahead >= _CLEAR_LEAD or (liker and ahead > -_CLEAR_LEAD):
                beaten.add(other)
            elif ahead <= -_CLEAR_LEAD:
                beaten.add(one)
        # Each of three may beat the next: then nothing is clear.
        return [place for place in order if place not in beaten] or order

    def pose(self, template: Template) -> Pose | None:
        """Return how one blank page lies in the picture, by its features alone."""
        found, _ = self._by_features([template], GROWN_LIKENESS)
        return found.get(0)

    def _by_features(
        self, templates: Sequence[Template], least: float = LEAST_LIKENESS
    ) -> "tuple[dict[int, Pose], Matrix | None]":
        """Return the poses of those blank pages that the picture is like, and the likeliest."""
        nearest: tuple[int, Matrix] | None = None
        for view, seen in self._features():
            matches = [
                (place, match)
                for place, template in enumerate(templates)
                if (match := in_picture(template.features, seen, view)) is not None
                and match.possible((template.width, template.height), float(self._picture.size))
            ]
            matches.sort(key=lambda one: one[1].inliers, reverse=True)
            if matches and (nearest is None or nearest[0] < matches[0][1].inliers):
                nearest = (matches[0][1].inliers, matches[0][1].matrix)
            poses = self._proved(templates, matches[:_MOST_TRIED])
            found = {place: pose for place, pose in poses if pose.likeness >= least}
            if found:
                return found, nearest[1] if nearest else None
        return {}, nearest[1] if nearest else None

    def _features(self) -> "Iterable[tuple[View, Features]]":
        """Yield the features of every view of the picture, made when they are first asked for."""
        yield from self._seen
        for view in self._views:
            self._seen.append((view, features(view.picture)))
            yield self._seen[-1]

    def _proved(
        self, templates: Sequence[Template], matches: Sequence[tuple[int, Match]]
    ) -> list[tuple[int, Pose]]:
        """Return the poses that come near the best one, made exact."""
        rough = [
            (place, posed(self._picture, templates[place], match.matrix))
            for place, match in matches
        ]
        best = max((pose.likeness for _, pose in rough), default=0.0)
        return [
            (place, refined(pose, self._picture, templates[place], rough=pose.likeness < _SURE))
            for place, pose in rough
            if pose.likeness > best - _ROUGHLY
        ]

    def _by_squares(self, templates: Sequence[Template]) -> dict[int, Pose]:
        """Return the poses that corner squares alone suggest: print may be too poor to tell."""
        marks = squares(self._picture)
        found = (
            (place, registered(self._picture, template, None, marks=marks))
            for place, template in enumerate(templates)
        )
        return {place: pose for place, pose in found if pose is not None}


def unreadable(picture: "Grey") -> Unknown | None:
    """Return why nothing could be recognised on a picture whatever it shows, None if it could."""
    import numpy as np

    if min(picture.shape) < _FEW_PIXELS[0] or max(picture.shape) < _FEW_PIXELS[1]:
        return Unknown.SMALL
    ink, paper = np.percentile(picture[::4, ::4], (_DARKEST, 90))
    if paper < _DARK_PAPER:
        return Unknown.DARK
    return Unknown.FAINT if paper - ink < _FAINT_PRINT else None


def pose_of(
    looked: Looked,
    picture: "Grey",
    found: Sequence[Code],
    template: Template,
    page: FormPage,
) -> Pose | None:
    """Return how ``page``, whose blank is ``template``, lies in the picture, None if it is not it.

    ``found`` are the codes on the picture; one that names another page is believed.
    """
    for code in found:
        claim = code.claim
        if (claim.form, claim.edition, claim.page) == (page[0].form, page[0].edition, page[1]):
            by_marks = registered(picture, template, code, GROWN_LIKENESS)
            if by_marks is not None and by_marks.likeness >= CLOSE_ENOUGH:
                return by_marks
            both = [one for one in (by_marks, looked.pose(template)) if one is not None]
            return max(both, key=lambda one: one.likeness, default=None)
    if found:
        return None
    pose = looked.looks.poses.get(page) or looked.pose(template)
    return pose if pose is not None and pose.likeness >= LEAST_LIKENESS else None
