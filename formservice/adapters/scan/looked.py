"""Pages of a file that are looked at when somebody asks for them."""

from collections.abc import Callable, Sequence
from typing import overload

from formservice.adapters.scan.pictured import PicturedPage
from formservice.domain.document import Page

# Of pictures kept with all that was found out about them; a page at 300 dpi is 9 MB.
_MOST_KEPT_BYTES = 64_000_000


class LookedPages(Sequence[Page]):
    """The pages of an open file; each is looked at once, when it is first asked for.

    Whoever wants to know how many there are need not wait until every picture was looked at.
    """

    def __init__(self, count: int, look: Callable[[int], Page]) -> None:
        """Take the number of pages, and ``look``, which returns page ``number`` (from 1)."""
        self._count = count
        self._look = look
        self._kept: dict[int, Page] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Page: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Page]: ...
    def __getitem__(self, index: int | slice) -> Page | Sequence[Page]:
        if isinstance(index, slice):
            return [self[place] for place in range(self._count)[index]]
        number = range(1, self._count + 1)[index]
        if number not in self._kept:
            self._kept[number] = self._look(number)
        return self._kept[number]


class PicturedPages:
    """The pictured pages of an open file; those asked for last are kept with what was found out.

    A file is gone through more than once: what its pages are, what stands on them, their wording.
    """

    def __init__(self, look: Callable[[int], PicturedPage]) -> None:
        """Take ``look``, which returns page ``number`` (from 1) of which nothing is known yet."""
        self._look = look
        self._kept: dict[int, PicturedPage] = {}

    def __getitem__(self, number: int) -> PicturedPage:
        found = self._kept.pop(number, None)
        for other in self._kept.values():
            other.rest()
        self._kept[number] = found = found or self._look(number)
        while len(self._kept) > 1 and self._held() > _MOST_KEPT_BYTES:
            del self._kept[next(iter(self._kept))]
        return found

    def clear(self) -> None:
        """Let go of all of them."""
        self._kept.clear()

    def _held(self) -> int:
        return sum(one.picture.nbytes for one in self._kept.values())
