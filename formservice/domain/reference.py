"""The short text, QR payload and identifier that name form, edition and an opaque reference."""

import re

from formservice.domain.document import Claim
from formservice.domain.form import FormRef

_PREFIX = "FS1"
_SCHEME = "formservice:"
_NAME = r"[a-z][a-z0-9-]{1,60}"
_EDITION = r"\d{4}-\d{2}(?:-\d{2})?"
_REFERENCE = r"[0-9A-Z]{0,26}"
_PAYLOAD = re.compile(rf"{_PREFIX}\|({_NAME})\|({_EDITION})\|(\d{{1,3}})\|({_REFERENCE})")
_NUMBERED = re.compile(r"X(\d*)(?=([a-z_])?)")
_IDENTIFIER = re.compile(rf"{_SCHEME}({_NAME})/({_EDITION})(?:#({_REFERENCE}))?")
_PRINTED = re.compile(rf"({_NAME})/({_EDITION})(?:\D{{0,20}}?Seite\s+(\d{{1,3}}))?")


def payload(ref: FormRef, page: int, reference: str) -> str:
    """Return the text of the QR code on ``page``; ``reference`` may be empty (a blank form)."""
    return f"{_PREFIX}|{ref.form}|{ref.edition}|{page}|{reference}"


def claim_from_payload(text: str) -> Claim | None:
    """Return what a QR code claims, None if it is not one of ours."""
    match = _PAYLOAD.fullmatch(text)
    if match is None:
        return None
    form, edition, page, reference = match.groups()
    return Claim(form, edition, "qr", int(page), reference or None)


def claim_from_print(text: str) -> Claim | None:
    """Return what the short text in a footer claims („feedbackbogen/2023-09-22 · Seite 1“)."""
    match = _PRINTED.search(text)
    if match is None:
        return None
    form, edition, page = match.groups()
    return Claim(form, edition, "text", int(page) if page else None)


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
