"""The use case „read“ as received files need it: in child processes, its result as plain data."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.page_jobs import PageJob, PageJobs, is_picture, known_page, unpacked
from formservice.adapters.recorded import Answer, RecordedDocument, seen
from formservice.application.compare import documents_data
from formservice.application.ports import Forms
from formservice.application.read import ReadFile
from formservice.application.read_document import ReadDocument
from formservice.application.report import refused_page
from formservice.domain.document import Medium, Page
from formservice.domain.errors import InputError
from formservice.domain.form import FormDefinition


class IsolatedRead:
    """Reads files one by one, in processes of their own and within limits."""

    def __init__(self, read: ReadFile, forms: Forms, jobs: PageJobs) -> None:
        """Keep the use case and what reads pictured pages."""
        self._read = read
        self._forms = forms
        self._jobs = jobs

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

        def first() -> dict[str, Any]:
            with self._read.reader(data).open(data) as opened:
                if Medium.SCAN in opened.media():
                    return {"pages": self._jobs.pages(opened)}
                told = self._read.opened(opened, received=received, form=form, against=against)
                return {"documents": documents(told)}

        told = self._jobs.bounded(first)
        if "documents" in told:
            result: list[dict[str, Any]] = told["documents"]
            return result
        pages = [known_page(page) for page in told["pages"]]
        known, refused = self._recognised(data, file, pages, received, form)

        def last() -> list[dict[str, Any]]:
            with self._together(data, pages, known) as opened:
                read = self._read.opened(opened, received=received, form=form, against=against)
                return documents(read)

        result = self._jobs.bounded(last, len(pages))
        sha256 = hashlib.sha256(data).hexdigest()
        told_too = {} if against is None else {"against": None}
        return [
            *result,
            *(refused_page(file, sha256, page, error) | told_too for page, error in refused),
        ]

    def _recognised(
        self,
        data: bytes,
        file: str,
        pages: Sequence[Page],
        received: date,
        form: FormDefinition | None,
    ) -> tuple[dict[int, bytes], list[tuple[Page, InputError]]]:
        """Return what the jobs of the pictured pages gave, and which pages could not be read."""
        pictured = [page.number for page in pages if is_picture(page)]
        jobs = [PageJob(file, number, lambda: data, received, form) for number in pictured]
        known: dict[int, bytes] = {}
        refused: list[tuple[Page, InputError]] = []
        for done in self._jobs.each(jobs, len(jobs)):
            page = pages[done.item.number - 1]
            if done.result is not None:
                known[page.number] = done.result
            elif isinstance(done.error, InputError):
                refused.append((page, done.error))
            elif done.error is not None:
                raise done.error
        refused.sort(key=lambda one: one[0].number)
        if len(refused) == len(pages):
            raise refused[0][1]
        return known, refused

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

        places = {page.number: (0, page.number) for page in pages}
        return RecordedDocument(
            looked_at, answers, places, lambda _: self._read.reader(data).open(data)
        )
