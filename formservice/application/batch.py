"""Which documents a batch holds: many files, each page of a scan in any of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from formservice.application.documents import documents_in, stretches
from formservice.application.found import Found
from formservice.application.identify import Candidate
from formservice.application.page_places import claimed_place
from formservice.domain.document import Page, PageRole

_NUMBERED = re.compile(r"(.*?)(\d{1,18})(\D*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file of a batch: its name as given, its pages numbered through the batch."""

    name: str
    pages: tuple[Page, ...]


def batch(files: Sequence[BatchFile], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents in ``files``, each page with content in exactly one of them.

    Pages with one reference are one document whatever file they are in. Without, the order of
    pages counts within a file, and over files that hold one page each and are numbered in a row,
    as a scanner does it.
    """
    parts: list[list[Page]] = []
    before: str | None = None
    for file in files:
        own = stretches(file.pages)
        single = len(file.pages) == 1 and all(claimed_place(part[0]) for part in own)
        if single and before is not None and _follows(before, file.name):
            if own and parts:
                parts[-1] += own[0]
            elif own:
                parts.append(own[0])
        else:
            parts += own
        ends = not single or any(page.role is PageRole.SEPARATOR for page in file.pages)
        before = None if ends else file.name
    return documents_in(parts, forms)


def in_order(name: str) -> tuple[object, ...]:
    """Return by what names of files are put in order: numbers in them count by their value."""
    pieces = re.split(r"(\d{1,18})", name.casefold())
    return (*((piece, int(number)) for piece, number in _pairs(pieces)), name)


def _pairs(pieces: Sequence[str]) -> list[tuple[str, int]]:
    return [
        (pieces[at], int(pieces[at + 1]) if at + 1 < len(pieces) else -1)
        for at in range(0, len(pieces), 2)
    ]


def _follows(before: str, after: str) -> bool:
    """Say whether a name is the next in a row of numbers: ``scan9.png`` and ``scan10.png``."""
    one, other = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(after)
    if one is None or other is None:
        return False
    numbers = int(one[2]), int(other[2])
    return (one[1], one[3]) == (other[1], other[3]) and numbers[0] + 1 == numbers[1]
