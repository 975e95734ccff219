"""What a PDF says it is: in its properties, its metadata and the short text in its footers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pikepdf

from formservice.adapters import pdf_names
from formservice.adapters.pdf_read.controls import text_string
from formservice.domain.document import Block, Claim, Medium, Page
from formservice.domain.reference import (
    SEPARATOR_PRINT,
    claim_from_identifier,
    claim_from_payload,
    claim_from_print,
    fullest,
)

_MOST_METADATA = 1_000_000  # bytes looked through
# Footers stand in the last eighth of a page; answers may quote the same words elsewhere.
_FOOTER = 0.875


def file_claim(pdf: pikepdf.Pdf) -> Claim | None:
    """Return what the properties of the file say about it as a whole."""
    info = pdf.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        form, edition, reference = (
            text_string(bytes(value)) if isinstance(value := info.get(key), pikepdf.String) else ""
            for key in (pdf_names.FORM, pdf_names.EDITION, pdf_names.REFERENCE)
        )
        if form and edition:
            pages: object = info.get(pdf_names.PAGES)
            total = pages if isinstance(pages, int) else None
            return Claim(form, edition, "info", None, reference or None, total=total)
    metadata = pdf.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream):
        try:
            written = metadata.read_bytes()[:_MOST_METADATA]
        except pikepdf.PdfError:
            return None
        # ``dc:identifier`` says the same in one line, all of it in ASCII.
        return claim_from_identifier(written.decode("ascii", "replace"), "info")
    return None


def code_claim(page: pikepdf.Object) -> Claim | None:
    """Return what a page of ours holds beside its QR code: its text, which nobody scanned."""
    code = page.get(pdf_names.CODE)
    if not isinstance(code, pikepdf.String):
        return None
    claim = claim_from_payload(text_string(bytes(code)))
    return None if claim is None else replace(claim, source="page")


def footer_claim(blocks: Iterable[Block]) -> Claim | None:
    """Return what the short text at the foot of a page says about it.

    In a document with copies of pages there are two of them; that which says more counts.
    """
    found = (
        claim_from_print(block.text)
        for block in blocks
        if block.box is not None and block.box.top > _FOOTER
    )
    return fullest([claim for claim in found if claim is not None])


def is_separator_sheet(page: Page) -> bool:
    """Say whether a drawn page is our separator sheet: its foot says so, and nothing else does.

    An answer may quote that line; then the page has a footer or fields of its own.
    """
    if page.medium is not Medium.TEXT or page.claims or page.sightings:
        return False
    return any(
        block.text.startswith(SEPARATOR_PRINT)
        for block in page.blocks
        if block.box is not None and block.box.top > _FOOTER
    )


def page_claims(
    whole: Claim | None,
    footers: Sequence[Claim | None],
    names: Sequence[frozenset[str]],
    codes: Sequence[Claim | None],
) -> list[tuple[Claim, ...]]:
    """Return the claims of each page, given the file's, each page's footer, field names and code.

    A page that has a code of its own belongs to the document that says so, and to no other.

    What the file says counts for a page only if the page is plainly part of that form: files are
    joined, and then keep the properties of one of them. So its footer must agree, or it must have
    fields; and no page of the form, and no field, may come up twice in the file.
    """
    claims = [
        tuple(claim for claim in own if claim is not None)
        for own in zip(footers, codes, strict=True)
    ]
    numbers = [
        (footer.page, footer.copy)
        for footer in footers
        if footer is not None and _same(footer, whole)
    ]
    seen: set[str] = set()
    twice = False
    for held in names:
        twice = twice or bool(seen & held)
        seen |= held
    if whole is None or twice or len(set(numbers)) < len(numbers):
        return claims
    return [
        (*own, whole)
        if (_same(footer, whole) or (footer is None and held)) and _one_document(code, whole)
        else own
        for own, footer, held, code in zip(claims, footers, names, codes, strict=True)
    ]


def _one_document(code: Claim | None, whole: Claim) -> bool:
    return code is None or (_same(code, whole) and code.reference == whole.reference)


def _same(one: Claim | None, other: Claim | None) -> bool:
    if one is None or other is None:
        return False
    return (one.form, one.edition) == (other.form, other.edition)
