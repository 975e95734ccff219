"""What of a received file is no document, and where pages stand that somebody picks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # readings have the shape of the JSON contract

from formservice import __version__
from formservice.application.aside import pages_of
from formservice.application.desk_pictures import Seen
from formservice.application.ports_store import PageOf
from formservice.application.report import FORMAT
from formservice.domain.errors import NotFoundError, UsageError, no_document
from formservice.domain.findings import FindingCode

NEW, ASIDE = "neu", "beiseite"
"""Where pages may go besides another document."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of a received file is no document, as it shall be; ``base`` is what it was before."""

    root: str
    base: Sequence[Mapping[str, Any]]
    aside: Sequence[Mapping[str, Any]]


class Places:
    """The pages of documents, and those that are in none."""

    def __init__(self, known: Mapping[str, Seen], aside: Sequence[Mapping[str, Any]]) -> None:
        """Keep the documents by their ids, and what of their file is none."""
        self._known = known
        self._aside = list(aside)

    def page(self, source: str, number: int) -> PageOf:
        """Return a page; NotFoundError if there is none."""
        pages = self._loose() if source == ASIDE else self._own(source)
        if not 0 < number <= len(pages):
            raise NotFoundError("Diese Seite hat der Vorgang nicht.")
        return pages[number - 1]

    def without(self, source: str, picked: Sequence[tuple[str, int]]) -> list[PageOf]:
        """Return what a document has besides what is picked of it."""
        gone = {number for one, number in picked if one == source}
        return [page for n, page in enumerate(self._own(source), start=1) if n not in gone]

    def refuse_unmoved(self, picked: Sequence[tuple[str, int]], target: str) -> None:
        """Raise UsageError if nothing is picked, or all of it is where it shall go."""
        if not picked:
            raise UsageError(
                "Es ist keine Seite ausgewählt, die umzieht.",
                "Bitte Seiten ankreuzen und sagen, wohin sie gehören.",
            )
        if any(source != target for source, _ in picked) or target == NEW:
            return
        if target == ASIDE:
            raise UsageError(
                "Diese Seiten liegen schon beiseite.", "Bitte einen Vorgang für sie wählen."
            )
        own = self._own(target)
        moved = dict.fromkeys(self.page(*one) for one in picked)
        if [*self.without(target, picked), *moved] == list(own):
            raise UsageError(
                "Diese Seiten stehen schon am Ende dieses Vorgangs.",
                "Bitte die Seiten ankreuzen, die ans Ende gehören.",
            )

    def shelf(self, root: str, picked: Sequence[tuple[str, int]], target: str) -> Shelf | None:
        """Return what is no document afterwards; None if that stays as it is."""
        taken = {number for one, number in picked if one == ASIDE}
        pages = [page for n, page in enumerate(self._loose(), start=1) if n not in taken]
        if target == ASIDE:
            pages += [self.page(one, number) for one, number in picked if one != ASIDE]
        elif not taken:
            return None
        kept = [one for one in self._aside if is_elsewhere(one)]
        return Shelf(root, self._aside, [*kept, *(put_aside(page) for page in pages)])

    def _own(self, source: str) -> Sequence[PageOf]:
        if source not in self._known:
            raise no_document()
        return self._known[source].pages

    def _loose(self) -> list[PageOf]:
        return loose_pages(self._aside)


def loose_pages(aside: Sequence[Mapping[str, Any]]) -> list[PageOf]:
    """Return the pages of a file that are in no document: empty backs, separator sheets."""
    return [
        page
        for one in aside
        if not is_elsewhere(one)
        for page in pages_of(one, str(one.get("sha256")))
    ]


def is_elsewhere(one: Mapping[str, Any]) -> bool:
    """Say whether something put aside belongs to another part of the file."""
    return "part_of" in one


def put_aside(page: PageOf) -> dict[str, Any]:
    """Return a page that belongs to no document, in the shape of an empty back."""
    return nothing(page.original) | {
        "page_numbers": [page.page],
        "findings": [
            {
                "code": str(FindingCode.PAGE_BLANK),
                "severity": "notes",
                "field": None,
                "rule": None,
                "message": "Diese Seite gehört zu keinem Vorgang.",
                "overridable": False,
            }
        ],
    }


def nothing(sha256: str) -> dict[str, Any]:
    """Return the reading of a document whose pages all belong to others."""
    return {
        "format": FORMAT,
        "file": "",
        "sha256": sha256,
        "medium": "scan",
        "page_numbers": [],
        "form": None,
        "reference": None,
        "fields": {},
        "rivals": [],
        "findings": [],
        "sheets": [],
        "deadlines": [],
        "archivable": False,
        "program": __version__,
        "seconds": 0.0,
    }
