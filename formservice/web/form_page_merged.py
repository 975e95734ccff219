"""A page made from an earlier version of a record: which one, what was typed, and the newest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from formservice.application.drafts import Draft
from formservice.application.editing import Changes
from formservice.application.editing_items import Items
from formservice.application.ports_store import Author
from formservice.domain.errors import NotFoundError
from formservice.domain.form import FieldKey, FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading
from formservice.web.form_page_changes import changes
from formservice.web.form_page_posted import Posted
from formservice.web.house import House

BASE = "fassung"
"""The name of the page that says which version of the record somebody had before them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said of a record: their page, the version it began with, what it changes."""

    said: Posted
    base: int
    made: Changes

    def over(self, definition: FormDefinition, newest: Mapping[str, Any]) -> Posted | None:
        """Return the page of the newest record with what they changed; None if that is nothing.

        What they left as it was is what others have made of it meanwhile.
        """
        if not self.made:
            return None
        said, made = self.said, self.made
        return replace(
            said,
            typed={key: typed for key, typed in said.typed.items() if key in made},
            items=self._items(definition, newest),
            right=said.right & made.keys(),
            unreadable=said.unreadable & made.keys(),
            problems=(),
        )

    def _items(
        self, definition: FormDefinition, newest: Mapping[str, Any]
    ) -> dict[FieldKey, tuple[int | None, ...]]:
        """Return the lists: those they put in another order as they have them, others as now."""
        own = {_outer(key) for key, one in self.made.items() if isinstance(one, Items)}
        if not own:
            return {}
        fields: Mapping[str, Mapping[str, Any]] = newest.get("fields") or {}
        there = [
            key
            for key, one in fields.items()
            if one.get("reading") != Reading.BLANK or not one.get("accepted")
        ]
        shape = shape_of(definition, (*there, *self.made))
        found: dict[FieldKey, tuple[int | None, ...]] = {
            key: tuple(range(max(1, count)))
            for key, count in shape.items()
            if _outer(key) not in own
        }
        return found | {key: one for key, one in self.said.items.items() if _outer(key) in own}


def base_of(told: Mapping[str, object], newest: int) -> int:
    """Return which version somebody had before them; the newest if their page does not say.

    NotFoundError if there is no such version.
    """
    given = str(told.get(BASE) or "")
    if not (given.isascii() and given.isdecimal() and len(given) < 9):
        return newest
    if not 1 <= int(given) <= newest:
        raise NotFoundError("Diese Fassung gibt es nicht.")
    return int(given)


def begun_with(draft: Draft, newest: int) -> int:
    """Return which version a draft began with; programs may have written one that is none."""
    return min(max(draft.base, 1), newest)


def words(
    definition: FormDefinition, said: Posted, base: int, before: Mapping[str, Any], today: date
) -> Words:
    """Return what somebody said of a record; ``before`` is version ``base`` of its reading."""
    return Words(said, base, changes(definition, said, before, today))


def changed_since(house: House, document: str, base: int, viewer: Author) -> list[str]:
    """Return what people call the fields that changed since version ``base``."""
    return list(dict.fromkeys(house.edit.changed(document, base, viewer).values()))


def _outer(key: FieldKey) -> str:
    return key.partition("[")[0]
