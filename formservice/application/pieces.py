"""Which pieces of a pile are one document, and which only lie together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from formservice.application.found import PAGE_SCORE, Found, Kin, is_sheet, kin_of
from formservice.application.identify import Candidate, identify
from formservice.application.page_places import claimed_place, reference
from formservice.domain.document import Medium, Page


def told_apart(pieces: Sequence[Sequence[Found]], forms: Sequence[Candidate]) -> list[list[Found]]:
    """Return the pieces with those broken up whose pages may be of different documents.

    Pages without reference say only by their order whose they are, and so do those of a
    reference that is there more than once. Where the order is broken, it says nothing.
    """
    told = {
        (kin_of([page], one), claimed_place(page))
        for part in pieces
        for one in part
        for page in one.pages
        if reference([page])
    }
    result: list[list[Found]] = []
    for part in pieces:
        broken = _broken_kin([one for one in part if not is_sheet(one, forms)])
        shuffled = any(own for _, own in broken)
        apart: list[Found] = []
        for one in _without_strangers(part, forms) if shuffled else part:
            if _is_only_pictures(one) and (
                kin_of(one.pages, one) in broken
                or (shuffled and reference(one.pages) is None)
                or not _goes_with_reference(one, told, shuffled=shuffled)
            ):
                apart += _single(one, forms)
            else:
                apart.append(one)
        result.append(apart)
    return result


def _broken_kin(part: Sequence[Found]) -> set[Kin]:
    """Return of which form and reference the pages of a stretch do not follow each other.

    There are some that nothing goes before, and others that nothing follows.
    """
    groups: dict[Kin, list[Found]] = defaultdict(list)
    for one in part:
        groups[kin_of(one.pages, one)].append(one)
    broken = set()
    for kin, group in groups.items():
        places = [[claimed_place(page) or () for page in one.pages] for one in group]
        last = max(own[-1] for own in places)
        strays = any(own[0] > (1,) for own in places)
        if strays and any(own[0] == (1,) and own[-1] < last for own in places):
            broken.add(kin)
    return broken


def _is_only_pictures(one: Found) -> bool:
    """Say whether nothing but claims tells how the pages belong together."""
    return len(one.pages) > 1 and all(
        claimed_place(page) is not None and not page.sightings for page in one.pages
    )


def _goes_with_reference(
    one: Found, told: set[tuple[Kin, tuple[int, ...] | None]], *, shuffled: bool
) -> bool:
    """Say whether pages without reference are those the document lacks, as far as known."""
    strangers = [page for page in one.pages if reference([page]) is None]
    if not strangers or len(strangers) == len(one.pages):
        return True
    kin = kin_of(one.pages, one)
    return not shuffled and all((kin, claimed_place(page)) not in told for page in strangers)


def _without_strangers(part: Sequence[Found], forms: Sequence[Candidate]) -> list[Found]:
    """Return pieces and, by themselves, those sheets behind them that only lie there."""
    result: list[Found] = []
    for one in part:
        strange = [page for page in one.sheets if not page.sightings and not reference([page])]
        behind = tuple(page for page in one.sheets if page not in strange)
        result.append(replace(one, sheets=behind))
        result += [Found(identify([page], forms), (page,)) for page in strange]
    return result


def _single(one: Found, forms: Sequence[Candidate]) -> list[Found]:
    """Return every page of a piece by itself, its sheets with the last one."""
    *before, last = one.pages
    return [
        *(Found(identify([page], forms), (page,)) for page in before),
        Found(identify([last], forms), (last,), one.sheets),
    ]


def joined_by_reference(
    pieces: Sequence[Sequence[Found]], forms: Sequence[Candidate]
) -> list[list[Found]]:
    """Return the pieces with pages of one reference joined, wherever they are.

    A joined piece stands where its first page is. A picture of a page may be there more than once:
    which of them counts is told by what is on them. Whole copies of a document stay apart.
    """
    mates: dict[Kin, list[Found]] = defaultdict(list)
    for one in (one for part in pieces for one in part):
        mates[kin_of(one.pages, one)].append(one)
    whole = {
        kin: _whole(group, forms, twice=_is_scanned_twice(group))
        if kin[1] and len(group) > 1
        else None
        for kin, group in mates.items()
    }
    result: list[list[Found]] = []
    for part in pieces:
        kept: list[Found] = []
        for one in part:
            kin = kin_of(one.pages, one)
            joined = whole[kin]
            if joined is None:
                kept.append(one)
            elif one is mates[kin][0]:
                kept.append(joined)
        result.append(kept)
    return result


def reunited(pieces: Sequence[Sequence[Found]], forms: Sequence[Candidate]) -> list[list[Found]]:
    """Return the pieces with pages of one form joined that stand apart within a stretch.

    Pages without reference belong together, and to the only one there is, if they are each there
    once. Where they lie from back to front, no other stretch may lack pages of that form.
    """
    places = [_strange_places(part) for part in pieces]
    result = []
    for own, part in enumerate(pieces):
        others = [one for number, one in enumerate(places) if number != own]
        result.append(_reunited(part, forms, others))
    return result


def _reunited(
    part: Sequence[Found],
    forms: Sequence[Candidate],
    others: Sequence[Mapping[str | None, set[tuple[int, ...]]]],
) -> list[Found]:
    """Return the documents of a stretch; ``others`` are the ``_strange_places`` of the others."""
    mates: dict[str | None, list[Found]] = defaultdict(list)
    for one in part:
        mates[kin_of(one.pages, one)[0]].append(one)
    joined: list[Found] = []
    for form, group in mates.items():
        sure = {mate.identity.nearest for mate in group if not mate.identity.editions}
        kinds: dict[object, list[Found]] = defaultdict(list)
        for one in group:
            # Two editions are here for sure: a page that may be of either stays alone.
            same = (one.identity.nearest, one.identity.editions) if len(sure) > 1 else None
            kinds[same].append(one)
        for kind in kinds.values():
            references = {reference(one.pages) for one in kind} - {None}
            whole = _whole(kind, forms) if len(kind) > 1 and len(references) < 2 else None
            if whole is not None and _is_backwards(whole):
                own = set(map(claimed_place, whole.pages))
                if any(places.get(form, own) != own for places in others):
                    whole = None
            joined += kind if whole is None else [whole]
    return sorted(joined, key=lambda one: one.pages[0].number)


def _strange_places(part: Sequence[Found]) -> dict[str | None, set[tuple[int, ...]]]:
    """Return by form which pages of it are in a stretch without reference."""
    places: dict[str | None, set[tuple[int, ...]]] = defaultdict(set)
    for one in part:
        for page in one.pages:
            place = claimed_place(page)
            if place is not None and reference([page]) is None:
                places[kin_of(one.pages, one)[0]].add(place)
    return dict(places)


def _is_backwards(whole: Found) -> bool:
    """Say whether pages that claim their places do not lie in the order of these."""
    numbers = [page.number for page in whole.pages if claimed_place(page) is not None]
    return numbers != sorted(numbers)


def _is_scanned_twice(group: Sequence[Found]) -> bool:
    """Say whether pages of one reference are there again that are pictures and say their place."""
    whole = [[claimed_place(page) for page in one.pages] for one in group]
    copies = {frozenset(places) for places in whole}
    if len(copies) == 1 and len(whole[0]) > 1:
        return False  # each is whole by itself
    return all(
        page.medium is Medium.SCAN
        and not page.sightings
        and reference([page]) is not None
        and claimed_place(page) is not None
        for one in group
        for page in one.pages
    )


def _whole(
    group: Sequence[Found], forms: Sequence[Candidate], *, twice: bool = False
) -> Found | None:
    """Return the pages of a form joined in their order, None if some are there twice.

    With ``twice`` they may be.
    """
    known = all(one.identity.score >= PAGE_SCORE and not is_sheet(one, forms) for one in group)
    pages = [page for mate in group for page in mate.pages]
    if not known or not (twice or _each_once(pages)):
        return None
    pages.sort(key=lambda page: (claimed_place(page) or (page.number,), page.number))
    sheets = tuple(sheet for mate in group for sheet in mate.sheets)
    return Found(identify(pages, forms), tuple(pages), sheets)


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
