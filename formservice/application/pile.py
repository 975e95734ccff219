"""Files while they are put together: which page is where, which go together."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeVar  # Any: plain data

from formservice.application.batch import BatchFile
from formservice.application.page_results import Answer, PageResult, is_picture, seen
from formservice.application.ports import PageWork, WorkInHand
from formservice.application.read import ReadFile
from formservice.domain.document import Medium, Page, PageRole
from formservice.domain.errors import DamagedDocumentError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file with pictures: its name as given, its hash, how many pages, which are pictures."""

    name: str
    sha256: str
    count: int
    pictured: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a batch: which of the files, and which page there, from 1."""

    file: int
    page: int


@dataclass(frozen=True, slots=True)
class Group:
    """A document among the pages of a batch, with its continuation sheets."""

    pages: tuple[Place, ...]
    sheets: tuple[Place, ...]

    @property
    def all(self) -> tuple[Place, ...]:
        """All pages."""
        return (*self.pages, *self.sheets)

    @property
    def files(self) -> frozenset[int]:
        """Return which files it is in."""
        return frozenset(place.file for place in self.all)

    def within(self, files: Set[int]) -> "Group | None":
        """Return what of it is in ``files``, None if nothing is."""
        pages = tuple(place for place in self.pages if place.file in files)
        sheets = tuple(place for place in self.sheets if place.file in files)
        return Group(pages or sheets, sheets if pages else ()) if pages or sheets else None


class Pile:
    """Files whose pages are numbered through, with what is known of each page."""

    def __init__(
        self,
        files: Sequence[Waiting],
        kept: WorkInHand,
        refused: Callable[[Waiting, int], bool],
    ) -> None:
        """Take files whose pictures were recognised; ``refused`` tells those that were not."""
        self.files = tuple(files)
        self._kept = kept
        self._refused = refused
        self._starts = [0, *accumulate(file.count for file in files)]

    def page_count(self, files: Iterable[int]) -> int:
        """Return how many pages are in ``files``."""
        return sum(self.files[file].count for file in files)

    def number(self, place: Place) -> int:
        """Return the number of a page in the batch, from 1."""
        return self._starts[place.file] + place.page

    def place(self, number: int) -> Place:
        """Return which page has this number in the batch."""
        file = bisect_right(self._starts, number - 1) - 1
        return Place(file, number - self._starts[file])

    def learn(self, place: Place, answers: Sequence[Answer]) -> None:
        """Keep what else was answered about a page; a StorageError if that is impossible."""
        sha256 = self.files[place.file].sha256
        kept = self._kept.result(sha256, place.page)
        if kept is not None:
            self._kept.keep_result(sha256, place.page, kept.with_answers(answers))

    def known(self, file: int, only: Group | None = None) -> dict[int, PageResult]:
        """Return the pages of a file by their number there, without those that were refused.

        With ``only`` it is the pages of one document.
        """
        waiting = self.files[file]
        result: dict[int, PageResult] = {}
        for page in _there(self._kept.pages(waiting.sha256)):
            if only is not None and Place(file, page.number) not in only.all:
                continue
            if not is_picture(page):
                result[page.number] = PageResult(page)
            elif not self._refused(waiting, page.number):
                kept = _there(self._kept.result(waiting.sha256, page.number))
                whole = seen(page, kept)
                result[page.number] = PageResult(whole, kept.answers, kept.seconds)
        return result


def together(
    files: Iterable[int], groups: Sequence[Group]
) -> list[tuple[tuple[int, ...], list[Group]]]:
    """Return which of ``files`` belong together, for a document has pages in them; and these."""
    home = {file: file for file in files}

    def root(file: int) -> int:
        while home[file] != file:
            home[file] = home[home[file]]
            file = home[file]
        return file

    for group in groups:
        first = min(root(file) for file in group.files)
        for file in group.files:
            home[root(file)] = first
    result: dict[int, tuple[list[int], list[Group]]] = {}
    for file in home:
        result.setdefault(root(file), ([], []))[0].append(file)
    for group in groups:
        result[root(min(group.files))][1].append(group)
    return [(tuple(members), own) for members, own in result.values()]


class Grouping:
    """Puts the pages of a pile together; a file that makes that fail costs no other."""

    def __init__(
        self, pile: Pile, order: Sequence[str | None], read: ReadFile, work: PageWork
    ) -> None:
        """Take the hashes of the files as they were given; None where a separator sheet lay."""
        self._pile = pile
        self._order = order
        self._read = read
        self._work = work
        self.failed: dict[int, Exception] = {}
        """Why files cannot be put together, not even with themselves."""

    def __call__(self, files: Sequence[int]) -> list[Group]:
        """Return the documents in ``files``, without those that ``failed``."""
        try:
            return self._groups(files)
        except Exception:  # a bug, time or memory: whose fault it is shows file by file
            apart = [group for index in files for group in self._alone(index)]
        left = [index for index in files if index not in self.failed]
        try:
            return self._groups(left) if self.failed else apart
        except Exception:  # then documents over several files stay apart, told as incomplete
            return apart

    def _alone(self, index: int) -> list[Group]:
        try:
            return self._groups([index])
        except Exception as error:  # this is the one
            self.failed[index] = error
            return []

    def _groups(self, files: Sequence[int]) -> list[Group]:
        """Return which pages are a document, over files."""

        def group() -> list[Any]:
            return [
                [[page.number for page in pages] for pages in (one.pages, one.sheets)]
                for one in self._read.batch(list(self._in_order(files)))
            ]

        if not files:
            return []
        found = self._work.bounded(group, self._pile.page_count(files))
        place = self._pile.place
        return [Group(tuple(map(place, own)), tuple(map(place, behind))) for own, behind in found]

    def _in_order(self, files: Iterable[int]) -> Iterator[BatchFile]:
        """Yield the files as they were given, with the separator sheets between them."""
        by_hash = {self._pile.files[index].sha256: index for index in files}
        sheets: set[str | None] = {None}
        for sha256 in self._order:
            if sha256 in sheets:
                yield _PARTING
            elif sha256 in by_hash:
                file = self._numbered(by_hash.pop(sha256))
                yield file
                if all(page.role is PageRole.SEPARATOR for page in file.pages):
                    sheets.add(sha256)  # the same bytes may be there once more

    def _numbered(self, index: int) -> BatchFile:
        """Return a file with its pages numbered through the batch."""
        pages = (
            result.numbered(self._pile.number(Place(index, number))).page
            for number, result in self._pile.known(index).items()
        )
        return BatchFile(self._pile.files[index].name, tuple(pages))


# A separator sheet that is none of the pages of the pile.
_PARTING = BatchFile("", (Page(0, Medium.SCAN, 0.0, 0.0, role=PageRole.SEPARATOR),))


def _there(kept: T | None) -> T:
    if not kept:  # somebody took it away under our hands
        raise DamagedDocumentError("Ein Zwischenstand des Eingangs ist verschwunden.")
    return kept
