"""Which items of its groups a record has, and what a key in a rule stands for."""

from collections.abc import Callable, Iterable

from formservice.domain.form import FieldKey
from formservice.domain.groups import items_of, numbered, numbers, pattern


def either(one: bool | None, other: bool | None) -> bool | None:
    """Return whether one of two things is so, None when neither is for sure."""
    if one or other:
        return True
    return None if one is None or other is None else False


class Items:
    """The items of one record.

    An item exists when anything in it is filled, and may exist when something in it cannot be
    told blank. A printed row in which nothing stands is no item.
    """

    def __init__(
        self, keys: Iterable[FieldKey], filled: Callable[[FieldKey], bool | None]
    ) -> None:
        """Sort out which items around ``keys`` exist; ``filled`` says what stands in a field."""
        self._there: dict[str, bool | None] = {}
        self._rows: dict[str, list[str]] = {}  # by concrete group, blank ones included
        self._first: dict[str, FieldKey] = {}
        for key in keys:
            for item in items_of(key):
                group = item.rpartition("[")[0]
                if item not in self._there:
                    self._there[item] = False
                    self._rows.setdefault(group, []).append(item)
                self._there[item] = either(self._there[item], filled(key))
                self._first.setdefault(item, key)
                self._first.setdefault(group, key)
        self._of: dict[str, list[str]] = {}  # by concrete group and by pattern
        for group, rows in self._rows.items():
            some = [item for item in rows if self._there[item] is not False]
            for name in {group, pattern(group)}:
                self._of.setdefault(name, []).extend(some)

    def exists(self, item: str) -> bool | None:
        """Whether anything in ``item`` is filled; None when it cannot be told."""
        return self._there.get(item, False)

    def filled(self, group: str) -> bool | None:
        """Whether an item of a concrete group exists; None when it cannot be told."""
        rows = self._rows.get(group)
        if not rows:
            return None
        answer: bool | None = False
        for item in rows:
            answer = either(answer, self._there[item])
        return answer

    def of(self, group: str) -> list[str]:
        """Return the items of a group that exist or may exist, in order.

        ``group`` is concrete, or a pattern for those of all items around them.
        """
        return self._of.get(group, [])

    def keys(self, key: str, within: str) -> tuple[FieldKey, ...]:
        """Return what the field or group called ``key`` in a rule stands for.

        A pattern stands for one field, or inner group, of every item. Of the groups it shares
        with ``within``, an item, only that item itself counts.
        """
        group, brackets, rest = key.rpartition("[]")
        if not brackets:
            return (key,)
        around = [one for one in items_of(within) if f"{group}[]".startswith(pattern(one))]
        if around:
            key = numbered(key, numbers(around[-1]))
            group, brackets, rest = key.rpartition("[]")
            if not brackets:
                return (key,)
        return tuple(f"{item}{rest}" for item in self.of(group))

    def first(self, key: str) -> FieldKey:
        """Return the first field of an item or group; of what is unknown, ``key`` itself."""
        return self._first.get(key, key)
