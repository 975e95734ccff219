"""A document that was found among pages, before it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from formservice.application.identify import Candidate, Identity
from formservice.application.page_places import reference
from formservice.domain.document import Page

# One page of several carries only part of the wording; below this it is no page of the form.
PAGE_SCORE = 0.05

Kin: TypeAlias = tuple[str | None, str | None]
"""Form and reference, which the pages of one document have in common."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document in a file: its pages, what it is, and the continuation sheets behind it."""

    identity: Identity
    pages: tuple[Page, ...]
    sheets: tuple[Page, ...] = ()


def kin_of(pages: Sequence[Page], found: Found) -> Kin:
    """Return the kin of ``pages``, some of those found."""
    nearest = found.identity.nearest
    return (nearest.form if nearest else None, reference(pages))


def is_sheet(found: Found, forms: Sequence[Candidate]) -> bool:
    """Say whether ``found`` is nothing but continuation sheets."""
    ref = found.identity.nearest
    return found.identity.score >= PAGE_SCORE and any(
        one.is_sheet and one.ref == ref for one in forms
    )
