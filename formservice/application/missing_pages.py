"""Pages that should be there and are not, and pages that are there and say nothing."""

from collections.abc import Sequence
from dataclasses import replace

from formservice.application.identify import Identity
from formservice.application.page_places import claimed_place
from formservice.application.read_document import ReadDocument
from formservice.domain.document import Page, PageRole
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Severity
from formservice.domain.rules import CheckResult

_SENTENCES = {
    PageRole.BLANK: (
        FindingCode.PAGE_BLANK,
        "Diese Seite ist leer, vermutlich eine Rückseite. Sie gehört zu keinem Dokument.",
    ),
    PageRole.SEPARATOR: (
        FindingCode.PAGE_SEPARATOR,
        "Das ist ein Trennblatt. Es gehört zu keinem Dokument.",
    ),
}


def with_missing_pages(
    result: CheckResult, definition: FormDefinition, pages: Sequence[Page]
) -> CheckResult:
    """Return ``result`` with a finding if the pages of a document say that some are missing."""
    missing = missing_pages(definition, pages)
    if not missing:
        return result
    finding = Finding(
        FindingCode.INCOMPLETE,
        Severity.BLOCKS,
        f"{' und '.join(missing)} des Formulars „{definition.title}“"
        f" {'fehlen' if len(missing) > 1 else 'fehlt'}. Bitte suchen und alle Seiten zusammen"
        " einreichen.",
    )
    return replace(result, findings=(finding, *result.findings), archivable=False)


def missing_pages(definition: FormDefinition, pages: Sequence[Page]) -> list[str]:
    """Return what the missing pages are called; none if the pages do not say which they are.

    The continuation sheet and forms in another layout have as many pages as they have.
    """
    layout = definition.layout
    places = {claimed_place(page) for page in pages}
    if layout is None or definition.continuation is not None or None in places:
        return []
    own = len(layout.pages) - len(layout.copies)
    missing = [f"Seite {number}" for number in range(1, own + 1) if (number,) not in places]
    totals = [claim.total for page in pages for claim in page.claims if claim.total]
    lost = max(totals, default=0) - len(places) - len(missing)
    if lost > 0:
        missing.append("eine weitere Seite" if lost == 1 else f"{lost} weitere Seiten")
    return missing


def without_content(pages: Sequence[Page]) -> list[ReadDocument]:
    """Return the pages that are in no document, each by itself, with the reason."""
    nothing = Identity(None, None, 0.0, 0.0)
    return [
        ReadDocument(
            page.medium,
            (page.number,),
            nothing,
            result=CheckResult((Finding(code, Severity.NOTES, sentence),), (), archivable=False),
        )
        for page in pages
        if page.role is not PageRole.CONTENT
        for code, sentence in (_SENTENCES[page.role],)
    ]
