"""The use case „read“ as received files need it: in child processes, its result as plain data."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.bugs import named
from formservice.adapters.page_data import packed, unpacked
from formservice.adapters.page_jobs import PageJobs
from formservice.application.batch import BatchFile
from formservice.application.compare import documents_data
from formservice.application.page_results import Answer, is_picture, seen
from formservice.application.ports import Forms, OpenDocument, Opened, PageJob, refusal
from formservice.application.read import ReadFile
from formservice.application.read_document import ReadDocument
from formservice.application.recorded import RecordedDocument
from formservice.application.report import refused_page
from formservice.domain.document import Page
from formservice.domain.form import FormDefinition

# With fewer pages one process does what is left to do as fast as several.
_SOME = 3


class IsolatedRead:
    """Reads files one by one, in processes of their own and within limits."""

    def __init__(
        self,
        read: ReadFile,
        forms: Forms,
        jobs: PageJobs,
        tell: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Keep the use case and what reads pictured pages.

        ``tell`` takes how many pictured pages of a file are recognised, and how many there are.
        """
        self._read = read
        self._forms = forms
        self._jobs = jobs
        self._tell = tell

    def telling(self, tell: Callable[[int, int], None]) -> "IsolatedRead":
        """Return the same, which tells how far it is."""
        return IsolatedRead(self._read, self._forms, self._jobs, tell)

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
        start = time.perf_counter()

        def documents(found: Sequence[ReadDocument]) -> list[dict[str, Any]]:
            seconds, sha256 = time.perf_counter() - start, hashlib.sha256(data).hexdigest()
            return documents_data(found, file, sha256, seconds, self._forms, against)

        def at_once(opened: OpenDocument) -> list[dict[str, Any]]:
            read = self._read.opened(opened, received=received, form=form, against=against)
            return documents(read)

        result: list[dict[str, Any]]
        pages, result = self._jobs.look(data, at_once)
        if not pages:
            return result
        known, refused = self._recognised(data, file, pages, received, form)
        self._ask_together(data, pages, known, received, form)

        def last() -> list[dict[str, Any]]:
            with self._together(data, pages, known) as opened:
                read = self._read.opened(opened, received=received, form=form, against=against)
                return documents(read)

        result = self._jobs.bounded(last, len(pages))
        sha256 = hashlib.sha256(data).hexdigest()
        told_too = {} if against is None else {"against": None}
        return [
            *result,
            *(refused_page(file, sha256, page, named(why)) | told_too for page, why in refused),
        ]

    def _recognised(
        self,
        data: bytes,
        file: str,
        pages: Sequence[Page],
        received: date,
        form: FormDefinition | None,
    ) -> tuple[dict[int, bytes], list[tuple[Page, Exception]]]:
        """Return what the jobs of the pictured pages gave, and which pages could not be read."""
        pictured = [page.number for page in pages if is_picture(page)]
        jobs = [PageJob(file, number, lambda: data, received, form) for number in pictured]
        known: dict[int, bytes] = {}
        refused: list[tuple[Page, Exception]] = []
        self._tell(0, len(jobs))
        for done in self._jobs.each(jobs, len(jobs)):
            self._tell(len(known) + len(refused) + 1, len(jobs))
            page = pages[done.item.number - 1]
            if done.result is not None:
                known[page.number] = packed(done.result)  # a tenth of what it takes as objects
            elif (why := refusal(done)) is not None:
                refused.append((page, why))
        refused.sort(key=lambda one: one[0].number)
        if len(refused) == len(pages):
            raise refused[0][1]
        return known, refused

    def _ask_together(
        self,
        data: bytes,
        pages: Sequence[Page],
        known: dict[int, bytes],
        received: date,
        form: FormDefinition | None,
    ) -> None:
        """Find out what is asked of pages only because others are with them."""
        if len(pages) < _SOME:
            return

        def grouped() -> list[list[list[int]]]:
            with self._together(data, pages, known) as opened:
                if form is not None:
                    return [[[page.number for page in opened.pages], []]]
                found = self._read.batch([BatchFile("", tuple(opened.pages))])
                return [[[p.number for p in part] for part in (f.pages, f.sheets)] for f in found]

        def asked(group: list[list[int]]) -> dict[int, dict[str, Answer]]:
            here = [page for page in pages if page.number in (*group[0], *group[1])]
            with self._together(data, here, known) as opened:
                self._read.opened(opened, received=received, form=form)
                return opened.asked

        groups = self._jobs.bounded(grouped, len(pages))
        several = [one for one in groups if len(one[0]) + len(one[1]) > 1]
        for done in self._jobs.others(asked, several):
            if done.result is None:
                continue  # then it is asked once more, by whoever puts all together
            for number, answers in done.result.items():
                if number in known:
                    known[number] = packed(unpacked(known[number]).with_answers(answers))

    def _together(
        self, data: bytes, pages: Sequence[Page], known: Mapping[int, bytes]
    ) -> RecordedDocument:
        """Return the file with what is known of its pictures, without those that were refused."""
        results = {number: unpacked(packed).numbered(number) for number, packed in known.items()}
        looked_at = [
            seen(page, results.get(page.number))
            for page in pages
            if page.number in known or not is_picture(page)
        ]

        def answers(page: int) -> Sequence[Answer]:
            return results[page].answers if page in results else ()

        def opened(page: int) -> Opened:
            return self._jobs.place("", lambda: data, pages_by_number[page], page)

        pages_by_number = {page.number: page for page in pages}
        return RecordedDocument(looked_at, answers, opened)
