"""What the use cases need from outside, as protocols."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from formservice.domain.document import Block, Box, Medium, Page, Sighting
from formservice.domain.form import FormDefinition, FormRef, Layout
from formservice.domain.record import Value


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
