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
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.values import is_placeholder
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

    def field(self, key: FieldKey) -> Field | None:
        """Return the field called ``key``, None if the definition has none."""
        return next((field for field in self.definition.fields if field.key == key), None)

    def name(self, key: FieldKey) -> str:
        """Return what people call the field."""
        field = self.field(key)
        return key if field is None else field.name

    def filled(self, key: FieldKey) -> bool | None:
        """Whether something meaningful stands there; None when it cannot be told."""
        if key not in self._filled:
            self._filled[key] = self._stands_there(key)
        return self._filled[key]

    def _stands_there(self, key: FieldKey) -> bool | None:
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
