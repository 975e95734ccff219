"""Takes in a batch: recognises all pages, puts documents together, keeps originals and records."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.archive.store import Archive, Received
from formservice.adapters.intake.folder import IntakeFolder
from formservice.adapters.intake.piles import Group, Pile, Place, Waiting, groups_from, together
from formservice.adapters.intake.reading import Circumstances, PileReading
from formservice.adapters.isolation import Done
from formservice.adapters.page_jobs import (
    PageJob,
    PageJobs,
    is_picture,
    known_page,
    packed,
    unpacked,
    unpacked_answers,
)
from formservice.application.batch import BatchFile
from formservice.application.compare import documents_data
from formservice.application.intake_report import own_pages
from formservice.application.ports import Forms
from formservice.application.read import ReadFile
from formservice.application.report import error_data, refused_page
from formservice.domain.document import Medium, Page
from formservice.domain.errors import (
    EngineError,
    FormServiceError,
    InputError,
    StorageError,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its objects for the report, and how many pages it has.

    ``error`` says why it was refused.
    """

    file: str
    objects: list[dict[str, Any]]
    pages: int
    error: FormServiceError | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What the command line knows: how to get a file, what to tell, how to name a bug.

    ``tell`` takes how many pages were recognised, and how many there are.
    """

    content: Callable[[str], bytes]
    tell: Callable[[int, int], None]
    bug: Callable[[Exception], FormServiceError]


class Intake:
    """The use case „intake“: whole batches, stored as they are read."""

    def __init__(
        self, read: ReadFile, forms: Forms, jobs: PageJobs, archive: Archive, folder: IntakeFolder
    ) -> None:
        """Keep what reads, what recognises, where it is filed, and where work lies meanwhile."""
        self._read = read
        self._forms = forms
        self._jobs = jobs
        self._archive = archive
        self._folder = folder

    def __call__(self, names: Sequence[str], received: date, outside: Outside) -> Iterator[Taken]:
        """Take in files and yield what became of each; one that is known is not read again.

        Pages of scans may belong together over files, so these come last. Broken off at any
        moment, the same call goes on where it was.
        """
        batch = _Batch(self, names, received, outside)
        try:
            with self._folder.held():
                yield from batch.taken()
        except StorageError as error:  # nothing that follows could be kept either
            yield batch.broken(error)


class _Batch:
    """One call of the use case."""

    def __init__(
        self, intake: Intake, names: Sequence[str], received: date, outside: Outside
    ) -> None:
        self._read, self._forms = intake._read, intake._forms
        self._jobs = intake._jobs
        self._archive, self._folder = intake._archive, intake._folder
        self._names = names
        self._at = next(iter(names), "")
        self._received = received
        self._outside = outside
        self._waiting: dict[str, Waiting] = {}
        self._twins: list[tuple[str, str]] = []
        self._refused: dict[tuple[str, int], FormServiceError] = {}
        self._failed: dict[str, FormServiceError] = {}

    def taken(self) -> Iterator[Taken]:
        for name in self._names:
            yield from self._first(name)
        try:
            self._recognise()
        except EngineError as error:
            self._failed |= dict.fromkeys(self._waiting, error)
        yield from self._together()
        for name, sha256 in self._twins:
            known = self._archive.readings(sha256)
            yield self._known(name, known) if known else self._twin(name, sha256)

    def broken(self, error: StorageError) -> Taken:
        """Return what to tell of the file that could not be kept."""
        return self._error(self._at, 0, error)

    # First look: what is known or holds no picture is done with at once.

    def _first(self, name: str) -> Iterator[Taken]:
        self._at = name
        try:
            data = self._outside.content(name)
            sha256 = hashlib.sha256(data).hexdigest()
            known = self._archive.readings(sha256)
            if known:
                yield self._known(name, known)
            elif sha256 in self._waiting:
                self._twins.append((name, sha256))
            else:
                yield from self._opened(name, sha256, data)
        except StorageError:
            raise
        except Exception as error:  # what is wrong with one file must not cost the others
            yield self._error(name, 0, self._named(error))

    def _opened(self, name: str, sha256: str, data: bytes) -> Iterator[Taken]:
        kept = self._folder.pages(sha256)
        told = {"pages": json.loads(kept)} if kept else self._look(name, sha256, data)
        if "documents" in told:
            self._archive.file(data, PurePath(name).name, self._received, told["documents"])
            yield self._filed(name, told["documents"], told["count"])
            return
        pages = [known_page(page) for page in told["pages"]]
        if kept is None:
            self._folder.keep_pages(sha256, json.dumps(told["pages"]).encode())
        pictured = tuple(page.number for page in pages if is_picture(page))
        self._waiting[sha256] = Waiting(name, sha256, len(pages), pictured)

    def _look(self, name: str, sha256: str, data: bytes) -> dict[str, Any]:
        """Return the pages of a file, or its documents where no page is a picture."""
        start = time.perf_counter()

        def first() -> dict[str, Any]:
            with self._read.reader(data).open(data) as opened:
                if Medium.SCAN in opened.media():
                    return {"pages": self._jobs.pages(opened)}
                found = self._read.opened(opened, received=self._received)
                count, seconds = len(opened.pages), time.perf_counter() - start
            told = documents_data(found, name, sha256, seconds, self._forms)
            return {"documents": told, "count": count}

        result: dict[str, Any] = self._jobs.bounded(first)
        return result

    # Every picture by itself.

    def _recognise(self) -> None:
        todo = {
            sha256: [n for n in one.pictured if not self._is_kept(sha256, n)]
            for sha256, one in self._waiting.items()
        }
        total = sum(len(one.pictured) for one in self._waiting.values())
        done = total - sum(map(len, todo.values()))
        if total:
            self._outside.tell(done, total)
        with closing(self._jobs.each(self._page_jobs(todo), total - done)) as ends:
            for one in ends:
                self._keep(one)
                done += 1
                self._outside.tell(done, total)

    def _keep(self, done: Done[PageJob, bytes]) -> None:
        """Keep what became of one picture; an EngineError ends the work."""
        sha256, number = done.item.file, done.item.number
        if done.result is not None:
            self._folder.keep_result(sha256, number, done.result)
        elif isinstance(done.error, EngineError):
            raise done.error
        elif done.error is not None:
            self._refused[sha256, number] = self._named(done.error)

    def _page_jobs(self, todo: dict[str, list[int]]) -> Iterator[PageJob]:
        for sha256, numbers in todo.items():
            if not numbers:
                continue
            try:
                data = self._content(self._waiting[sha256])
            except Exception as error:
                self._failed[sha256] = self._named(error)
                continue
            for number in numbers:
                yield PageJob(sha256, number, lambda data=data: data, self._received)  # type: ignore[misc]

    def _is_kept(self, sha256: str, number: int) -> bool:
        try:
            unpacked(self._folder.result(sha256, number) or b"")
        except ValueError:
            return False
        return True

    # All pages together.

    def _together(self) -> Iterator[Taken]:
        for one in self._waiting.values():
            refused = [self._refused.get((one.sha256, page)) for page in range(1, one.count + 1)]
            if refused[0] is not None and None not in refused:
                self._failed[one.sha256] = refused[0]
        files = [one for one in self._waiting.values() if one.sha256 not in self._failed]
        pile = Pile(files, self._folder, lambda one, page: (one.sha256, page) in self._refused)
        try:
            groups = self._groups(pile) if files else []
        except Exception as error:
            self._failed |= dict.fromkeys((one.sha256 for one in files), self._named(error))
            files, groups = [], []
        for sha256, why in self._failed.items():
            one = self._waiting[sha256]
            if not isinstance(why, EngineError):
                self._folder.forget(sha256)
            yield self._error(one.name, one.count, why)
        reading = PileReading(
            pile, self._read, self._forms, self._jobs, Circumstances(self._received, self._content)
        )
        self._ask(reading, groups)
        for part in together(len(files), groups):
            yield from self._part(reading, part, [one for one in groups if one.files & set(part)])

    def _ask(self, reading: PileReading, groups: Sequence[Group]) -> None:
        """Find out what is asked of pages only because others are with them."""
        several = [one for one in groups if len(one.all) > 1]
        with closing(self._jobs.others(reading.asked, several)) as ends:
            for done in ends:
                if done.result is None:
                    continue  # then it is asked once more, by whoever puts all together
                for number, answers in unpacked_answers(done.result).items():
                    place = done.item.all[number - 1]
                    file = reading.pile.files[place.file]
                    kept = self._folder.result(file.sha256, place.page)
                    if kept is not None:
                        more = packed(unpacked(kept).with_answers(answers))
                        self._folder.keep_result(file.sha256, place.page, more)

    def _groups(self, pile: Pile) -> list[Group]:
        """Return which pages are a document, over all files."""

        def group() -> list[Any]:
            files = []
            for index, file in enumerate(pile.files):
                pages = (
                    result.numbered(pile.number(Place(index, number))).page
                    for number, result in pile.known(index).items()
                )
                files.append(BatchFile(file.name, tuple(pages)))
            return [
                [[page.number for page in pages] for pages in (one.pages, one.sheets)]
                for one in self._read.batch(files)
            ]

        count = sum(file.count for file in pile.files)
        return groups_from(pile, self._jobs.bounded(group, count))

    def _part(
        self, reading: PileReading, part: Sequence[int], groups: Sequence[Group]
    ) -> Iterator[Taken]:
        """File what belongs together, all of it or nothing."""
        files = [reading.pile.files[index] for index in part]
        self._at = files[0].name
        try:
            count = sum(file.count for file in files)
            read = self._jobs.bounded(lambda: reading.documents(part, groups), count)
            kept = []
            for file, found in zip(files, read, strict=True):
                objects = [*found, *self._refused_pages(file)]
                kept.append(Received(self._content(file), PurePath(file.name).name, objects))
        except StorageError:
            raise
        except Exception as error:
            told = self._named(error)
            yield from (self._error(file.name, file.count, told) for file in files)
            return
        self._archive.file_together(kept, self._received)
        for file, one in zip(files, kept, strict=True):
            self._folder.forget(file.sha256)
            yield self._filed(file.name, list(one.readings), file.count)

    # What is told.

    def _refused_pages(self, file: Waiting) -> list[dict[str, Any]]:
        return [
            refused_page(file.name, file.sha256, Page(page, Medium.SCAN, 0.0, 0.0), error)
            for (sha256, page), error in sorted(
                self._refused.items(), key=lambda one: one[0]
            )
            if sha256 == file.sha256
        ]  # fmt: skip

    def _filed(self, name: str, objects: list[dict[str, Any]], pages: int) -> Taken:
        return Taken(name, [{**one, "already_known": False} for one in objects], pages)

    def _known(self, name: str, readings: Sequence[dict[str, Any]]) -> Taken:
        objects = [{**one, "file": name, "already_known": True} for one in readings]
        return Taken(name, objects, sum(own_pages(one) for one in objects))

    def _error(self, name: str, pages: int, error: FormServiceError) -> Taken:
        told: dict[str, Any] = error_data(error, name)
        return Taken(name, [told | {"pages": pages} if pages else told], pages, error)

    def _twin(self, name: str, sha256: str) -> Taken:
        """Return what became of a file whose bytes came twice and were refused the first time."""
        error = self._failed.get(sha256) or InputError("Diese Datei wurde schon abgewiesen.")
        return self._error(name, self._waiting[sha256].count, error)

    def _named(self, error: Exception) -> FormServiceError:
        return error if isinstance(error, FormServiceError) else self._outside.bug(error)

    def _content(self, file: Waiting) -> bytes:
        data = self._outside.content(file.name)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise InputError(
                "Die Datei hat sich während des Einlesens geändert.",
                "Bitte warten, bis der Scanner fertig ist, und noch einmal einlesen.",
            )
        return data
