"""Facts: what a record says, in the three answers a rule needs: yes, no, cannot be told.

A rule must not complain about what nobody could read. ``None`` therefore means "cannot be told"
everywhere here; the reading itself is reported by its own finding.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime

from formservice.domain.document import Doubt
from formservice.domain.form import Field, FieldKey, FormDefinition
from formservice.domain.groups import groups, items_of, pattern
from formservice.domain.items import Items
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.values import is_placeholder
from formservice.domain.zeit_wann import tells_when
from formservice.domain.zeitangabe import Zeitangabe, Zeittext


def says_something(text: str) -> bool:
    """Whether ``text`` holds a letter, a digit or a picture sign, not only punctuation."""
    # So: ✓ and emoji are answers, too; lines of dots, dashes or underscores are not.
    return any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in text)


@dataclass(frozen=True, slots=True)
class Facts:
    """One record under its definition, with the day it was received."""

    definition: FormDefinition
    record: Record
    received: date
    # What several rules ask for is worked out once and kept as long as this check lasts.
    _filled: dict[FieldKey, bool | None] = dataclass_field(default_factory=dict, compare=False)
    _times: dict[FieldKey, Zeittext] = dataclass_field(default_factory=dict, compare=False)
    _fields: dict[FieldKey, Field] = dataclass_field(default_factory=dict, compare=False)
    _items: list[Items] = dataclass_field(default_factory=list, compare=False)
    _titles: dict[str, str] = dataclass_field(default_factory=dict, compare=False)

    def field(self, key: FieldKey) -> Field | None:
        """Return the field called ``key``, None if the definition has none."""
        if not self._fields:
            self._fields.update((field.key, field) for field in self.definition.fields)
        return self._fields.get(key)

    def name(self, key: FieldKey) -> str:
        """Return what people call the field, or the group or item of that key."""
        field = self.field(key)
        if field is not None:
            return field.name
        if key.endswith("]"):
            return self.item_name(key)
        item, title = key.rpartition(".")[0], self._title(pattern(key))
        return f"{self.item_name(item)}: {title}" if item else title

    def item_name(self, item: str) -> str:
        """Return what an item is called („Ziel 2, Teilziel 1“), empty for no item."""
        parts = (one.rpartition("[") for one in items_of(item))
        return ", ".join(
            f"{self._title(pattern(group))} {int(number[:-1]) + 1}" for group, _, number in parts
        )

    def _title(self, group: str) -> str:
        if not self._titles:
            self._titles.update((one.key, one.title) for one in groups(self.definition.members))
        return self._titles.get(group, group)

    @property
    def items(self) -> Items:
        """The items of the record's groups."""
        if not self._items:
            keys = (field.key for field in self.definition.fields)
            self._items.append(Items(keys, self.filled))
        return self._items[0]

    def place(self, key: str) -> FieldKey:
        """Return the field to look at for ``key``, which may be a group or an item."""
        return key if self.field(key) is not None else self.items.first(key)

    def filled(self, key: FieldKey) -> bool | None:
        """Whether something meaningful stands there; None when it cannot be told.

        A group is filled when one of its items is.
        """
        if key not in self._filled:
            if self.field(key) is None and key not in self.record.fields:
                self._filled[key] = self.items.filled(key)
            else:
                self._filled[key] = self._stands_there(key)
        return self._filled[key]

    def _stands_there(self, key: FieldKey) -> bool | None:
        if key in self.record.elsewhere:
            return True
        extraction = self.record.fields.get(key)
        if extraction is None:
            return None
        if Doubt.TYPED_NAME in extraction.doubts:
            return None  # neither signed nor unsigned: the doubt asks a person
        if extraction.reading is Reading.BLANK:
            return False
        if extraction.reading is not Reading.READ:
            return None
        return self._meant(extraction)

    def _meant(self, extraction: Extraction) -> bool | None:
        value = extraction.value
        if isinstance(value, bool):
            return value
        if isinstance(value, tuple):
            return bool(value)
        if isinstance(value, str):
            return says_something(value) and not self._is_placeholder(extraction.key, value)
        if value is None:
            # Read, but without meaning (a date that is none): something does stand there.
            return True if extraction.raw.strip() else None
        return True

    def _is_placeholder(self, key: FieldKey, text: str) -> bool:
        field = self.field(key)
        return field is not None and is_placeholder(field, text)

    def text(self, key: FieldKey) -> str:
        """Return the text that stands there, empty when there is none or it cannot be told."""
        value = self._value(key)
        return value if isinstance(value, str) and self.filled(key) else ""

    def times(self, key: FieldKey, reference: date) -> Iterator[Zeitangabe]:
        """Yield the time expressions of a text; ``reference`` anchors relative ones."""
        found = self._times.get(key)
        if found is None:
            found = self._times[key] = Zeittext(self.text(key))
        return found.read(reference)

    def tells_when(self, key: FieldKey) -> bool:
        """Whether the text says until when, from when or that it goes on.

        Where nothing but a time expression is asked for, keywords will do („wöchentlich“).
        """
        if any(not found.past for found in self.times(key, self.received)):
            return True
        field = self.field(key)
        return field is not None and field.zeitangabe and tells_when(self.text(key))

    def day(self, key: FieldKey) -> date | None:
        """Return the date that stands there, None when there is none."""
        value = self._value(key)
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else None

    def chosen(self, key: FieldKey) -> tuple[str, ...] | None:
        """Return the options ticked, in order; None when it cannot be told."""
        if self.filled(key) is None:
            return None
        value = self._value(key)
        if isinstance(value, str):
            return (value,)
        return value if isinstance(value, tuple) else ()

    def holds(self, when: Mapping[FieldKey, tuple[str, ...]]) -> bool:
        """Whether every choice named holds one of its options; no options mean: holds nothing.

        A choice that allows one option but shows two holds an option only if both are listed:
        otherwise the sender would be asked for things that contradict each other.
        """
        return all(self._holds(key, options) for key, options in when.items())

    def spares(self, unless: Mapping[FieldKey, tuple[str, ...]]) -> bool:
        """Whether one of the choices named holds, or may hold, one of its options."""
        return any(
            self.chosen(key) is None or self._holds(key, options)
            for key, options in unless.items()
        )

    def _holds(self, key: FieldKey, options: tuple[str, ...]) -> bool:
        chosen = self.chosen(key)
        if chosen is None:
            return False
        if not options or not chosen:
            return not options and not chosen
        field = self.field(key)
        if field is not None and field.several:
            return any(option in options for option in chosen)
        return all(option in options for option in chosen)

    def _value(self, key: FieldKey) -> Value | None:
        extraction = self.record.fields.get(key)
        if extraction is None or extraction.reading is not Reading.READ:
            return None
        return extraction.value
