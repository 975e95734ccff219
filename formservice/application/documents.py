"""Which documents a file holds: pages gathered, whatever order and company they came in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from formservice.application.identify import (
    Candidate,
    Identity,
    identify,
    page_text,
    phrases_in,
)
from formservice.application.page_places import claimed_place, place, ranked, reference
from formservice.domain.document import Page, part_of
from formservice.domain.form import FormRef
from formservice.domain.groups import pattern

# One page of several carries only part of the wording; below this it is no page of the form.
_PAGE_SCORE = 0.05
# A page that repeats this share of what was already seen begins the same form once more.
_REPEATED = 0.5
# A printed phrase of this length is none of everybody's; an end of a form may hold just one.
_TELLING = 20
# What so many pages of no known form do not show together, more of them will not; looking at all
# of them again with every page would take hours for a batch.
_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One document in a file: its pages, what it is, and the continuation sheets behind it."""

    identity: Identity
    pages: tuple[Page, ...]
    sheets: tuple[Page, ...] = ()


def documents(pages: Sequence[Page], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents in a file, each page in exactly one of them, in the file's order.

    Pages that belong to no form stand together as runs without identity.
    """
    sheet_refs = {one.ref for one in forms if one.is_sheet}
    # A sheet with one of these goes with no other document.
    own = _references_of_forms(pages, forms)
    runs: list[list[Page]] = []
    sheets: list[list[Page]] = []
    nearest: list[FormRef | None] = []
    identities: list[Identity] = []
    for page in pages:
        alone = identify([page], forms)
        here = alone.nearest if alone.score >= _PAGE_SCORE else None
        is_sheet = alone.ref in sheet_refs and alone.ref is not None
        behind = _continues_only(page) or (is_sheet and not _stands_alone(page))
        away = runs and reference([page]) in own - {reference(runs[-1])}
        if behind and not away and _takes(runs[-1:], nearest[-1:], page, forms):
            sheets[-1].append(page)
        elif (
            runs
            and _one_form(identities[-1], alone)
            and (nearest[-1] is None) == (here is None)
            and _belongs(runs[-1], page, here, forms)
        ):
            runs[-1].append(page)
            if here is not None or len(runs[-1]) <= _TOGETHER:
                identities[-1] = identify(runs[-1], forms)
            nearest[-1] = identities[-1].nearest if here else None
        elif runs and _ends(runs[-1], nearest[-1], page, forms):
            runs[-1].append(page)
        else:
            runs.append([page])
            sheets.append([])
            nearest.append(here)
            identities.append(alone)
    found = [
        Found(identity, tuple(run), tuple(behind))
        for identity, run, behind in zip(identities, runs, sheets, strict=True)
    ]
    return _with_strayed_sheets(_reunited(_bridged(found, forms), forms), forms)


def _one_form(one: Identity, other: Identity) -> bool:
    """Say whether two pieces may be the same form, where one leaves open which edition it is."""
    if one.nearest is None or other.nearest is None or one.nearest == other.nearest:
        return one.nearest == other.nearest
    return one.nearest.form == other.nearest.form and bool(one.editions or other.editions)


def _bridged(found: Sequence[Found], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents with pages of pure answer text between two halves of one form joined.

    In a foreign layout a long answer fills pages that carry no printed word.
    """
    joined: list[Found] = []
    for one in found:
        before = joined[-2] if len(joined) > 1 else None
        between = joined[-1] if joined else None
        if (
            before is not None
            and between is not None
            and between.identity.score < _PAGE_SCORE <= one.identity.score
            and _one_form(before.identity, one.identity)
            and not any(page.claims for half in (before, one) for page in half.pages)
            and _belongs(before.pages, one.pages[0], one.identity.nearest, forms)
        ):
            pages = (*before.pages, *between.pages, *one.pages)
            joined[-2:] = [Found(identify(pages, forms), pages, one.sheets)]
        else:
            joined.append(one)
    return joined


def _reunited(found: Sequence[Found], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents with pages of one form joined that are out of order or stand apart.

    Pages belong together that carry one reference, or, without any, that are each there once.
    """
    mates: dict[tuple[str | None, str | None], list[Found]] = defaultdict(list)
    for one in found:
        mates[_kin(one)].append(one)
    joined: list[Found] = []
    for one in found:
        group = mates[_kin(one)]
        if len({mate.identity.nearest for mate in group if not mate.identity.editions}) > 1:
            # Two editions are here for sure: a page that may be of either stays alone.
            same = one.identity.nearest, one.identity.editions
            group = [m for m in group if (m.identity.nearest, m.identity.editions) == same]
        known = one.identity.score >= _PAGE_SCORE and not _is_sheet(one, forms)
        pages = [page for mate in group for page in mate.pages] if known else []
        if len(group) == 1 or not known or not _each_once(pages):
            joined.append(one)
        elif one is group[0]:
            pages.sort(key=lambda page: claimed_place(page) or (page.number,))
            sheets = tuple(sheet for mate in group for sheet in mate.sheets)
            joined.append(Found(identify(pages, forms), tuple(pages), sheets))
    return joined


def _kin(found: Found) -> tuple[str | None, str | None]:
    """Return form and reference, which the pages of one document have in common."""
    nearest = found.identity.nearest
    return (nearest.form if nearest else None, reference(found.pages))


def _each_once(pages: Sequence[Page]) -> bool:
    """Say whether no page of the form comes up twice, as far as pages tell which one they are."""
    places = [claimed_place(page) for page in pages]
    if None not in places:
        return len(set(places)) == len(places)
    names = [{sighting.key for sighting in page.sightings} for page in pages]
    told = [place for place in places if place is not None]
    known = all(own or place is not None for own, place in zip(names, places, strict=True))
    once = len(set(told)) == len(told)
    return known and once and len(set().union(*names)) == sum(len(own) for own in names)


def _with_strayed_sheets(found: Sequence[Found], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents with sheets that stand apart given to the only form they fit."""
    result = [one for one in found if not _is_sheet(one, forms) or _is_free(one)]
    for stray in (one for one in found if _is_sheet(one, forms) and not _is_free(one)):
        pages = (*stray.pages, *stray.sheets)
        homes = [
            number
            for number, one in enumerate(result)
            if all(_takes([one.pages], [one.identity.nearest], page, forms) for page in pages)
            and (not _is_sheet(one, forms) or _continued(pages) <= _names_of(one, forms))
        ]
        theirs = reference(pages)
        homes = [n for n in homes if theirs and reference(result[n].pages) == theirs] or homes
        if len(homes) == 1:
            home = result[homes[0]]
            result[homes[0]] = replace(home, sheets=(*home.sheets, *pages))
        else:
            result.append(stray)
    return sorted(result, key=lambda one: one.pages[0].number)


def _is_free(found: Found) -> bool:
    """Say whether there is a sheet among the pages that somebody filled by itself."""
    return any(_stands_alone(page) for page in found.pages)


def _names_of(found: Found, forms: Sequence[Candidate]) -> frozenset[str]:
    return next((one.anchors for one in forms if one.ref == found.identity.nearest), frozenset())


def _continued(pages: Sequence[Page]) -> set[str]:
    """Return which fields ``pages`` go on with, as far as they say it by names."""
    parts = (part_of(sighting.key) for page in pages for sighting in page.sightings)
    return {pattern(key) for key, number in parts if number > 1}


def _is_sheet(found: Found, forms: Sequence[Candidate]) -> bool:
    """Say whether ``found`` is nothing but continuation sheets."""
    ref = found.identity.nearest
    return found.identity.score >= _PAGE_SCORE and any(
        one.is_sheet and one.ref == ref for one in forms
    )


def _takes(
    runs: Sequence[Sequence[Page]],
    nearest: Sequence[FormRef | None],
    sheet: Page,
    forms: Sequence[Candidate],
) -> bool:
    """Say whether ``sheet`` can go on with the document of ``runs``, which is one or none."""
    for run, ref in zip(runs, nearest, strict=True):
        form = next((one for one in forms if one.ref == ref), None)
        here, there = reference([sheet]), reference(run)
        if form is None or (here and there and here != there):
            return False
        return form.is_sheet or _continued([sheet]) <= form.anchors
    return False


def _references_of_forms(pages: Sequence[Page], forms: Sequence[Candidate]) -> set[str]:
    """Return the references of pages that are no continuation sheets."""
    sheets = {one.ref.form for one in forms if one.is_sheet}
    claims = (claim for page in pages for claim in page.claims)
    return {one.reference for one in claims if one.reference and one.form not in sheets}


def _ends(
    run: Sequence[Page], ref: FormRef | None, page: Page, forms: Sequence[Candidate]
) -> bool:
    """Say whether ``page`` is the end of a foreign layout, with little of the wording."""
    form = next((one for one in forms if one.ref == ref), None)
    if form is None or page.claims or any(one.claims for one in run):
        return False
    new = phrases_in(form, page_text([page])) - phrases_in(form, page_text(run))
    return any(len(phrase) >= _TELLING for phrase in new)


def _continues_only(page: Page) -> bool:
    """Say whether a page holds nothing but continuations (``q3_erreicht__2``)."""
    keys = [sighting.key for sighting in page.sightings]
    return bool(keys) and all(part_of(key)[1] > 1 for key in keys)


def _stands_alone(page: Page) -> bool:
    """Say whether a sheet has fields of its own: somebody filled it, it continues nothing."""
    return any(part_of(sighting.key)[1] == 1 for sighting in page.sightings)


def _belongs(
    run: Sequence[Page], page: Page, ref: FormRef | None, forms: Sequence[Candidate]
) -> bool:
    """Say whether ``page`` goes on with the document ``run``; both are nearest to ``ref``."""
    last, here = ranked(run[-1]), ranked(page)
    if bool(last) is not bool(here):
        # Our own pages all say what they are; one that does not is no page of this document.
        return False
    if last and here:
        before, after = reference(run[-1:]), reference([page])
        if before and after and before != after:
            return False
        earlier, later = place(last[0]), place(here[0])
        if earlier is not None and later is not None:
            return later > earlier
    form = next((one for one in forms if one.ref == ref), None)
    if form is None:
        return True
    keys = {sighting.key for one in run for sighting in one.sightings}
    own = {sighting.key for sighting in page.sightings}
    # Every item of a group has the same words.
    now = phrases_in(form, page_text([page])) - form.repeated
    known = phrases_in(form, page_text(run))
    repeated_names = own and len(keys & own) > _REPEATED * len(own)
    repeated_words = now and len(known & now) > _REPEATED * len(now)
    return not (repeated_names or repeated_words)
