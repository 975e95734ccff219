"""What pages say about their place: which page of the form, of which document."""

from collections.abc import Sequence

from formservice.domain.document import Claim, Page

# A QR code was scanned, the text at the foot is printed; the rest nobody sees on the page.
_STRONGEST_FIRST = ("qr", "text", "page", "property", "info")


def ranked(page: Page) -> list[Claim]:
    """Return the claims of a page, the strongest first; a source not known here is the weakest."""
    rank = {source: number for number, source in enumerate(_STRONGEST_FIRST)}
    return sorted(page.claims, key=lambda claim: rank.get(claim.source, len(rank)))


def claimed_place(page: Page) -> tuple[int, ...] | None:
    """Return which page of its form a page claims to be, None if it does not say.

    Behind the number of a page that is a copy stands which one. So copies come in the order of
    their items, right behind the page they are a copy of.
    """
    return next((found for claim in ranked(page) if (found := place(claim)) is not None), None)


def place(claim: Claim) -> tuple[int, ...] | None:
    """Return which page of the form a claim names, None if it names none."""
    return None if claim.page is None else (claim.page, *(claim.copy or ()))


def reference(pages: Sequence[Page]) -> str | None:
    """Return the reference pages carry, the first if there are several, None if there is none."""
    found = (claim.reference for page in pages for claim in ranked(page) if claim.reference)
    return next(found, None)
