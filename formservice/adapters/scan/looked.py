"""Pages of a file that are looked at when somebody asks for them."""

from collections.abc import Callable, Sequence
from typing import overload

from formservice.domain.document import Page


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
