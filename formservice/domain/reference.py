"""The short text, QR payload and identifier that name form, edition and an opaque reference."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from formservice.domain.document import Claim
from formservice.domain.form import FormRef

_PREFIX = "FS1"
_SCHEME = "formservice:"
# What the code of a separator sheet says: ours, and the one that scanning programs print.
SEPARATOR = f"{_PREFIX}|trennblatt"
_SEPARATORS = frozenset({SEPARATOR, "PATCHT"})
SEPARATOR_PRINT = f"Im QR-Code steht: {SEPARATOR}."
"""What stands at the foot of our separator sheet, for programs that see no picture of its code."""
_NAME = r"[a-z][a-z0-9-]{1,60}"
_EDITION = r"\d{4}-\d{2}(?:-\d{2})?"
_REFERENCE = r"[0-9A-Z]{0,26}"
# „2“ is a page of the form, „2+0.3.0“ a copy of it: group, first item and part, from 0. „/5“
# behind it is the number of pages of a document that has copies.
_PAGE = r"(\d{1,3})(?:\+(\d{1,2})\.(\d{1,2})\.(\d{1,2}))?(?:/(\d{1,3}))?"
_PAYLOAD = re.compile(rf"{_PREFIX}\|({_NAME})\|({_EDITION})\|{_PAGE}\|({_REFERENCE})")
_NUMBERED = re.compile(r"X(\d*)(?=([a-z_])?)")
_IDENTIFIER = re.compile(rf"{_SCHEME}({_NAME})/({_EDITION})(?:#({_REFERENCE}))?")
_PRINTED = re.compile(rf"({_NAME})/({_EDITION})(?:\D{{0,20}}?Seite\s+{_PAGE})?")

Copy: TypeAlias = tuple[int, int, int]
"""What makes a page a copy, as in ``Claim.copy``."""


def payload(ref: FormRef, page: str | int, reference: str) -> str:
    """Return the text of the QR code on ``page`` (see ``numbered`` for pages with copies).

    ``reference`` may be empty (a blank form). Page 0 says that nobody knows which page it is.
    """
    return f"{_PREFIX}|{ref.form}|{ref.edition}|{page}|{reference}"


def printed(ref: FormRef, page: str | int) -> str:
    """Return the short text that says on paper which page this is."""
    return f"{ref} · Seite {page}"


def footed(ref: FormRef, place: str, sheet: int, total: int) -> str:
    """Return what stands at the foot of a page of a document with copies.

    ``place`` is for machines (``numbered``), which sheet of ``total`` it is for people.
    """
    return f"{printed(ref, place)} · Blatt {sheet} von {total}"


def numbered(page: int, copy: Copy | None, total: int) -> str:
    """Return how a page is named, or a copy of it, in a document of ``total`` pages."""
    mark = "" if copy is None else f"+{'.'.join(map(str, copy))}"
    return f"{page}{mark}/{total}"


def claim_from_payload(text: str) -> Claim | None:
    """Return what a QR code claims, None if it is not one of ours."""
    match = _PAYLOAD.fullmatch(text)
    if match is None:
        return None
    form, edition, *place, reference = match.groups()
    return _placed(Claim(form, edition, "qr", reference=reference or None), place)


def is_separator(text: str) -> bool:
    """Say whether the text of a code on a page means that the next document begins behind it."""
    return text.strip("*").strip() in _SEPARATORS


def claim_from_print(text: str) -> Claim | None:
    """Return what the short text in a footer claims („feedbackbogen/2023-09-22 · Seite 1“).

    In a document with copies there are two of them on a page; that which says more counts.
    """
    claims = []
    for match in _PRINTED.finditer(text):
        form, edition, *place = match.groups()
        claims.append(_placed(Claim(form, edition, "text"), place))
    return fullest(claims)


def fullest(claims: Sequence[Claim]) -> Claim | None:
    """Return the claim that says most about its page, the first among equals."""
    return max(
        claims,
        key=lambda claim: (claim.copy is not None, claim.total is not None),
        default=None,
    )


def _placed(claim: Claim, place: Sequence[str | None]) -> Claim:
    """Return ``claim`` with page, copy and total from the numbers written."""
    page, group, first, part, total = (None if one is None else int(one) for one in place)
    copy = None
    if page and group is not None and first is not None and part is not None:
        copy = (group, first, part)
    return replace(claim, page=page or None, copy=copy, total=total or None)


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
