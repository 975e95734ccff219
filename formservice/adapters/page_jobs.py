"""Reads scans page by page: each picture in a process of its own, as many as there are cores.

First a child opens the file without looking at its pictures. Then every pictured page is a job:
one that takes too long, too much memory or ends its process costs no other. Last a child puts the
pages together; what was recognised is known by then.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar  # Any: plain data

from formservice.adapters import page_data
from formservice.adapters.isolation import (
    NoPlainDataError,
    each_isolated,
    no_fork,
    processors,
    run_isolated,
)
from formservice.application.page_results import Answer, PageResult, is_picture
from formservice.application.ports import Done, OpenDocument, Opened, PageJob, PageReader
from formservice.application.read import ReadFile
from formservice.application.recorded import Recorder
from formservice.domain.document import Block, Box, Medium, Page, PageRole, Sighting
from formservice.domain.form import Layout

T = TypeVar("T")
R = TypeVar("R")

# Of the time for recognising a page, so much for putting it together with others.
_TOGETHER = 1 / 6
# With so many pictures at once, or so many one after the other, it pays to load all blank forms.
_MANY, _MANY_SO_FAR = 4, 8


class Engine(Protocol):
    """What all jobs use, loaded once."""

    def warm(self, *, forms: bool = True) -> None:
        """Load the engine, and the blank forms."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may take: seconds and bytes for a file, seconds for a pictured page.

    ``at_once`` is how many processes may be at work, None for as many as there are cores.
    """

    seconds: float
    memory: int
    page_seconds: float
    at_once: int | None = None

    def for_pages(self, count: int) -> float:
        """Return the seconds for putting so many known pages together.

        What was not asked of a page alone is asked then; a few seconds each will do for that.
        """
        return self.seconds + count * self.page_seconds * _TOGETHER


class PageJobs:
    """Opens files and recognises their pictured pages, all of it in child processes."""

    def __init__(self, read: ReadFile, engine: Callable[[], Engine], limits: Limits) -> None:
        """Keep the use case; ``engine`` is asked for only when there is a pictured page."""
        self._read = read
        self._engine = engine
        self.limits = limits
        # All callers together have no more children than this, whatever their thread. Other
        # processes have a room of their own: operators share the cores out (docs/betrieb.md).
        self._at_once = limits.at_once or processors()
        self._room = threading.Semaphore(self._at_once)
        self._so_far = 0

    def bounded(self, work: Callable[[], Any], pages: int = 1) -> Any:
        """Return what ``work`` returns in a child; ``pages`` known ones give it more time."""
        limits = self.limits
        with self._room:
            return run_isolated(work, seconds=limits.for_pages(pages), memory=limits.memory)

    def look(self, data: bytes, read: Callable[[OpenDocument], Any]) -> tuple[list[Page], Any]:
        """Return the pages of a file, its pictures not looked at; or what ``read`` makes of it.

        A file without pictures is read at once: there are no pages then.
        """

        def first() -> list[Any]:
            with self._read.reader(data).open(data) as opened:
                media = opened.media()
                if Medium.SCAN not in media:
                    return [[], read(opened)]
                drawn = (opened.as_drawn(number + 1) for number in range(len(media)))
                return [[page_data.plain(page) for page in drawn], None]

        pages, told = self.bounded(first)
        return [page_data.known_page(page) for page in pages], told

    def openable(self, data: bytes) -> int:
        """Return how many pages a file has; raises an InputError if it cannot be opened."""
        reader = self._read.reader(data)

        def pages() -> int:
            with reader.open(data) as opened:
                return len(opened.media())

        return int(self.bounded(pages))

    def each(
        self, jobs: Iterable[PageJob], count: int
    ) -> Generator[Done[PageJob, PageResult], None, None]:
        """Yield what becomes of every job.

        ``count`` is how many jobs there will be. EngineMissingError: nothing can be recognised.
        """
        if count:
            # Loaded here, before the first fork, so that no child has to; no other thread may
            # load as well or fork meanwhile.
            with no_fork():
                self._so_far += count
                forms = count >= _MANY or self._so_far >= _MANY_SO_FAR
                self._engine().warm(forms=forms)
        limits = self.limits
        for done in each_isolated(
            self._recognised,
            jobs,
            at_once=self._at_once,
            seconds=limits.page_seconds,
            memory=limits.memory,
            room=self._room,
        ):
            yield _unpacked(done, page_data.unpacked)

    def _recognised(self, job: PageJob) -> bytes:
        start = time.perf_counter()
        with self.one_page(job.data(), job.number) as opened:
            recorder = Recorder(opened)
            if recorder.pages[0].role is PageRole.CONTENT:
                self._read.opened(recorder, received=job.received, form=job.form)
            return page_data.packed(replace(recorder.result, seconds=time.perf_counter() - start))

    def others(
        self, work: Callable[[T], Mapping[int, Mapping[str, Answer]]], items: Iterable[T]
    ) -> Generator[Done[T, dict[int, list[Answer]]], None, None]:
        """Yield what becomes of asking recognised pages more, some of them at a time."""
        limits = self.limits
        for done in each_isolated(
            lambda item: page_data.packed_answers(work(item)),
            items,
            at_once=self._at_once,
            seconds=limits.seconds + limits.page_seconds,
            memory=limits.memory,
            room=self._room,
        ):
            yield _unpacked(done, page_data.unpacked_answers)

    def place(self, file: object, data: Callable[[], bytes], page: Page, number: int) -> Opened:
        """Return how page ``number`` of a file is opened; a picture alone, as page 1."""
        if is_picture(page):
            return (file, number), 1, lambda: self.one_page(data(), number)
        return (file, 0), number, lambda: self._read.reader(data()).open(data())

    def one_page(self, data: bytes, number: int) -> OpenDocument:
        """Return a picture as a document of one page."""
        reader = self._read.reader(data)
        if isinstance(reader, PageReader):
            return reader.open_page(data, number)
        return OnePage(reader.open(data), number)


class OnePage(OpenDocument):
    """One page of an open file as a document of its own, where it is page 1."""

    def __init__(self, opened: OpenDocument, number: int) -> None:
        """Take page ``number`` of ``opened``, which is closed with this."""
        self._opened = opened
        self._number = number
        self.pages = (PageResult(opened.pages[number - 1]).numbered(1).page,)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of the page."""
        return self._opened.zones(self._number, layout, form_page)

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text on the page."""
        return self._opened.printed(self._number, layout, form_page, attempt)

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of the page line by line."""
        return self._opened.lines(self._number)

    def crop(self, page: int, box: Box) -> bytes:
        """Return a piece of the page as a PNG file."""
        return self._opened.crop(self._number, box)

    def crop_upright(self, page: int, box: Box) -> bytes:
        """Return a piece of the page as ``lines`` sees it, as a PNG file."""
        return self._opened.crop_upright(self._number, box)

    def ink(self, page: int, layout: Layout, form_page: int) -> bytes:
        """Return what is on the page beside the print of the form."""
        return self._opened.ink(self._number, layout, form_page)

    def shows(self, page: int, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether the page shows the same as another one."""
        return self._opened.shows(self._number, layout, form_page, ink)

    def close(self) -> None:
        """Close the file."""
        self._opened.close()


def _unpacked(done: Done[T, bytes], as_sent: Callable[[bytes], R]) -> Done[T, R]:
    """Return ``done`` with what the child sent, or with an error if that is not ``as_sent``."""
    if done.error is not None:
        return Done(done.item, None, done.error)
    try:
        return Done(done.item, as_sent(done.result or b""), None)
    except (ValueError, TypeError, RecursionError) as error:
        wrong = NoPlainDataError("a child sent what it must not")
        wrong.__cause__ = error
        return Done(done.item, None, wrong)
