"""Which documents a file holds: pages gathered, whatever order and company they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from formservice.application.found import PAGE_SCORE, Found, is_sheet
from formservice.application.identify import (
    Candidate,
    Identity,
    identify,
    page_text,
    phrases_in,
)
from formservice.application.page_places import place, ranked, reference
from formservice.application.pieces import joined_by_reference, reunited, told_apart
from formservice.domain.document import TO_SCAN_AGAIN, Medium, Page, PageRole, part_of
from formservice.domain.form import FormRef
from formservice.domain.groups import pattern

# A page that repeats this share of what was already seen begins the same form once more.
_REPEATED = 0.5
# A printed phrase of this length is none of everybody's; an end of a form may hold just one.
_TELLING = 20
# What so many pages of no known form do not show together, more of them will not; looking at all
# of them again with every page would take hours for a batch.
_TOGETHER = 8


def documents(pages: Sequence[Page], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents in a file, each page with content in exactly one, in the file's order.

    Pages that belong to no form stand together as runs without identity. Blank pages are in no
    document's way; between two separators documents are by themselves.
    """
    return documents_in(stretches(pages), forms)


def stretches(pages: Sequence[Page]) -> list[list[Page]]:
    """Return the pages with content, parted where a separator stands."""
    parts: list[list[Page]] = [[]]
    for page in pages:
        if page.role is PageRole.SEPARATOR:
            parts.append([])
        elif page.role is PageRole.CONTENT:
            parts[-1].append(page)
    return [part for part in parts if part]


def documents_in(parts: Sequence[Sequence[Page]], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents in stretches of pages, numbered through, each page in exactly one.

    Only within a stretch does it mean something that pages follow each other. Pages with one
    reference are one document wherever they are.
    """
    # A sheet with one of these goes with no other document.
    own = _references_of_forms([page for part in parts for page in part], forms)
    pieces = [_bridged(_runs(part, forms, own), forms) for part in parts]
    pieces = told_apart(pieces, forms)
    joined = reunited(joined_by_reference(pieces, forms), forms)
    stretch = {page.number: place for place, part in enumerate(parts) for page in part}
    return _with_strayed_sheets([one for part in joined for one in part], forms, stretch)


def _runs(pages: Sequence[Page], forms: Sequence[Candidate], own: set[str]) -> list[Found]:
    """Return pages that follow each other and belong together."""
    sheet_refs = {one.ref for one in forms if one.is_sheet}
    runs: list[list[Page]] = []
    sheets: list[list[Page]] = []
    nearest: list[FormRef | None] = []
    identities: list[Identity] = []
    for page in pages:
        alone = identify([page], forms)
        here = alone.nearest if alone.score >= PAGE_SCORE else None
        is_sheet = alone.ref in sheet_refs and alone.ref is not None
        behind = _continues_only(page) or (is_sheet and not _stands_alone(page))
        away = runs and reference([page]) in own - {reference(runs[-1])}
        if behind and not away and _takes(runs[-1:], nearest[-1:], page, forms):
            sheets[-1].append(page)
        elif (
            runs
            and not TO_SCAN_AGAIN & {page.unknown, runs[-1][-1].unknown}
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
    return [
        Found(identity, tuple(run), tuple(behind))
        for identity, run, behind in zip(identities, runs, sheets, strict=True)
    ]


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
            and between.identity.score < PAGE_SCORE <= one.identity.score
            and _one_form(before.identity, one.identity)
            and not any(page.claims for half in (before, one) for page in half.pages)
            and not TO_SCAN_AGAIN & {page.unknown for page in between.pages}
            and _belongs(before.pages, one.pages[0], one.identity.nearest, forms)
        ):
            pages = (*before.pages, *between.pages, *one.pages)
            joined[-2:] = [Found(identify(pages, forms), pages, one.sheets)]
        else:
            joined.append(one)
    return joined


def _with_strayed_sheets(
    found: Sequence[Found], forms: Sequence[Candidate], stretch: Mapping[int, int]
) -> list[Found]:
    """Return the documents with sheets that stand apart given to the only form they fit.

    ``stretch`` tells of every page where it lies: a picture of a sheet without reference goes with
    no document that a separator parts it from.
    """
    result = [one for one in found if not is_sheet(one, forms) or _is_free(one)]
    for stray in (one for one in found if is_sheet(one, forms) and not _is_free(one)):
        pages = (*stray.pages, *stray.sheets)
        homes = [
            number
            for number, one in enumerate(result)
            if all(_takes([one.pages], [one.identity.nearest], page, forms) for page in pages)
            and (not is_sheet(one, forms) or _continued(pages) <= _names_of(one, forms))
            and (
                not _is_bound(pages)
                or stretch[one.pages[0].number] == stretch[stray.pages[0].number]
            )
        ]
        theirs = reference(pages)
        homes = [n for n in homes if theirs and reference(result[n].pages) == theirs] or homes
        if len(homes) == 1:
            home = result[homes[0]]
            result[homes[0]] = replace(home, sheets=(*home.sheets, *pages))
        else:
            result.append(stray)
    return sorted(result, key=lambda one: one.pages[0].number)


def _is_bound(pages: Sequence[Page]) -> bool:
    """Say whether nothing but where pictures lie tells whose they are."""
    pictures = all(page.medium is Medium.SCAN and not page.sightings for page in pages)
    return pictures and reference(pages) is None


def _is_free(found: Found) -> bool:
    """Say whether there is a sheet among the pages that somebody filled by itself."""
    return any(_stands_alone(page) for page in found.pages)


def _names_of(found: Found, forms: Sequence[Candidate]) -> frozenset[str]:
    return next((one.anchors for one in forms if one.ref == found.identity.nearest), frozenset())


def _continued(pages: Sequence[Page]) -> set[str]:
    """Return which fields ``pages`` go on with, as far as they say it by names."""
    parts = (part_of(sighting.key) for page in pages for sighting in page.sightings)
    return {pattern(key) for key, number in parts if number > 1}


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
        before, after = reference(run), reference([page])
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
