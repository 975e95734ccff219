"""Reads pages once more that a person has put together, or as the form a person has named."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.compare import documents_data
from formservice.application.isolated_read import Means
from formservice.application.page_results import is_picture
from formservice.application.pile import Group, Pile, Place, Waiting
from formservice.application.pile_reading import Circumstances, PileReading
from formservice.application.ports import OpenDocument, PageJob, WorkInHand, refusal
from formservice.application.ports_store import PageOf
from formservice.application.recorded import RecordedDocument
from formservice.domain.document import Page
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition


@dataclass(frozen=True, slots=True)
class Asked:
    """Pages in their order, what their file is called, and when it was received.

    ``form`` is which form a person says it is.
    """

    pages: Sequence[PageOf]
    name: str
    received: date
    form: FormDefinition | None = None


class ReadAgain:
    """The use case „read these pages“: each picture and each putting together within limits."""

    def __init__(self, means: Means, content: Callable[[str], bytes]) -> None:
        """Keep the means; ``content`` returns the original with a SHA-256."""
        self._means = means
        self._content = content

    def __call__(self, asked: Asked) -> dict[str, Any]:
        """Return the one document that pages are, as ``read --json`` prints it.

        All pages are in it, whatever they say they are.

        Raises:
            InputError: a page cannot be read.
            UsageError: pages of a file with fields or text and pages of another one: these cannot
                be one document.
        """
        originals = list(dict.fromkeys(one.original for one in asked.pages))
        kept, waiting = self._means.kept(), []
        for sha256 in originals:
            pages = self._looked(asked, sha256, whole=len(originals) == 1)
            if isinstance(pages, dict):
                return pages
            kept.keep_pages(sha256, pages)
            pictured = tuple(page.number for page in pages if is_picture(page))
            waiting.append(Waiting(asked.name, sha256, len(pages), pictured))
        self._recognise(asked, waiting, kept)
        return self._together(asked, waiting, kept)

    def _looked(self, asked: Asked, sha256: str, *, whole: bool) -> list[Page] | dict[str, Any]:
        """Return the pages of a file; or of one without pictures what is read on those asked."""
        wanted = {one.page for one in asked.pages if one.original == sha256}

        def at_once(opened: OpenDocument) -> list[dict[str, Any]] | None:
            if not whole:
                return None
            some = [page for page in opened.pages if page.number in wanted]
            own = RecordedDocument(some, lambda _: (), lambda n: (sha256, n, lambda: opened))
            told: list[dict[str, Any]] = []
            for grouped in (None,) if asked.form is not None else (None, [[some, []]]):
                read = self._means.read.opened(
                    own, received=asked.received, form=asked.form, grouped=grouped
                )
                told = documents_data(read, asked.name, sha256, 0.0, self._means.forms)
                if _has_all(told, wanted):
                    break
            return told

        pages, told = self._means.work.look(self._content(sha256), at_once)
        if pages:
            return pages
        if told is None:
            raise UsageError(
                "Diese Seiten können nicht ein Vorgang werden.",
                "Seiten einer Datei mit Text oder Feldern bleiben in ihrer Datei.",
            )
        return _one(told, sorted(wanted))

    def _recognise(self, asked: Asked, waiting: Sequence[Waiting], kept: WorkInHand) -> None:
        """Keep what the wanted pictures say; an InputError of the first that cannot be read."""
        pictured = {(file.sha256, number) for file in waiting for number in file.pictured}
        jobs = [
            PageJob(
                one.original,
                one.page,
                partial(self._content, one.original),
                asked.received,
                asked.form,
            )
            for one in asked.pages
            if (one.original, one.page) in pictured
        ]
        with closing(self._means.work.each(jobs, len(jobs))) as ends:
            for done in ends:
                if done.result is not None:
                    kept.keep_result(done.item.file, done.item.number, done.result)
                elif (why := refusal(done)) is not None:
                    raise why

    def _together(
        self, asked: Asked, waiting: Sequence[Waiting], kept: WorkInHand
    ) -> dict[str, Any]:
        at = Circumstances(asked.received, lambda file: self._content(file.sha256), asked.form)
        pile = Pile(waiting, kept, lambda _file, _page: False)
        index = {file.sha256: place for place, file in enumerate(waiting)}
        places = tuple(Place(index[one.original], one.page) for one in asked.pages)
        group = Group(places, ())
        means = self._means
        reading = PileReading(pile, means.read, means.forms, means.work, at)
        read: list[dict[str, Any]] = []
        for alone in (False, True) if asked.form is None else (False,):
            read = means.work.bounded(partial(reading.picked, group, alone=alone), len(places))
            if len(read) == 1 and len(read[0]["page_numbers"]) == len(places):
                break
        if len(waiting) == 1:
            return _one(read, sorted(place.page for place in places))
        homes = [
            {"file": asked.name, "sha256": one.original, "page": one.page} for one in asked.pages
        ]
        told = _one(read, list(range(1, len(places) + 1)))
        return {**told, "pages": homes}


def _has_all(told: Sequence[dict[str, Any]], wanted: set[int]) -> bool:
    return len(told) == 1 and set(told[0]["page_numbers"]) == wanted


def _one(told: Sequence[dict[str, Any]], numbers: Sequence[int]) -> dict[str, Any]:
    """Return the document among what was read, with all its pages."""
    main = next((one for one in told if one.get("form")), told[0])
    return {**main, "page_numbers": list(numbers)}
