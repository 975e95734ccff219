"""The short text, QR payload and identifier that name form, edition and an opaque reference."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from formservice.domain.document import Claim
from formservice.domain.form import FormRef

_PREFIX = "FS1"
_SCHEME = "formservice:"
_NAME = r"[a-z][a-z0-9-]{1,60}"
_EDITION = r"\d{4}-\d{2}(?:-\d{2})?"
_REFERENCE = r"[0-9A-Z]{0,26}"
# „2“ is a page of the form, „2+0.3.0“ a copy of it: group, first item and part, from 0.
_PAGE = r"(\d{1,3})(?:\+(\d{1,2})\.(\d{1,2})\.(\d{1,2}))?"
_PAYLOAD = re.compile(rf"{_PREFIX}\|({_NAME})\|({_EDITION})\|{_PAGE}\|({_REFERENCE})")
_NUMBERED = re.compile(r"X(\d*)(?=([a-z_])?)")
_IDENTIFIER = re.compile(rf"{_SCHEME}({_NAME})/({_EDITION})(?:#({_REFERENCE}))?")
_PRINTED = re.compile(rf"({_NAME})/({_EDITION})(?:\D{{0,20}}?Seite\s+{_PAGE})?")

Copy: TypeAlias = tuple[int, int, int]
"""What makes a page a copy, as in ``Claim.copy``."""


def payload(ref: FormRef, page: int, reference: str, copy: Copy | None = None) -> str:
    """Return the text of the QR code on ``page``, or on a ``copy`` of it.

    ``reference`` may be empty (a blank form). Page 0 says that nobody knows which page it is.
    """
    return f"{_PREFIX}|{ref.form}|{ref.edition}|{_numbered(page, copy)}|{reference}"


def printed(ref: FormRef, page: int, copy: Copy | None = None) -> str:
    """Return the short text that says on paper which page this is."""
    return f"{ref} · Seite {_numbered(page, copy)}"


def _numbered(page: int, copy: Copy | None) -> str:
    return f"{page}" if copy is None else f"{page}+{'.'.join(map(str, copy))}"


def claim_from_payload(text: str) -> Claim | None:
    """Return what a QR code claims, None if it is not one of ours."""
    match = _PAYLOAD.fullmatch(text)
    if match is None:
        return None
    form, edition, *page, reference = match.groups()
    number, copy = _page(page)
    return Claim(form, edition, "qr", number, reference or None, copy)


def claim_from_print(text: str) -> Claim | None:
    """Return what the short text in a footer claims („feedbackbogen/2023-09-22 · Seite 1“).

    On a copy of a page stand two of them; the one that says so counts.
    """
    claims = []
    for match in _PRINTED.finditer(text):
        form, edition, *page = match.groups()
        number, copy = _page(page)
        claims.append(Claim(form, edition, "text", number, copy=copy))
    return next((claim for claim in claims if claim.copy), claims[0] if claims else None)


def _page(groups: Sequence[str | None]) -> tuple[int | None, Copy | None]:
    """Return page and copy from the four numbers of a claim, None where it does not say."""
    page, *rest = (None if number is None else int(number) for number in groups)
    group, first, part = rest
    if not page or group is None or first is None or part is None:
        return page or None, None
    return page, (group, first, part)


def identifier(ref: FormRef, reference: str = "") -> str:
    """Return what ``dc:identifier`` of a file holds; a blank form has no reference yet."""
    return f"{_SCHEME}{ref}#{reference}"


def claim_from_identifier(text: str, source: str) -> Claim | None:
    """Return what the first identifier in ``text`` claims, None if there is none of ours."""
    match = _IDENTIFIER.search(text)
    if match is None:
        return None
    form, edition, reference = match.groups()
    return Claim(form, edition, source, reference=reference or None)


def bookmark(anchor: str) -> str:
    """Return the name of the bookmark around a control in a Word file.

    Word allows letters, digits and underscore: ``anlass.abbruch`` is ``anlass__abbruch``,
    ``ziele[0].teilziele[1]`` is ``zieleX0teilzieleX1``. Keys have no capital letters.
    """
    if "[" in anchor:
        anchor = re.sub(r"\[(\d*)\]\.?", r"X\1", anchor)
    return anchor.replace(".", "__")


def anchor_of_bookmark(name: str) -> str:
    """Return which anchor a bookmark belongs to; the opposite of ``bookmark``.

    A number after two underscores is a continuation, whose key is written the same way.
    """
    if "X" in name:
        name = _NUMBERED.sub(lambda match: f"[{match[1]}]{_dot(match[2])}", name)
    if "__" not in name:
        return name
    stem, _, option = name.rpartition("__")
    return f"{stem}.{option}" if stem and option and not option.isdigit() else name


def _dot(following: str | None) -> str:
    # An underscore begins the option of a choice, whose dot is written as two of them.
    return "." if following and following != "_" else ""
