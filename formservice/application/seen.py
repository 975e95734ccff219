"""Everything seen on the pages of one document, and its definition in the shape they have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from formservice.application.extract import missing
from formservice.application.label_items import item_sightings
from formservice.application.label_repair import ENOUGH_LABELS
from formservice.application.label_scans import lost_sightings, scan_sightings
from formservice.application.labels import label_sightings
from formservice.application.occurrences import numbered_by_occurrence
from formservice.application.page_places import claimed_place
from formservice.application.ports import OpenDocument
from formservice.domain.copies import copies, marked_copy, printed_shape, reshaped, shape_of_copies
from formservice.domain.document import Doubt, Medium, Page, Sighting, part_key, part_of
from formservice.domain.form import FieldKind, FormDefinition, Group, Layout, PageCopy
from formservice.domain.groups import MOST_ITEMS, Shape, numbers, shape_of


class Seen(NamedTuple):
    """What was seen of a document; ``definition`` has as many items as the document."""

    definition: FormDefinition
    sightings: list[Sighting]


def seen_on(
    opened: OpenDocument,
    pages: Sequence[Page],
    definition: FormDefinition,
    sheets: Sequence[Page] = (),
) -> Seen:
    """Return everything seen on ``pages``, from anchors over zones to the label chain.

    ``sheets`` are continuation sheets; they say only which items the document has.
    """
    seen = [sighting for page in pages for sighting in page.sightings]
    alone = all(part_of(sighting.key)[1] > 1 for sighting in seen)
    if definition.continuation is not None and alone:
        behind = (sighting for page in sheets for sighting in page.sightings)
        seen = _stranded(definition.continuation.text, [*seen, *behind])
    if definition.members:
        if all(page.medium is Medium.DOCX for page in pages):
            seen = numbered_by_occurrence(definition, seen)
        behind = (sighting for page in sheets for sighting in page.sightings)
        definition = _in_shape(definition, pages, (*seen, *behind))
    strange: list[Page] = []
    grown = False
    for page in pages:
        placed = _zones(opened, page, definition)
        seen.extend(placed)
        if not placed or _lacks_zones(page, placed, definition):
            strange.append(page)
        grown = grown or (page.medium is Medium.SCAN and not _is_whole(page, placed, definition))
    if grown:
        return _with_scanned(opened, definition, seen, pages)
    wanted = {
        anchor
        for field in missing(definition, seen)
        if field.kind is not FieldKind.SIGNATURE
        for anchor in field.anchors
    }
    # On a page in our own layout all fields are seen; its answers may quote labels of others.
    # Those of a page that grew are seen in part, and go on behind it.
    blocks = [block for page in strange for block in page.blocks] if wanted else []
    if blocks and definition.members:
        return _with_items(definition, seen, strange)
    if blocks:
        chained = label_sightings(definition, blocks)
        seen.extend(one for one in chained if one.key in wanted)
    return Seen(definition, seen)


def _lacks_zones(page: Page, placed: Sequence[Sighting], definition: FormDefinition) -> bool:
    """Say whether a page of text lacks zones of its page of the form: what Word printed grew."""
    layout = definition.layout
    if page.medium is not Medium.TEXT or layout is None:
        return False
    keys = {one.key for one in (*placed, *page.sightings)}
    pages = {zone.page for zone in layout.zones if zone.key in keys}
    return any(zone.key not in keys for number in pages for zone in layout.on_page(number))


def _is_whole(page: Page, placed: Sequence[Sighting], definition: FormDefinition) -> bool:
    """Say whether all zones of a scanned page were found, and none of them grew."""
    if not placed or any(Doubt.OVERFLOW in one.doubts for one in placed):
        return False
    place, layout = claimed_place(page), definition.layout
    if place is None or len(place) > 1 or layout is None:
        return True
    return {zone.key for zone in layout.on_page(place[0])} <= {one.key for one in placed}


def _with_scanned(
    opened: OpenDocument,
    definition: FormDefinition,
    seen: Sequence[Sighting],
    pages: Sequence[Page],
) -> Seen:
    """Return what was seen with what the labels tell on scans of a form that grew or is foreign.

    An answer that reaches beyond its zone is taken as a whole from between the labels. Where a
    page is missing too few labels are there to go by, and looking for them takes seconds.
    """
    scans = [page for page in pages if page.medium is Medium.SCAN]
    alone = _alone(pages, definition)
    if alone:
        wanted = {anchor for field in missing(definition, seen) for anchor in field.anchors}
        lost = lost_sightings(definition, scans[0].number)
        return Seen(definition, [*seen, *(one for one in lost if one.key in alone & wanted)])
    blocks = [block for page in scans for block in opened.lines(page.number)]
    own = any(claim.source == "qr" for page in scans for claim in page.claims)
    chained, shape = scan_sightings(definition, blocks, own=own)
    if definition.members and shape:
        here = shape_of(definition, (field.key for field in definition.fields))
        definition = reshaped(definition, _larger(here, shape))
    cut = {one.key: one for one in seen if Doubt.OVERFLOW in one.doubts}
    longer = {one.key: one for one in chained if one.key in cut and _goes_on(cut[one.key], one)}
    wanted = {anchor for field in missing(definition, seen) for anchor in field.anchors}
    signed = {one.key for one in definition.fields if one.kind is FieldKind.SIGNATURE}
    kept = [longer.get(one.key, one) for one in seen]
    return Seen(definition, [*kept, *(one for one in chained if one.key in wanted - signed)])


def _alone(pages: Sequence[Page], definition: FormDefinition) -> set[str]:
    """Return the keys of all zones on ``pages`` if others of the form are missing, else none.

    A form that grew has pages that are none of ours; of such nobody can tell what is missing.
    """
    layout = definition.layout
    places = [claimed_place(page) for page in pages]
    if layout is None or any(page.medium is not Medium.SCAN for page in pages):
        return set()
    numbers = [place[0] for place in places if place is not None and len(place) == 1]
    own = len(layout.pages) - len(layout.copies)
    if len(set(numbers)) < len(pages) or max(numbers, default=own) > own:
        return set()
    here = {zone.key for zone in layout.zones if zone.page in numbers}
    return here if len(here) < ENOUGH_LABELS * len(layout.zones) else set()


def _goes_on(cut: Sighting, chained: Sighting) -> bool:
    """Say whether what the labels tell is all of an answer that begins in its zone."""
    begins = chained.page == cut.page
    return begins and len(chained.text) >= len(cut.text) and not chained.unreadable


def _stranded(text: str, seen: Sequence[Sighting]) -> list[Sighting]:
    """Return what was seen on sheets without their form: what goes on there is their ``text``.

    Nobody can tell what it began with.
    """
    result: list[Sighting] = []
    number = 0
    for one in seen:
        if part_of(one.key)[1] > 1:
            number += 1
            key = text if number == 1 else part_key(text, number)
            result.append(replace(one, key=key, doubts=one.doubts | {Doubt.OVERFLOW}))
        else:
            result.append(one)
    return result


def _with_items(
    definition: FormDefinition, seen: Sequence[Sighting], strange: Sequence[Page]
) -> Seen:
    """Return what was seen with what the label chain finds of items on pages not our own.

    In a foreign layout only the labels tell how many items there are; a print of a Word file that
    grew has them on pages the form does not know. In a Word file itself the controls tell.
    """
    shape, chained = item_sightings(definition, [one for page in strange for one in page.blocks])
    if not any(numbers(sighting.key) for sighting in seen):
        definition = reshaped(definition, shape)
    elif all(page.medium is not Medium.DOCX for page in strange):
        here = shape_of(definition, (field.key for field in definition.fields))
        definition = reshaped(definition, _larger(here, shape))
    wanted = {anchor for field in missing(definition, seen) for anchor in field.anchors}
    signed = {one.key for one in definition.fields if one.kind is FieldKind.SIGNATURE}
    return Seen(definition, [*seen, *(one for one in chained if one.key in wanted - signed)])


def _in_shape(
    definition: FormDefinition, pages: Sequence[Page], seen: Iterable[Sighting]
) -> FormDefinition:
    """Return ``definition`` with the items whose fields were seen, or whose pages are there.

    On paper there are always whole pages: the rows nobody filled are there as well, and so is
    what stood on a page that is lost while a later one is here.
    """
    shape = shape_of(definition, (part_of(sighting.key)[0] for sighting in seen))
    if all(page.medium is Medium.DOCX for page in pages):
        return reshaped(definition, shape)
    claimed = (_claimed_copy(definition, page) for page in pages)
    of_copies = shape_of_copies(definition, (copy for copy in claimed if copy is not None))
    here = printed_shape(definition, _larger(shape, of_copies))
    whole = _with_lost(definition, here, pages)
    # Most plans fill no more than the form has, and then it is as it was built.
    return definition if whole == printed_shape(definition, {}) else reshaped(definition, whole)


def _with_lost(definition: FormDefinition, shape: Shape, pages: Sequence[Page]) -> Shape:
    """Return ``shape`` with as many further copies as the pages say there are.

    The last ones are lost, or none of the form's own: those of a Word file that grew and was
    printed and scanned. Nobody can tell what stands there: further items, most likely.
    """
    totals = [claim.total for page in pages for claim in page.claims if claim.total]
    if all(page.medium is Medium.SCAN for page in pages):
        totals.append(len(pages))
    if not totals or definition.layout is None:
        return shape
    lost = min(max(totals), MOST_ITEMS) - len(definition.layout.pages)
    lost -= len(copies(definition, shape))
    outer = next((one.key for one in definition.members if isinstance(one, Group)), "")
    for _ in range(lost):
        more = {**shape, outer: shape[outer] + 1}
        shape = printed_shape(definition, more)
    return shape


def _larger(one: Shape, other: Shape) -> Mapping[str, int]:
    return {key: max(one.get(key, 0), other.get(key, 0)) for key in {*one, *other}}


def _claimed_copy(definition: FormDefinition, page: Page) -> PageCopy | None:
    """Return the copy that ``page`` claims to be, None if it claims none, or an impossible one."""
    place = claimed_place(page)
    if place is None or len(place) == 1:
        return None
    number, group, first, part = place
    return marked_copy(definition, number, (group, first, part))


def _zones(opened: OpenDocument, page: Page, definition: FormDefinition) -> Sequence[Sighting]:
    """Return what stands in the zones of ``page``; all form pages are tried if it may be any."""
    layout = definition.layout
    if layout is None or page.medium is Medium.DOCX:
        return ()
    own = len(layout.pages) - len(layout.copies)
    place = claimed_place(page)
    if place is not None and len(place) > 1:
        copy = _claimed_copy(definition, page)
        # What claims to be a copy the form cannot have is not read as any other page.
        known = own + 1 + layout.copies.index(copy) if copy in layout.copies else 0
        return opened.zones(page.number, layout, known) if known else ()
    number = place[0] if place is not None else _named_page(page, layout)
    if number is not None and (number <= len(layout.pages) or page.medium is not Medium.SCAN):
        return opened.zones(page.number, layout, number) if number <= len(layout.pages) else ()
    # A form that grew has more pages than ours; any of them may still lie as one of ours.
    tries = (opened.zones(page.number, layout, n + 1) for n in range(own))
    return max(tries, key=len, default=())


def _named_page(page: Page, layout: Layout) -> int | None:
    """Return the page of the form that the names of the controls on ``page`` belong to, if one."""
    names = {sighting.key for sighting in page.sightings}
    numbers = {zone.page for zone in layout.zones if zone.key in names}
    return numbers.pop() if len(numbers) == 1 else None
