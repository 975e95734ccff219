"""The short text and QR payload that name form, edition, page and an opaque reference."""

import re

from formservice.domain.document import Claim
from formservice.domain.form import FormRef

_PREFIX = "FS1"
_NAME = r"[a-z][a-z0-9-]{1,60}"
_EDITION = r"\d{4}-\d{2}(?:-\d{2})?"
_PAYLOAD = re.compile(rf"FS1\|({_NAME})\|({_EDITION})\|(\d{{1,3}})\|([0-9A-Z]{{0,26}})")
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
