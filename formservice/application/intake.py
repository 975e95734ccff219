"""Takes in a batch: recognises all pages, puts documents together, keeps originals and records."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.compare import documents_data
from formservice.application.intake_report import (
    Outside,
    Taken,
    filed,
    known_before,
    not_taken,
    parts_others,
)
from formservice.application.page_results import PageResult, is_picture
from formservice.application.pile import (
    Group,
    Grouping,
    Pile,
    Waiting,
    together,
)
from formservice.application.pile_reading import Circumstances, PileReading
from formservice.application.ports import (
    Archive,
    Done,
    Forms,
    OpenDocument,
    PageJob,
    PageWork,
    Received,
    WorkInHand,
    refusal,
)
from formservice.application.read import ReadFile
from formservice.application.report import refused_page
from formservice.domain.document import Medium, Page
from formservice.domain.errors import (
    EngineMissingError,
    FormServiceError,
    InputError,
    StorageError,
)


@dataclass(frozen=True, slots=True)
class _Means:
    """What every batch is taken in with."""

    read: ReadFile
    forms: Forms
    work: PageWork
    archive: Archive
    kept: WorkInHand


class Intake:
    """The use case „intake“: whole batches, stored as they are read."""

    def __init__(
        self, read: ReadFile, forms: Forms, work: PageWork, archive: Archive, kept: WorkInHand
    ) -> None:
        """Keep what reads, what recognises, where it is filed, and where work lies meanwhile."""
        self._means = _Means(read, forms, work, archive, kept)

    def __call__(self, names: Sequence[str], received: date, outside: Outside) -> Iterator[Taken]:
        """Take in files and yield what became of each; one that is known is not read again.

        Pages of scans may belong together over files, so these come last. Broken off at any
        moment, the same call goes on where it was.
        """
        batch = _Batch(self._means, names, received, outside)
        try:
            waits = "Dieser Aufruf wartet auf einen anderen Stapel"
            with self._means.kept.held(lambda: outside.say(waits, 0, 0)):
                yield from batch.taken()
        except StorageError as error:  # nothing that follows could be kept either
            yield batch.broken(error)


class _Batch:
    """One call of the use case."""

    def __init__(
        self, means: _Means, names: Sequence[str], received: date, outside: Outside
    ) -> None:
        self._read, self._forms, self._work = means.read, means.forms, means.work
        self._archive, self._kept = means.archive, means.kept
        self._names = names
        # The file that is being kept, and its pages as far as they are known.
        self._at = next(iter(names), ""), 0
        self._received = received
        self._outside = outside
        self._waiting: dict[str, Waiting] = {}
        self._twins: list[tuple[str, str]] = []
        # The waiting files as they were given, by hash; None where a separator sheet lay.
        self._order: list[str | None] = []
        self._refused: defaultdict[str, dict[int, FormServiceError]] = defaultdict(dict)
        self._failed: dict[str, FormServiceError] = {}

    def taken(self) -> Iterator[Taken]:
        for done, name in enumerate(self._names):
            self._outside.say("Dateien werden geöffnet", done, len(self._names))
            yield from self._first(name)
        try:
            self._recognise()
        except EngineMissingError as error:
            self._failed |= dict.fromkeys(self._waiting, error)
        yield from self._together()
        for name, sha256 in self._twins:
            self._at = name, self._waiting[sha256].count
            known = self._archive.readings(sha256)
            yield known_before(name, known) if known else self._twin(name, sha256)

    def broken(self, error: StorageError) -> Taken:
        """Return what to tell of the file that could not be kept; of those behind it, nothing."""
        return not_taken(*self._at, error)

    # First look: what is known or holds no picture is done with at once.

    def _first(self, name: str) -> Iterator[Taken]:
        self._at = name, 0
        try:
            data = self._outside.content(name)
            sha256 = hashlib.sha256(data).hexdigest()
            known = self._archive.readings(sha256)
            if known:
                self._part_at(known)
                yield known_before(name, known)
            elif sha256 in self._waiting:
                self._twins.append((name, sha256))
                self._order.append(sha256)
            else:
                yield from self._opened(name, sha256, data)
        except StorageError:
            raise
        except Exception as error:  # what is wrong with one file must not cost the others
            yield not_taken(name, 0, self._named(error))

    def _opened(self, name: str, sha256: str, data: bytes) -> Iterator[Taken]:
        pages = self._kept.pages(sha256)
        if not pages:
            pages, told = self._look(name, sha256, data)
            self._at = name, len(pages) or told["count"]
            if not pages:
                received = Received(data, name, told["documents"])
                self._archive.file_together([received], self._received)
                self._part_at(told["documents"])
                yield filed(name, told["documents"], told["count"])
                return
            self._kept.keep_pages(sha256, pages)
        pictured = tuple(page.number for page in pages if is_picture(page))
        self._waiting[sha256] = Waiting(name, sha256, len(pages), pictured)
        self._order.append(sha256)

    def _part_at(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Part the files before and behind one that is done with, if it is a separator sheet."""
        if parts_others(objects):
            self._order.append(None)

    def _look(self, name: str, sha256: str, data: bytes) -> tuple[list[Page], dict[str, Any]]:
        """Return the pages of a file, or its documents where no page is a picture."""
        start = time.perf_counter()

        def at_once(opened: OpenDocument) -> dict[str, Any]:
            found = self._read.opened(opened, received=self._received)
            count, seconds = len(opened.pages), time.perf_counter() - start
            told = documents_data(found, name, sha256, seconds, self._forms)
            return {"documents": told, "count": count}

        return self._work.look(data, at_once)

    # Every picture by itself.

    def _recognise(self) -> None:
        todo = {
            sha256: [n for n in one.pictured if self._kept.result(sha256, n) is None]
            for sha256, one in self._waiting.items()
        }
        total = sum(len(one.pictured) for one in self._waiting.values())
        done = total - sum(map(len, todo.values()))
        if total:
            self._outside.tell(done, total)
        with closing(self._work.each(self._page_jobs(todo), total - done)) as ends:
            for one in ends:
                self._keep(one)
                done += 1
                self._outside.tell(done, total)

    def _keep(self, done: Done[PageJob, PageResult]) -> None:
        """Keep what became of one picture; an EngineMissingError ends the work."""
        sha256, number = done.item.file, done.item.number
        self._at = self._waiting[sha256].name, self._waiting[sha256].count
        if done.result is not None:
            self._kept.keep_result(sha256, number, done.result)
        elif (why := refusal(done)) is not None:
            self._refused[sha256][number] = self._named(why)

    def _page_jobs(self, todo: dict[str, list[int]]) -> Iterator[PageJob]:
        for sha256, numbers in todo.items():
            if not numbers:
                continue
            try:
                data = self._content(self._waiting[sha256])
            except Exception as error:  # it may be gone by now; the others are there
                self._failed[sha256] = self._named(error)
                continue
            for number in numbers:
                yield PageJob(sha256, number, partial(bytes, data), self._received)

    # All pages together.

    def _together(self) -> Iterator[Taken]:
        for one in self._waiting.values():
            refused = self._refused[one.sha256]
            if len(refused) == one.count:
                self._failed[one.sha256] = refused[1]
                self._kept.forget(one.sha256)  # there is nothing to go on with
        pile = Pile(
            [one for one in self._waiting.values() if one.sha256 not in self._failed],
            self._kept,
            lambda one, page: page in self._refused[one.sha256],
        )
        if pile.files:
            self._outside.say("Die Seiten werden zu Dokumenten geordnet", 0, 0)
        grouping = Grouping(pile, self._order, self._read, self._work)
        groups = grouping(self._fit(pile))
        for index, error in grouping.failed.items():  # what is recognised on it stays
            self._failed[pile.files[index].sha256] = self._named(error)
        for sha256, why in self._failed.items():
            yield not_taken(self._waiting[sha256].name, self._waiting[sha256].count, why)
        reading = PileReading(
            pile, self._read, self._forms, self._work, Circumstances(self._received, self._content)
        )
        self._ask(reading, groups)
        done = 0
        for part, own in together(self._fit(pile), groups):
            self._outside.say("Die Dokumente werden gelesen und abgelegt", done, len(pile.files))
            yield from self._part(reading, part, own)
            done += len(part)

    def _fit(self, pile: Pile) -> list[int]:
        """Return the files of a pile that nothing is known to be wrong with."""
        return [index for index, one in enumerate(pile.files) if one.sha256 not in self._failed]

    def _ask(self, reading: PileReading, groups: Sequence[Group]) -> None:
        """Find out what is asked of pages only because others are with them."""
        with closing(reading.answers(groups)) as found:
            for place, answers in found:
                file = reading.pile.files[place.file]
                self._at = file.name, file.count
                reading.pile.learn(place, answers)

    def _part(
        self, reading: PileReading, part: Sequence[int], groups: Sequence[Group]
    ) -> Iterator[Taken]:
        """File what belongs together, all of it or nothing."""
        files = [reading.pile.files[index] for index in part]
        self._at = files[0].name, files[0].count
        try:
            kept = self._part_read(reading, part, groups)
        except StorageError:
            raise
        except Exception as error:  # what is wrong with some files must not cost the others
            yield from self._without_the_guilty(reading, part, groups, error)
            return
        self._archive.file_together(kept, self._received)
        for file, one in zip(files, kept, strict=True):
            self._kept.forget(file.sha256)
            yield filed(file.name, list(one.readings), file.count)

    def _part_read(
        self, reading: PileReading, part: Sequence[int], groups: Sequence[Group]
    ) -> list[Received]:
        count = reading.pile.page_count(part)
        read = self._work.bounded(lambda: reading.documents(part, groups), count)
        kept = []
        for index, found in zip(part, read, strict=True):
            file = reading.pile.files[index]
            objects = [*found, *self._refused_pages(file)]
            kept.append(Received(self._content(file), file.name, objects))
        return kept

    def _without_the_guilty(
        self, reading: PileReading, part: Sequence[int], groups: Sequence[Group], error: Exception
    ) -> Iterator[Taken]:
        """Refuse of a part that cannot be read the files that cannot be read by themselves.

        If each can, or there is but one, nobody knows better: all are refused.
        """
        guilty: dict[int, Exception] = {}
        for index in part if len(part) > 1 else ():
            try:
                self._part_read(reading, [index], _within(groups, [index]))
            except StorageError:
                raise
            except Exception as own:  # this is one of them
                guilty[index] = own
        for index in part:
            if index in guilty or not guilty:
                file = reading.pile.files[index]
                told = self._failed[file.sha256] = self._named(guilty.get(index, error))
                yield not_taken(file.name, file.count, told)
        left = [index for index in part if index not in guilty] if guilty else []
        for smaller, own_groups in together(left, _within(groups, left)):
            yield from self._part(reading, smaller, own_groups)

    # What is told.

    def _refused_pages(self, file: Waiting) -> list[dict[str, Any]]:
        return [
            refused_page(file.name, file.sha256, Page(page, Medium.SCAN, 0.0, 0.0), error)
            for page, error in sorted(self._refused[file.sha256].items())
        ]

    def _twin(self, name: str, sha256: str) -> Taken:
        """Return what became of a file whose bytes came twice and were refused the first time."""
        error = self._failed.get(sha256) or InputError("Diese Datei wurde schon abgewiesen.")
        return not_taken(name, self._waiting[sha256].count, error)

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


def _within(groups: Iterable[Group], files: Sequence[int]) -> list[Group]:
    """Return what of the documents is in ``files``."""
    kept = (group.within(set(files)) for group in groups)
    return [group for group in kept if group is not None]
