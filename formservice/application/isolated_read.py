"""The use case „read“ as received files need it: within limits, its result as plain data.

A file is read as a pile of one: every picture by itself, then its pages together.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.compare import documents_data
from formservice.application.page_results import is_picture
from formservice.application.pile import Group, Grouping, Pile, Place, Waiting
from formservice.application.pile_reading import Circumstances, PileReading
from formservice.application.ports import (
    Forms,
    OpenDocument,
    PageJob,
    PageWork,
    WorkInHand,
    refusal,
)
from formservice.application.read import ReadFile
from formservice.application.report import refused_page
from formservice.domain.document import Page
from formservice.domain.errors import FormServiceError
from formservice.domain.form import FormDefinition

# With fewer pages one process does what is left to do as fast as several.
_SOME = 3


@dataclass(frozen=True, slots=True)
class Means:
    """What every file is read with.

    ``kept`` gives a place for what is known of the pages of one file, ``named`` turns what nobody
    expected into an error for people.
    """

    read: ReadFile
    forms: Forms
    work: PageWork
    kept: Callable[[], WorkInHand]
    named: Callable[[Exception], FormServiceError]


class IsolatedRead:
    """Reads files one by one, each picture and each putting together within limits."""

    def __init__(
        self,
        means: Means,
        tell: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Keep the means.

        ``tell`` takes how many pictured pages of a file are recognised, and how many there are.
        """
        self._means = means
        self._tell = tell

    def telling(self, tell: Callable[[int, int], None]) -> "IsolatedRead":
        """Return the same, which tells how far it is."""
        return IsolatedRead(self._means, tell)

    def __call__(
        self,
        data: bytes,
        file: str,
        *,
        received: date,
        form: FormDefinition | None = None,
        against: object = None,
    ) -> list[dict[str, Any]]:
        """Return the documents in ``data`` as ``read --json`` prints them; ``file`` names it.

        ``against`` is what was sent, as decoded JSON, if the documents are to be compared with it.
        A pictured page that cannot be read is an object of its own, behind the documents.

        Raises:
            InputError: the file cannot be read, or not within its limits; or nothing in it can be
                compared with ``against``.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        at = Circumstances(received, lambda _: data, form, against, time.perf_counter())
        pages, result = self._looked(data, (file, sha256), at)
        if not pages:
            return result
        pictured = tuple(page.number for page in pages if is_picture(page))
        waiting = Waiting(file, sha256, len(pages), pictured)
        kept = self._means.kept()
        kept.keep_pages(sha256, pages)
        refused = self._recognised(waiting, kept, at)
        if len(refused) == len(pages):
            raise next(iter(refused.values()))
        pile = Pile([waiting], kept, lambda _, page: page in refused)
        told_too = {} if against is None else {"against": None}
        return [
            *self._together(pile, at),
            *(
                refused_page(file, sha256, page, self._means.named(refused[page.number]))
                | told_too
                for page in pages
                if page.number in refused
            ),
        ]

    def at_once(
        self, data: bytes, file: str, *, received: date, form: FormDefinition | None = None
    ) -> list[dict[str, Any]] | None:
        """Return the documents of a file that has no pictured page; None for one that has.

        InputError: the file cannot be read, or not within its limits.
        """
        at = Circumstances(received, lambda _: data, form, None, time.perf_counter())
        pages, result = self._looked(data, (file, hashlib.sha256(data).hexdigest()), at)
        return None if pages else result

    def _looked(
        self, data: bytes, named: tuple[str, str], at: Circumstances
    ) -> tuple[list[Page], list[dict[str, Any]]]:
        """Return the pages of a file with pictures; without any, the documents in it."""
        means, (file, sha256) = self._means, named
        begun = at.begun or time.perf_counter()

        def at_once(opened: OpenDocument) -> list[dict[str, Any]]:
            read = means.read.opened(
                opened, received=at.received, form=at.form, against=at.against
            )
            seconds = time.perf_counter() - begun
            return documents_data(read, file, sha256, seconds, means.forms, at.against)

        pages, result = means.work.look(data, at_once)
        return pages, result

    def _recognised(
        self, waiting: Waiting, kept: WorkInHand, at: Circumstances
    ) -> dict[int, Exception]:
        """Keep what the pictured pages say; return why some cannot be read, in their order."""
        refused: dict[int, Exception] = {}
        data, total = at.content(waiting), len(waiting.pictured)
        jobs = [
            PageJob(waiting.sha256, number, lambda: data, at.received, at.form)
            for number in waiting.pictured
        ]
        self._tell(0, total)
        with closing(self._means.work.each(jobs, total)) as ends:
            for number, done in enumerate(ends, start=1):
                self._tell(number, total)
                if done.result is not None:
                    kept.keep_result(waiting.sha256, done.item.number, done.result)
                elif (why := refusal(done)) is not None:
                    refused[done.item.number] = why
        return {number: refused[number] for number in sorted(refused)}

    def _together(self, pile: Pile, at: Circumstances) -> list[dict[str, Any]]:
        """Return the documents among the pages that could be read."""
        means, count = self._means, pile.page_count([0])
        reading = PileReading(pile, means.read, means.forms, means.work, at)
        if count >= _SOME:
            with closing(reading.answers(self._groups(pile, at))) as found:
                for place, answers in found:
                    pile.learn(place, answers)
        return list(means.work.bounded(lambda: reading.whole(0), count))

    def _groups(self, pile: Pile, at: Circumstances) -> Sequence[Group]:
        """Return which pages are a document; if a person says so, all of them."""
        if at.form is not None:
            return [Group(tuple(Place(0, number) for number in pile.known(0)), ())]
        grouping = Grouping(pile, [pile.files[0].sha256], self._means.read, self._means.work)
        groups = grouping([0])
        for error in grouping.failed.values():
            raise error
        return groups
