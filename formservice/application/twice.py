"""Pages of one document that are there again, and pages that nothing but their order joins."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from formservice.application.page_places import claimed_place, reference
from formservice.application.ports import OpenDocument
from formservice.domain.document import Doubt, Medium, Page, Sighting
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Layout, Severity
from formservice.domain.rules import CheckResult


@dataclass(frozen=True, slots=True)
class Twice:
    """The pages of a document, each once, and those that are there again.

    Behind a page that is there again stands which one it is like: ``same`` is the same sheet,
    ``other`` says that it is this page of the form with something else on it.
    """

    pages: tuple[Page, ...]
    same: tuple[tuple[Page, Page], ...] = ()
    other: tuple[tuple[Page, Page], ...] = ()


def each_once(opened: OpenDocument, pages: Sequence[Page], definition: FormDefinition) -> Twice:
    """Return which pages of a document to read; what is on those that come again is compared."""
    if definition.continuation is not None:
        return Twice(tuple(pages))  # every sheet is page 1 of its form
    by_place: dict[tuple[int, ...], list[Page]] = defaultdict(list)
    for page in pages:
        place = claimed_place(page)
        if page.medium is Medium.SCAN and place is not None and reference([page]):
            by_place[place].append(page)
    same: list[tuple[Page, Page]] = []
    other: list[tuple[Page, Page]] = []
    for place, (first, *further) in by_place.items():
        for page in further:
            alike = _are_alike(opened, first, page, definition.layout, place[0])
            (same if alike else other).append((page, first))
    gone = {page.number for page, _ in (*same, *other)}
    kept = tuple(page for page in pages if page.number not in gone)
    return Twice(kept, tuple(same), tuple(other))


def _are_alike(
    opened: OpenDocument, one: Page, other: Page, layout: Layout | None, form_page: int
) -> bool:
    """Say whether two pictures of a page of the form show the same ink on it."""
    if layout is None or form_page > len(layout.pages):
        return False
    ink = opened.ink(one.number, layout, form_page)
    return bool(ink) and opened.shows(other.number, layout, form_page, ink)


def with_others(
    opened: OpenDocument, twice: Twice, definition: FormDefinition, seen: Sequence[Sighting]
) -> list[Sighting]:
    """Return what was seen with what stands on the other pages; what differs is a conflict."""
    layout = definition.layout
    if layout is None:
        return list(seen)
    further: list[Sighting] = []
    for page, first in twice.other:
        place = claimed_place(first)
        if place is not None and len(place) == 1 and place[0] <= len(layout.pages):
            further += opened.zones(page.number, layout, place[0])
    by_key: dict[str, list[Sighting]] = defaultdict(list)
    for one in (*seen, *further):
        by_key[one.key].append(one)
    asked = {key for key in {one.key for one in further} if _differ(by_key[key])}
    # The places of a page that cannot be read are as doubtful as those that differ.
    read = {one.page for one in further}
    unread = {first.number for page, first in twice.other if page.number not in read}
    return [
        replace(one, doubts=one.doubts | {Doubt.CONFLICT})
        if one.key in asked or one.page in unread
        else one
        for one in (*seen, *further)
    ]


def _differ(seen: Iterable[Sighting]) -> bool:
    """Say whether what was seen in one place of several pages is not the same for sure."""
    told = {("".join(one.text.split()), one.on, one.blank, one.unreadable) for one in seen}
    return len(told) > 1 or any(unreadable for *_, unreadable in told)


def with_twice(result: CheckResult, twice: Twice) -> CheckResult:
    """Return ``result`` with what has to be known of pages that are there again."""
    notes = (
        Finding(
            FindingCode.PAGE_TWICE,
            Severity.NOTES,
            f"Seite {page.number} ist dasselbe Blatt wie Seite {first.number}, noch einmal"
            f" eingescannt. Gelesen wurde Seite {first.number}.",
        )
        for page, first in twice.same
    )
    questions = (
        Finding(
            FindingCode.PAGE_TWICE,
            Severity.ASKS,
            f"Seite {page.number} trägt dieselbe Nummer wie Seite {first.number}, es steht aber"
            " nicht dasselbe darauf. Bitte entscheiden, welche gilt.",
        )
        for page, first in twice.other
    )
    return replace(result, findings=(*questions, *notes, *result.findings))


def with_joined(result: CheckResult, pages: Sequence[Page]) -> CheckResult:
    """Return ``result`` with a question where nothing but their order says whose pages are."""
    loose = [page.number for page in pages if page.medium is Medium.SCAN and not reference([page])]
    if len(pages) < 2 or not loose:
        return result
    where = " und ".join(map(str, sorted(loose)))
    named = f"Seiten {where}" if len(loose) > 1 else f"Seite {where}"
    sentence = (
        f"Seiten ohne Code zusammengelegt ({named}): gehören sie zusammen? Bitte im Original"
        " prüfen."
    )
    finding = Finding(FindingCode.PUT_TOGETHER, Severity.ASKS, sentence)
    return replace(result, findings=(finding, *result.findings))
