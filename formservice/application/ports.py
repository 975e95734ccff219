"""What the use cases need from outside, as protocols."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import (
    Any,  # readings have the shape of the JSON contract
    Generic,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    runtime_checkable,
)

from formservice.application.page_results import Answer, PageResult
from formservice.domain.document import Block, Box, Medium, Page, Sighting
from formservice.domain.errors import EngineMissingError
from formservice.domain.form import FormDefinition, FormRef, Layout
from formservice.domain.record import Value

T = TypeVar("T")
R = TypeVar("R")


class OpenDocument(Protocol):
    """A received file that has been opened; as a context manager it closes itself."""

    pages: Sequence[Page]

    def media(self) -> Sequence[Medium]:
        """Say what every page is; quick, where ``pages`` looks at the pictures."""
        return [page.medium for page in self.pages]

    def as_drawn(self, page: int) -> Page:
        """Return a page (from 1) without what its picture shows: quick as well."""
        return self.pages[page - 1]

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on page ``page`` of this file.

        Both are counted from 1. A medium without geometry (DOCX) and a page that does not fit
        the layout return nothing.
        """

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text on page ``page``, also where its fields alone told what it is.

        ``form_page`` of ``layout`` is what the page should be, None if that is not known; a
        picture is laid on it, and looked at in another way at every ``attempt`` (from 0). Its
        text comes word by word. Slow, and wanted for few forms.
        """
        return self.pages[page - 1].blocks

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of page ``page`` line by line, of a picture as well, without its form.

        On a picture tick boxes are found by their shape and stand among the words as ☐, ☒ or,
        where a mark is not clear, ▣. Slow there, and wanted only where zones are not found.
        """
        return self.pages[page - 1].blocks

    def crop(self, page: int, box: Box) -> bytes:
        """Return the piece ``box`` of page ``page`` as a PNG file; empty where nothing is drawn.

        ``box`` is that of a sighting on that page.
        """
        return b""

    def crop_upright(self, page: int, box: Box) -> bytes:
        """Return the same of the page put upright and straight, as ``lines`` sees it."""
        return self.crop(page, box)

    def ink(self, page: int, layout: Layout, form_page: int) -> bytes:
        """Return what is on a picture beside the print of the form, for ``shows``.

        Empty where the page is no picture of ``form_page``.
        """
        return b""

    def shows(self, page: int, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether a picture shows the same as the one that ``ink`` is of: the same sheet."""
        return False

    def close(self) -> None:
        """Release everything held."""

    def __enter__(self) -> Self:
        """Return the document itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the document."""
        self.close()


class Reader(Protocol):
    """Turns the bytes of one medium into pages."""

    def reads(self, data: bytes) -> bool:
        """Say from the first bytes whether this reader is meant for ``data``."""

    def open(self, data: bytes) -> OpenDocument:
        """Open ``data``; raises an InputError when it cannot be read, nothing else."""


@runtime_checkable
class PageReader(Reader, Protocol):
    """A reader that can open one picture of a file without looking at all other pages."""

    def open_page(self, data: bytes, number: int) -> OpenDocument:
        """Return page ``number`` (from 1) as a document of one page."""


class Renderer(Protocol):
    """Writes finished forms in one format."""

    def render(
        self, definition: FormDefinition, values: Mapping[str, Value], reference: str
    ) -> bytes:
        """Return the form filled with ``values`` (checked before), all other fields blank.

        ``reference`` is the opaque reference printed in the QR code and held in the file.
        """


class Forms(Protocol):
    """The definitions of this installation."""

    def __iter__(self) -> Iterator[FormDefinition]:
        """Iterate over all definitions."""

    def get(self, form: str, edition: str | None = None) -> FormDefinition:
        """Return one definition, the newest edition unless one is named; NotFoundError else."""

    def find(self, ref: FormRef) -> FormDefinition | None:
        """Return the definition of exactly that form and edition, or None."""


# Batches: work on received files that is bounded, kept meanwhile, and filed at last.


@dataclass(frozen=True, slots=True)
class Done(Generic[T, R]):
    """What became of one piece of work: its result, or why there is none."""

    item: T
    result: R | None
    error: Exception | None


@dataclass(frozen=True, slots=True)
class PageJob:
    """One pictured page of a file; ``data`` gets the file when the job begins."""

    file: str
    number: int
    data: Callable[[], bytes]
    received: date
    form: FormDefinition | None = None


def refusal(done: Done[PageJob, R]) -> Exception | None:
    """Return why a page has no result, None if it has one: it costs no other page.

    EngineMissingError: no page can have one.
    """
    if isinstance(done.error, EngineMissingError):
        raise done.error
    return done.error


Opened: TypeAlias = tuple[object, int, Callable[[], OpenDocument]]
"""What names an open file, the number of a page in it, and how that file is opened."""


class PageWork(Protocol):
    """Opens received files and recognises their pages; each piece of work within limits.

    A piece that takes too long, too much memory or crashes costs no other: that is its error.
    What work returns is plain data (numbers, text, lists, dicts), unless it says otherwise.
    """

    def look(self, data: bytes, read: Callable[[OpenDocument], Any]) -> tuple[list[Page], Any]:
        """Return the pages of a file, its pictures not looked at; or what ``read`` makes of it.

        A file without pictures is read at once: there are no pages then.
        """

    def each(
        self, jobs: Iterable[PageJob], count: int
    ) -> Generator[Done[PageJob, PageResult], None, None]:
        """Yield what becomes of every job; ``count`` is how many there will be.

        No other work may be begun before the last has come: it would wait for these for ever.
        EngineMissingError: nothing can be recognised.
        """

    def others(
        self, work: Callable[[T], Mapping[int, Mapping[str, Answer]]], items: Iterable[T]
    ) -> Generator[Done[T, dict[int, list[Answer]]], None, None]:
        """Yield what becomes of asking recognised pages more, by page: the answers alone.

        No other work may be begun before the last has come.
        """

    def bounded(self, work: Callable[[], Any], pages: int = 1) -> Any:
        """Return what ``work`` returns; ``pages`` known ones give it more time."""

    def place(self, file: object, data: Callable[[], bytes], page: Page, number: int) -> Opened:
        """Return how page ``number`` of a file is opened; a picture alone, as page 1."""


class WorkInHand(Protocol):
    """What is known of files being taken in, kept until they are filed."""

    def held(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold all of it against other batches, which wait.

        ``waiting`` is called if another batch holds it now; a StorageError if that is impossible.
        """

    def pages(self, sha256: str) -> list[Page]:
        """Return what was kept as the pages of a file; none if it was not, or is damaged."""

    def keep_pages(self, sha256: str, pages: Sequence[Page]) -> None:
        """Keep the pages of a file; a StorageError if that is impossible."""

    def result(self, sha256: str, page: int) -> PageResult | None:
        """Return what was recognised on a page; None if that was not kept, or is damaged."""

    def keep_result(self, sha256: str, page: int, result: PageResult) -> None:
        """Keep what was recognised on a page; a StorageError if that is impossible."""

    def forget(self, sha256: str) -> None:
        """Forget a file: it is filed, or refused."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file to be kept: its bytes, its name or path, and the documents read from it."""

    original: bytes
    name: str
    readings: Sequence[dict[str, Any]]


class Archive(Protocol):
    """Where originals and what was read from them are kept."""

    def readings(self, sha256: str) -> list[dict[str, Any]]:
        """Return the newest readings of one file, none if it is unknown; else a StorageError."""

    def file_together(self, files: Sequence[Received], received: date) -> object:
        """Keep files that belong together, all of them or none; a StorageError says why not."""
