"""An open document whose slow answers are known: asked page by page, in other processes.

A page is read once by itself. What was asked of it then is what will be asked of it as a page of
its document; anything else is asked of the file itself.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from formservice.application.page_results import Answer, PageResult, blocks_on, sightings_at
from formservice.application.ports import OpenDocument
from formservice.domain.document import Block, Box, Medium, Page, Sighting
from formservice.domain.form import Layout


class Recorder(OpenDocument):
    """Hands questions on to an open document of one page, and remembers the answers."""

    def __init__(self, opened: OpenDocument) -> None:
        """Record what ``opened`` answers."""
        self._opened = opened
        self._answers: dict[str, Answer] = {}
        self.pages: Sequence[Page] = opened.pages

    @property
    def result(self) -> PageResult:
        """What is known of the page by now."""
        return PageResult(self.pages[0], tuple(self._answers.values()))

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of a page."""
        found = tuple(self._opened.zones(page, layout, form_page))
        key = _zones_key(layout, form_page)
        self._answers[key] = Answer(key, sightings=found)
        return found

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text on a page."""
        found = tuple(self._opened.printed(page, layout, form_page, attempt))
        key = _printed_key(layout, form_page, attempt)
        self._answers[key] = Answer(key, blocks=found)
        return found

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of a page line by line."""
        found = tuple(self._opened.lines(page))
        self._answers[_LINES] = Answer(_LINES, blocks=found)
        return found

    def close(self) -> None:
        """Close what answers."""
        self._opened.close()


class RecordedDocument(OpenDocument):
    """Pages of one or several files, with the answers known about those that are pictures.

    Page numbers go through all files and need not be without gaps.
    """

    def __init__(
        self,
        pages: Sequence[Page],
        answers: Callable[[int], Sequence[Answer]],
        opened: Callable[[int], tuple[object, int, Callable[[], OpenDocument]]],
    ) -> None:
        """Take the pages and, by page number, what is known.

        ``opened`` says of a page what names its file, which number it has there, and how that
        file is opened.
        """
        self.pages = pages
        self.asked: dict[int, dict[str, Answer]] = {}
        """What had to be asked, by page: it was not known."""
        self._answers = answers
        self._open = opened
        self._here: tuple[int, dict[str, Answer]] | None = None
        self._last: tuple[object, OpenDocument] | None = None

    def media(self) -> Sequence[Medium]:
        """Say what every page is."""
        return [page.medium for page in self.pages]

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of a page, or know what was read."""

        def ask(key: str) -> Answer:
            opened, own = self._file(page)
            return Answer(key, sightings=tuple(opened.zones(own, layout, form_page)))

        return sightings_at(
            self._answered(page, _zones_key(layout, form_page), ask).sightings, page
        )

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text on a page, or know it."""

        def ask(key: str) -> Answer:
            opened, own = self._file(page)
            return Answer(key, blocks=tuple(opened.printed(own, layout, form_page, attempt)))

        known = self._answered(page, _printed_key(layout, form_page, attempt), ask)
        return blocks_on(known.blocks, page)

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of a page line by line, or know it."""

        def ask(key: str) -> Answer:
            opened, own = self._file(page)
            return Answer(key, blocks=tuple(opened.lines(own)))

        return blocks_on(self._answered(page, _LINES, ask).blocks, page)

    def crop(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as a PNG file."""
        opened, own = self._file(page)
        return opened.crop(own, box)

    def crop_upright(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as ``lines`` sees it, as a PNG file."""
        opened, own = self._file(page)
        return opened.crop_upright(own, box)

    def ink(self, page: int, layout: Layout, form_page: int) -> bytes:
        """Return what is on a picture beside the print of the form."""
        opened, own = self._file(page)
        return opened.ink(own, layout, form_page)

    def shows(self, page: int, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether a picture shows the same as another one."""
        opened, own = self._file(page)
        return opened.shows(own, layout, form_page, ink)

    def close(self) -> None:
        """Close the file that is open."""
        if self._last is not None:
            self._last[1].close()
            self._last = None

    def _answered(self, page: int, key: str, ask: Callable[[str], Answer]) -> Answer:
        if self._here is None or self._here[0] != page:
            self._here = page, {one.key: one for one in self._answers(page)}
        known = self._here[1].get(key) or self.asked.get(page, {}).get(key)
        if known is None:
            known = self.asked.setdefault(page, {})[key] = ask(key)
        return known

    def _file(self, page: int) -> tuple[OpenDocument, int]:
        file, own, opened = self._open(page)
        if self._last is None or self._last[0] != file:
            self.close()
            self._last = file, opened()
        return self._last[1], own


_LINES = "lines"


def _zones_key(layout: Layout, form_page: int) -> str:
    """Return what names these zones of a form, whatever number a copy of its page has."""
    zones = [(zone.key, zone.kind, zone.box) for zone in layout.on_page(form_page)]
    mark = blake2b(repr(zones).encode(), digest_size=8).hexdigest()
    printed = layout.printed(form_page) if form_page <= len(layout.pages) else 0
    return f"zones {layout.ref} {printed} {mark}"


def _printed_key(layout: Layout, form_page: int | None, attempt: int) -> str:
    return f"printed {layout.ref} {layout.printed(form_page) if form_page else 0} {attempt}"
