"""Whether a returned form prints the text people signed for: read in full, and compared.

Only forms with a ``fixed_text`` are compared; reading all their text takes time.
"""

from collections.abc import Sequence
from dataclasses import replace

from formservice.application.page_places import claimed_place
from formservice.application.ports import OpenDocument
from formservice.application.wording_exact import differences
from formservice.application.wording_seen import differences_seen
from formservice.domain.document import Block, Box, Medium, Page
from formservice.domain.findings import Finding
from formservice.domain.form import FormDefinition, Layout, Severity
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult

# A picture is looked at in so many ways before anything is said against it.
_LOOKS = 2


def with_wording(
    result: CheckResult,
    opened: OpenDocument,
    pages: Sequence[Page],
    definition: FormDefinition,
    record: Record,
) -> CheckResult:
    """Return ``result`` with what is to say about the printed text of ``pages``, if anything."""
    found = _findings(opened, pages, definition, record)
    blocked = any(finding.severity is Severity.BLOCKS for finding in found)
    return replace(
        result,
        findings=(*found, *result.findings),
        archivable=result.archivable and not blocked,
    )


def _findings(
    opened: OpenDocument, pages: Sequence[Page], definition: FormDefinition, record: Record
) -> tuple[Finding, ...]:
    layout = definition.layout
    if definition.fixed_text is None or layout is None:
        return ()
    places = [(page.number, _place(page, layout)) for page in pages]

    def look(attempt: int) -> list[Block]:
        printed = (opened.printed(number, layout, place, attempt) for number, place in places)
        return [block for blocks in printed for block in blocks]

    if all(page.medium is not Medium.SCAN for page in pages):
        return differences(definition, record, look(0))
    fields = {number: _fields(layout, place) for number, place in places}
    # Where a page is missing no look finds all of the text, and a person sees to it anyhow.
    own = len(layout.pages) - len(layout.copies)
    here = {place for _, place in places}
    missing = None not in here and not here >= set(range(1, own + 1))
    looks = (look(attempt) for attempt in range(1 if missing else _LOOKS))
    return differences_seen(definition, looks, fields)


def _place(page: Page, layout: Layout) -> int | None:
    """Return which page of the form a page says it is; a copy prints what its page prints."""
    place = claimed_place(page)
    if place is None or place[0] > len(layout.pages) - len(layout.copies):
        return None
    return place[0]


def _fields(layout: Layout, place: int | None) -> list[Box]:
    """Return where on a page of the form something is written, or drawn as a mark."""
    if place is None:
        return []
    boxes = [zone.box for zone in layout.on_page(place)]
    # The number of an item is part of the phrase it stands in.
    boxes += [one.box for one in layout.echoes if one.page == place and one.source[-1:] != "]"]
    return boxes + [box for page, box in (*layout.qr, *layout.squares) if page == place]
