"""Pictures of received pages, and of the places of answers on them, for those who may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.ports_store import Author, Kept, PageOf
from formservice.domain.document import Box, Medium, Method
from formservice.domain.errors import InputError, NotFoundError

A4 = (1_131, 1_600)
"""Width and height of a page that nobody has drawn, in pixels."""


class Size(IntEnum):
    """How many pixels the longer side of a picture has at most."""

    CARD = 420  # many pages beside each other
    SCREEN = 1_600  # a page that fills a screen
    ZOOM = 2_800  # single letters


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page of a document: which page of which original, and how it is turned upright.

    ``number`` counts the pages of the document from 1; ``name`` is how its record calls the page.
    """

    number: int
    name: int
    original: str
    page: int
    quarters: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A place of a field on an upright page of the document, as fractions of it.

    ``key`` is the field, or the box of one of its options; ``marked`` says of a box what was
    seen there. ``is_straight`` says that ``box`` is of the page put straight.
    """

    key: str
    number: int
    box: Box
    marked: bool | None = None
    is_straight: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as somebody may see it; ``reading`` is its newest record, empty before.

    Where ``is_mixed``, its files hold pages that they may not see: nothing but ``pages`` is shown.
    """

    kept: Kept
    pages: Sequence[PageOf]
    reading: Mapping[str, Any]
    is_mixed: bool = False


class SeenBy(Protocol):
    """Documents, asked for by somebody."""

    def seen(self, viewer: Author, document: str) -> Seen:
        """Return a document that ``viewer`` may see; NotFoundError for any other."""


class PageViews(Protocol):
    """Draws pages of originals; what was drawn once is kept for a while."""

    def page(self, place: PagePlace, size: Size) -> bytes:
        """Return the upright page as a JPEG file.

        NotFoundError where there is no such page, or none that could be drawn (Word files);
        another InputError for a file that cannot be read.
        """

    def piece(self, place: PagePlace, zones: Sequence[Zone]) -> bytes:
        """Return what ``zones`` of a page cover, with a little around it, as a JPEG file."""

    def size(self, place: PagePlace) -> tuple[int, int]:
        """Return width and height of an upright page in pixels of a screen (``Size.SCREEN``)."""

    def lines(self, original: str) -> Sequence[str]:
        """Return the text of a file that has no pictures, line by line."""

    def count(self, original: str) -> int:
        """Return how many pages an original has that could be drawn."""


class Pictures:
    """The use case „show what arrived“."""

    def __init__(self, documents: SeenBy, views: PageViews) -> None:
        """Keep where documents are, and what draws."""
        self._documents = documents
        self._views = views

    def page(self, viewer: Author, document: str, number: int, size: Size = Size.SCREEN) -> bytes:
        """Return page ``number`` (from 1) of a document as a JPEG file.

        Raises:
            NotFoundError: no such document or page for ``viewer``, or none with a picture.
            InputError: the file cannot be read.
        """
        places = {one.number: one for one in self.pages(self._documents.seen(viewer, document))}
        if number not in places:
            raise NotFoundError("Diese Seite hat der Vorgang nicht.")
        return self._views.page(places[number], size)

    def card(self, place: PagePlace) -> bytes:
        """Return a small picture of a page of which somebody has asked before who may see it."""
        return self._views.page(place, Size.CARD)

    def size(self, seen: Seen, number: int) -> tuple[int, int]:
        """Return width and height of a page; those of A4 where it cannot be drawn."""
        found = [one for one in self.pages(seen) if one.number == number]
        try:
            return self._views.size(found[0]) if found else A4
        except (InputError, NotFoundError):
            return A4

    def field(
        self, viewer: Author, document: str, key: str, part: int = 1, *, only_on: bool = False
    ) -> bytes:
        """Return where a field stands as a JPEG file; ``part`` (from 1) of those on several pages.

        ``only_on``: of a choice only the box that was read as ticked, large enough to judge it.

        Raises:
            NotFoundError: no such document for ``viewer``, or no place of this field.
            InputError: the file cannot be read.
        """
        seen = self._documents.seen(viewer, document)
        found = zones(seen.reading, key)
        found = [one for one in found if one.marked] or found if only_on else found
        numbers = sorted({one.number for one in found})
        if not 0 < part <= len(numbers) or not has_pictures(seen.reading):
            raise NotFoundError("Zu dieser Angabe gibt es kein Bild.")
        place = places(seen)[numbers[part - 1] - 1]
        return self._views.piece(place, [one for one in found if one.number == place.number])

    def pages(self, seen: Seen) -> Sequence[PagePlace]:
        """Return the pages of a document; of one not read yet, those of its original."""
        if seen.pages or seen.kept.original is None or seen.is_mixed:
            return places(seen)
        count = self._views.count(seen.kept.original)
        return [PagePlace(n, n, seen.kept.original, n, 0) for n in range(1, count + 1)]

    def lines(self, seen: Seen) -> Sequence[str]:
        """Return the text of a document without pictures; none where its file is others' too."""
        if seen.is_mixed:
            return ()
        originals = dict.fromkeys(one.original for one in seen.pages)
        if not originals and seen.kept.original is not None:
            originals = {seen.kept.original: None}
        return [line for one in originals for line in self._views.lines(one)]


def has_pictures(reading: Mapping[str, Any]) -> bool:
    """Say whether pages of a document can be drawn; Word has pages only in print."""
    return reading.get("medium") != Medium.DOCX


def places(seen: Seen) -> Sequence[PagePlace]:
    """Return the pages of a document that was read."""
    names, turned = seen.reading.get("page_numbers") or (), seen.reading.get("turned") or {}
    found = []
    for number, page in enumerate(seen.pages, start=1):
        name = names[number - 1] if number <= len(names) else number
        quarters = turned.get(str(name), 0)
        found.append(PagePlace(number, name, page.original, page.page, quarters))
    return found


def zones(reading: Mapping[str, Any], key: str) -> Sequence[Zone]:
    """Return where a field of a record stands, each box of a choice and each part by itself."""
    field = (reading.get("fields") or {}).get(key)
    if field is None:
        return ()
    numbers = {name: at for at, name in enumerate(reading.get("page_numbers") or (), start=1)}
    turned, medium = reading.get("turned") or {}, reading.get("medium")
    found = []
    for one in _places(key, field):
        page, box = one.get("page"), one.get("box")
        if page not in numbers or box is None:
            continue
        straight = one.get("method") == Method.LABEL and medium == Medium.SCAN
        quarters = 0 if straight else turned.get(str(page), 0)
        laid = upright(Box(*box), quarters)
        found.append(Zone(one.get("key", key), numbers[page], laid, one.get("on"), straight))
    return found


def upright(box: Box, quarters: int) -> Box:
    """Return where a box is on its page after so many clockwise quarter turns."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    match quarters % 4:
        case 1:
            return Box(1 - bottom, left, 1 - top, right)
        case 2:
            return Box(1 - right, 1 - bottom, 1 - left, 1 - top)
        case 3:
            return Box(top, 1 - right, bottom, 1 - left)
        case _:
            return box


def _places(key: str, field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the places of a field as its record has them."""
    if field.get("places"):
        # Records of earlier editions have no method of a place of its own.
        return [{"method": field.get("method")} | dict(one) for one in field["places"]]
    return ({"key": key} | {name: field.get(name) for name in ("method", "page", "box")},)
