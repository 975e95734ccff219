"""Reads the documents of a pile, whose pages are known: within a file, or over several."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.compare import documents_data
from formservice.application.page_results import Answer, PageResult
from formservice.application.pile import Group, Pile, Place, Waiting
from formservice.application.ports import Forms, Opened, PageWork
from formservice.application.read import ReadFile
from formservice.application.read_document import ReadDocument
from formservice.application.recorded import RecordedDocument
from formservice.application.report import pointing
from formservice.domain.document import Page
from formservice.domain.form import FormDefinition


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The day of receipt, and how to get the bytes of a file.

    ``form`` is which form a person says it is, ``against`` what was sent, as decoded JSON, if that
    is to be compared. ``begun`` is when the work began (``perf_counter``), None where that was in
    another call: then the times of the pages count.
    """

    received: date
    content: Callable[[Waiting], bytes]
    form: FormDefinition | None = None
    against: object = None
    begun: float | None = None


class PileReading:
    """What is done in child processes with a pile: ask what is not known, read documents."""

    def __init__(
        self, pile: Pile, read: ReadFile, forms: Forms, work: PageWork, at: Circumstances
    ) -> None:
        """Keep the pile and what reads it."""
        self.pile = pile
        self._read = read
        self._forms = forms
        self._work = work
        self._at = at

    def asked(self, group: Group) -> dict[int, dict[str, Answer]]:
        """Return what is asked of the pages of a document and not known, by position from 1."""
        places = dict(enumerate(group.all, start=1))
        known = {index: self.pile.known(index, group) for index in group.files}
        results = {n: known[p.file][p.page].numbered(n) for n, p in places.items()}
        with self._opened(results, places) as document:
            count = len(group.pages)
            pages = [results[n].page for n in sorted(results)]
            own = [page for page in pages if page.number <= count]
            others = [page for page in pages if page.number > count]
            self._opened_read(document, [[own, others]])
            files = self.pile.files
            return {
                number: answers
                for number, answers in document.asked.items()
                if places[number].page in files[places[number].file].pictured
            }

    def answers(
        self, groups: Sequence[Group]
    ) -> Generator[tuple[Place, list[Answer]], None, None]:
        """Yield what is asked of pages only because others are with them: they are read twice.

        What cannot be asked now is asked once more, by whoever puts all together.
        """
        several = [one for one in groups if len(one.all) > 1]
        with closing(self._work.others(self.asked, several)) as ends:
            for done in ends:
                for number, answers in (done.result or {}).items():
                    yield done.item.all[number - 1], answers

    def whole(self, index: int) -> list[dict[str, Any]]:
        """Return the documents of a file whose pages nobody has put together: a child's work."""
        known = list(self.pile.known(index).values())
        places = {one.page.number: Place(index, one.page.number) for one in known}
        return self._one_read(known, places, None)

    def picked(self, group: Group, *, alone: bool) -> list[dict[str, Any]]:
        """Return what pages say that a person has put together: a child's work.

        With ``alone`` they are one document whatever they say; else they are put together as
        those of any file. In several files they are numbered anew, and ``pages`` says where they
        are.
        """
        known = {index: self.pile.known(index, group) for index in group.files}
        if len(group.files) == 1:
            (index,) = group.files
            places = {place.page: place for place in group.all}
            results = [known[index][place.page] for place in group.all]
        else:
            places = dict(enumerate(group.all, start=1))
            results = [known[p.file][p.page].numbered(n) for n, p in places.items()]
        read = self._one_read(results, places, [[list(places), []]] if alone else None)
        if len(group.files) == 1:
            return read
        homes = {n: self._home(place) for n, place in places.items()}
        return [{**one, "pages": [homes[n] for n in one["page_numbers"]]} for one in read]

    def _home(self, place: Place) -> dict[str, object]:
        file = self.pile.files[place.file]
        return {"file": file.name, "sha256": file.sha256, "page": place.page}

    def documents(
        self, part: Sequence[int], groups: Sequence[Group]
    ) -> list[list[dict[str, Any]]]:
        """Return the documents of files that belong together, by file: a child's work."""
        known = {index: self.pile.known(index) for index in part}
        found: dict[int, list[dict[str, Any]]] = {index: [] for index in part}
        spanning = [one for one in groups if len(one.files) > 1]
        for one in spanning:
            self._spanning(known, one, found)
        away = {place for one in spanning for place in one.all}
        single: dict[int, list[Group]] = {index: [] for index in part}
        for one in groups:
            if len(one.files) == 1:
                single[one.all[0].file].append(one)
        for index in part:
            pages = [
                result
                for number, result in known[index].items()
                if Place(index, number) not in away
            ]
            if pages:
                found[index] += self._own(index, pages, single[index])
        return [found[index] for index in part]

    def _own(
        self, index: int, results: Sequence[PageResult], groups: Sequence[Group]
    ) -> list[dict[str, Any]]:
        """Return the documents that are in one file alone."""
        places = {one.page.number: Place(index, one.page.number) for one in results}
        grouped = [
            [[place.page for place in part] for part in (g.pages, g.sheets)] for g in groups
        ]
        return self._one_read(results, places, grouped)

    def _spanning(
        self,
        known: dict[int, dict[int, PageResult]],
        group: Group,
        found: dict[int, list[dict[str, Any]]],
    ) -> None:
        """Read a document of several files; it stands with the first, the others point there."""
        places = dict(enumerate(group.all, start=1))
        results = [known[p.file][p.page].numbered(n) for n, p in places.items()]
        here = list(range(1, len(group.pages) + 1))
        numbers = [here, list(range(len(here) + 1, len(places) + 1))]
        first = self.pile.files[group.pages[0].file]
        pages = [self._home(place) for place in places.values()]
        for told in self._one_read(results, places, [numbers]):
            own = [pages[number - 1] for number in told["page_numbers"]]
            found[group.pages[0].file].append({**told, "pages": own})
            for index in sorted(group.files - {group.pages[0].file}):
                there = [p for p in own if p["sha256"] == self.pile.files[index].sha256]
                if there:
                    numbers_there = [p["page"] for p in there]
                    found[index].append(pointing(told, first.sha256, numbers_there))

    def _one_read(
        self,
        results: Sequence[PageResult],
        places: dict[int, Place],
        grouped: Sequence[Sequence[Sequence[int]]] | None,
    ) -> list[dict[str, Any]]:
        """Return what pages, as they are numbered here, say; they are in one file or several."""
        start = time.perf_counter()
        by_number = {one.page.number: one for one in results}
        asked: list[list[list[Page]]] | None = None
        if grouped is not None:
            asked = [
                [[by_number[number].page for number in part] for part in one] for one in grouped
            ]
        with self._opened(by_number, places) as document:
            read = self._opened_read(document, asked)
        seconds = time.perf_counter() - (self._at.begun or start)
        if self._at.begun is None:
            seconds += sum(one.seconds for one in results)
        first, against = self.pile.files[next(iter(places.values())).file], self._at.against
        return documents_data(read, first.name, first.sha256, seconds, self._forms, against)

    def _opened_read(
        self, document: RecordedDocument, grouped: Sequence[Sequence[Sequence[Page]]] | None
    ) -> list[ReadDocument]:
        """Return what pages say; where a person says which form it is, they are one document."""
        at = self._at
        return self._read.opened(
            document,
            received=at.received,
            form=at.form,
            against=at.against,
            grouped=grouped if at.form is None else None,
        )

    def _opened(
        self, results: Mapping[int, PageResult], places: Mapping[int, Place]
    ) -> RecordedDocument:
        """Return pages as one document, its files opened only if more has to be asked."""

        def answers(number: int) -> Sequence[Answer]:
            return results[number].answers

        def opened(number: int) -> Opened:
            place = places[number]
            data = partial(self._at.content, self.pile.files[place.file])
            return self._work.place(place.file, data, results[number].page, place.page)

        return RecordedDocument([one.page for one in results.values()], answers, opened)
