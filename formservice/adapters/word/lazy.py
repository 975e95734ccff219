"""A sequence that is made when the first of it is asked for."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T], Generic[T]):
    """What ``make`` gives; asking for any of it may raise what ``make`` raises."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        """Keep ``make`` until somebody asks."""
        self._make = make

    @cached_property
    def _made(self) -> tuple[T, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        """Return one of them or some."""
        return self._made[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)
